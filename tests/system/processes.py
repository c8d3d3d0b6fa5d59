"""Processes of the house, each started, killed and stopped as the operating system does it, on free ports."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 120.0
LOOK_EVERY = 0.1
HEALTH_OFFSET = 1000
#: Below the range from which the machine gives ports to clients, or one of them would sit on ours.
_PORTS = range(20_000, 31_000)
_given: set[int] = set()
# A process of ours ends with the one that started it, even when that one is killed.
_TIED = ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []


def free_port() -> int:
    """A port nobody listens on, nor on the one a thousand above, where health is told; never given twice."""
    while True:
        port = random.choice(_PORTS)  # noqa: S311 - no secret in it
        if _is_free(port) and _is_free(port + HEALTH_OFFSET):
            _given.update((port, port + HEALTH_OFFSET))
            return port


def _is_free(port: int) -> bool:
    if port in _given:
        return False
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def listens(port: int) -> bool:
    """Whether somebody takes connections on this port."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(what: str, look: Callable[[], object], within: float = 40.0) -> None:
    """Look again and again until it is so; fails naming `what` when it is not in time."""
    assert comes(look, within), f"not seen within {within:.0f} s: {what}"


def comes(look: Callable[[], object], within: float) -> bool:
    """Look again and again; whether it is so in time."""
    deadline = time.monotonic() + within
    while not look():
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_EVERY)
    return True


@dataclass
class Process:
    """One process: `checkback serve <serves>`, under a name of its own when there are two."""

    name: str
    serves: str
    port: int
    ready_at: str
    log: Path
    environment: Mapping[str, str]
    running: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        return self.running is not None and self.running.poll() is None

    def start(self) -> None:
        """Start it; `wait_until_ready` says when it can work."""
        command = [*_TIED, sys.executable, "-m", "checkback.cli", "serve", self.serves]
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not (listens(self.port) or self.serves in ("worker", "scheduler")) or not self._is_well():
            assert self.is_running, f"{self.name} ended: {self.last_words}"
            assert time.monotonic() < deadline, f"{self.name} is not ready: {self.last_words}"
            time.sleep(LOOK_EVERY)

    def kill(self) -> None:
        """As a crash, or the out-of-memory killer, does it: no goodbye."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As a deploy does it."""
        self._end(signal.SIGTERM)

    def ended(self, within: float = 20.0) -> int:
        """The exit code, once it has ended by itself."""
        assert self.running is not None
        return self.running.wait(within)

    @contextmanager
    def asleep(self) -> Iterator[None]:
        """It keeps its ports and says nothing, as a process that hangs."""
        assert self.running is not None
        self.running.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.running.send_signal(signal.SIGCONT)

    @property
    def last_words(self) -> str:
        return self.log.read_text("utf-8", "replace")[-800:] if self.log.exists() else ""

    def _is_well(self) -> bool:
        try:
            return httpx2.get(self.ready_at, timeout=2.0, trust_env=False).is_success
        except httpx2.HTTPError:
            return False

    def _end(self, how: signal.Signals) -> None:
        if self.running is None:
            return
        if self.running.poll() is None:
            self.running.send_signal(how)
        try:
            self.running.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait(20)
        self.running = None
