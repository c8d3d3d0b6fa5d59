"""A family is handed on, covered, paused, closed and opened again, by whoever may see it, with a row for each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from checkback.care.errors import HoldRefused, NotFound, WordsRefused
from checkback.care.flows import board, family_change, family_page, family_plans, staff_work, staffing
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import (
    AuditEvent,
    CheckIn,
    Contact,
    EscalationNotice,
    Family,
    Note,
    StaffMember,
    Task,
    TaskMove,
)
from checkback.care.steps.owners import owner_for
from checkback.care.store import people
from checkback.care.terms import CheckInState, TaskMoveKind


def who(house, login):
    return next(member for member in house.all(StaffMember) if member.login == login)


@pytest.fixture
def lee(house):
    return who(house, "lee")


@pytest.fixture
def family(house, ana):
    reference = house.enrols()
    house.works()
    ana.texts("1")
    return reference


def answers_for(rt, reference):
    with rt.store.read() as tx:
        found = people.assigned_to(tx, people.family(tx, reference).id)
        return found.login if found else None


def today(house):
    return house.clock.now().date()


def test_a_family_handed_on_is_a_colleagues_with_its_open_tasks(house, rt, family, lee, ana):
    ana.texts("call me please")
    assert {task.owner_id for task in house.all(Task)} == {lee.id}
    family_change.transfer(rt, family, lee.id, "bauer", "closer to where they live")
    assert answers_for(rt, family) == "bauer"
    assert {task.owner_id for task in house.all(Task)} == {who(house, "bauer").id}
    (note,) = house.all(Note)
    assert "closer to where they live" in note.text
    actions = {event.action for event in house.all(AuditEvent) if event.actor == f"staff:{lee.id}"}
    assert {"assignment.ended", "assignment.given", "note.written"} <= actions


def test_whoever_covers_is_told_first_and_has_new_tasks_until_it_ends_by_itself(house, rt, family, lee, ana):
    bauer = who(house, "bauer")
    family_change.cover(rt, family, lee.id, "bauer", today(house) + timedelta(days=2), "on leave")
    ana.texts("I want to kill myself")
    first = house.all(EscalationNotice)[0]
    assert first.staff_id == bauer.id
    with rt.store.read() as tx:
        kept = people.family(tx, family)
        assert owner_for(tx, kept.id, kept.team_id) == tx.get(StaffMember, bauer.id)
    assert [(each.name, each.until is None) for each in family_page.show(rt, family, lee.id).assigned] == [
        (bauer.name, False),
        (lee.name, True),
    ]
    house.clock.tick(hours=4 * 24)
    assert answers_for(rt, family) == "lee"
    assert [each.name for each in family_page.show(rt, family, lee.id).assigned] == [lee.name]


def test_what_came_to_a_cover_goes_back_when_it_is_over_and_what_was_given_to_them_stays(house, rt, family, lee, ana):
    bauer = who(house, "bauer")
    family_change.cover(rt, family, lee.id, "bauer", today(house) + timedelta(days=2), "on leave")
    ana.texts("call me please")
    (came,) = house.all(Task)
    assert came.owner_id == bauer.id
    house.works(rounds=1)
    assert house.all(Task)[0].owner_id == bauer.id, "not while the cover lasts"
    family_change.end_cover(rt, family, lee.id)
    house.works(rounds=1)
    assert house.all(Task)[0].owner_id == lee.id
    moves = [(each.from_id, each.to_id, each.kind) for each in house.all(TaskMove)]
    assert moves[-1] == (bauer.id, lee.id, TaskMoveKind.HANDED_OVER)
    staff_work.give_task(rt, came.id, lee.id, "bauer", "he knows them by now")
    house.works(rounds=2)
    assert house.all(Task)[0].owner_id == bauer.id


def test_what_came_to_a_cover_goes_back_also_where_it_ran_out_by_itself(house, rt, family, lee, ana):
    family_change.cover(rt, family, lee.id, "bauer", today(house), "on leave")
    ana.texts("call me please")
    house.clock.tick(days=1)
    house.works(rounds=1)
    assert [task.owner_id for task in house.all(Task) if task.kind == "call-back"] == [lee.id]


def test_a_cover_can_end_before_and_one_follows_another(house, rt, family, lee):
    last = today(house) + timedelta(days=9)
    family_change.cover(rt, family, lee.id, "bauer", last, "on leave")
    family_change.cover(rt, family, lee.id, "rivera", last, "on leave")
    assert answers_for(rt, family) == "rivera"
    family_change.end_cover(rt, family, lee.id)
    family_change.end_cover(rt, family, lee.id)
    assert answers_for(rt, family) == "lee"


def test_whoever_covers_and_leaves_covers_no_more(house, rt, family, lee):
    family_change.cover(rt, family, lee.id, "bauer", today(house) + timedelta(days=9), "on leave")
    staffing.let_go(rt, "bauer", "", who(house, "admin").id)
    assert answers_for(rt, family) == "lee"


@pytest.mark.parametrize(
    ("to", "days", "reason"),
    [("lee", 2, "x"), ("okafor", 2, "x"), ("bauer", -2, "x"), ("bauer", 99, "x"), ("bauer", 2, " ")],
)
def test_a_cover_that_cannot_be_is_refused_and_changes_nothing(house, rt, family, lee, to, days, reason):
    with pytest.raises(WordsRefused):
        family_change.cover(rt, family, lee.id, to, today(house) + timedelta(days=days), reason)
    assert answers_for(rt, family) == "lee"
    assert house.all(Note) == []


def test_handing_on_to_nobody_an_officer_or_whoever_has_them_is_refused(house, rt, family, lee):
    for to in ("lee", "okafor"):
        with pytest.raises(WordsRefused):
            family_change.transfer(rt, family, lee.id, to, "x")
    with pytest.raises(NotFound):
        family_change.transfer(rt, family, lee.id, "nobody", "x")
    assert answers_for(rt, family) == "lee"


def test_one_of_them_is_paused_and_the_other_is_not(house, rt, lee):
    two = [NewContact("Ana Morales", "+13145550101"), NewContact("Luis Morales", "+13145550102", "es")]
    reference = house.enrols(contacts=two)
    luis = next(contact for contact in house.all(Contact) if contact.name == "Luis Morales")
    family_change.pause(rt, reference, lee.id, today(house) + timedelta(days=9), luis.id)
    paused = {person.name for person in family_change.show(rt, reference, lee.id).people if person.paused_until}
    assert paused == {"Luis Morales"}
    family_change.resume(rt, reference, lee.id, luis.id)
    assert not any(person.paused_until for person in family_change.show(rt, reference, lee.id).people)


def test_a_family_in_distress_is_not_closed(house, rt, family, lee, ana):
    ana.texts("I want to kill myself")
    assert family_change.show(rt, family, lee.id).open_escalation == "E-12"
    with pytest.raises(HoldRefused, match="E-12"):
        family_change.close(rt, family, lee.id)
    assert house.all(Family)[0].closed_at is None
    assert [each.family for each in board.look(rt, lee.id).escalations] == [family]


def test_closed_opened_again_and_a_plan_begun_anew(house, rt, family, lee):
    planned = {row.step for row in house.all(CheckIn) if row.state is CheckInState.PLANNED}
    assert len(family_change.show(rt, family, lee.id).coming) == len(planned)
    plan = family_change.show(rt, family, lee.id).plan
    family_change.close(rt, family, lee.id)
    assert {row.state for row in house.all(CheckIn)} <= {CheckInState.CANCELLED, CheckInState.ANSWERED}
    family_change.reopen(rt, family, lee.id)
    page = family_change.show(rt, family, lee.id)
    assert (page.closed_at, page.plan, page.coming) == (None, None, [])
    assert plan is not None
    family_plans.follow(rt, family, plan, "lee", really=True)
    again = {row.step.partition(".")[0] for row in house.all(CheckIn) if row.state is CheckInState.PLANNED}
    assert again
    assert again <= planned


def test_nobody_changes_a_family_that_is_not_for_them(house, rt, family, lee):
    other = who(house, "okafor")
    for flow, asked in (
        (family_change.show, ()),
        (family_change.close, ()),
        (family_change.reopen, ()),
        (family_change.end_cover, ()),
        (family_change.transfer, ("bauer", "x")),
        (family_change.pause, (today(house) + timedelta(days=3),)),
    ):
        with pytest.raises(NotFound):
            flow(rt, family, other.id, *asked)
    assert answers_for(rt, family) == "lee"
