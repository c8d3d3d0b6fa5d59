"""What is done at once for a family's text, in the unit of work that keeps it: everything but the conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from checkback.care.flows.paging import pager_of
from checkback.care.model import Contact, Conversation, Family, InboundMessage, Phone
from checkback.care.ports import Assessment
from checkback.care.rules import keywords, strangers
from checkback.care.rules.events import Event
from checkback.care.rules.help_replies import help_reply
from checkback.care.rules.hours import ANSWER_IS_FREE_FOR
from checkback.care.rules.media import received_as
from checkback.care.rules.pausing import day_in_words, pauses_until
from checkback.care.runtime import Runtime
from checkback.care.steps import closed_question, events, numbers, pausing, phone_safety, replying, screening
from checkback.care.steps.away import say_truly
from checkback.care.steps.concern import raise_concern
from checkback.care.steps.consent import (
    NO,
    YES,
    agrees_after_all,
    answer_consent,
    plan_anew,
    repeats_answer,
    takes_back_consent,
)
from checkback.care.steps.opt_out import opt_in, opt_out
from checkback.care.steps.outbox import queue_for_family
from checkback.care.steps.planning import replan
from checkback.care.steps.tasks import open_task, task_key
from checkback.care.steps.words import mode_of, say_to_a_stranger
from checkback.care.store import Transaction, escalations, messages, people
from checkback.care.terms import (
    Danger,
    DistressLevel,
    InboundState,
    OptOutSource,
    OutboundKind,
    PhoneDoubt,
    Sender,
    TaskKind,
)

#: While a person has the conversation, how often at most we say that somebody is being told.
REASSURE_EVERY = timedelta(minutes=30)
#: From here on Unicode has arrows, dingbats and emoji: a thumbs-up is an answer, a lone slash is not.
FIRST_PICTURE_SIGN = 0x2190


@dataclass(frozen=True)
class Heard:
    """One family text with all that is known of it. Where the writer cannot be texted, nothing answers by itself."""

    inbound: InboundMessage
    phone: Phone
    conversation: Conversation
    contact: Contact | None
    assessment: Assessment
    opt_out_type: str | None
    """What the carrier made of it, where its own opt-out lists are in use: STOP, START or HELP."""
    can_be_texted: bool = True

    @property
    def carrier_stops(self) -> bool:
        """Whether the carrier has blocked our texts for it, and said so."""
        return self.opt_out_type == "STOP" or keywords.stops(self.inbound.as_delivered or self.inbound.body)


def respond(tx: Transaction, rt: Runtime, heard: Heard) -> None:
    """Opt-outs, distress, and every answer that does not need the assistant; the rest waits for it."""
    had_opted_out = people.opt_out_of(tx, heard.phone.id, Sender.FAMILY) is not None
    opted_out = _opt_outs(tx, rt, heard)
    _ask_no_more_items(tx, heard, opted_out=opted_out)
    if heard.contact is not None and not opted_out:
        events.happened(tx, Event.ANSWERED, heard.contact)
        replan(tx, heard.contact)
    paused_until = None if opted_out else _pause(tx, heard)
    if heard.assessment.level.rank >= DistressLevel.HIGH.rank:
        _answer_distress(tx, rt, heard, opted_out=opted_out)
    elif opted_out and not had_opted_out:
        _confirm_opt_out(tx, rt, heard)
    elif _wants_texts_again(tx, heard):
        _opt_in(tx, rt, heard)
    elif people.opt_out_of(tx, heard.phone.id, Sender.FAMILY):
        _show_to_a_person(tx, heard)  # they wrote, but want no texts of ours
    elif not heard.can_be_texted:
        _show_once(tx, heard)
    elif closed_question.reply_to(heard.conversation, heard.inbound.body):
        _answer_digit(tx, rt, heard)
    elif heard.conversation.with_person_since is not None:
        _leave_to_the_person(tx, rt, heard)
    elif _answers_are_held(tx, heard):
        _keep_consent(tx, heard)
        _show_to_a_person(tx, heard)
    elif replying.is_flood(tx, heard.phone):
        _answer_flood(tx, rt, heard)
    elif paused_until is not None and heard.contact is not None:
        heard.inbound.state = InboundState.WITH_A_PERSON
        day = day_in_words(paused_until, heard.contact.language)
        _queue(tx, rt, heard, OutboundKind.ANSWER, "pause.promised", day=day)
    else:
        _answer_the_rest(tx, rt, heard)


def _ask_no_more_items(tx: Transaction, heard: Heard, *, opted_out: bool) -> None:
    """Whoever is in distress, or wants no texts, is asked no item of any questionnaire."""
    if not opted_out and heard.assessment.level.rank < DistressLevel.HIGH.rank:
        return
    reason = "opted-out" if opted_out else "distress"
    for user in people.contacts_of(tx, heard.phone):
        screening.stop(tx, user, reason)
    if heard.conversation.asked in screening.ASKED:
        heard.conversation.asked = None


def _answers_are_held(tx: Transaction, heard: Heard) -> bool:
    family_id = heard.contact.family_id if heard.contact else None
    return events.answer_is_held(tx, family_id, heard.inbound.received_at + ANSWER_IS_FREE_FOR)


def _opt_outs(tx: Transaction, rt: Runtime, heard: Heard) -> bool:
    if heard.carrier_stops:
        opt_out(tx, heard.phone, Sender.FAMILY, OptOutSource.KEYWORD, pager_of(rt))
        return True
    if heard.assessment.opt_out and not _means_less(tx, heard):
        opt_out(tx, heard.phone, Sender.FAMILY, OptOutSource.WORDS, pager_of(rt))
        return True
    return False


def _means_less(tx: Transaction, heard: Heard) -> bool:
    """What sounds like an end of texts and is not: a pause with a day to it, or "no answer" of a place we named."""
    if help_reply(heard.conversation.asked, heard.inbound.body) is not None:
        return True
    return _pause_wanted(tx, heard) is not None


def _pause_wanted(tx: Transaction, heard: Heard) -> date | None:
    if heard.contact is None or not heard.assessment.opt_out:
        return None
    return pauses_until(heard.inbound.body, tx.now.astimezone(ZoneInfo(heard.contact.zone)).date())


def _pause(tx: Transaction, heard: Heard) -> date | None:
    """No check-in to this phone before that day, whatever else it says; a person looks whether they meant more."""
    day = _pause_wanted(tx, heard)
    if day is not None:
        for user in people.contacts_of(tx, heard.phone):
            pausing.pause(tx, user, day)
        _task(tx, heard, TaskKind.PAUSE)
    return day


def _wants_texts_again(tx: Transaction, heard: Heard) -> bool:
    if people.opt_out_of(tx, heard.phone.id, Sender.FAMILY) is None:
        return False  # "start" is a word like any other then
    blocked = _blocked_by_carrier(tx, heard.phone)
    return heard.opt_out_type == "START" or keywords.starts(heard.inbound.body, blocked=blocked)


def _blocked_by_carrier(tx: Transaction, phone: Phone) -> bool:
    standing = people.opt_out_of(tx, phone.id, Sender.FAMILY)
    return standing is not None and standing.is_by_carrier


def _answer_distress(tx: Transaction, rt: Runtime, heard: Heard, *, opted_out: bool) -> None:
    had_a_person = heard.conversation.with_person_since is not None
    no_texts = opted_out or people.opt_out_of(tx, heard.phone.id, Sender.FAMILY) is not None
    blocked = no_texts or not heard.can_be_texted
    raise_concern(
        tx,
        pager_of(rt),
        heard.inbound,
        heard.conversation,
        heard.contact,
        heard.assessment,
        texts_blocked=blocked,
    )
    heard.inbound.state = InboundState.WITH_A_PERSON
    if heard.contact is not None and heard.assessment.level is DistressLevel.ACUTE:
        events.happened(tx, Event.ACUTE, heard.contact)
    if heard.contact is not None and heard.assessment.danger is Danger.DURESS:
        phone_safety.somebody_reads_along(tx, heard.contact)
    _tell_others_of_this_phone(tx, heard)
    mode = mode_of(tx, heard.contact)
    answer = rt.answers.when_unsure if heard.assessment.review else rt.answers.answer
    key = answer(heard.assessment.danger, heard.assessment.level, mode)
    if key is not None and _was_just_said(tx, heard, key):  # not the same again, and no silence either
        key = rt.answers.while_held(heard.assessment.danger, heard.assessment.level, mode)
    if key is None or blocked or _was_just_said(tx, heard, key):
        return
    if heard.assessment.danger is Danger.DURESS and had_a_person and _was_reassured(tx, heard.conversation):
        return  # any other text would have met silence now: an answer would show that this one was heard
    heard.conversation.reassured_at = tx.now
    if key == closed_question.QUESTION:
        heard.conversation.asked = key
    _queue(tx, rt, heard, OutboundKind.SAFETY, key)


def _was_reassured(tx: Transaction, conversation: Conversation) -> bool:
    return conversation.reassured_at is not None and tx.now - conversation.reassured_at < REASSURE_EVERY


def _was_just_said(tx: Transaction, heard: Heard, key: str) -> bool:
    return messages.sent_since(tx, heard.phone.id, key, tx.now - REASSURE_EVERY)


def _answer_digit(tx: Transaction, rt: Runtime, heard: Heard) -> None:
    """To the closed question: safe, or a call please. (Not safe is answered as distress.)"""
    calls = closed_question.reply_to(heard.conversation, heard.inbound.body) == closed_question.CALL_ME
    heard.inbound.state = InboundState.WITH_A_PERSON
    _task(tx, heard, TaskKind.CALL_BACK if calls else TaskKind.TEXT_TO_READ)
    _queue(tx, rt, heard, OutboundKind.ANSWER, "callback.promised" if calls else "fallback.heard")


def _tell_others_of_this_phone(tx: Transaction, heard: Heard) -> None:
    """A phone may serve two families: who of them wrote is a guess, so the other's worker gets a task."""
    for contact in people.contacts_of(tx, heard.phone):
        if heard.contact is not None and contact.family_id != heard.contact.family_id:
            open_task(
                tx,
                TaskKind.DISTRESS,
                dedupe_key=f"shared-phone:{heard.inbound.id}:{contact.family_id}",
                family=tx.get(Family, contact.family_id),
                detail="Distress was heard from a phone this family shares with another one.",
            )


