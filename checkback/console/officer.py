"""What an officer sees: whether somebody has come back to the families of their incidents."""

from __future__ import annotations

from starlette.responses import Response

from checkback.care.flows import officer_page
from checkback.console.desk import Visit


async def show(visit: Visit) -> Response:
    page = await visit.run(officer_page.show, visit.desk.rt, visit.me.account.id)
    return visit.page("officer.html", page=page)
