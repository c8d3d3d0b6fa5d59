"""A promise is a row, and ends in exactly one of four ways."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from checkback.care.model import AuditEvent, CheckIn, Contact, Entity, Family
from checkback.care.terms import CheckInState, LatePolicy
from tests.care.conftest import ON_SQLITE
from tests.story import HeldPhone, House

ST_LOUIS = ZoneInfo("America/Chicago")


@pytest.fixture
def agreed(house: House, ana: HeldPhone) -> House:
    house.enrols()
    house.works()
    ana.texts("1")
    return house


def changes(house: House, kind: type[Entity], **values: object) -> None:
    with house.rt.store.begin("test.change") as tx:
        row = tx.session.query(kind).one()
        for name, value in values.items():
            setattr(row, name, value)
        tx.record("test.changed", row)


def questions(phone: HeldPhone) -> list[str]:
    return [text for text in phone.got if "How are things going" in text]


def test_an_answer_ends_it(agreed, ana):
    agreed.clock.tick(hours=48)
    agreed.works()
    ana.texts("we are fine")
    assert agreed.check_in.state is CheckInState.ANSWERED
    agreed.clock.tick(hours=72)
    agreed.works()
    assert agreed.check_in.state is CheckInState.ANSWERED
    assert len(questions(ana)) == 1


def test_an_answer_that_overtakes_our_own_note_of_the_sending_ends_it(agreed, ana):
    agreed.clock.tick(hours=48)
    agreed.carrier.swallows_next()
    agreed.works(rounds=1)
    assert agreed.check_in.state is CheckInState.DUE
    ana.texts("we are fine")
    assert agreed.check_in.state is CheckInState.ANSWERED
    agreed.clock.tick(minutes=1)
    agreed.works()
    assert agreed.check_in.state is CheckInState.ANSWERED
    assert len(questions(ana)) == 1


def test_silence_ends_it_after_two_days(agreed, ana):
    agreed.clock.tick(hours=48)
    agreed.works()
    agreed.clock.tick(hours=47, minutes=59)
    agreed.ticks()
    assert agreed.check_in.state is CheckInState.ASKED
    agreed.clock.tick(minutes=2)
    agreed.ticks()
    assert agreed.check_in.state is CheckInState.CLOSED_AFTER_SILENCE


@pytest.mark.parametrize("end", [state for state in CheckInState if state.is_over])
def test_a_promise_that_ended_stays_ended(end):
    now = datetime(2026, 3, 5, tzinfo=ST_LOUIS)
    check_in = CheckIn(uuid4(), uuid4(), "promised", now, now, "check_in.opening")
    assert check_in.end(end, now)
    assert not any(check_in.end(other, now) for other in CheckInState if other.is_over)
    assert check_in.state is end


def test_due_in_the_night_it_is_asked_in_the_morning(house, ana):
    house.sets_clock(datetime(2026, 3, 3, 22, 30, tzinfo=ST_LOUIS))
    house.enrols()
    house.works()
    assert ana.got == [], "nor is the welcome sent at night"
    house.sets_clock(datetime(2026, 3, 4, 9, 0, tzinfo=ST_LOUIS))
    house.works()
    ana.texts("1")
    house.sets_clock(datetime(2026, 3, 5, 22, 31, tzinfo=ST_LOUIS))
    house.works()
    assert questions(ana) == []
    house.sets_clock(datetime(2026, 3, 6, 8, 59, tzinfo=ST_LOUIS))
    house.works(rounds=1)
    assert questions(ana) == []
    house.sets_clock(datetime(2026, 3, 6, 9, 0, tzinfo=ST_LOUIS))
    house.works()
    assert len(questions(ana)) == 1


@ON_SQLITE
def test_over_a_clock_change_the_morning_is_the_new_morning(house, ana):
    """The night to 8 March 2026 the clocks go forward in St. Louis."""
    house.sets_clock(datetime(2026, 3, 6, 10, 0, tzinfo=ST_LOUIS))
    house.enrols(promise_hours=35)
    house.works()
    ana.texts("1")
    house.sets_clock(datetime(2026, 3, 8, 8, 59, tzinfo=ST_LOUIS))
    house.works(rounds=1)
    assert questions(ana) == []
    house.sets_clock(datetime(2026, 3, 8, 9, 1, tzinfo=ST_LOUIS))
    house.works()
    assert len(questions(ana)) == 1


@ON_SQLITE
def test_nothing_starts_in_the_last_ten_minutes(agreed, ana):
    agreed.sets_clock(datetime(2026, 3, 5, 19, 50, tzinfo=ST_LOUIS))
    agreed.works(rounds=1)
    assert questions(ana) == []
    agreed.sets_clock(datetime(2026, 3, 6, 9, 0, tzinfo=ST_LOUIS))
    agreed.works()
    assert len(questions(ana)) == 1


def test_a_house_that_stood_still_past_its_time_makes_it_a_task(agreed, ana):
    agreed.clock.tick(hours=48 + 24)
    agreed.works()
    assert questions(ana) == []
    assert agreed.check_in.state is CheckInState.HANDED_OVER
    assert agreed.tasks == ["promise-late"]


def test_one_that_may_be_dropped_is_cancelled_with_the_reason(agreed):
    with agreed.rt.store.begin("test.change") as tx:
        tx.get(CheckIn, agreed.check_in.id).late_policy = LatePolicy.DROP
        tx.record("test.changed", agreed.check_in)
    agreed.clock.tick(hours=48 + 24)
    agreed.works()
    assert (agreed.check_in.state, agreed.check_in.reason) == (CheckInState.CANCELLED, "too-late")
    assert agreed.tasks == []


def test_without_consent_it_becomes_a_task_in_the_end(house, ana):
    house.enrols()
    house.works()
    house.clock.tick(hours=48)
    house.works()
    assert house.check_in.state is CheckInState.PLANNED
    house.clock.tick(hours=24)
    house.works()
    assert questions(ana) == []
    assert house.tasks == ["promise-late"]


def test_consent_that_comes_late_but_in_time_lets_it_go(house, ana):
    house.enrols()
    house.works()
    house.clock.tick(hours=49)
    house.works()
    ana.texts("1")
    house.clock.tick(minutes=16)
    house.works()
    assert len(questions(ana)) == 1


@ON_SQLITE
@pytest.mark.parametrize(
    ("kind", "values", "state", "reason"),
    [
        (Family, {"closed_at": "now"}, CheckInState.CANCELLED, "case-closed"),
        (Contact, {"wrong_person_at": "now"}, CheckInState.CANCELLED, "wrong-person"),
    ],
    ids=["family closed", "wrong person"],
)
def test_what_stands_against_it_ends_it(agreed, ana, kind, values, state, reason):
    changes(agreed, kind, **dict.fromkeys(values, agreed.clock.now()))
    agreed.clock.tick(hours=48)
    for _ in range(25):
        agreed.works(rounds=1)
        agreed.clock.tick(hours=1)
    assert questions(ana) == []
    assert agreed.check_in.state is state
    assert agreed.check_in.reason in (reason, "too-late")


def test_a_pause_puts_it_off_or_makes_it_a_task(agreed, ana):
    changes(agreed, Contact, paused_until=agreed.clock.now() + timedelta(hours=50))
    agreed.clock.tick(hours=48)
    agreed.works()
    assert questions(ana) == []
    agreed.clock.tick(hours=2, minutes=1)
    agreed.works()
    assert len(questions(ana)) == 1


def test_while_a_person_has_the_conversation_it_waits(agreed, ana, dr_lee):
    agreed.clock.tick(hours=47)
    ana.texts("I want to kill myself")
    agreed.clock.tick(hours=2)
    agreed.works()
    assert questions(ana) == []
    dr_lee.texts("reached 12")
    agreed.clock.tick(hours=11)
    agreed.works()
    assert questions(ana) == [], "nor right after somebody in distress was seen to"
    agreed.clock.tick(hours=11, minutes=15)
    agreed.works()
    assert len(questions(ana)) == 1


def test_with_the_assistant_down_the_promise_is_kept_all_the_same(agreed, ana):
    agreed.assistant.is_down = True
    agreed.clock.tick(hours=48)
    agreed.works()
    agreed.clock.tick(minutes=1)
    agreed.works()
    assert len(questions(ana)) == 1
    assert agreed.check_in.state is CheckInState.ASKED


def test_while_they_are_writing_the_check_in_follows(agreed, ana):
    agreed.assistant.is_down = True
    agreed.receives("we need a crib", from_=ana.number, to=ana.line)
    agreed.clock.tick(hours=48)
    agreed.works(rounds=1)
    agreed.assistant.is_down = False
    agreed.works()
    assert len(questions(ana)) == 1
    assert any("555-01" in text for text in ana.got)


def test_every_way_it_went_is_in_the_audit(agreed, ana):
    agreed.clock.tick(hours=48)
    agreed.works()
    ana.texts("fine")
    actions = [event.action for event in agreed.all(AuditEvent) if event.subject_id == agreed.check_in.id]
    assert actions == ["check-in.promised", "check-in.due", "check-in.asked", "check-in.answered"]
