"""A carrier in a bad mood: it loses, doubles and mixes up what it reports, refuses, and takes texts without a word."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from random import Random
from uuid import UUID

from checkback.care.errors import SendFailed, SendUnclear
from checkback.care.flows.outbound import DeliveryReport
from checkback.care.ports import Clock, OutgoingText
from tests.fakes import FakeCarrier

#: Refused for now, by Twilio's own list of errors: too many requests, a queue that is full, an outage of theirs.
_REFUSED_FOR_NOW = (20429, 30001, 20500, None)
#: Reported as lost: switched off, unknown to its network, and "unknown error".
_LOST = (30003, 30005, 30008)


@dataclass(frozen=True)
class Handed:
    """A text the carrier took, and what becomes of it in truth, whatever is reported."""

    text: OutgoingText
    at: datetime
    sid: str
    lost_by: int | None


class MoodyCarrier(FakeCarrier):
    """Keeps the promise of `ports.Carrier`: a text it refused was not taken, of one it says nothing about nobody knows.

    `moody` ends with the night: then every text is taken, and each arrives.
    """

    def __init__(self, clock: Clock, chance: Random) -> None:
        super().__init__(clock)
        self._chance = chance
        self.moody = True
        self.handed: list[Handed] = []
        self.reports: list[DeliveryReport] = []

    def send(self, text: OutgoingText) -> str:
        mood = self._chance.random() if self.moody else 1.0
        self.points.reach("carrier.send.before")
        if self.is_down or mood < 0.06:
            raise SendFailed(self._chance.choice(_REFUSED_FOR_NOW), permanent=False)
        if mood < 0.09:
            raise SendUnclear  # it never came there
        sid = self._take(text)
        lost_by = self._chance.choice(_LOST) if mood < 0.15 else None
        self.handed.append(Handed(text, self._clock.now(), sid, lost_by))
        self._will_report(self.handed[-1])
        if mood > 0.92 and self.moody:
            raise SendUnclear  # taken, and nobody was told
        self.points.reach("carrier.send.after")
        return sid

    def _will_report(self, handed: Handed) -> None:
        statuses = ["queued", "sent", "undelivered" if handed.lost_by else "delivered"]
        if not self.moody:
            statuses = statuses[-1:]  # what overtakes what was seen in the night
        for status in statuses:
            code = handed.lost_by if status == "undelivered" else None
            report = DeliveryReport(handed.text.id, handed.sid, status, code)
            copies = self._chance.choice((0, 1, 1, 1, 1, 2)) if self.moody else 1
            self.reports += [report] * copies

    def next_report(self) -> DeliveryReport | None:
        """Any report that is still on its way: they overtake each other."""
        if not self.reports:
            return None
        at = self._chance.randrange(min(3, len(self.reports))) if self.moody else 0
        return self.reports.pop(at)

    def arrived(self) -> Counter[UUID]:
        """How often each text of ours reached its phone."""
        return Counter(handed.text.id for handed in self.handed if handed.lost_by is None)
