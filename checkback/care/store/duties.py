"""Finding who is here, and who has the work of somebody who is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Exists, exists, or_, select

from checkback.care.model import Absence, StaffMember, TeamBackup
from checkback.care.store.database import Transaction
from checkback.care.terms import Role


def is_off(now: datetime) -> Exists:
    """In SQL: this member of staff is off at this moment."""
    return exists().where(Absence.staff_id == StaffMember.id, Absence.starts_at <= now, Absence.ends_at > now)


def is_here(tx: Transaction, member: StaffMember) -> bool:
    """Whether somebody still works here and is not off at this moment."""
    return member.left_at is None and absence_of(tx, member.id) is None


def absence_of(tx: Transaction, staff_id: UUID) -> Absence | None:
    """Why this member of staff is off now; of several absences the one that lasts longest."""
    return tx.session.scalar(
        select(Absence)
        .where(Absence.staff_id == staff_id, Absence.starts_at <= tx.now, Absence.ends_at > tx.now)
        .order_by(Absence.ends_at.desc())
        .limit(1)
    )


def absences_from(tx: Transaction, staff_id: UUID) -> Sequence[Absence]:
    """The absences of this member of staff that have not ended."""
    return tx.session.scalars(
        select(Absence).where(Absence.staff_id == staff_id, Absence.ends_at > tx.now).order_by(Absence.starts_at)
    ).all()


def everybody_on_duty(tx: Transaction) -> Sequence[StaffMember]:
    """All who work here and are not off at this moment, by login."""
    return tx.session.scalars(
        select(StaffMember).where(StaffMember.left_at.is_(None), ~is_off(tx.now)).order_by(StaffMember.login)
    ).all()


def backup_of_team(tx: Transaction, team_id: UUID) -> TeamBackup | None:
    """Who has the work of a colleague of this team who is off."""
    return tx.session.scalar(select(TeamBackup).where(TeamBackup.team_id == team_id))


def coordinators_and_admins(tx: Transaction) -> Sequence[StaffMember]:
    """Those who coordinate any team, and then those who administer; for what no team answers for."""
    found = tx.session.scalars(
        select(StaffMember)
        .where(
            StaffMember.left_at.is_(None),
            or_(StaffMember.role == Role.COORDINATOR, StaffMember.role == Role.ADMIN),
        )
        .order_by(StaffMember.login)
    ).all()
    return sorted(found, key=lambda member: member.role is not Role.COORDINATOR)
