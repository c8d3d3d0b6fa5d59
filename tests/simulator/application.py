"""An application for the simulator to call: a real server on loopback that keeps every request and answers as told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar
from urllib.parse import parse_qsl

T = TypeVar("T")

PATIENCE = 8.0


@dataclass(frozen=True)
class Heard:
    """One request the simulator made."""

    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"

    @property
    def fields(self) -> dict[str, str]:
        """The form, or what a GET has in its address."""
        said = self.body.decode() if self.method == "POST" else self.path.partition("?")[2]
        return dict(parse_qsl(said, keep_blank_values=True))


@dataclass(frozen=True)
class Reply:
    """How the application answers: a status, a content type and a body, after a while or something that happens."""

    status: int = 204
    content_type: str | None = None
    body: bytes = b""
    after: float = 0.0
    location: str = ""
    until: threading.Event | None = None


@dataclass
class Application:
    """What was heard so far, and what to answer: what stands for the path, else `replies` in their order, then 204."""

    url: str
    heard: list[Heard] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    by_path: dict[str, Reply] = field(default_factory=dict)
    """What is answered at some paths, each time."""

    @property
    def texts(self) -> list[dict[str, str]]:
        return [one.fields for one in self.heard if one.path.startswith("/inbound")]

    @property
    def statuses(self) -> list[str]:
        return [one.fields["MessageStatus"] for one in self.heard if one.path.startswith("/status")]

    def next_reply(self, path: str) -> Reply:
        if (always := self.by_path.get(path.partition("?")[0])) is not None:
            return always
        return self.replies.pop(0) if self.replies else Reply()


def wait_for(look: Callable[[], T], patience: float = PATIENCE) -> T:
    """What `look` sees as soon as it is true; fails when it never is."""
    end = time.monotonic() + patience
    while not (seen := look()):
        if time.monotonic() > end:
            raise AssertionError("it did not happen in time")
        time.sleep(0.01)
    return seen


@contextmanager
def running_application() -> Iterator[Application]:
    """An application that listens on a free port until the block ends."""
    application = Application(url="")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            application.heard.append(Heard(self.path, dict(self.headers.items()), body))
            self._answer(application.next_reply(self.path))

        def do_GET(self) -> None:
            application.heard.append(Heard(self.path, dict(self.headers.items()), b"", "GET"))
            self._answer(application.next_reply(self.path))

        def _answer(self, reply: Reply) -> None:
            time.sleep(reply.after)
            if reply.until is not None:
                reply.until.wait(PATIENCE)
            self.send_response(reply.status)
            if reply.location:
                self.send_header("Location", reply.location)
            if reply.content_type:
                self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the test's own output is the log."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A caller that gave up waiting is part of the story."""

    server = Server(("127.0.0.1", 0), Handler)
    application.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield application
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
