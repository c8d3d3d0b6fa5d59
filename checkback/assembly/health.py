"""Each process says on a port of its own whether it can do its work, and what it has counted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from threading import Thread

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from checkback.assembly.doors import Entry, RouteTable, Threads, listen, make_server

Check = Callable[[], None]

_SECONDS_PER_CHECK = 5.0
_SECONDS_TO_STOP = 5.0


class HealthServer:
    """`GET /health` and `GET /metrics` of one process, on loopback, in a thread that dies with the process.

    Args:
        name: the process, e.g. `worker`.
        port: its port + 1000 by custom; 0 takes a free one, see `address`.
        checks: each by a name; one that raises, or says nothing for five seconds, is a failure.
    """

    def __init__(self, name: str, port: int, checks: Mapping[str, Check]) -> None:
        self._name = name
        self._checks = dict(checks)
        self._threads = Threads(size=4)
        self._port = port
        table = RouteTable([Entry("GET", "/health", self._health), Entry("GET", "/metrics", _metrics)], name="health")
        self._server = make_server(table)
        self._thread: Thread | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Serve in the background. Raises PortTaken."""
        listener = listen(self._port)
        self._port = listener.getsockname()[1]
        self._thread = Thread(target=self._server.run, args=([listener],), name=f"{self._name}-health", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(_SECONDS_TO_STOP)

    async def _health(self, request: Request) -> Response:
        failures = {name: failure for name, check in self._checks.items() if (failure := await self._failure(check))}
        told = {"process": self._name, "status": "failing" if failures else "ok", "failing": failures}
        return JSONResponse(told, status_code=503 if failures else 200)

    async def _failure(self, check: Check) -> str | None:
        """The name of what went wrong; never its words, which may hold an address or a key."""
        try:
            async with asyncio.timeout(_SECONDS_PER_CHECK):
                await self._threads.run_unless_late(check)
        except Exception as error:
            return type(error).__name__
        return None


async def _metrics(request: Request) -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
