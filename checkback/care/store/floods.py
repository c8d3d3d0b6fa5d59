"""Counting what one phone writes and gets, so that a flood of texts makes no flood of answers and tasks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select

from checkback.care.model import Conversation, InboundMessage, OutboundMessage, Phone, Task
from checkback.care.store.database import Transaction
from checkback.care.terms import InboundState, OutboundKind, Sender, TaskKind, TaskState

#: What we say by ourselves to a text that nobody and nothing has understood.
_UNASKED = (OutboundKind.ANSWER, OutboundKind.CONFIRMATION)


def texts_of(tx: Transaction, phone: Phone, since: datetime) -> int:
    """How many texts came from this phone since then."""
    return tx.session.scalars(
        select(func.count())
        .select_from(InboundMessage)
        .where(InboundMessage.phone_id == phone.id, InboundMessage.received_at > since)
    ).one()


def unasked_replies_to(tx: Transaction, phone: Phone, since: datetime) -> int:
    """How many replies this phone got since then that neither a person nor the assistant wrote."""
    return tx.session.scalars(
        select(func.count())
        .select_from(OutboundMessage)
        .where(
            OutboundMessage.phone_id == phone.id,
            OutboundMessage.sender == Sender.FAMILY,
            OutboundMessage.kind.in_(_UNASKED),
            OutboundMessage.turn_id.is_(None),
            OutboundMessage.queued_at > since,
        )
    ).one()


def last_acted_at(tx: Transaction, phone: Phone) -> datetime | None:
    """When somebody last saw to what this phone wrote: a person wrote or did its task, or the assistant answered."""
    theirs = select(Conversation.id).where(Conversation.phone_id == phone.id)
    wrote = select(func.max(OutboundMessage.queued_at)).where(
        OutboundMessage.phone_id == phone.id, OutboundMessage.kind == OutboundKind.PERSONAL
    )
    did = select(func.max(Task.done_at)).where(Task.conversation_id.in_(theirs))
    answered = select(func.max(InboundMessage.answered_at)).where(
        InboundMessage.phone_id == phone.id, InboundMessage.state == InboundState.ANSWERED
    )
    moments = [tx.session.scalar(each) for each in (wrote, did, answered)]
    return max((moment for moment in moments if moment is not None), default=None)


def has_open_task(tx: Transaction, conversation_id: UUID, kind: TaskKind) -> bool:
    """Whether a person has a task of this kind for this conversation still to do."""
    return bool(
        tx.session.scalar(
            select(
                exists().where(Task.conversation_id == conversation_id, Task.kind == kind, Task.state == TaskState.OPEN)
            )
        )
    )
