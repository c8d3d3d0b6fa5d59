"""Taking out what was kept about a family: what is due, what stands in the way, and the taking out itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, and_, delete, exists, or_, select, update

from checkback.care.model import (
    Contact,
    ContactPhone,
    Conversation,
    Escalation,
    Family,
    InboundMessage,
    LegalHold,
    NameToken,
    OptOut,
    OutboundMessage,
    Phone,
    Purge,
    Task,
)
from checkback.care.store.belonging import PHONE, Rows, of_family, phones_of
from checkback.care.store.database import Transaction
from checkback.care.store.personal import COLUMNS
from checkback.care.terms import EscalationState, KeptKind, OutboundState, TaskState

_OURS_YET = (OutboundState.QUEUED, OutboundState.SENDING, OutboundState.UNCLEAR)

#: What a page reads where nothing was answered.
_EMPTY = {"screening.answers": "{}"}
_AT_ONCE = 500


@dataclass(frozen=True)
class Text:
    """A text of a family as the carrier knows it; ours may have had earlier tries."""

    kind: type[InboundMessage] | type[OutboundMessage]
    id: UUID
    sids: Sequence[str]


def due(tx: Transaction, kind: KeptKind, closed_before: datetime, limit: int) -> Sequence[UUID]:
    """Families of whom this kind is to go: their time has come, or they asked; and nothing stands in the way."""
    of_this = and_(Purge.family_id == Family.id, Purge.kind == kind)
    waits = exists().where(of_this, or_(Purge.done_at.is_not(None), Purge.aside_until > tx.now))
    wanted = select(Family.id).where(
        Family.closed_at.is_not(None),
        or_(Family.closed_at <= closed_before, exists().where(of_this)),
        ~waits,
        ~exists().where(LegalHold.family_id == Family.id, LegalHold.ended_at.is_(None)),
        ~exists().where(Task.family_id == Family.id, Task.state == TaskState.OPEN),
        ~exists().where(Escalation.family_id == Family.id, Escalation.state != EscalationState.RESOLVED),
        ~exists().where(OutboundMessage.family_id == Family.id, OutboundMessage.state.in_(_OURS_YET)),
    )
    return tx.session.scalars(wanted.order_by(Family.closed_at, Family.id).limit(limit)).all()


def in_the_way(tx: Transaction, family: Family) -> Sequence[str]:
    """Why nothing of this family may go now, a few words each."""
    ours = OutboundMessage.family_id == family.id
    reasons = {
        "the case is open": family.closed_at is None,
        "a legal hold stands": legal_hold(tx, family) is not None,
        "an escalation has no outcome": _is_there(
            tx, Escalation.family_id == family.id, Escalation.state != EscalationState.RESOLVED
        ),
        "a task is open": _is_there(tx, Task.family_id == family.id, Task.state == TaskState.OPEN),
        "a text is on its way": _is_there(tx, ours, OutboundMessage.state.in_(_OURS_YET)),
    }
    return [words for words, stands in reasons.items() if stands]


def _is_there(tx: Transaction, *where: Any) -> bool:
    return bool(tx.session.scalar(select(exists().where(*where))))


def legal_hold(tx: Transaction, family: Family) -> LegalHold | None:
    """The one that stands."""
    return tx.session.scalar(select(LegalHold).where(LegalHold.family_id == family.id, LegalHold.ended_at.is_(None)))


def purge_of(tx: Transaction, family: Family, kind: KeptKind) -> Purge | None:
    return tx.session.scalar(select(Purge).where(Purge.family_id == family.id, Purge.kind == kind))


def has_begun(tx: Transaction, family: Family) -> bool:
    """Whether words or record of this family are being taken out, or were."""
    return _is_there(tx, Purge.family_id == family.id, Purge.kind != KeptKind.CARRIER)


def purges(tx: Transaction, *, only_open: bool = False) -> Sequence[tuple[str, Purge]]:
    """Every purge with its family's reference, the latest first."""
    wanted = select(Family.reference, Purge).join(Purge, Purge.family_id == Family.id)
    if only_open:
        wanted = wanted.where(Purge.done_at.is_(None))
    rows = tx.session.execute(wanted.order_by(Purge.began_at.desc(), Purge.kind))
    return [(reference, purge) for reference, purge in rows]


def at_the_carrier(tx: Transaction, family: Family) -> Sequence[Text]:
    """The texts of a family of which the carrier was not yet seen to have forgotten the words."""
    rows = {table.name: ids for table, ids in of_family(tx, family).items()}
    return [
        *(each for some in _slices(rows.get("inbound_message", [])) for each in _theirs(tx, some)),
        *(each for some in _slices(rows.get("outbound_message", [])) for each in _ours(tx, some) if each.sids),
    ]


def _theirs(tx: Transaction, ids: Sequence[UUID]) -> Iterator[Text]:
    wanted = select(InboundMessage.id, InboundMessage.carrier_sid)
    for row in tx.session.execute(wanted.where(InboundMessage.id.in_(ids), InboundMessage.redacted_at.is_(None))):
        yield Text(InboundMessage, row.id, [row.carrier_sid])


