"""What the pages of the rotas show: each rota at a glance, and one week by week with the hours that have nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from checkback.care.flows.rotas import FEED_AHEAD, ON_CALL, OVERRIDE, token_of
from checkback.care.model import CareTeam, Rota, StaffMember
from checkback.care.rules.rotas import Duty, by_day, midnight
from checkback.care.runtime import Runtime
from checkback.care.store import Transaction, people, rotas, staffing

#: So far ahead the pages look for hours that have nobody.
LOOK_AHEAD = timedelta(days=28)
_WEEK = 7
#: A week this far from today is still shown; what lies further is a slip of the hand in the address.
_FURTHEST = timedelta(days=366)


@dataclass(frozen=True)
class Stretch:
    """Who is on call from one moment until another, by name; nobody in a gap."""

    starts_at: datetime
    ends_at: datetime
    names: Sequence[str]


@dataclass(frozen=True)
class RotaLine:
    """One rota at a glance. `gaps` are the times ahead that have nobody."""

    id: UUID
    name: str
    team: str
    zone: str
    on_call: Sequence[str]
    gaps: Sequence[Stretch]


@dataclass(frozen=True)
class RotasPage:
    """Every rota, and the teams that may get one. `unguarded`: teams for which nobody is ever on call."""

    lines: Sequence[RotaLine]
    teams: Sequence[str]
    unguarded: Sequence[str]


@dataclass(frozen=True)
class ShiftLine:
    """A shift that goes before the turns. `is_ours`: set here, so that it can be taken out here."""

    id: UUID
    name: str
    starts_at: datetime
    ends_at: datetime
    is_ours: bool


@dataclass(frozen=True)
class RotaPage:
    """One rota. `turns` are a login and so many days; `people` may be on call: a login and a name."""

    line: RotaLine
    now: datetime
    monday: date
    days: Sequence[tuple[date, Sequence[Stretch]]]
    turns: Sequence[tuple[str, int]]
    starts_on: date | None
    changes_at: int
    zone: str | None
    """Its own zone; None: the programme's."""
    feed_token: str
    shifts: Sequence[ShiftLine]
    swappable: Sequence[Stretch]
    people: Sequence[tuple[str, str]]

    @property
    def today(self) -> date:
        """On the clock on the wall of the rota."""
        return self.now.astimezone(ZoneInfo(self.line.zone)).date()


def overview(rt: Runtime) -> RotasPage:
    """Every rota, with who is on call now and the gaps of the coming weeks."""
    with rt.store.read() as tx:
        teams = {team.id: team.name for team in staffing.teams(tx)}
        names, found = _names(tx), rotas.all_rotas(tx)
        return RotasPage(
            [_line(tx, each, teams[each.team_id], names) for each in found],
            list(teams.values()),
            [name for team_id, name in teams.items() if team_id not in {each.team_id for each in found}],
        )


def show(rt: Runtime, rota_id: UUID, week: date | None = None) -> RotaPage:
    """One rota, with the week in which this day lies; this week unless said. Raises NotFound."""
    with rt.store.read() as tx:
        rota, names = rotas.rota(tx, rota_id), _names(tx)
        line = _line(tx, rota, tx.get(CareTeam, rota.team_id).name, names)
        wall = ZoneInfo(line.zone)
        today = tx.now.astimezone(wall).date()
        day = week if week is not None and abs(week - today) <= _FURTHEST else today
        monday = day - timedelta(days=day.weekday())
        starts, ends = midnight(monday, wall), midnight(monday + timedelta(days=_WEEK), wall)
        duties = rotas.in_force(tx, rota, starts, ends).duties(starts, ends)
        logins = {each.id: each.login for each in people.everybody_ever(tx)}
        return RotaPage(
            line=line,
            now=tx.now,
            monday=monday,
            days=[(at, _named(parts, names)) for at, parts in by_day(duties, line.zone, monday, _WEEK)],
            turns=[(logins[turn.staff_id], turn.days) for turn in rotas.turns_of(tx, rota)],
            starts_on=rota.starts_on,
            changes_at=rota.changes_at,
            zone=rota.zone,
            feed_token=token_of(tx, rota),
            shifts=[
                ShiftLine(each.id, names[each.staff_id], each.starts_at, each.ends_at, each.source == OVERRIDE)
                for each in rotas.shifts_from(tx, rota, tx.now)
            ],
            swappable=_named(_swappable(tx, rota), names),
            people=[(each.login, each.name) for each in people.everybody_here(tx) if each.role in ON_CALL],
        )


def _line(tx: Transaction, rota: Rota, team: str, names: Mapping[UUID, str]) -> RotaLine:
    until = tx.now + LOOK_AHEAD
    in_force = rotas.in_force(tx, rota, tx.now, until)
    return RotaLine(
        rota.id,
        rota.name,
        team,
        rota.zone or people.the_programme(tx).zone,
        [names[each] for each in in_force.at(tx.now)],
        _named(in_force.gaps(tx.now, until), names),
    )


def _swappable(tx: Transaction, rota: Rota) -> Sequence[Duty]:
    """Turns of one person each that end within sight, and on which no shift stands."""
    horizon = tx.now + FEED_AHEAD
    ahead = rotas.in_force(tx, rota, tx.now, horizon)
    return [
        duty
        for duty in ahead.duties(tx.now, horizon)
        if len(duty.staff) == 1
        and duty.ends_at < horizon
        and not any(s.starts_at < duty.ends_at and s.ends_at > duty.starts_at for s in ahead.shifts)
    ]


def _named(duties: Sequence[Duty], names: Mapping[UUID, str]) -> Sequence[Stretch]:
    return [Stretch(duty.starts_at, duty.ends_at, [names[each] for each in duty.staff]) for duty in duties]


def _names(tx: Transaction) -> Mapping[UUID, str]:
    everybody: Sequence[StaffMember] = people.everybody_ever(tx)
    return {each.id: each.name for each in everybody}
