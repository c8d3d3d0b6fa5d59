"""A text the assistant did not understand: once in a row it says what they can write, then a person reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import takewhile

from checkback.care.model import Conversation, DialogueTurn, InboundMessage
from checkback.care.rules.help_replies import OFFERED
from checkback.care.store import Transaction, messages
from checkback.care.terms import DistressLevel, SafetyMode

NOT_UNDERSTOOD = "nlu_fallback"
A_PERSON_READS, WHAT_TO_WRITE, A_PERSON_READS_THIS_TOO = "fallback.heard", "fallback.first", "fallback.again"
#: Older ones are another talk.
IN_A_ROW = timedelta(days=7)
#: Nobody gets the same words twice within this.
SAID_LATELY = timedelta(minutes=30)
#: For so long after they disclosed something, whatever we do not understand goes to a person.
AFTER_A_DISCLOSURE = timedelta(days=30)


def answer_to(
    tx: Transaction,
    turn: DialogueTurn,
    conversation: Conversation,
    texts: Sequence[InboundMessage],
    mode: SafetyMode,
) -> str:
    """The key of what to say. Each but WHAT_TO_WRITE says that a person reads, so one must be asked to.

    What answers a question of ours, comes with a picture, shows any distress or follows a disclosure is never put off
    with what they can write; nor is anything on an unsafe phone, where that would be seen.
    """
    if turn.intent != NOT_UNDERSTOOD:
        return A_PERSON_READS
    before = messages.turns_before(tx, turn, tx.now - IN_A_ROW)
    in_a_row = list(takewhile(lambda each: each.intent == NOT_UNDERSTOOD, before))
    if not in_a_row:
        may_wait = _is_small_talk(tx, conversation, texts) and mode is not SafetyMode.UNSAFE
        return WHAT_TO_WRITE if may_wait else A_PERSON_READS
    last = in_a_row[0].ended_at
    was_said = len(in_a_row) > 1 and last is not None and tx.now - last < SAID_LATELY
    return A_PERSON_READS_THIS_TOO if was_said else A_PERSON_READS


def _is_small_talk(tx: Transaction, conversation: Conversation, texts: Sequence[InboundMessage]) -> bool:
    if conversation.asked not in (None, OFFERED) or any(text.media_count for text in texts):
        return False
    if any(text.level is not DistressLevel.NONE for text in texts):
        return False
    return not messages.has_disclosed(tx, conversation.id, tx.now - AFTER_A_DISCLOSURE)
