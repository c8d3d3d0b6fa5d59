"""A questionnaire that somebody asks in person: its items as published, kept also where the talk broke off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from checkback.care.errors import NotFound, ScreeningRefused
from checkback.care.flows import screenings
from checkback.console.desk import Visit
from checkback.console.speaking import told

#: What the field of an item says where they would not answer.
WILL_NOT_SAY = "none"
_MOST_ITEMS = 60


async def show(visit: Visit) -> Response:
    """Choose whom and what to ask; then the items."""
    asked = visit.request.query_params
    return await _page(visit, asked.get("who", ""), asked.get("form", ""))


async def send(visit: Visit) -> Response:
    """Keep the answers; while one is missing they stay in the form, unless the talk broke off."""
    form = await visit.form()
    who, name = form.get("who", ""), form.get("form", "")
    page = await visit.run(screenings.to_ask, visit.desk.rt, _reference(visit), visit.me.account.id, who, name)
    if page.sheet is None or who not in {each.reference for each in page.people}:
        raise NotFound("questionnaire")
    try:
        await visit.run(
            screenings.record,
            visit.desk.rt,
            who,
            name,
            _answers(form),
            visit.me.account.login,
            is_broken_off=form.get("do") == "broken-off",
        )
    except ScreeningRefused as refused:
        missing = [n for n in range(1, len(page.sheet.items) + 1) if f"item{n}" not in form]
        return await _page(visit, who, name, 422, kept=form, problem=told(refused), missing=missing)
    return visit.go(f"/families/{_reference(visit)}#screenings")


def _answers(form: Mapping[str, str]) -> Mapping[int, int | None]:
    """What was answered; anything that is no number is kept as no choice, and refused as such."""
    found: dict[int, int | None] = {}
    for item in range(1, _MOST_ITEMS):
        said = form.get(f"item{item}")
        if said is not None:
            found[item] = None if said == WILL_NOT_SAY else int(said) if said.isdecimal() and len(said) < 4 else -1  # noqa: PLR2004
    return found


async def _page(visit: Visit, who: str, name: str, status: int = 200, **values: Any) -> Response:
    reference = _reference(visit)
    page = await visit.run(screenings.to_ask, visit.desk.rt, reference, visit.me.account.id, who, name)
    defaults: dict[str, Any] = {"kept": {}, "problem": "", "missing": []}
    return visit.page(
        "questionnaire.html",
        status,
        reference=reference,
        page=page,
        who=who,
        name=name,
        will_not_say=WILL_NOT_SAY,
        **defaults | values,
    )


def _reference(visit: Visit) -> str:
    return str(visit.request.path_params["reference"])
