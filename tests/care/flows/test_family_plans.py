"""A family keeps the plan it started with, until somebody moves it who has seen what changes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from checkback.care.errors import InvalidEnrolment, NoSuchPlan, NotAllowed, NotFound
from checkback.care.flows import family_plans, plan_versions
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import CheckIn, CheckInPlan, Contact, Family
from checkback.care.terms import CheckInState
from tests.conftest import PROGRAM
from tests.story import ANA, HeldPhone, House

STANDARD = (PROGRAM / "plans" / "standard.yml").read_text("utf-8")
CHANGED = (
    STANDARD.replace("after_days: 45", "after_days: 50")
    .replace("  - {step: day-8,", "  - {step: week-1,")
    .replace("wording: caring.year", "wording: caring.thinking")
)


@pytest.fixture
def second(house: House, tmp_path: Path) -> str:
    """Another version of the standard plan, approved."""
    (tmp_path / "standard.yml").write_text(CHANGED, "utf-8")
    plan_versions.draft(house.rt, tmp_path / "standard.yml", "lee")
    return plan_versions.approve(house.rt, "standard", "ortiz")


@pytest.fixture
def agreed(house: House, ana: HeldPhone) -> House:
    house.enrols(child_ages=[9])
    house.works()
    ana.texts("1")
    return house


def planned(house: House) -> dict[str, CheckIn]:
    return {row.step: row for row in house.all(CheckIn) if row.state is CheckInState.PLANNED}


def version_of(house: House) -> str | None:
    (family,) = house.all(Family)
    return next((p.reference for p in house.all(CheckInPlan) if p.id == family.plan_id), None)


def test_every_text_of_the_plan_is_planned_from_the_first_day(agreed):
    rows = planned(agreed)
    assert len(rows) == 12
    assert version_of(agreed) == "standard@1"
    assert (rows["day-5"].wording, rows["day-5"].dialogue) == ("check_in.again", "check-in")
    assert rows["month-12"].due_at - rows["promised"].due_at == timedelta(days=363)


def test_a_family_without_a_child_of_that_age_gets_no_such_step(house):
    house.enrols(child_ages=[1])
    assert "day-14" not in planned(house)
    assert len(planned(house)) == 11


def test_the_plan_may_be_named_and_one_that_is_not_there_is_refused(house):
    house.enrols(plan="short")
    assert sorted(planned(house)) == ["day-14", "day-7", "hello", "promised"]
    with pytest.raises(InvalidEnrolment, match="plan: no plan of this name is approved"):
        house.enrols("24-0200", plan="long")


def test_a_new_version_leaves_those_who_started_alone(agreed, second):
    before = {step: (row.due_at, row.wording) for step, row in planned(agreed).items()}
    agreed.works()
    assert {step: (row.due_at, row.wording) for step, row in planned(agreed).items()} == before
    assert (version_of(agreed), second) == ("standard@1", "standard@2")


def test_moving_says_what_changes_and_does_nothing_until_it_is_meant(agreed, second):
    before = {step: (row.due_at, row.wording) for step, row in planned(agreed).items()}
    seen = family_plans.move(agreed.rt, "F-12", "standard", "lee", really=False)
    assert {step: (row.due_at, row.wording) for step, row in planned(agreed).items()} == before
    assert version_of(agreed) == "standard@1"
    changes = {text.step: (text.is_gone, text.is_new) for text in seen.texts}
    assert changes == {
        "day-8": (True, False), "week-1": (False, True), "day-45": (False, False), "month-12": (False, False),
    }  # fmt: skip
    done = family_plans.move(agreed.rt, "F-12", "standard", "lee", really=True)
    assert done == seen
    rows = planned(agreed)
    assert "day-8" not in rows
    assert rows["day-45"].due_at - before["day-45"][0] == timedelta(days=5)
    assert rows["month-12"].wording == "caring.thinking"
    assert version_of(agreed) == "standard@2"
    assert len({row.plan_id for row in rows.values()}) == 1


def test_what_was_promised_at_the_door_keeps_its_time_when_a_family_is_moved(house, second):
    house.enrols(promise_hours=100, plan="short")
    due = house.check_in.due_at
    family_plans.move(house.rt, "F-12", "standard", "lee", really=True)
    assert house.check_in.due_at == due


def test_what_is_asked_or_has_ended_is_left_alone_by_a_move(agreed, ana, second):
    agreed.clock.tick(hours=48)
    agreed.works()
    family_plans.move(agreed.rt, "F-12", "standard", "lee", really=True)
    assert agreed.check_in.state is CheckInState.ASKED
    ana.texts("fine")
    assert agreed.check_in.state is CheckInState.ANSWERED
    assert [row.step for row in agreed.all(CheckIn)].count("promised") == 1


def test_an_ended_plan_texts_nobody_and_a_new_start_plans_what_is_still_to_come(agreed, ana):
    seen = family_plans.end(agreed.rt, "F-12", "lee", really=False)
    assert len(planned(agreed)) == len(seen.texts) == 12
    family_plans.end(agreed.rt, "F-12", "lee", really=True)
    assert planned(agreed) == {}
    assert {row.reason for row in agreed.all(CheckIn)} == {"plan-ended"}
    agreed.clock.tick(days=9)
    agreed.works()
    before = len(ana.got)
    family_plans.start(agreed.rt, "F-12", "standard", "lee", really=True)
    assert sorted(planned(agreed)) == [
        "day-11.2", "day-14.2", "day-21.2", "day-30.2", "day-45.2", "month-12.2", "month-3.2", "month-6.2",
        "promised.2",
    ]  # fmt: skip
    agreed.works()
    assert "How are things going" in ana.got[before]
    assert len(ana.got) == before + 1


@pytest.mark.parametrize(
    ("act", "refused"),
    [
        (lambda rt: family_plans.start(rt, "F-12", "short", "lee", really=True), "follows a plan already"),
        (lambda rt: family_plans.move(rt, "F-12", "standard", "lee", really=True), "follows standard@1 already"),
    ],
)
def test_what_makes_no_sense_is_refused(agreed, act, refused):
    with pytest.raises(NotAllowed, match=refused):
        act(agreed.rt)


def test_nobody_and_nothing_that_is_not_there_is_taken(agreed):
    for act in (
        lambda: family_plans.move(agreed.rt, "F-99", "short", "lee", really=True),
        lambda: family_plans.move(agreed.rt, "F-12", "short", "nobody", really=True),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(NoSuchPlan):
        family_plans.move(agreed.rt, "F-12", "long", "lee", really=True)
    plan_versions.retire(agreed.rt, "short", "lee")
    with pytest.raises(NoSuchPlan, match="is retired"):
        family_plans.move(agreed.rt, "F-12", "short", "lee", really=True)


def test_two_carers_are_moved_each_with_their_own_texts(house):
    house.enrols(contacts=[NewContact("Ana Morales", ANA), NewContact("Ben Morales", "+13145550102", "es")])
    seen = family_plans.move(house.rt, "F-12", "short", "lee", really=True)
    assert {text.contact for text in seen.texts} == {1, 2}
    assert len(house.all(Contact)) == 2
    assert [row.step for row in house.all(CheckIn)].count("day-7") == 2
