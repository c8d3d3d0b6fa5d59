"""What was heard and who was told: distress signals, escalations, and each attempt to reach a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from checkback.care.model.base import Entity, Sealed, Word
from checkback.care.terms import (
    Danger,
    DistressLevel,
    EscalationOutcome,
    EscalationState,
    NoticeState,
    ReviewReason,
    ReviewVerdict,
    Role,
    StepHours,
    Urgency,
    Way,
    Whom,
    WhyNobody,
)


class EscalationPolicy(Entity):
    """Whom to tell, in which order and how fast, for one level of distress.

    The version that is approved and not ended is in use; a draft waits for somebody to approve it.
    """

    __tablename__ = "escalation_policy"
    __table_args__ = (UniqueConstraint("programme_id", "level", "urgency", "version"),)

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    level: Mapped[DistressLevel] = mapped_column(Word(DistressLevel))
    urgency: Mapped[Urgency | None] = mapped_column(Word(Urgency), default=None)
    version: Mapped[int] = mapped_column(default=1)
    only_in_hours: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Nobody is told outside working hours; the wait counts on."""
    drafted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    """Who wrote it by hand, and so does not approve it; none where it came from a file."""
    approved_at: Mapped[datetime | None] = mapped_column(default=None)
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class EscalationPolicyStep(Entity):
    """One step of a policy: whom it tells, and how long to wait before the next step."""

    __tablename__ = "escalation_policy_step"
    __table_args__ = (UniqueConstraint("policy_id", "position"),)

    policy_id: Mapped[UUID] = mapped_column(ForeignKey("escalation_policy.id"))
    position: Mapped[int] = mapped_column()
    whom: Mapped[Whom] = mapped_column(Word(Whom))
    delay_seconds: Mapped[int] = mapped_column()
    role: Mapped[Role | None] = mapped_column(Word(Role), default=None)
    """Whom of the team, where `whom` is a role."""
    hours: Mapped[StepHours] = mapped_column(Word(StepHours), default=StepHours.ANY, server_default=StepHours.ANY)


