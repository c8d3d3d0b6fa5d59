"""The same family twice: a look at what a merge moves, ends and waits for, and then the merge."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from starlette.responses import Response

from checkback.care.errors import HoldRefused, NotAllowed, NotFound
from checkback.care.flows import merging
from checkback.console.desk import Visit
from checkback.console.speaking import gettext as _
from checkback.console.speaking import told

_SAME = "same."


async def look(visit: Visit) -> Response:
    return await _page(visit, visit.request.query_params.get("with", ""))


async def send(visit: Visit) -> Response:
    """Look again with other people marked as the same, or merge."""
    form = await visit.form()
    other, same = form.get("with", ""), _same(form)
    if form.get("do") != "merge":
        return await _page(visit, other, same=same)
    if form.get("sure") != "yes":
        return await _page(
            visit, other, 422, same=same, problem=_("Read what would happen, and say that you are sure.")
        )
    try:
        await visit.run(merging.merge, visit.desk.rt, _reference(visit), other.strip(), same, visit.me.account.id)
    except (HoldRefused, NotAllowed) as refused:
        return await _page(visit, other, 409, same=same, problem=told(refused))
    return visit.go(f"/families/{_reference(visit)}")


async def _page(
    visit: Visit, other: str, status: int = 200, *, same: Collection[UUID] | None = None, problem: str = ""
) -> Response:
    outlook, reference = None, _reference(visit)
    if other.strip():
        try:
            outlook = await visit.run(merging.look, visit.desk.rt, reference, other.strip(), visit.me.account.id, same)
        except NotFound:
            status, problem = 422, _("There is no family of this reference.")
    return visit.page(
        "merge.html", status, reference=reference, other=other.strip()[:20], outlook=outlook, problem=problem
    )


def _same(form: Mapping[str, str]) -> Collection[UUID]:
    """Whom the form marks as somebody who is there already; what is no id marks nobody."""
    found = []
    for name in form:
        if name.startswith(_SAME):
            try:
                found.append(UUID(name.removeprefix(_SAME)))
            except ValueError:
                continue
    return found


def _reference(visit: Visit) -> str:
    return str(visit.request.path_params["reference"])
