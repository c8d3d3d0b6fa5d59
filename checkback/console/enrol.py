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

T = TypeVar("T")
_FIELDS = (
    "reference",
    "occurred_at",
    "kind",
    "zip",
    "clinician",
    "name",
    "phone",
    "language",
    "role",
    "children",
    "officer",
    "plan",
    "promise_hours",
    "safe_to_text",
    "may_call",
    "may_leave_voicemail",
    "interpreter",
    "when",
)


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
    problems: dict[str, str] = {}
    wanted = await _read(visit, given, choices, problems)
    if wanted is None:
        return _page(visit, choices, given, 422, problems=problems)
    try:
        if given.get("seen") != _mark(given):
            preview = await visit.run(enrolling.preview, visit.desk.rt, wanted)
            return _page(visit, choices, given, preview=preview)
        enrolled = await visit.run(enrolment.enrol, visit.desk.rt, wanted, actor=visit.me.account.login)
    except (InvalidEnrolment, ChangedEnrolment) as refused:
        found = {_field(name): mend for name, mend in refused.problems.items()}
        return _page(visit, choices, given, 422, problems=found)
    return visit.go(f"/families/{enrolled.family}")


async def _read(visit: Visit, given: Mapping[str, str], choices: Choices, problems: dict[str, str]) -> Enrolment | None:
    zone = await visit.run(enrolling.zone_for, visit.desk.rt, given.get("zip", ""))
    said = {name: given.get(name, "").strip() for name in _FIELDS}
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
        await visit.run(enrolling.preview, visit.desk.rt, rough)
    except (InvalidEnrolment, ChangedEnrolment) as refused:
        found = {_field(name): mend for name, mend in refused.problems.items()}
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
        contacts=[
            NewContact(
                name=said["name"],
                phone=said["phone"],
                language=said["language"] or "en",
                role=said["role"] or "caregiver",
                safe_to_text=False if said["safe_to_text"] == "no" else None,
                may_call=bool(said["may_call"]),
                may_leave_voicemail=bool(said["may_leave_voicemail"]),
                interpreter=bool(said["interpreter"]),
                when=said["when"],
            )
        ],
        officer=said["officer"] or None,
        promise_hours=hours,
        plan=said["plan"] or None,
        child_ages=ages,
    )


def _value(problems: dict[str, str], field: str, read: Callable[[], T]) -> T | None:
    try:
        return read()
    except ValueError as error:
        problems[field] = str(error) if field != "promise_hours" else _("write a number of hours, as 48")
        return None


def _field(name: str) -> str:
    """Where on the form a refused field stands."""
    short = name.rpartition(".")[2]
    return {"contacts": "phone", "team": "clinician"}.get(short, short)


def _mark(given: Mapping[str, str]) -> str:
    """Changes whenever a field does: what is enrolled is what was seen."""
    said = "\x1f".join(given.get(name, "").strip() for name in _FIELDS)
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
        problems=problems or {},
        preview=preview,
        mark=_mark(given) if preview else "",
    )
