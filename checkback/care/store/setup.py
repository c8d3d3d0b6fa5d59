"""What setting up asks: is it there already?"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import exists, select, text

from checkback.care.model import EscalationPolicy, Programme, Rota
from checkback.care.store.database import Transaction
from checkback.care.terms import DistressLevel, Urgency

#: Any number does, but another than that of the migrations; two processes that start at once must use the same.
_LOCK = 7_210_143


def alone(tx: Transaction) -> None:
    """Let the set-ups of two processes that start at once follow one another, so that the second finds all there."""
    if tx.session.get_bind().dialect.name == "postgresql":  # on SQLite only one unit of work changes something anyway
        tx.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def programme(tx: Transaction, name: str) -> Programme | None:
    return tx.session.scalar(select(Programme).where(Programme.name == name))


def has_policy(tx: Transaction, programme_id: UUID, level: DistressLevel, urgency: Urgency | None) -> bool:
    """Whether the programme has a policy for this level, set up or changed by staff."""
    same = EscalationPolicy.urgency.is_(None) if urgency is None else EscalationPolicy.urgency == urgency
    return bool(
        tx.session.scalar(
            select(exists().where(EscalationPolicy.programme_id == programme_id, EscalationPolicy.level == level, same))
        )
    )


def has_rota(tx: Transaction, team_id: UUID) -> bool:
    return bool(tx.session.scalar(select(exists().where(Rota.team_id == team_id))))
