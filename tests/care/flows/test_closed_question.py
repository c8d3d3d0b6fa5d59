"""Where the screen is unsure, one closed question is asked, and its answer counts."""

from __future__ import annotations

import pytest

from checkback.care.model import Escalation
from checkback.care.terms import DistressLevel, Urgency
from tests.story import House

UNSURE = "what is the point"


@pytest.fixture
def asked(house: House, ana) -> House:
    """Ana wrote what may or may not be a thought of death."""
    house.enrols()
    house.works()
    ana.texts(UNSURE)
    return house


def test_an_unsure_screen_tells_a_person_and_asks_for_one_digit(asked, ana):
    assert asked.escalation.level is DistressLevel.HIGH
    assert "Reply 1 if you are safe, 2 if you are not, 3 for a call" in ana.last
    assert "988" in ana.last


@pytest.mark.parametrize("reply", ["2", " 2.", "2)"])
def test_not_safe_is_told_at_once(asked, ana, dr_lee, reply):
    ana.texts(reply)
    assert (asked.escalation.level, asked.escalation.urgency) == (DistressLevel.ACUTE, Urgency.EMERGENT)
    assert "EMERGENT" in dr_lee.last


def test_a_call_becomes_a_persons_task(asked, ana):
    ana.texts("3")
    assert "call-back" in asked.tasks
    assert "asked a person on the team to call you" in ana.last


def test_safe_is_answered_and_leaves_the_persons_task_where_it_is(asked, ana):
    ana.news  # noqa: B018 - read until here
    ana.texts("1")
    assert asked.escalation.level is DistressLevel.HIGH
    assert "distress" in asked.tasks
    assert len(ana.news) == 1


def test_a_second_thought_is_heard_too(asked, ana):
    ana.texts("1")
    ana.texts("2")
    assert asked.escalation.level is DistressLevel.ACUTE


def test_words_in_answer_are_screened_like_any_others(asked, ana):
    ana.texts("he has a gun")
    assert asked.escalation.level is DistressLevel.ACUTE


def test_a_digit_to_another_question_is_no_alarm(house, ana):
    house.enrols()
    house.works()
    ana.texts("2")
    assert house.all(Escalation) == []


def test_a_phone_that_others_read_is_asked_nothing(house, ana):
    house.enrols()
    house.works()
    ana.texts("he reads my phone")
    ana.news  # noqa: B018 - read until here
    ana.texts(UNSURE)
    assert not any("safe" in text for text in ana.news)
