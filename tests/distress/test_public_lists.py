"""Two public lists: plain statements that must be caught, and texts that must never page anybody.

They were written by the same hand as the patterns. They keep what works from breaking; they are no measure of how much
the screen catches or of how often it is wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pytest

from checkback.distress import DistressScreen, Level
from tests.distress.conftest import read_list

MUST_CATCH = [
    pytest.param(danger, *row, id=f"{danger}: {row[0]}")
    for danger, rows in read_list("must_catch.yml").items()
    for row in rows
]
ACUTE = [case for case in MUST_CATCH if case.values[2] == "acute"]
MUST_NOT_ALARM = [
    pytest.param(text, id=f"{kind}: {text}")
    for kind, texts in read_list("must_not_alarm.yml").items()
    for text in texts
]


def test_the_lists_are_long_enough_to_mean_something():
    assert len(MUST_CATCH) >= 120
    assert len(MUST_NOT_ALARM) >= 120


@pytest.mark.parametrize(("danger", "text", "level", "urgency"), MUST_CATCH)
def test_a_plain_statement_is_caught(screen: DistressScreen, danger: str, text: str, level: str, urgency: str):
    finding = screen.assess(text)
    assert (finding.level, finding.urgency or "-") == (level, urgency)
    assert danger == "past-is-never-nothing" or danger in {one.danger for one in finding.evidence}
    assert not finding.opt_out


@pytest.mark.parametrize("text", MUST_NOT_ALARM)
def test_an_everyday_text_pages_nobody_and_opts_nobody_out(screen: DistressScreen, text: str):
    finding = screen.assess(text)
    assert finding.level is not Level.ACUTE, finding.evidence
    assert not finding.opt_out


def without_accents(text: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFD", text) if not unicodedata.combining(part))


WAYS_TO_WRITE: dict[str, Callable[[str], str]] = {
    "lower case": str.lower,
    "upper case": str.upper,
    "no accents": without_accents,
    "no punctuation": lambda text: re.sub(r"[^\w\s]", "", text),
    "a laugh after it": lambda text: f"{text} lol",
    "a Spanish laugh after it": lambda text: f"{text} jaja",
    "thanks after it": lambda text: f"{text} thanks",
    "gracias after it": lambda text: f"{text}, gracias",
    "STOP before it": lambda text: f"STOP {text}",
    "a greeting before it": lambda text: f"Hi, {text}",
    "tears after it": lambda text: f"{text} 😭",
    "curly quotes": lambda text: text.replace("'", "’"),
    "marks nobody sees": lambda text: "\u200f" + "\u200b".join(text) + "\x00",
}


@pytest.mark.parametrize("way", WAYS_TO_WRITE)
@pytest.mark.parametrize(("danger", "text", "level", "urgency"), ACUTE)
def test_however_it_is_written_acute_stays_acute(
    screen: DistressScreen, way: str, danger: str, text: str, level: str, urgency: str
):
    assert screen.assess(WAYS_TO_WRITE[way](text)).level is Level.ACUTE


@pytest.mark.parametrize(
    "text",
    [
        "STOP", "stop.", "Stop!", "sToP", "stopall", "STOP ALL", "unsubscribe", "Cancel.", "END", "quit!", "Revoke",
        "optout", "OPT-OUT", "opt out", "please stop texting me", "no more messages", "take me off",
        "ya no me escriban",
        "No me manden mas mensajes", "parar", "ALTO", "basta", "¡Basta!", "dejen de escribirme", "stop texting me",
        "Stop. Thank you", "please stop sending text reminders", "No más", "dont text me anymore",
        "take me off your list",
        "I don't want these messages anymore", "ya no quiero recibir mensajes", "quiten mi numero por favor",
        "unsubscribe me please", "wrong number stop texting", "remove me from this list", "“STOP”", "stop\u200b",
    ],
)  # fmt: skip
def test_the_wish_for_no_more_texts_is_heard(screen: DistressScreen, text: str):
    assert screen.assess(text).opt_out


@pytest.mark.parametrize(
    "text",
    [
        "make it stop", "he won't stop hitting me", "I want it to end", "stop by tomorrow", "can't stop crying",
        "I quit my job", "the END of the month is hard", "We have got to STOP this terrible bill",
        "I want it all to end",
        "STOP I want to die", "please don't stop texting me", "he won't stop texting me", "don't stop checking on us",
        "el no deja de escribirme", "basta ya me pega", "para mañana", "cancel my appointment", "he told me to stop",
        "did you stop sending them", "the bus doesn't stop here", "I can't end the call", "no puede parar de llorar",
    ],
)  # fmt: skip
def test_stop_inside_another_meaning_is_no_opt_out(screen: DistressScreen, text: str):
    assert not screen.assess(text).opt_out


def test_an_opt_out_and_a_danger_are_heard_independently(screen: DistressScreen):
    finding = screen.assess("please stop texting me, he reads my phone and he hits me")
    assert finding.opt_out
    assert finding.level is Level.ACUTE
