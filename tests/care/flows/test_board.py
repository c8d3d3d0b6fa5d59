"""The board says who needs somebody now, and names nobody."""

from __future__ import annotations

from datetime import timedelta

from checkback.care.flows import board, escalations, heartbeat, outbound
from checkback.care.flows.board import Whose
from checkback.care.flows.enrolment import NewContact
from checkback.care.flows.outbound import DeliveryReport
from checkback.care.model import OutboundMessage, StaffMember
from checkback.care.terms import (
    DistressLevel,
    EscalationState,
    Language,
    OutboundKind,
    OutboundState,
    TaskKind,
    Urgency,
)
from tests.care.flows.test_a_week_ahead import counted


def staff(house, login):
    return next(member for member in house.all(StaffMember) if member.login == login)


def test_a_quiet_house_has_an_empty_board(house, rt):
    seen = board.look(rt, staff(house, "lee").id)
    assert (seen.escalations, seen.tasks, seen.coming) == ([], [], [])
    assert (seen.counts.texts_in, seen.counts.texts_out, seen.counts.escalations) == (0, 0, 0)


def test_the_worst_that_nobody_has_stands_first(house, rt, ana):
    house.enrols()
    house.works()
    ana.texts("I want to kill myself")
    house.phone("+13145550177").texts("he has a gun")
    house.phone("+13145550178").texts("I cannot cope")
    first = board.look(rt, staff(house, "lee").id).escalations
    assert [(e.level, e.urgency) for e in first] == [
        (DistressLevel.ACUTE, Urgency.EMERGENT),
        (DistressLevel.ACUTE, Urgency.URGENT),
        (DistressLevel.HIGH, None),
    ]
    escalations.acknowledge(rt, first[0].number, staff(house, "ortiz").id)
    assert board.look(rt, staff(house, "lee").id).escalations[-1].reference == first[0].reference


def test_it_says_who_was_told_and_then_who_has_it(house, rt, ana):
    house.enrols()
    house.works()
    ana.texts("I want to kill myself")
    (open_,) = board.look(rt, staff(house, "lee").id).escalations
    assert (open_.state, open_.taken_by, open_.told) == (EscalationState.OPEN, None, ["Dana Lee"])
    assert open_.family == "F-12"
    house.clock.tick(minutes=2)
    escalations.acknowledge(rt, open_.number, staff(house, "ortiz").id)
    (taken,) = board.look(rt, staff(house, "lee").id).escalations
    assert (taken.taken_by, taken.taken_at) == ("Marisol Ortiz", house.clock.now())


def test_an_escalation_of_a_number_we_do_not_know_is_on_the_board_too(house, rt):
    house.phone("+13145550177").texts("I want to kill myself")
    (unknown,) = board.look(rt, staff(house, "lee").id).escalations
    assert unknown.family is None


def test_tasks_stand_in_the_order_they_are_due_and_say_when_they_are_late(house, rt):
    house.enrols(contacts=[NewContact("Sam Reed", "+13145550105", safe_to_text=False)])
    (task,) = board.look(rt, staff(house, "lee").id).tasks
    assert (task.kind, task.family, task.owner, task.is_late) == (TaskKind.CANNOT_TEXT, "F-12", "Dana Lee", False)
    house.clock.set(task.due_at + timedelta(minutes=1))
    assert board.look(rt, staff(house, "lee").id).tasks[0].is_late


def test_what_goes_out_next_says_when_and_in_which_words_but_not_what(house, rt):
    house.enrols(contacts=[NewContact("Luis Ortega", "+13145550102", "es")], zip="90001")
    coming = board.look(rt, staff(house, "lee").id).coming
    assert [(c.wording, c.is_queued) for c in coming] == [
        ("consent.ask", True),
    ]  # the next day's stand on a page of their own
    (queued,) = coming
    # It is eight in the morning there, and nothing goes out before nine.
    assert queued.at == house.clock.now() + timedelta(hours=1)
    house.clock.tick(days=1, hours=5)
    promised = next(c for c in board.look(rt, staff(house, "lee").id).coming if c.wording == "check_in.opening")
    assert (queued.kind, queued.wording, queued.is_queued) == (OutboundKind.WELCOME, "consent.ask", True)
    assert (promised.kind, promised.wording, promised.is_queued) == (OutboundKind.CHECK_IN, "check_in.opening", False)
    assert promised.waits_for_consent
    assert {(c.language, c.zone, c.family) for c in (queued, promised)} == {
        (Language.SPANISH, "America/Los_Angeles", "F-12")
    }


