"""What people do and write down: tasks, notes, instruments and their answers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from checkback.care.model.base import Entity, Sealed, Word
from checkback.care.terms import TaskKind, TaskMoveKind, TaskOutcome, TaskState


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
    """A questionnaire a programme may use, with its version and licence; the items stand in `program/`."""

    __tablename__ = "instrument"
    __table_args__ = (UniqueConstraint("name", "version"),)

    name: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(40))
    licence: Mapped[str] = mapped_column(String(200))
    definition: Mapped[str] = mapped_column(Text)


class Screening(Entity):
    """One contact's answers to an instrument, and their score. Answers may be partial."""

    __tablename__ = "screening"

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instrument.id"))
    started_at: Mapped[datetime] = mapped_column()
    answers: Mapped[str] = mapped_column(Sealed("screening.answers"), default="{}")
    score: Mapped[str | None] = mapped_column(Sealed("screening.score"), default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
