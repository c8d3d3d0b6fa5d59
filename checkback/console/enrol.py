"""Enrolling one family by hand: eight fields, and every text seen before anything is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from starlette.responses import Response

from checkback.care.errors import ChangedEnrolment, InvalidEnrolment
from checkback.care.flows import enrolling, enrolment
from checkback.care.flows.enrolling import Choices, Preview
from checkback.care.flows.enrolment import Enrolment, NewContact
from checkback.care.rules import as_written
from checkback.console.desk import Visit
from checkback.console.speaking import gettext as _
from checkback.console.speaking import told

T = TypeVar("T")
_OF_THE_FAMILY = (
    "reference",
    "occurred_at",
    "kind",
    "zip",
    "clinician",
    "children",
    "officer",
    "plan",
    "promise_hours",
)
_OF_A_PERSON = (
    "name",
    "phone",
    "language",
    "role",
    "safe_to_text",
    "may_call",
    "may_leave_voicemail",
    "interpreter",
    "when",
)
#: Whom a family has beside the first, each with fields of their own: `name_2`, `name_3`. More come by spreadsheet.
MOST_PEOPLE = 4


async def show(visit: Visit) -> Response:
    choices = await visit.run(enrolling.choices, visit.desk.rt)
    now = choices.now.astimezone(ZoneInfo(choices.zone))
    mine = visit.me.account.login
    given = {
        "occurred_at": f"{now:%Y-%m-%dT%H:%M}",
        "clinician": mine if choices.team_of(mine) else "",
        "may_call": "yes",
    }
    return _page(visit, choices, given)


async def send(visit: Visit) -> Response:
    """The first time the form comes it is answered with what it would do; the same form once more does it."""
    given = await visit.form()
    choices = await visit.run(enrolling.choices, visit.desk.rt)
    asked_for = given.get("do", "")
    if asked_for == "add":
        return _page(visit, choices, _with_one_more(given))
    if asked_for.startswith("without-"):
        return _page(visit, choices, _without(given, asked_for.removeprefix("without-")))
    problems: dict[str, str] = {}
    wanted = await _read(visit, given, choices, problems)
    if wanted is None:
        return _page(visit, choices, given, 422, problems=problems)
    try:
        if given.get("seen") != _mark(given):
            preview = await visit.run(enrolling.preview, visit.desk.rt, wanted, visit.me.account.id)
            return _page(visit, choices, given, preview=preview)
        enrolled = await visit.run(enrolment.enrol, visit.desk.rt, wanted, actor=visit.me.account.login)
    except (InvalidEnrolment, ChangedEnrolment) as refused:
        found = {_field(name, given): told(mend) for name, mend in refused.problems.items()}
        return _page(visit, choices, given, 422, problems=found)
    return visit.go(f"/families/{enrolled.family}")


async def _read(visit: Visit, given: Mapping[str, str], choices: Choices, problems: dict[str, str]) -> Enrolment | None:
    zone = await visit.run(enrolling.zone_for, visit.desk.rt, given.get("zip", ""))
    said = {name: given.get(name, "").strip() for name in _fields(given)}
    occurred_at = _value(problems, "occurred_at", lambda: as_written.moment(said["occurred_at"], zone))
    ages = _value(problems, "children", lambda: as_written.ages(said["children"]))
    hours = _value(problems, "promise_hours", lambda: float(said["promise_hours"]) if said["promise_hours"] else None)
    if not choices.team_of(said["clinician"]):
        problems["clinician"] = _("choose who answers for this family")
    if problems:
        # What else is wrong is told in the same look.
        problems |= await _others(visit, given, said, choices, problems)
        return None
    return _enrolment(said, choices, occurred_at or choices.now, tuple(ages or ()), hours)


async def _others(
    visit: Visit, given: Mapping[str, str], said: Mapping[str, str], choices: Choices, known: Mapping[str, str]
) -> Mapping[str, str]:
    rough = _enrolment(said, choices, choices.now, (), None)
    try:
        await visit.run(enrolling.preview, visit.desk.rt, rough, visit.me.account.id)
    except (InvalidEnrolment, ChangedEnrolment) as refused:
        found = {_field(name, given): told(mend) for name, mend in refused.problems.items()}
        return {name: mend for name, mend in found.items() if name not in known}
    return {}


def _enrolment(
    said: Mapping[str, str],
    choices: Choices,
    occurred_at: datetime,
    ages: tuple[int, ...],
    hours: float | None,
) -> Enrolment:
    return Enrolment(
        reference=said["reference"],
        occurred_at=occurred_at.astimezone(UTC),
        kind=said["kind"],
        zip=said["zip"],
        team=choices.team_of(said["clinician"]),
        clinician=said["clinician"],
        contacts=[_contact(said, mark) for mark in _people(said)],
        officer=said["officer"] or None,
        promise_hours=hours,
        plan=said["plan"] or None,
        child_ages=ages,
    )


def _contact(said: Mapping[str, str], mark: str) -> NewContact:
    return NewContact(
        name=said[f"name{mark}"],
        phone=said[f"phone{mark}"],
        language=said[f"language{mark}"] or "en",
        role=said[f"role{mark}"] or "caregiver",
        safe_to_text=False if said[f"safe_to_text{mark}"] == "no" else None,
        may_call=bool(said[f"may_call{mark}"]),
        may_leave_voicemail=bool(said[f"may_leave_voicemail{mark}"]),
        interpreter=bool(said[f"interpreter{mark}"]),
        when=said[f"when{mark}"],
    )


def _people(given: Mapping[str, str]) -> list[str]:
    """What stands behind the names of each person's fields; nothing behind those of the first."""
    others = (f"_{number}" for number in range(2, MOST_PEOPLE + 1))
    return ["", *(mark for mark in others if f"name{mark}" in given)]


