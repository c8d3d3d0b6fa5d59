"""A family's page, and what is done on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from starlette.responses import HTMLResponse, Response

from checkback.care.errors import AlreadyDone, GivesAway, NotFound, WordsRefused
from checkback.care.flows import family_page, screenings, staff_work
from checkback.care.flows.family_page import FamilyPage
from checkback.care.rules.segments import encoding, segments
from checkback.care.steps.own_words import Anyway
from checkback.care.steps.staff_work import LONGEST_NOTE, LONGEST_TEXT
from checkback.care.terms import SentAnyway
from checkback.console.desk import Visit
from checkback.console.screenings import drawn
from checkback.console.speaking import told
from checkback.console.view import Live


async def show(visit: Visit) -> Response:
    return await _news(visit) if visit.is_partial else await _page(visit)


async def write(visit: Visit) -> Response:
    form = await visit.form()
    body, to = form.get("body", ""), _uuid(form.get("to", ""))
    try:
        await visit.run(
            staff_work.reply,
            visit.desk.rt,
            _reference(visit),
            to,
            visit.me.account.id,
            body,
            _uuid(form.get("key", "")),
            _anyway(form),
        )
    except GivesAway as refused:
        return await _page(
            visit, 422, problem={"reply": told(refused)}, kept={"reply": body}, to=to, given_away=refused.words
        )
    except WordsRefused as refused:
        return await _page(visit, 422, problem={"reply": told(refused)}, kept={"reply": body})
    return _back(visit, "reply")


async def count(visit: Visit) -> Response:
    """How many parts the carrier will make of what is being written."""
    body = (await visit.form()).get("body", "").replace("\r\n", "\n").strip()
    return HTMLResponse(visit.desk.view.html("_count.html", **_counted(body)))


async def note(visit: Visit) -> Response:
    text = (await visit.form()).get("text", "")
    try:
        await visit.run(staff_work.write_note, visit.desk.rt, _reference(visit), visit.me.account.id, text)
    except WordsRefused as refused:
        return await _page(visit, 422, problem={"note": told(refused)}, kept={"note": text})
    return _back(visit, "notes")


async def finish_task(visit: Visit) -> Response:
    task, outcome = visit.request.path_params["task"], (await visit.form()).get("outcome", "")
    try:
        await visit.run(staff_work.finish_task, visit.desk.rt, task, visit.me.account.id, outcome)
    except WordsRefused as refused:
        return await _page(visit, 422, problem={f"task-{task}": told(refused)}, kept={})
    except AlreadyDone as done:
        return await _page(visit, 409, problem={"page": told(done)}, kept={})
    return _back(visit, "tasks")


async def reveal(visit: Visit) -> Response:
    contact = visit.request.path_params["contact"]
    number = await visit.run(family_page.number_of, visit.desk.rt, _reference(visit), contact, visit.me.account.id)
    if visit.is_partial:
        return HTMLResponse(visit.desk.view.html("_number.html", id=contact, number=number))
    return await _page(visit, revealed={contact: number})


async def give_back(visit: Visit) -> Response:
    contact = visit.request.path_params["contact"]
    try:
        await visit.run(staff_work.give_back, visit.desk.rt, _reference(visit), contact, visit.me.account.id)
    except WordsRefused as refused:
        return await _page(visit, 409, problem={"page": told(refused)}, kept={})
    return _back(visit, "reply")


async def _page(
    visit: Visit,
    status: int = 200,
    *,
    problem: dict[str, str] | None = None,
    kept: dict[str, str] | None = None,
    revealed: dict[UUID, str] | None = None,
    given_away: Sequence[str] = (),
    to: UUID | None = None,
) -> Response:
    page = await _seen(visit)
    answered = await visit.run(screenings.shown, visit.desk.rt, page.reference)
    kept = kept or {}
    return visit.page(
        "family.html",
        status,
        page=page,
        live=_live(visit, page, revealed).html,
        problem=problem or {},
        kept=kept,
        given_away=given_away,
        to=to,
        key=uuid4(),
        longest_note=LONGEST_NOTE,
        longest_text=LONGEST_TEXT,
        screenings=answered,
        drawing=drawn(answered),
        **_counted(kept.get("reply", "")),
    )


async def _news(visit: Visit) -> Response:
    """What an open page asks for every few seconds. Nothing new was read while nothing but the time has changed."""
    live = _live(visit, await visit.run(family_page.glance, visit.desk.rt, _reference(visit)))
    if visit.has(live):
        return Response(status_code=204)
    return HTMLResponse(live.html if visit.knows(live) else _live(visit, await _seen(visit)).html)


async def _seen(visit: Visit) -> FamilyPage:
    return await visit.run(family_page.show, visit.desk.rt, _reference(visit), visit.me.account.id)


def _live(visit: Visit, page: FamilyPage, revealed: Mapping[UUID, str] | None = None) -> Live:
    return visit.live("_family.html", page, f"/families/{page.reference}", revealed=revealed or {})


def _anyway(form: Mapping[str, str]) -> Anyway | None:
    """The second press: why they send it all the same, and which words they were shown before."""
    try:
        why = SentAnyway(form.get("anyway", ""))
    except ValueError:
        return None
    return Anyway(why, frozenset(form.get("seen", "").splitlines()))


def _counted(body: str) -> dict[str, object]:
    return {"segments": segments(body) if body else 0, "encoding": encoding(body)}


def _reference(visit: Visit) -> str:
    return str(visit.request.path_params["reference"])


def _back(visit: Visit, part: str) -> Response:
    return visit.go(f"/families/{_reference(visit)}#{part}")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
