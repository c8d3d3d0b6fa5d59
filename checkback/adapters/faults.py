"""Makes the house crash, wait or fail at its named points, as a line of text says; for the demonstration and tests.

    inbound.receive-text.before-commit=crash
    carrier.send.after=delay:2
    assistant.converse.before@3=fail

Several are separated by commas. `@3` is the third time only; without it, every time.
"""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from checkback.care.points import Points

_KILLED = 137
_LINE = re.compile(
    r"(?P<point>[a-z][a-z0-9.-]*)(?:@(?P<time>[1-9][0-9]*))?=(?P<what>crash|fail|delay:(?P<seconds>[0-9]+(?:\.[0-9]+)?))"
)


class PointFailed(Exception):
    """A test asked for a failure at this point."""


@dataclass(frozen=True)
class Fault:
    """What happens at a point, the `time`-th time it is reached or every time."""

    point: str
    what: str
    time: int | None = None
    seconds: float = 0.0

    def befall(self) -> None:
        if self.what == "crash":
            os._exit(_KILLED)  # nothing is flushed, closed or rolled back, as with kill -9
        if self.what == "fail":
            raise PointFailed(self.point)
        time.sleep(self.seconds)


class ScriptedPoints(Points):
    """Points at which what `script` says happens. Raises ValueError naming the entry that cannot be read."""

    def __init__(self, script: str) -> None:
        self._faults = read_script(script)
        self._reached: Counter[str] = Counter()
        self._lock = Lock()

    def reach(self, name: str) -> None:
        with self._lock:
            self._reached[name] += 1
            times = self._reached[name]
        for fault in self._faults:
            if fault.point == name and fault.time in (None, times):
                fault.befall()


def read_script(script: str) -> Sequence[Fault]:
    """The faults of a script. Raises ValueError naming the entry that cannot be read."""
    return [_fault(entry) for entry in script.replace(" ", "").split(",") if entry]


def _fault(entry: str) -> Fault:
    found = _LINE.fullmatch(entry)
    if found is None:
        raise ValueError(f"'{entry}': write point=crash, point=fail or point=delay:SECONDS, with @N after the point")
    which = int(found["time"]) if found["time"] else None
    return Fault(found["point"], found["what"].partition(":")[0], which, float(found["seconds"] or 0))
