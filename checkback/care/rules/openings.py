"""Whether something is open at a moment, until when, and if not, when it opens: by the wall clock where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import holidays
from dateutil import rrule

from checkback.care.rules.listings import Departure, Schedule

#: How far ahead we look for the next opening: a first Monday may be five weeks away.
LOOK_AHEAD = timedelta(days=62)
#: What is open for so long without a gap has no closing time worth naming.
ALWAYS = timedelta(days=7)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
END_OF_DAY = "24:00"

_FREQUENCIES: dict[str, Literal[0, 1, 2, 3]] = {
    "DAILY": rrule.DAILY,
    "WEEKLY": rrule.WEEKLY,
    "MONTHLY": rrule.MONTHLY,
    "YEARLY": rrule.YEARLY,
}
_WEEKDAYS = dict(zip(DAYS, (rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU), strict=True))
#: A Monday; where a rule says no start, every other week is counted from here.
_LONG_AGO = date(2018, 1, 1)

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Opening:
    """What is known of a moment. Times are aware and local.

    `is_known` is false when no opening time was given at all: then nobody knows, and it is neither open nor shut.
    `until` is None while it never closes; `opens` is None when it is open, or not within the next two months.
    """

    is_known: bool
    is_open: bool
    until: datetime | None = None
    opens: datetime | None = None


def opening(schedules: Sequence[Schedule], zone: str, now: datetime) -> Opening:
    """Open or not at this moment.

    On a federal holiday (5 U.S.C. 6103) whatever keeps hours is taken to be shut, unless its schedule names that very
    day: to be sent to a closed door is worse than to wait a day. What never closes does not close then either.
    """
    if not any(s.departure is not Departure.CLOSED for s in schedules):
        return Opening(is_known=False, is_open=False)
    at = ZoneInfo(zone)
    today = now.astimezone(at).date()
    current = next((s for s in _spans(schedules, at, today - timedelta(days=1), 3) if s[0] <= now < s[1]), None)
    if current is not None:
        closes = _joined(schedules, at, today, current)
        until = None if closes - now >= ALWAYS else closes.astimezone(at)
        return Opening(is_known=True, is_open=True, until=until)
    ahead = (s[0] for s in _spans(schedules, at, today, LOOK_AHEAD.days) if s[0] > now)
    opens = next(ahead, None)
    return Opening(is_known=True, is_open=False, opens=opens.astimezone(at) if opens else None)


def opens_on(schedules: Sequence[Schedule], day: date) -> tuple[tuple[str, str], ...]:
    """The opening and closing times of one day, in order."""
    today = [s for s in schedules if s.departure is not Departure.NONE and _is_valid(s, day)]
    if any(s.departure is Departure.CLOSED for s in today):
        return ()
    instead = [s for s in today if s.departure is Departure.INSTEAD and _occurs(s, day)]
    regular = [s for s in schedules if s.departure is Departure.NONE and _is_valid(s, day) and _occurs(s, day)]
    if not instead and _is_holiday(day):
        regular = [s for s in regular if (s.opens_at, s.closes_at) == ("00:00", END_OF_DAY) or s.dtstart == str(day)]
    return tuple(sorted((s.opens_at, s.closes_at) for s in (instead or regular)))


def _spans(schedules: Sequence[Schedule], zone: ZoneInfo, first: date, days: int) -> Iterator[Span]:
    for ahead in range(days):
        day = first + timedelta(days=ahead)
        for opens, closes in opens_on(schedules, day):
            next_day = closes != END_OF_DAY and closes <= opens
            yield (
                _moment(day, opens, zone, last=False),
                _moment(day + timedelta(days=next_day), closes, zone, last=True),
            )


def _joined(schedules: Sequence[Schedule], zone: ZoneInfo, today: date, current: Span) -> datetime:
    """When what is open now closes, over midnights at which one span ends and the next begins."""
    end = current[1]
    for opens, closes in _spans(schedules, zone, today - timedelta(days=1), ALWAYS.days + 3):
        if opens <= end < closes:
            end = closes
    return end


def _moment(day: date, at: str, zone: ZoneInfo, *, last: bool) -> datetime:
    """A wall time in UTC. An hour that comes twice opens at its first and closes at its last time; a wall time that
    never comes, in spring, is the moment the clock jumps over it.
    """
    if at == END_OF_DAY:
        day, at = day + timedelta(days=1), "00:00"
    wall = datetime.combine(day, time(int(at[:2]), int(at[3:])))
    early, late = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early.astimezone(zone).replace(tzinfo=None) != wall:
        return _jump(late, early, zone)
    return late if last else early


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    shift = after.astimezone(zone).utcoffset()
    moment = before
    while moment < after and moment.astimezone(zone).utcoffset() != shift:
        moment += timedelta(minutes=1)
    return moment


def _is_valid(schedule: Schedule, day: date) -> bool:
    return (not schedule.valid_from or schedule.valid_from <= str(day)) and (
        not schedule.valid_to or str(day) <= schedule.valid_to
    )


def _occurs(schedule: Schedule, day: date) -> bool:
    if _is_plain_week(schedule):
        return DAYS[day.weekday()] in schedule.byday
    return day in _days_of(schedule, day.year)


def _is_plain_week(schedule: Schedule) -> bool:
    return (
        schedule.freq == "WEEKLY"
        and bool(schedule.byday)
        and schedule.interval == 1
        and not (schedule.dtstart or schedule.until or schedule.count)
    )


@lru_cache(maxsize=8192)
def _days_of(schedule: Schedule, year: int) -> frozenset[date]:
    """Every day of this rule in a year, by RFC 5545, which HSDS's words are taken from."""
    start = date.fromisoformat(schedule.dtstart or schedule.valid_from or str(_LONG_AGO))
    rule = rrule.rrule(
        _FREQUENCIES[schedule.freq],
        dtstart=datetime.combine(start, time(0)),
        interval=max(1, schedule.interval),
        wkst=rrule.MO,
        count=schedule.count or None,
        until=datetime.combine(date.fromisoformat(schedule.until), time(0)) if schedule.until else None,
        byweekday=[_weekday(each) for each in schedule.byday.split(",")] if schedule.byday else None,
        bymonthday=[int(each) for each in schedule.bymonthday.split(",")] if schedule.bymonthday else None,
    )
    return frozenset(at.date() for at in rule.between(datetime(year, 1, 1), datetime(year, 12, 31), inc=True))  # noqa: DTZ001 - wall time


def _weekday(written: str) -> rrule.weekday:
    """`MO`, or with its place in the month: `1MO` the first, `-1FR` the last."""
    day, place = _WEEKDAYS[written[-2:]], written[:-2]
    return day(int(place)) if place else day


@lru_cache(maxsize=1)
def _holidays() -> holidays.HolidayBase:
    return holidays.country_holidays("US")


def _is_holiday(day: date) -> bool:
    return day in _holidays()
