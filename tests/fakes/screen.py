"""A screen that hears a few plain words, for stories that are about what follows and not about hearing."""

from __future__ import annotations

from collections.abc import Sequence

from checkback.care.ports import Assessment, Evidence
from checkback.care.terms import Danger, DistressLevel, Urgency

_HEARS = (
    ("gun", DistressLevel.ACUTE, Urgency.EMERGENT, Danger.VIOLENCE_NOW),
    ("kill myself", DistressLevel.ACUTE, Urgency.URGENT, Danger.SUICIDE),
    ("touches my sister", DistressLevel.ACUTE, Urgency.URGENT, Danger.CHILD_ABUSE),
    ("hits me", DistressLevel.ACUTE, Urgency.URGENT, Danger.PARTNER_VIOLENCE),
    ("reads my phone", DistressLevel.HIGH, None, Danger.DURESS),
    ("cannot cope", DistressLevel.HIGH, None, Danger.DISTRESS),
    ("help", DistressLevel.HIGH, None, Danger.DISTRESS),
    ("what is the point", DistressLevel.HIGH, None, Danger.SUICIDE),
    ("sad", DistressLevel.LOW, None, None),
)
_UNSURE = {"what is the point"}


class ListeningScreen:
    """Keeps the promise of `ports.Screen`, except while `is_broken`: then it raises, as no screen should."""

    is_broken = False
    takes_for_opt_out = "stop texting"

    def assess(self, text: str, recent: Sequence[str] = ()) -> Assessment:
        if self.is_broken:
            raise RuntimeError("the screen broke")
        earlier = "".join(f"{one} " for one in recent)
        together = self._hear(earlier + text, ends_after=len(earlier))
        return max((self._hear(text), together), key=lambda a: a.weight)

    def _hear(self, text: str, ends_after: int = 0) -> Assessment:
        low = text.lower()
        opt_out = self.takes_for_opt_out in low or low.strip() == "stop"
        for words, level, urgency, danger in _HEARS:
            at = low.find(words, max(0, ends_after - len(words) + 1))
            if at >= 0:
                seen = Evidence(f"fake.{words}", danger or Danger.DISTRESS, at, at + len(words), words)
                return Assessment(level, urgency, danger, opt_out, (seen,), "fake-1", review=words in _UNSURE)
        return Assessment(DistressLevel.NONE, opt_out=opt_out, version="fake-1")
