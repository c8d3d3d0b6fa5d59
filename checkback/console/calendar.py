"""A rota as a calendar, for whoever knows its address; a calendar program cannot sign in."""

from __future__ import annotations

from starlette.responses import Response

from checkback.adapters.calendars import as_calendar
from checkback.care.errors import NotFound
from checkback.care.flows import rotas
from checkback.console.desk import Visit


async def show(visit: Visit) -> Response:
    """Who is on call over the coming weeks, by login; nothing of any family."""
    rota, token = visit.request.path_params["rota"], visit.request.path_params["token"]
    try:
        name, times = await visit.run(rotas.feed, visit.desk.rt, rota, token)
    except NotFound:
        return Response(status_code=404)
    return Response(as_calendar(name, times, visit.desk.rt.clock.now()), media_type="text/calendar")
