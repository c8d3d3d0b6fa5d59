"""`checkback status`: the house on one screen, for whoever runs it. Numbers and ages; nobody's name or words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from checkback.commands.opening import REFUSED, opened

if TYPE_CHECKING:
    from checkback.care.flows.figures import Figures

#: From here on a line wants a person (seconds, or how many).
_DUE_FOR, _UNTAKEN_FOR, _UNANSWERED_FOR, _NOT_SEEN_FOR = 60, 300, 120, 60
_EXPECTED = ("worker", "scheduler")
_A_MINUTE, _AN_HOUR, _A_DAY = 60, 3600, 86_400


@dataclass(frozen=True)
class Line:
    """One thing, how it is, and whether that is well."""

    what: str
    value: str
    is_well: bool


def status(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for a script.")] = False,
) -> None:
    """Show processes, queues, escalations and the carrier on one screen; exit 1 when something wants a person."""
    from checkback.care.flows.figures import look

    with opened("status") as rt:
        lines = lines_of(look(rt))
    if as_json:
        told = {line.what: {"value": line.value, "well": line.is_well} for line in lines}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        for line in lines:
            typer.echo(f"{'ok  ' if line.is_well else 'LOOK'} {line.what:<28} {line.value}")
    raise typer.Exit(0 if all(line.is_well for line in lines) else REFUSED)


def lines_of(figures: Figures) -> list[Line]:
    """What the screen shows."""
    lines = [_seen(figures, name) for name in _EXPECTED]
    for lane, (count, oldest) in figures.due.items():
        lines.append(_waiting(f"{lane} due", count, figures.seconds_since(oldest), _DUE_FOR))
    lines.append(Line("unclear", str(figures.unclear), figures.unclear == 0))
    unanswered, untaken = figures.unanswered, figures.untaken
    lines += [
        _waiting("texts unanswered", unanswered[0], figures.seconds_since(unanswered[1]), _UNANSWERED_FOR),
        _waiting("escalations nobody took", untaken[0], figures.seconds_since(untaken[1]), _UNTAKEN_FOR),
        Line("tasks overdue", str(figures.overdue_tasks), figures.overdue_tasks == 0),
        Line("last text heard", _ago(figures.seconds_since(figures.last_heard_at)), True),
    ]
    if figures.canary_is_missing or figures.canary_returned_at is not None:
        came_back = _ago(figures.seconds_since(figures.canary_returned_at))
        lines.append(Line("hourly test text came back", came_back, not figures.canary_is_missing))
    paused = ", ".join(f"{sender} by {code}" for sender, code in figures.paused.items())
    troubles = ", ".join(f"{sender} {code}" for sender, code in figures.troubles)
    lines.append(Line("senders that stand still", paused or "none", not paused))
    lines.append(Line("carrier troubles", troubles or "none", not troubles))
    return lines


def _seen(figures: Figures, name: str) -> Line:
    ago = figures.seconds_since(figures.alive.get(name))
    return Line(name, _ago(ago), ago is not None and ago <= _NOT_SEEN_FOR)


def _waiting(what: str, count: int, seconds: float | None, at_most: float) -> Line:
    value = str(count) if seconds is None else f"{count}, the oldest {_ago(seconds)}"
    return Line(what, value, (seconds or 0) <= at_most)


def _ago(seconds: float | None) -> str:
    if seconds is None:
        return "never"
    for unit, letter in ((_A_DAY, "d"), (_AN_HOUR, "h"), (_A_MINUTE, "min")):
        if seconds >= unit:
            return f"{seconds / unit:.0f} {letter} ago"
    return f"{seconds:.0f} s ago"
