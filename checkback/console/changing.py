"""What is done with a family beyond writing to it: pause, plan, hand on, cover, close, open again. One page, one form
for each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from starlette.responses import Response

from checkback.care.errors import HoldRefused, NotFound, WordsRefused
from checkback.care.flows import family_change
from checkback.care.steps.staff_work import LONGEST_REASON
from checkback.care.terms import Role
from checkback.console.desk import Visit
from checkback.console.speaking import gettext as _
from checkback.console.speaking import told

#: Whom the way to move a family is open to.
_PLANNERS = frozenset({Role.COORDINATOR, Role.ADMIN})


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def pause(visit: Visit) -> Response:
    form = await visit.form()
    until = _day(form.get("until", ""))
    if until is None:
        return await _page(visit, 422, problems={"pause": _("Choose a day.")}, kept=form)
    return await _done(visit, "pause", form, family_change.pause, until, _contact(form))


async def resume(visit: Visit) -> Response:
    form = await visit.form()
    return await _done(visit, "pause", form, family_change.resume, _contact(form))


async def transfer(visit: Visit) -> Response:
    form = await visit.form()
    return await _done(visit, "transfer", form, family_change.transfer, form.get("to", ""), form.get("reason", ""))


async def cover(visit: Visit) -> Response:
    form = await visit.form()
    last = _day(form.get("last", ""))
    if last is None:
        return await _page(visit, 422, problems={"cover": _("Choose a day.")}, kept=form)
    return await _done(visit, "cover", form, family_change.cover, form.get("to", ""), last, form.get("reason", ""))


async def end_cover(visit: Visit) -> Response:
    return await _done(visit, "cover", {}, family_change.end_cover)


async def close(visit: Visit) -> Response:
    form = await visit.form()
    if form.get("sure") != "yes":
        problem = _("Read what would be cancelled, and say that you are sure.")
        return await _page(visit, 422, problems={"close": problem}, kept=form)
    return await _done(visit, "close", form, family_change.close)


async def reopen(visit: Visit) -> Response:
    return await _done(visit, "close", {}, family_change.reopen)


async def _done(
    visit: Visit, part: str, form: Mapping[str, str], flow: Callable[..., object], *asked: object
) -> Response:
    try:
        await visit.run(flow, visit.desk.rt, _reference(visit), visit.me.account.id, *asked)
    except (WordsRefused, HoldRefused) as refused:
        return await _page(visit, 422, problems={part: told(refused)}, kept=form)
    return visit.go(f"/families/{_reference(visit)}/change#{part}")


async def _page(visit: Visit, status: int = 200, **values: Any) -> Response:
    page = await visit.run(family_change.show, visit.desk.rt, _reference(visit), visit.me.account.id)
    defaults: dict[str, Any] = {"problems": {}, "kept": {}}
    return visit.page(
        "change.html",
        status,
        page=page,
        longest=LONGEST_REASON,
        may_plan=visit.me.account.role in _PLANNERS,
        **defaults | values,
    )


def _contact(form: Mapping[str, str]) -> UUID | None:
    """Nobody named means everybody."""
    named = form.get("who", "")
    try:
        return UUID(named) if named else None
    except ValueError:
        raise NotFound from None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _reference(visit: Visit) -> str:
    return str(visit.request.path_params["reference"])
