"""What keeps texts back: holds that staff place, and dates that are kept free."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from checkback.care.model.base import Entity, Sealed, Word
from checkback.care.terms import HoldKind, HoldScope


class Hold(Entity):
    """From one moment until another nothing automatic goes: one text, or all of a family, a plan, a programme.

    People say its reference, `H-12`. `key` says what it holds: while one stands, there is no second one for the same.
    """

    __tablename__ = "hold"
    __table_args__ = (
        Index(
            "uq_hold_standing",
            "key",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_hold_ended_at", "ended_at"),
    )

    number: Mapped[int] = mapped_column(unique=True)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    kind: Mapped[HoldKind] = mapped_column(Word(HoldKind))
    scope: Mapped[HoldScope] = mapped_column(Word(HoldScope))
    key: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Sealed("hold.reason"))
    placed_at: Mapped[datetime] = mapped_column()
    starts_at: Mapped[datetime] = mapped_column()
    ends_at: Mapped[datetime | None] = mapped_column(default=None)
    """It ends by itself then; without one, when somebody ends it."""
    family_id: Mapped[UUID | None] = mapped_column(ForeignKey("family.id"), default=None, index=True)
    plan: Mapped[str | None] = mapped_column(String(40), default=None)
    check_in_id: Mapped[UUID | None] = mapped_column(ForeignKey("check_in.id"), default=None, index=True)
    """The one promise it keeps back, when it is of one text."""
    placed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)

    @property
    def reference(self) -> str:
        """What people call it."""
        return f"H-{self.number}"

    def end(self, now: datetime, staff_id: UUID | None = None) -> bool:
        """End it; a hold that ended stays ended. True when it ended now."""
        if self.ended_at is not None:
            return False
        self.ended_at, self.ended_by = now, staff_id
        return True
