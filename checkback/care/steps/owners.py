"""Who has a task: whoever answers for the family, else who stands in for them, else who coordinates; never nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

import structlog

from checkback.care.model import StaffMember
from checkback.care.model.sealing import SealBroken
from checkback.care.store import Transaction, duties, people, rotas
from checkback.care.terms import Role

log = structlog.get_logger()


def owner_for(
    tx: Transaction, family_id: UUID | None, team_id: UUID | None, *, other_than: UUID | None = None
) -> StaffMember | None:
    """Who is here and has the next task of this family or team; None only where nobody at all is here."""
    found = (each for each in _in_order(tx, family_id, team_id) if each.id != other_than)
    return next((each for each in found if duties.is_here(tx, each)), None)


def coordinator_of_team(tx: Transaction, team_id: UUID | None, *, other_than: UUID | None) -> StaffMember | None:
    """Who coordinates this team and is here, if anybody."""
    found = _coordinators(tx, team_id) if team_id else ()
    return next((each for each in found if each.id != other_than and duties.is_here(tx, each)), None)


def coordinator_for(tx: Transaction, team_id: UUID | None, other_than: UUID | None) -> StaffMember | None:
    """Who must know that a task is overdue: a coordinator of the team, else of any, else who administers."""
    candidates = (*(_coordinators(tx, team_id) if team_id else ()), *_read(lambda: duties.coordinators_and_admins(tx)))
    return next((each for each in candidates if each.id != other_than and duties.is_here(tx, each)), None)


def _in_order(tx: Transaction, family_id: UUID | None, team_id: UUID | None) -> Iterator[StaffMember]:
    assigned = _read(lambda: _one(people.assigned_to(tx, family_id))) if family_id else []
    yield from assigned
    for member in assigned:
        yield from _named_backup(tx, member)
    if team_id is not None:
        yield from _read(lambda: _team_backup(tx, team_id))
        yield from _coordinators(tx, team_id)
    yield from _read(lambda: [m for m in rotas.on_call(tx, team_id, tx.now) if m.role is not Role.OFFICER])
    yield from _read(lambda: duties.coordinators_and_admins(tx))


def _named_backup(tx: Transaction, member: StaffMember) -> Sequence[StaffMember]:
    absence = duties.absence_of(tx, member.id)
    backup_id = absence.backup_id if absence else None
    return _read(lambda: [tx.get(StaffMember, backup_id)]) if backup_id else []


def _team_backup(tx: Transaction, team_id: UUID) -> Sequence[StaffMember]:
    backup = duties.backup_of_team(tx, team_id)
    return [tx.get(StaffMember, backup.staff_id)] if backup else []


def _coordinators(tx: Transaction, team_id: UUID) -> Sequence[StaffMember]:
    return _read(lambda: people.coordinators(tx, team_id))


def _one(member: StaffMember | None) -> Sequence[StaffMember]:
    return [member] if member else []


def _read(find: Callable[[], Sequence[StaffMember]]) -> Sequence[StaffMember]:
    """Whoever is found. Where a person's row cannot be read there is nobody: the next in the order must not wait."""
    try:
        return find()
    except SealBroken as error:
        log.error("task.staff-unreadable", error=str(error))
        return []
