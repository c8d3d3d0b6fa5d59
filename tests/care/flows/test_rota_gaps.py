"""Hours with nobody on call are seen days before they come, and go from the board once they are filled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from checkback.care.flows import board, duty, rotas
from checkback.care.flows.board import NobodyOnCall
from checkback.care.flows.rotas import Shift
from checkback.care.model import StaffMember, Task
from checkback.care.terms import TaskKind
from tests.story import House


def gaps(house: House) -> list[tuple[str, bool]]:
    return [(gap.rota, gap.is_now) for gap in on_the_board(house)]


def on_the_board(house: House) -> Sequence[NobodyOnCall]:
    anybody = next(member for member in house.all(StaffMember) if member.login == "lee")
    return board.look(house.rt, anybody.id).gaps


def test_a_week_ahead_the_board_says_when_nobody_is_on_call_and_a_coordinator_has_a_task(house):
    now = house.clock.now()
    assert gaps(house) == []
    assert not rotas.warn_of_gaps(house.rt)
    away = now + timedelta(days=3), now + timedelta(days=4)
    duty.set_away(house.rt, "ortiz", *away, None, by="rivera")
    assert ("North on call", False) in gaps(house)
    (gap,) = [each for each in on_the_board(house) if each.rota == "North on call"]
    assert (gap.starts_at, gap.ends_at) == away
    assert rotas.warn_of_gaps(house.rt)
    assert not rotas.warn_of_gaps(house.rt), "one task a gap"
    assert [task.owner_id is not None for task in house.all(Task) if task.kind is TaskKind.ROTA_GAP] == [True]
    house.clock.tick(days=3, hours=1)
    assert ("North on call", True) in gaps(house)
    rotas.override(house.rt, "North on call", Shift("lee", *away), by="rivera")
    assert gaps(house) == []
