"""An escalation's page, where the link of an alert leads, and what is done about it."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

from checkback.care.errors import AlreadyAcknowledged, AlreadyResolved
from checkback.care.flows import escalation_page, escalations
from checkback.care.flows.escalation_page import EscalationPage
from checkback.care.terms import DistressLevel, EscalationOutcome
from checkback.console.desk import Visit
from checkback.console.speaking import gettext as _
from checkback.console.speaking import told
from checkback.console.view import Live

#: In how many minutes somebody calls, as buttons.
CALLING_IN = ("5", "10", "20", "60")
#: So many texts that raised an escalation are unfolded on the board, the last of them.
MOST_RAISED = 3


async def show(visit: Visit) -> Response:
    return await _news(visit) if visit.is_partial else await _page(visit)


async def said(visit: Visit) -> Response:
    """The texts that raised it, unfolded on the board: only who unfolds them has read them."""
    if not visit.is_partial:
        return visit.go(f"/escalations/{_number(visit)}#said-title")
    page = await _seen(visit)
    raised = [line for line in page.lines if line.is_theirs and line.level.rank >= DistressLevel.HIGH.rank]
    return HTMLResponse(visit.desk.view.html("_said.html", page=page, raised=raised[-MOST_RAISED:]))


async def take(visit: Visit) -> Response:
    """I have it, and perhaps I call in so many minutes."""
    said = (await visit.form()).get("minutes", "")
    minutes = int(said) if said in CALLING_IN else None
    try:
        await visit.run(escalations.acknowledge, visit.desk.rt, _number(visit), visit.me.account.id, minutes)
    except (AlreadyAcknowledged, AlreadyResolved) as refused:
        return await _page(visit, 409, problem=told(refused))
    return visit.go(f"/escalations/{_number(visit)}")


async def pass_on(visit: Visit) -> Response:
    """I cannot take it; the next person is told at once."""
    try:
        await visit.run(escalations.hand_on, visit.desk.rt, _number(visit), visit.me.account.id)
    except (AlreadyAcknowledged, AlreadyResolved) as refused:
        return await _page(visit, 409, problem=told(refused))
    return visit.go(f"/escalations/{_number(visit)}")


async def end(visit: Visit) -> Response:
    """It is over, and this came of it."""
    try:
        outcome = EscalationOutcome((await visit.form()).get("outcome", ""))
    except ValueError:
        return await _page(visit, 422, problem=_("Say how it ended: choose one of the five."))
    try:
        await visit.run(escalations.resolve, visit.desk.rt, _number(visit), visit.me.account.id, outcome)
    except AlreadyResolved as refused:
        return await _page(visit, 409, problem=told(refused))
    return visit.go(f"/escalations/{_number(visit)}")


async def reveal(visit: Visit) -> Response:
    """The number to call."""
    number = await visit.run(escalation_page.number_of, visit.desk.rt, _number(visit), visit.me.account.id)
    if visit.is_partial:
        return HTMLResponse(visit.desk.view.html("_number.html", id=_number(visit), number=number))
    return await _page(visit, revealed=number)


async def _page(visit: Visit, status: int = 200, *, problem: str = "", revealed: str = "") -> Response:
    page = await _seen(visit)
    live = _live(visit, page, revealed).html
    return visit.page("escalation.html", status, page=page, live=live, problem=problem)


async def _news(visit: Visit) -> Response:
    """What an open page asks for every few seconds. Nothing new was read while nothing but the time has changed."""
    live = _live(visit, await visit.run(escalation_page.glance, visit.desk.rt, _number(visit)))
    if visit.has(live):
        return Response(status_code=204)
    return HTMLResponse(live.html if visit.knows(live) else _live(visit, await _seen(visit)).html)


async def _seen(visit: Visit) -> EscalationPage:
    return await visit.run(escalation_page.show, visit.desk.rt, _number(visit), visit.me.account.id)


def _live(visit: Visit, page: EscalationPage, revealed: str = "") -> Live:
    return visit.live(
        "_escalation.html", page, f"/escalations/{page.escalation.number}", revealed=revealed, calling_in=CALLING_IN
    )


def _number(visit: Visit) -> int:
    return int(visit.request.path_params["number"])
