"""The API: a records or dispatch system enrols the family of an incident."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from checkback.care.errors import ChangedEnrolment, InvalidEnrolment
from checkback.care.flows import enrolment
from checkback.care.flows.enrolment import Enrolment, NewContact
from checkback.console.desk import Visit
from checkback.console.openapi import INCIDENT
from checkback.console.shape import problems_of

_JSON = "application/json"


async def enrol(visit: Visit) -> Response:
    if visit.request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != _JSON:
        return _problems(415, {"content-type": "send application/json"})
    try:
        said = _read(await visit.request.body())
    except ValueError:
        return _problems(400, {"body": "this is not JSON; send one object in UTF-8"})
    problems = problems_of(said, INCIDENT)
    if problems:
        return _problems(422, problems)
    try:
        enrolled = await visit.run(enrolment.enrol, visit.desk.rt, _enrolment(said), actor="api")
    except InvalidEnrolment as refused:
        return _problems(422, refused.problems)
    except ChangedEnrolment as changed:
        return _problems(409, changed.problems)
    status = "already" if enrolled.already else "enrolled"
    return JSONResponse({"family": enrolled.family, "status": status}, 200 if enrolled.already else 201)


def _read(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _enrolment(said: Mapping[str, Any]) -> Enrolment:
    return Enrolment(
        reference=said["reference"],
        occurred_at=datetime.fromisoformat(said["occurred_at"]),
        kind=said["kind"],
        zip=said["zip"],
        team=said["team"],
        clinician=said["clinician"],
        contacts=[NewContact(**contact) for contact in said["contacts"]],
        officer=said.get("officer"),
        promise_hours=said.get("promise_hours"),
        plan=said.get("plan"),
        child_ages=[child["age"] for child in said.get("children", [])],
    )


def _problems(status: int, problems: Mapping[str, str]) -> Response:
    return JSONResponse({"problems": problems}, status)
