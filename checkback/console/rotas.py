"""Who is on call: every rota, its weeks with the hours that have nobody, turns, shifts, swaps, a test to oneself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.responses import Response

from checkback.care.errors import NotFound
from checkback.care.flows import rota_pages, rotas, watching
from checkback.care.flows.rotas import RotaRefused, Shift
from checkback.console.desk import Visit
from checkback.console.speaking import gettext as _
from checkback.console.speaking import told

#: So many turns the form has at least; empty ones are left out.
_ROWS = 4
_MOST_ROWS = 40


async def show(visit: Visit) -> Response:
    return await _overview(visit)


async def make(visit: Visit) -> Response:
    """A rota that has nobody yet: turns come on its own page."""
    form = await visit.form()
    try:
        made = await visit.run(
            rotas.make, visit.desk.rt, form.get("team", ""), form.get("name", ""), visit.me.account.login
        )
    except (RotaRefused, NotFound) as refused:
        return await _overview(visit, 422, problem=told(refused), kept=form)
    return visit.go(f"/rotas/{made}")


async def show_one(visit: Visit) -> Response:
    return await _page(visit)


async def set_turns(visit: Visit) -> Response:
    form = await visit.form()
    page = await visit.run(rota_pages.show, visit.desk.rt, _rota(visit))
    try:
        await visit.run(
            rotas.set_turns,
            visit.desk.rt,
            page.line.team,
            page.line.name,
            _turns(form),
            visit.me.account.login,
            starts_on=_day(form.get("starts_on", "")),
            changes_at=int(form["changes_at"]) if form.get("changes_at", "").isdecimal() else -1,
            zone=form["zone"].strip() or None if "zone" in form else page.zone,
        )
    except (RotaRefused, NotFound) as refused:
        return await _page(visit, 422, problems={"turns": told(refused)}, kept=form)
    return visit.go(f"/rotas/{_rota(visit)}")


async def override(visit: Visit) -> Response:
    form = await visit.form()
    line = (await visit.run(rota_pages.show, visit.desk.rt, _rota(visit))).line
    starts, ends = (_moment(form.get(name, ""), line.zone) for name in ("from", "to"))
    if starts is None or ends is None:
        return await _page(visit, 422, problems={"override": _("Choose a day and an hour for both.")}, kept=form)
    return await _done(visit, "override", form, rotas.override, Shift(form.get("login", ""), starts, ends))


async def take_out(visit: Visit) -> Response:
    shift = visit.request.path_params["shift"]
    return await _done(visit, "shifts", {}, rotas.take_out, shift)


async def swap(visit: Visit) -> Response:
    form = await visit.form()
    one, other = (_stamp(form.get(name, "")) for name in ("one", "other"))
    if one is None or other is None:
        return await _page(visit, 422, problems={"swap": _("Choose a turn on both sides.")}, kept=form)
    return await _done(visit, "swap", form, rotas.swap, one, other)


async def new_feed(visit: Visit) -> Response:
    await visit.run(rotas.feed_token, visit.desk.rt, _rota(visit), new=True, by=visit.me.account.login)
    return visit.go(f"/rotas/{_rota(visit)}#feed")


async def test_page(visit: Visit) -> Response:
    """A real alert to one's own phone, marked as a test."""
    try:
        await visit.run(watching.send_own_test, visit.desk.rt, visit.me.account.id)
    except watching.NoTestNow as refused:
        return await _overview(visit, 409, test_problem=told(refused))
    return visit.go("/rotas#test")


async def _overview(visit: Visit, status: int = 200, **values: Any) -> Response:
    rt = visit.desk.rt
    page = await visit.run(rota_pages.overview, rt)
    last = await visit.run(watching.last_own_test, rt, visit.me.account.id)
    zone = await visit.run(rotas.programme_zone, rt)
    defaults: dict[str, Any] = {"problem": "", "kept": {}, "test_problem": ""}
    return visit.page("rotas.html", status, page=page, last=last, zone=zone, **defaults | values)


async def _done(
    visit: Visit, part: str, form: Mapping[str, str], flow: Callable[..., object], *asked: object
) -> Response:
    try:
        await visit.run(flow, visit.desk.rt, _rota(visit), *asked, visit.me.account.login)
    except RotaRefused as refused:
        return await _page(visit, 422, problems={part: told(refused)}, kept=form)
    return visit.go(f"/rotas/{_rota(visit)}#{part}")


async def _page(
    visit: Visit, status: int = 200, *, problems: Mapping[str, str] | None = None, kept: Mapping[str, str] | None = None
) -> Response:
    rt, week = visit.desk.rt, _day(visit.request.query_params.get("week", ""))
    page = await visit.run(rota_pages.show, rt, _rota(visit), week)
    form = kept or {}
    turns = _written(form) or [(login, str(days)) for login, days in page.turns]
    return visit.page(
        "rota.html",
        status,
        page=page,
        problems=problems or {},
        kept=form,
        turns=[*turns, *[("", "")] * max(_ROWS - len(turns), 1)],
        programme_zone=await visit.run(rotas.programme_zone, rt),
        feed=f"{rt.console_url}/rotas/{page.line.id}/{page.feed_token}.ics",
        before=page.monday - timedelta(days=7),
        after=page.monday + timedelta(days=7),
    )


def _written(form: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """The rows of the form as they were written, empty ones left out."""
    rows = [(form.get(f"login{at}", ""), form.get(f"days{at}", "").strip()) for at in range(_MOST_ROWS)]
    return [row for row in rows if row[0]]


def _turns(form: Mapping[str, str]) -> Sequence[tuple[str, int]]:
    return [(login, int(days) if days.isdecimal() else 0) for login, days in _written(form)]


def _rota(visit: Visit) -> UUID:
    found: UUID = visit.request.path_params["rota"]
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str, zone: str) -> datetime | None:
    """A moment as the field of a form says it, on the clock on the wall."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except ValueError:
        return None


def _stamp(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
