"""Taking rows out again that should never have come in, with everything that hangs on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, delete, exists, or_, select

from checkback.care.model import (
    Base,
    Contact,
    ContactPhone,
    Conversation,
    Family,
    ImportBatch,
    InboundMessage,
    Note,
    OutboundMessage,
    Phone,
)
from checkback.care.store.database import Transaction
from checkback.care.terms import OutboundState

_NOT_SENT = (OutboundState.QUEUED, OutboundState.CANCELLED)


def families_of(tx: Transaction, batch: ImportBatch) -> Sequence[UUID]:
    """The families that came in with this batch and are there yet."""
    return tx.session.scalars(select(Family.id).where(Family.batch_id == batch.id).order_by(Family.reference)).all()


def latest(tx: Transaction, limit: int = 10) -> Sequence[ImportBatch]:
    """What was imported last, the latest first."""
    return tx.session.scalars(select(ImportBatch).order_by(ImportBatch.imported_at.desc()).limit(limit)).all()


def touched(tx: Transaction, family_ids: Sequence[UUID]) -> Sequence[str]:
    """Those of these families, by reference, that a text went to or came from, or that somebody wrote a note on."""
    went = or_(OutboundMessage.state.not_in(_NOT_SENT), OutboundMessage.attempts > 0)
    theirs = exists().where(OutboundMessage.family_id == Family.id, went)
    came = (
        select(InboundMessage.id)
        .join(Conversation, Conversation.id == InboundMessage.conversation_id)
        .join(Contact, Contact.id == Conversation.contact_id)
        .where(Contact.family_id == Family.id)
        .exists()
    )
    noted = exists().where(Note.family_id == Family.id)
    return tx.session.scalars(
        select(Family.reference).where(Family.id.in_(family_ids), or_(theirs, came, noted)).order_by(Family.reference)
    ).all()


def hold_texts(tx: Transaction, family_id: UUID) -> None:
    """Hold everything queued for this family, so that no worker takes it meanwhile."""
    tx.session.execute(
        select(OutboundMessage.id)
        .where(OutboundMessage.family_id == family_id)
        .order_by(OutboundMessage.id)
        .with_for_update(key_share=True)
    )


def take_out(tx: Transaction, family: Family) -> None:
    """Delete a family, all that hangs on it, and its numbers where nothing else hangs on them. The audit stays."""
    tx.session.flush()
    phones = tx.session.scalars(
        select(ContactPhone.phone_id)
        .join(Contact, Contact.id == ContactPhone.contact_id)
        .where(Contact.family_id == family.id)
    ).all()
    hanging = _hanging_on(tx, family)
    tx.session.expunge_all()
    for table, ids in reversed(list(hanging.items())):
        tx.session.execute(delete(table).where(table.c.id.in_(ids)))
    unused = [phone_id for phone_id in phones if not any(_uses(tx, phone_id))]
    tx.session.execute(delete(Phone).where(Phone.id.in_(unused)))


def _hanging_on(tx: Transaction, family: Family) -> Mapping[Table, Sequence[UUID]]:
    """The rows that point at this family, or at a row that does, table by table in the order of their making."""
    found: dict[Table, Sequence[UUID]] = {Base.metadata.tables[Family.__tablename__]: [family.id]}
    for table in Base.metadata.sorted_tables:
        pointing = [_points_at(column, found[target]) for column, target in _pointers(table) if target in found]
        if pointing and table not in found:
            ids = tx.session.scalars(select(table.c.id).where(or_(*pointing))).all()
            if ids:
                found[table] = ids
    return found


def _points_at(column: ColumnElement[Any], ids: Sequence[UUID]) -> ColumnElement[bool]:
    return column.in_(ids)


def _pointers(table: Table) -> Iterator[tuple[ColumnElement[Any], Table]]:
    for key in table.foreign_keys:
        yield key.parent, key.column.table


def _uses(tx: Transaction, phone_id: UUID) -> Iterator[bool]:
    phone = Base.metadata.tables[Phone.__tablename__]
    for table in Base.metadata.sorted_tables:
        for column, target in _pointers(table):
            if target is phone:
                yield tx.session.scalar(select(exists().where(column == phone_id))) or False
