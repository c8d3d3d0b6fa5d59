"""An assistant answers a turn whole or not at all, and the same turn again moves nothing. Asked of each there is.

An adapter joins with a stage of its own in STAGES: the adapter, with an assistant behind it that can be stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Protocol
from uuid import uuid4

import pytest

from bot import directives as d
from checkback.adapters.rasa import RasaAssistant
from checkback.care.errors import AssistantUnavailable, TurnRejected
from checkback.care.points import NoFaults
from checkback.care.ports import Assistant, TurnContext
from checkback.care.terms import Language, SafetyMode
from tests.fakes import FakeAssistant
from tests.system.stand_in import StandIn, standing_in

CONTEXT = TurnContext(Language.ENGLISH, SafetyMode.NEUTRAL)
ASKED_CONSENT = TurnContext(Language.ENGLISH, SafetyMode.NEUTRAL, asked="consent.ask")


class Stage(Protocol):
    """An assistant, and the world behind it."""

    assistant: Assistant

    def is_gone(self) -> None:
        """Nobody answers from now on."""

    def breaks_the_contract(self) -> None:
        """From now on it answers, but with no whole turn."""


class FakeStage:
    """The fake, which is its own world."""

    def __init__(self) -> None:
        self._fake = FakeAssistant()
        self.assistant: Assistant = self._fake

    def is_gone(self) -> None:
        self._fake.is_down = True

    def breaks_the_contract(self) -> None:
        self._fake.answers_nonsense = True


@contextmanager
def fake() -> Iterator[Stage]:
    yield FakeStage()


class RasaStage:
    """The adapter, and over HTTP what speaks as our channel of a Rasa server does."""

    def __init__(self, server: StandIn, shut: Callable[[], None]) -> None:
        self._server, self._shut = server, shut
        url, token = (server.settings[f"CHECKBACK_ASSISTANT_{name}"] for name in ("URL", "TOKEN"))
        self.assistant: Assistant = RasaAssistant(url, token, NoFaults())

    def is_gone(self) -> None:
        self._shut()

    def breaks_the_contract(self) -> None:
        self._server.mood = "half"


@contextmanager
def rasa() -> Iterator[Stage]:
    with ExitStack() as until_gone:
        yield RasaStage(until_gone.enter_context(standing_in()), until_gone.close)


STAGES: list[Callable[[], AbstractContextManager[Stage]]] = [fake, rasa]


@pytest.fixture(params=STAGES, ids=lambda stage: str(stage.__name__))
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with request.param() as made:
        yield made


def test_a_text_is_answered_with_something_to_say_or_do(stage: Stage) -> None:
    turn = stage.assistant.converse(uuid4(), uuid4(), "thank you", CONTEXT)
    assert turn.intent
    assert 0.0 <= turn.confidence <= 1.0
    assert turn.blocks


def test_the_same_turn_again_answers_the_same(stage: Stage) -> None:
    conversation, turn = uuid4(), uuid4()
    first = stage.assistant.converse(conversation, turn, "1", ASKED_CONSENT)
    assert stage.assistant.converse(conversation, turn, "1", ASKED_CONSENT) == first
    start = uuid4()
    opened = stage.assistant.start_check_in(conversation, start, CONTEXT)
    assert stage.assistant.start_check_in(conversation, start, CONTEXT) == opened


def test_consent_is_a_directive_and_a_sentence(stage: Stage) -> None:
    stage_turn = stage.assistant.converse(uuid4(), uuid4(), "1", ASKED_CONSENT)
    assert d.RecordConsent("1") in stage_turn.blocks
    assert d.Say("consent.thanks") in stage_turn.blocks


def test_a_check_in_opens_with_its_question(stage: Stage) -> None:
    assert stage.assistant.start_check_in(uuid4(), uuid4(), CONTEXT).blocks == [d.Say("check_in.opening")]


def test_a_need_is_a_directive(stage: Stage) -> None:
    turn = stage.assistant.converse(uuid4(), uuid4(), "we need a crib for the baby", CONTEXT)
    assert d.OfferResources("baby-things") in turn.blocks


def test_nobody_there_is_said_in_our_words(stage: Stage) -> None:
    stage.is_gone()
    with pytest.raises(AssistantUnavailable):
        stage.assistant.converse(uuid4(), uuid4(), "hello", CONTEXT)
    with pytest.raises(AssistantUnavailable):
        stage.assistant.start_check_in(uuid4(), uuid4(), CONTEXT)
    with pytest.raises(AssistantUnavailable):
        stage.assistant.forget(uuid4())


def test_half_an_answer_is_none(stage: Stage) -> None:
    stage.breaks_the_contract()
    with pytest.raises(TurnRejected):
        stage.assistant.converse(uuid4(), uuid4(), "hello", CONTEXT)


def test_a_conversation_nobody_had_is_forgotten_without_a_word(stage: Stage) -> None:
    stage.assistant.forget(uuid4())
