"""What the safety page says an event does is what the table in the rules does."""

from __future__ import annotations

import re

import pytest

from checkback.care.rules.events import Effect, Event, Standing, effect_of
from tests.docs import pages
from tests.house.tree import ROOT

SAFETY = ROOT / "docs" / "safety.md"
#: The events in the order of the page; where a line tells of several, they must do the same.
TOLD = (
    (Event.ANSWERED,),
    (Event.PERSON_WRITES,),
    (Event.ACUTE,),
    (Event.PAUSED,),
    (Event.DATE_KEPT_FREE,),
    (Event.HELD,),
    (Event.DEATH,),
    (Event.OPTED_OUT,),
    (Event.WRONG_PERSON, Event.CASE_CLOSED, Event.CONSENT_ENDED),
    (Event.GONE_SILENT,),
)
COLUMNS = (
    Standing.PLANNED,
    Standing.UNDER_WAY,
    Standing.WITH_THE_CARRIER,
    Standing.ASKED,
    Standing.WELCOME,
    Standing.ANSWER,
)
WORDS = {
    "stays": Effect.LEAVE,
    "stay": Effect.LEAVE,
    "waits": Effect.WAIT,
    "moves": Effect.MOVE,
    "kept back": Effect.HOLD,
    "cancelled": Effect.CANCEL,
    "taken back": Effect.CANCEL,
    "answered": Effect.END,
}


def test_every_event_is_told_once():
    assert sorted(event for line in TOLD for event in line) == sorted(Event)
    assert len(pages.rows(SAFETY, "What an event does")) == len(TOLD)


@pytest.mark.parametrize("place", range(len(TOLD)), ids=lambda place: str(TOLD[place][0]))
def test_each_event_does_what_is_told_of_it(place):
    told = pages.rows(SAFETY, "What an event does")[place][1:]
    for event in TOLD[place]:
        done = [effect_of(event, standing) for standing in COLUMNS]
        assert [WORDS[re.split(r",| \(", cell)[0]] for cell in told] == done
