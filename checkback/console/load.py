"""Alarm load: who is told how often, week by week, drawn and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from checkback.care.flows import alarm_load
from checkback.care.flows.alarm_load import AlarmLoad
from checkback.console.desk import Visit

#: A row of the drawing, in its own units: the bars of one person stand on one line.
ROW, LEFT, RIGHT, HIGHEST = 72, 0, 720, 38
GAP = 24
#: Below everybody the Mondays stand.
FOOT = 20


@dataclass(frozen=True)
class Column:
    """One week of one person as it is drawn; `night` is the part of it that came at night, from the bottom up."""

    x: float
    width: float
    top: float
    height: float
    night_top: float
    night: float
    count: int


@dataclass(frozen=True)
class DrawnRow:
    """One person's weeks. `base` is the line the columns stand on."""

    name: str
    label_y: int
    base: int
    columns: Sequence[Column]


async def show(visit: Visit) -> Response:
    load = await visit.run(alarm_load.alarm_load, visit.desk.rt)
    rows = drawn(load)
    mondays = [(round(LEFT + (n + 0.5) * _width(load), 1), monday) for n, monday in enumerate(load.weeks)]
    return visit.page("load.html", load=load, rows=rows, mondays=mondays, width=RIGHT, height=len(rows) * ROW + FOOT)


def drawn(load: AlarmLoad) -> Sequence[DrawnRow]:
    """The weeks of everybody who was told of something, to one scale; something is never drawn as nothing."""
    most = max((week.alarms for person in load.people for week in person.weeks), default=0) or 1
    width = _width(load)
    rows = []
    for at, person in enumerate(each for each in load.people if any(week.alarms for week in each.weeks)):
        base = at * ROW + ROW - 6
        columns = []
        for n, week in enumerate(person.weeks):
            height = max(HIGHEST * week.alarms / most, 2.0) if week.alarms else 0.0
            night = height * week.at_night / week.alarms if week.alarms else 0.0
            columns.append(
                Column(
                    x=round(LEFT + n * width + GAP / 2, 1),
                    width=round(width - GAP, 1),
                    top=round(base - height, 1),
                    height=round(height, 1),
                    night_top=round(base - night, 1),
                    night=round(night, 1),
                    count=week.alarms,
                )
            )
        rows.append(DrawnRow(person.name, at * ROW + 12, base, columns))
    return rows


def _width(load: AlarmLoad) -> float:
    """How wide a week is drawn."""
    return (RIGHT - LEFT) / max(len(load.weeks), 1)
