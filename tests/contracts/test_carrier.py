"""A carrier takes a text once, says what became of it, and can be asked later. Asked of each carrier there is.

An adapter joins with a stage of its own in STAGES: the adapter, and a world behind it that can be told what to do.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Protocol
from uuid import uuid4

import pytest

from checkback.adapters.clock import RealClock
from checkback.adapters.twilio import TwilioCarrier
from checkback.adapters.twilio_http import TwilioAccount
from checkback.care.errors import SendFailed, SendUnclear
from checkback.care.points import NoFaults
from checkback.care.ports import Carrier, Clock, OutgoingText
from checkback.care.terms import Sender
from tests.fakes import FakeCarrier, FrozenClock
from tests.simulator.application import running_application
from tests.simulator.conftest import ACCOUNT, FAMILY_LINE, STAFF_LINE, TOKEN, Simulator, make_config, running
from tests.story import ANA


class Stage(Protocol):
    """A carrier, and the world behind it."""

    carrier: Carrier
    clock: Clock

    def arrived(self) -> list[str]:
        """The bodies that reached phones or wait to, in order."""

    def has_words_of(self, sid: str) -> bool:
        """Whether the carrier's log shows what the text said."""

    def refuses(self, code: int, *, permanent: bool) -> None:
        """Refuse the next text."""

    def takes_and_says_nothing(self) -> None:
        """Take the next text; its answer is lost."""

    def says_nothing(self) -> None:
        """Do not take the next text; its answer is lost too."""

    def is_gone(self) -> None:
        """Nobody answers from now on."""


class FakeStage:
    """The fake, which is its own world."""

    def __init__(self) -> None:
        self.clock: Clock = FrozenClock()
        self._fake = FakeCarrier(self.clock)
        self.carrier: Carrier = self._fake

    def arrived(self) -> list[str]:
        return [text.body for text in self._fake.taken]

    def has_words_of(self, sid: str) -> bool:
        return self._fake.words_of(sid) != ""

    def refuses(self, code: int, *, permanent: bool) -> None:
        self._fake.refuses_next(code, permanent=permanent)

    def takes_and_says_nothing(self) -> None:
        self._fake.swallows_next()

    def says_nothing(self) -> None:
        self._fake.loses_next()

    def is_gone(self) -> None:
        self._fake.is_down = True


@contextmanager
def fake() -> Iterator[Stage]:
    yield FakeStage()


class TwilioStage:
    """The adapter, and behind it the pretend Twilio, really running."""

    def __init__(self, simulator: Simulator, shut: Callable[[], None]) -> None:
        self.clock: Clock = RealClock()
        self._simulator, self._shut = simulator, shut
        account = TwilioAccount(ACCOUNT, TOKEN, simulator.address)
        senders = {Sender.FAMILY: FAMILY_LINE, Sender.ALERT: STAFF_LINE}
        self.carrier: Carrier = TwilioCarrier(account, senders, simulator.application.url, NoFaults())

    def arrived(self) -> list[str]:
        texts = self._simulator.client().messages.list(from_=FAMILY_LINE)
        return [text.body for text in reversed(texts)]

    def has_words_of(self, sid: str) -> bool:
        message = self._simulator.client().messages(sid)
        return bool(message.fetch().body or message.media.list())

    def refuses(self, code: int, *, permanent: bool) -> None:
        self._simulator.order_fault("refuse", code=code)

    def takes_and_says_nothing(self) -> None:
        self._simulator.order_fault("accepted-then-silent")

    def says_nothing(self) -> None:
        self._simulator.order_fault("reset")

    def is_gone(self) -> None:
        self._shut()


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


def text(body: str = "hello") -> OutgoingText:
    return OutgoingText(uuid4(), Sender.FAMILY, ANA, body, timedelta(hours=1))


def at(stage: Stage, **later: float) -> datetime:
    return stage.clock.now() + timedelta(**later)


def test_a_text_is_taken_once_and_found_by_the_id_it_was_given(stage: Stage) -> None:
    one = text()
    sid = stage.carrier.send(one)
    assert stage.arrived() == ["hello"]
    assert stage.carrier.find(one, at(stage, minutes=-1)) == [sid]


