"""`checkback tasks …`: what people are asked to do, and what may happen to it until it is done."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from checkback.care.terms import TaskOutcome
from checkback.commands.opening import USAGE, give_up, opened

if TYPE_CHECKING:
    from uuid import UUID

    from checkback.care.flows.task_page import ListedTask, TaskPage
    from checkback.care.runtime import Runtime

tasks_app = typer.Typer(help="What people are asked to do: see it, do it, hand it on.", no_args_is_help=True)

_BY = typer.Option("--by", help="Your login; it stands in the audit.")
_TASK = typer.Argument(metavar="TASK", help="As it is listed, T-4F7A2C.")


@tasks_app.command("list")
def list_tasks(
    of: Annotated[str | None, typer.Option("--of", help="Only those of this member of staff, by login.")] = None,
    family: Annotated[str | None, typer.Option(help="Only those of this family, F-12.")] = None,
    late: Annotated[bool, typer.Option("--late", help="Only those whose time has passed.")] = False,
    done: Annotated[bool, typer.Option("--done", help="Those that are done, the latest first.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON a task.")] = False,
) -> None:
    """List open tasks, the most urgent first."""
    from checkback.care.flows import task_page

    with opened("tasks") as rt:
        found = task_page.listed(rt, owner=of, family=family, late=late, done=done)
        for line in _json(found) if as_json else _lines(found, _zone(rt)):
            typer.echo(line)


@tasks_app.command("show")
def show_task(task: Annotated[str, _TASK], by: Annotated[str, _BY]) -> None:
    """Show one task, what it came of and what happened to it. Each look is audited."""
    from checkback.care.flows import task_page

    with opened("tasks") as rt:
        page = task_page.show(rt, task_page.find(rt, task), _staff(rt, by))
        for line in _page(page):
            typer.echo(line)


@tasks_app.command("done")
def finish_task(
    task: Annotated[str, _TASK],
    by: Annotated[str, _BY],
    outcome: Annotated[TaskOutcome, typer.Option(help="How it ended.")],
    words: Annotated[str, typer.Option(help="What came of it, in a few words.")],
) -> None:
    """Say that a task is done, and what came of it."""
    from checkback.care.flows import staff_work, task_page

    with opened("tasks") as rt:
        staff_work.finish_task(rt, task_page.find(rt, task), _staff(rt, by), words, outcome)
        typer.echo(f"{task} is done: {outcome}")


@tasks_app.command("give")
def give_task(
    task: Annotated[str, _TASK],
    to: Annotated[str, typer.Argument(help="The login of whoever has it from now on.")],
    by: Annotated[str, _BY],
    why: Annotated[str | None, typer.Option(help="Why, in a few words.")] = None,
) -> None:
    """Give a task to somebody else; they are told of it."""
    from checkback.care.flows import staff_work, task_page

    with opened("tasks") as rt:
        staff_work.give_task(rt, task_page.find(rt, task), _staff(rt, by), to, why)
        typer.echo(f"{task} is {to}'s now")


@tasks_app.command("take")
def take_task(task: Annotated[str, _TASK], by: Annotated[str, _BY]) -> None:
    """Take a task yourself."""
    from checkback.care.flows import staff_work, task_page

    with opened("tasks") as rt:
        staff_work.give_task(rt, task_page.find(rt, task), _staff(rt, by), by)
        typer.echo(f"{task} is yours now")


@tasks_app.command("snooze")
def put_task_off(
    task: Annotated[str, _TASK],
    by: Annotated[str, _BY],
    until: Annotated[str, typer.Option(help="Hours from now, `4h`, days, `2d`, or a moment, 2026-12-01T09:00.")],
    why: Annotated[str, typer.Option(help="Why, in a few words.")],
) -> None:
    """Put a task off: nobody is reminded of it until then."""
    from checkback.care.flows import staff_work, task_page

    with opened("tasks") as rt:
        then = moment(until, rt.clock.now(), _zone(rt))
        staff_work.put_task_off(rt, task_page.find(rt, task), _staff(rt, by), then, why)
        typer.echo(f"{task} is put off until {then.astimezone(_zone(rt)):%a %Y-%m-%d %H:%M}")


def _staff(rt: Runtime, login: str) -> UUID:
    from checkback.care.flows import duty

    return duty.who_is(rt, login)


def _zone(rt: Runtime) -> ZoneInfo:
    from checkback.care.flows import duty

    return ZoneInfo(duty.zone(rt))


def moment(written: str, now: datetime, zone: ZoneInfo) -> datetime:
    """`4h`, `2d`, or a moment in the programme's zone unless it names its own. Ends the command with exit 2."""
    spans = {"h": timedelta(hours=1), "d": timedelta(days=1)}
    if written[-1:] in spans and written[:-1].isdigit():
        return now + int(written[:-1][:4]) * spans[written[-1]]
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        give_up(f"{written[:40]}: write 4h, 2d, or a moment such as 2026-12-01T09:00", USAGE)
    return read if read.tzinfo else read.replace(tzinfo=zone)


def _json(found: Sequence[ListedTask]) -> Iterator[str]:
    return (json.dumps(asdict(each), default=str) for each in found)


def _lines(found: Sequence[ListedTask], zone: ZoneInfo) -> Iterator[str]:
    from checkback.console.words import TASKS

    for each in found:
        when = f"{(each.done_at or each.due_at).astimezone(zone):%a %m-%d %H:%M}"
        how = f"done: {each.result or '-'}" if each.done_at else "LATE" if each.is_late else "due"
        owner = each.owner or "NOBODY"
        raised = f", {each.raised_to} knows" if each.raised_to else ""
        put_off = f", put off until {each.put_off_until.astimezone(zone):%a %m-%d %H:%M}" if each.put_off_until else ""
        yield f"{each.reference}  {how:4} {when}  {each.family or '-':6}  {owner}{raised}{put_off}  {TASKS[each.kind]}"
    late = sum(each.is_late for each in found)
    yield f"{len(found)} tasks{f', {late} LATE' if late else ''}"


def _page(page: TaskPage) -> Iterator[str]:
    from checkback.console.words import TASKS

    zone = ZoneInfo(page.zone)
    yield f"{page.reference}  {TASKS[page.task.kind]}"
    yield f"  family    {page.task.family or '-'}{f'  from {page.phone}' if page.phone else ''}"
    yield f"  owner     {page.task.owner or 'NOBODY'}{f'; {page.raised_to} knows' if page.raised_to else ''}"
    yield f"  opened    {_at(page.task.opened_at, zone)}"
    yield f"  due       {_at(page.task.due_at, zone)}{'  LATE' if page.task.is_late and not page.is_done else ''}"
    if page.detail:
        yield f"  about     {page.detail}"
    for move in page.moves:
        whose = f" to {move.to}" if move.to else ""
        until = f" until {_at(move.until, zone)}" if move.until else ""
        why = f": {move.reason}" if move.reason else ""
        yield f"  {_at(move.at, zone)}  {move.kind}{whose}{until} by {move.by or 'the house'}{why}"
    for line in page.lines:
        yield f"  {_at(line.at, zone)}  {line.body}"
    if page.is_done:
        yield f"  done      {page.result or '-'}: {page.outcome}"


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M}"
