"""What staff text back, as thumbs spell it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkback.care.rules.commands import Command, Verb, parse
from checkback.care.terms import EscalationOutcome as Outcome

ACK = Verb.ACKNOWLEDGE


@pytest.mark.parametrize(
    ("text", "number", "minutes"),
    [
        ("ack 12", 12, None),
        ("ack", None, None),
        ("Ack12", 12, None),
        ("ACK E-12", 12, None),
        ("ack e12", 12, None),
        ("acke12", 12, None),
        ("ackE-12", 12, None),
        ("ack #12", 12, None),
        ("ack: 12.", 12, None),
        (" \n“Ack 12!”", 12, None),
        ("ack\u00a012", 12, None),
        ("ack\u200b12", 12, None),
        ("ＡＣＫ １２", 12, None),
        ("12 ack", 12, None),
        ("E-12 ack", 12, None),
        ("ack her 12", 12, None),
        ("ack 12 20", 12, 20),
        ("ack 12, calling in 20 min", 12, 20),
        ("ack in 20", None, 20),
        ("ack 20 min", None, 20),
        ("ack 12 900", 12, 240),
        ("ak 12", 12, None),
        ("akc 12", 12, None),
        ("Aknowledge 12", 12, None),
        ("mine 12", 12, None),
    ],
)
def test_an_acknowledgement_is_read_however_it_is_typed(text, number, minutes):
    assert parse(text) == Command(ACK, number, minutes=minutes)


@pytest.mark.parametrize(
    ("text", "number", "outcome"),
    [
        ("reached 12", 12, Outcome.REACHED),
        ("REACHED12", 12, Outcome.REACHED),
        ("reached her, 12", 12, Outcome.REACHED),
        ("E-12 reached", 12, Outcome.REACHED),
        ("tried 12", 12, Outcome.TRIED),
        ("referred 12", 12, Outcome.REFERRED),
        ("refered 12", 12, Outcome.REFERRED),
        ("welfare check 12", 12, Outcome.WELFARE_CHECK),
        ("False alarm 12", 12, Outcome.FALSE_ALARM),
    ],
)
def test_an_outcome_is_of_the_escalation_whose_number_is_said_wherever_it_stands(text, number, outcome):
    assert parse(text) == Command(Verb.RESOLVE, number, outcome=outcome)


@pytest.mark.parametrize("text", ["pass 12", "Pass on 12", "PASS E-12"])
def test_somebody_passes_it_on(text):
    assert parse(text) == Command(Verb.HAND_ON, 12)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        "1",
        "ok",
        "yes 12",
        "we reached 12",
        "reached",
        "reached nobody",
        "reached voicemail 12",
        "tried calling, no answer yet, will try again 12",
        "false number, what do i do",
        "back in 12",
        "tried 3 times 12",
        "reached 12 13",
        "ack 12 at 10:30",
        "ack 1234567",
        "a c k 12",
        "///",
        "\x00",
    ],
)
def test_what_could_mean_something_else_is_no_command(text):
    assert parse(text) is None


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text):
    command = parse(text)
    assert command is None or command.minutes is None or 0 <= command.minutes <= 240
