"""Whether a promise may be started now, later, or never: judged before it starts, and for the preview."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkback.care.model import CheckIn, Contact, Conversation, Phone
from checkback.care.rules.events import Effect, Event, Standing, effect_of
from checkback.care.rules.hours import NeverOpen
from checkback.care.steps.consent import may_be_texted, permits
from checkback.care.steps.events import LOOK_AGAIN, obstacles
from checkback.care.steps.numbers import nobody_answers
from checkback.care.steps.timing import may_start_from
from checkback.care.store import Transaction
from checkback.care.terms import Dialogue


@dataclass(frozen=True)
class Start:
    """Nothing stands against starting it now."""


@dataclass(frozen=True)
class WaitUntil:
    """It may start later; its time runs on meanwhile."""

    until: datetime
    reason: str


@dataclass(frozen=True)
class MoveTo:
    """They wanted it later: its time moves along."""

    until: datetime
    reason: str


@dataclass(frozen=True)
class KeptBack:
    """A hold keeps it back."""


@dataclass(frozen=True)
class TooLateToStart:
    """Its time has passed; its late policy says what becomes of it."""

    reason: str


@dataclass(frozen=True)
class Never:
    """It will not be sent at all."""

    reason: str


Judgement = Start | WaitUntil | MoveTo | KeptBack | TooLateToStart | Never


def judge_start(
    tx: Transaction, check_in: CheckIn, contact: Contact, conversation: Conversation, *, but: Collection[UUID] = ()
) -> Judgement:
    """Judge a promise whose time has come.

    Args:
        but: holds to think away, to learn what their end would let go.
    """
    found = obstacles(tx, contact, conversation.phone_id, check_in, but=but)
    if found and (gravest := _of_event(found[0].event, found[0].until)) is not None:
        return gravest
    if tx.now >= check_in.send_before:
        return TooLateToStart("too-late")
    waits = _waits(tx, check_in, contact, conversation, found[0].event if found else None)
    if isinstance(waits, WaitUntil) and waits.until >= check_in.send_before:
        return TooLateToStart(waits.reason)
    return waits


def _of_event(event: Event, until: datetime) -> Judgement | None:
    match effect_of(event, Standing.PLANNED):
        case Effect.CANCEL:
            return Never(event)
        case Effect.HOLD:
            return KeptBack()
        case Effect.MOVE:
            return MoveTo(until, event)
        case _:
            return None


def _waits(
    tx: Transaction, check_in: CheckIn, contact: Contact, conversation: Conversation, event: Event | None
) -> Start | WaitUntil | TooLateToStart:
    may_be_asked = check_in.dialogue is Dialogue.CONSENT and may_be_texted(tx, contact)
    if not may_be_asked and not permits(tx, contact):
        return WaitUntil(tx.now + LOOK_AGAIN, "no-consent")
    phone = tx.get(Phone, conversation.phone_id)
    if nobody_answers(phone, tx.now):
        return TooLateToStart("number-in-doubt")
    if phone.doubt is not None:
        return WaitUntil(tx.now + LOOK_AGAIN, "number-in-doubt")
    if event is not None:
        return WaitUntil(tx.now + LOOK_AGAIN, event)
    try:
        opens, why = may_start_from(tx, check_in, contact, conversation.phone_id)
    except NeverOpen:
        return TooLateToStart("never-open")
    return Start() if opens <= tx.now else WaitUntil(opens, why)
