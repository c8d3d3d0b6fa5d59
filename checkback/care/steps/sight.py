"""Whose business a family is: its team's, and whoever has been called to it. For everybody else it is not there.

45 CFR 164.514(d)(2) asks for limits by role and need. A crisis comes first: while an escalation of theirs has no
outcome, everybody who cares for families may open it.
"""

from __future__ import annotations

from uuid import UUID

from checkback.care.errors import NotFound
from checkback.care.model import Family, StaffMember
from checkback.care.store import Transaction, escalations, people, rotas, staffing
from checkback.care.terms import EscalationState, Role


def in_sight(tx: Transaction, reference: str, staff_id: UUID) -> Family:
    """The family of this reference. Raises NotFound, also where there is one that is not for this member of staff."""
    family = people.family(tx, reference)
    must_see(tx, family, staff_id)
    return family


def must_see(tx: Transaction, family: Family, staff_id: UUID) -> None:
    """Raises NotFound where this family is not for this member of staff."""
    if not may_see(tx, family, tx.get(StaffMember, staff_id)):
        raise NotFound(f"there is no family {family.reference}")


def may_see(tx: Transaction, family: Family, staff: StaffMember) -> bool:
    """Whether this family is for this member of staff."""
    if staff.role is Role.OFFICER:
        return False
    if staff.role is Role.ADMIN or staff.team_id in (None, family.team_id):
        return True
    return (
        staffing.answers_for(tx, staff.id, family.id)
        or any(_calls(each.state, each.acknowledged_by, staff) for each in escalations.of_family(tx, family.id))
        or staff.id in rotas.on_call_ids(tx, family.team_id, tx.now)
    )


def _calls(state: EscalationState, taken_by: UUID | None, staff: StaffMember) -> bool:
    return state is not EscalationState.RESOLVED or taken_by == staff.id
