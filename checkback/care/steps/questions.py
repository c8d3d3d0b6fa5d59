"""What we say and ask beside the dialogue: may we text, whose number is it, who reads the phone."""

from __future__ import annotations

from checkback.care.model import Contact, Conversation, OutboundMessage
from checkback.care.steps.outbox import queue_for_family
from checkback.care.steps.words import say
from checkback.care.store import Transaction
from checkback.care.terms import OutboundKind
from checkback.care.wording import Wording


def ask(
    tx: Transaction, wording: Wording, contact: Contact, conversation: Conversation, question: str, dedupe_key: str
) -> None:
    """Queue this question; what they write next may answer it."""
    conversation.asked = question
    say_beside(tx, wording, contact, conversation, question, dedupe_key)


def say_beside(
    tx: Transaction, wording: Wording, contact: Contact, conversation: Conversation, key: str, dedupe_key: str
) -> OutboundMessage | None:
    """Queue this sentence, within their hours; None when it was queued under this key before."""
    return queue_for_family(
        tx,
        conversation,
        contact,
        OutboundKind.WELCOME,
        say(tx, wording, key, contact),
        dedupe_key=dedupe_key,
        wording=key,
        wording_version=wording.version,
    )
