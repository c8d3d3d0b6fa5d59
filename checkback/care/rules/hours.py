"""When a text may go out: the contact's own hours, in their own zone, on either side of a clock change.

The law's outer bounds for texts are 8 in the morning to 9 in the evening, local to the person (47 CFR 64.1200(c)(1));
a programme's own hours lie inside them. Nothing starts in the last ten minutes of a window, and the carrier is told to
drop at its end what it could not deliver. Where several zones are possible, a text must be inside the hours in each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from checkback.care.errors import said
from checkback.care.rules.days import NONE, is_holiday

EARLIEST_HOUR = 8
LATEST_HOUR = 21
LAST_START = timedelta(minutes=10)
ANSWER_IS_FREE_FOR = timedelta(minutes=10)
EVERY_DAY = frozenset(range(7))
#: Further ahead nobody looks for an hour that is open.
FARTHEST = timedelta(days=400)
#: What is left of a day for all possible zones must be worth opening for.
SHORTEST_DAY = timedelta(hours=1)


class NeverOpen(ValueError):
    """There is no hour in which this contact may be texted."""


@dataclass(frozen=True)
class Span:
    """A stretch of time, in UTC, in which nothing may start and nothing may lie at the carrier."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Hours:
    """From `opens` until `closes` o'clock in an IANA zone, on `days` (Monday is 0) that are no holidays of a place.

    Args:
        other_zones: where the contact may be as well; their hours bind too.
        holidays: `US`, `US-MO`, or empty where holidays are days like any other.
        closed: stretches of time around a date, a pause, the first hours after an incident.
    """

    zone: str
    opens: int = 9
    closes: int = 20
    other_zones: tuple[str, ...] = ()
    days: frozenset[int] = EVERY_DAY
    holidays: str = NONE
    closed: tuple[Span, ...] = field(default=())

    def __post_init__(self) -> None:
        if not EARLIEST_HOUR <= self.opens < self.closes <= LATEST_HOUR:
            raise ValueError(
                said(
                    "hours run within %(least)s to %(most)s and open before they close",
                    least=EARLIEST_HOUR,
                    most=LATEST_HOUR,
                )
            )
        if not self.days or not self.days <= EVERY_DAY:
            raise ValueError(said("name at least one day of the week, 0 for Monday to 6 for Sunday"))

    @property
    def zones(self) -> tuple[str, ...]:
        """Every zone the contact may be in, the likeliest first."""
        return (self.zone, *self.other_zones)

    @property
    def daily(self) -> Hours:
        """The same hours on every day and without a stretch left out: what binds an answer."""
        return replace(self, days=EVERY_DAY, holidays=NONE, closed=())


@dataclass(frozen=True)
class Window:
    """One day's span of time in which texts may reach a contact. UTC."""

    opens_at: datetime
    closes_at: datetime

    def may_start(self, moment: datetime) -> bool:
        """Whether a text may be handed over at this moment."""
        return self.opens_at <= moment < self.closes_at - LAST_START


def window_of(day: date, hours: Hours) -> Window:
    """The window of this local day, inside the hours of every zone the contact may be in; it may be empty."""
    opens, closes = zip(*(_bounds(day, zone, hours) for zone in hours.zones), strict=True)
    return Window(max(opens), min(closes))


def next_window(moment: datetime, hours: Hours) -> Window:
    """The window in which a text may start at `moment`, or the first after it in which one may.

    Raises NeverOpen when there is none in a year.
    """
    return next(each for each in windows_from(moment, hours) if moment < each.closes_at - LAST_START)


def windows_from(moment: datetime, hours: Hours) -> Iterator[Window]:
    """Every window from the day of this moment on, in their order. Raises NeverOpen at the end of a year."""
    day = min(moment.astimezone(ZoneInfo(zone)).date() for zone in hours.zones)
    for ahead in range(FARTHEST.days):
        each = day + timedelta(days=ahead)
        if each.weekday() in hours.days and not is_holiday(each, hours.holidays):
            yield from _without(window_of(each, hours), hours.closed)
    raise NeverOpen("no hour of the year is open for this contact")


def is_ever_open(hours: Hours) -> bool:
    """Whether an ordinary day has an hour in which every zone is open, in winter and in summer."""
    windows = [window_of(date(2026, month, 15), hours) for month in (1, 7)]
    return all(window.closes_at - window.opens_at >= SHORTEST_DAY for window in windows)


def _bounds(day: date, zone: str, hours: Hours) -> tuple[datetime, datetime]:
    there = ZoneInfo(zone)
    opens = datetime.combine(day, time(hours.opens), there).astimezone(UTC)
    return opens, datetime.combine(day, time(hours.closes), there).astimezone(UTC)


def _without(window: Window, closed: Sequence[Span]) -> Iterator[Window]:
    """What is left of a window without these stretches, where it is long enough to start anything."""
    opens_at = window.opens_at
    for span in sorted(closed, key=lambda each: each.starts_at):
        if span.ends_at <= opens_at or span.starts_at >= window.closes_at:
            continue
        if span.starts_at - opens_at > LAST_START:
            yield Window(opens_at, span.starts_at)
        opens_at = max(opens_at, span.ends_at)
    if window.closes_at - opens_at > LAST_START:
        yield Window(opens_at, window.closes_at)


def next_start(moment: datetime, hours: Hours) -> datetime:
    """The first moment, from `moment` on, at which a text may be handed over."""
    return max(moment, next_window(moment, hours).opens_at)


def is_open(moment: datetime, hours: Hours) -> bool:
    """Whether a text may be handed over at this moment."""
    try:
        return next_window(moment, hours).may_start(moment)
    except NeverOpen:
        return False


WORKING = (9, 17)
SATURDAY = 5
#: Days: more than any holidays in a row with their weekends.
_LONGEST_REST = 15


def next_working_moment(moment: datetime, zone: str, holidays: str = NONE) -> datetime:
    """The first moment from `moment` on that lies in office hours: Monday to Friday, 9 to 17 local, but no holiday of
    this place.
    """
    local = moment.astimezone(ZoneInfo(zone))
    opens, closes = WORKING
    for days in range(_LONGEST_REST):
        day = local.date() + timedelta(days=days)
        start = datetime.combine(day, time(opens), local.tzinfo)
        end = datetime.combine(day, time(closes), local.tzinfo)
        if day.weekday() < SATURDAY and not is_holiday(day, holidays) and local < end:
            return max(moment, start.astimezone(UTC))
    raise AssertionError("two weeks without a working day")


def end_of_working_day(moment: datetime, zone: str, holidays: str = NONE) -> datetime:
    """When the working day of this moment, or else the next one, ends."""
    start = next_working_moment(moment, zone, holidays).astimezone(ZoneInfo(zone))
    return datetime.combine(start.date(), time(WORKING[1]), start.tzinfo).astimezone(UTC)
