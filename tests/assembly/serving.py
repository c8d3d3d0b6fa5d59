"""Serves a door on a free port in a thread, and speaks to it as a client does, well or badly."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

import httpx2

from checkback.assembly.doors import RouteTable, listen, make_server


@dataclass(frozen=True)
class Served:
    """A door that stands open."""

    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, **kwargs: object) -> httpx2.Response:
        return httpx2.request(method, self.address + path, timeout=20, trust_env=False, **kwargs)  # type: ignore[arg-type]

    @contextmanager
    def line(self) -> Iterator[socket.socket]:
        """A bare connection, for what no client library would write."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            yield connection


@contextmanager
def served(door: RouteTable) -> Iterator[Served]:
    """The door, open until the end of the indent."""
    server, listener = make_server(door), listen(0)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield Served(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(15)
        listener.close()


def all_of(connection: socket.socket) -> bytes:
    """Everything the other side says until it closes."""
    said = b""
    while chunk := connection.recv(65536):
        said += chunk
    return said


def up_to(connection: socket.socket, end: bytes) -> bytes:
    """What the other side says, up to and with `end`."""
    said = b""
    while not said.endswith(end):
        chunk = connection.recv(65536)
        assert chunk, f"closed after {said!r}"
        said += chunk
    return said
