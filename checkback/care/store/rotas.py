"""Finding rotas: who is on call, who is away, and until when somebody's duty runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from checkback.care.errors import NotFound
from checkback.care.model import Absence, Rota, RotaShift, RotaTurn, StaffMember
from checkback.care.rules.rotas import OnCall, Rotation, Span
from checkback.care.store.database import Transaction
from checkback.care.store.people import members, the_programme
from checkback.care.terms import Role

_AN_INSTANT = timedelta(seconds=1)


def all_rotas(tx: Transaction, team_id: UUID | None = None) -> Sequence[Rota]:
    """Every rota, or those of a team."""
    found = select(Rota).order_by(Rota.name, Rota.id)
    return tx.session.scalars(found.where(Rota.team_id == team_id) if team_id else found).all()


def rota(tx: Transaction, which: str | UUID) -> Rota:
    """The rota of this name or id. Raises NotFound."""
    if isinstance(which, UUID):
        return tx.get(Rota, which)
    name = which
    found = tx.session.scalar(select(Rota).where(Rota.name == name.strip()).order_by(Rota.id).limit(1))
    if found is None:
        raise NotFound(f"there is no rota {name.strip()}; `checkback rotas list` names them")
    return found


def turns_of(tx: Transaction, rota: Rota) -> Sequence[RotaTurn]:
    return tx.session.scalars(select(RotaTurn).where(RotaTurn.rota_id == rota.id).order_by(RotaTurn.position)).all()


def shifts_of(tx: Transaction, rota: Rota, since: datetime, until: datetime) -> Sequence[RotaShift]:
    """Shifts that lie at least partly in this time."""
    return tx.session.scalars(
        select(RotaShift)
        .where(RotaShift.rota_id == rota.id, RotaShift.starts_at < until, RotaShift.ends_at > since)
        .order_by(RotaShift.starts_at, RotaShift.id)
    ).all()


def imported(tx: Transaction, rota: Rota, since: datetime) -> Sequence[RotaShift]:
    """Shifts that came from a calendar and are not over."""
    return tx.session.scalars(
        select(RotaShift).where(
            RotaShift.rota_id == rota.id, RotaShift.ends_at > since, RotaShift.source.startswith("calendar:")
        )
    ).all()


def shifts_from(tx: Transaction, rota: Rota, since: datetime) -> Sequence[RotaShift]:
    """Shifts that are not over by then, the first first."""
    return tx.session.scalars(
        select(RotaShift)
        .where(RotaShift.rota_id == rota.id, RotaShift.ends_at > since)
        .order_by(RotaShift.starts_at, RotaShift.id)
    ).all()


def absence_within(tx: Transaction, staff_id: UUID, since: datetime, until: datetime) -> Absence | None:
    """The first time off of this member of staff that lies at least partly in this time."""
    return tx.session.scalar(
        select(Absence)
        .where(Absence.staff_id == staff_id, Absence.starts_at < until, Absence.ends_at > since)
        .order_by(Absence.starts_at)
        .limit(1)
    )


def is_away(tx: Transaction, staff_id: UUID, moment: datetime) -> bool:
    """Whether this member of staff has time off then."""
    return bool(
        tx.session.scalar(
            select(Absence.id)
            .where(Absence.staff_id == staff_id, Absence.starts_at <= moment, Absence.ends_at > moment)
            .limit(1)
        )
    )


def in_force(tx: Transaction, rota: Rota, since: datetime, until: datetime) -> OnCall:
    """A rota as it stands in this time, as values."""
    turns = turns_of(tx, rota)
    rotation = None
    if rota.starts_on is not None and turns:
        zone = rota.zone or the_programme(tx).zone
        rotation = Rotation(zone, rota.starts_on, rota.changes_at, [(turn.staff_id, turn.days) for turn in turns])
    away = tx.session.scalars(select(Absence).where(Absence.starts_at < until, Absence.ends_at > since)).all()
    # Who is neither may not take an escalation: a turn of theirs is an hour that has nobody.
    may_take = StaffMember.role.in_((Role.CLINICIAN, Role.COORDINATOR))
    here = tx.session.scalars(select(StaffMember.id).where(StaffMember.left_at.is_(None), may_take)).all()
    return OnCall(
        rotation,
        [Span(s.staff_id, s.starts_at, s.ends_at) for s in shifts_of(tx, rota, since, until)],
        [Span(a.staff_id, a.starts_at, a.ends_at) for a in away],
        frozenset(here),
    )


def on_call_ids(tx: Transaction, team_id: UUID | None, moment: datetime) -> Sequence[UUID]:
    """Who is on call at this moment, each once: for this team, or for any team when none is named."""
    found: dict[UUID, None] = {}
    for each in all_rotas(tx, team_id):
        found.update(dict.fromkeys(in_force(tx, each, moment, moment + _AN_INSTANT).at(moment)))
    return list(found)


def teams_on_call(tx: Transaction, staff_id: UUID, moment: datetime) -> frozenset[UUID]:
    """The teams for which this member of staff is on call at this moment."""
    until = moment + _AN_INSTANT
    return frozenset(each.team_id for each in all_rotas(tx) if staff_id in in_force(tx, each, moment, until).at(moment))


def on_call(tx: Transaction, team_id: UUID | None, moment: datetime) -> Sequence[StaffMember]:
    """Who is on call at this moment: for this team, or for any team when none is named."""
    return members(tx, on_call_ids(tx, team_id, moment))
