"""The distress screen behind its port: it speaks our terms and fails closed."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from threading import Event

import pytest
import structlog

from checkback.adapters.distress import UNSCREENED, PatternScreen, as_json, must_have_its_encoder
from checkback.care.ports import Screen
from checkback.care.terms import Danger, DistressLevel, Urgency
from checkback.distress import Danger as FoundDanger
from checkback.distress import Finding


@pytest.fixture(scope="module")
def screen() -> Screen:
    return PatternScreen.loaded()


class BrokenLibrary:
    def assess(self, text: str, recent: Sequence[str] = ()) -> Finding:
        raise RuntimeError(f"cannot read {text}")


def test_a_danger_is_said_in_our_terms(screen: Screen):
    assessment = screen.assess("help me please he has a gun")
    assert (assessment.level, assessment.urgency) == (DistressLevel.ACUTE, Urgency.EMERGENT)
    assert assessment.danger is Danger.VIOLENCE_NOW
    assert assessment.evidence[0].words == "he has a gun"
    assert assessment.version


def test_an_opt_out_and_the_texts_before_are_passed_on(screen: Screen):
    assert screen.assess("STOP").opt_out
    assert screen.assess("die", recent=["i want to"]).level is DistressLevel.ACUTE


def test_a_screen_that_fails_sends_the_text_to_a_person():
    assessment = PatternScreen(BrokenLibrary()).assess("I want to die")
    assert (assessment.level, assessment.danger) == (DistressLevel.HIGH, Danger.UNSCREENED)


class HangingLibrary:
    """Hangs over each text that says so, until it is let go."""

    def __init__(self) -> None:
        self.let_go = Event()

    def assess(self, text: str, recent: Sequence[str] = ()) -> Finding:
        if text == "hang":
            self.let_go.wait(60)
        return Finding()


def test_a_text_the_screen_hangs_over_goes_to_a_person_and_the_next_is_heard():
    library = HangingLibrary()
    screen = PatternScreen(library, patience=0.2)
    assert screen.assess("hang") == UNSCREENED
    assert screen.assess("fine").level is DistressLevel.NONE
    library.let_go.set()


def test_however_many_texts_hang_no_more_threads_are_given_to_them():
    library = HangingLibrary()
    screen = PatternScreen(library, patience=0.02)
    before = threading.active_count()
    for _ in range(200):
        assert screen.assess("hang") == UNSCREENED
    assert threading.active_count() - before <= 64
    assert screen.assess("fine") == UNSCREENED  # it fails closed
    library.let_go.set()
    deadline = time.monotonic() + 20
    while screen.assess("fine") == UNSCREENED and time.monotonic() < deadline:
        time.sleep(0.01)
    assert time.monotonic() < deadline  # those that hung have gone, and it hears again


def test_a_failure_is_logged_without_the_text():
    with structlog.testing.capture_logs() as lines:
        PatternScreen(BrokenLibrary()).assess("my secret")
    assert [line["event"] for line in lines] == ["screen.failed"]
    assert "secret" not in str(lines)


@pytest.mark.parametrize("text", ["\u200b\u202e\x00", "мне страшно", "ajutați-mă vă rog vreau să mor", "a" * 2000])
def test_what_cannot_be_read_is_high_and_unscreened(screen: Screen, text: str):
    assessment = screen.assess(text)
    assert (assessment.level, assessment.danger) == (DistressLevel.HIGH, Danger.UNSCREENED)


def test_every_danger_of_the_library_has_its_name_here():
    assert {danger.value for danger in FoundDanger} == {danger.value for danger in Danger}


def test_an_assessment_is_reported_with_exactly_the_four_fields(screen: Screen):
    assert as_json(UNSCREENED) == {"level": "high", "urgency": None, "opt_out": False, "evidence": []}
    assert list(as_json(screen.assess("mi novio me pega"))) == ["level", "urgency", "opt_out", "evidence"]


def test_the_encoder_is_here_so_that_the_doctor_is_content():
    must_have_its_encoder()
