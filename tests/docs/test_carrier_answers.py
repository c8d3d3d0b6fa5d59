"""The page of the carrier's answers says what the table in the code does, row by row."""

from __future__ import annotations

from datetime import timedelta

from checkback.care.rules.carrier_answers import CARRIER_ANSWERS, CarrierAnswer, Fate, PhoneFinding
from tests.docs import pages
from tests.house.tree import ROOT

PAGE = ROOT / "docs" / "carrier-answers.md"

PHONES = {
    None: "",
    PhoneFinding.OPTED_OUT: "has opted out",
    PhoneFinding.BLOCKS_US: "has opted out (it blocks us)",
    PhoneFinding.UNKNOWN: "not in use: no more texts",
    PhoneFinding.LANDLINE: "a landline: no more texts",
}


def test_every_answer_has_its_row_and_every_row_says_what_is_done():
    told = {row[0]: row[1:] for row in pages.rows(PAGE, "The table")}
    assert told == {str(code): in_words(answer) for code, answer in sorted(CARRIER_ANSWERS.items())}


def in_words(answer: CarrierAnswer) -> list[str]:
    """The cells of a row behind its code."""
    return [answer.means, _text(answer), _sender(answer), PHONES[answer.phone], _told(answer)]


def _text(answer: CarrierAnswer) -> str:
    match answer.fate:
        case Fate.ENDS:
            return "ends"
        case Fate.WAITS:
            return f"waits; tried every {_long(answer.again_after[0])}"
        case _:
            return f"again after {', '.join(_long(wait) for wait in answer.again_after)}"


def _sender(answer: CarrierAnswer) -> str:
    if answer.pauses is not None:
        return f"stands still for {_long(answer.pauses)}"
    return "goes slower" if answer.fate is Fate.SLOWED else ""


def _told(answer: CarrierAnswer) -> str:
    if answer.alarm:
        return "the team, once a day"
    return "a task" if answer.fate is Fate.ENDS else "a task, if no try helps"


def _long(wait: timedelta) -> str:
    minutes = int(wait.total_seconds() // 60)
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
