"""The pace at which texts begin: each has a place of its own, one gap behind the one before it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

_MINUTE = timedelta(minutes=1)


class Places:
    """Which places are taken, numbered by gaps since 1970."""

    def __init__(self) -> None:
        self._next: dict[int, int] = {}

    def free_from(self, place: int) -> int:
        """The first place from this one on that nobody has."""
        passed = []
        while place in self._next:
            passed.append(place)
            place = self._next[place]
        self._next.update(dict.fromkeys(passed, place))  # so that ten thousand behind each other are not walked again
        return place

    def take(self, place: int) -> None:
        """Nobody else gets it."""
        self._next[place] = place + 1


class Queue:
    """Texts that go before those in hand, first come, first served.

    Args:
        gap: how far apart two begin.
        due: how many fall due in which minute, the soonest first.
    """

    def __init__(self, gap: timedelta, due: Mapping[datetime, int] | None = None) -> None:
        self._gap = gap
        self._due = due or {}
        self._minutes = list(self._due)
        self._ends: list[datetime] = []
        free = datetime.min.replace(tzinfo=UTC)
        for minute, many in self._due.items():
            free = max(free, minute) + many * gap
            self._ends.append(free)

    def turn(self, moment: datetime) -> datetime:
        """When one that may go from this moment on has its turn, if all that fall due until then go before it."""
        before = bisect_right(self._minutes, moment)
        return max(moment, self._ends[before - 1]) if before else moment

    def busiest(self) -> int:
        """How many go in the fullest minute."""
        most, left, last = 0, 0, None
        at_most = max(1, int(_MINUTE / self._gap))
        for minute, many in self._due.items():
            if last is not None:
                left = max(0, left - int((minute - last) / _MINUTE) * at_most)
            left, last = left + many, minute
            most = max(most, min(left, at_most))
        return most
