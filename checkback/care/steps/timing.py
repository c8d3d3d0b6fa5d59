"""When a contact may be texted, out of everything that is known of them: hours, days, dates, pauses, caps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from checkback.care.model import CheckIn, Contact, Family, OutboundMessage, Programme
from checkback.care.program.seeds import WEEKDAYS
from checkback.care.rules.caps import WEEK, Caps, next_free
from checkback.care.rules.hours import EVERY_DAY, Hours, NeverOpen, Span, next_start
from checkback.care.rules.planning import narrowed
from checkback.care.steps.plan_texts import definition_of, step_name
from checkback.care.store import Transaction, holds, people
from checkback.care.terms import OutboundKind, Sender

#: A local day is up to fifteen hours apart from the same day in UTC.
LOOK_BACK = WEEK + timedelta(days=2)


def hours_for(tx: Transaction, contact: Contact) -> Hours:
    """Everything that binds an automatic text to this contact but caps and holds without an end."""
    programme, family = people.the_programme(tx), tx.get(Family, contact.family_id)
    return Hours(
        contact.zone,
        max(contact.opens, programme.opens),
        min(contact.closes, programme.closes),
        other_zones=tuple(contact.other_zones.split()),
        days=days_of(contact.days),
        holidays=programme.holidays,
        closed=(*_rest(tx, programme, family), *_dates(tx, family), *_pause(tx, contact)),
    )


def hours_of(tx: Transaction, message: OutboundMessage) -> Hours | None:
    """The hours that bind a text: the contact's own, or the programme's for somebody we do not know; none for staff."""
    if message.sender is Sender.ALERT or message.kind is OutboundKind.CANARY:
        return None
    if message.contact_id is None:
        programme = people.the_programme(tx)
        return Hours(programme.zone, programme.opens, programme.closes)
    contact = tx.get(Contact, message.contact_id)
    if message.check_in_id is None:
        return hours_for(tx, contact)
    return hours_for_promise(tx, tx.get(CheckIn, message.check_in_id), contact)


def hours_for_promise(tx: Transaction, check_in: CheckIn, contact: Contact) -> Hours:
    """The contact's hours within the window and the days that its plan gives this text, however often it is put off."""
    hours = hours_for(tx, contact)
    step = definition_of(tx, check_in.plan_id).step(step_name(check_in))
    return narrowed(hours, step) if step is not None else hours


def caps_of(tx: Transaction) -> Caps:
    """The programme's caps."""
    programme = people.the_programme(tx)
    return Caps(programme.texts_a_day, programme.texts_a_week)


def free_from(tx: Transaction, message: OutboundMessage) -> datetime | None:
    """From when on the caps have room for this queued text; None for one that they do not bind."""
    if message.kind is not OutboundKind.CHECK_IN or message.contact_id is None:
        return None
    sent = holds.sent_to(tx, message.contact_id, message.phone_id, tx.now - LOOK_BACK, other_than=message.id)
    zones = hours_for(tx, tx.get(Contact, message.contact_id)).zones
    return next_free(tx.now, sent, zones, caps_of(tx))


def may_start_from(tx: Transaction, check_in: CheckIn, contact: Contact, phone_id: UUID) -> tuple[datetime, str]:
    """When this promise may be started by hours, days, dates and caps, and which of them it was that decided.

    Raises NeverOpen when no hour of the year is open.
    """
    hours, caps = hours_for_promise(tx, check_in, contact), caps_of(tx)
    sent = list(holds.sent_to(tx, contact.id, phone_id, tx.now - LOOK_BACK))
    if holds.is_on_its_way(tx, contact.id, phone_id, other_than=check_in.id):
        sent.append(tx.now)
    by_hours = next_start(tx.now, hours)
    start = first_start(tx.now, hours, sent, caps)
    return start, "hours" if start == by_hours else "caps"


def first_start(moment: datetime, hours: Hours, sent: list[datetime], caps: Caps) -> datetime:
    """The first moment inside the hours on a day that the caps leave free. Raises NeverOpen."""
    start = next_start(moment, hours)
    while (free := next_free(start, sent, hours.zones, caps)) != start:
        start = next_start(free, hours)
    return start


def leaves_room(tx: Transaction, contact: Contact, phone_id: UUID, promises: Sequence[CheckIn]) -> bool:
    """Whether one more automatic text may go as soon as the hours allow it, and none of these promises, the next first,
    would not be kept for its sake: the next starts no later than without it, and each before it is too late.
    """
    sent, hours, caps = (
        list(holds.sent_to(tx, contact.id, phone_id, tx.now - LOOK_BACK)),
        hours_for(tx, contact),
        caps_of(tx),
    )
    try:
        one_more = next_start(tx.now, hours)
        if first_start(tx.now, hours, sent, caps) != one_more:
            return False
        without = _starts(tx, contact, promises, sent, caps)
        beside = _starts(tx, contact, promises, [*sent, one_more], caps)
    except NeverOpen:
        return False
    in_time = [start < each.send_before for start, each in zip(beside, promises, strict=True)]
    was_in_time = [start < each.send_before for start, each in zip(without, promises, strict=True)]
    return beside[:1] == without[:1] and in_time == was_in_time


def _starts(
    tx: Transaction, contact: Contact, promises: Sequence[CheckIn], sent: Sequence[datetime], caps: Caps
) -> list[datetime]:
    starts: list[datetime] = []
    for each in promises:
        hours = hours_for_promise(tx, each, contact)
        starts.append(first_start(max(each.due_at, tx.now), hours, [*sent, *starts], caps))
    return starts


def days_of(written: str) -> frozenset[int]:
    """`MO WE` as days of the week; every day where nothing is written. Raises ValueError for what is no day."""
    return frozenset(WEEKDAYS.index(day) for day in written.split()) or EVERY_DAY


def _rest(tx: Transaction, programme: Programme, family: Family) -> list[Span]:
    lasts = timedelta(hours=programme.rest_hours)
    happened = [incident.occurred_at for incident in people.incidents_of(tx, family)]
    return [Span(at, at + lasts) for at in happened if at + lasts > tx.now]


def _dates(tx: Transaction, family: Family) -> list[Span]:
    return [Span(hold.starts_at, hold.ends_at) for hold in holds.dates_of(tx, family.id) if hold.ends_at is not None]


def _pause(tx: Transaction, contact: Contact) -> list[Span]:
    until = contact.paused_until
    return [Span(tx.now - timedelta(days=1), until)] if until is not None and until > tx.now else []
