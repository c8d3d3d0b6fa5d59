"""The directory of help: searched as a family would ask, kept true by who dials it, and what it could not give."""

from __future__ import annotations

from functools import cache
from uuid import UUID

from starlette.responses import Response

from checkback.assembly.runtime import PROGRAM
from checkback.care.flows import resources
from checkback.care.flows.reports import Need
from checkback.care.flows.resources import NotUnderstood
from checkback.care.program import NeedsTable
from checkback.console import drawing, figure_words
from checkback.console.desk import Visit
from checkback.console.figure_words import NEEDS

LONGEST_SEARCH = 200
SHOWN = 10
DAYS = 90


async def show(visit: Visit) -> Response:
    rt = visit.desk.rt
    words = visit.request.query_params.get("words", "").strip()[:LONGEST_SEARCH]
    answer, is_unclear = None, False
    if words:
        try:
            answer = await visit.run(resources.find, rt, needs_table(), words, limit=SHOWN)
        except NotUnderstood:
            is_unclear = True
    counts = await visit.run(resources.needs_met, rt, DAYS)
    needs = [Need(each.need, each.offered + each.unmet, each.unmet) for each in counts]
    return visit.page(
        "directory.html",
        words_asked=words,
        answer=answer,
        is_unclear=is_unclear,
        known=sorted(NEEDS.values()),
        need=figure_words.need,
        stale=await visit.run(resources.stale, rt),
        failing=await visit.run(resources.failing, rt),
        needs=needs,
        drawn=drawing.needs_drawn(needs),
        sizes=drawing,
        days=DAYS,
    )


async def show_one(visit: Visit) -> Response:
    found = await visit.run(resources.entry, visit.desk.rt, _id(visit))
    return visit.page("service.html", entry=found, need=figure_words.need)


async def assure(visit: Visit) -> Response:
    """Somebody dialled it today and found it true."""
    await visit.run(resources.assure_entry, visit.desk.rt, _id(visit), visit.me.account.login)
    return visit.go(f"/resources/{_id(visit)}")


@cache
def needs_table() -> NeedsTable:
    """How a person's words name a need, read once."""
    return NeedsTable.load(PROGRAM / "resources" / "needs.yml")


def _id(visit: Visit) -> UUID:
    found: UUID = visit.request.path_params["resource"]
    return found
