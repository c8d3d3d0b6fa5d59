"""A look-up that knows what a story tells it, and counts what it was asked."""

from __future__ import annotations

from datetime import date

from checkback.care.errors import LookupUnavailable
from checkback.care.ports import Reassigned


class FakeLookup:
    """Keeps the promise of `ports.Lookup`: of a number that no story told it of, it has no data."""

    def __init__(self) -> None:
        self.knows: dict[str, Reassigned] = {}
        self.asked: list[tuple[str, date]] = []
        self.is_down = False

    def reassigned(self, number: str, since: date) -> Reassigned:
        self.asked.append((number, since))
        if self.is_down:
            raise LookupUnavailable
        return self.knows.get(number, Reassigned.UNKNOWN)