def _opt_in(tx: Transaction, rt: Runtime, heard: Heard) -> None:
    carrier_answers = _blocked_by_carrier(tx, heard.phone)
    if opt_in(tx, heard.phone, Sender.FAMILY) and not carrier_answers:
        _queue(tx, rt, heard, OutboundKind.CONFIRMATION, "opt_in.confirmed")


def _confirm_opt_out(tx: Transaction, rt: Runtime, heard: Heard) -> None:
    # The carrier answers its own keywords; one confirmation of ours is allowed for everything else
    # (47 CFR 64.1200(a)(12)).
    if not heard.carrier_stops:
        _queue(tx, rt, heard, OutboundKind.CONFIRMATION, "opt_out.confirmed")


def _leave_to_the_person(tx: Transaction, rt: Runtime, heard: Heard) -> None:
    heard.inbound.state = InboundState.WITH_A_PERSON
    _keep_consent(tx, heard)
    if _was_reassured(tx, heard.conversation):
        return
    family_id = heard.contact.family_id if heard.contact else None
    escalation = escalations.open_of_conversation(tx, heard.conversation.id, family_id)
    danger, level = (escalation.danger, escalation.level) if escalation else (None, DistressLevel.HIGH)
    key = rt.answers.while_held(danger, level, mode_of(tx, heard.contact))
    if key is not None:
        heard.conversation.reassured_at = tx.now
        _queue(tx, rt, heard, OutboundKind.SAFETY, key)


