"""Keeps other sites' pages out: they may not post to the phones, frame them, or have them load anything foreign."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class SameSiteOnly:
    """Refuses writes a browser sends on behalf of another site, and puts the strict headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif _is_foreign(scope):
            await PlainTextResponse("Only this page may do that.", status_code=403)(scope, receive, send)
        else:
            await self._app(scope, receive, _with_headers(send))


def _is_foreign(scope: Scope) -> bool:
    site = Headers(scope=scope).get("sec-fetch-site", "none")
    return scope["method"] not in ("GET", "HEAD") and site not in ("same-origin", "none")


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = _POLICY
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "no-referrer"
        await send(message)

    return send_with_headers