def test_two_texts_have_two_ids(stage: Stage) -> None:
    assert stage.carrier.send(text("one")) != stage.carrier.send(text("two"))


def test_a_refused_text_was_not_sent_and_is_not_found(stage: Stage) -> None:
    stage.refuses(21614, permanent=True)
    one = text()
    with pytest.raises(SendFailed) as refused:
        stage.carrier.send(one)
    assert (refused.value.code, refused.value.permanent) == (21614, True)
    assert stage.arrived() == []
    assert stage.carrier.find(one, at(stage, minutes=-1)) == []


def test_a_refusal_for_the_moment_is_no_refusal_for_good(stage: Stage) -> None:
    stage.refuses(20429, permanent=False)
    with pytest.raises(SendFailed) as refused:
        stage.carrier.send(text())
    assert not refused.value.permanent
    assert stage.carrier.send(text())


def test_a_lost_answer_is_unclear_is_not_tried_again_and_can_be_asked_about(stage: Stage) -> None:
    one = text()
    stage.takes_and_says_nothing()
    with pytest.raises(SendUnclear):
        stage.carrier.send(one)
    assert stage.arrived() == ["hello"]
    assert len(stage.carrier.find(one, at(stage, minutes=-1))) == 1


def test_a_lost_text_is_unclear_and_is_not_found(stage: Stage) -> None:
    one = text()
    stage.says_nothing()
    with pytest.raises(SendUnclear):
        stage.carrier.send(one)
    assert stage.arrived() == []
    assert stage.carrier.find(one, at(stage, minutes=-1)) == []


def test_a_text_of_before_is_not_taken_for_a_later_one(stage: Stage) -> None:
    one = text()
    stage.carrier.send(one)
    assert stage.carrier.find(one, at(stage, minutes=1)) == []


def test_another_text_to_the_same_phone_is_not_taken_for_it(stage: Stage) -> None:
    stage.carrier.send(text("one"))
    assert stage.carrier.find(text("two"), at(stage, minutes=-1)) == []


def test_nobody_there_is_said_in_our_words(stage: Stage) -> None:
    stage.is_gone()
    with pytest.raises((SendFailed, SendUnclear)) as said:
        stage.carrier.send(text())
    assert not (isinstance(said.value, SendFailed) and said.value.permanent)
    with pytest.raises(SendUnclear):
        stage.carrier.find(text(), at(stage, minutes=-1))


def test_no_error_carries_the_words_or_the_number(stage: Stage) -> None:
    stage.refuses(21614, permanent=True)
    with pytest.raises(SendFailed) as refused:
        stage.carrier.send(text("he has a gun"))
    assert "gun" not in str(refused.value)
    assert ANA[-7:] not in str(refused.value)


def test_two_texts_with_the_same_words_are_both_named_and_told_apart_by_nobody_here(stage: Stage) -> None:
    one, two = text(), text()
    sids = [stage.carrier.send(one), stage.carrier.send(two)]
    assert sorted(stage.carrier.find(one, at(stage, minutes=-1))) == sorted(sids)
    assert stage.carrier.find(one, at(stage, minutes=-2), at(stage, minutes=-1)) == []


def redacted(stage: Stage, sid: str) -> None:
    """A text can be redacted once it has arrived, which takes a moment."""
    for _ in range(50):
        try:
            return stage.carrier.redact(sid)
        except SendFailed:
            time.sleep(0.1)
    raise AssertionError("it never arrived")


def test_what_is_redacted_has_no_words_left_at_the_carrier(stage):
    one, two = stage.carrier.send(text("where we hide")), stage.carrier.send(text("another"))
    redacted(stage, one)
    assert (stage.has_words_of(one), stage.has_words_of(two)) == (False, True)


def test_redacting_twice_changes_nothing(stage):
    sid = stage.carrier.send(text())
    redacted(stage, sid)
    stage.carrier.redact(sid)
    assert not stage.has_words_of(sid)


def test_a_carrier_that_is_gone_has_redacted_nothing(stage):
    sid = stage.carrier.send(text())
    stage.is_gone()
    with pytest.raises((SendUnclear, SendFailed)):
        stage.carrier.redact(sid)
