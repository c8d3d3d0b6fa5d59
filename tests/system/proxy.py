"""A proxy before two gateways: one connection goes here, the next there."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import cycle
from typing import TypeVar

Result = TypeVar("Result")

_TRIED_AGAIN_AFTER = 0.25


@contextmanager
def spread_over(front: int, ports: Sequence[int], holds: float = 0.0) -> Iterator[None]:
    """Pass each connection to `front` on to the next of these ports, as a proxy before two gateways does.

    Where nobody takes it, it is tried again for so many seconds, as `lb_try_duration` in deploy/Caddyfile says.
    """
    loop, turns = asyncio.new_event_loop(), cycle(ports)

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        until = loop.time() + holds
        while True:
            try:
                behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", next(turns))
                break
            except OSError:
                if loop.time() >= until:
                    writer.close()
                    return
                await asyncio.sleep(_TRIED_AGAIN_AFTER)
        await asyncio.gather(_pour(reader, behind_writer), _pour(behind_reader, writer))

    def in_the_loop(work: Coroutine[object, object, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, loop).result(10)

    async def close() -> None:
        server.close()
        await _all_done()

    # The loop lives in its thread from first to last: the test's own thread may hold the loop of a browser.
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = in_the_loop(asyncio.start_server(take, "127.0.0.1", front, backlog=256))
    try:
        yield
    finally:
        in_the_loop(close())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _pour(source: asyncio.StreamReader, into: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await source.read(65536):
            into.write(chunk)
            await into.drain()
    with suppress(OSError):
        into.close()
        await into.wait_closed()


async def _all_done() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