def test_a_day_is_counted_and_yesterday_is_not(house, rt, ana):
    house.enrols()
    house.works()
    ana.texts("1")
    house.phone("+13145550177").texts("he has a gun")
    counts = board.look(rt, staff(house, "lee").id).counts
    assert (counts.texts_in, counts.escalations, counts.texts_lost) == (2, 1, 0)
    assert counts.texts_out == 3
    house.clock.tick(hours=25)
    counts = board.look(rt, staff(house, "lee").id).counts
    assert (counts.texts_in, counts.texts_out, counts.escalations) == (0, 0, 0)


def test_a_process_without_a_sign_of_life_is_named(house, rt):
    assert not board.look(rt, staff(house, "lee").id).is_alive
    heartbeat.beat(rt, "worker")
    house.clock.tick(minutes=1)
    heartbeat.beat(rt, "scheduler")
    assert board.look(rt, staff(house, "lee").id).is_alive
    house.clock.tick(minutes=1, seconds=1)
    seen = board.look(rt, staff(house, "lee").id)
    assert (seen.is_alive, seen.silent) == (False, ["worker"])


def test_nothing_on_it_names_anybody_of_a_family(house, rt, ana):
    house.enrols()
    house.works()
    ana.texts("I want to kill myself")
    said = repr(board.look(rt, staff(house, "lee").id))
    assert not any(secret in said for secret in ("Morales", "3145550101", "kill"))


def test_my_tasks_stand_before_those_of_my_team_and_of_others(house, rt):
    house.enrols(contacts=[NewContact("Sam Reed", "+13145550105", safe_to_text=False)])
    house.enrols("24-0119", clinician="ortiz", contacts=[NewContact("Bo", "+13145550106", safe_to_text=False)])
    assert [task.whose for task in board.look(rt, staff(house, "ortiz").id).tasks] == [Whose.MINE, Whose.MY_TEAMS]
    assert [task.owner for task in board.look(rt, staff(house, "ortiz").id).tasks] == ["Marisol Ortiz", "Dana Lee"]
    assert {task.whose for task in board.look(rt, staff(house, "admin").id).tasks} == {Whose.OTHERS}


def test_a_family_that_answers_nothing_is_named_until_it_writes(house, rt, ana):
    house.enrols()
    house.works()
    ana.texts("1")
    house.clock.tick(hours=48)
    house.works()
    house.clock.tick(days=8)
    house.works(8)
    (silence,) = board.look(rt, staff(house, "lee").id).gone_silent
    assert (silence.reference, silence.unanswered >= 1) == ("F-12", True)
    ana.texts("sorry, we were away")
    assert board.look(rt, staff(house, "lee").id).gone_silent == []


def test_a_text_that_did_not_arrive_is_named_with_the_carriers_code_and_without_its_words(house, rt, ana):
    house.enrols()
    house.works()
    (sent,) = [each for each in house.all(OutboundMessage) if each.sender == "family"]
    outbound.record_delivery(rt, DeliveryReport(sent.id, sent.carrier_sid, "undelivered", 30005))
    (lost,) = board.look(rt, staff(house, "lee").id).lost
    assert (lost.family, lost.state, lost.error_code) == ("F-12", OutboundState.UNDELIVERED, 30005)


def test_a_board_of_many_families_takes_no_more_statements_than_one_of_few(house):
    lee = staff(house, "lee").id
    for at in range(4):
        house.enrols(f"24-1{at:03}", contacts=[NewContact(f"Person {at}", f"+1312555010{at}")])
    with counted(house) as few:
        before = board.look(house.rt, lee)
    for at in range(10, 30):
        house.enrols(f"24-1{at:03}", contacts=[NewContact(f"Person {at}", f"+131255501{at}")])
    with counted(house) as many:
        after = board.look(house.rt, lee)
    assert after.coming_in_all > 3 * before.coming_in_all > 0
    assert len(many) == len(few)
