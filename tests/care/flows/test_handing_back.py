"""A person gives the talk back: the family reads once that we are here, with what is still open, where it is safe."""

from __future__ import annotations

from uuid import uuid4

import pytest

from checkback.care.flows import phone_safety, staff_work
from checkback.care.model import Contact, Conversation, StaffMember
from checkback.care.terms import SafetyMode
from tests.care.conftest import ON_SQLITE
from tests.story import HeldPhone, House

BACK, CALL, HELP = "We are back on this line", "still plans to call you", "still looking for help for you"
CRISIS = "I want to kill myself"


@pytest.fixture
def agreed(house: House, ana: HeldPhone) -> House:
    house.enrols()
    house.works()
    ana.texts("1")
    return house


def lee(house: House) -> StaffMember:
    found: StaffMember = next(member for member in house.all(StaffMember) if member.login == "lee")
    return found


def writes(house: House, body: str) -> None:
    staff_work.reply(house.rt, "F-12", house.all(Contact)[0].id, lee(house).id, body, uuid4())
    house.works()


def gives_back(house: House) -> None:
    staff_work.give_back(house.rt, "F-12", house.all(Contact)[0].id, lee(house).id)
    house.works()


def test_after_a_persons_own_texts_the_assistant_comes_back_with_one_sentence(agreed: House, ana: HeldPhone) -> None:
    writes(agreed, "How did the visit go?")
    ana.texts("it went fine")
    asked, before = len(agreed.assistant.asked), len(ana.got)
    gives_back(agreed)
    assert [BACK in text for text in ana.got[before:]] == [True]
    assert CALL not in ana.last
    assert HELP not in ana.last
    ana.texts("we need a crib")
    assert len(agreed.assistant.asked) == asked + 1


def test_what_is_still_open_is_said(agreed: House, ana: HeldPhone) -> None:
    ana.texts("please call me")
    writes(agreed, "I am here.")
    gives_back(agreed)
    assert BACK in ana.last
    assert CALL in ana.last


@pytest.mark.parametrize(("outcome", "says"), [("reached", True), ("tried", True), ("false", True), ("welfare", False)])
def test_an_outcome_by_text_hands_back_and_says_so(
    agreed: House, ana: HeldPhone, dr_lee: HeldPhone, outcome: str, says: bool
) -> None:
    ana.texts(CRISIS)
    dr_lee.texts("ack 12")
    before = len(ana.got)
    dr_lee.texts(f"{outcome} 12")
    assert agreed.all(Conversation)[0].with_person_since is None
    assert [BACK in text for text in ana.got[before:]] == [True] * says
    assert (CALL in ana.last) is (outcome == "tried")


@ON_SQLITE
def test_the_same_outcome_twice_says_it_once(agreed: House, ana: HeldPhone, dr_lee: HeldPhone) -> None:
    ana.texts(CRISIS)
    dr_lee.texts("ack 12")
    dr_lee.texts("reached 12")
    dr_lee.texts("reached 12")
    assert sum(BACK in text for text in ana.got) == 1


@ON_SQLITE
def test_where_whoever_is_the_danger_may_read_nothing_is_said(agreed: House, ana: HeldPhone, dr_lee: HeldPhone) -> None:
    ana.texts("he hits me")
    dr_lee.texts("ack 12")
    before = len(ana.got)
    dr_lee.texts("reached 12")
    assert ana.got[before:] == []


@ON_SQLITE
def test_an_unsafe_phone_is_told_nothing(agreed: House, ana: HeldPhone) -> None:
    writes(agreed, "Hello.")
    phone_safety.set_mode(agreed.rt, "F-12", "lee", SafetyMode.UNSAFE)
    before = len(ana.got)
    gives_back(agreed)
    assert ana.got[before:] == []


@ON_SQLITE
def test_after_an_opt_out_nothing_is_said(agreed: House, ana: HeldPhone) -> None:
    writes(agreed, "Hello.")
    ana.texts("STOP")
    before = len(ana.got)
    gives_back(agreed)
    assert ana.got[before:] == []


@ON_SQLITE
def test_it_waits_for_their_hours_and_is_dropped_when_another_crisis_comes(agreed: House, ana: HeldPhone) -> None:
    writes(agreed, "Hello.")
    agreed.clock.tick(hours=13)
    before = len(ana.got)
    gives_back(agreed)
    assert ana.got[before:] == []
    ana.texts(CRISIS)
    agreed.clock.tick(hours=11)
    agreed.works()
    assert not any(BACK in text for text in ana.got)
