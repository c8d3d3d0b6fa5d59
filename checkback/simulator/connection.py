"""Breaks a connection under a request, as a network does, which no ordinary answer can."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

_PIECES = 20
_NO_LINGER = struct.pack("ii", 1, 0)


class BreakableProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with the connection within reach of the application."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


async def reset(request: Request) -> Response:
    """Cut the connection (the client sees a reset) and return an answer that nobody will get."""
    _abort(request)
    # The server learns of the cut on the loop's next rounds; only then does it swallow the answer quietly.
    await asyncio.sleep(0.01)
    return Response(status_code=204)


async def outwait(request: Request, seconds: float) -> None:
    """Say nothing for that many seconds, or until the client has given up."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (await request.receive())["type"] != "http.disconnect":
                pass


async def trickle(content: bytes, seconds: float) -> AsyncIterator[bytes]:
    """The content in pieces, over that many seconds."""
    size = max(len(content) // _PIECES, 1)
    for start in range(0, len(content), size):
        yield content[start : start + size]
        await asyncio.sleep(seconds * size / len(content))


async def cut(request: Request, content: bytes) -> AsyncIterator[bytes]:
    """The first half of the content, and the connection is cut."""
    yield content[: len(content) // 2]
    # Long enough for the half to leave before the cut.
    await asyncio.sleep(0.05)
    _abort(request)
    await asyncio.sleep(0.01)


def _abort(request: Request) -> None:
    transport: asyncio.Transport = request.scope["state"]["transport"]
    sock: socket.socket = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
