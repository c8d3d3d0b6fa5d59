"""The assistant as it runs: real servers on free ports of this machine, a database of their own, logs on disk."""

from __future__ import annotations

import base64
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests

ROOT = Path(__file__).parents[2]
READY_WITHIN = 240


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Server:
    """A process of ours that answers on a health address once it is ready."""

    module: str
    health: str
    log: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        self._wait()

    def kill(self) -> None:
        """As a crash does it: no goodbye."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    @contextmanager
    def asleep(self) -> Iterator[None]:
        """It keeps its port and says nothing."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=30)
            self.process = None

    def _wait(self) -> None:
        late = time.monotonic() + READY_WITHIN
        while time.monotonic() < late:
            assert self.process is not None
            assert self.process.poll() is None, f"{self.module} ended: see {self.log}"
            try:
                if requests.get(self.health, timeout=2).ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.2)
        raise AssertionError(f"{self.module} is not ready: see {self.log}")


@dataclass
class House:
    """Both servers and the door to them."""

    folder: Path
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    port: int = field(default_factory=free_port)
    actions_port: int = field(default_factory=free_port)
    level: str = "DEBUG"

    def __post_init__(self) -> None:
        environment = {
            **os.environ,
            "CHECKBACK_ASSISTANT_TOKEN": self.token,
            "CHECKBACK_ASSISTANT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "CHECKBACK_ASSISTANT_DATABASE": f"sqlite:///{self.database}",
            "CHECKBACK_ASSISTANT_PORT": str(self.port),
            "CHECKBACK_ACTIONS_TOKEN": secrets.token_urlsafe(24),
            "CHECKBACK_ACTIONS_PORT": str(self.actions_port),
            "CHECKBACK_ACTIONS_URL": f"http://127.0.0.1:{self.actions_port}/webhook",
            "LOG_LEVEL": self.level,
        }
        self.assistant = Server("bot.serve", f"{self.door}/", self.folder / "assistant.log", environment)
        self.actions = Server(
            "bot.action_server",
            f"http://127.0.0.1:{self.actions_port}/health",
            self.folder / "actions.log",
            environment,
        )

    @property
    def database(self) -> Path:
        return self.folder / "assistant.sqlite3"

    @property
    def door(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhooks/checkback"

    def post(self, what: str, body: Any, token: str | None = None) -> requests.Response:
        bearer = {"Authorization": f"Bearer {self.token if token is None else token}"}
        return requests.post(f"{self.door}/{what}", json=body, headers=bearer, timeout=20)

    def meet(self, language: str = "en") -> Family:
        return Family(self, language)


@dataclass
class Family:
    """One conversation, told to the assistant the way the application does."""

    house: House
    language: str = "en"
    asked: str | None = None
    id: str = field(default_factory=lambda: str(uuid4()))

    def body(self, **more: Any) -> dict[str, Any]:
        turn = {"turn_id": str(uuid4()), "conversation_id": self.id, "language": self.language, "mode": "safe"}
        return {**turn, **more}

    def texts(self, text: str, *, asked: str | None = None, turn_id: str | None = None) -> dict[str, Any]:
        """The answer to a text, given what we asked last; a question in the answer is what was asked from then on."""
        body = self.body(text=text, asked=asked or self.asked)
        return self._told("turn", {**body, "turn_id": turn_id or body["turn_id"]})

    def is_checked_on(self, *, turn_id: str | None = None) -> dict[str, Any]:
        body = self.body()
        return self._told("start", {**body, "turn_id": turn_id or body["turn_id"]})

    def _told(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        reply = self.house.post(what, body)
        assert reply.status_code == 200, reply.text
        answer: dict[str, Any] = reply.json()
        self.asked = next((b["say"] for b in reversed(answer["blocks"]) if b.get("say") in QUESTIONS), self.asked)
        return answer


QUESTIONS = ("check_in.opening", "need.ask", "need.which", "callback.ask")
