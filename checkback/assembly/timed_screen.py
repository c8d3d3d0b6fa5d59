"""The distress screen with a watch beside it: how long each assessment took, and nothing of what was read."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import Histogram

from checkback.care.ports import Assessment, Screen

_TOOK = Histogram(
    "checkback_screen_seconds",
    "How long the assessment of one text took, alone and with recent ones",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0),
)


class TimedScreen(Screen):
    """Hears what `screen` hears."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def assess(self, text: str, recent: Sequence[str] = ()) -> Assessment:
        with _TOOK.time():
            return self._screen.assess(text, recent)
