"""How often one phone is answered by itself, before a person has looked: an auto-responder must not be fed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from checkback.care.model import Contact, Conversation, Phone
from checkback.care.steps.tasks import open_task, task_key
from checkback.care.store import Transaction, floods, people
from checkback.care.terms import TaskKind

#: Replies that neither a person nor the assistant wrote, until somebody sees to what came.
MOST_UNASKED_REPLIES = 5
STRANGERS_ARE_ANSWERED_EVERY = timedelta(hours=24)
#: Nobody writes so much by hand; from here on it is one reply, one task, and every text kept and screened.
FLOOD, FLOOD_WITHIN = 20, timedelta(minutes=10)
FLOOD_OF_A_DAY, DAY = 80, timedelta(hours=24)


def may_reply(tx: Transaction, phone: Phone, contact: Contact | None) -> bool:
    """Whether one more reply may go by itself. Never asked for an answer to distress."""
    if contact is None:
        return not floods.unasked_replies_to(tx, phone, tx.now - STRANGERS_ARE_ANSWERED_EVERY)
    acted = floods.last_acted_at(tx, phone)
    since = max(acted, tx.now - DAY) if acted else tx.now - DAY
    return floods.unasked_replies_to(tx, phone, since) < MOST_UNASKED_REPLIES


def is_flood(tx: Transaction, phone: Phone) -> bool:
    """Whether this phone writes faster or more than people do."""
    return (
        floods.texts_of(tx, phone, tx.now - FLOOD_WITHIN) > FLOOD
        or floods.texts_of(tx, phone, tx.now - DAY) > FLOOD_OF_A_DAY
    )


def open_one_task(tx: Transaction, kind: TaskKind, conversation: Conversation, cause: UUID) -> None:
    """Ask a person to look at a conversation; while somebody is asked already, nobody is asked again."""
    if floods.has_open_task(tx, conversation.id, kind):
        return
    open_task(
        tx,
        kind,
        dedupe_key=task_key(kind, cause),
        family=people.family_of(tx, conversation.contact_id) if conversation.contact_id else None,
        conversation=conversation,
    )
