"""The audit's lines as a chain: those that wait to be sealed, those that are, and where it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from checkback.care.model import AuditEvent, Counter
from checkback.care.rules.audit_chain import BEGINNING, Line
from checkback.care.store.database import Transaction

#: Counts the lines that were sealed: without it nobody could tell that the end of the chain was cut off.
_COUNTER = "audit-chain"
_PURPOSE = "audit-chain"
_PAGE = 2000
_COLUMNS = (
    AuditEvent.id,
    AuditEvent.at,
    AuditEvent.flow,
    AuditEvent.action,
    AuditEvent.actor,
    AuditEvent.subject,
    AuditEvent.subject_id,
    AuditEvent.chain_position,
    AuditEvent.chain_hash,
)
_IS_END = AuditEvent.chain_hash.is_not(None)


@dataclass(frozen=True)
class End:
    """The last line of a batch that was sealed."""

    position: int
    seal: bytes
    at: datetime


def settled(tx: Transaction, before: datetime, limit: int) -> Sequence[Line]:
    """Lines without a number that were left before then, the oldest first, numbered behind whatever is numbered."""
    # Never a number that was given before: an end that was cut off must leave a gap.
    next_free = max(tx.session.scalar(select(func.max(AuditEvent.chain_position))) or 0, count(tx)) + 1
    rows = tx.session.execute(
        select(*_COLUMNS)
        .where(AuditEvent.chain_position.is_(None), AuditEvent.at < before)
        # By the number first: those without one stand together in its index, however long the audit is.
        .order_by(AuditEvent.chain_position, AuditEvent.at, AuditEvent.id)
        .limit(limit)
    ).all()
    return [_line(row, next_free + place) for place, row in enumerate(rows)]


def keep(tx: Transaction, lines: Sequence[Line], seal: bytes) -> None:
    """Give these lines their numbers, and the last one the seal over all."""
    tx.session.execute(update(AuditEvent), [{"id": line.id, "chain_position": line.position} for line in lines])
    last = lines[-1]
    tx.session.execute(update(AuditEvent).where(AuditEvent.id == last.id).values(chain_hash=seal))
    counter = hold(tx)
    counter.last = last.position
    tx.session.flush()


def hold(tx: Transaction) -> Counter:
    """The count of sealed lines, held: one process seals at a time."""
    counter = tx.session.get(Counter, _COUNTER, with_for_update=True)
    if counter is None:
        tx.add_if_new(Counter(name=_COUNTER, last=0))
        counter = tx.session.get_one(Counter, _COUNTER, with_for_update=True)
    return counter


def count(tx: Transaction) -> int:
    """How many lines were ever sealed."""
    counter = tx.session.get(Counter, _COUNTER)
    return counter.last if counter else 0


def waiting(tx: Transaction) -> int:
    """How many lines are not sealed yet."""
    return tx.session.scalar(select(func.count()).where(AuditEvent.chain_position.is_(None))) or 0


def end(tx: Transaction, up_to: int | None = None) -> End:
    """The last seal, or the last one up to a line; before the first line where there is none."""
    ends = select(AuditEvent.chain_position, AuditEvent.chain_hash, AuditEvent.at).where(_IS_END)
    if up_to is not None:
        ends = ends.where(AuditEvent.chain_position <= up_to)
    found = tx.session.execute(ends.order_by(AuditEvent.chain_position.desc()).limit(1)).first()
    if found is None or found[0] is None or found[1] is None:
        return End(0, BEGINNING, datetime.min.replace(tzinfo=tx.now.tzinfo))
    return End(found[0], found[1], found[2])


def batches_up_to(tx: Transaction, position: int) -> int:
    """How many batches end at this line or before."""
    wanted = select(func.count()).where(_IS_END, AuditEvent.chain_position <= position)
    return tx.session.scalar(wanted) or 0


def numbered(tx: Transaction, after: int) -> Iterator[Line]:
    """Every line with a number behind this one, in order; a few thousand in memory at a time."""
    wanted = select(*_COLUMNS).order_by(AuditEvent.chain_position).limit(_PAGE)
    while rows := tx.session.execute(wanted.where(AuditEvent.chain_position > after)).all():
        for row in rows:
            after = row.chain_position or after
            yield _line(row, after)


def below_one(tx: Transaction) -> int:
    """How many lines have a number that nobody gives: the first is 1."""
    return tx.session.scalar(select(func.count()).where(AuditEvent.chain_position < 1)) or 0


def left_before(tx: Transaction, moment: datetime) -> datetime | None:
    """When the oldest line that has no number says it was left, where that is before this moment."""
    wanted = select(func.min(AuditEvent.at)).where(AuditEvent.chain_position.is_(None), AuditEvent.at < moment)
    return tx.session.scalar(wanted)


def end_after(tx: Transaction, moment: datetime) -> int:
    """The number of the last line of the batch in which a line of this moment should stand."""
    wanted = select(func.min(AuditEvent.chain_position)).where(_IS_END, AuditEvent.at >= moment)
    return tx.session.scalar(wanted) or 0


def seals_by_key(tx: Transaction) -> Mapping[int, int]:
    """How many seals each index key made, by its version: without the key, nobody can hold the chain against them."""
    version = func.substr(AuditEvent.chain_hash, 1, 1)
    rows = tx.session.execute(select(version, func.count()).where(_IS_END).group_by(version))
    return {bytes(first)[0]: number for first, number in rows}


def sealed_with(tx: Transaction, words: str, version: int) -> bytes | None:
    """The keyed hash of these words, with the index key of this version; None without the key."""
    return tx.keyring.index(words, _PURPOSE, version) if version in tx.keyring.indexing else None


def _line(row: Any, position: int) -> Line:
    return Line(
        id=row.id,
        at=row.at,
        flow=row.flow,
        action=row.action,
        actor=row.actor,
        subject=row.subject,
        subject_id=row.subject_id,
        position=position,
        seal=row.chain_hash,
    )
