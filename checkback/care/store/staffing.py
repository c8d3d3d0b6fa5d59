"""What somebody who works here has in hand: families, tasks, escalations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, or_, select, union

from checkback.care.model import Assignment, CareTeam, Escalation, Family, StaffMember, Task
from checkback.care.store.database import Transaction
from checkback.care.store.escalations import UNENDED
from checkback.care.terms import EscalationState, TaskState


def teams(tx: Transaction) -> Sequence[CareTeam]:
    return tx.session.scalars(select(CareTeam).order_by(CareTeam.name)).all()


def everybody_ever(tx: Transaction) -> Sequence[StaffMember]:
    """Who works here by login, and then who left."""
    return tx.session.scalars(select(StaffMember).order_by(StaffMember.left_at.is_not(None), StaffMember.login)).all()


def families_of(tx: Transaction, staff_id: UUID) -> Sequence[tuple[Assignment, Family]]:
    """The families they answer for now."""
    rows = tx.session.execute(
        select(Assignment, Family)
        .join(Family, Family.id == Assignment.family_id)
        .where(Assignment.staff_id == staff_id, Assignment.until.is_(None))
        .order_by(Family.enrolled_at, Family.id)
    ).all()
    return [(assignment, family) for assignment, family in rows]


def called_to(tx: Transaction, staff_id: UUID) -> frozenset[UUID]:
    """Families that they answer for, have an open task of, or had an escalation of; and those in an open one."""
    assigned = select(Assignment.family_id).where(
        Assignment.staff_id == staff_id, or_(Assignment.until.is_(None), Assignment.until > tx.now)
    )
    asked_to = select(Task.family_id).where(
        Task.family_id.is_not(None), Task.owner_id == staff_id, Task.state == TaskState.OPEN
    )
    known = select(Escalation.family_id).where(Escalation.family_id.is_not(None))
    in_distress, taken = known.where(Escalation.state.in_(UNENDED)), known.where(Escalation.acknowledged_by == staff_id)
    return frozenset(tx.session.scalars(union(assigned, asked_to, in_distress, taken)))


def family_counts(tx: Transaction) -> Mapping[UUID, int]:
    """For how many families each of them answers."""
    rows = tx.session.execute(
        select(Assignment.staff_id, func.count()).where(Assignment.until.is_(None)).group_by(Assignment.staff_id)
    ).all()
    return {staff_id: count for staff_id, count in rows}


def open_tasks_of(tx: Transaction, staff_id: UUID) -> Sequence[Task]:
    return tx.session.scalars(
        select(Task).where(Task.owner_id == staff_id, Task.state == TaskState.OPEN).order_by(Task.opened_at, Task.id)
    ).all()


def covers_of(tx: Transaction, staff_id: UUID) -> Sequence[Assignment]:
    """The families they cover now."""
    return tx.session.scalars(
        select(Assignment).where(Assignment.staff_id == staff_id, Assignment.until > tx.now).order_by(Assignment.id)
    ).all()


def open_tasks_in(tx: Transaction, family_id: UUID, staff_ids: Sequence[UUID]) -> Sequence[Task]:
    """The tasks of a family that these members of staff have and nobody has done."""
    return tx.session.scalars(
        select(Task)
        .where(Task.family_id == family_id, Task.owner_id.in_(staff_ids), Task.state == TaskState.OPEN)
        .order_by(Task.opened_at, Task.id)
    ).all()


def taken_by(tx: Transaction, staff_id: UUID) -> Sequence[Escalation]:
    """The escalations they took and that have no outcome yet."""
    return tx.session.scalars(
        select(Escalation)
        .where(Escalation.acknowledged_by == staff_id, Escalation.state == EscalationState.ACKNOWLEDGED)
        .order_by(Escalation.number)
    ).all()
