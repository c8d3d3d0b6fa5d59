"""What follows when a text of ours did not arrive: nobody is left waiting for words that never came.

What an answer of the carrier means stands in `rules.carrier_answers`; here it is carried out, for a refusal and for a
report alike.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from checkback.care.model import CheckIn, EscalationNotice, Family, OutboundMessage, Phone
from checkback.care.rules.carrier_answers import (
    CarrierAnswer,
    Fate,
    PhoneFinding,
    answer_to,
    wait_before_next_try,
)
from checkback.care.rules.hours import NeverOpen, next_start
from checkback.care.rules.sending import AUTOMATIC, BOUND_TO_HOURS, SHORTEST
from checkback.care.steps.check_ins import hand_over, not_asked_after_all
from checkback.care.steps.opt_out import opt_out, pager_is_blocked, texts_are_blocked
from checkback.care.steps.outbox import cancel, queue_alarm
from checkback.care.steps.tasks import alerts_do_not_arrive, open_task, task_key
from checkback.care.steps.telling import Pager, can_be_texted, tell_another_way, tell_news
from checkback.care.steps.timing import hours_of
from checkback.care.store import Transaction, buckets, escalations, messages, people
from checkback.care.terms import (
    NoticeState,
    OptOutSource,
    OutboundKind,
    OutboundState,
    PhoneTrouble,
    Sender,
    TaskKind,
)

log = structlog.get_logger()

#: How long a sender goes slower once the carrier has asked for less.
SLOW_FOR = timedelta(minutes=1)

#: Never tried again once they did not arrive: a person is told at once, and finds another way.
_NOT_TRIED_AGAIN = frozenset(
    {
        OutboundKind.NOTICE,
        OutboundKind.ALARM,
        OutboundKind.REMINDER,
        OutboundKind.STAFF_ANSWER,
        OutboundKind.PERSONAL,
        OutboundKind.CONFIRMATION,
        OutboundKind.CANARY,
    }
)
_TROUBLES = {PhoneFinding.UNKNOWN: PhoneTrouble.UNKNOWN, PhoneFinding.LANDLINE: PhoneTrouble.LANDLINE}
_OPT_OUTS = {PhoneFinding.OPTED_OUT: OptOutSource.CARRIER, PhoneFinding.BLOCKS_US: OptOutSource.BLOCKED}


def did_not_arrive(tx: Transaction, pager: Pager, message: OutboundMessage, state: OutboundState, reason: str) -> None:
    """Mark a text as failed or undelivered, and see to whoever waited for it."""
    if not message.advance(state, tx.now):
        tx.record("text.reported", message)  # late, or again: it has ended already
        return
    message.reason = reason
    tx.record(f"text.{state}", message)
    answer = answer_to(message.error_code)
    _keep_of_the_phone(tx, pager, message, answer)
    _see_to_it(tx, pager, message, _kind_of_task(answer, reason))
    _say_to_the_house(tx, pager, message, answer)


def was_reported_lost(
    tx: Transaction, pager: Pager, message: OutboundMessage, state: OutboundState, reason: str
) -> None:
    """The carrier had it and it surely did not arrive: it is tried again where that helps, or else it has ended."""
    answer = answer_to(message.error_code)
    again_at = None if message.state.is_over else _again_at(tx, message, answer)
    if again_at is None:
        did_not_arrive(tx, pager, message, state, reason)
        return
    if not message.tries_before:
        an_answer_is_late(tx, pager, message)
    message.queue_again(again_at)
    tx.record("text.tried-again", message)
    if message.check_in_id is not None:
        not_asked_after_all(tx, tx.get(CheckIn, message.check_in_id))
    _say_to_the_house(tx, pager, message, answer)


def was_refused_for_now(tx: Transaction, pager: Pager, message: OutboundMessage, back_off: timedelta) -> None:
    """Nothing was sent: it is ours again, until its own time has passed."""
    answer = answer_to(message.error_code)
    may_wait = message.kind not in _NOT_TRIED_AGAIN and message.kind is not OutboundKind.SAFETY
    wait = (wait_before_next_try(answer, 0) if may_wait and answer.fate is not Fate.SLOWED else None) or back_off
    message.queue_again(min(tx.now + wait, max(message.not_after, tx.now + back_off)))
    tx.record("text.retried", message)
    _say_to_the_house(tx, pager, message, answer)


def _again_at(tx: Transaction, message: OutboundMessage, answer: CarrierAnswer) -> datetime | None:
    """When a text that did not arrive is tried again; None when it is not, or when it would be too late then."""
    if answer.fate is Fate.ENDS or message.kind in _NOT_TRIED_AGAIN:
        return None
    if message.kind is OutboundKind.SAFETY:
        return None if message.tries_before else tx.now
    wait = wait_before_next_try(answer, len(message.tries_before))
    if wait is None:
        return None
    hours = hours_of(tx, message) if message.kind in BOUND_TO_HOURS else None
    if hours is not None and message.kind not in AUTOMATIC:
        hours = hours.daily
    try:
        again_at = next_start(tx.now + wait, hours) if hours else tx.now + wait
    except NeverOpen:
        return None
    return again_at if again_at + SHORTEST <= message.not_after else None


def _keep_of_the_phone(tx: Transaction, pager: Pager, message: OutboundMessage, answer: CarrierAnswer) -> None:
    if answer.phone is None:
        return
    phone = tx.get(Phone, message.phone_id)
    if answer.phone in _OPT_OUTS:
        opt_out(tx, phone, message.sender, _OPT_OUTS[answer.phone], pager)
    elif phone.trouble is None:
        phone.trouble, phone.trouble_since = _TROUBLES[answer.phone], tx.now
        tx.record(f"phone.{phone.trouble}", phone)
        _text_it_no_more(tx, pager, message, phone)


def _text_it_no_more(tx: Transaction, pager: Pager, message: OutboundMessage, phone: Phone) -> None:
    for queued in messages.queued_for(tx, phone.id, Sender.FAMILY):
        take_back(tx, pager, queued, "cannot-text")
    for contact in people.contacts_of(tx, phone):
        if contact.family_id != message.family_id:  # a shared phone; this text's own family has its task
            family = tx.get(Family, contact.family_id)
            key = f"{TaskKind.CANNOT_TEXT}:{phone.id}:{contact.id}:{tx.now:%Y-%m-%d}"
            open_task(tx, TaskKind.CANNOT_TEXT, dedupe_key=key, family=family)
    texts_are_blocked(tx, phone, pager)
    if message.sender is Sender.ALERT:
        pager_is_blocked(tx, phone, cause=message.id)


def it_can_text_after_all(tx: Transaction, phone: Phone) -> None:
    """A text came from this phone: whatever the carrier said of it, it is none that cannot be texted."""
    if phone.trouble is not None:
        phone.trouble = phone.trouble_since = None
        tx.record("phone.can-text", phone)


def take_back(tx: Transaction, pager: Pager, message: OutboundMessage, reason: str) -> None:
    """Take a text back that may not go any more, and see to whoever waited for it."""
    if message.notice_id is not None or message.kind in (OutboundKind.PERSONAL, OutboundKind.SAFETY):
        did_not_arrive(tx, pager, message, OutboundState.FAILED, reason)  # somebody must know, or be told instead
        return
    cancel(tx, message, reason)
    if message.check_in_id is not None:
        kind = TaskKind.CANNOT_TEXT if reason == "cannot-text" else TaskKind.PROMISE_LATE
        hand_over(tx, tx.get(CheckIn, message.check_in_id), kind, reason)


def _kind_of_task(answer: CarrierAnswer, reason: str) -> TaskKind:
    if reason == "unclear":
        return TaskKind.UNCLEAR_SEND
    return TaskKind.CANNOT_TEXT if reason == "cannot-text" or answer.phone in _TROUBLES else TaskKind.UNDELIVERED


def _see_to_it(tx: Transaction, pager: Pager, message: OutboundMessage, kind: TaskKind) -> None:
    if message.notice_id is not None:
        notice = tx.get(EscalationNotice, message.notice_id)
        notice.state = NoticeState.FAILED
        tell_another_way(tx, pager, notice)
    elif message.kind is OutboundKind.ALARM:
        phone = tx.get(Phone, message.phone_id)
        alerts_do_not_arrive(tx, people.staff_of(tx, phone), phone)
    elif message.check_in_id is not None:
        hand_over(tx, tx.get(CheckIn, message.check_in_id), kind, message.reason or "not-delivered")
    elif message.conversation_id is not None:
        family = tx.get(Family, message.family_id) if message.family_id else None
        open_task(tx, kind, dedupe_key=task_key(kind, message.id), family=family)
        if not message.tries_before:  # else it was said when the first try did not arrive
            an_answer_is_late(tx, pager, message)


def an_answer_is_late(tx: Transaction, pager: Pager, message: OutboundMessage) -> None:
    """An answer to distress does not get out: whoever cares for them is told to call. Nothing for any other text."""
    if message.kind is not OutboundKind.SAFETY:
        return
    for escalation in escalations.heard_from(tx, message.phone_id):
        if not escalation.texts_blocked:  # else it was said with the alert that they must be called
            tell_news(tx, pager, escalation, "alert.not_reached")


def _say_to_the_house(tx: Transaction, pager: Pager, message: OutboundMessage, answer: CarrierAnswer) -> None:
    """What the answer says of the sender, and not of this one text. The bucket is held last of all rows."""
    if answer.alarm:
        _raise_alarm(tx, pager, message, answer)
    if answer.fate is Fate.SLOWED:
        buckets.slow(tx, message.sender, tx.now + SLOW_FOR)
    if answer.pauses is not None:
        buckets.pause(tx, message.sender, tx.now + answer.pauses, message.error_code)


def _raise_alarm(tx: Transaction, pager: Pager, message: OutboundMessage, answer: CarrierAnswer) -> None:
    """The team learns of it once a day, as a task and as a text to the one on call; not once a text."""
    key = f"{TaskKind.CARRIER_TROUBLE}:{message.sender}:{message.error_code}:{tx.now:%Y-%m-%d}"
    detail = f"The carrier answers {message.error_code}: {answer.means}."
    if open_task(tx, TaskKind.CARRIER_TROUBLE, dedupe_key=key, detail=detail) is None:
        return
    log.error("carrier.trouble", code=message.error_code, sender=message.sender, means=answer.means)
    phone = people.phone_or_new(tx, pager.on_call_number) if pager.on_call_number else None
    if phone is not None and can_be_texted(tx, phone):
        body = pager.wording.staff("alarm.carrier", code=str(message.error_code), url=f"{pager.console_url}/")
        queue_alarm(tx, phone, body, key)
