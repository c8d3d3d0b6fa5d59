"""Quarters of a calendar year, by the clock on a programme's wall."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_WRITTEN = re.compile(r"(20\d\d)-Q([1-4])")


@dataclass(frozen=True, order=True)
class Quarter:
    """Three months of a year; `number` from 1 to 4."""

    year: int
    number: int

    @property
    def reference(self) -> str:
        """As it stands in an address: `2026-Q1`."""
        return f"{self.year}-Q{self.number}"

    @property
    def first_day(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last_day(self) -> date:
        return self.next.first_day - timedelta(days=1)

    @property
    def next(self) -> Quarter:
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def before(self) -> Quarter:
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)

    def span(self, zone: str) -> tuple[datetime, datetime]:
        """From its first midnight until the next quarter's."""
        return _midnight(self.first_day, zone), _midnight(self.next.first_day, zone)


def quarter_of(moment: datetime, zone: str) -> Quarter:
    """The quarter this moment falls in there."""
    local = moment.astimezone(ZoneInfo(zone))
    return Quarter(local.year, (local.month + 2) // 3)


def quarter_named(text: str) -> Quarter | None:
    """`2026-Q1`; None for anything else."""
    found = _WRITTEN.fullmatch(text)
    return Quarter(int(found[1]), int(found[2])) if found else None


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
