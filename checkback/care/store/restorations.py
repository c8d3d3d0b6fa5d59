"""What a backup that was put back does not know, and that nothing goes to families until it does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from checkback.care.model import (
    CheckIn,
    Contact,
    Conversation,
    Counter,
    DialogueTurn,
    GoneText,
    OutboundMessage,
    Phone,
    Restoration,
)
from checkback.care.store.database import Transaction
from checkback.care.terms import CheckInState, OutboundKind, OutboundState, Sender, TurnState

#: Numbers given out after the backup were spoken and written down; none of them is given a second time.
NUMBERS_LEFT_OUT = 1000
_KEPT_IN_MIND_FOR = timedelta(days=14)
_PURPOSE = "gone-text"
#: Counts lines, not names that people speak.
_NO_REFERENCE = "audit-chain"
#: What we begin by ourselves. What answers a person's own words is answered in those words' own time.
_BEGUN_BY_US = frozenset({OutboundKind.WELCOME, OutboundKind.CHECK_IN})
_NOT_GONE = (OutboundState.QUEUED, OutboundState.SENDING, OutboundState.UNCLEAR)


def unreconciled(tx: Transaction) -> Restoration | None:
    """The restoration that still waits to be reconciled; while there is one, nothing goes to families."""
    waits = select(Restoration).where(Restoration.reconciled_at.is_(None)).order_by(Restoration.backup_at).limit(1)
    return tx.session.scalar(waits)


def all_unreconciled(tx: Transaction) -> Sequence[Restoration]:
    """Each of them, held."""
    return tx.session.scalars(select(Restoration).where(Restoration.reconciled_at.is_(None)).with_for_update()).all()


def leave_numbers_out(tx: Transaction) -> None:
    """Let every counter of references jump."""
    tx.session.execute(
        update(Counter).where(Counter.name != _NO_REFERENCE).values(last=Counter.last + NUMBERS_LEFT_OUT)
    )


def not_gone(tx: Transaction, phone: Phone, sender: Sender) -> Sequence[OutboundMessage]:
    """Texts to this phone that by this database have not surely gone, the oldest first."""
    return tx.session.scalars(
        select(OutboundMessage)
        .where(
            OutboundMessage.phone_id == phone.id,
            OutboundMessage.sender == sender,
            OutboundMessage.state.in_(_NOT_GONE),
        )
        .order_by(OutboundMessage.queued_at)
    ).all()


def queued_to(tx: Transaction, phone: Phone) -> Sequence[OutboundMessage]:
    """Texts of a family's thread that wait to go to this phone."""
    return tx.session.scalars(
        select(OutboundMessage).where(
            OutboundMessage.phone_id == phone.id,
            OutboundMessage.sender == Sender.FAMILY,
            OutboundMessage.state == OutboundState.QUEUED,
        )
    ).all()


def conversation_ids(tx: Transaction, phone: Phone) -> Sequence[UUID]:
    """Every thread with this phone."""
    return tx.session.scalars(select(Conversation.id).where(Conversation.phone_id == phone.id)).all()


def open_turns(tx: Transaction, phone: Phone) -> Sequence[DialogueTurn]:
    """Turns with this phone whose answer is not kept."""
    return tx.session.scalars(
        select(DialogueTurn)
        .join(Conversation, Conversation.id == DialogueTurn.conversation_id)
        .where(Conversation.phone_id == phone.id, DialogueTurn.state == TurnState.OPEN)
    ).all()


def promises_until(tx: Transaction, contacts: Sequence[Contact], moment: datetime) -> Sequence[CheckIn]:
    """Promises to these contacts that fell due by then and, by this database, were not asked."""
    return tx.session.scalars(
        select(CheckIn)
        .where(
            CheckIn.contact_id.in_([contact.id for contact in contacts]),
            CheckIn.state.in_([CheckInState.PLANNED, CheckInState.DUE]),
            CheckIn.due_at <= moment,
        )
        .order_by(CheckIn.due_at)
    ).all()


def keep_gone(tx: Transaction, phone: Phone, body: str, carrier_sid: str, went_at: datetime) -> GoneText | None:
    """Keep in mind that the carrier has this text; None when that is known."""
    kept = GoneText(phone_id=phone.id, digest=_digest(tx, body), carrier_sid=carrier_sid, went_at=went_at)
    return kept if tx.add_if_new(kept) else None


def gone_before(tx: Transaction, message: OutboundMessage) -> GoneText | None:
    """The text with the same words that went to this phone before the database was put back, if there was one."""
    if message.sender is not Sender.FAMILY or message.kind not in _BEGUN_BY_US:
        return None
    return tx.session.scalar(
        select(GoneText)
        .where(
            GoneText.phone_id == message.phone_id,
            GoneText.digest == _digest(tx, message.body),
            GoneText.used_at.is_(None),
            GoneText.went_at > tx.now - _KEPT_IN_MIND_FOR,
        )
        .order_by(GoneText.went_at)
        .limit(1)
        .with_for_update(key_share=True)
    )


def _digest(tx: Transaction, body: str) -> bytes:
    return tx.keyring.index(body, _PURPOSE)
