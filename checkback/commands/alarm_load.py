"""`checkback alarm-load`: how often each person was told, week by week."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from checkback.commands.opening import opened

NUMBER = "the on-call number"


def alarm_load(
    weeks: Annotated[int, typer.Option(min=1, max=52, help="How many, this one with them.")] = 8,
    as_json: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
) -> None:
    """Show how often each person was told of escalations, week by week, and how often at night."""
    from checkback.care.flows.alarm_load import alarm_load as look

    with opened("alarm-load") as rt:
        load = look(rt, weeks)
    if as_json:
        lines = [
            {"week": f"{monday:%Y-%m-%d}", "login": person.login, **asdict(week)}
            for person in load.people
            for monday, week in zip(load.weeks, person.weeks, strict=True)
        ]
        for line in lines:
            typer.echo(json.dumps(line))
        return
    typer.echo(" ".join([f"{'alarms, at night':20}", *(f"{monday:%b %d}".rjust(9) for monday in load.weeks)]))
    for person in load.people:
        cells = (f"{week.alarms}, {week.at_night}".rjust(9) for week in person.weeks)
        typer.echo(" ".join([f"{person.login or NUMBER:20}", *cells]))
