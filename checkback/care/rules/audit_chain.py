"""A chain of seals over the audit's lines: who takes one out, changes one or slips one in cannot make the seals fit.

Lines are numbered from 1 and sealed in batches; the last line of a batch carries the seal over all of them and over the
seal before. The seal is keyed, so that writing to the database alone does not make one (B. Schneier and J. Kelsey,
Secure Audit Logs to Support Computer Forensics, ACM TISSEC 2, 1999).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from checkback.care.terms import ChainFlaw

#: What the first batch hangs on.
BEGINNING = b""
#: Makes the seal over some words with the key of a version; None where there is no such key any more.
Sealer = Callable[[str, int], bytes | None]


@dataclass(frozen=True)
class Line:
    """One line of the audit as it is kept. `seal` stands on the last line of a batch alone."""

    id: UUID
    at: datetime
    flow: str
    action: str
    actor: str
    subject: str
    subject_id: UUID
    position: int
    seal: bytes | None = None


@dataclass(frozen=True)
class Batch:
    """The lines between two seals. The last one has no seal where lines were put behind the end of the chain."""

    number: int
    lines: Sequence[Line]

    @property
    def first(self) -> int:
        return self.lines[0].position

    @property
    def last(self) -> int:
        return self.lines[-1].position


@dataclass(frozen=True)
class Flaw:
    """The first batch that is not as it was sealed: which lines it spans, and what is wrong with it."""

    batch: int
    first: int
    last: int
    kind: ChainFlaw


def seal(before: bytes, lines: Sequence[Line], version: int, sealer: Sealer) -> bytes | None:
    """The seal of a batch behind the seal `before`: the version of the key in one byte, then the keyed hash."""
    words = json.dumps([before.hex(), *(_words(line) for line in lines)], ensure_ascii=True, separators=(",", ":"))
    made = sealer(words, version)
    return None if made is None else bytes([version]) + made


def _words(line: Line) -> list[str | int]:
    at = line.at.astimezone(UTC).isoformat(timespec="microseconds")
    return [line.position, line.id.hex, at, line.flow, line.action, line.actor, line.subject, line.subject_id.hex]


def batches(lines: Iterable[Line], number: int = 1) -> Iterator[Batch]:
    """Lines in the order of their numbers, cut behind each seal; the first batch is the `number`th."""
    gathered: list[Line] = []
    for line in lines:
        gathered.append(line)
        if line.seal is not None:
            yield Batch(number, gathered)
            number, gathered = number + 1, []
    if gathered:
        yield Batch(number, gathered)


def first_flaw(
    found: Iterable[Batch], sealer: Sealer, *, ends_at: int, begins_at: int = 1, before: bytes = BEGINNING
) -> Flaw | None:
    """The first batch in which a line was taken out, changed or put in; None where every seal fits.

    Args:
        ends_at: the number of the last line that was ever sealed.
        begins_at: the number of the line with which the batches must begin.
        before: the seal of the batch before them.
    """
    newest: datetime | None = None
    for batch in found:
        kind = _flaw(batch, begins_at, ends_at, before, newest, sealer)
        if kind is not None:
            return Flaw(batch.number, batch.first, batch.last, kind)
        begins_at, before, newest = batch.last + 1, batch.lines[-1].seal or BEGINNING, batch.lines[-1].at
    return None


def _flaw(
    batch: Batch, begins_at: int, ends_at: int, before: bytes, newest: datetime | None, sealer: Sealer
) -> ChainFlaw | None:
    kept = batch.lines[-1].seal
    if kept is None and batch.last > ends_at:
        return ChainFlaw.PUT_IN
    is_whole = [line.position for line in batch.lines] == list(range(begins_at, begins_at + len(batch.lines)))
    if kept is None or not is_whole:
        return ChainFlaw.REMOVED
    wanted = seal(before, batch.lines, kept[0], sealer) if kept else kept
    if wanted is None:
        return ChainFlaw.KEY_GONE
    if wanted != kept or not kept:
        return ChainFlaw.CHANGED
    # It says it is older than what had settled and was sealed before it came.
    return ChainFlaw.PUT_IN if newest is not None and batch.lines[0].at < newest else None
