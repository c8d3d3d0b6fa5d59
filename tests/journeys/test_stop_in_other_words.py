"""Somebody asks us to stop, politely, or through a phone that adds a line of its own; the carrier has not heard it."""

from __future__ import annotations

import pytest

from checkback.care.model import OptOut
from checkback.care.terms import CheckInState
from tests.story import HeldPhone, House


@pytest.mark.parametrize("words", ["stop svp", "molim vas prestanite", "S.T.O.P.", "STOP\nSent from my iPhone"])
def test_it_ends_our_texts_says_so_once_and_gives_whoever_promised_a_task(house: House, ana: HeldPhone, words: str):
    house.enrols()
    ana.texts("1")
    got = len(ana.got)
    ana.texts(words)
    assert [opt_out.ended_at for opt_out in house.all(OptOut)] == [None]
    assert len(ana.got) == got + 1
    assert house.check_in.state is CheckInState.CANCELLED
    assert house.tasks == ["opted-out"]
    house.clock.tick(hours=49)
    house.works()
    assert len(ana.got) == got + 1


@pytest.mark.parametrize("words", ["bus stop", "we stop by the bus stop", "svp"])
def test_a_text_that_only_looks_like_it_ends_nothing(house: House, ana: HeldPhone, words: str):
    house.enrols()
    ana.texts("1")
    ana.texts(words)
    assert house.all(OptOut) == []
    assert house.check_in.state is CheckInState.PLANNED
