"""Runs jobs that share a key one after the other, and jobs of different keys side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable

Job = Callable[[], Coroutine[None, None, None]]


class Lanes:
    """Used from one event loop. A job that fails stops nothing behind it; asyncio reports it."""

    def __init__(self) -> None:
        self._last: dict[Hashable, asyncio.Task[None]] = {}
        self._running: set[asyncio.Task[None]] = set()

    def add(self, key: Hashable, job: Job) -> None:
        """Run `job` when every job added before under this key has ended."""
        task = asyncio.create_task(_after(self._last.get(key), job))
        self._last[key] = task
        self._running.add(task)
        task.add_done_callback(lambda done: self._forget(key, done))

    async def close(self) -> None:
        """Cancel whatever has not ended."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _forget(self, key: Hashable, done: asyncio.Task[None]) -> None:
        self._running.discard(done)
        if self._last.get(key) is done:
            del self._last[key]


async def _after(before: asyncio.Task[None] | None, job: Job) -> None:
    if before is not None:
        await asyncio.wait([before])
    await job()
