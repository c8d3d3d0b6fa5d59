"""A server that does exactly what a test says with each connection: answer, trickle, hang up, or stay silent."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from urllib.parse import parse_qs, urlsplit

Doing = Callable[[socket.socket, Event], None]


@dataclass(frozen=True)
class Asked:
    """One request as it came over the wire."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode(), keep_blank_values=True)

    @property
    def json(self) -> dict[str, object]:
        said: dict[str, object] = json.loads(self.body)
        return said


@dataclass
class ScriptedServer:
    """What was asked so far, and where to ask."""

    port: int
    asked: list[Asked] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def scripted(*script: Doing) -> Iterator[ScriptedServer]:
    """Serve one connection after the other; the last entry of the script goes on for ever."""
    listener = socket.create_server(("127.0.0.1", 0))
    server, over = ScriptedServer(listener.getsockname()[1]), Event()
    thread = Thread(target=_serve, args=(listener, server, script, over), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        over.set()
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", server.port), 1).close()  # wakes the accept
        thread.join(5)
        listener.close()


def answers(status: int, body: object = b"", **headers: str) -> Doing:
    """A whole answer; anything but bytes as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {"Content-Length": str(len(content)), "Connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = f"HTTP/1.1 {status} So\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return lambda connection, _: connection.sendall(head.encode() + b"\r\n" + content)


def breaks_off(connection: socket.socket, _: Event) -> None:
    """The request is read, then the connection is reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hangs(_: socket.socket, over: Event) -> None:
    """The request is read, and nothing is ever said."""
    over.wait(30)


def trickles(connection: socket.socket, over: Event) -> None:
    """An answer that never stops coming, a byte at a time: no single read ever times out."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Slow: ")
    with suppress(OSError):
        while not over.wait(0.05):
            connection.sendall(b"x")


def floods(connection: socket.socket, _: Event) -> None:
    """An answer with no end, as fast as it is read."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    with suppress(OSError):
        while True:
            connection.sendall(b" " * 65536)


def _serve(listener: socket.socket, server: ScriptedServer, script: tuple[Doing, ...], over: Event) -> None:
    served = 0
    while not over.is_set():
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            asked = _read(connection)
            if asked is not None:
                server.asked.append(asked)
                script[min(served, len(script) - 1)](connection, over)
                served += 1


def _read(connection: socket.socket) -> Asked | None:
    connection.settimeout(10)
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return None
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    method, target, _ = first.split(" ")
    return Asked(method, target, headers, body)
