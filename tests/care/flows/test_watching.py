"""Who watches the watchman: an escalation that does not move is noticed, and whoever listens outside hears nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from checkback.care.flows import summoning, watching
from checkback.care.model import Escalation
from checkback.care.steps.telling import tell_at_once
from tests.fakes.telling import FakeCaller
from tests.story import DR_LEE, ON_CALL, ORTIZ, HeldPhone, House

ST_LOUIS = ZoneInfo("America/Chicago")


def in_danger(house: House, ana: HeldPhone) -> None:
    house.enrols()
    house.works()
    ana.texts("he has a gun")


def heard(house: House) -> list[str]:
    """What whoever listens outside hears of one look."""
    pings: list[str] = []
    watching.watch(house.rt, lambda: pings.append("ping"))
    return pings


def test_while_every_escalation_moves_whoever_listens_outside_hears_it(house, ana):
    assert heard(house) == ["ping"]
    in_danger(house, ana)
    assert heard(house) == ["ping"]


def test_an_escalation_that_nobody_advances_is_paged_by_text_and_call_and_the_heartbeat_stops(house, ana):
    caller = FakeCaller()
    house.rt = replace(house.rt, caller=caller)
    in_danger(house, ana)
    house.clock.tick(minutes=8)  # and no scheduler is there
    assert heard(house) == []
    assert watching.still(house.rt) == ["E-12"]
    house.works(rounds=1)
    summoning.make_due(house.rt)
    assert any("stand still" in text for text in house.phone(ON_CALL).got)
    assert [call.to for call in caller.rang] == [ON_CALL]
    watching.watch(house.rt)
    assert len(caller.rang) == 1, "once in a quarter of an hour"


def test_one_whose_next_person_was_due_at_once_stands_still_minutes_later(house, ana):
    """Whoever was told could not be reached; it is not long since, and yet nobody's turn comes."""
    in_danger(house, ana)
    with house.rt.store.begin("test.at-once") as tx:
        escalation = tx.session.query(Escalation).one()
        tell_at_once(tx, escalation)
        tx.record("test.at-once", escalation)
    house.clock.tick(minutes=3)  # and no scheduler is there
    assert watching.still(house.rt) == ["E-12"]
    assert heard(house) == []


def test_an_escalation_without_a_next_moment_stands_still(house, ana):
    in_danger(house, ana)
    with house.rt.store.begin("test.broken") as tx:
        escalation = tx.session.query(Escalation).one()
        escalation.next_at = None
        tx.record("test.broken", escalation)
    assert heard(house) == []


def test_whoever_is_on_call_gets_one_test_page_a_day(house):
    house.sets_clock(datetime(2026, 3, 9, 9, 50, tzinfo=ST_LOUIS))
    assert not watching.send_test_page(house.rt)
    house.clock.tick(minutes=15)
    assert watching.send_test_page(house.rt)
    assert not watching.send_test_page(house.rt)
    house.works(rounds=1)
    told = [text.to for text in house.carrier.taken if "TEST" in text.body]
    assert len(told) == 2, "one for each team"
    assert set(told) & {DR_LEE, ORTIZ}
    house.clock.tick(days=1)
    assert watching.send_test_page(house.rt)
