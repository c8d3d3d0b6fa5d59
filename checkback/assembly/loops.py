"""A loop that works through what is due, in a thread of its own, and outlives whatever one round throws."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from prometheus_client import Counter, Gauge

from checkback.care.errors import StoreUnavailable
from checkback.care.flows.due import Tally

log = structlog.get_logger(__name__)

_ROUNDS = Counter("checkback_rounds", "Rounds of a loop", ["loop"])
_DONE = Counter("checkback_done", "Rows a loop worked through", ["loop"])
_FAILED = Counter("checkback_failed", "Rows and rounds that failed", ["loop"])
_LAST = Gauge("checkback_last_round_timestamp_seconds", "When a loop last finished a round", ["loop"])

#: After a round that failed as a whole, e.g. because the database is gone.
_PAUSE = 1.0


@dataclass(frozen=True)
class Loop:
    """`work` is called again at once while it did something, and every `every` seconds when there was nothing to do."""

    name: str
    work: Callable[[], Tally | bool]
    every: float

    def run(self, stop: threading.Event) -> None:
        """Go on until told to stop. What is under way is finished first."""
        while not stop.is_set():
            stop.wait(0 if self.round() else self.every)

    def round(self) -> bool:
        """One round; whether it did something. A round that fails is counted, and says so."""
        try:
            did = self.work()
        except Exception as error:  # the loop answers for whatever a round throws; the next round is due
            _FAILED.labels(self.name).inc()
            reason = "database-gone" if isinstance(error, StoreUnavailable) else type(error).__name__
            log.error("loop.failed", loop=self.name, error=reason)
            threading.Event().wait(_PAUSE)
            return False
        _ROUNDS.labels(self.name).inc()
        _LAST.labels(self.name).set_to_current_time()
        if isinstance(did, Tally):
            _DONE.labels(self.name).inc(did.done)
            _FAILED.labels(self.name).inc(did.failed)
            return did.done > 0
        _DONE.labels(self.name).inc(int(did))
        return did


def run_until_stopped(loops: Sequence[Loop], stop: threading.Event) -> None:
    """Run each loop in a thread of its own until `stop`; then wait for what is under way."""
    threads = [threading.Thread(target=loop.run, args=(stop,), name=loop.name) for loop in loops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def in_background(loops: Sequence[Loop]) -> Iterator[None]:
    """Run the loops beside whatever is done inside the indent."""
    stop = threading.Event()
    beside = threading.Thread(target=run_until_stopped, args=(loops, stop))
    beside.start()
    try:
        yield
    finally:
        stop.set()
        beside.join()
