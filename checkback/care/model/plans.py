"""What was promised: plans, and the check-ins that come of them. A promise is a row."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from checkback.care.model.base import Entity, Word
from checkback.care.terms import CheckInState, Dialogue, LatePolicy, PlanState


class CheckInPlan(Entity):
    """A message schedule in one version, which never changes. A family keeps the version it started with.

    `drafted_by` is None for one that came from the programme's own files.
    """

    __tablename__ = "check_in_plan"
    __table_args__ = (UniqueConstraint("programme_id", "name", "version"),)

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    name: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column()
    definition: Mapped[str] = mapped_column(Text)
    drafted_at: Mapped[datetime] = mapped_column()
    state: Mapped[PlanState] = mapped_column(Word(PlanState), default=PlanState.DRAFT, server_default=PlanState.RETIRED)
    drafted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    approved_at: Mapped[datetime | None] = mapped_column(default=None)
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was superseded or retired."""

    @property
    def reference(self) -> str:
        """What people say: `standard@2`."""
        return f"{self.name}@{self.version}"


class CheckIn(Entity):
    """One promise to one contact: to ask how they are, at a time, or to say why not.

    The unique step makes a second promise of the same step impossible; the unique check-in of an outbound text makes a
    second text of the same promise impossible.
    """

    __tablename__ = "check_in"
    __table_args__ = (
        UniqueConstraint("contact_id", "incident_id", "step"),
        # The rest beside `due_at` is there so that tens of thousands are counted without being read.
        Index("ix_check_in_due", "state", "due_at", "id", "held_at", "contact_id", "plan_id"),
        Index("ix_check_in_asked", "asked_at"),
        Index(
            "ix_check_in_held",
            "held_at",
            sqlite_where=text("held_at IS NOT NULL"),
            postgresql_where=text("held_at IS NOT NULL"),
        ),
    )

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id"))
    step: Mapped[str] = mapped_column(String(40))
    due_at: Mapped[datetime] = mapped_column()
    send_before: Mapped[datetime] = mapped_column()
    wording: Mapped[str] = mapped_column(String(60))
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("check_in_plan.id"), default=None)
    dialogue: Mapped[Dialogue] = mapped_column(
        Word(Dialogue), default=Dialogue.CHECK_IN, server_default=Dialogue.CHECK_IN
    )
    late_policy: Mapped[LatePolicy] = mapped_column(Word(LatePolicy), default=LatePolicy.TASK)
    state: Mapped[CheckInState] = mapped_column(Word(CheckInState), default=CheckInState.PLANNED)
    reason: Mapped[str | None] = mapped_column(String(60), default=None)
    asked_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    held_at: Mapped[datetime | None] = mapped_column(default=None)
    """A hold keeps it back since then; whoever lets it go judges it anew."""

    def end(self, state: CheckInState, now: datetime, reason: str | None = None) -> bool:
        """End this promise in one of its four ways; a promise that ended stays ended. True when it ended now."""
        if self.state.is_over:
            return False
        if not state.is_over:
            raise ValueError(f"{state} is not an end")
        self.state, self.ended_at, self.reason, self.held_at = state, now, reason, None
        return True
