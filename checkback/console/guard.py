"""In front of every page: where a request comes from, who makes it, whether they may, and what they see if not."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import quote, urlsplit

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from checkback.assembly.doors import Endpoint
from checkback.care.errors import NotFound, StoreUnavailable
from checkback.care.flows import signing_in
from checkback.care.flows.signing_in import SignedIn
from checkback.care.terms import SignInWay
from checkback.console.desk import Desk, Visit
from checkback.console.speaking import gettext as _
from checkback.console.speaking import later, speaking
from checkback.console.ways import Open, Way

log = structlog.get_logger(__name__)

_SAFE = frozenset({"GET", "HEAD"})
_OWN = frozenset({"same-origin", "none"})
_BEARER = "bearer "


class Guard:
    """Stands at the desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._origin = _origin(desk.settings.console_url)

    def door(self, way: Way) -> Endpoint:
        """The endpoint of one way in; whatever happens behind it, the answer is a page."""

        async def endpoint(request: Request) -> Response:
            visit = Visit(self._desk, request, None)
            try:
                if request.method not in _SAFE and self._is_foreign(request):
                    log.warning("console.cross-origin", path=way.path)
                    return _refusal(way, visit, 403, later("This came from somewhere else"), _FOREIGN)
                if way.roles is not Open.TO_MACHINES:
                    visit = await self._visit(request)
                with speaking(visit.language):
                    return await self._admit(way, visit)
            except ClientDisconnect:
                raise
            except NotFound:
                return _refusal(
                    way, visit, 404, later("There is nothing here"), later("This page or entry does not exist.")
                )
            except StoreUnavailable:
                log.error("console.store-unavailable", method=way.method, path=way.path)
                return _refusal(way, visit, 503, _GONE, _NO_RECORDS, {"Retry-After": "5"})
            except Exception:
                log.exception("console.failed", method=way.method, path=way.path)
                return _refusal(way, visit, 500, later("Something went wrong here"), _OUR_FAULT)

        return endpoint

    def admits(self, way: Way) -> Callable[[Request], Awaitable[bool]]:
        """Whether somebody may come this way, by the head of their request; whatever is unclear is no."""

        async def may(request: Request) -> bool:
            if self._is_foreign(request):
                return False
            try:
                found = (await self._visit(request)).signed_in
            except StoreUnavailable:
                return False  # the door itself says so, in a page
            is_theirs = found is not None and not isinstance(way.roles, Open) and found.account.role in way.roles
            return is_theirs and found is not None and self._owed(found) is None

        return may

    async def _admit(self, way: Way, visit: Visit) -> Response:
        if way.roles is Open.TO_MACHINES:
            return await way.page(visit) if self._knows_token(visit.request) else _no_token()
        if isinstance(way.roles, Open):
            return await way.page(visit)
        if visit.signed_in is None:
            return _to_sign_in(visit)
        if visit.signed_in.account.role not in way.roles:
            return _refusal(way, visit, 403, later("This is not for your role"), _NOT_YOURS)
        owed = self._owed(visit.signed_in)
        if owed is not None and not way.while_owing:
            return _to(visit, owed)
        return await way.page(visit)

    def _owed(self, signed_in: SignedIn) -> str | None:
        """The page where they must do something first: choose a password nobody else knows, set up a second factor."""
        if signed_in.how is SignInWay.PROVIDER:
            return None
        if signed_in.account.must_change_password:
            return "/account/password"
        is_weak = self._desk.settings.second_factor and not signed_in.how.is_strong
        return "/account/second-factor" if is_weak else None

    def _is_foreign(self, request: Request) -> bool:
        """Whether another site's page makes a browser send this.

        Browsers say so themselves (https://www.w3.org/TR/fetch-metadata/); older ones send the origin. Who sends
        neither is no browser, and has no cookie that somebody else could use.
        """
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None:
            return site not in _OWN
        origin = request.headers.get("Origin")
        return origin is not None and origin != self._origin

    def _knows_token(self, request: Request) -> bool:
        given = request.headers.get("Authorization", "")
        ours = self._desk.settings.api_token.get_secret_value()
        is_bearer = given[: len(_BEARER)].lower() == _BEARER
        return hmac.compare_digest(given[len(_BEARER) :].strip().encode(), ours.encode()) and is_bearer

    async def _visit(self, request: Request) -> Visit:
        desk = self._desk
        visit = Visit(desk, request, None)
        token = desk.sessions.token(request)
        if token is None:
            return visit
        # A page that is only left open asks for news by itself; that does not keep a session alive.
        found = await desk.threads.run(
            signing_in.still_in, desk.rt, token, desk.sessions.limits, is_use=not visit.is_partial
        )
        if found is not None and found.awaits_code:
            return Visit(desk, request, None, half=found)
        return Visit(desk, request, found)


def _to(visit: Visit, path: str) -> Response:
    if visit.is_partial:
        return Response(status_code=401, headers={"HX-Redirect": path})
    return RedirectResponse(path, status_code=303)


def _to_sign_in(visit: Visit) -> Response:
    if visit.is_partial:
        return _to(visit, "/sign-in")
    is_page = visit.request.method in _SAFE and visit.request.url.path != "/"
    back = f"?next={quote(visit.request.url.path)}" if is_page else ""
    return RedirectResponse(f"/sign-in{back}", status_code=303)


def _refusal(
    way: Way, visit: Visit, status: int, title: str, words: str, headers: Mapping[str, str] | None = None
) -> Response:
    if way.path.startswith("/api/"):
        response: Response = JSONResponse({"problems": {"request": title.lower()}}, status)
    else:
        with speaking(visit.language):
            response = visit.page("refusal.html", status, title=_(title), words_=_(words))
    response.headers.update(headers or {})
    return response


def _no_token() -> Response:
    problems = {"authorization": "send the header Authorization: Bearer and the API token"}
    return JSONResponse({"problems": problems}, 401, headers={"WWW-Authenticate": "Bearer"})


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


_NO_PAGE = later("This page or entry does not exist.")
_GONE = later("We cannot reach our records")
_NO_RECORDS = later(
    "Nothing you entered was kept. Texts that come in are kept and read for distress all the same. "
    "Try again in a moment; if somebody may be in danger, do not wait for this page: call."
)
_OUR_FAULT = later("It is our fault and it was noted. What you entered may not have been kept. Go back and look.")
_FOREIGN = later("A form on another site tried to act in your name. Nothing was done. Use the pages here.")
_NOT_YOURS = later("You are signed in, but this page is for others. Ask your coordinator if you need it.")
