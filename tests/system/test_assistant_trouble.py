"""The assistant answers errors, nothing, or never: a crisis is told all the same, and a turn moves once."""

from __future__ import annotations

import pytest

from checkback.care.terms import TaskKind
from tests.system.conftest import Neighbours
from tests.system.processes import until
from tests.system.real_house import RealHouse
from tests.system.stand_in import StandIn

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("mood", ["error", "empty"])
def test_an_assistant_that_answers_nothing_leaves_nobody_in_silence(
    house: RealHouse, stand_in: StandIn, neighbours: Neighbours, mood: str
) -> None:
    ana, rosa, dr_lee = neighbours.pop(), neighbours.pop(), house.dr_lee
    dr_lee.looks()
    before = house.count_tasks(TaskKind.ASSISTANT_FAILED)
    with stand_in.in_mood(mood):
        rosa.writes("we need a crib")
        ana.writes("I want to kill myself")
        number = dr_lee.is_told(within=12)
        ana.gets("988")
        for tries in (1, 2):
            until("another try", lambda: stand_in.failures >= tries)  # noqa: B023
            house.passes(seconds=7)
        rosa.gets("A person on the team will read it")
    assert house.count_tasks(TaskKind.ASSISTANT_FAILED) == before + 1
    dr_lee.reaches_them(number)

    rosa.writes(f"are you there, {mood}")
    rosa.gets("got your message")
    assert stand_in.asked.count(f"are you there, {mood}") == 1
    assert "we need a crib" not in stand_in.asked


def test_an_assistant_that_hangs_holds_up_no_crisis_and_is_asked_the_same_turn_again(
    house: RealHouse, stand_in: StandIn, neighbours: Neighbours
) -> None:
    silent, ana, dr_lee = [neighbours.pop() for _ in range(3)], neighbours.pop(), house.dr_lee
    dr_lee.looks()
    with stand_in.in_mood("hangs"):
        for phone in silent:
            phone.writes("we need a crib, all of us")
        until("every thread waiting for it", lambda: stand_in.failures >= 2)
        ana.writes("I want to kill myself")
        number = dr_lee.is_told(within=12)
        ana.gets("988")
    dr_lee.reaches_them(number)
    for phone in silent:
        phone.gets("555-01")
        assert sum("555-01" in text for text in phone.got) == 1
    assert stand_in.asked.count("we need a crib, all of us") == len(silent)
