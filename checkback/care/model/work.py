"""What people do and write down: tasks, notes, instruments and their answers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from checkback.care.model.base import Entity, Sealed, Word
from checkback.care.terms import Language, ScreeningState, TaskKind, TaskMoveKind, TaskOutcome, TaskState


class Task(Entity):
    """The row a person gets when a promise needs one. `dedupe_key` keeps one cause from making two tasks."""

    __tablename__ = "task"
    __table_args__ = (Index("ix_task_open", "state", "due_at"),)

    kind: Mapped[TaskKind] = mapped_column(Word(TaskKind))
    opened_at: Mapped[datetime] = mapped_column()
    due_at: Mapped[datetime] = mapped_column()
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None, index=True)
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("care_team.id"), default=None)
    family_id: Mapped[UUID | None] = mapped_column(ForeignKey("family.id"), default=None, index=True)
    conversation_id: Mapped[UUID | None] = mapped_column(ForeignKey("conversation.id"), default=None)
    detail: Mapped[str | None] = mapped_column(Sealed("task.detail"), default=None)
    state: Mapped[TaskState] = mapped_column(Word(TaskState), default=TaskState.OPEN)
    outcome: Mapped[str | None] = mapped_column(Sealed("task.outcome"), default=None)
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    result: Mapped[TaskOutcome | None] = mapped_column(Word(TaskOutcome), default=None)
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    """When its owner was last told of it."""
    put_off_until: Mapped[datetime | None] = mapped_column(default=None)
    raised_to_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    """The coordinator who was told that it is overdue; the owner keeps it."""
    raised_at: Mapped[datetime | None] = mapped_column(default=None)
    raised_told_at: Mapped[datetime | None] = mapped_column(default=None)
    aside_until: Mapped[datetime | None] = mapped_column(default=None)
    """Work on this row failed, or found nobody: it is left alone until then."""

    @property
    def reference(self) -> str:
        """What people call it: T- and the beginning of its id."""
        return f"T-{self.id.hex[:6].upper()}"


class TaskMove(Entity):
    """Something happened to a task on its way; who did it, whose it became, and why."""

    __tablename__ = "task_move"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), index=True)
    kind: Mapped[TaskMoveKind] = mapped_column(Word(TaskMoveKind))
    at: Mapped[datetime] = mapped_column()
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    """None: the house itself."""
    from_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    to_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    until: Mapped[datetime | None] = mapped_column(default=None)
    reason: Mapped[str | None] = mapped_column(Sealed("task_move.reason"), default=None)


class Note(Entity):
    """What a member of staff wrote down about a family."""

    __tablename__ = "note"

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.id"), index=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("staff_member.id"))
    written_at: Mapped[datetime] = mapped_column()
    text: Mapped[str] = mapped_column(Sealed("note.text"))


class Answer(Entity):
    """What a contact answered to a question of a check-in, as the assistant understood it."""

    __tablename__ = "answer"

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    question: Mapped[str] = mapped_column(String(60))
    answer: Mapped[str] = mapped_column(Sealed("answer.answer"))
    answered_at: Mapped[datetime] = mapped_column()
    turn_id: Mapped[UUID] = mapped_column(ForeignKey("dialogue_turn.id"))


class Instrument(Entity):
    """A questionnaire as one file said it, word by word; it never changes. Of a name the one loaded last is used.

    `checksum` is of the published words, `digest` of the whole file.
    """

    __tablename__ = "instrument"
    __table_args__ = (UniqueConstraint("name", "digest"),)

    name: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(40))
    licence: Mapped[str] = mapped_column(String(300))
    checksum: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    definition: Mapped[str] = mapped_column(Text)
    loaded_at: Mapped[datetime] = mapped_column()

    @property
    def reference(self) -> str:
        """What people say: `phq-2@2003`."""
        return f"{self.name}@{self.version}"


class Screening(Entity):
    """One contact's answers to an instrument, and their score. Answers may be partial; they are kept however it ends.

    `check_in_id` is the promise it came by last; a person who asked themselves stands in `asked_by` instead.
    """

    __tablename__ = "screening"
    __table_args__ = (Index("ix_screening_open", "state", "expires_at"),)

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instrument.id"))
    language: Mapped[Language] = mapped_column(Word(Language))
    started_at: Mapped[datetime] = mapped_column()
    expires_at: Mapped[datetime] = mapped_column()
    state: Mapped[ScreeningState] = mapped_column(Word(ScreeningState), default=ScreeningState.OFFERED)
    answers: Mapped[str] = mapped_column(Sealed("screening.answers"), default="{}")
    """A JSON object: the value of each answer by the number of its item, null where they would not say."""
    score: Mapped[str | None] = mapped_column(Sealed("screening.score"), default=None)
    """A JSON object: total, scales, over, band, is_acute; only of what is complete."""
    check_in_id: Mapped[UUID | None] = mapped_column(ForeignKey("check_in.id"), default=None, index=True)
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_member.id"), default=None)
    asked_at: Mapped[datetime | None] = mapped_column(default=None)
    """When we last asked something of it."""
    asked_again: Mapped[int] = mapped_column(default=0)
    """How often this item was asked again because an answer was not clear."""
    asides: Mapped[int] = mapped_column(default=0)
    """How often they wrote of something else while this item stood open."""
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    reason: Mapped[str | None] = mapped_column(String(60), default=None)

    @property
    def is_open(self) -> bool:
        return not self.state.is_over
