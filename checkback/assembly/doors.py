"""The way in, the same for every door: what is not in the table is denied, and what comes in is bounded.

    table = RouteTable([Entry("POST", "/twilio/inbound", receive)], name="gateway")
    serve(table, port=8000)

An endpoint is `async def endpoint(request) -> Response`. By the time it is called the body has been read within its
limits, so `await request.body()` and `await request.form()` do not wait; a flow is run by `await threads.run(flow)`.
"""

from __future__ import annotations

import asyncio
import functools
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ParamSpec, TypeVar

import structlog
import uvicorn
from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

log = structlog.get_logger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]

P = ParamSpec("P")
T = TypeVar("T")

SECURITY_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

# A refused body is read on for a while: closing while the other side still writes would lose it our answer.
_DISCARDED = 16
_LARGEST_HEAD = 16 * 1024
_MOST_CONNECTIONS = 512
_SECONDS_TO_STOP = 10
_TO_HEAD = 10.0


@dataclass(frozen=True)
class Entry:
    """One way in. `path` may hold parameters as Starlette writes them, `/families/{id:uuid}`.

    `body`: how many bytes may come this way, where that is more than elsewhere at the door. `admits` says, by the head
    of the request alone, whether so much is read from who asks.
    """

    method: str
    path: str
    endpoint: Endpoint
    body: int | None = None
    admits: Callable[[Request], Awaitable[bool]] | None = None


@dataclass(frozen=True)
class Limits:
    """What one request may be: bytes of its body, number of header fields, seconds until its body is here."""

    body: int = 64 * 1024
    headers: int = 100
    seconds: float = 10.0


class Threads:
    """Runs flows in threads, never more at once than there are connections to the database.

    One for all the doors of a process.
    """

    def __init__(self, size: int) -> None:
        self._limiter = CapacityLimiter(size)

    async def run(self, flow: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run to the end, even if nobody waits for it any more: a unit of work is not left halfway."""
        return await to_thread.run_sync(functools.partial(flow, *args, **kwargs), limiter=self._limiter)

    async def run_unless_late(self, look: Callable[[], T]) -> T:
        """Run something that changes nothing; whoever is cancelled stops waiting for it at once."""
        return await to_thread.run_sync(look, limiter=self._limiter, abandon_on_cancel=True)


class RouteTable:
    """An ASGI application that knows its entries and nothing else: 404 or 405 without a word for all the rest.

    Args:
        name: the door's, for its log.
        headers: put on every answer that does not set them itself, beside and before SECURITY_HEADERS.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        *,
        name: str,
        limits: Limits | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        known = list(entries)
        self._routes = _routes(known)
        self._larger = {entry.endpoint: entry for entry in known if entry.body is not None}
        self._name = name
        self._limits = limits or Limits()
        self._headers = {**SECURITY_HEADERS, **(headers or {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            try:
                response = await self._answer(scope, receive)
            except ClientDisconnect:
                return
            for header, value in self._headers.items():
                response.headers.setdefault(header, value)
            await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        endpoint, allowed = self._find(scope)
        if endpoint is None:
            return _denied(405, {"Allow": ", ".join(allowed)}) if allowed else _denied(404)
        if _too_much_head(scope, self._limits):
            return _denied(431)
        try:
            body = await _whole_body(receive, await self._limits_of(endpoint, scope))
        except TimeoutError:
            return _denied(408)
        if body is None:
            return _denied(413)
        return await self._called(endpoint, Request(scope, _replayed(body, receive)))

    async def _limits_of(self, endpoint: Endpoint, scope: Scope) -> Limits:
        entry = self._larger.get(endpoint)
        if entry is None or entry.body is None:
            return self._limits
        if entry.admits is not None and not await entry.admits(Request(scope)):
            return self._limits
        return replace(self._limits, body=entry.body)

    async def _called(self, endpoint: Endpoint, request: Request) -> Response:
        try:
            return await endpoint(request)
        except ClientDisconnect:
            raise
        except HTTPException as refusal:
            return Response(status_code=refusal.status_code, headers=refusal.headers)
        except Exception:
            log.exception("door.failed", door=self._name)
            return _denied(500)

    def _find(self, scope: Scope) -> tuple[Endpoint | None, Sequence[str]]:
        allowed: list[str] = []
        for route, endpoints in self._routes:
            match, found = route.matches(scope)
            if match is Match.NONE:
                continue
            if scope["method"] in endpoints:
                scope.update(found)
                return endpoints[scope["method"]], ()
            allowed += endpoints
        return None, sorted(set(allowed))


class PatientNoLonger(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, but a connection whose request does not come to the end of its head is closed."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        cycle: Any = self.cycle  # None before the first head is whole
        if cycle is not None and not cycle.response_complete:
            self._wait_no_more()
        elif self._waiting is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(_TO_HEAD, self.transport.close)

    def _wait_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None


class PortTaken(OSError):
    """The port is not free; `strerror` names it."""


def listen(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A socket that takes connections from now on; port 0 is any free one. Raises PortTaken."""
    try:
        listening = socket.create_server((host, port), backlog=_MOST_CONNECTIONS)
    except OSError as error:
        why = f"port {port} on {host} cannot be listened on: {error.strerror}"
        raise PortTaken(error.errno, why) from None
    # Each connection taken has this from here: without it an answer's end waits some 40 ms for the caller's next word.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def make_server(app: ASGIApp) -> uvicorn.Server:
    """A server for one door, to be run on a socket of `listen`.

    No access log, nothing told about itself, no header of a proxy believed.
    """
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=PatientNoLonger,
            ws="none",
            lifespan="on",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_graceful_shutdown=_SECONDS_TO_STOP,
            h11_max_incomplete_event_size=_LARGEST_HEAD,
        )
    )


def serve(app: ASGIApp, port: int, *, host: str = "127.0.0.1") -> None:
    """Serve until SIGINT or SIGTERM, and let what has begun come to its end. Raises PortTaken."""
    make_server(app).run([listen(port, host)])


def _routes(entries: Iterable[Entry]) -> Sequence[tuple[Route, Mapping[str, Endpoint]]]:
    by_path: dict[str, dict[str, Endpoint]] = {}
    for entry in entries:
        by_path.setdefault(entry.path, {})[entry.method] = entry.endpoint
    return [(Route(path, _unused, methods=list(endpoints)), endpoints) for path, endpoints in by_path.items()]


def _too_much_head(scope: Scope, limits: Limits) -> bool:
    fields: Sequence[tuple[bytes, bytes]] = scope["headers"]
    return len(fields) > limits.headers or sum(len(name) + len(value) for name, value in fields) > _LARGEST_HEAD


async def _unused(request: Request) -> Response:
    """Starlette's route finds; the table itself calls."""
    raise NotImplementedError


def _denied(status: int, headers: Mapping[str, str] | None = None) -> Response:
    # Closed, since the request may not have been read to its end.
    return Response(status_code=status, headers={"Connection": "close", **(headers or {})})


async def _whole_body(receive: Receive, limits: Limits) -> bytes | None:
    """The body, or None if it is too large. Raises TimeoutError, ClientDisconnect."""
    body, length = bytearray(), 0
    async with asyncio.timeout(limits.seconds):
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            chunk: bytes = message.get("body", b"")
            length += len(chunk)
            if length <= limits.body:
                body += chunk
            if not message.get("more_body", False) or length > limits.body * _DISCARDED:
                return bytes(body) if length <= limits.body else None


def _replayed(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again


async def _live(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
