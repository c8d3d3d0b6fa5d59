"""The page of a task that belongs to no family: what it is about, and the texts it came of. Each look is audited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkback.care.flows.board import OpenTask, open_tasks
from checkback.care.flows.family_page import masked
from checkback.care.flows.family_thread import Line, thread
from checkback.care.model import Conversation, Family, Phone, StaffMember, Task
from checkback.care.runtime import Runtime
from checkback.care.steps.sight import must_see
from checkback.care.steps.staff_work import actor
from checkback.care.store import Transaction, console, people, tasks
from checkback.care.terms import TaskKind, TaskMoveKind, TaskOutcome, TaskState


@dataclass(frozen=True)
class TaskPage:
    """All of it at one moment. `phone` shows two digits of whoever wrote, if it came of a text."""

    now: datetime
    zone: str
    task: OpenTask
    is_done: bool
    phone: str | None
    lines: Sequence[Line]
    reference: str
    detail: str | None
    outcome: str | None
    result: TaskOutcome | None
    put_off_until: datetime | None
    raised_to: str | None
    moves: Sequence[Move]


@dataclass(frozen=True)
class Move:
    """What happened to a task on its way. `by` is None where the house did it by itself."""

    at: datetime
    kind: TaskMoveKind
    by: str | None
    to: str | None
    until: datetime | None
    reason: str | None


@dataclass(frozen=True)
class ListedTask:
    """A task in a list: nothing of what anybody wrote."""

    reference: str
    kind: TaskKind
    due_at: datetime
    is_late: bool
    family: str | None
    owner: str | None
    raised_to: str | None
    put_off_until: datetime | None
    done_at: datetime | None
    result: TaskOutcome | None


def find(rt: Runtime, reference: str) -> UUID:
    """The task people call so, `T-4F7A2C`. Raises NotFound."""
    with rt.store.read() as tx:
        return tasks.named(tx, Task, reference).id


def listed(
    rt: Runtime, *, owner: str | None = None, family: str | None = None, late: bool = False, done: bool = False
) -> Sequence[ListedTask]:
    """Tasks, the most urgent first; of those that are done the latest. `owner` is a login. Raises NotFound."""
    with rt.store.read() as tx:
        found = tasks.listed(
            tx,
            owner_id=people.must_work_here(tx, owner).id if owner else None,
            family=people.family(tx, family) if family else None,
            late=late,
            done=done,
        )
        return _as_listed(tx, found)


def _as_listed(tx: Transaction, found: Sequence[Task]) -> Sequence[ListedTask]:
    families = console.by_id(tx, Family, (task.family_id for task in found))
    logins = _logins(tx, [*(task.owner_id for task in found), *(task.raised_to_id for task in found)])
    return [
        ListedTask(
            reference=task.reference,
            kind=task.kind,
            due_at=task.due_at,
            is_late=task.due_at < tx.now and task.done_at is None,
            family=families[task.family_id].reference if task.family_id else None,
            owner=logins.get(task.owner_id),
            raised_to=logins.get(task.raised_to_id),
            put_off_until=task.put_off_until if _sleeps(tx, task) else None,
            done_at=task.done_at,
            result=task.result,
        )
        for task in found
    ]


def _sleeps(tx: Transaction, task: Task) -> bool:
    return task.done_at is None and task.put_off_until is not None and task.put_off_until > tx.now


def _moves(tx: Transaction, task: Task) -> Sequence[Move]:
    found = tasks.moves_of(tx, task.id)
    logins = _logins(tx, [*(each.by_id for each in found), *(each.to_id for each in found)])
    return [
        Move(each.at, each.kind, logins.get(each.by_id), logins.get(each.to_id), each.until, each.reason)
        for each in found
    ]


def _logins(tx: Transaction, ids: Sequence[UUID | None]) -> Mapping[UUID | None, str]:
    return {staff_id: member.login for staff_id, member in console.by_id(tx, StaffMember, ids).items()}


def show(rt: Runtime, task_id: UUID, reader_id: UUID) -> TaskPage:
    """The page, and the audit row that says who read it. Raises NotFound."""
    with rt.store.begin("task-page.show") as tx:
        task = tx.get(Task, task_id)
        if task.family_id is not None and task.owner_id != reader_id:
            must_see(tx, tx.get(Family, task.family_id), reader_id)
        tx.record("task.read", task, actor(tx.get(StaffMember, reader_id)))
    with rt.store.read() as tx:
        task = tx.get(Task, task_id)
        conversation = tx.get(Conversation, task.conversation_id) if task.conversation_id else None
        (seen,) = open_tasks(tx, [task])
        return TaskPage(
            now=tx.now,
            zone=people.the_programme(tx).zone,
            task=seen,
            is_done=task.state is TaskState.DONE,
            phone=masked(tx.get(Phone, conversation.phone_id).number) if conversation else None,
            lines=_lines(tx, conversation),
            reference=task.reference,
            detail=task.detail,
            outcome=task.outcome,
            result=task.result,
            put_off_until=task.put_off_until,
            raised_to=_logins(tx, [task.raised_to_id]).get(task.raised_to_id),
            moves=_moves(tx, task),
        )


def _lines(tx: Transaction, conversation: Conversation | None) -> Sequence[Line]:
    # A conversation with somebody we know stands on their family's page.
    return thread(tx, [conversation], []) if conversation and conversation.contact_id is None else []
