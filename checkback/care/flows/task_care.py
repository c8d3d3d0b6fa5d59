"""Watching over tasks: each has somebody behind it who knows, and one that is overdue is brought to a coordinator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from checkback.care.flows.due import SET_ASIDE, Tally, each
from checkback.care.flows.paging import pager_of
from checkback.care.model import Phone, StaffMember, Task
from checkback.care.rules.tasks import is_to_be_raised, is_working
from checkback.care.runtime import Runtime
from checkback.care.steps.outbox import queue_alarm, queue_reminder
from checkback.care.steps.owners import coordinator_for, owner_for
from checkback.care.steps.tasks import move, pass_to
from checkback.care.steps.telling import Pager, can_be_texted
from checkback.care.store import Transaction, duties, people, tasks
from checkback.care.terms import TaskMoveKind

log = structlog.get_logger()

#: A task with nobody to do it is looked at again so soon.
LOOK_AGAIN = timedelta(minutes=30)


def see_to_tasks(rt: Runtime) -> Tally:
    """In working hours: hand over what is nobody's, return what came to a cover that is over, bring what is overdue to
    a coordinator, and remind, one text each.

    Safe to run twice at once and again: what was handed over, brought or told is not so a second time.
    """
    with rt.store.read() as tx:
        programme = people.the_programme(tx)
        zone, holidays = programme.zone, programme.holidays
        if not is_working(tx.now, zone, holidays):
            return Tally()
        adrift, overdue, covered = tasks.adrift(tx), tasks.overdue(tx), tasks.after_cover(tx)
    seen = _each(rt, "tasks.hand-over", adrift, _hand_over)
    seen += _each(rt, "tasks.after-cover", covered, _return)
    seen += _each(rt, "tasks.raise", overdue, partial(_raise, zone=zone, holidays=holidays))
    with rt.store.read() as tx:
        told = tasks.to_be_told(tx, _beginning_of_day(tx.now, zone))
    return seen + each(rt, "tasks.remind", told, partial(_remind, rt, zone), lambda _tx, _staff_id: None)


def _each(rt: Runtime, what: str, ids: Sequence[UUID], work: Callable[[Transaction, Pager, Task], None]) -> Tally:
    def see_to(task_id: UUID) -> None:
        with rt.store.begin(what) as tx:
            task = tasks.held(tx, task_id)
            if task is not None:
                work(tx, pager_of(rt), task)

    def set_aside(tx: Transaction, task_id: UUID) -> None:
        tasks.leave_aside(tx, task_id, tx.now + SET_ASIDE)

    return each(rt, what, ids, see_to, set_aside)


def _hand_over(tx: Transaction, pager: Pager, task: Task) -> None:
    """Give a task whose owner is not here to whoever stands in for them."""
    owner = tx.session.get(StaffMember, task.owner_id) if task.owner_id else None
    if owner is not None and duties.is_here(tx, owner):
        return
    found = owner_for(tx, task.family_id, task.team_id)
    if found is not None:
        pass_to(tx, task, found, TaskMoveKind.HANDED_OVER)
        return
    task.aside_until = tx.now + LOOK_AGAIN
    _say_nobody(tx, pager, task)


def _return(tx: Transaction, _pager: Pager, task: Task) -> None:
    """The cover is over: whoever answers for the family has what came meanwhile, if they are here."""
    answering = people.assigned_to(tx, task.family_id) if task.family_id else None
    if answering is not None and answering.id != task.owner_id and duties.is_here(tx, answering):
        pass_to(tx, task, answering, TaskMoveKind.HANDED_OVER)


def _raise(tx: Transaction, pager: Pager, task: Task, *, zone: str, holidays: str) -> None:
    """Bring an overdue task to a coordinator; its owner keeps it."""
    if task.raised_at is not None or not is_to_be_raised(task.due_at, tx.now, zone, holidays):
        return
    coordinator = coordinator_for(tx, task.team_id, task.owner_id)
    move(tx, task, TaskMoveKind.RAISED, to=coordinator)
    task.raised_at, task.raised_to_id = tx.now, coordinator.id if coordinator else None
    if coordinator is None:
        _say_nobody(tx, pager, task)


def _remind(rt: Runtime, zone: str, staff_id: UUID) -> None:
    """One text for all that waits for somebody, at most one an hour."""
    with rt.store.begin("tasks.remind") as tx:
        member = tx.lock(tx.get(StaffMember, staff_id))
        waiting = tasks.waiting_for(tx, staff_id)
        phone = tx.get(Phone, member.phone_id) if member.phone_id else None
        if phone is None or not can_be_texted(tx, phone):
            _tell_coordinator_instead(tx, pager_of(rt), member)
            return
        body = rt.wording.staff(
            "task.waiting", count=str(waiting.count), late=str(waiting.late), url=f"{rt.console_url}/"
        )
        hour = f"{tx.now.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H}"
        if waiting.count and queue_reminder(tx, phone, body, f"reminder:{staff_id}:{hour}"):
            tasks.mark_told(tx, staff_id)


def _tell_coordinator_instead(tx: Transaction, pager: Pager, member: StaffMember) -> None:
    """No text reaches this colleague: a coordinator learns of their work at once, and not only when it is overdue."""
    for task_id in tasks.untold_of(tx, member.id):
        task = tasks.held(tx, task_id)
        if task is None or task.raised_at is not None:
            continue
        coordinator = coordinator_for(tx, task.team_id, member.id)
        move(tx, task, TaskMoveKind.RAISED, to=coordinator)
        task.raised_at, task.raised_to_id = tx.now, coordinator.id if coordinator else None
    tasks.mark_told(tx, member.id)
    tx.record("staff.not-told", member)


def _say_nobody(tx: Transaction, pager: Pager, task: Task) -> None:
    """Loudly: in the log, in the audit, and once a day to the number that is always answered."""
    log.error("task.nobody", id=str(task.id), kind=task.kind)
    tx.record("task.nobody-found", task)
    phone = people.phone_or_new(tx, pager.on_call_number) if pager.on_call_number else None
    if phone is not None and can_be_texted(tx, phone):
        body = pager.wording.staff("task.nobody", url=f"{pager.console_url}/")
        queue_alarm(tx, phone, body, f"task-nobody:{tx.now:%Y-%m-%d}")


def _beginning_of_day(now: datetime, zone: str) -> datetime:
    day = now.astimezone(ZoneInfo(zone)).date()
    return datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(now.tzinfo)
