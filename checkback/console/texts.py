"""A family's texts on pages of their own: those before the latest, and one with what the screen heard in it."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from starlette.responses import Response

from checkback.care.errors import NotFound, WordsRefused
from checkback.care.flows import family_thread, text_page
from checkback.care.terms import DistressLevel, ReviewVerdict
from checkback.console.desk import Visit
from checkback.console.speaking import told

Word = TypeVar("Word", ReviewVerdict, DistressLevel)


async def show_older(visit: Visit) -> Response:
    before = _uuid(visit.request.query_params.get("before", ""))
    page = await visit.run(family_thread.older, visit.desk.rt, _reference(visit), before, visit.me.account.id)
    return visit.page("older.html", page=page)


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def judge(visit: Visit) -> Response:
    """Keep what was said of it, and show what came of that."""
    form = await visit.form()
    verdict = _one_of(ReviewVerdict, form.get("verdict", ""))
    should_be = _one_of(DistressLevel, form["should_be"]) if form.get("should_be") else None
    text, me = visit.request.path_params["text"], visit.me.account.id
    try:
        await visit.run(text_page.judge, visit.desk.rt, _reference(visit), text, me, verdict, should_be)
    except WordsRefused as refused:
        return await _page(visit, 422, problem=told(refused))
    return visit.go(f"/families/{_reference(visit)}/texts/{text}")


async def _page(visit: Visit, status: int = 200, *, problem: str = "") -> Response:
    text = visit.request.path_params["text"]
    page = await visit.run(text_page.show, visit.desk.rt, _reference(visit), text, visit.me.account.id)
    return visit.page("text.html", status, page=page, problem=problem)


def _one_of(kind: type[Word], word: str) -> Word:
    try:
        return kind(word)
    except ValueError:
        raise NotFound(word[:40]) from None


def _reference(visit: Visit) -> str:
    return str(visit.request.path_params["reference"])


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
