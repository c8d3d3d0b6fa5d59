"""Finding a family, by reference or by the name of one of its people."""

from __future__ import annotations

from starlette.responses import Response

from checkback.care.flows import family_page
from checkback.console.desk import Visit


async def show(visit: Visit) -> Response:
    return visit.page("families.html", asked="", found=None)


async def find(visit: Visit) -> Response:
    # A form that posts: a name in an address would stand in histories and logs.
    asked = (await visit.form()).get("q", "").strip()[:100]
    found = await visit.run(family_page.find, visit.desk.rt, asked, visit.me.account.id) if asked else []
    return visit.page("families.html", asked=asked, found=found)
