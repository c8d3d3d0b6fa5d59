"""Calls and e-mails in a bad mood: phones nobody picks up, endings nobody reports, mail servers that say nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random
from uuid import UUID

from checkback.care.errors import SendFailed, SendUnclear
from checkback.care.points import NoFaults, Points
from checkback.care.ports import OutgoingCall, OutgoingMail
from tests.fakes.telling import FakeCaller, FakeMailer

_ENDINGS = ("completed", "completed", "no-answer", "busy", "failed")
#: Takes it, passes it on, is a slip of the finger, and nothing at all.
_KEYS = ("1", "1", "2", "7", None)


@dataclass(frozen=True)
class Ringing:
    """A phone that rings: the key that is pressed when somebody picks up, and how the carrier says that it ended."""

    call: OutgoingCall
    key: str | None
    ending: str
    reports: int

    @property
    def is_answered(self) -> bool:
        return self.ending == "completed"


class MoodyCaller(FakeCaller):
    """Keeps the promise of `ports.Caller`. `moody` ends with the night: then every phone rings and is answered."""

    def __init__(self, chance: Random) -> None:
        super().__init__()
        self._chance = chance
        self.moody = True
        self.points: Points = NoFaults()
        self.ringing: list[Ringing] = []

    def call(self, call: OutgoingCall) -> str:
        mood = self._chance.random() if self.moody else 1.0
        self.points.reach("caller.call.before")
        if mood < 0.1:
            raise SendFailed(self._chance.choice((20429, 21215)), permanent=mood < 0.03)
        if mood < 0.15:
            raise SendUnclear  # it never rang
        sid = super().call(call)
        self.ringing.append(self._rings(call))
        if mood > 0.92 and self.moody:
            raise SendUnclear  # it rings, and nobody was told
        self.points.reach("caller.call.after")
        return sid

    def _rings(self, call: OutgoingCall) -> Ringing:
        if not self.moody:
            return Ringing(call, None, "completed", 1)
        return Ringing(
            call, self._chance.choice(_KEYS), self._chance.choice(_ENDINGS), self._chance.choice((0, 1, 1, 1, 2))
        )

    def next_ringing(self) -> Ringing | None:
        """Any phone that still rings."""
        if not self.ringing:
            return None
        return self.ringing.pop(self._chance.randrange(len(self.ringing)) if self.moody else 0)


class MoodyMailer(FakeMailer):
    """Keeps the promise of `ports.Mailer`. `moody` ends with the night: then every e-mail is taken."""

    def __init__(self, chance: Random) -> None:
        super().__init__()
        self._chance = chance
        self.moody = True
        self.points: Points = NoFaults()

    def send(self, mail: OutgoingMail) -> None:
        mood = self._chance.random() if self.moody else 1.0
        self.points.reach("mailer.send.before")
        if mood < 0.1:
            raise SendFailed(None, permanent=mood < 0.03)
        if mood < 0.15:
            raise SendUnclear
        super().send(mail)
        if mood > 0.92 and self.moody:
            raise SendUnclear
        self.points.reach("mailer.send.after")


def made(caller: FakeCaller, mailer: FakeMailer) -> Counter[UUID]:
    """How often each call rang, and each e-mail was taken."""
    return Counter([call.id for call in caller.rang] + [mail.id for mail in mailer.sent])
