"""Who is on call at a moment: turns of whole days, shifts that go before them, and time off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Rotation:
    """Turns of whole days, round and round from a first day on; each ends at `changes_at` o'clock, local to `zone`."""

    zone: str
    starts_on: date
    changes_at: int
    turns: Sequence[tuple[UUID, int]]

    def whose(self, moment: datetime) -> UUID | None:
        """Whose turn it is; nobody's before the first day."""
        local = moment.astimezone(ZoneInfo(self.zone))
        day = local.date() if local.hour >= self.changes_at else local.date() - timedelta(days=1)
        passed = (day - self.starts_on).days
        if passed < 0 or not self.turns:
            return None
        left = passed % sum(days for _, days in self.turns)
        for staff, days in self.turns:
            if left < days:
                return staff
            left -= days
        raise AssertionError("a round longer than its turns")

    def changes(self, since: datetime, until: datetime) -> Sequence[datetime]:
        """The moments at which a day of the rota ends. UTC."""
        zone = ZoneInfo(self.zone)
        day, last = since.astimezone(zone).date(), until.astimezone(zone).date()
        found = []
        while day <= last:
            found.append(datetime.combine(day, time(self.changes_at), zone).astimezone(UTC))
            day += timedelta(days=1)
        return found


@dataclass(frozen=True)
class Span:
    """Somebody, from one moment until another: on a shift, or away."""

    staff: UUID
    starts_at: datetime
    ends_at: datetime

    def covers(self, moment: datetime) -> bool:
        return self.starts_at <= moment < self.ends_at


@dataclass(frozen=True)
class Duty:
    """Who is on call from one moment until another; a gap where it is nobody."""

    starts_at: datetime
    ends_at: datetime
    staff: Sequence[UUID]


@dataclass(frozen=True)
class OnCall:
    """One rota as values. `here` are those who work here; somebody who has left is on call for nobody."""

    rotation: Rotation | None
    shifts: Sequence[Span]
    away: Sequence[Span]
    here: frozenset[UUID]

    def at(self, moment: datetime) -> Sequence[UUID]:
        """Who is on call: whoever has a shift, else whoever's turn it is; never somebody who is away."""
        away = {span.staff for span in self.away if span.covers(moment)}
        shifts = dict.fromkeys(span.staff for span in self.shifts if span.covers(moment))
        on_shift = [each for each in shifts if each in self.here and each not in away]
        if on_shift:
            return on_shift
        turn = self.rotation.whose(moment) if self.rotation else None
        return [turn] if turn in self.here and turn not in away and turn is not None else []

    def duties(self, since: datetime, until: datetime) -> Sequence[Duty]:
        """Who is on call when, without a moment left out; neighbours with the same people are one."""
        edges = {since, until}
        edges |= {edge for span in (*self.shifts, *self.away) for edge in (span.starts_at, span.ends_at)}
        edges |= set(self.rotation.changes(since, until)) if self.rotation else set()
        moments = sorted(edge for edge in edges if since <= edge <= until)
        found: list[Duty] = []
        for starts, ends in pairwise(moments):
            staff = self.at(starts)
            if found and list(found[-1].staff) == list(staff):
                found[-1] = Duty(found[-1].starts_at, ends, staff)
            else:
                found.append(Duty(starts, ends, staff))
        return found

    def gaps(self, since: datetime, until: datetime) -> Sequence[Duty]:
        """When nobody is on call."""
        return [duty for duty in self.duties(since, until) if not duty.staff]


def by_day(duties: Sequence[Duty], zone: str, first: date, days: int) -> Sequence[tuple[date, Sequence[Duty]]]:
    """The duties of so many days of the clock on the wall in this zone, each cut where a day ends there."""
    wall = ZoneInfo(zone)
    found = []
    for day in (first + timedelta(days=n) for n in range(days)):
        starts, ends = midnight(day, wall), midnight(day + timedelta(days=1), wall)
        parts = [
            Duty(max(duty.starts_at, starts), min(duty.ends_at, ends), duty.staff)
            for duty in duties
            if duty.starts_at < ends and duty.ends_at > starts
        ]
        found.append((day, parts))
    return found


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which this day begins on the clock on the wall. UTC."""
    return datetime.combine(day, time(0), zone).astimezone(UTC)
