"""How staff are told beside a text: their ways, verified before first use, and calls and e-mails on their way out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from checkback.care.model.base import Entity, Sealed, Word
from checkback.care.terms import OutboundState, Way


class StaffWay(Entity):
    """A way to tell a member of staff. Not used for an alert before they have proven that it reaches them.

    `levels` are those it is used for: `emergent urgent high`. It is used `after_seconds`, unless somebody has taken the
    escalation by then. An e-mail goes to the address of the member of staff, a text or call to `phone_id`.
    """

    __tablename__ = "staff_way"
    __table_args__ = (UniqueConstraint("staff_id", "way"),)

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"))
    way: Mapped[Way] = mapped_column(Word(Way))
    levels: Mapped[str] = mapped_column(String(40), default="emergent urgent high")
    after_seconds: Mapped[int] = mapped_column(default=0)
    phone_id: Mapped[UUID | None] = mapped_column(ForeignKey("phone.id"), default=None)
    verified_at: Mapped[datetime | None] = mapped_column(default=None)
    code_index: Mapped[bytes | None] = mapped_column(default=None)
    """A keyed hash of the code that was sent."""
    code_until: Mapped[datetime | None] = mapped_column(default=None)
    wrong_codes: Mapped[int] = mapped_column(default=0)


class Summons(Entity):
    """A call or an e-mail to a member of staff: queued in the unit of work that decided on it, made by a worker.

    Made again when nobody knows whether it went: a second call does no harm, a missing one may.
    """

    __tablename__ = "summons"
    __table_args__ = (Index("ix_summons_due", "state", "due_at"),)

    way: Mapped[Way] = mapped_column(Word(Way))
    words: Mapped[str] = mapped_column(Sealed("summons.words"))
    """What is said or written: a reference, a level, a link; sealed since a code may stand in it."""
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    queued_at: Mapped[datetime] = mapped_column()
    due_at: Mapped[datetime] = mapped_column()
    not_after: Mapped[datetime] = mapped_column()
    notice_id: Mapped[UUID | None] = mapped_column(ForeignKey("escalation_notice.id"), default=None, unique=True)
    way_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_way.id"), default=None)
    """The way this proves, where it is no alert."""
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    phone_id: Mapped[UUID | None] = mapped_column(ForeignKey("phone.id"), default=None)
    state: Mapped[OutboundState] = mapped_column(Word(OutboundState), default=OutboundState.QUEUED)
    reason: Mapped[str | None] = mapped_column(String(60), default=None)
    attempts: Mapped[int] = mapped_column(default=0)
    claim: Mapped[UUID | None] = mapped_column(default=None)
    lease_until: Mapped[datetime | None] = mapped_column(default=None)
    carrier_sid: Mapped[str | None] = mapped_column(String(64), default=None, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)

    def advance(self, state: OutboundState, now: datetime) -> bool:
        """Move to a later state; what would move back, or past an end, changes nothing. True when it moved."""
        if state.rank <= self.state.rank:
            return False
        self.state = state
        if state.is_over:
            self.ended_at = now
        return True
