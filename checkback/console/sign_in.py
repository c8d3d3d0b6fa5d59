"""Signing in and out: with a password and a second factor, or by the agency's own provider."""

from __future__ import annotations

import math
from datetime import timedelta
from urllib.parse import quote, urlsplit

import structlog
from starlette.responses import RedirectResponse, Response

from checkback.adapters.passwords import DEMO_PASSWORD
from checkback.care.errors import CodeRefused, NotFound, ProviderRefused, SignInRefused
from checkback.care.flows import signing_in
from checkback.care.flows.signing_in import Opened
from checkback.console.desk import Visit
from checkback.console.navigation import home
from checkback.console.speaking import gettext as _

log = structlog.get_logger(__name__)


async def show(visit: Visit) -> Response:
    if visit.signed_in is not None:
        return visit.go(home(visit.signed_in.account.role))
    return await _page(visit, back=visit.request.query_params.get("next", ""))


async def sign_in(visit: Visit) -> Response:
    form = await visit.form()
    login, password = form.get("login", ""), form.get("password", "")
    desk, back = visit.desk, form.get("next", "")
    wait = desk.patience.wait(login)
    if wait:
        return _patiently(await _page(visit, 429, problem=_too_many(wait), login=login, back=back), wait)
    # Counted before the slow check, so that many tries at once are not all free.
    desk.patience.failed(login)
    try:
        if password == DEMO_PASSWORD and not desk.settings.is_demo:
            # Everybody knows it: where real families are it lets nobody in, whoever has it.
            raise SignInRefused
        opened = await desk.password_threads.run(
            signing_in.sign_in, desk.rt, desk.passwords, login, password, visit.browser
        )
    except SignInRefused:
        problem = _("That login and that password do not belong together.")
        return await _page(visit, 403, problem=problem, login=login, back=back)
    desk.patience.succeeded(login)
    return _in(visit, opened, back)


async def show_code(visit: Visit) -> Response:
    if visit.half is None:
        return visit.go("/sign-in")
    return _code_page(visit, back=visit.request.query_params.get("next", ""))


async def take_code(visit: Visit) -> Response:
    """The second step: the authenticator's code, or one of the recovery codes."""
    desk, half = visit.desk, visit.half
    form = await visit.form()
    back = form.get("next", "")
    if half is None:
        return visit.go("/sign-in")
    # A name no login can have.
    who = f"code {half.account.id}"
    wait = desk.patience.wait(who)
    if wait:
        return _patiently(_code_page(visit, 429, problem=_too_many(wait), back=back), wait)
    desk.patience.failed(who)
    try:
        opened = await visit.run(
            signing_in.show_code, desk.rt, half.session_id, form.get("code", "")[:40], visit.browser
        )
    except CodeRefused:
        problem = _("That code is wrong, was used before, or has run out. Wait for the next one.")
        return _code_page(visit, 403, problem=problem, back=back)
    desk.patience.succeeded(who)
    return _in(visit, opened, back)


async def depart(visit: Visit) -> Response:
    """To the provider."""
    provider = visit.desk.provider
    if provider is None:
        raise NotFound
    back = visit.request.query_params.get("next", "")
    try:
        journey = await visit.run(provider.begin)
    except ProviderRefused as refused:
        return await _refused(visit, refused)
    response = RedirectResponse(journey.address, status_code=303)
    visit.desk.sessions.depart(response, journey, _safe(back))
    return response


async def arrive(visit: Visit) -> Response:
    """Back from the provider."""
    provider, left = visit.desk.provider, visit.desk.sessions.arrive(visit.request)
    if provider is None:
        raise NotFound
    try:
        if left is None:
            raise ProviderRefused("this browser has begun no sign-in, or too long ago")
        journey, back = left
        vouched = await visit.run(provider.finish, journey, dict(visit.request.query_params))
        opened = await visit.run(
            signing_in.sign_in_as, visit.desk.rt, vouched.issuer, vouched.subject, vouched.email, visit.browser
        )
    except ProviderRefused as refused:
        return await _refused(visit, refused)
    response = _in(visit, opened, back)
    visit.desk.sessions.forget_journey(response)
    return response


async def sign_out(visit: Visit) -> Response:
    await visit.run(signing_in.sign_out, visit.desk.rt, visit.me.session_id)
    response = visit.go("/sign-in")
    visit.desk.sessions.end(response)
    return response


async def _refused(visit: Visit, refused: ProviderRefused) -> Response:
    log.warning("sign-in.provider-refused", why=str(refused))
    problem = _("Signing in that way did not work. Try again; if it goes on, ask an administrator to add your address.")
    response = await _page(visit, 403, problem=problem)
    visit.desk.sessions.forget_journey(response)
    return response


def _in(visit: Visit, opened: Opened, back: str) -> Response:
    """On to where they wanted to go. Whatever session this browser had before is not this one's."""
    if opened.signed_in.awaits_code:
        response = visit.go(f"/sign-in/code?next={quote(_safe(back))}" if _safe(back) else "/sign-in/code")
    else:
        response = visit.go(_safe(back) or home(opened.signed_in.account.role))
    visit.desk.sessions.begin(response, opened)
    return response


async def _page(visit: Visit, status: int = 200, *, problem: str = "", login: str = "", back: str = "") -> Response:
    settings = visit.desk.settings
    accounts = await visit.run(signing_in.demo_accounts, visit.desk.rt) if settings.is_demo else []
    return visit.page(
        "sign_in.html",
        status,
        problem=problem,
        login=login[:40],
        next=_safe(back),
        accounts=accounts,
        password=DEMO_PASSWORD if settings.is_demo else "",
        provider=settings.oidc_name if visit.desk.provider else "",
    )


def _code_page(visit: Visit, status: int = 200, *, problem: str = "", back: str = "") -> Response:
    return visit.page("sign_in_code.html", status, problem=problem, next=_safe(back))


def _too_many(wait: timedelta) -> str:
    return _("Too many tries. Wait %(seconds)d seconds, then try again.") % {"seconds": _seconds(wait)}


def _patiently(response: Response, wait: timedelta) -> Response:
    response.headers["Retry-After"] = str(_seconds(wait))
    return response


def _seconds(wait: timedelta) -> int:
    return math.ceil(wait.total_seconds())


def _safe(path: str) -> str:
    """A path of our own, or nothing: nobody is sent to another site by a link to the sign-in page."""
    parts = urlsplit(path) if path.startswith("/") and path.isprintable() and "\\" not in path else None
    return path if parts and not parts.netloc and not path.startswith("//") else ""
