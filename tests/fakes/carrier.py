"""A carrier that takes texts, or does what a story tells it to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime

from checkback.care.errors import SendFailed, SendUnclear
from checkback.care.points import NoFaults, Points
from checkback.care.ports import Clock, OutgoingText


class FakeCarrier:
    """Keeps the promise of `ports.Carrier`. `taken` is what arrived, in order; it outlives a crash of the house."""

    def __init__(self, clock: Clock, points: Points | None = None) -> None:
        self._clock = clock
        self.points = points or NoFaults()
        self.taken: list[OutgoingText] = []
        self._taken_at: dict[str, datetime] = {}
        self._next: deque[Callable[[OutgoingText], None]] = deque()
        self.refuses_numbers: dict[str, SendFailed] = {}
        self.is_down = False
        """Nobody answers: nothing is taken, and the carrier says so by refusing to connect."""
        self.redacted: list[str] = []
        self.keeps_words_of: set[str] = set()
        """Texts whose words it does not let go of, whatever it answers."""

    def send(self, text: OutgoingText) -> str:
        self.points.reach("carrier.send.before")
        sid = self._answer(text)
        self.points.reach("carrier.send.after")
        return sid

    def find(self, text: OutgoingText, since: datetime, until: datetime | None = None) -> list[str]:
        if self.is_down:
            raise SendUnclear
        return [
            sid
            for sid, at in self._taken_at.items()
            if since <= at <= (until or at)
            and (self._of(sid).to, self._of(sid).body, self._of(sid).sender) == (text.to, text.body, text.sender)
        ]

    def redact(self, sid: str) -> None:
        if self.is_down or sid in self.keeps_words_of:
            raise SendUnclear
        self.redacted.append(sid)

    def words_of(self, sid: str) -> str:
        """What it has of a text."""
        return "" if sid in self.redacted else self._of(sid).body

    def _of(self, sid: str) -> OutgoingText:
        return self.taken[int(sid[2:]) - 1]

    def refuses_next(self, code: int | None, *, permanent: bool = False, times: int = 1) -> None:
        """Refuse the next texts; nothing of them is sent."""

        def refuse(_text: OutgoingText) -> None:
            raise SendFailed(code, permanent=permanent)

        self._next.extend([refuse] * times)

    def swallows_next(self, meanwhile: Callable[[], object] | None = None) -> None:
        """Take the next text and say nothing. `meanwhile` happens before its answer is given up."""

        def swallow(text: OutgoingText) -> None:
            self._take(text)
            if meanwhile is not None:
                meanwhile()
            raise SendUnclear

        self._next.append(swallow)

    def loses_next(self) -> None:
        """Neither take the next text nor say so."""

        def lose(_text: OutgoingText) -> None:
            raise SendUnclear

        self._next.append(lose)

    def sid_of(self, text: OutgoingText) -> str:
        """The carrier's id of a text it took."""
        return f"SM{self.taken.index(text) + 1:032d}"

    def to(self, number: str) -> list[str]:
        """What arrived at a number."""
        return [text.body for text in self.taken if text.to == number]

    def _answer(self, text: OutgoingText) -> str:
        if self.is_down:
            raise SendFailed(None, permanent=False)
        if self._next:
            self._next.popleft()(text)
        if text.to in self.refuses_numbers:
            raise self.refuses_numbers[text.to]
        return self._take(text)

    def _take(self, text: OutgoingText) -> str:
        self.taken.append(text)
        sid = f"SM{len(self.taken):032d}"
        self._taken_at[sid] = self._clock.now()
        return sid
