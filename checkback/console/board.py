"""The board: the first page of everybody who cares for families."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

from checkback.care.flows import board
from checkback.care.flows.board import Board
from checkback.care.terms import EscalationState
from checkback.console.desk import Visit


async def show(visit: Visit) -> Response:
    seen = await visit.run(board.look, visit.desk.rt, visit.me.account.id)
    live = visit.live("_board.html", seen, "/")
    if visit.is_partial:
        return Response(status_code=204) if visit.has(live) else HTMLResponse(live.html)
    return visit.page("board.html", live=live.html, waiting=_waiting(seen))


def _waiting(seen: Board) -> int:
    return sum(escalation.state is EscalationState.OPEN for escalation in seen.escalations)
