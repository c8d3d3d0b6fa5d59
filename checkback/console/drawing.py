"""Charts of a report as values: where each bar stands and how long it is, on the server, to one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checkback.care.flows.reports import Need, Week

WIDTH, HIGHEST, BASE = 320, 90, 104
#: A row of the lying chart: its words stand above its bar.
ROW = 40
#: What may not be told is drawn as a sign, not as a length.
_UNTOLD = 6


@dataclass(frozen=True)
class Part:
    """A part of a bar. `is_told` is false where the count is too small to be shown: its length says nothing."""

    kind: str
    at: float
    length: float
    is_told: bool


@dataclass(frozen=True)
class Drawn:
    """One bar: where it stands across the drawing, and its parts from the base on."""

    at: float
    parts: Sequence[Part]


def weeks_drawn(weeks: Sequence[Week]) -> Sequence[Drawn]:
    """Standing bars, the acute below the high."""
    step = WIDTH / max(len(weeks), 1)
    most = max(((week.acute or 0) + (week.high or 0) for week in weeks), default=0)
    return [
        Drawn(round(n * step, 1), _stacked([("acute", week.acute), ("high", week.high)], most, HIGHEST))
        for n, week in enumerate(weeks)
    ]


def needs_drawn(needs: Sequence[Need]) -> Sequence[Drawn]:
    """Lying bars: of each need what had a place, and what had none."""
    most = max((need.named or 0 for need in needs), default=0)
    return [Drawn(n * ROW, _stacked(_parts_of(need), most, WIDTH - 8)) for n, need in enumerate(needs)]


def _parts_of(need: Need) -> Sequence[tuple[str, int | None]]:
    if need.named is None or need.unmet is None:
        return [("met", need.named)]
    return [("met", need.named - need.unmet), ("unmet", need.unmet)]


def _stacked(counts: Sequence[tuple[str, int | None]], most: int, longest: int) -> Sequence[Part]:
    """Something is never drawn as nothing."""
    parts, at = [], 0.0
    for kind, count in counts:
        if count == 0:
            continue
        length = _UNTOLD if count is None else max(longest * count / most, 2.0)
        parts.append(Part(kind, round(at, 1), round(length, 1), count is not None))
        at += length + (1 if count is None else 0)
    return parts
