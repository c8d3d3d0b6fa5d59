"""Who is on call when: rotations, overrides, time off, the hours that have nobody, and calendars out and in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hmac import compare_digest
from uuid import UUID

from checkback.care.errors import NotFound, Refusal, said
from checkback.care.model import Rota, RotaShift, RotaTurn, StaffMember
from checkback.care.rules.rotas import Duty
from checkback.care.rules.zones import is_zone
from checkback.care.runtime import Runtime
from checkback.care.steps.staff_work import actor
from checkback.care.steps.tasks import open_task
from checkback.care.store import Transaction, people, rotas
from checkback.care.terms import Role, TaskKind

#: So many days ahead a gap becomes somebody's task.
WARN_AHEAD = timedelta(days=7)
#: A task for a gap asks for it to be filled so long before it begins.
FILLED_BEFORE = timedelta(hours=24)
FEED_AHEAD = timedelta(weeks=13)
LONGEST_ABSENCE = timedelta(days=366)
MOST_TURN_DAYS = 60
LONGEST_NAME = 80
#: Who may take an escalation, and so may be on call. An officer sees nothing of what families write.
ON_CALL = (Role.CLINICIAN, Role.COORDINATOR)
#: The source of a shift that people here set; what came with a calendar is changed there.
OVERRIDE = "override"


class RotaRefused(Refusal):
    """A rota cannot be kept like this; the message names the field and its mend."""


@dataclass(frozen=True)
class Shift:
    """Somebody, by login, on call from one moment until another; `source` names the event of a calendar."""

    login: str
    starts_at: datetime
    ends_at: datetime
    source: str = OVERRIDE


@dataclass(frozen=True)
class OnCallTime:
    """Who is on call from one moment until another, by login; nobody in a gap."""

    rota: str
    starts_at: datetime
    ends_at: datetime
    logins: Sequence[str]


@dataclass(frozen=True)
class Imported:
    """What came of a calendar: shifts kept, shifts taken out that are not in it any more, events nobody could use."""

    kept: int
    gone: int
    refused: Sequence[str]


def timetable(rt: Runtime, name: str | None = None, *, days: int = 14) -> Sequence[OnCallTime]:
    """Who is on call over the coming days: of one rota or of each. Raises NotFound."""
    with rt.store.read() as tx:
        found = [rotas.rota(tx, name)] if name else rotas.all_rotas(tx)
        return [time for rota in found for time in _times(tx, rota, tx.now, tx.now + timedelta(days=days))]


def make(rt: Runtime, team: str, name: str, by: str) -> UUID:
    """A rota for a team, in which nobody is on call yet; the gap is somebody's task until there are turns.

    Raises:
        NotFound: there is no such team.
        RotaRefused: it has no name, or the team has one of this name.
    """
    if not name.strip():
        raise RotaRefused(said("name: write what people here call it"))
    with rt.store.begin("rotas.make") as tx:
        found, kept = people.team(tx, team), name.strip()[:LONGEST_NAME]
        if found is None:
            raise NotFound(f"there is no team {team[:LONGEST_NAME]}")
        if kept in {each.name for each in rotas.all_rotas(tx)}:
            raise RotaRefused(said("name: there is a rota of this name; choose another"))
        made = _rota_or_new(tx, team, kept)
        tx.record("rota.made", made, actor(_staff(tx, by)))
        return made.id


def set_turns(
    rt: Runtime,
    team: str,
    name: str,
    turns: Sequence[tuple[str, int]],
    by: str,
    *,
    starts_on: date | None = None,
    changes_at: int = 0,
    zone: str | None = None,
) -> None:
    """Make a rota, or give it another rotation. Shifts that stand go before it as they did.

    Args:
        turns: a login and so many days, in their order.
        changes_at: the hour at which a day of the rota ends, local to `zone`, or else to the programme.

    Raises:
        NotFound: the team, or somebody, is not there.
        RotaRefused: naming the field and its mend.
    """
    _refuse_turns(turns, changes_at, zone)
    with rt.store.begin("rotas.set-turns") as tx:
        rota, who = _rota_or_new(tx, team, name), _staff(tx, by)
        for old in rotas.turns_of(tx, rota):
            tx.session.delete(old)
        tx.session.flush()
        for position, (login, length) in enumerate(turns):
            tx.add(
                RotaTurn(rota_id=rota.id, position=position, staff_id=_who_may_be_on_call(tx, login).id, days=length)
            )
        rota.starts_on = starts_on or rota.starts_on or tx.now.date()
        rota.changes_at, rota.zone = changes_at, zone
        tx.record("rota.turns-set", rota, actor(who))


def override(rt: Runtime, rota: str | UUID, shift: Shift, by: str) -> None:
    """Put somebody on call instead of whoever's turn it is. Raises NotFound.

    Raises RotaRefused also for somebody who has time off then: their shift would be passed over without a word.
    """
    _refuse_span(shift.starts_at, shift.ends_at)
    with rt.store.begin("rotas.override") as tx:
        kept = tx.add(_shift(tx, rotas.rota(tx, rota), shift))
        _refuse_away(tx, kept)
        tx.session.flush()
        tx.record("rota.overridden", kept, actor(_staff(tx, by)))


def take_out(rt: Runtime, rota_id: UUID, shift_id: UUID, by: str) -> None:
    """Whoever's turn it is is on call again instead of this shift. Raises NotFound.

    Raises RotaRefused for a shift of a calendar: it would come again with the next import.
    """
    with rt.store.begin("rotas.take-out") as tx:
        shift = tx.get(RotaShift, shift_id)
        if shift.rota_id != rota_id:
            raise NotFound("shift")
        if shift.source != OVERRIDE:
            raise RotaRefused(said("shift: it came from a calendar; take it out there and import it again"))
        tx.record("rota.shift-taken-out", shift, actor(_staff(tx, by)))
        tx.session.delete(shift)


def swap(rt: Runtime, rota_id: UUID, one: datetime, other: datetime, by: str) -> None:
    """Two people exchange a turn each: whoever has the one has the other, and the other way round.

    Args:
        one, other: when the turns end. What has begun already is exchanged from now on.

    Raises:
        NotFound: there is no such rota.
        RotaRefused: the rota has changed since it was looked at, it is one person, a shift stands there already, or
            somebody has time off when they would be on call.
    """
    with rt.store.begin("rotas.swap") as tx:
        rota = tx.lock(rotas.rota(tx, rota_id))
        first, second = _turn_that_ends(tx, rota, one), _turn_that_ends(tx, rota, other)
        if first.staff == second.staff:
            raise RotaRefused(said("with: both are the same person's; choose one of somebody else"))
        for duty, taker in ((first, second.staff[0]), (second, first.staff[0])):
            kept = tx.add(
                RotaShift(
                    rota_id=rota.id,
                    staff_id=taker,
                    starts_at=duty.starts_at,
                    ends_at=duty.ends_at,
                    source=OVERRIDE,
                )
            )
            _refuse_away(tx, kept)
        tx.session.flush()
        tx.record("rota.swapped", rota, actor(_staff(tx, by)))


def gaps(rt: Runtime, ahead: timedelta = WARN_AHEAD) -> Sequence[OnCallTime]:
    """The times ahead in which nobody is on call for a team that has a rota."""
    with rt.store.read() as tx:
        return _gaps(tx, ahead)


def warn_of_gaps(rt: Runtime) -> bool:
    """Give a coordinator a task for every hour ahead that has nobody, once a gap. True when there was a new one."""
    with rt.store.read() as tx:
        if not _gaps(tx, WARN_AHEAD):
            return False
    with rt.store.begin("rotas.warn") as tx:
        made = [_warn(tx, rota, gap) for rota in rotas.all_rotas(tx) for gap in _gaps_of(tx, rota, WARN_AHEAD)]
        return any(made)


def feed_token(rt: Runtime, name: str | UUID, *, new: bool = False, by: str = "") -> tuple[UUID, str]:
    """What makes the address of a rota's calendar; with `new` the old address ends. Raises NotFound."""
    with rt.store.begin("rotas.feed-token") as tx:
        rota = rotas.rota(tx, name)
        if new:
            rota.feed_version += 1
            tx.record("rota.new-feed", rota, actor(_staff(tx, by)))
        return rota.id, token_of(tx, rota)


