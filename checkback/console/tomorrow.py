"""Tomorrow: every text of the next seven days, and holding and letting go, each with a look at what it means before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from starlette.responses import Response

from checkback.care.errors import HoldRefused, NotFound, WordsRefused
from checkback.care.flows import tomorrow
from checkback.care.flows.tomorrow import Wishes
from checkback.care.steps.holding import LONGEST_REASON
from checkback.care.terms import HoldScope
from checkback.console.chart import days
from checkback.console.desk import Visit
from checkback.console.speaking import told

#: For how long a hold stands, as a choice; nothing means until somebody ends it.
LASTS: Mapping[str, timedelta | None] = {
    "": None,
    "2": timedelta(hours=2),
    "24": timedelta(hours=24),
    "72": timedelta(hours=72),
    "168": timedelta(days=7),
}


#: What may be wished for, and how long the name of it may be.
WISHES, LONGEST_WISH = tuple(each.name for each in fields(Wishes)), 80


async def show(visit: Visit) -> Response:
    asked = visit.request.query_params
    wishes = Wishes(**{name: asked.get(name, "")[:LONGEST_WISH] for name in WISHES})
    page = await visit.run(tomorrow.look, visit.desk.rt, visit.me.account.id, wishes)
    first, later = _query(replace(wishes, after="")), _query(replace(wishes, after=page.next_page))
    return visit.page("tomorrow.html", page=page, wishes=wishes, first=first, later=later, chart=days(page.falling_due))


def _query(wishes: Wishes) -> str:
    asked = {name: value for name, value in vars(wishes).items() if value}
    return f"?{urlencode(asked)}" if asked else ""


async def before_hold(visit: Visit) -> Response:
    """What a hold would keep back, and the form that places it."""
    asked = visit.request.query_params
    return await _hold_page(visit, asked.get("scope", ""), asked.get("which", ""))


async def hold(visit: Visit) -> Response:
    """Place it, with a reason."""
    form = await visit.form()
    scope, which = form.get("scope", ""), form.get("which", "").strip()
    lasts = LASTS.get(form.get("lasts", ""))
    until: datetime | None = visit.desk.rt.clock.now() + lasts if lasts else None
    login = visit.me.account.login
    try:
        await visit.run(tomorrow.hold, visit.desk.rt, _scope(scope), which, form.get("reason", ""), login, until)
    except (WordsRefused, HoldRefused) as refused:
        return await _hold_page(visit, scope, which, 422, problem=told(refused), kept=form)
    return visit.go("/tomorrow#holds")


async def before_release(visit: Visit) -> Response:
    """What the end of a hold would let go."""
    page = await visit.run(
        tomorrow.release, visit.desk.rt, visit.me.account.id, int(visit.request.path_params["number"])
    )
    return visit.page("release.html", page=page)


async def release(visit: Visit) -> Response:
    """End it."""
    number = int(visit.request.path_params["number"])
    await visit.run(tomorrow.let_go, visit.desk.rt, visit.me.account.login, number)
    return visit.go("/tomorrow#holds")


async def _hold_page(
    visit: Visit,
    scope: str,
    which: str,
    status: int = 200,
    *,
    problem: str = "",
    kept: Mapping[str, str] | None = None,
) -> Response:
    wanted = _scope(scope)
    page = await visit.run(tomorrow.reach, visit.desk.rt, visit.me.account.id, wanted, which.strip())
    return visit.page(
        "hold.html", status, page=page, problem=problem, kept=kept or {}, lasts=LASTS, longest=LONGEST_REASON
    )


def _scope(text: str) -> HoldScope:
    try:
        return HoldScope(text)
    except ValueError:
        raise NotFound(text[:40]) from None
