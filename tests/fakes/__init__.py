"""Stand-ins that keep the promises of the ports they stand for; `tests/contracts` holds them to it."""

from tests.fakes.assistant import FakeAssistant
from tests.fakes.carrier import FakeCarrier
from tests.fakes.clock import FrozenClock
from tests.fakes.lookup import FakeLookup
from tests.fakes.points import Crash, CrashingPoints
from tests.fakes.screen import ListeningScreen

__all__ = ["Crash", "CrashingPoints", "FakeAssistant", "FakeCarrier", "FakeLookup", "FrozenClock", "ListeningScreen"]