def feed(rt: Runtime, rota_id: UUID, token: str) -> tuple[str, Sequence[OnCallTime]]:
    """The name of a rota and its coming weeks, for whoever knows the address. Raises NotFound for any other."""
    with rt.store.read() as tx:
        rota = next((each for each in rotas.all_rotas(tx) if each.id == rota_id), None)
        if rota is None or not _is_its_token(tx, rota, token):
            raise NotFound("calendar")
        since = tx.now - timedelta(days=1)
        return rota.name, [t for t in _times(tx, rota, since, tx.now + FEED_AHEAD) if t.logins]


def take_calendar(rt: Runtime, name: str, shifts: Sequence[Shift], by: str) -> Imported:
    """Keep what a calendar says of a rota: what is new comes in, what is in it no more goes, twice changes nothing.

    An event that names nobody who works here is refused by name; the others are kept. Raises NotFound.
    """
    with rt.store.begin("rotas.take-calendar") as tx:
        rota, who = rotas.rota(tx, name), _staff(tx, by)
        known: list[Shift] = []
        refused: list[Shift] = []
        for shift in shifts:
            member = people.staff(tx, shift.login)
            is_whole = shift.starts_at < shift.ends_at and member is not None and member.role in ON_CALL
            (known if is_whole else refused).append(shift)
        wanted = {(s.login.strip().lower(), s.starts_at, s.ends_at): s for s in known}
        there = {_key(tx, row): row for row in rotas.imported(tx, rota, tx.now)}
        for key in there.keys() - wanted.keys():
            tx.session.delete(there[key])
        new = [shift for key, shift in wanted.items() if key not in there and shift.ends_at > tx.now]
        for shift in new:
            tx.add(_shift(tx, rota, shift))
        tx.record("rota.calendar-taken", rota, actor(who))
        return Imported(
            len(new), len(there.keys() - wanted.keys()), [f"{s.login} {s.starts_at:%Y-%m-%d}" for s in refused]
        )


