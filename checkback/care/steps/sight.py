"""Whose business a family is: its team's, and whoever has been called to it. For everybody else it is not there.

45 CFR 164.514(d)(2) asks for limits by role and need. A crisis comes first: while an escalation of theirs has no
outcome, everybody who cares for families may open it.
"""

from __future__ import annotations

from uuid import UUID

from checkback.care.errors import NotFound
from checkback.care.model import Family, StaffMember
from checkback.care.store import Transaction, people, rotas, staffing
from checkback.care.store.sights import EVERYTHING, Sight
from checkback.care.terms import Role


def in_sight(tx: Transaction, reference: str, staff_id: UUID) -> Family:
    """The family of this reference. Raises NotFound, also where there is one that is not for this member of staff."""
    family = people.family(tx, reference)
    must_see(tx, family, staff_id)
    return family


def must_see(tx: Transaction, family: Family, staff_id: UUID) -> None:
    """Raises NotFound where this family is not for this member of staff."""
    if not sight_of(tx, tx.get(StaffMember, staff_id)).covers(family):
        raise NotFound(f"there is no family {family.reference}")


def sight_of(tx: Transaction, staff: StaffMember) -> Sight:
    """What this member of staff may see of all families: nothing, where they do not care for any."""
    if staff.role is Role.OFFICER:
        return Sight(is_wide=False)
    if staff.role is Role.ADMIN or staff.team_id is None:
        return EVERYTHING
    teams = {staff.team_id, *rotas.teams_on_call(tx, staff.id, tx.now)}
    return Sight(is_wide=False, teams=frozenset(teams), called_to=staffing.called_to(tx, staff.id))
