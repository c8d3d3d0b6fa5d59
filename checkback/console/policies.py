"""Who is told of what: each level's steps, changed as a draft that a second person approves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import accumulate

from starlette.responses import Response

from checkback.care.errors import NotFound
from checkback.care.flows import policies
from checkback.care.flows.policies import LEVELS, PolicyVersion
from checkback.care.program import PolicyStepSeed, ProgramError
from checkback.care.terms import Role, StepHours, Whom
from checkback.console.desk import Visit
from checkback.console.speaking import told

_MOST_STEPS = 20
_PLACE = re.compile(r"steps\[(?P<at>\d+)\](?:\.(?P<field>\w+))?")
#: Who may be told by their role.
ROLES = (Role.CLINICIAN, Role.COORDINATOR)
Fields = dict[str, str]
_NEW: Fields = {"whom": str(Whom.TEAM), "minutes": "", "role": "", "hours": str(StepHours.ANY)}


async def show(visit: Visit) -> Response:
    """Every level, the worst first, with each of its versions."""
    return await _page(visit)


async def approve(visit: Visit) -> Response:
    level, version = _level(visit), int(visit.request.path_params["version"])
    try:
        await visit.run(policies.approve, visit.desk.rt, level, version, visit.me.account.login)
    except policies.NotYours as refused:
        return await _page(visit, 409, problem=told(refused))
    return visit.go(f"/policies#{level}")


async def edit(visit: Visit) -> Response:
    version = await visit.run(policies.newest, visit.desk.rt, _level(visit))
    return await _form(visit, [_fields(step) for step in version.told], only_in_hours=version.only_in_hours)


async def send(visit: Visit) -> Response:
    """Look at it, add, move or take out a step, or keep it as a draft; what was typed stays until it is kept."""
    form, level = await visit.form(), _level(visit)
    steps, wish = _steps(form), form.get("do", "look")
    only_in_hours = form.get("only_in_hours") == "yes"
    if wish == "add":
        return await _form(visit, [*steps, dict(_NEW)], only_in_hours=only_in_hours)
    verb, _hyphen, place = wish.partition("-")
    if verb in ("remove", "up") and place.isdecimal() and int(place) < len(steps):
        return await _form(visit, _moved(steps, verb, int(place)), only_in_hours=only_in_hours)
    entries = [_entry(step) for step in steps]
    try:
        if wish != "keep":
            policies.look_at(level, entries, only_in_hours=only_in_hours)
            return await _form(visit, steps, only_in_hours=only_in_hours, is_looked_at=True)
        await visit.run(
            policies.draft_by_hand,
            visit.desk.rt,
            level,
            entries,
            visit.me.account.login,
            only_in_hours=only_in_hours,
        )
    except ProgramError as error:
        return await _form(visit, steps, 422, only_in_hours=only_in_hours, problem=(_where(error), told(error.mend)))
    return visit.go(f"/policies#{level}")


async def _page(visit: Visit, status: int = 200, *, problem: str = "") -> Response:
    by_level: dict[str, list[PolicyVersion]] = {level: [] for level in LEVELS}
    for version in await visit.run(policies.versions, visit.desk.rt):
        by_level[version.level].append(version)
    return visit.page("policies.html", status, levels=by_level, problem=problem, after=_after)


async def _form(
    visit: Visit,
    steps: Sequence[Fields],
    status: int = 200,
    *,
    only_in_hours: bool,
    is_looked_at: bool = False,
    problem: tuple[tuple[int | None, str], str] | None = None,
) -> Response:
    return visit.page(
        "policy_edit.html",
        status,
        level=_level(visit),
        steps=steps,
        only_in_hours=only_in_hours,
        is_looked_at=is_looked_at,
        problem=problem,
        roles=ROLES,
    )


def _after(steps: Sequence[PolicyStepSeed]) -> Sequence[int]:
    """After how many minutes in all each step is told, while nobody takes it."""
    return [0, *accumulate(step.minutes for step in steps)][: len(steps)]


def _steps(form: Mapping[str, str]) -> list[Fields]:
    found: dict[int, Fields] = {}
    for name, value in form.items():
        step, _, field = name.partition(".")
        if field in _NEW and step[:1] == "s" and step[1:].isdecimal() and int(step[1:]) < _MOST_STEPS:
            found.setdefault(int(step[1:]), {})[field] = value.strip()[:40]
    return [found[at] for at in sorted(found)]


def _entry(fields: Fields) -> Mapping[str, object]:
    """A step in the language of the file; what is no number stays as it was written, and is refused by its name."""
    minutes = fields.get("minutes", "")
    entry: dict[str, object] = {
        "whom": fields.get("whom", ""),
        "minutes": int(minutes) if minutes.isascii() and minutes.isdecimal() else minutes,
        "hours": fields.get("hours") or str(StepHours.ANY),
    }
    if fields.get("role"):
        entry["role"] = fields["role"]
    return entry


def _fields(step: PolicyStepSeed) -> Fields:
    return {
        "whom": str(step.whom),
        "minutes": str(step.minutes),
        "role": str(step.role or ""),
        "hours": str(step.hours),
    }


def _where(error: ProgramError) -> tuple[int | None, str]:
    """The step and the field of the form that an error means; no step when it means all of it."""
    found = _PLACE.search(error.place)
    return (int(found["at"]) - 1, found["field"] or "whom") if found else (None, error.place)


def _moved(steps: Sequence[Fields], verb: str, place: int) -> list[Fields]:
    found = list(steps)
    if verb == "remove":
        del found[place]
    elif place:
        found[place - 1], found[place] = found[place], found[place - 1]
    return found


def _level(visit: Visit) -> str:
    level = str(visit.request.path_params["level"])
    if level not in LEVELS:
        raise NotFound(level[:20])
    return level
