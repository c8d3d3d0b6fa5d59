"""A proxy that can hold its breath: connections stay open, and nothing passes until it breathes again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Pausing:
    """Passes bytes both ways between whoever connects and one server, except while it is paused."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._server = server
        self._breathes = threading.Event()
        self._breathes.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._listener]
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._take, daemon=True).start()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Until the end of the indent the server neither answers nor refuses."""
        self._breathes.clear()
        try:
            yield
        finally:
            self._breathes.set()

    def close(self) -> None:
        self._breathes.set()
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _take(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                behind = socket.create_connection(self._server)
                self._open += [client, behind]
                for source, into in ((client, behind), (behind, client)):
                    threading.Thread(target=self._pour, args=(source, into), daemon=True).start()

    def _pour(self, source: socket.socket, into: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(65536):
                self._breathes.wait()
                into.sendall(chunk)
        with suppress(OSError):
            into.shutdown(socket.SHUT_WR)


@contextmanager
def pausing(host: str, port: int) -> Iterator[Pausing]:
    """A proxy before this server, until the end of the indent."""
    proxy = Pausing((host, port))
    try:
        yield proxy
    finally:
        proxy.close()