def _ours(tx: Transaction, ids: Sequence[UUID]) -> Iterator[Text]:
    wanted = select(OutboundMessage.id, OutboundMessage.carrier_sid, OutboundMessage.earlier_sids)
    for row in tx.session.execute(wanted.where(OutboundMessage.id.in_(ids), OutboundMessage.redacted_at.is_(None))):
        yield Text(
            OutboundMessage, row.id, [*row.earlier_sids.split(), *([row.carrier_sid] if row.carrier_sid else [])]
        )


def conversations_of(tx: Transaction, family: Family) -> Sequence[UUID]:
    """What the assistant knows them by."""
    rows = {table.name: ids for table, ids in of_family(tx, family).items()}
    return rows.get(Conversation.__tablename__, [])


def take_out(tx: Transaction, family: Family, kind: KeptKind) -> int:
    """Empty every column of this kind, and say how many rows that was. What stays names nobody.

    With the record go the index of their names and their own numbers; a number that opted out stays apart from them,
    so that it is never texted again.
    """
    rows = of_family(tx, family)
    if kind is KeptKind.RECORD:
        _forget_numbers(tx, family, rows.get(PHONE, []))
        _forget_names(tx, rows)
    done = 0
    for table, ids in rows.items():
        columns = _columns(table, kind)
        if columns:
            done += len(ids)
            for some in _slices(ids):
                _empty(tx, table, columns, some)
    tx.session.flush()
    tx.session.expire_all()
    return done


def left(tx: Transaction, family: Family, kind: KeptKind) -> Sequence[str]:
    """Each column of this kind that holds something yet, as `table.column`; read back, not remembered."""
    if kind is KeptKind.CARRIER:
        return ["carrier"] if at_the_carrier(tx, family) else []
    return [
        f"{table.name}.{column.name}"
        for table, ids in of_family(tx, family).items()
        for column in _columns(table, kind)
        for some in _slices(ids)
        if any(not _is_empty(table, column, *row) for row in tx.session.execute(_read(table, column, some)))
    ]


def _read(table: Table, column: Column[Any], ids: Sequence[UUID]) -> Any:
    return select(table.c.id, column).where(table.c.id.in_(ids))


def _is_empty(table: Table, column: Column[Any], row_id: UUID, value: object) -> bool:
    return value == _nothing(table, column, row_id)


def _columns(table: Table, kind: KeptKind) -> Sequence[Column[Any]]:
    fates = COLUMNS[table.name]
    names = fates.words if kind is KeptKind.WORDS else fates.record if kind is KeptKind.RECORD else ""
    return [table.c[name] for name in names.split()]


def _empty(tx: Transaction, table: Table, columns: Sequence[Column[Any]], ids: Sequence[UUID]) -> None:
    alike = [column for column in columns if not column.unique]
    for row_id in ids if len(alike) < len(columns) else []:
        own = {column: _nothing(table, column, row_id) for column in columns if column.unique}
        tx.session.execute(update(table).where(table.c.id == row_id).values(own))
    if alike:
        values = {column: _nothing(table, column, ids[0]) for column in alike}
        tx.session.execute(update(table).where(table.c.id.in_(ids)).values(values))


def _nothing(table: Table, column: Column[Any], row_id: UUID) -> str | None:
    if column.unique:
        return f"gone-{row_id}"
    return None if column.nullable else _EMPTY.get(f"{table.name}.{column.name}", "")


def _forget_names(tx: Transaction, rows: Rows) -> None:
    ids: Sequence[UUID] = next((ids for table, ids in rows.items() if table.name == NameToken.__tablename__), [])
    for some in _slices(ids):
        tx.session.execute(delete(NameToken).where(NameToken.id.in_(some)))


def _forget_numbers(tx: Transaction, family: Family, own: Sequence[UUID]) -> None:
    """Nobody finds them under a number any more; one they share stays whole, for the others."""
    for phone in tx.session.scalars(select(Phone).where(Phone.id.in_(own))).all():
        number, index, version = phone.number, phone.number_index, phone.index_version
        phone.number_index = phone.id.bytes
        tx.session.flush()
        standing = and_(OptOut.phone_id == phone.id, OptOut.ended_at.is_(None))
        if _is_there(tx, standing):
            apart = tx.add(Phone(number=number, number_index=index, index_version=version))
            tx.session.flush()
            tx.session.execute(update(OptOut).where(standing).values(phone_id=apart.id))
    tx.session.execute(
        update(ContactPhone)
        .where(ContactPhone.phone_id.in_(phones_of(tx, family)), ContactPhone.until.is_(None), _is_of(family))
        .values(until=tx.now)
        .execution_options(synchronize_session=False)
    )


def _is_of(family: Family) -> Any:
    return ContactPhone.contact_id.in_(select(Contact.id).where(Contact.family_id == family.id))


def _slices(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
