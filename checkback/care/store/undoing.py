"""Taking rows out again that should never have come in, with everything that hangs on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import delete, exists, or_, select

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
from checkback.care.store.belonging import FAMILY, PHONE, hanging_on, pointers
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
    hanging = hanging_on(tx, {FAMILY: [family.id]})
    tx.session.expunge_all()
    for table, ids in reversed(list(hanging.items())):
        tx.session.execute(delete(table).where(table.c.id.in_(ids)))
    unused = [phone_id for phone_id in phones if not any(_uses(tx, phone_id))]
    tx.session.execute(delete(Phone).where(Phone.id.in_(unused)))


def _uses(tx: Transaction, phone_id: UUID) -> Iterator[bool]:
    for table in Base.metadata.sorted_tables:
        for column, target in pointers(table):
            if target is PHONE:
                yield tx.session.scalar(select(exists().where(column == phone_id))) or False