def _keep_consent(tx: Transaction, heard: Heard) -> None:
    """While the assistant is silent, an answer to the consent question is kept all the same."""
    if heard.contact is not None and _answers_consent(heard):
        answer_consent(tx, heard.contact, heard.conversation, heard.inbound.body.strip(" .!"))
        heard.conversation.asked = None


def _answers_consent(heard: Heard) -> bool:
    return heard.conversation.asked == "consent.ask" and heard.inbound.body.strip(" .!") in (YES, NO)


def _answer_the_rest(tx: Transaction, rt: Runtime, heard: Heard) -> None:
    if heard.contact is None:
        _answer_stranger(tx, rt, heard)
    elif heard.contact.wrong_person_at is not None:
        _show_to_a_person(tx, heard)
    elif heard.phone.doubt is PhoneDoubt.TO_CONFIRM:
        _answer_whose_number(tx, rt, heard)
    elif phone_safety.is_reply(tx, heard.conversation, heard.inbound.body):
        _answer_who_reads(tx, rt, heard, heard.contact)
    elif takes_back_consent(tx, heard.contact, heard.conversation, heard.inbound.body):
        answer_consent(tx, heard.contact, heard.conversation, NO)
        _queue(tx, rt, heard, OutboundKind.ANSWER, "consent.declined")
    elif agrees_after_all(tx, heard.contact, heard.conversation, heard.inbound.body):
        answer_consent(tx, heard.contact, heard.conversation, YES)
        plan_anew(tx, heard.contact, heard.conversation)
        _queue(tx, rt, heard, OutboundKind.ANSWER, "consent.thanks")
    elif repeats_answer(tx, heard.contact, heard.conversation, heard.inbound.body):
        heard.inbound.state, heard.inbound.answered_at = InboundState.ANSWERED, tx.now  # one answer has gone to it
    elif heard.opt_out_type == "HELP" or keywords.asks_for_help(heard.inbound.body):
        # The carrier answers with the price of a text; whoever asked it may have meant us.
        _queue(tx, rt, heard, OutboundKind.ANSWER, "fallback.heard")
        _show_to_a_person(tx, heard)
    elif heard.inbound.media_count and not heard.inbound.body.strip():
        _queue(tx, rt, heard, OutboundKind.ANSWER, received_as(heard.inbound.media))
        _task(tx, heard, TaskKind.PICTURE)
    elif not _has_words(heard.inbound.body):
        _queue(tx, rt, heard, OutboundKind.ANSWER, "fallback.heard")
        _show_to_a_person(tx, heard)
    else:
        heard.inbound.state = InboundState.WAITING
        if heard.inbound.media_count:
            _task(tx, heard, TaskKind.PICTURE)


