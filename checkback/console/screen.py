"""The screen: how well it hears by what people said who read after it, and the weekly list to read."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from checkback.care.errors import NotAllowed, NotFound, WordsRefused
from checkback.care.flows import duty, screen_page
from checkback.care.terms import DistressLevel, ReviewVerdict
from checkback.console.desk import Visit
from checkback.console.speaking import told


async def show(visit: Visit) -> Response:
    page = await visit.run(screen_page.show, visit.desk.rt, visit.me.account.id)
    return visit.page("screen.html", page=page, problem="")


async def read(visit: Visit) -> Response:
    return await _week(visit)


async def judge(visit: Visit) -> Response:
    """Keep what was said of a text, and go on with the list."""
    form = await visit.form()
    text: UUID = visit.request.path_params["text"]
    try:
        verdict = ReviewVerdict(form.get("verdict", ""))
        should_be = DistressLevel(form["should_be"]) if form.get("should_be") else None
    except ValueError:
        raise NotFound("verdict") from None
    try:
        await visit.run(screen_page.judge, visit.desk.rt, text, visit.me.account.id, verdict, should_be)
    except (WordsRefused, NotAllowed) as refused:
        return await _week(visit, 422, problem=told(refused))
    return visit.go(f"/screen/{visit.request.path_params['week']}#after-{text}")


async def _week(visit: Visit, status: int = 200, *, problem: str = "") -> Response:
    week = str(visit.request.path_params["week"])[:8]
    rt = visit.desk.rt
    try:
        texts = await visit.run(screen_page.read_week, rt, week, visit.me.account.id)
    except NotAllowed as refused:
        page = await visit.run(screen_page.show, rt, visit.me.account.id)
        return visit.page("screen.html", 409, page=page, problem=told(refused))
    zone = await visit.run(duty.zone, rt)
    return visit.page("screen_week.html", status, week=week, texts=texts, zone=zone, problem=problem)
