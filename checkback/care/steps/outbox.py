"""Queueing texts. Nothing is sent here: a worker hands over what was committed."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from checkback.care.model import CheckIn, Contact, Conversation, DialogueTurn, EscalationNotice, OutboundMessage, Phone
from checkback.care.rules.hours import ANSWER_IS_FREE_FOR
from checkback.care.rules.priorities import priority_of
from checkback.care.rules.segments import fit, segments
from checkback.care.steps.words import mode_of
from checkback.care.store import Transaction
from checkback.care.terms import Lane, OutboundKind, OutboundState, Sender, Urgency

ANSWER_HOLDS_FOR = timedelta(hours=24)
SAFETY_HOLDS_FOR = timedelta(minutes=30)
ALERT_HOLDS_FOR = timedelta(minutes=10)
PERSONAL_HOLDS_FOR = timedelta(hours=4)
REMINDER_HOLDS_FOR = timedelta(hours=1)
CANARY_HOLDS_FOR = timedelta(minutes=30)

_HOLDS = {
    OutboundKind.ANSWER: ANSWER_HOLDS_FOR,
    OutboundKind.WELCOME: timedelta(hours=36),
    OutboundKind.SAFETY: SAFETY_HOLDS_FOR,
    OutboundKind.CONFIRMATION: SAFETY_HOLDS_FOR,
    OutboundKind.PERSONAL: PERSONAL_HOLDS_FOR,
}
_AT_ONCE = frozenset({OutboundKind.SAFETY, OutboundKind.CONFIRMATION, OutboundKind.PERSONAL})


def queue_for_family(  # noqa: PLR0913 - a row of many columns
    tx: Transaction,
    conversation: Conversation,
    contact: Contact | None,
    kind: OutboundKind,
    body: str,
    *,
    dedupe_key: str,
    wording: str | None = None,
    wording_version: str | None = None,
    answers_text_of: datetime | None = None,
    turn: DialogueTurn | None = None,
    check_in: CheckIn | None = None,
    not_after: datetime | None = None,
    author_id: UUID | None = None,
) -> OutboundMessage | None:
    """Queue a text for a family's phone; None when one for the same thing is queued or sent already.

    Args:
        wording_version: of the sentences the words are made of; None for a person's own.
        answers_text_of: when the person wrote what this answers; for ten minutes from then hours do not bind it.
    """
    words = fit(body)
    message = OutboundMessage(
        kind=kind,
        lane=Lane.ALERTS if kind in _AT_ONCE else Lane.FAMILIES,
        sender=Sender.FAMILY,
        phone_id=conversation.phone_id,
        body=words,
        dedupe_key=dedupe_key,
        queued_at=tx.now,
        due_at=tx.now,
        not_after=not_after or tx.now + _HOLDS[kind],
        priority=priority_of(kind, is_fresh=answers_text_of is not None),
        segments=segments(words),
        conversation_id=conversation.id,
        contact_id=contact.id if contact else None,
        family_id=contact.family_id if contact else None,
        check_in_id=check_in.id if check_in else None,
        turn_id=turn.id if turn else None,
        author_id=author_id,
        wording=wording,
        wording_version=wording_version,
        mode=mode_of(tx, contact),
        free_until=answers_text_of + ANSWER_IS_FREE_FOR if answers_text_of else None,
    )
    return _keep(tx, message, conversation)


def queue_alert(
    tx: Transaction,
    phone: Phone,
    body: str,
    notice: EscalationNotice,
    *,
    due_at: datetime | None = None,
    urgency: Urgency | None = None,
) -> OutboundMessage | None:
    """Queue an alert to a member of staff, through the sender that check-ins never use; the more urgent goes first."""
    return _queue_for_staff(
        tx,
        OutboundKind.NOTICE,
        phone,
        body,
        f"notice:{notice.id}",
        due_at=due_at,
        notice_id=notice.id,
        urgency=urgency,
    )


def queue_staff_answer(tx: Transaction, phone: Phone, body: str, inbound_id: UUID) -> OutboundMessage | None:
    """Queue the one clear line a member of staff gets back."""
    return _queue_for_staff(tx, OutboundKind.STAFF_ANSWER, phone, body, f"staff-answer:{inbound_id}")


def queue_alarm(
    tx: Transaction, phone: Phone, body: str, dedupe_key: str, *, due_at: datetime | None = None
) -> OutboundMessage | None:
    """Queue word of something that is no one escalation: a trouble of the whole house, or many alerts at once."""
    return _queue_for_staff(tx, OutboundKind.ALARM, phone, body, dedupe_key, due_at=due_at)


def queue_reminder(tx: Transaction, phone: Phone, body: str, dedupe_key: str) -> OutboundMessage | None:
    """Queue word to one member of staff that work waits for them; it goes behind every alert."""
    return _queue_for_staff(tx, OutboundKind.REMINDER, phone, body, dedupe_key)


def queue_canary(tx: Transaction, sender: Sender, phone: Phone, body: str, dedupe_key: str) -> OutboundMessage | None:
    """Queue a text from one number of ours to another; everything else goes first."""
    words = fit(body)
    message = OutboundMessage(
        kind=OutboundKind.CANARY,
        lane=Lane.FAMILIES,
        sender=sender,
        phone_id=phone.id,
        body=words,
        dedupe_key=dedupe_key,
        queued_at=tx.now,
        due_at=tx.now,
        not_after=tx.now + CANARY_HOLDS_FOR,
        priority=priority_of(OutboundKind.CANARY),
        segments=segments(words),
    )
    return _keep(tx, message)


def _queue_for_staff(
    tx: Transaction,
    kind: OutboundKind,
    phone: Phone,
    body: str,
    dedupe_key: str,
    *,
    due_at: datetime | None = None,
    notice_id: UUID | None = None,
    urgency: Urgency | None = None,
) -> OutboundMessage | None:
    words, due = fit(body), due_at or tx.now
    message = OutboundMessage(
        kind=kind,
        lane=Lane.ALERTS,
        sender=Sender.ALERT,
        phone_id=phone.id,
        body=words,
        dedupe_key=dedupe_key,
        queued_at=tx.now,
        due_at=due,
        not_after=due + (REMINDER_HOLDS_FOR if kind is OutboundKind.REMINDER else ALERT_HOLDS_FOR),
        priority=priority_of(kind, urgency=urgency),
        segments=segments(words),
        notice_id=notice_id,
    )
    return _keep(tx, message)


def cancel(tx: Transaction, message: OutboundMessage, reason: str) -> None:
    """Take a text back that has not been handed over."""
    if message.state is OutboundState.QUEUED and message.advance(OutboundState.CANCELLED, tx.now):
        message.reason = reason
        tx.record("text.cancelled", message)


def _keep(
    tx: Transaction, message: OutboundMessage, conversation: Conversation | None = None
) -> OutboundMessage | None:
    if not tx.add_if_new(message):
        return None
    if conversation is not None:
        conversation.last_text_at = tx.now
    tx.record("text.queued", message)
    return message
