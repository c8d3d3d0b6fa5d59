"""One's own account: password, second factor, recovery codes, devices, language."""

from __future__ import annotations

from starlette.responses import Response

from checkback.care.errors import CodeRefused, SignInRefused, WeakPassword
from checkback.care.flows import accounts
from checkback.care.rules.passwords import must_be_strong
from checkback.care.terms import Language
from checkback.console.desk import Visit
from checkback.console.navigation import home
from checkback.console.pictures import qr_code
from checkback.console.speaking import gettext as _


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def choose_language(visit: Visit) -> Response:
    said = (await visit.form()).get("language", "")
    language = Language(said) if said in set(Language) else None
    await visit.run(accounts.choose_language, visit.desk.rt, visit.me.account.id, language)
    return visit.go("/account")


async def show_password(visit: Visit) -> Response:
    return visit.page("password.html", problem={})


async def change_password(visit: Visit) -> Response:
    form, me, desk = await visit.form(), visit.me, visit.desk
    new = form.get("new", "")
    if new != form.get("again", ""):
        problem = {"again": _("This is not what you wrote above.")}
        return visit.page("password.html", 422, problem=problem)
    try:
        must_be_strong(new, me.account.login)
    except WeakPassword:
        problem = {"new": _("Take 12 signs or more, and not your login or one repeated sign.")}
        return visit.page("password.html", 422, problem=problem)
    who = f"password {me.account.id}"
    if desk.patience.wait(who):
        return visit.page("password.html", 429, problem={"old": _("Too many tries. Wait a minute, then try again.")})
    desk.patience.failed(who)
    try:
        await desk.password_threads.run(
            accounts.change_password,
            desk.rt,
            desk.passwords,
            me.account.id,
            me.session_id,
            form.get("old", ""),
            new,
        )
    except SignInRefused:
        return visit.page("password.html", 422, problem={"old": _("This is not your password.")})
    desk.patience.succeeded(who)
    return visit.go("/account" if not me.account.must_change_password else home(me.account.role))


async def show_second_factor(visit: Visit) -> Response:
    return await _offer(visit)


async def take_second_factor(visit: Visit) -> Response:
    me = visit.me
    code = (await visit.form()).get("code", "")[:40]
    try:
        codes = await visit.run(accounts.take_second_factor, visit.desk.rt, me.account.id, me.session_id, code)
    except CodeRefused:
        return await _offer(visit, 422, problem=_wrong())
    return visit.page("recovery_codes.html", codes=codes, onward=home(me.account.role))


async def renew_codes(visit: Visit) -> Response:
    me, desk = visit.me, visit.desk
    who = f"code {me.account.id}"
    if desk.patience.wait(who):
        return await _page(visit, 429, problem=_("Too many tries. Wait a minute, then try again."))
    desk.patience.failed(who)
    try:
        codes = await visit.run(
            accounts.renew_recovery_codes, desk.rt, me.account.id, (await visit.form()).get("code", "")[:40]
        )
    except CodeRefused:
        return await _page(visit, 422, problem=_wrong())
    desk.patience.succeeded(who)
    return visit.page("recovery_codes.html", codes=codes, onward="/account")


async def end_session(visit: Visit) -> Response:
    session = visit.request.path_params["session"]
    await visit.run(accounts.end_session, visit.desk.rt, visit.me.account.id, session)
    return visit.go("/account")


async def end_all_sessions(visit: Visit) -> Response:
    await visit.run(accounts.end_all_sessions, visit.desk.rt, visit.me.account.id)
    response = visit.go("/sign-in")
    visit.desk.sessions.end(response)
    return response


async def _page(visit: Visit, status: int = 200, *, problem: str = "") -> Response:
    me, desk = visit.me, visit.desk
    page = await visit.run(accounts.look, desk.rt, me.account.id, me.session_id, desk.sessions.limits)
    return visit.page("account.html", status, page=page, problem=problem)


async def _offer(visit: Visit, status: int = 200, *, problem: str = "") -> Response:
    offered = await visit.run(accounts.offer_second_factor, visit.desk.rt, visit.me.account.id)
    if offered is None:
        return visit.go("/account")
    picture = qr_code(offered.address)
    return visit.page("second_factor.html", status, offered=offered, picture=picture, problem=problem)


def _wrong() -> str:
    return _("That code is wrong, was used before, or has run out. Wait for the next one.")
