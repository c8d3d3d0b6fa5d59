"""Finding plans in their versions, and who follows them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from checkback.care.model import Answer, CheckIn, CheckInPlan, Family, Incident
from checkback.care.store.at_hand import may_be_at_hand
from checkback.care.store.database import Transaction
from checkback.care.store.sights import EVERYTHING, Sight, is_in_sight
from checkback.care.terms import PlanState


def all_versions(tx: Transaction, programme_id: UUID, name: str | None = None) -> Sequence[CheckInPlan]:
    """Every version of every plan, or of one; the newest of each first."""
    found = select(CheckInPlan).where(CheckInPlan.programme_id == programme_id)
    if name is not None:
        found = found.where(CheckInPlan.name == name)
    return tx.session.scalars(found.order_by(CheckInPlan.name, CheckInPlan.version.desc())).all()


def approved(tx: Transaction, programme_id: UUID, name: str) -> CheckInPlan | None:
    """The version that counts now."""
    return tx.session.scalar(
        select(CheckInPlan)
        .where(
            CheckInPlan.programme_id == programme_id,
            CheckInPlan.name == name,
            CheckInPlan.state == PlanState.APPROVED,
        )
        .order_by(CheckInPlan.version.desc())
        .limit(1)
    )


def followers(
    tx: Transaction, plan_ids: Sequence[UUID], sight: Sight = EVERYTHING, most: int | None = None
) -> Sequence[Family]:
    """The families in sight who follow one of these versions, in the order of their enrolment; closed ones too.

    Args:
        most: only so many, those enrolled last.
    """
    found = tx.session.scalars(
        select(Family)
        .where(Family.plan_id.in_(plan_ids), is_in_sight(sight))
        .order_by(Family.enrolled_at.desc(), Family.reference.desc())
        .limit(most)
    ).all()
    return found[::-1]


def count_all_followers(tx: Transaction, plan_id: UUID, sight: Sight) -> int:
    """How many families in sight follow this version; closed ones too."""
    counted = select(func.count()).select_from(Family).where(Family.plan_id == plan_id, is_in_sight(sight))
    return tx.session.scalar(counted) or 0


def count_followers(tx: Transaction, plan_id: UUID) -> int:
    """How many families follow this version and are not closed."""
    counted = select(func.count()).select_from(Family).where(Family.plan_id == plan_id, Family.closed_at.is_(None))
    return tx.session.scalar(counted) or 0


@may_be_at_hand(lambda contact_id, incident_id: (contact_id, incident_id))
def rows_of(tx: Transaction, contact_id: UUID, incident_id: UUID) -> Sequence[CheckIn]:
    """Every promise to this contact after this incident, ended or not, in the order of their times."""
    return tx.session.scalars(
        select(CheckIn)
        .where(CheckIn.contact_id == contact_id, CheckIn.incident_id == incident_id)
        .order_by(CheckIn.due_at, CheckIn.id)
    ).all()


def planned_incidents(tx: Transaction, contact_id: UUID) -> Sequence[Incident]:
    """The incidents after which something was promised to this contact."""
    promised = select(CheckIn.incident_id).where(CheckIn.contact_id == contact_id)
    return tx.session.scalars(select(Incident).where(Incident.id.in_(promised)).order_by(Incident.occurred_at)).all()


@may_be_at_hand(lambda contact_id: contact_id)
def last_said(tx: Transaction, contact_id: UUID) -> str | None:
    """What a contact last said of how they are, as it was understood."""
    return next((answer for _, answer in said_by(tx, [contact_id])), None)


def said_by(tx: Transaction, contact_ids: Sequence[UUID]) -> Sequence[tuple[UUID, str]]:
    """What these contacts said of how they are, the latest first."""
    found = tx.session.execute(
        select(Answer.contact_id, Answer.answer)
        .where(Answer.contact_id.in_(contact_ids), Answer.question == "check_in.opening")
        .order_by(Answer.answered_at.desc())
    )
    return [(contact_id, answer) for contact_id, answer in found]
