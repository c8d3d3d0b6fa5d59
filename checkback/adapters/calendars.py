"""Rotas as calendars: iCalendar (RFC 5545) out, for anybody's calendar to follow, and in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from checkback.care.errors import CareError
from checkback.care.flows.rotas import OnCallTime, Shift

LARGEST = 1024 * 1024
#: A calendar that has more in a quarter of a year is none of shifts.
MOST_EVENTS = 2000
_LONGEST_NAME = 150


class CalendarRefused(CareError):
    """This is no calendar that can be read; save it as iCalendar (.ics), at most 1 MB."""


def as_calendar(name: str, times: Sequence[OnCallTime], now: datetime) -> bytes:
    """The calendar of a rota: logins and times, nothing of any family."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Checkback//Rotas//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for each in times:
        for login in each.logins:
            calendar.add_component(_event(name, each, login, now))
    return bytes(calendar.to_ical())


def read_calendar(content: bytes, since: datetime, until: datetime, zone: str) -> Sequence[Shift]:
    """The shifts in this time, repeated events laid out. Whom an event means stands in its title: a login.

    Args:
        zone: what times without a zone, and whole days, are taken to be in.

    Raises:
        CalendarRefused: it is too large, or not iCalendar.
    """
    if len(content) > LARGEST:
        raise CalendarRefused
    try:
        calendar = icalendar.Calendar.from_ical(content)
        events = recurring_ical_events.of(calendar).between(since, until)
        shifts = [_shift(event, ZoneInfo(zone)) for event in events[: MOST_EVENTS + 1]]
    except Exception:  # whatever a stranger's file makes the libraries throw, it is no calendar of shifts
        raise CalendarRefused from None
    if len(shifts) > MOST_EVENTS:
        raise CalendarRefused
    return sorted(shifts, key=lambda shift: (shift.starts_at, shift.login))


def _event(name: str, each: OnCallTime, login: str, now: datetime) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"{each.starts_at:%Y%m%dT%H%M%SZ}-{login}@checkback")
    event.add("dtstamp", now)
    event.add("dtstart", each.starts_at)
    event.add("dtend", each.ends_at)
    event.add("summary", login)
    event.add("description", f"On call: {name}")
    return event


def _shift(event: icalendar.Event, zone: ZoneInfo) -> Shift:
    starts, ends = _moment(event.start, zone), _moment(event.end, zone)
    uid = str(event.get("uid", ""))[:_LONGEST_NAME]
    return Shift(str(event.get("summary", "")).strip().lower()[:40], starts, ends, f"calendar:{uid}")


def _moment(when: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(when, datetime):
        when = datetime.combine(when, time(0))
    return (when if when.tzinfo else when.replace(tzinfo=zone)).astimezone(UTC)
