"""Asking a person to do something, and what may happen to it until it is done."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from checkback.care.model import Conversation, Family, Phone, StaffMember, Task, TaskMove
from checkback.care.rules import tasks as rules
from checkback.care.steps.owners import coordinator_of_team, owner_for
from checkback.care.store import Transaction, people
from checkback.care.terms import TaskKind, TaskMoveKind


def open_task(
    tx: Transaction,
    kind: TaskKind,
    *,
    dedupe_key: str,
    family: Family | None = None,
    conversation: Conversation | None = None,
    detail: str | None = None,
    due_at: datetime | None = None,
) -> Task | None:
    """Give the person who answers for this family a task, or whoever stands in for them.

    Due as `rules.tasks` has it for the kind unless said otherwise. None when there is one for the same cause already.
    """
    team_id = family.team_id if family else None
    programme = people.the_programme(tx)
    owner = owner_for(tx, family.id if family else None, team_id)
    task = Task(
        kind=kind,
        opened_at=tx.now,
        due_at=due_at or rules.due_at(kind, tx.now, programme.zone, programme.holidays),
        dedupe_key=dedupe_key,
        owner_id=owner.id if owner else None,
        team_id=team_id,
        family_id=family.id if family else None,
        conversation_id=conversation.id if conversation else None,
        detail=detail,
    )
    if not tx.add_if_new(task):
        return None
    tx.record("task.opened", task)
    return task


def open_staff_task(tx: Transaction, kind: TaskKind, phone: Phone, *, dedupe_key: str) -> Task | None:
    """Give the coordinator of whoever carries this phone a task, or a colleague where there is none but themselves."""
    return _open_about(tx, kind, people.staff_of(tx, phone), dedupe_key=dedupe_key)


def alerts_do_not_arrive(tx: Transaction, member: StaffMember | None, phone: Phone | None = None) -> Task | None:
    """A page that was no alert yet did not get to somebody: the next alert would not either. Once a day for each."""
    whose = member.id if member else phone.id if phone else None
    key = f"{TaskKind.PAGER_SILENT}:{whose}:{tx.now:%Y-%m-%d}"
    return _open_about(tx, TaskKind.PAGER_SILENT, member, dedupe_key=key)


def _open_about(tx: Transaction, kind: TaskKind, member: StaffMember | None, *, dedupe_key: str) -> Task | None:
    task = open_task(tx, kind, dedupe_key=dedupe_key)
    if task is not None and member is not None:
        coordinator = coordinator_of_team(tx, member.team_id, other_than=member.id)
        owner = coordinator or owner_for(tx, None, member.team_id, other_than=member.id)
        task.team_id, task.owner_id = member.team_id, owner.id if owner else None
        tx.session.flush()
    return task


def move(
    tx: Transaction,
    task: Task,
    kind: TaskMoveKind,
    *,
    by: StaffMember | None = None,
    to: StaffMember | None = None,
    until: datetime | None = None,
    reason: str | None = None,
) -> None:
    """Keep what happened to a task. Whoever it becomes is told of it anew."""
    tx.add(
        TaskMove(
            task_id=task.id,
            kind=kind,
            at=tx.now,
            by_id=by.id if by else None,
            from_id=task.owner_id,
            to_id=to.id if to else None,
            until=until,
            reason=reason,
        )
    )
    tx.record(f"task.{kind}", task, f"staff:{by.id}" if by else "system")


def pass_to(
    tx: Transaction,
    task: Task,
    to: StaffMember,
    kind: TaskMoveKind,
    *,
    by: StaffMember | None = None,
    reason: str | None = None,
) -> None:
    """It is somebody else's now."""
    move(tx, task, kind, by=by, to=to, reason=reason)
    task.owner_id, task.told_at, task.put_off_until = to.id, None, None


def task_key(kind: TaskKind, cause: UUID) -> str:
    """The key that keeps one cause from making two tasks of a kind."""
    return f"{kind}:{cause}"
