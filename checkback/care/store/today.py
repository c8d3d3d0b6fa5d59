"""What somebody who looks at the board should see first: their own work, families gone silent, texts that were lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, exists, func, or_, select

from checkback.care.model import CheckIn, Contact, Conversation, Family, InboundMessage, OutboundMessage, Task
from checkback.care.store.database import Transaction
from checkback.care.store.sights import Sight, of_contact, of_family
from checkback.care.terms import CheckInState, Lane, OutboundState, TaskState

_LOST = (OutboundState.UNDELIVERED, OutboundState.FAILED)


@dataclass(frozen=True)
class Silence:
    """A family whose last check-ins nobody answered: how many of them, and when the last was given up."""

    reference: str
    unanswered: int
    last_at: datetime


def open_tasks(
    tx: Transaction, staff_id: UUID, team_id: UUID | None, sight: Sight, limit: int
) -> Sequence[tuple[Task, int]]:
    """Tasks in sight that nobody has done: those of this member of staff first (0), then their team's (1), then the
    others (2), in each the most urgent first.
    """
    mine = or_(Task.owner_id == staff_id, Task.raised_to_id == staff_id)
    whose = case((mine, 0), (Task.team_id == team_id, 1), else_=2) if team_id else case((mine, 0), else_=2)
    rows = tx.session.execute(
        select(Task, whose)
        .where(Task.state == TaskState.OPEN, or_(mine, of_family(sight, Task.family_id)))
        .order_by(whose, Task.due_at, Task.id)
        .limit(limit)
    )
    return [(task, place) for task, place in rows]


def count_open_tasks(tx: Transaction, staff_id: UUID, sight: Sight) -> int:
    """How many tasks nobody has done are theirs or in sight."""
    mine = or_(Task.owner_id == staff_id, Task.raised_to_id == staff_id)
    counted = select(func.count()).select_from(Task)
    seen = counted.where(Task.state == TaskState.OPEN, or_(mine, of_family(sight, Task.family_id)))
    return tx.session.scalar(seen) or 0


def silences(tx: Transaction, since: datetime, sight: Sight, limit: int) -> Sequence[Silence]:
    """Families in sight whose check-ins were closed after silence since then, and who wrote nothing after the last of
    those was asked; the longest silence first.
    """
    wrote_since = (
        select(InboundMessage.id)
        .join(Conversation, Conversation.id == InboundMessage.conversation_id)
        .where(Conversation.contact_id == CheckIn.contact_id, InboundMessage.received_at > CheckIn.asked_at)
    )
    rows = tx.session.execute(
        select(Family.reference, func.count(CheckIn.id), func.max(CheckIn.ended_at))
        .select_from(CheckIn)
        .join(Contact, Contact.id == CheckIn.contact_id)
        .join(Family, Family.id == Contact.family_id)
        .where(
            CheckIn.state == CheckInState.CLOSED_AFTER_SILENCE,
            CheckIn.due_at >= since,
            Family.closed_at.is_(None),
            of_family(sight, Contact.family_id),
            ~exists(wrote_since.correlate(CheckIn)),
        )
        .group_by(Family.reference)
        .order_by(func.count(CheckIn.id).desc(), func.max(CheckIn.ended_at))
        .limit(limit)
    )
    return [Silence(reference, unanswered, last_at) for reference, unanswered, last_at in rows if last_at is not None]


def lost_texts(tx: Transaction, since: datetime, sight: Sight, limit: int) -> Sequence[OutboundMessage]:
    """Texts to families in sight that did not arrive since then, and those of which nobody knows; the latest first."""
    ours = (OutboundMessage.lane == Lane.FAMILIES, of_contact(sight, OutboundMessage.contact_id))
    is_lost = OutboundMessage.state.in_(_LOST) & (OutboundMessage.ended_at >= since)
    return tx.session.scalars(
        select(OutboundMessage)
        .where(*ours, OutboundMessage.state.in_((*_LOST, OutboundState.UNCLEAR)))
        .where(or_(is_lost, OutboundMessage.state == OutboundState.UNCLEAR))
        .order_by(OutboundMessage.due_at.desc(), OutboundMessage.id)
        .limit(limit)
    ).all()
