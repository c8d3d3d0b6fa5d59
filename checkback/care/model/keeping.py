"""What is taken out again, and what must not be: purges, and holds that a court or a lawyer asked for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from checkback.care.model.base import Entity, Sealed, Word
from checkback.care.terms import KeptKind, PurgeReason


class Purge(Entity):
    """One kind of what was kept about a family is being taken out, or has been: when, why, and how much of it."""

    __tablename__ = "purge"
    __table_args__ = (UniqueConstraint("family_id", "kind"), Index("ix_purge_done_at", "done_at"))

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"))
    kind: Mapped[KeptKind] = mapped_column(Word(KeptKind))
    reason: Mapped[PurgeReason] = mapped_column(Word(PurgeReason))
    began_at: Mapped[datetime] = mapped_column()
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    """Who carried out the family's wish."""
    taken_out: Mapped[int] = mapped_column(default=0)
    """Texts at the carrier, or rows here."""
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was looked that nothing of it is left."""
    aside_until: Mapped[datetime | None] = mapped_column(default=None)
    """It failed, or something was left: it is tried again then."""


class LegalHold(Entity):
    """Nothing of a family is taken out while it stands, neither by its time nor because they ask."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        Index(
            "uq_legal_hold_standing",
            "family_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"))
    reason: Mapped[str] = mapped_column(Sealed("legal_hold.reason"))
    placed_at: Mapped[datetime] = mapped_column()
    placed_by: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"))
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
