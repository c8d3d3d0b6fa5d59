"""A text cut into pieces, so that the words the screen raised can be marked where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checkback.care.ports import Evidence


@dataclass(frozen=True)
class Piece:
    """A stretch of a text, and whether it is evidence."""

    words: str
    is_marked: bool


def pieces(body: str, evidence: Sequence[Evidence]) -> Sequence[Piece]:
    """The whole text in order; evidence that stands in an earlier text marks nothing here."""
    found = list(_pieces(body, _spans(body, evidence)))
    return found or [Piece(body, is_marked=False)]


def _pieces(body: str, spans: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    at = 0
    for start, end in spans:
        if start > at:
            yield Piece(body[at:start], is_marked=False)
        if end > max(at, start):
            yield Piece(body[max(at, start) : end], is_marked=True)
        at = max(at, end)
    if at < len(body):
        yield Piece(body[at:], is_marked=False)


def _spans(body: str, evidence: Sequence[Evidence]) -> Sequence[tuple[int, int]]:
    return sorted(span for each in evidence if (span := _span(body, each)) is not None)


def _span(body: str, evidence: Evidence) -> tuple[int, int] | None:
    if evidence.words and body[evidence.start : evidence.end] == evidence.words:
        return evidence.start, evidence.end
    # It was found in this text read together with those before it: the places count from elsewhere.
    at = body.casefold().find(evidence.words.casefold()) if evidence.words else -1
    return (at, at + len(evidence.words)) if at >= 0 else None