def _answer_whose_number(tx: Transaction, rt: Runtime, heard: Heard) -> None:
    """We asked whether they know us. What is neither 1 nor 2 a person reads, and says whose number it is."""
    digit = heard.inbound.body.strip(" .!")
    if digit not in (YES, NO):
        asks_who = strangers.answer_to_a_stranger(heard.inbound.body) == strangers.WHO_WE_ARE
        _queue(tx, rt, heard, OutboundKind.ANSWER, strangers.WHO_WE_ARE if asks_who else "fallback.heard")
        _show_to_a_person(tx, heard)
        return
    heard.conversation.asked = None
    if digit == YES:
        numbers.confirmed(tx, heard.phone)
        _queue(tx, rt, heard, OutboundKind.ANSWER, "number.confirmed")
    else:
        _queue(tx, rt, heard, OutboundKind.ANSWER, "wrong_person.sorry")
        numbers.changed_hands(tx, heard.phone, "said-so")


def _answer_who_reads(tx: Transaction, rt: Runtime, heard: Heard, contact: Contact) -> None:
    """Queued before it is kept: worded as the phone was, it shows nobody what the answer changed."""
    heard.inbound.state, heard.inbound.answered_at = InboundState.ANSWERED, tx.now
    if heard.conversation.asked is None:
        return  # the same digit once more: it is answered
    _queue(tx, rt, heard, OutboundKind.ANSWER, phone_safety.NOTED)
    phone_safety.keep_reply(tx, contact, heard.conversation, heard.inbound)


def _answer_stranger(tx: Transaction, rt: Runtime, heard: Heard) -> None:
    # Neutral, and at most once a day: whoever this is learns nothing of anybody.
    _queue(tx, rt, heard, OutboundKind.ANSWER, strangers.answer_to_a_stranger(heard.inbound.body))
    replying.open_one_task(tx, TaskKind.UNKNOWN_SENDER, heard.conversation, heard.inbound.id)


def _answer_flood(tx: Transaction, rt: Runtime, heard: Heard) -> None:
    """Somebody's machine, or somebody who cannot stop: the assistant is kept out, and a person looks."""
    if not messages.sent_since(tx, heard.phone.id, "fallback.heard", tx.now - replying.DAY):
        _queue(tx, rt, heard, OutboundKind.ANSWER, "fallback.heard")
    _show_once(tx, heard)


def _show_once(tx: Transaction, heard: Heard) -> None:
    """Ask a person to look at what this phone writes, unless somebody is asked already."""
    kind = TaskKind.UNKNOWN_SENDER if heard.contact is None else TaskKind.TEXT_TO_READ
    heard.inbound.state = InboundState.WITH_A_PERSON
    replying.open_one_task(tx, kind, heard.conversation, heard.inbound.id)


def _show_to_a_person(tx: Transaction, heard: Heard) -> None:
    if replying.is_flood(tx, heard.phone):
        _show_once(tx, heard)
    else:
        heard.inbound.state = InboundState.WITH_A_PERSON
        _task(tx, heard, TaskKind.TEXT_TO_READ)


def _has_words(body: str) -> bool:
    """Whether anything is left for the assistant once what it would take for a command is gone."""
    return any(c.isalnum() or ord(c) >= FIRST_PICTURE_SIGN for c in body)


def _queue(tx: Transaction, rt: Runtime, heard: Heard, kind: OutboundKind, key: str, **facts: str) -> None:
    if not heard.can_be_texted:
        return
    if kind is not OutboundKind.SAFETY and not replying.may_reply(tx, heard.phone, heard.contact):
        return
    queue_for_family(
        tx,
        heard.conversation,
        heard.contact,
        kind,
        _words(tx, rt, heard, key, facts),
        dedupe_key=f"answer:{heard.inbound.id}:{key}",
        wording=key,
        wording_version=rt.wording.version,
        answers_text_of=heard.inbound.received_at,
    )
    heard.inbound.answered_at = tx.now


def _words(tx: Transaction, rt: Runtime, heard: Heard, key: str, facts: Mapping[str, str]) -> str:
    if heard.contact is not None:
        return say_truly(tx, rt.wording, key, heard.contact, **facts)
    return say_to_a_stranger(tx, rt.wording, key, strangers.language_of(heard.inbound.body))


def _task(tx: Transaction, heard: Heard, kind: TaskKind) -> None:
    open_task(
        tx,
        kind,
        dedupe_key=task_key(kind, heard.inbound.id),
        family=tx.get(Family, heard.contact.family_id) if heard.contact else None,
        conversation=heard.conversation,
    )
