"""Tells everybody who listens that something changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

_HEARTBEAT_SECONDS = 15
_MOST_UNREAD = 1000


class Live:
    """A stream of server-sent events to any number of listeners. Used from one event loop."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[str | None]] = set()
        self._closed = False

    def tell(self, event: str, **data: Any) -> None:
        """Send an event, named `event`, to all who listen now. Who reads too slowly misses it."""
        for listener in self._listeners:
            if listener.qsize() < _MOST_UNREAD:
                listener.put_nowait(f"event: {event}\ndata: {json.dumps(data)}\n\n")

    async def listen(self) -> AsyncIterator[str]:
        """The events from now on, in the wire format, until `close`."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            # A first line at once, so that a listener knows from when on it misses nothing.
            yield "event: listening\ndata: {}\n\n"
            while not self._closed and (line := await _next(queue)) is not None:
                yield line
        finally:
            self._listeners.discard(queue)

    def close(self) -> None:
        """End every stream, so that a server can stop."""
        self._closed = True
        for listener in self._listeners:
            listener.put_nowait(None)


async def _next(queue: asyncio.Queue[str | None]) -> str | None:
    try:
        async with asyncio.timeout(_HEARTBEAT_SECONDS):
            return await queue.get()
    except TimeoutError:
        return ": still here\n\n"
