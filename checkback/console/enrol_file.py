"""Families from a spreadsheet: judged first and mended on the spot, then brought in, and taken back while it can be."""

from __future__ import annotations

from starlette.responses import Response

from checkback.care.errors import AlreadyDone, WordsRefused
from checkback.care.flows import duty, importing
from checkback.care.flows.importing import HEADER, ImportReport
from checkback.care.rules.spreadsheets import NotATable, as_text
from checkback.console.desk import Visit
from checkback.console.speaking import gettext as _
from checkback.console.speaking import told

#: A page is no place for more; `checkback import families` takes five times as much.
MOST_BYTES = 1024 * 1024


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def send(visit: Visit) -> Response:
    """Judge what came, and bring it in only when that was asked for. A new file is always judged first."""
    sent = await visit.file("file", MOST_BYTES)
    given = await visit.form()
    is_trial = bool(sent) or given.get("do") != "bring"
    data = sent or given.get("table", "").encode()
    if not data.strip():
        return await _page(visit, 422, problem=_("Choose a file, or write rows below."))
    try:
        report = await visit.run(
            importing.import_families, visit.desk.rt, data, actor=visit.me.account.login, is_trial=is_trial
        )
    except NotATable as refused:
        return await _page(visit, 422, table=_readable(data), problem=told(refused))
    if not is_trial and not report.refused:
        return visit.go("/enrol/file#batches")
    return await _page(visit, table=_readable(data), report=report, is_trial=is_trial)


async def undo(visit: Visit) -> Response:
    """Take them all out again."""
    batch = str(visit.request.path_params["batch"])
    try:
        await visit.run(importing.undo, visit.desk.rt, batch, visit.me.account.login)
    except (WordsRefused, AlreadyDone) as refused:
        return await _page(visit, 409, problem=told(refused))
    return visit.go("/enrol/file#batches")


def _readable(data: bytes) -> str:
    try:
        return as_text(data).removeprefix("\ufeff")
    except NotATable:
        return ""


async def _page(
    visit: Visit,
    status: int = 200,
    *,
    table: str = "",
    problem: str = "",
    report: ImportReport | None = None,
    is_trial: bool = True,
) -> Response:
    return visit.page(
        "enrol_file.html",
        status,
        header=",".join(HEADER),
        table=table,
        problem=problem,
        report=report,
        is_trial=is_trial,
        batches=await visit.run(importing.batches, visit.desk.rt),
        zone=await visit.run(duty.zone, visit.desk.rt),
    )
