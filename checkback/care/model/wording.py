"""Sentences to families as staff changed them, version by version."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from checkback.care.model.base import Entity, Word
from checkback.care.terms import Language, PlanState, SafetyMode


class WordingVersion(Entity):
    """One sentence, for one language and one safety mode, in one version, which never changes.

    The approved one is what families are sent; without one it is the sentence of the programme's own files.
    """

    __tablename__ = "wording_version"
    __table_args__ = (UniqueConstraint("key", "language", "mode", "version"),)

    key: Mapped[str] = mapped_column(String(60))
    language: Mapped[Language] = mapped_column(Word(Language))
    mode: Mapped[SafetyMode] = mapped_column(Word(SafetyMode))
    version: Mapped[int] = mapped_column()
    sentence: Mapped[str] = mapped_column(Text)
    drafted_at: Mapped[datetime] = mapped_column()
    state: Mapped[PlanState] = mapped_column(Word(PlanState), default=PlanState.DRAFT)
    drafted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    approved_at: Mapped[datetime | None] = mapped_column(default=None)
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    """When another version took its place, or it was withdrawn."""
