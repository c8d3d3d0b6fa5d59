"""Finding sentences that staff changed, in their versions."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from checkback.care.model import WordingVersion
from checkback.care.store.database import Transaction
from checkback.care.terms import Language, PlanState, SafetyMode


def approved(tx: Transaction) -> Sequence[WordingVersion]:
    """Every sentence that counts instead of the one in the files."""
    return tx.session.scalars(select(WordingVersion).where(WordingVersion.state == PlanState.APPROVED)).all()


def drafts(tx: Transaction) -> Sequence[WordingVersion]:
    """Every sentence that waits for a second person, the oldest first."""
    return tx.session.scalars(
        select(WordingVersion).where(WordingVersion.state == PlanState.DRAFT).order_by(WordingVersion.drafted_at)
    ).all()


def versions(tx: Transaction, key: str, language: Language, mode: SafetyMode) -> Sequence[WordingVersion]:
    """Every version of one sentence, the newest first."""
    return tx.session.scalars(
        select(WordingVersion)
        .where(WordingVersion.key == key, WordingVersion.language == language, WordingVersion.mode == mode)
        .order_by(WordingVersion.version.desc())
    ).all()


def one(tx: Transaction, version_id: UUID) -> WordingVersion:
    """This version, held. Raises NotFound."""
    return tx.lock(tx.get(WordingVersion, version_id))
