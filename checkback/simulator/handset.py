"""A phone in a call: what its holder hears, the keys they press, and whether they pick up or put down."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

KEYS = frozenset("0123456789*#")


class Manner(StrEnum):
    """What happens when a phone is called."""

    HAND = "hand"
    """It rings until somebody who holds it picks up, on the page or through the control door."""
    ANSWERS = "answers"
    VOICEMAIL = "voicemail"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    """Nobody picks up, and the time for which it would ring is over at once."""
    FAILED = "failed"


@dataclass(frozen=True)
class Line:
    """One line of a call: what was said to the phone, or which keys were pressed on it."""

    at: datetime
    words: str
    by_holder: bool = False


class Handset:
    """One end of one call. Used from one event loop."""

    def __init__(self, now: Callable[[], datetime], tell: Callable[[], None]) -> None:
        self.heard: list[Line] = []
        self.keys: deque[str] = deque()
        self.waits_for_keys = False
        self.is_picked_up = False
        self.is_put_down = False
        self.is_voicemail = False
        self.has_new_script = False
        self.callbacks_told = 0
        self._now = now
        self._tell = tell

    @property
    def is_settled(self) -> bool:
        """Whether it rings no longer."""
        return self.is_picked_up or self.is_put_down

    @property
    def is_interrupted(self) -> bool:
        """Whether what is played to it has to end."""
        return self.is_put_down or self.has_new_script

    def hear(self, words: str) -> None:
        self.heard.append(Line(self._now(), words))
        self._tell()

    def press(self, keys: str) -> None:
        self.heard.append(Line(self._now(), keys, by_holder=True))
        self.keys.extend(keys)
        self._tell()

    def wait_for_keys(self, *, waits: bool) -> None:
        """From now on keys count, or no longer. What was pressed before is lost, as on any call."""
        self.keys.clear()
        self.waits_for_keys = waits
        self._tell()

    def pick_up(self) -> None:
        self.is_picked_up = True

    def put_down(self) -> None:
        self.is_put_down = True
