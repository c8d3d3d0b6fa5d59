"""Finding the texts that we send to ourselves once an hour."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, func, select

from checkback.care.model import Canary, Heartbeat, OutboundMessage
from checkback.care.store.database import Transaction
from checkback.care.terms import Lane, OutboundKind, OutboundState


def by_code(tx: Transaction, code: str) -> Canary | None:
    """The one with this code, held until the unit of work ends."""
    found = tx.session.scalar(select(Canary.id).where(Canary.code == code))
    return None if found is None else tx.lock(tx.get(Canary, found))


def last(tx: Transaction) -> Canary | None:
    """The one that was sent last."""
    return tx.session.scalar(select(Canary).order_by(Canary.hour.desc()).limit(1))


def returned_at(tx: Transaction) -> datetime | None:
    """When one last came back."""
    return tx.session.scalar(
        select(func.max(Canary.returned_at)).where(
            Canary.hour >= (select(func.max(Canary.hour)).scalar_subquery() - _HOURS_LOOKED_BACK)
        )
    )


def stands_behind_families(tx: Transaction, canary: Canary, worker_seen_since: datetime) -> bool:
    """Whether a text of it waits only because texts to families go first, while a worker sends them."""
    waits = exists().where(
        OutboundMessage.dedupe_key.in_([f"canary:{canary.id}:out", f"canary:{canary.id}:back"]),
        OutboundMessage.state == OutboundState.QUEUED,
    )
    families = exists().where(
        OutboundMessage.lane == Lane.FAMILIES,
        OutboundMessage.state == OutboundState.QUEUED,
        OutboundMessage.due_at <= tx.now,
        OutboundMessage.held_at.is_(None),
        OutboundMessage.kind != OutboundKind.CANARY,
    )
    works = exists().where(Heartbeat.name == "worker", Heartbeat.at >= worker_seen_since)
    return bool(tx.session.scalar(select(waits & families & works)))


_HOURS_LOOKED_BACK = 24 * 31
