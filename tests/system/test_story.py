"""The whole story on real processes, the assistant among them, seen on phones only; and what its dialogue survives."""

from __future__ import annotations

import re

import pytest

from checkback.care.terms import TaskKind
from tests.system.processes import until
from tests.system.real_house import ASSISTANT, HeldPhone, RealHouse

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

CRASHED = 137


@pytest.fixture
def house(house_with_rasa: RealHouse) -> RealHouse:
    house_with_rasa.is_whole_again()
    house_with_rasa.is_day()
    return house_with_rasa


def test_a_family_is_asked_checked_on_helped_and_reached_in_either_language(house: RealHouse) -> None:
    ana, rosa, dr_lee = house.new_phone(), house.new_phone(), house.dr_lee
    house.enrols(ana, promise_hours=48)
    house.enrols(rosa, promise_hours=48, language="es", name="Rosa Salas", clinician="ortiz")
    assert "Riverbend" in ana.gets(r"Reply 1 .* 2 ")
    rosa.gets(r"\b1\b.*\b2\b")
    ana.writes("1")
    rosa.writes("sí")
    ana.gets("Thank you.*988")
    rosa.gets("Gracias.*988")

    house.promises_fall_due()
    ana.gets("We said we would check in")
    rosa.gets("Riverbend")
    ana.writes("not great honestly, we are all so tired")
    rosa.writes("no muy bien, estamos cansados")
    ana.gets("sorry.*What would help")
    rosa.gets("sentimos")
    ana.writes("we need a crib for the baby")
    rosa.writes("necesito una cuna para la bebé")
    ana.gets(r"555-01\d\d")
    rosa.gets(r"555-01\d\d")

    dr_lee.looks()
    ana.writes("I don't want to live anymore")
    ana.gets("988")
    number = dr_lee.is_told()
    assert not any("Ana" in text or ana.number in text or "live" in text for text in dr_lee.got)
    dr_lee.reaches_them(number)
    ana.gets("back on this line")
    until("everything there", lambda: not ana.under_way and not rosa.under_way)
    for phone in (ana, rosa):
        assert sorted(set(phone.got)) == sorted(phone.got), "something came twice"
    assert house.complaints() == []


def test_a_crash_between_the_answer_and_our_keeping_it_moves_the_dialogue_once(
    house: RealHouse, rasa: RealHouse
) -> None:
    ana = a_family(house)
    house.process("worker").stop()
    house.restarts("worker", CHECKBACK_FAULTS="assistant.converse.after@1=crash")
    ana.writes("we need a crib")
    assert house.process("worker").ended() == CRASHED
    house.restarts("worker")
    before = told_again(rasa)
    house.passes(seconds=51)  # whoever had the turn is taken for dead
    ana.gets("555-01")
    assert told_again(rasa) == before + 1
    assert sum("555-01" in text for text in ana.got) == 1


def test_a_crash_between_the_carriers_yes_and_our_keeping_it_sends_nothing_again(house: RealHouse) -> None:
    ana = a_family(house)
    house.process("worker").stop()
    house.restarts("worker", CHECKBACK_FAULTS="carrier.send.after@1=crash")
    house.carrier_does("lose-callback", count=9, number=ana.number)
    ana.writes("we need a crib")
    assert house.process("worker").ended() == CRASHED
    house.restarts("worker")
    house.passes(seconds=61)  # its claim ends: unclear, never due again
    until("nobody knowing what became of it", lambda: "unclear" in house.states_of(ana))
    house.passes(seconds=31)
    until("the look-up finding it", lambda: house.states_of(ana) <= {"delivered", "accepted"})
    assert sum("555-01" in text for text in ana.got) == 1
    assert ana.under_way == []


def test_without_the_action_server_a_need_goes_to_a_person_and_with_it_back_to_help(house: RealHouse) -> None:
    ana = a_family(house)
    before = house.count_tasks(TaskKind.ASSISTANT_FAILED)
    house.kills("actions")
    ana.writes("we need a crib")
    ana.gets("A person on the team will read it")
    assert house.count_tasks(TaskKind.ASSISTANT_FAILED) == before + 1
    house.restarts("actions")
    ana.writes("we need a crib for the baby")
    ana.gets("555-01")
    assert len(ana.got) == len(set(ana.got)) == 4


def test_a_dialogue_survives_its_server_and_three_days_and_a_crisis_does_not_wait_for_it(house: RealHouse) -> None:
    ana, rosa, dr_lee = house.new_phone(), a_family(house), house.dr_lee
    house.enrols(ana)
    house.agree([ana])
    house.promises_fall_due()
    ana.gets("We said we would check in")

    house.kills("assistant")
    dr_lee.looks()
    rosa.writes("I want to kill myself")
    number = dr_lee.is_told(within=12)
    rosa.gets("988")
    dr_lee.reaches_them(number)

    house.passes(days=3)
    house.is_day()
    house.restarts("assistant")
    ana.writes("not great honestly, we are all so tired")
    ana.gets("sorry.*What would help")
    ana.writes("a ride to school")
    ana.gets(r"555-01|no place to name")


def a_family(house: RealHouse) -> HeldPhone:
    """A family that agreed, and whose promise is far off."""
    phone = house.new_phone()
    house.enrols(phone, promise_hours=24 * 14)
    house.agree([phone])
    return phone


def told_again(rasa: RealHouse) -> int:
    """How often the assistant was asked a turn that it had moved already."""
    log = rasa.process(ASSISTANT[0]).log.read_text("utf-8")
    return len(re.findall(r"turn\.answered .*repeated=True", log))
