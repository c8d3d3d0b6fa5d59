"""Finding tasks: those with nobody behind them, those that are overdue, and what each member of staff is to be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import defer

from checkback.care.errors import NotFound
from checkback.care.model import Assignment, Contact, Family, ImportBatch, StaffMember, Task, TaskMove
from checkback.care.store.database import HELD, Transaction
from checkback.care.store.duties import is_off
from checkback.care.terms import TaskMoveKind, TaskState

_SHORTEST_BEGINNING = 4
#: A new task is not told at once: what comes together is one text, and an alert comes alone.
TOLD_AFTER = timedelta(minutes=15)
#: A task is watched over without being read: one that cannot be read must stop none of it.
_UNREAD = (defer(Task.detail), defer(Task.outcome))

Spoken = TypeVar("Spoken", Task, Contact, ImportBatch)


@dataclass(frozen=True)
class Waiting:
    """What waits for one member of staff: how many tasks, and how many of them are late."""

    staff_id: UUID
    count: int
    late: int


def named(tx: Transaction, kind: type[Spoken], reference: str) -> Spoken:
    """The one row people call so: a letter, a dash, and the beginning of its id. Raises NotFound."""
    letters = reference.strip().lower().partition("-")[2] or reference.strip().lower()
    if (
        len(letters) < _SHORTEST_BEGINNING
        or set(letters) - set("0123456789abcdef")
        or len(letters) > len(UUID(int=0).hex)
    ):
        raise NotFound(f"nothing is called {reference[:40]}: write it as it is listed")
    first, last = UUID(letters.ljust(32, "0")), UUID(letters.ljust(32, "f"))
    found = tx.session.scalars(select(kind.id).where(kind.id >= first, kind.id <= last).limit(2)).all()
    if len(found) != 1:
        why = "several begin so: write more of the letters" if found else "look at the list"
        raise NotFound(f"{reference[:40]}: {why}")
    return tx.get(kind, found[0])


def adrift(tx: Transaction, limit: int = 100) -> Sequence[UUID]:
    """Open tasks whose owner is none, has left or is off now."""
    lost = or_(Task.owner_id.is_(None), StaffMember.left_at.is_not(None), is_off(tx.now))
    return tx.session.scalars(
        select(Task.id)
        .outerjoin(StaffMember, StaffMember.id == Task.owner_id)
        .where(*_to_be_seen(tx), lost)
        .order_by(Task.due_at)
        .limit(limit)
    ).all()


def after_cover(tx: Transaction, limit: int = 100) -> Sequence[UUID]:
    """Open tasks that came to somebody while they covered for a family, now that the cover is over.

    Not those that a person gave them or they took: that was about them. Nor where they answer for the family again.
    """
    theirs = and_(Assignment.family_id == Task.family_id, Assignment.staff_id == Task.owner_id)
    covered = exists().where(
        theirs, Assignment.since <= Task.opened_at, Assignment.until > Task.opened_at, Assignment.until <= tx.now
    )
    stands = or_(Assignment.until.is_(None), Assignment.until > tx.now)
    on_purpose = exists().where(
        TaskMove.task_id == Task.id,
        TaskMove.to_id == Task.owner_id,
        TaskMove.kind.in_((TaskMoveKind.GIVEN, TaskMoveKind.TAKEN)),
    )
    somebody_else = exists().where(Assignment.family_id == Task.family_id, Assignment.staff_id != Task.owner_id, stands)
    return tx.session.scalars(
        select(Task.id)
        .where(*_to_be_seen(tx), covered, ~exists().where(theirs, stands), ~on_purpose, somebody_else)
        .order_by(Task.due_at)
        .limit(limit)
    ).all()


def overdue(tx: Transaction, limit: int = 100) -> Sequence[UUID]:
    """Open tasks whose time has passed and that were brought to nobody yet."""
    return tx.session.scalars(
        select(Task.id)
        .where(*_to_be_seen(tx), Task.due_at < tx.now, Task.raised_at.is_(None))
        .order_by(Task.due_at)
        .limit(limit)
    ).all()


def held(tx: Transaction, task_id: UUID) -> Task | None:
    """This task, held and unread, if it is still to be done."""
    found = tx.session.get(Task, task_id, with_for_update=HELD, populate_existing=True, options=_UNREAD)
    return found if found is not None and found.state is TaskState.OPEN else None


def leave_aside(tx: Transaction, task_id: UUID, until: datetime) -> None:
    """Leave this row alone until then, without reading it."""
    tx.session.execute(update(Task).where(Task.id == task_id).values(aside_until=until))


def to_be_told(tx: Transaction, since: datetime) -> Sequence[UUID]:
    """Whoever has a task, or is answerable for an overdue one, that they were not told of yet; or, where it is late,
    not since that moment.
    """
    owners = tx.session.scalars(
        select(Task.owner_id).where(*_awake(tx), Task.owner_id.is_not(None), _untold(tx, since)).distinct()
    ).all()
    raised = tx.session.scalars(
        select(Task.raised_to_id)
        .where(*_awake(tx), Task.raised_to_id.is_not(None), _untold_of_raised(since))
        .distinct()
    ).all()
    return sorted({each for each in (*owners, *raised) if each is not None})


def waiting_for(tx: Transaction, staff_id: UUID) -> Waiting:
    """What this member of staff has to do, or to see to."""
    mine = or_(Task.owner_id == staff_id, Task.raised_to_id == staff_id)
    late = func.count().filter(Task.due_at < tx.now)
    count, behind = tx.session.execute(select(func.count(), late).where(*_awake(tx), mine)).one()
    return Waiting(staff_id, count, behind)


def mark_told(tx: Transaction, staff_id: UUID) -> None:
    """This member of staff was told of everything that waits for them."""
    for column, whose in ((Task.told_at, Task.owner_id), (Task.raised_told_at, Task.raised_to_id)):
        tx.session.execute(update(Task).where(*_awake(tx), whose == staff_id).values({column: tx.now}))


def untold_of(tx: Transaction, staff_id: UUID) -> Sequence[UUID]:
    """Open tasks of this member of staff that they were never told of."""
    return tx.session.scalars(
        select(Task.id).where(*_awake(tx), Task.owner_id == staff_id, Task.told_at.is_(None))
    ).all()


def moves_of(tx: Transaction, task_id: UUID) -> Sequence[TaskMove]:
    """What happened to a task on its way, the first first."""
    return tx.session.scalars(
        select(TaskMove).where(TaskMove.task_id == task_id).order_by(TaskMove.at, TaskMove.id)
    ).all()


def listed(
    tx: Transaction,
    *,
    owner_id: UUID | None = None,
    late: bool = False,
    done: bool = False,
    family: Family | None = None,
    limit: int = 200,
) -> Sequence[Task]:
    """Tasks as a list shows them: the most urgent first, of those that are done the latest. Their words stay unread."""
    found = select(Task).options(*_UNREAD).where(Task.state == (TaskState.DONE if done else TaskState.OPEN))
    if owner_id is not None:
        found = found.where(or_(Task.owner_id == owner_id, Task.raised_to_id == owner_id))
    if late:
        found = found.where(Task.due_at < tx.now)
    if family is not None:
        found = found.where(Task.family_id == family.id)
    order = Task.done_at.desc() if done else Task.due_at
    return tx.session.scalars(found.order_by(order).limit(limit)).all()


def _awake(tx: Transaction) -> tuple[ColumnElement[bool], ...]:
    return (Task.state == TaskState.OPEN, or_(Task.put_off_until.is_(None), Task.put_off_until <= tx.now))


def _to_be_seen(tx: Transaction) -> tuple[ColumnElement[bool], ...]:
    return (*_awake(tx), or_(Task.aside_until.is_(None), Task.aside_until <= tx.now))


def _untold(tx: Transaction, since: datetime) -> ColumnElement[bool]:
    became_late = and_(Task.due_at < tx.now, or_(Task.told_at < Task.due_at, Task.told_at < since))
    woke = and_(Task.put_off_until.is_not(None), Task.told_at < Task.put_off_until)
    is_new = and_(Task.told_at.is_(None), Task.opened_at <= tx.now - TOLD_AFTER)
    return or_(is_new, became_late, woke)


def _untold_of_raised(since: datetime) -> ColumnElement[bool]:
    return or_(Task.raised_told_at.is_(None), Task.raised_told_at < since)
