"""A family's phone in a house where everything that understands is real, and the clock stands still between texts.

The screen is the one that listens for distress, the assistant is Rasa with its action server, the database a real one.
What a text said is told by the keys of its sentences, so that better words break no story.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from checkback.adapters.distress import PatternScreen
from checkback.adapters.rasa import RasaAssistant
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import Contact, Escalation, InboundMessage, OptOut, ResourceOffer
from checkback.care.points import NoFaults
from checkback.care.rules.giveaways import says_what_happened
from checkback.care.terms import InboundState, Language, SafetyMode
from checkback.care.wording import Wording
from tests.story import ALERT_LINE, ANA, DR_LEE, House

PHOTO = json.dumps([{"url": "https://example.org/1", "type": "image/jpeg"}])
_SLOT = re.compile(r"\\\{\w+\\\}")
_SHORTEST = 4


@cache
def the_screen() -> PatternScreen:
    """Loaded once: it takes seconds."""
    return PatternScreen.loaded()


def with_real_ears(house: House, url: str, token: str) -> House:
    """The same house, where texts are screened and understood as they are in a live one."""
    return replace(house, rt=replace(house.rt, assistant=RasaAssistant(url, token, NoFaults()), screen=the_screen()))


@dataclass
class Household:
    """One family and their phone; `hears` is what the last texts of ours said, as keys of the wording."""

    house: House
    number: str = ANA
    hears: frozenset[str] = frozenset()
    read: list[str] = field(default_factory=list)

    def moves_in(self, name: str = "Ana Morales", language: str = "en", ages: Sequence[int] = ()) -> None:
        """Enrolled, and asked whether we may write."""
        self.house.enrols(contacts=[NewContact(name, self.number, language=language)], child_ages=list(ages))
        self.house.works()
        self._reads()

    def texts(self, *bodies: str, photo: bool = False) -> frozenset[str]:
        """What they write, several within seconds where several are given; and what comes of it."""
        more = {"media_count": 1, "media": PHOTO} if photo else {}
        for body in bodies:
            self.house.receives(body, from_=self.number, to=self._line, **more)
            self.house.clock.tick(seconds=1)
        self.house.works()
        self._reads()
        self.house.clock.tick(minutes=7)
        return self.hears

    def later(self, **how_long: float) -> frozenset[str]:
        """Time passes, and the house does what is due."""
        self.house.clock.tick(**how_long)
        self.house.works()
        self._reads()
        return self.hears

    def staff_text(self, body: str) -> None:
        self.house.phone(DR_LEE, ALERT_LINE).texts(body)
        self._reads()

    @property
    def needs(self) -> list[str]:
        """What help was named for."""
        return [offer.need for offer in self.house.all(ResourceOffer)]

    @property
    def dangers(self) -> list[str]:
        return [str(each.danger) for each in self.house.all(Escalation)]

    @property
    def has_opted_out(self) -> bool:
        return any(each.ended_at is None for each in self.house.all(OptOut))

    @property
    def contact(self) -> Contact:
        (only,) = self.house.all(Contact)
        return only  # type: ignore[no-any-return]

    def ends_well(self) -> None:
        """What holds of every conversation, however it went."""
        assert not [a for a, b in zip(self.read, self.read[1:], strict=False) if a == b], (
            "the same words twice in a row"
        )
        assert not [text for text in self.read if says_what_happened(text)], "what happened, on a phone not known safe"
        names = re.compile(r"\b(" + "|".join(map(re.escape, self.contact.name.split())) + r")\b")
        assert not [text for text in self.read if names.search(text)], "a name, on a phone not known safe"
        unanswered = (InboundState.WAITING, InboundState.IN_TURN)
        assert not [text for text in self.house.all(InboundMessage) if text.state in unanswered], "a text left lying"

    def _reads(self) -> None:
        new = self.house.phone(self.number).got[len(self.read) :]
        self.read += new
        self.hears = frozenset().union(*(keys_in(self.house.rt.wording, text, self._mode) for text in new))

    @property
    def _mode(self) -> SafetyMode:
        return SafetyMode.NEUTRAL

    @property
    def _line(self) -> str:
        return self.house.phone(self.number).line


def keys_in(wording: Wording, text: str, mode: SafetyMode = SafetyMode.NEUTRAL) -> frozenset[str]:
    """The keys of our sentences, in either language, that this text is made of."""
    found = (key for key, pattern in _patterns(wording.version, mode) if pattern.search(text))
    return frozenset(found)


@cache
def _patterns(version: str, mode: SafetyMode) -> list[tuple[str, re.Pattern[str]]]:
    wording = Wording.load(Path(__file__).parents[2] / "program" / "wording")
    assert wording.version == version, "these stories are told in the words of the files"
    written = [
        (key, wording.as_written(key, language, each))
        for key in sorted(wording.keys())
        for language in Language
        for each in {mode, SafetyMode.UNSAFE}
    ]
    # A sentence that is little more than a slot would be found in any text.
    return [
        (key, re.compile(_SLOT.sub(".+?", re.escape(sentence)), re.DOTALL))
        for key, sentence in written
        if len(re.sub(r"\{\w+\}|\W", "", sentence)) >= _SHORTEST
    ]
