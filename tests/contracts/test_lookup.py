"""A look-up says whether a number has gone to somebody else, or that it cannot say. Asked of each look-up there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import date
from typing import Protocol

import pytest

from checkback.adapters.twilio_http import TwilioAccount
from checkback.adapters.twilio_lookup import TwilioLookup
from checkback.care.errors import LookupUnavailable
from checkback.care.points import NoFaults
from checkback.care.ports import Lookup, Reassigned
from tests.fakes import FakeLookup
from tests.simulator.application import running_application
from tests.simulator.conftest import ACCOUNT, TOKEN, Simulator, make_config, running
from tests.story import ANA

SINCE = date(2026, 3, 3)


class Stage(Protocol):
    """A look-up, and the world behind it."""

    lookup: Lookup

    def says(self, answer: Reassigned) -> None:
        """What is known of Ana's number."""

    def is_gone(self) -> None:
        """Nobody answers from now on."""


class FakeStage:
    """The fake, which is its own world."""

    def __init__(self) -> None:
        self._fake = FakeLookup()
        self.lookup: Lookup = self._fake

    def says(self, answer: Reassigned) -> None:
        self._fake.knows[ANA] = answer

    def is_gone(self) -> None:
        self._fake.is_down = True


class TwilioStage:
    """The adapter, and behind it the pretend Twilio, really running."""

    def __init__(self, simulator: Simulator, shut: Callable[[], None]) -> None:
        self._simulator, self._shut = simulator, shut
        self.lookup: Lookup = TwilioLookup(TwilioAccount(ACCOUNT, TOKEN, simulator.address), NoFaults())

    def says(self, answer: Reassigned) -> None:
        said = "no_data_available" if answer is Reassigned.UNKNOWN else str(answer)
        self._simulator.control("POST", f"lines/{ANA}", reassigned=said)

    def is_gone(self) -> None:
        self._shut()


@contextmanager
def fake() -> Iterator[Stage]:
    yield FakeStage()


@contextmanager
def twilio() -> Iterator[Stage]:
    with running_application() as application, ExitStack() as until_gone:
        simulator = until_gone.enter_context(running(make_config(application), application))
        yield TwilioStage(simulator, until_gone.close)


STAGES: list[Callable[[], AbstractContextManager[Stage]]] = [fake, twilio]


@pytest.fixture(params=STAGES, ids=lambda stage: str(stage.__name__))
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with request.param() as made:
        yield made


@pytest.mark.parametrize("answer", list(Reassigned))
def test_it_says_what_is_known(stage: Stage, answer: Reassigned) -> None:
    stage.says(answer)
    assert stage.lookup.reassigned(ANA, SINCE) is answer


def test_it_says_so_when_nobody_can_say(stage: Stage) -> None:
    stage.is_gone()
    with pytest.raises(LookupUnavailable):
        stage.lookup.reassigned(ANA, SINCE)
