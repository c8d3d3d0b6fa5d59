"""A clock that can be moved forward, shared with other processes through a small file."""

from __future__ import annotations

import json
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

_FARTHEST = timedelta(days=3650)


class ClockRunsForward(Exception):
    """The clock is never moved back: what was sent would lie in the future."""


class MovableClock:
    """Real time plus the offset in the file; without a file the offset is this process's own."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._offset = timedelta()

    def now(self) -> datetime:
        """The moment, aware and in UTC."""
        return datetime.now(UTC) + self.offset()

    def offset(self) -> timedelta:
        """How far this clock is ahead of real time. Read anew each time, since another process may have moved it."""
        if self._file is None:
            return self._offset
        try:
            said = self._file.read_text("utf-8")
        except FileNotFoundError:
            return timedelta()
        return _read_offset(said)

    def advance(self, by: timedelta) -> None:
        """Move forward by `by`. Raises ClockRunsForward when it is negative, ValueError when it is too far."""
        if by < timedelta():
            raise ClockRunsForward
        offset = self.offset() + by
        if offset > _FARTHEST:
            raise ValueError("the clock can be at most ten years ahead")
        self._keep(offset)

    def set(self, moment: datetime) -> None:
        """Make it `moment`. Raises as `advance`, ClockRunsForward when the moment has passed already."""
        self.advance(moment - self.now())

    def _keep(self, offset: timedelta) -> None:
        self._offset = offset
        if self._file is not None:
            _write_whole(self._file, json.dumps({"offset_seconds": offset.total_seconds()}))


def _read_offset(said: str) -> timedelta:
    try:
        return timedelta(seconds=float(json.loads(said)["offset_seconds"]))
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError('the clock file must hold {"offset_seconds": <a number>}') from error


def _write_whole(file: Path, text: str) -> None:
    """Write so that a reader sees the old text or the new one, never half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.name, suffix=".new")
    with os.fdopen(handle, "w", encoding="utf-8") as new:
        new.write(text)
    Path(name).replace(file)