class Escalation(Entity):
    """Somebody is in distress and a person must reach them. It ends with an outcome, not with an acknowledgement.

    Staff say its number: `ack 12`. `next_at` is when the next person is told; it is set until the escalation ends.
    """

    __tablename__ = "escalation"
    __table_args__ = (
        Index("ix_escalation_overdue", "state", "next_at"),
        Index("ix_escalation_opened", "opened_at"),
    )

    number: Mapped[int] = mapped_column(unique=True)
    level: Mapped[DistressLevel] = mapped_column(Word(DistressLevel))
    opened_at: Mapped[datetime] = mapped_column()
    next_at: Mapped[datetime | None] = mapped_column()
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"), index=True)
    family_id: Mapped[UUID | None] = mapped_column(ForeignKey("family.id"), default=None, index=True)
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"), default=None)
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("care_team.id"), default=None)
    urgency: Mapped[Urgency | None] = mapped_column(Word(Urgency), default=None)
    danger: Mapped[Danger | None] = mapped_column(Word(Danger), default=None)
    texts_blocked: Mapped[bool] = mapped_column(default=False)
    """The phone has opted out: this person must be called, no text of ours arrives."""
    state: Mapped[EscalationState] = mapped_column(Word(EscalationState), default=EscalationState.OPEN)
    position: Mapped[int] = mapped_column(default=0)
    """The step that is told next; the last one repeats."""
    round: Mapped[int] = mapped_column(default=1, server_default="1")
    """How often it has begun anew: nobody is told twice in one round."""
    risen_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was first told at its present level."""
    policy_version: Mapped[int | None] = mapped_column(default=None)
    only_in_hours: Mapped[bool] = mapped_column(default=False, server_default=false())
    acknowledged_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None, index=True)
    acknowledged_at: Mapped[datetime | None] = mapped_column(default=None)
    calling_by: Mapped[datetime | None] = mapped_column(default=None)
    """When whoever has it said they will have called."""
    reminders: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[EscalationOutcome | None] = mapped_column(Word(EscalationOutcome), default=None)
    resolved_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    resolved_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def reference(self) -> str:
        return f"E-{self.number}"

    @property
    def weight(self) -> tuple[int, bool]:
        """Orders escalations as assessments are ordered: the worse is the greater."""
        return (self.level.rank, self.urgency is Urgency.EMERGENT)


class EscalationStep(Entity):
    """A step as it stood in the policy when the escalation opened; later edits of the policy do not reach it."""

    __tablename__ = "escalation_step"
    __table_args__ = (UniqueConstraint("escalation_id", "position"),)

    escalation_id: Mapped[UUID] = mapped_column(ForeignKey("escalation.id"))
    position: Mapped[int] = mapped_column()
    whom: Mapped[Whom] = mapped_column(Word(Whom))
    delay_seconds: Mapped[int] = mapped_column()
    role: Mapped[Role | None] = mapped_column(Word(Role), default=None)
    hours: Mapped[StepHours] = mapped_column(Word(StepHours), default=StepHours.ANY, server_default=StepHours.ANY)

    @property
    def delay(self) -> timedelta:
        return timedelta(seconds=self.delay_seconds)


class EscalationNotice(Entity):
    """One attempt to tell one person in one way. A step that found nobody leaves a notice too, and says why."""

    __tablename__ = "escalation_notice"

    escalation_id: Mapped[UUID] = mapped_column(ForeignKey("escalation.id"), index=True)
    told_at: Mapped[datetime] = mapped_column()
    whom: Mapped[Whom] = mapped_column(Word(Whom))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    phone_id: Mapped[UUID | None] = mapped_column(ForeignKey("phone.id"), default=None, index=True)
    state: Mapped[NoticeState] = mapped_column(Word(NoticeState), default=NoticeState.TOLD)
    reminder: Mapped[bool] = mapped_column(default=False)
    way: Mapped[Way] = mapped_column(Word(Way), default=Way.SMS, server_default=Way.SMS)
    round: Mapped[int] = mapped_column(default=1, server_default="1")
    step: Mapped[int | None] = mapped_column(default=None)
    """The position of the step that told them; none where it was no step."""
    passed_at: Mapped[datetime | None] = mapped_column(default=None)
    """When they said that they cannot take it."""
    why: Mapped[WhyNobody | None] = mapped_column(Word(WhyNobody), default=None)


class DistressSignal(Entity):
    """What the screen heard in one text, with evidence a clinician can check."""

    __tablename__ = "distress_signal"

    inbound_id: Mapped[UUID] = mapped_column(ForeignKey("inbound_message.id"), unique=True)
    escalation_id: Mapped[UUID] = mapped_column(ForeignKey("escalation.id"), index=True)
    heard_at: Mapped[datetime] = mapped_column()
    level: Mapped[DistressLevel] = mapped_column(Word(DistressLevel))
    evidence: Mapped[str] = mapped_column(Sealed("distress_signal.evidence"))
    screen_version: Mapped[str] = mapped_column(String(80))
    urgency: Mapped[Urgency | None] = mapped_column(Word(Urgency), default=None)
    danger: Mapped[Danger | None] = mapped_column(Word(Danger), default=None)


class ScreeningReview(Entity):
    """One text a person reads again to say whether the screen heard it right; the only honest measure of misses."""

    __tablename__ = "screening_review"
    __table_args__ = (Index("ix_screening_review_week", "week"),)

    inbound_id: Mapped[UUID] = mapped_column(ForeignKey("inbound_message.id"), unique=True)
    asked_at: Mapped[datetime] = mapped_column()
    week: Mapped[str] = mapped_column(String(8))
    """The ISO week the text came in, in the programme's zone: `2026-W48`."""
    reason: Mapped[ReviewReason] = mapped_column(Word(ReviewReason))
    verdict: Mapped[ReviewVerdict | None] = mapped_column(Word(ReviewVerdict), default=None)
    should_be: Mapped[DistressLevel | None] = mapped_column(Word(DistressLevel), default=None)
    judged_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    judged_at: Mapped[datetime | None] = mapped_column(default=None)
