"""Carrying out what an event does: `rules.events` says it, here it is done to promises and queued texts.

Some events happen once and are carried out at once; some last, and are looked for again at the last moment before a
check-in starts and before a text is handed over.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from checkback.care.model import CheckIn, Contact, Conversation, Family, Hold, OutboundMessage
from checkback.care.rules.events import Effect, Event, Standing, effect_of
from checkback.care.steps import check_ins
from checkback.care.steps.outbox import cancel
from checkback.care.steps.tasks import open_task
from checkback.care.store import Transaction, escalations, holds, messages, people
from checkback.care.store import check_ins as kept
from checkback.care.terms import CheckInState, ConsentState, OutboundKind, Sender, TaskKind

#: How soon something that lasts without an end is looked at again.
LOOK_AGAIN = timedelta(minutes=15)
#: With these nobody else reads what our answer would have answered.
_LEAVE_A_QUESTION = frozenset({Event.HELD, Event.DEATH})
_OF_NO_PROMISE = {OutboundKind.WELCOME: Standing.WELCOME, OutboundKind.ANSWER: Standing.ANSWER}


@dataclass(frozen=True)
class Obstacle:
    """An event that lasts, and until when as far as that is known."""

    event: Event
    until: datetime


def happened(
    tx: Transaction, event: Event, contact: Contact, *, until: datetime | None = None, reason: str | None = None
) -> None:
    """Do to everything that stands for this contact what the event does to it. Safe to say twice.

    Args:
        until: where it moves things: not before then.
    """
    why = reason or event
    queued = holds.queued_of(tx, contact)  # texts before promises, as everybody holds them
    for check_in in kept.open_of(tx, contact):
        text = next((message for message in queued if message.check_in_id == check_in.id), None)
        _do(tx, effect_of(event, _standing(tx, check_in, text)), check_in, text, until, why)
    for message in queued:
        standing = _OF_NO_PROMISE.get(message.kind)
        if message.check_in_id is None and standing is not None:
            _do_to_text(tx, event, effect_of(event, standing), message, why)


def happened_to(tx: Transaction, event: Event, check_in: CheckIn) -> None:
    """Do to this one promise, and to its text, what the event does to it. Safe to say twice."""
    queued = holds.queued_of(tx, tx.get(Contact, check_in.contact_id))
    text = next((message for message in queued if message.check_in_id == check_in.id), None)
    tx.lock(check_in)
    _do(tx, effect_of(event, _standing(tx, check_in, text)), check_in, text, None, event)


def obstacles(
    tx: Transaction, contact: Contact, phone_id: UUID, check_in: CheckIn | None, *, but: Collection[UUID] = ()
) -> list[Obstacle]:
    """What lasts and stands against an automatic text to this contact now, the gravest effect on a promise first.

    Args:
        check_in: the promise it keeps, if it keeps one.
        but: holds to think away.
    """
    family, again = tx.get(Family, contact.family_id), tx.now + LOOK_AGAIN
    found = [Obstacle(event, again) for event in _for_ever(tx, contact, family, phone_id)]
    plan_id, promise = (check_in.plan_id, check_in.id) if check_in else (None, None)
    hold = holds.over(tx, family.id, plan_id, promise, but=but)
    if hold is not None:
        found.append(Obstacle(Event.HELD, hold.ends_at or again))
    if contact.paused_until is not None and contact.paused_until > tx.now:
        found.append(Obstacle(Event.PAUSED, contact.paused_until))
    found += [Obstacle(Event.DATE_KEPT_FREE, date.ends_at or again) for date in _dates_now(tx, family)]
    found += _of_a_crisis(tx, family)
    if _is_with_a_person(tx, contact, phone_id):
        found.append(Obstacle(Event.PERSON_WRITES, again))
    return sorted(found, key=lambda each: (effect_of(each.event, Standing.PLANNED), each.until), reverse=True)


def answer_is_held(tx: Transaction, family_id: UUID | None, free_until: datetime | None) -> bool:
    """Whether a hold keeps even an answer of ours from going by itself; safety wording goes.

    Who has just written gets an answer although what was planned for the family is held: silence would be worse. Not
    when all sending was stopped, nor after a death in the family: then a person answers.

    Args:
        free_until: ten minutes after their own text, where it answers one.
    """
    if holds.silencing(tx, family_id) is not None:
        return True
    is_fresh = free_until is not None and free_until > tx.now
    return not is_fresh and holds.over(tx, family_id) is not None


def move(tx: Transaction, check_in: CheckIn, until: datetime, why: str) -> None:
    """They wanted it later: its due time and the time it may be late move along."""
    by = until - check_in.due_at
    if by > timedelta():
        check_in.due_at, check_in.send_before = until, check_in.send_before + by
        tx.record(f"check-in.moved-{why}", check_in)


def move_text(tx: Transaction, message: OutboundMessage, until: datetime) -> None:
    """The text of a promise that moves: it is queued until then, and may be late for as long as before."""
    by = until - max(message.due_at, tx.now)
    if by > timedelta():
        message.due_at, message.not_after = until, message.not_after + by
        tx.record("text.moved", message)


def keep_from_going(
    tx: Transaction, obstacle: Obstacle, effect: Effect, message: OutboundMessage, check_in: CheckIn | None
) -> bool:
    """Do to a queued text, at the last moment, what an event that lasts does to it; whether that kept it from going."""
    match effect:
        case Effect.CANCEL:
            cancel(tx, message, obstacle.event)
            if check_in is not None:
                check_ins.end(tx, check_in, CheckInState.CANCELLED, obstacle.event)
        case Effect.HOLD:
            hold_text_back(tx, message)
        case Effect.MOVE:
            move_text(tx, message, obstacle.until)
            if check_in is not None:
                check_in.send_before = max(check_in.send_before, message.not_after)
        case Effect.WAIT:
            return _waits(tx, obstacle, message)
        case _:
            return False
    return True


def _waits(tx: Transaction, obstacle: Obstacle, message: OutboundMessage) -> bool:
    until = min(obstacle.until, tx.now + LOOK_AGAIN, message.not_after)
    if until <= tx.now:
        return False  # its own time is over, and that is judged
    message.due_at = until
    tx.record("text.waits", message)
    return True


def _standing(tx: Transaction, check_in: CheckIn, queued: OutboundMessage | None) -> Standing:
    if check_in.state is CheckInState.PLANNED:
        return Standing.PLANNED
    if check_in.state is CheckInState.ASKED:
        return Standing.ASKED
    if queued is None and messages.handed_over(tx, check_in.id):
        return Standing.WITH_THE_CARRIER
    return Standing.UNDER_WAY


def _do(
    tx: Transaction,
    effect: Effect,
    check_in: CheckIn,
    text: OutboundMessage | None,
    until: datetime | None,
    why: str,
) -> None:
    match effect:
        case Effect.END:
            check_ins.end(tx, check_in, CheckInState.ANSWERED)
        case Effect.CANCEL:
            if text is not None:
                cancel(tx, text, why)
            check_ins.end(tx, check_in, CheckInState.CANCELLED, why)
        case Effect.MOVE if until is not None:
            move(tx, check_in, until, why)
            if text is not None:
                move_text(tx, text, until)
        case Effect.HOLD:
            hold_back(tx, check_in)
            if text is not None:
                hold_text_back(tx, text)
        case _:
            pass  # it stands; what lasts is looked for again when its time has come


def hold_back(tx: Transaction, check_in: CheckIn) -> None:
    """Keep a promise back until its hold is over."""
    if check_in.held_at is None and check_in.state is CheckInState.PLANNED:
        check_in.held_at = tx.now
        tx.record("check-in.held", check_in)


def hold_text_back(tx: Transaction, message: OutboundMessage) -> None:
    """Keep a queued text back until its hold is over."""
    if message.held_at is None:
        message.held_at = tx.now
        tx.record("text.held", message)


def _do_to_text(tx: Transaction, event: Event, effect: Effect, message: OutboundMessage, why: str) -> None:
    if event is Event.HELD and message.kind is OutboundKind.ANSWER and not _is_held(tx, message):
        return
    if effect is Effect.CANCEL:
        cancel(tx, message, why)
        if message.kind is OutboundKind.ANSWER and event in _LEAVE_A_QUESTION:
            ask_a_person_to_answer(tx, message)
    elif effect is Effect.HOLD:
        hold_text_back(tx, message)


def _is_held(tx: Transaction, answer: OutboundMessage) -> bool:
    return answer_is_held(tx, answer.family_id, answer.free_until)


def ask_a_person_to_answer(tx: Transaction, message: OutboundMessage) -> None:
    """Our answer will not go: a person reads what it would have answered."""
    open_task(
        tx,
        TaskKind.TEXT_TO_READ,
        dedupe_key=f"{TaskKind.TEXT_TO_READ}:unanswered:{message.id}",
        family=tx.get(Family, message.family_id) if message.family_id else None,
        conversation=tx.get(Conversation, message.conversation_id) if message.conversation_id else None,
    )


def _for_ever(tx: Transaction, contact: Contact, family: Family, phone_id: UUID) -> list[Event]:
    consent = people.consent_of(tx, contact)
    ended = consent is not None and consent.state in (ConsentState.DECLINED, ConsentState.ENDED)
    facts = {
        Event.CASE_CLOSED: family.closed_at is not None,
        Event.WRONG_PERSON: contact.wrong_person_at is not None,
        Event.OPTED_OUT: people.opt_out_of(tx, phone_id, Sender.FAMILY) is not None,
        Event.CONSENT_ENDED: ended,
    }
    return [event for event, is_so in facts.items() if is_so]


def _dates_now(tx: Transaction, family: Family) -> Sequence[Hold]:
    return [date for date in holds.dates_of(tx, family.id) if date.starts_at <= tx.now]


def _of_a_crisis(tx: Transaction, family: Family) -> list[Obstacle]:
    calm = timedelta(hours=people.the_programme(tx).calm_hours)
    acute = escalations.acute_of(tx, family.id, tx.now - calm)
    if acute is None:
        return []
    return [Obstacle(Event.ACUTE, acute.resolved_at + calm if acute.resolved_at else tx.now + LOOK_AGAIN)]


def _is_with_a_person(tx: Transaction, contact: Contact, phone_id: UUID) -> bool:
    conversation = messages.conversation_of(tx, contact.id, phone_id)
    return conversation is not None and conversation.with_person_since is not None
