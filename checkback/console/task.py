"""A task that belongs to no family, and finishing any task."""

from __future__ import annotations

from starlette.responses import Response

from checkback.care.errors import AlreadyDone, WordsRefused
from checkback.care.flows import staff_work, task_page
from checkback.care.steps.staff_work import LONGEST_NOTE
from checkback.care.terms import TaskOutcome
from checkback.console.desk import Visit
from checkback.console.speaking import gettext as _
from checkback.console.speaking import told


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def finish(visit: Visit) -> Response:
    task, form = visit.request.path_params["task"], await visit.form()
    try:
        result = TaskOutcome(form.get("result", TaskOutcome.DONE))
    except ValueError:
        return await _page(visit, 422, problem=_("Say how it ended."))
    try:
        me = visit.me.account.id
        await visit.run(staff_work.finish_task, visit.desk.rt, task, me, form.get("outcome", ""), result)
    except WordsRefused as refused:
        return await _page(visit, 422, problem=told(refused))
    except AlreadyDone as done:
        return await _page(visit, 409, problem=told(done))
    return visit.go("/")


async def _page(visit: Visit, status: int = 200, *, problem: str = "") -> Response:
    task = visit.request.path_params["task"]
    page = await visit.run(task_page.show, visit.desk.rt, task, visit.me.account.id)
    return visit.page("task.html", status, page=page, problem=problem, longest_note=LONGEST_NOTE)
