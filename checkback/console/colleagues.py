"""Who works here, for those who decide who gets in."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from checkback.care.errors import InvalidStaff
from checkback.care.flows import staffing
from checkback.care.flows.staffing import StaffForm
from checkback.care.terms import Language, Role
from checkback.console import speaking
from checkback.console.desk import Visit

_NEW = StaffForm(name="", role=Role.CLINICIAN)


async def show(visit: Visit) -> Response:
    lines, teams, zone = await visit.run(staffing.everybody, visit.desk.rt)
    return visit.page("staff.html", lines=lines, teams=teams, zone=zone)


async def show_new(visit: Visit) -> Response:
    return await _new_page(visit, "", _NEW)


async def add(visit: Visit) -> Response:
    login, form = (await visit.form()).get("login", ""), await _told(visit)
    desk = visit.desk
    try:
        password = await desk.password_threads.run(
            staffing.add, desk.rt, desk.passwords, login, form, visit.me.account.id
        )
    except InvalidStaff as invalid:
        return await _new_page(visit, login, form, 422, problems=_mends(invalid))
    return visit.page("given_password.html", login=login.strip().lower(), password=password, is_new=True)


async def show_one(visit: Visit) -> Response:
    return await _page(visit)


async def change(visit: Visit) -> Response:
    form = await _told(visit)
    try:
        await visit.run(staffing.change, visit.desk.rt, _login(visit), form, visit.me.account.id)
    except InvalidStaff as invalid:
        return await _page(visit, 422, problems=_mends(invalid), told=form)
    return visit.go("/staff")


async def reset_password(visit: Visit) -> Response:
    desk = visit.desk
    password = await desk.password_threads.run(
        staffing.reset_password, desk.rt, desk.passwords, _login(visit), visit.me.account.id
    )
    return visit.page("given_password.html", login=_login(visit), password=password, is_new=False)


async def reset_second_factor(visit: Visit) -> Response:
    try:
        await visit.run(staffing.reset_second_factor, visit.desk.rt, _login(visit), visit.me.account.id)
    except InvalidStaff as invalid:
        return await _page(visit, 422, problems=_mends(invalid))
    return visit.go(f"/staff/{_login(visit)}")


async def let_go(visit: Visit) -> Response:
    heir = (await visit.form()).get("heir", "")
    try:
        await visit.run(staffing.let_go, visit.desk.rt, _login(visit), heir, visit.me.account.id)
    except InvalidStaff as invalid:
        return await _page(visit, 422, problems=_mends(invalid))
    return visit.go("/staff")


async def _page(
    visit: Visit, status: int = 200, *, problems: Mapping[str, str] | None = None, told: StaffForm | None = None
) -> Response:
    page = await visit.run(staffing.show, visit.desk.rt, _login(visit), visit.me.account.id)
    kept = told or StaffForm(
        page.line.name, page.line.role, page.line.team or "", page.phone, page.email, page.languages
    )
    return visit.page("staff_member.html", status, page=page, told=kept, teams=page.teams, problems=problems or {})


async def _new_page(
    visit: Visit, login: str, told: StaffForm, status: int = 200, *, problems: Mapping[str, str] | None = None
) -> Response:
    _lines, teams, _zone = await visit.run(staffing.everybody, visit.desk.rt)
    return visit.page("staff_new.html", status, login=login[:40], told=told, teams=teams, problems=problems or {})


async def _told(visit: Visit) -> StaffForm:
    form = await visit.request.form()

    def said(field: str) -> str:
        value = form.get(field, "")
        return value[:200] if isinstance(value, str) else ""

    languages = [each for each in form.getlist("languages") if isinstance(each, str) and each in set(Language)]
    return StaffForm(said("name"), said("role"), said("team"), said("phone"), said("email"), languages)


def _login(visit: Visit) -> str:
    return str(visit.request.path_params["login"])


def _mends(invalid: InvalidStaff) -> Mapping[str, str]:
    return {field: speaking.told(mend) for field, mend in invalid.problems.items()}