def _key(tx: Transaction, row: RotaShift) -> tuple[str, datetime, datetime]:
    return tx.get(StaffMember, row.staff_id).login, row.starts_at, row.ends_at


def _times(tx: Transaction, rota: Rota, since: datetime, until: datetime) -> Sequence[OnCallTime]:
    logins = {each.id: each.login for each in people.everybody_here(tx)}
    duties = rotas.in_force(tx, rota, since, until).duties(since, until)
    return [OnCallTime(rota.name, d.starts_at, d.ends_at, [logins[each] for each in d.staff]) for d in duties]


def _gaps(tx: Transaction, ahead: timedelta) -> Sequence[OnCallTime]:
    return [
        OnCallTime(rota.name, gap.starts_at, gap.ends_at, [])
        for rota in rotas.all_rotas(tx)
        for gap in _gaps_of(tx, rota, ahead)
    ]


def _gaps_of(tx: Transaction, rota: Rota, ahead: timedelta) -> Sequence[Duty]:
    until = tx.now + ahead
    return rotas.in_force(tx, rota, tx.now, until).gaps(tx.now, until)


def _warn(tx: Transaction, rota: Rota, gap: Duty) -> bool:
    # A gap that began is the same gap still: its end tells it from others.
    key = f"{TaskKind.ROTA_GAP}:{rota.id}:{gap.ends_at:%Y-%m-%dT%H:%M}"
    detail = (
        f"Nobody is on call for {rota.name} from {gap.starts_at:%Y-%m-%d %H:%M} to {gap.ends_at:%Y-%m-%d %H:%M} UTC."
    )
    task = open_task(
        tx, TaskKind.ROTA_GAP, dedupe_key=key, detail=detail, due_at=max(tx.now, gap.starts_at - FILLED_BEFORE)
    )
    if task is None:
        return False
    coordinators = people.coordinators(tx, rota.team_id)
    task.team_id, task.owner_id = rota.team_id, coordinators[0].id if coordinators else None
    tx.session.flush()
    return True


