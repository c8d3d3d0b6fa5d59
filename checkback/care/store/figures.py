"""Counting what waits, what stands still and what was heard last: numbers and ages only, for whoever runs the house."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from checkback.care.model import Escalation, InboundMessage, OutboundMessage, SenderBucket, Task
from checkback.care.store.database import Transaction
from checkback.care.terms import EscalationState, InboundState, Lane, OutboundState, Sender, TaskKind, TaskState

#: How many, and since when the oldest of them.
Waiting = tuple[int, datetime | None]


def due_texts(tx: Transaction) -> Mapping[Lane, Waiting]:
    """Texts of ours that could go now and have not, by their lane, since they fell due."""
    found = tx.session.execute(
        select(OutboundMessage.lane, func.count(), func.min(OutboundMessage.due_at))
        .where(
            OutboundMessage.state == OutboundState.QUEUED,
            OutboundMessage.due_at <= tx.now,
            OutboundMessage.held_at.is_(None),
        )
        .group_by(OutboundMessage.lane)
    )
    counted: dict[Lane, Waiting] = {lane: (count, oldest) for lane, count, oldest in found}
    return {lane: counted.get(lane, (0, None)) for lane in Lane}


def unclear_texts(tx: Transaction) -> int:
    """Texts of which nobody knows whether they went."""
    waits = select(func.count()).where(
        OutboundMessage.lane.in_(list(Lane)), OutboundMessage.state == OutboundState.UNCLEAR
    )
    return tx.session.scalar(waits) or 0


def unanswered_texts(tx: Transaction) -> Waiting:
    """Texts of families that wait for the assistant."""
    waits = InboundMessage.state.in_([InboundState.WAITING, InboundState.IN_TURN])
    count, oldest = tx.session.execute(select(func.count(), func.min(InboundMessage.received_at)).where(waits)).one()
    return count, oldest


def untaken_escalations(tx: Transaction) -> Waiting:
    """Escalations that nobody has acknowledged, since they were opened."""
    is_open = Escalation.state == EscalationState.OPEN
    count, oldest = tx.session.execute(select(func.count(), func.min(Escalation.opened_at)).where(is_open)).one()
    return count, oldest


def overdue_tasks(tx: Transaction) -> int:
    """Tasks whose time has passed and that nobody has done."""
    late = select(func.count()).where(Task.state == TaskState.OPEN, Task.due_at <= tx.now)
    return tx.session.scalar(late) or 0


def last_heard_at(tx: Transaction) -> datetime | None:
    """When anybody last wrote to us."""
    moments = tx.session.scalars(select(func.max(InboundMessage.received_at)).group_by(InboundMessage.state))
    return max(moments, default=None)


def pauses(tx: Transaction) -> Mapping[Sender, int]:
    """The carrier's code for which each sender stands still at this moment."""
    buckets = tx.session.scalars(select(SenderBucket).where(SenderBucket.paused_until > tx.now))
    return {bucket.sender: bucket.paused_by or 0 for bucket in buckets}


def carrier_troubles(tx: Transaction) -> Mapping[tuple[str, str], int]:
    """Troubles of the carrier that nobody has mended, by sender and code (the key of their task says both)."""
    keys = tx.session.scalars(
        select(Task.dedupe_key).where(Task.state == TaskState.OPEN, Task.kind == TaskKind.CARRIER_TROUBLE)
    )
    troubles: dict[tuple[str, str], int] = {}
    for key in keys:
        _, sender, code, *_ = [*key.split(":"), "", ""]
        troubles[sender, code] = troubles.get((sender, code), 0) + 1
    return troubles
