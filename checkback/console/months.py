"""Days as the pages of a calendar: months in weeks from Sunday to Saturday, as they hang in the United States."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from checkback.console.speaking import locale


@dataclass(frozen=True)
class Square:
    """One day of a month's page; none of this month's when `day` is 0. `count`: so many texts on it."""

    day: int
    count: int


@dataclass(frozen=True)
class Month:
    """One page."""

    name: str
    weekdays: Sequence[str]
    weeks: Sequence[Sequence[Square]]


def months(days: Sequence[date]) -> Sequence[Month]:
    """Every month in which one of these days lies."""
    counted = Counter(days)
    return [_month(year, month, counted) for year, month in sorted({(day.year, day.month) for day in days})]


def _month(year: int, month: int, counted: Counter[date]) -> Month:
    weeks = [
        [Square(day, counted[date(year, month, day)] if day else 0) for day in week]
        for week in calendar.Calendar(calendar.SUNDAY).monthdayscalendar(year, month)
    ]
    # A first of August on a Sunday, and the six days after it.
    weekdays = [format_date(date(2027, 8, day), "ccccc", locale=locale()) for day in range(1, 8)]
    return Month(format_date(date(year, month, 1), "LLLL y", locale=locale()), weekdays, weeks)
