"""An assistant over HTTP that understands a few plain words at once, and fails in whichever way a test says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from uuid import UUID

from bot.directives import block
from checkback.care.ports import Turn, TurnContext
from checkback.care.terms import Language, SafetyMode
from tests.fakes import FakeAssistant

TOKEN = "a-token-for-the-stand-in"
_LONGEST_SILENCE = 60.0


class StandIn(ThreadingHTTPServer):
    """Stands where the Rasa server would. `mood` is well, half (an answer without blocks), error, empty or hangs."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mood = "well"
        self.failures = 0
        self.over = Event()
        self.understanding = FakeAssistant()

    @property
    def settings(self) -> dict[str, str]:
        """What a house is told to talk with it."""
        url = f"http://127.0.0.1:{self.server_port}"
        return {"CHECKBACK_ASSISTANT_URL": url, "CHECKBACK_ASSISTANT_TOKEN": TOKEN}

    @property
    def asked(self) -> list[str]:
        """The texts of the turns that moved something."""
        return self.understanding.asked

    @contextmanager
    def in_mood(self, mood: str) -> Iterator[None]:
        self.mood, self.failures = mood, 0
        try:
            yield
        finally:
            self.mood = "well"


@contextmanager
def standing_in() -> Iterator[StandIn]:
    """A stand-in that answers until the end of the indent."""
    server = StandIn()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join(10)
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: StandIn

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self._answer(401, b"{}")
        elif self.server.mood == "half":
            whole = _turn(self.server.understanding, self.path, said)
            self._answer(200, json.dumps({name: each for name, each in whole.items() if name != "blocks"}).encode())
        elif self.server.mood != "well":
            self._fail(self.server.mood)
        elif self.path.endswith("/forget"):
            self.server.understanding.forget(UUID(said["conversation_id"]))
            self._answer(204, b"")
        else:
            self._answer(200, json.dumps(_turn(self.server.understanding, self.path, said)).encode())

    def _fail(self, mood: str) -> None:
        self.server.failures += 1
        if mood == "error":
            self._answer(500, b'{"error": "Broken"}')
        elif mood == "empty":
            self._answer(200, b"")
        else:
            self.server.over.wait(_LONGEST_SILENCE)

    def log_message(self, format: str, *args: Any) -> None:
        """It says nothing."""

    def _answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _turn(understanding: FakeAssistant, path: str, said: dict[str, Any]) -> dict[str, Any]:
    context = TurnContext(Language(said["language"]), SafetyMode(said["mode"]), said.get("asked"))
    conversation_id, turn_id = UUID(said["conversation_id"]), UUID(said["turn_id"])
    if path.endswith("/start"):
        turn = understanding.start_check_in(conversation_id, turn_id, context)
    else:
        turn = understanding.converse(conversation_id, turn_id, said["text"], context)
    return {"turn_id": said["turn_id"], **_as_json(turn)}


def _as_json(turn: Turn) -> dict[str, Any]:
    intent = {"name": turn.intent, "confidence": turn.confidence}
    return {"intent": intent, "blocks": [block(each) for each in turn.blocks], "repeated": False}