def token_of(tx: Transaction, rota: Rota, version: int | None = None) -> str:
    """What stands in the address of its calendar."""
    return tx.keyring.index(f"{rota.id}:{rota.feed_version}", "rota-feed", version).hex()[:40]


def _is_its_token(tx: Transaction, rota: Rota, token: str) -> bool:
    """Whether this is the address of the rota under any key on the ring: calendars go on after a key was changed."""
    addresses = [token_of(tx, rota, version) for version in tx.keyring.indexing]
    return any([compare_digest(address.encode(), token.encode()) for address in addresses])


def _shift(tx: Transaction, rota: Rota, shift: Shift) -> RotaShift:
    return RotaShift(
        rota_id=rota.id,
        staff_id=_who_may_be_on_call(tx, shift.login).id,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        source=shift.source[:200],
    )


def _rota_or_new(tx: Transaction, team: str, name: str) -> Rota:
    found = people.team(tx, team)
    if found is None:
        raise NotFound(f"there is no team {team}")
    for rota in rotas.all_rotas(tx, found.id):
        if rota.name == name.strip():
            return rota
    made = tx.add(Rota(team_id=found.id, name=name.strip()[:LONGEST_NAME]))
    tx.session.flush()
    return made


def _staff(tx: Transaction, login: str) -> StaffMember:
    found = people.staff(tx, login)
    if found is None:
        raise NotFound(f"nobody here has the login {login}")
    return found


def _who_may_be_on_call(tx: Transaction, login: str) -> StaffMember:
    found = _staff(tx, login)
    if found.role not in ON_CALL:
        raise RotaRefused(
            said("login: %(login)s is no clinician or coordinator, and could not take an escalation", login=found.login)
        )
    return found


def _turn_that_ends(tx: Transaction, rota: Rota, moment: datetime) -> Duty:
    """The turn of one person that ends then, as far as it lies ahead."""
    ahead = rotas.in_force(tx, rota, tx.now, tx.now + FEED_AHEAD)
    for duty in ahead.duties(tx.now, tx.now + FEED_AHEAD):
        if duty.ends_at == moment and len(duty.staff) == 1:
            if any(s.starts_at < duty.ends_at and s.ends_at > duty.starts_at for s in ahead.shifts):
                raise RotaRefused(said("turn: a shift stands there already; take it out first"))
            return duty
    raise RotaRefused(said("turn: the rota has changed since you looked; look again and choose"))


def _refuse_away(tx: Transaction, shift: RotaShift) -> None:
    if rotas.absence_within(tx, shift.staff_id, shift.starts_at, shift.ends_at) is not None:
        login = tx.get(StaffMember, shift.staff_id).login
        raise RotaRefused(said("login: %(login)s has time off then, and would not be told", login=login))


def _refuse_turns(turns: Sequence[tuple[str, int]], changes_at: int, zone: str | None) -> None:
    if not turns or any(not 1 <= days <= MOST_TURN_DAYS for _, days in turns):
        raise RotaRefused(said("turns: write at least one, each of 1 to %(most)s days", most=MOST_TURN_DAYS))
    if not 0 <= changes_at <= 23:  # noqa: PLR2004 - hours of a day
        raise RotaRefused(said("changes-at: write an hour, 0 to 23"))
    if zone is not None and not is_zone(zone):
        raise RotaRefused(said("zone: write a time zone such as America/Chicago"))


def _refuse_span(starts_at: datetime, ends_at: datetime) -> None:
    if not timedelta(0) < ends_at - starts_at <= LONGEST_ABSENCE:
        raise RotaRefused(said("to: it must be after the beginning, and within a year"))


def programme_zone(rt: Runtime) -> str:
    """The zone in which people here say times."""
    with rt.store.read() as tx:
        return people.the_programme(tx).zone
