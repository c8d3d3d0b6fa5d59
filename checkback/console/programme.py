"""The programme: what binds every text, and why; and every sentence, changed by one and approved by another."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from starlette.responses import HTMLResponse, Response

from checkback.adapters.reading_grade import reading_grade
from checkback.care.errors import AlreadyApproved, HoldRefused, NotAllowed, NotFound, WordsRefused
from checkback.care.flows import family_events, wordings
from checkback.care.flows import plans as plan_flow
from checkback.care.flows.family_events import ProgrammeTimes
from checkback.care.terms import Language, SafetyMode, Sender
from checkback.care.wording import Place
from checkback.console.desk import Visit
from checkback.console.speaking import gettext as _
from checkback.console.speaking import told
from checkback.console.words import SETTINGS

_NUMBERS = ("opens", "closes", "texts_a_day", "texts_a_week", "rest_hours", "calm_hours", "starts_a_minute")


async def show(visit: Visit) -> Response:
    kept = await visit.run(family_events.programme_times, visit.desk.rt)
    return await _settings(visit, {name: str(value) for name, value in vars(kept).items()})


async def change(visit: Visit) -> Response:
    given = await visit.form()
    problems = {name: _("write a whole number") for name in _NUMBERS if not _is_number(given.get(name, ""))}
    if problems:
        return await _settings(visit, given, 422, problems=problems)
    new = ProgrammeTimes(
        **{name: int(given[name]) for name in _NUMBERS}, holidays=given.get("holidays", "").strip().upper()
    )
    try:
        await visit.run(family_events.set_programme_times, visit.desk.rt, new, visit.me.account.login)
    except HoldRefused as refused:
        field = refused.field if refused.field in SETTINGS else "opens"
        return await _settings(visit, given, 422, problems={field: told(refused)})
    return visit.go("/programme?kept=1")


async def show_sentences(visit: Visit) -> Response:
    """Every sentence by name, and the drafts that wait."""
    asked = visit.request.query_params.get("key", "")
    known = await visit.run(wordings.keys, visit.desk.rt)
    return await _sentences(visit, asked if asked in known else "")


async def draft(visit: Visit) -> Response:
    form = await visit.form()
    place = _place(visit, form)
    try:
        await visit.run(wordings.draft, visit.desk.rt, place, form.get("sentence", ""), visit.me.account.login)
    except (WordsRefused, NotAllowed) as refused:
        kept = {(place[1], place[2]): form.get("sentence", "")}
        return await _sentences(visit, place[0], 422, problem=(place, told(refused)), kept=kept)
    return visit.go("/wording#drafts")


async def measure(visit: Visit) -> Response:
    """How long, how hard to read and how safe it is, while it is written."""
    form = await visit.form()
    said = await visit.run(
        wordings.measure, visit.desk.rt, _place(visit, form), form.get("sentence", ""), reading_grade
    )
    return HTMLResponse(visit.desk.view.html("_measured.html", said=said))


async def approve(visit: Visit) -> Response:
    try:
        await visit.run(wordings.approve, visit.desk.rt, _id(visit), visit.me.account.login)
    except (NotAllowed, AlreadyApproved, WordsRefused) as refused:
        return await _sentences(visit, "", 409, said=told(refused))
    return visit.go("/wording#drafts")


async def withdraw(visit: Visit) -> Response:
    try:
        await visit.run(wordings.withdraw, visit.desk.rt, _id(visit), visit.me.account.login)
    except (NotAllowed, AlreadyApproved) as refused:
        return await _sentences(visit, "", 409, said=told(refused))
    return visit.go("/wording#drafts")


async def _settings(
    visit: Visit, given: Mapping[str, str], status: int = 200, *, problems: Mapping[str, str] | None = None
) -> Response:
    name, _opens, _closes = await visit.run(plan_flow.programme_of, visit.desk.rt)
    rt = visit.desk.rt
    return visit.page(
        "programme.html",
        status,
        name=name,
        given=given,
        problems=problems or {},
        kept="kept" in visit.request.query_params,
        family_sender=rt.senders.get(Sender.FAMILY, ""),
        alert_sender=rt.senders.get(Sender.ALERT, ""),
        on_call=rt.on_call_number or "",
    )


async def _sentences(
    visit: Visit,
    key: str,
    status: int = 200,
    *,
    problem: tuple[Place, str] | None = None,
    kept: Mapping[tuple[Language, SafetyMode], str] | None = None,
    said: str = "",
) -> Response:
    rt = visit.desk.rt
    by_topic: dict[str, list[str]] = {}
    for each in await visit.run(wordings.keys, rt):
        by_topic.setdefault(each.partition(".")[0], []).append(each)
    cells = await visit.run(wordings.cells, rt, key, reading_grade) if key else []
    return visit.page(
        "wording.html",
        status,
        topics=by_topic,
        key=key,
        cells=cells,
        past={(c.language, c.mode): await visit.run(wordings.history, rt, (c.key, c.language, c.mode)) for c in cells},
        drafts=await visit.run(wordings.waiting, rt, reading_grade),
        problem=problem,
        kept=kept or {},
        said=said,
    )


def _place(visit: Visit, form: Mapping[str, str]) -> Place:
    try:
        place = (form.get("key", ""), Language(form.get("language", "")), SafetyMode(form.get("mode", "")))
    except ValueError:
        raise NotFound("place") from None
    if not visit.desk.rt.wording.has(place[0]):
        raise NotFound(place[0][:60])
    return place


def _id(visit: Visit) -> UUID:
    found: UUID = visit.request.path_params["version"]
    return found


def _is_number(text: str) -> bool:
    return text.strip().isascii() and text.strip().isdecimal()
