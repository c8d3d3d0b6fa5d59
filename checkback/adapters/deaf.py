"""The screen of a process that never receives texts: should one reach it all the same, a person is told."""

from __future__ import annotations

from collections.abc import Sequence

from checkback.care.ports import Assessment, Screen
from checkback.care.terms import Danger, DistressLevel


class Deaf(Screen):
    """Hears nothing and says so: every text is high, unscreened. Loading the real screen takes time and memory."""

    def assess(self, text: str, recent: Sequence[str] = ()) -> Assessment:
        return Assessment(DistressLevel.HIGH, danger=Danger.UNSCREENED, version="deaf")
