"""Guessing passwords is slow: after a few failures for one login, each next try has to wait longer."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from checkback.care.ports import Clock

FREE = 3
LONGEST = timedelta(minutes=1)
_REMEMBERED = 10_000


@dataclass(frozen=True)
class _Failures:
    count: int
    next_at: datetime


class Patience:
    """Failures by login, known or not, in the memory of this process; a restart forgets them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def wait(self, login: str) -> timedelta:
        """How long until this login may be tried; zero when it may be now."""
        known = self._failures.get(_folded(login))
        return max(known.next_at - self._clock.now(), timedelta()) if known else timedelta()

    def failed(self, login: str) -> None:
        """One more try was wrong."""
        name = _folded(login)
        known = self._failures.pop(name, None)
        count = known.count + 1 if known else 1
        wait = min(timedelta(seconds=2.0 ** min(count - FREE, 10)), LONGEST) if count >= FREE else timedelta()
        self._failures[name] = _Failures(count, self._clock.now() + wait)
        if len(self._failures) > _REMEMBERED:
            self._failures.popitem(last=False)

    def succeeded(self, login: str) -> None:
        """The right password forgives."""
        self._failures.pop(_folded(login), None)


def _folded(login: str) -> str:
    return login.strip().lower()[:100]
