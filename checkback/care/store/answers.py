"""Finding what a contact answered to a question of a check-in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from checkback.care.model import Answer
from checkback.care.store.database import Transaction


def latest(tx: Transaction, contact_id: UUID, question: str, since: datetime) -> str | None:
    """The last answer to this question since then; None when there is none."""
    return tx.session.scalar(
        select(Answer.answer)
        .where(Answer.contact_id == contact_id, Answer.question == question, Answer.answered_at >= since)
        .order_by(Answer.answered_at.desc())
        .limit(1)
    )
