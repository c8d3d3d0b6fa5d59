"""Alarm load: how often each person was told, week by week, for whoever shares out the rota."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from checkback.care.rules.alarm_load import Alarm, Load, load_by_week, weeks_until
from checkback.care.runtime import Runtime
from checkback.care.store import Transaction, people, tellings
from checkback.care.terms import Role, Way

WEEKS = 8
MOST_WEEKS = 52


@dataclass(frozen=True)
class PersonsLoad:
    """One person's weeks, in the order of `AlarmLoad.weeks`. No name and no login: the number always answered."""

    name: str
    login: str | None
    weeks: Sequence[Load]

    @property
    def alarms(self) -> int:
        return sum(week.alarms for week in self.weeks)


@dataclass(frozen=True)
class AlarmLoad:
    """Everybody's load. `weeks` are Mondays in the programme's zone; the last of them is not over."""

    now: datetime
    zone: str
    weeks: Sequence[date]
    people: Sequence[PersonsLoad]


def alarm_load(rt: Runtime, weeks: int = WEEKS) -> AlarmLoad:
    """The last weeks of everybody who is told of escalations, who had most first; also of who had none.

    A text counts unless it did not arrive, a call also when nobody picked up. E-mails ring nobody and do not count.
    """
    with rt.store.read() as tx:
        zone = people.the_programme(tx).zone
        mondays = weeks_until(tx.now, zone, weeks)
        since = datetime.combine(mondays[0], time(), ZoneInfo(zone))
        alarms = [
            Alarm(n.staff_id, n.escalation_id, n.told_at, n.way is Way.VOICE, n.reminder)
            for n in tellings.alarms_since(tx, since)
        ]
        load = load_by_week(alarms, zone)
        told = {alarm.person for alarm in alarms}
        found = [
            PersonsLoad(name, login, [load.get((person, monday), Load()) for monday in mondays])
            for person, name, login in _people(tx, told)
        ]
        return AlarmLoad(tx.now, zone, mondays, sorted(found, key=lambda each: (-each.alarms, each.name)))


def _people(tx: Transaction, told: set[object]) -> Sequence[tuple[UUID | None, str, str | None]]:
    """Clinicians and coordinators who work here, whoever else was told, and the number once it was."""
    staff = [
        (member.id, member.name, member.login)
        for member in people.everybody_ever(tx)
        if member.id in told or (member.left_at is None and member.role in (Role.CLINICIAN, Role.COORDINATOR))
    ]
    return [*staff, (None, "", None)] if None in told else staff
