"""A screen hears plain danger, reads what came before with it, never raises, and says the same each time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkback.adapters.distress import PatternScreen
from checkback.care.ports import Screen
from checkback.care.terms import DistressLevel, Urgency
from tests.fakes import ListeningScreen


@cache
def loaded() -> Screen:
    return PatternScreen.loaded()


SCREENS: list[Callable[[], Screen]] = [ListeningScreen, loaded]


@pytest.fixture(params=SCREENS, ids=["the fake", "the patterns"])
def screen(request: pytest.FixtureRequest) -> Screen:
    found: Screen = request.param()
    return found


def test_plain_danger_is_heard_with_its_evidence(screen: Screen) -> None:
    heard = screen.assess("I want to kill myself")
    assert (heard.level, heard.danger) == (DistressLevel.ACUTE, "suicide")
    assert heard.evidence
    for each in heard.evidence:
        assert "I want to kill myself"[each.start : each.end].lower() == each.words.lower()


def test_a_plain_text_is_not_alarming_and_acute_alone_has_an_urgency(screen: Screen) -> None:
    assert screen.assess("thank you, see you on Monday").level.rank < DistressLevel.HIGH.rank
    for words in ("he has a gun", "I want to kill myself", "thank you", ""):
        heard = screen.assess(words)
        assert (heard.urgency is not None) is (heard.level is DistressLevel.ACUTE)


def test_danger_now_is_emergent(screen: Screen) -> None:
    assert screen.assess("he has a gun").urgency is Urgency.EMERGENT


def test_a_sentence_sent_in_two_is_heard(screen: Screen) -> None:
    assert screen.assess("kill myself", ["I want to"]).level is DistressLevel.ACUTE


def test_what_was_heard_before_is_not_heard_again_in_the_next_text(screen: Screen) -> None:
    assert screen.assess("thank you", ["I want to kill myself"]).level.rank < DistressLevel.HIGH.rank


def test_an_opt_out_in_words_is_heard(screen: Screen) -> None:
    assert screen.assess("please stop texting me").opt_out
    assert not screen.assess("thank you").opt_out


def test_many_at_once_hear_the_same(screen: Screen) -> None:
    texts = ["he has a gun", "I want to kill myself", "thank you"] * 8
    with ThreadPoolExecutor(8) as pool:
        heard = list(pool.map(screen.assess, texts))
    assert heard == [screen.assess(text) for text in texts]


@pytest.mark.parametrize("make", SCREENS, ids=["the fake", "the patterns"])
@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=400), recent=st.lists(st.text(max_size=80), max_size=3))
def test_no_text_makes_it_raise(make: Callable[[], Screen], text: str, recent: list[str]) -> None:
    assert make().assess(text, recent).level in DistressLevel
