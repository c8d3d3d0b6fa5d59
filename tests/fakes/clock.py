"""A clock that stands still until a story moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

#: A Tuesday, ten in the morning in St. Louis.
MORNING = datetime(2026, 3, 3, 16, 0, tzinfo=UTC)


class FrozenClock:
    """Keeps the promise of `ports.Clock`: aware, UTC."""

    def __init__(self, now: datetime = MORNING) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def tick(self, **how_long: float) -> None:
        """Let time pass: `tick(minutes=15)`."""
        self._now += timedelta(**how_long)

    def set(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)
