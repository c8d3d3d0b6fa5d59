"""How long the gateway waits for the database: the carrier waits fifteen seconds, then the text is lost to us."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from checkback.assembly.doors import Threads
from checkback.care.errors import StoreUnavailable

#: For the database, and after that for the disk; together well within what the carrier waits.
FOR_DATABASE, FOR_DISK = 6.0, 5.0
_DISK_THREADS = 2

T = TypeVar("T")


class Hangs(Exception):
    """The database has not answered in time, or is known not to answer others. What was begun goes on."""


class Patience:
    """Runs a unit of work in a thread, as many at once as there are connections, and waits for it only so long.

    A unit of work is never broken off: should it end well after all, what was kept on disk meanwhile is known by its
    carrier's id and kept once.
    """

    def __init__(self, connections: int, for_database: float = FOR_DATABASE, for_disk: float = FOR_DISK) -> None:
        self._database, self._disk = Threads(connections), Threads(_DISK_THREADS)
        self._for_database, self._for_disk = for_database, for_disk
        self._under_way: dict[object, float] = {}

    async def with_database(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises. Raises Hangs."""
        if self._database_hangs():
            raise Hangs
        mark = object()
        task = asyncio.create_task(self._database.run(self._watched, mark, work))
        done, _ = await asyncio.wait({task}, timeout=self._for_database)
        if done:
            return task.result()
        if mark not in self._under_way and not task.done():
            task.cancel()  # it has not begun: it waits for a thread
        task.add_done_callback(_let_go)
        raise Hangs

    async def with_disk(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises. Raises StoreUnavailable when the disk hangs too."""
        try:
            async with asyncio.timeout(self._for_disk):
                return await self._disk.run_unless_late(work)
        except TimeoutError as error:
            raise StoreUnavailable from error

    def _watched(self, mark: object, work: Callable[[], T]) -> T:
        self._under_way[mark] = time.monotonic()
        try:
            return work()
        finally:
            del self._under_way[mark]

    def _database_hangs(self) -> bool:
        """Whether some unit of work has been under way for longer than anybody waits."""
        latest = time.monotonic() - self._for_database
        return any(began < latest for began in list(self._under_way.values()))


def _let_go(task: asyncio.Task[T]) -> None:
    """Nobody waits for it any more: what it raised was seen to by keeping the text on disk."""
    if not task.cancelled():
        task.exception()
