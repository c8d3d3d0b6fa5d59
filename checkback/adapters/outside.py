"""One HTTP call to the outside: a whole answer within a deadline and a size, or word of how far the call came."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlsplit

import httpx2

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class NotSent(Exception):
    """Nothing of the call left this machine."""


class NoAnswer(Exception):
    """The call went out, and no whole answer came back."""


@dataclass(frozen=True)
class Limits:
    """How long a call may take, in seconds, and how many bytes its answer may have."""

    connect: float = 5.0
    total: float = 15.0
    largest_answer: int = 256 * 1024


@dataclass(frozen=True)
class Call:
    """A request, whole. What it says is kept out of its repr."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Answer:
    """An answer, whole."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)


def is_loopback(url: str) -> bool:
    """Whether this address never leaves the machine."""
    return urlsplit(url).hostname in LOOPBACK


def call(request: Call, limits: Limits) -> Answer:
    """Make the call once. It is never repeated here, and a redirect is an answer.

    A connection of its own for each call: one kept open may be closed by the other side just as we write, and then
    nobody can say whether the call was taken. A loop of its own: cancelling is the only way to end a call whose
    answer trickles in byte by byte.

    Raises:
        NotSent: the name, the connection or its encryption failed.
        NoAnswer: the deadline passed, the connection broke, or the answer was too large.
    """
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(_call(request, limits))
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()  # unlike asyncio.run it does not wait for a name server that hangs


async def _call(request: Call, limits: Limits) -> Answer:
    # The vendor's exceptions hold the request, and with it the words and the number; none of them goes on from here.
    try:
        async with asyncio.timeout(limits.total):
            return await _exchange(request, limits)
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError, httpx2.UnsupportedProtocol):
        raise NotSent from None
    except (httpx2.HTTPError, TimeoutError):
        raise NoAnswer from None


async def _exchange(request: Call, limits: Limits) -> Answer:
    local = is_loopback(request.url)
    timeout = httpx2.Timeout(limits.total, connect=limits.connect)
    async with (
        # A proxy named in the environment is for the world, not for this machine.
        httpx2.AsyncClient(verify=_trust(), trust_env=not local, timeout=timeout) as client,
        client.stream(request.method, request.url, headers=request.headers, content=request.content) as response,
    ):
        content = bytearray()
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > limits.largest_answer:
                raise NoAnswer
        return Answer(response.status_code, response.headers, bytes(content))


@cache
def _trust() -> ssl.SSLContext:
    # Reading the certificates takes longer than most calls.
    return httpx2.create_ssl_context()
