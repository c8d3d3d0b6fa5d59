"""The truth about when somebody will call, told to the family once it is known."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import structlog

from checkback.care.model import Contact, Conversation, Escalation
from checkback.care.model.sealing import SealBroken
from checkback.care.rules.opening_words import moment_in_words
from checkback.care.steps.outbox import queue_for_family
from checkback.care.steps.words import mode_of, say
from checkback.care.store import Transaction, people
from checkback.care.terms import OutboundKind, SafetyMode, Sender
from checkback.care.wording import AnswerTable, Wording

log = structlog.get_logger()

_BLAND = (None, "safety.bland")


def say_when(tx: Transaction, wording: Wording, answers: AnswerTable, escalation: Escalation) -> None:
    """Tell whoever wrote by when somebody means to call, as a named day and hour: true however late it arrives.

    Nothing where a text may be read by whoever is the danger, where none arrives, or where they may not be called.
    """
    if escalation.calling_by is None or escalation.contact_id is None or escalation.texts_blocked:
        return
    try:
        contact = tx.get(Contact, escalation.contact_id)
    except SealBroken as error:  # whoever took it has taken it all the same
        log.error("calling.contact-unreadable", id=str(escalation.id), error=str(error))
        return
    conversation = tx.get(Conversation, escalation.conversation_id)
    if not _may_be_told(tx, answers, escalation, contact, conversation):
        return
    by = moment_in_words(escalation.calling_by.astimezone(ZoneInfo(contact.zone)), contact.language)
    queue_for_family(
        tx,
        conversation,
        contact,
        OutboundKind.SAFETY,
        say(tx, wording, "callback.by", contact, by=by),
        dedupe_key=f"calling:{escalation.id}:{escalation.calling_by:%Y-%m-%dT%H:%M}",
        wording="callback.by",
        wording_version=wording.version,
        not_after=escalation.calling_by,
    )


def _may_be_told(
    tx: Transaction, answers: AnswerTable, escalation: Escalation, contact: Contact, conversation: Conversation
) -> bool:
    mode, safety = mode_of(tx, contact), people.safety_of(tx, contact)
    is_bland = answers.while_held(escalation.danger, escalation.level, mode) in _BLAND
    if mode is SafetyMode.UNSAFE or is_bland or not (safety.may_text and safety.may_call):
        return False
    return people.opt_out_of(tx, conversation.phone_id, Sender.FAMILY) is None and contact.wrong_person_at is None