def _fields(given: Mapping[str, str]) -> list[str]:
    return [*_OF_THE_FAMILY, *(f"{name}{mark}" for mark in _people(given) for name in _OF_A_PERSON)]


def _with_one_more(given: Mapping[str, str]) -> Mapping[str, str]:
    free = [mark for mark in (f"_{number}" for number in range(2, MOST_PEOPLE + 1)) if mark not in _people(given)]
    return {**given, f"name{free[0]}": "", f"may_call{free[0]}": "yes"} if free else given


def _without(given: Mapping[str, str], number: str) -> Mapping[str, str]:
    theirs = {f"{name}_{number}" for name in _OF_A_PERSON}
    return {name: value for name, value in given.items() if name not in theirs}


def _value(problems: dict[str, str], field: str, read: Callable[[], T]) -> T | None:
    try:
        return read()
    except ValueError as error:
        problems[field] = told(error) if field != "promise_hours" else _("write a number of hours, as 48")
        return None


def _field(name: str, given: Mapping[str, str]) -> str:
    """Where on the form a refused field stands: `contacts[1].phone` at the second person, whatever their number."""
    people = _people(given)
    place, _dot, short = name.rpartition(".")
    if not place:
        return {"contacts": f"phone{people[-1]}", "team": "clinician"}.get(short, short)
    return f"{short}{people[int(place.removeprefix('contacts[').removesuffix(']'))]}"


def _mark(given: Mapping[str, str]) -> str:
    """Changes whenever a field does: what is enrolled is what was seen."""
    said = "\x1f".join(f"{name}={given.get(name, '').strip()}" for name in _fields(given))
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:16]


def _page(
    visit: Visit,
    choices: Choices,
    given: Mapping[str, str],
    status: int = 200,
    *,
    problems: Mapping[str, str] | None = None,
    preview: Preview | None = None,
) -> Response:
    return visit.page(
        "enrol.html",
        status,
        choices=choices,
        given=given,
        people=_people(given),
        may_add=len(_people(given)) < MOST_PEOPLE,
        problems=problems or {},
        preview=preview,
        mark=_mark(given) if preview else "",
    )
