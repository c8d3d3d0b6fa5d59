"""Fault points at which a story stops the house, as a crash would: everything in memory is gone."""

from __future__ import annotations

from collections import Counter


class Crash(BaseException):
    """The process ended here. Not an Exception: nothing in the house may catch it and carry on."""


class CrashingPoints:
    """Keeps the promise of `points.Points`; crashes once, the so-manieth time the named point is reached."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Nothing was reached yet, and no crash is to come."""
        self.reached: list[str] = []
        self._times: Counter[str] = Counter()
        self._crash_at: tuple[str, int] | None = None

    def crash_at(self, name: str, *, time: int = 1) -> None:
        """Crash the next time `name` is reached, or the `time`-th time from now on."""
        self._times[name] = 0
        self._crash_at = (name, time)

    def reach(self, name: str) -> None:
        self.reached.append(name)
        self._times[name] += 1
        if (name, self._times[name]) == self._crash_at:
            self._crash_at = None
            raise Crash(name)
