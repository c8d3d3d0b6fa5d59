"""How often each person was told of an escalation, week by week: what rings too often is not heard any more."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

#: An alarm between these hours, local to the programme, takes somebody's sleep.
NIGHT_BEGINS, NIGHT_ENDS = 22, 7
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Alarm:
    """One text or call to one person. `about` is the escalation."""

    person: Hashable
    about: Hashable
    at: datetime
    is_call: bool = False
    is_reminder: bool = False


@dataclass(frozen=True)
class Load:
    """What one person was told in one week: texts and calls together, and how many of them each was."""

    alarms: int = 0
    calls: int = 0
    reminders: int = 0
    at_night: int = 0
    escalations: int = 0
    most_in_a_day: int = 0


def weeks_until(moment: datetime, zone: str, count: int) -> Sequence[date]:
    """The Mondays of the last `count` weeks, local to the zone, the oldest first; the last week is not over."""
    today = moment.astimezone(ZoneInfo(zone)).date()
    monday = today - timedelta(days=today.weekday())
    return [monday - _WEEK * back for back in range(count - 1, -1, -1)]


def load_by_week(alarms: Iterable[Alarm], zone: str) -> Mapping[tuple[Hashable, date], Load]:
    """The load by person and week; weeks begin on Mondays local to the zone. Weeks of nothing are left out."""
    kept: dict[tuple[Hashable, date], list[tuple[Alarm, datetime]]] = {}
    for alarm in alarms:
        local = alarm.at.astimezone(ZoneInfo(zone))
        monday = local.date() - timedelta(days=local.weekday())
        kept.setdefault((alarm.person, monday), []).append((alarm, local))
    return {key: _load(found) for key, found in kept.items()}


def _load(found: Sequence[tuple[Alarm, datetime]]) -> Load:
    days = [local.date() for _, local in found]
    return Load(
        alarms=len(found),
        calls=sum(alarm.is_call for alarm, _ in found),
        reminders=sum(alarm.is_reminder for alarm, _ in found),
        at_night=sum(not NIGHT_ENDS <= local.hour < NIGHT_BEGINS for _, local in found),
        escalations=len({alarm.about for alarm, _ in found}),
        most_in_a_day=max(days.count(day) for day in set(days)),
    )
