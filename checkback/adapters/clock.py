"""The clocks: the real one, and the one that a demonstration moves forward for every process at once."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

from checkback.care.ports import Clock

__all__ = ["MovableClock", "RealClock"]


class RealClock(Clock):
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class MovableClock(Clock):
    """The machine's clock and the offset in a file, `{"offset_seconds": 3600.0}`, that another process writes.

    No file is no offset. A file that cannot be read as one leaves the offset as it was: time does not jump because
    somebody was caught writing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._seen: tuple[int, int] | None = None
        self._offset = timedelta()

    def now(self) -> datetime:
        with self._lock:
            self._look()
            return datetime.now(UTC) + self._offset

    def _look(self) -> None:
        try:
            found = os.stat(self._path)  # noqa: PTH116 - the one call each moment costs
        except OSError:
            self._seen, self._offset = None, timedelta()
            return
        # The file is replaced whole, so a new one may have the old one's time but not its number.
        seen = (found.st_mtime_ns, found.st_ino)
        if seen != self._seen:
            self._seen, self._offset = seen, _offset_in(self._path, self._offset)


def _offset_in(path: Path, last: timedelta) -> timedelta:
    try:
        return timedelta(seconds=float(json.loads(path.read_text("utf-8"))["offset_seconds"]))
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return last
