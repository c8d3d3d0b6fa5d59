"""Texts in a row are read together; what was heard once is not heard again with the next text."""

from __future__ import annotations

from checkback.care.model import DistressSignal
from tests.story import HeldPhone, House


def test_after_a_hard_text_a_family_can_still_ask_for_a_crib(house: House, ana: HeldPhone) -> None:
    house.enrols()
    ana.texts("1")
    ana.texts("I cannot cope")
    house.clock.tick(minutes=2)
    ana.texts("we need a crib")
    assert "555-01" in ana.last


def test_a_thank_you_after_a_crisis_does_not_alarm_again(house: House, ana: HeldPhone, dr_lee: HeldPhone) -> None:
    house.enrols()
    ana.texts("I want to kill myself")
    dr_lee.texts("ack 12")
    told = len(dr_lee.got)
    ana.texts("ok thanks")
    assert len(dr_lee.got) == told
    assert len(house.all(DistressSignal)) == 1


def test_a_sentence_cut_in_two_is_heard(house: House, ana: HeldPhone, dr_lee: HeldPhone) -> None:
    house.enrols()
    ana.texts("I want to kill")
    assert dr_lee.got == []
    house.clock.tick(minutes=1)
    ana.texts("myself")
    assert "E-12" in dr_lee.last


def test_halves_of_a_sentence_an_hour_apart_are_none(house: House, ana: HeldPhone, dr_lee: HeldPhone) -> None:
    house.enrols()
    ana.texts("I want to kill")
    house.clock.tick(hours=1)
    ana.texts("myself")
    assert not [text for text in dr_lee.got if "ACK" in text]
