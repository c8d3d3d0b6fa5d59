"""The carrier refuses, hangs, resets or takes a text in silence: nothing goes twice, and alerts get out."""

from __future__ import annotations

import pytest

from checkback.care.terms import CheckInState, OutboundState, TaskKind
from tests.system.conftest import Neighbours
from tests.system.processes import until
from tests.system.real_house import ZONE, HeldPhone, RealHouse

pytestmark = pytest.mark.slow

BLOCKED = 21610
TROUBLE = ["refuse-429", "error-503-html", "reset", "accepted-then-silent"]


@pytest.mark.parametrize("trouble", TROUBLE)
def test_an_alert_gets_out_whatever_the_carrier_does_first(house: RealHouse, ana: HeldPhone, trouble: str) -> None:
    dr_lee = house.dr_lee
    dr_lee.looks()
    house.carrier_does(trouble, count=2, number=dr_lee.number)
    ana.writes("I want to kill myself")
    number = dr_lee.is_told()
    assert "988" in ana.gets("988")
    dr_lee.reaches_them(number)


def test_what_the_carrier_hangs_on_is_an_alert_sent_again_or_an_answer_that_comes_once(
    house: RealHouse, ana: HeldPhone, neighbours: Neighbours
) -> None:
    dr_lee, rosa = house.dr_lee, neighbours.pop()
    dr_lee.looks()
    house.carrier_does("hang", seconds=25, number=dr_lee.number)
    house.carrier_does("hang", seconds=20, number=rosa.number)  # and takes it after we gave up
    rosa.writes("we need a crib")
    ana.writes("he has a gun")
    dr_lee.reaches_them(dr_lee.is_told("EMERGENT"))
    rosa.gets("555-01")
    house.passes(seconds=61)
    until("all of it settled", lambda: house.states_of(rosa) <= {OutboundState.DELIVERED})
    assert_came_once(rosa, "555-01")


def test_a_text_refused_for_the_moment_goes_once_when_its_time_has_come(house: RealHouse, ana: HeldPhone) -> None:
    house.carrier_does("refuse-429", retry_after=3, count=2, number=ana.number)
    ana.writes("we need a crib")
    ana.gets("555-01")
    assert_came_once(ana, "555-01")


def test_a_text_the_carrier_took_in_silence_is_found_there_and_not_sent_again(house: RealHouse, ana: HeldPhone) -> None:
    house.carrier_does("accepted-then-silent", number=ana.number)
    house.carrier_does("lose-callback", count=9, number=ana.number)
    ana.writes("we need a crib")
    ana.gets("555-01")
    until("nobody knowing what became of it", lambda: OutboundState.UNCLEAR in house.states_of(ana))
    house.passes(seconds=31)
    until("the look-up finding it", lambda: OutboundState.UNCLEAR not in house.states_of(ana))
    assert_came_once(ana, "555-01")


def test_a_text_nobody_can_find_becomes_a_persons_task(house: RealHouse, neighbours: Neighbours) -> None:
    before = house.count_tasks(TaskKind.UNCLEAR_SEND)
    phones = {trouble: neighbours.pop() for trouble in ("error-503-html", "reset")}
    for trouble, phone in phones.items():
        house.carrier_does(trouble, number=phone.number)
        phone.writes("we need a crib")
    for phone in phones.values():
        until("nobody knowing what became of it", lambda: OutboundState.UNCLEAR in house.states_of(phone))  # noqa: B023
    house.passes(minutes=6)
    until("a person being asked", lambda: house.count_tasks(TaskKind.UNCLEAR_SEND) == before + 2)
    assert not [text for phone in phones.values() for text in phone.got if "555-01" in text]


def test_nothing_follows_a_stop_until_they_come_back(house: RealHouse) -> None:
    """Whether we heard of it from the phone, or learn it from the carrier's refusal of our next text."""
    heard, unheard = house.new_phone(), house.new_phone()
    for phone in (heard, unheard):
        house.enrols(phone)
    house.agree([heard, unheard])
    heard.writes("STOP")
    heard.is_heard()
    house.kills("gateway")
    unheard.writes("STOP")
    until("the carrier blocking the phone", lambda: any(text.automatic for text in unheard.received))
    house.restarts("gateway")
    came = heard.got, unheard.got

    house.promises_fall_due()
    until("the promise cancelled", lambda: ends(house, heard) == [CheckInState.CANCELLED])
    until("the carrier's refusal kept", lambda: BLOCKED in {text.error_code for text in house.texts_to(unheard)})
    assert ends(house, unheard) == [CheckInState.CANCELLED]
    unheard.writes("we need a crib")
    unheard.is_heard()
    assert (heard.got, unheard.got) == came

    heard.writes("START")
    heard.is_heard()
    heard.writes("call me please")
    heard.gets("person on the team to call|A person will call you")  # at the weekend: when they are back
    assert unheard.got == came[1]


def test_what_falls_due_at_night_goes_out_in_the_morning(house: RealHouse) -> None:
    phone = house.new_phone()
    house.reaches(21)
    house.enrols(phone)
    until("the welcome waiting", lambda: [m.due_at > house.now() for m in house.texts_to(phone)] == [True])
    house.reaches(3)
    assert (phone.got, phone.under_way) == ([], [])
    house.reaches(9)
    house.agree([phone])

    house.passes(hours=24)
    house.reaches(22)  # the promise is two days old
    until("the promise waiting", lambda: [p.due_at > house.now() for p in house.promises_to(phone)] == [True])
    came = phone.got
    house.reaches(4)
    assert (phone.got, phone.under_way) == (came, [])
    house.reaches(9)
    phone.gets("We said we would check in")
    assert {text.at.astimezone(ZONE).hour for text in phone.received} <= set(range(9, 20))


def ends(house: RealHouse, phone: HeldPhone) -> list[CheckInState]:
    return [promise.state for promise in house.promises_to(phone)]


def assert_came_once(phone: HeldPhone, words: str) -> None:
    """Once on the phone, and nothing more on its way."""
    assert sum(words in text for text in phone.got) == 1, phone.got
    assert phone.under_way == []
