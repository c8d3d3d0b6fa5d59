"""The board says who needs somebody now, and names nobody."""

from __future__ import annotations

from datetime import timedelta

from checkback.care.flows import board, escalations, heartbeat
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import StaffMember
from checkback.care.terms import DistressLevel, EscalationState, Language, OutboundKind, TaskKind, Urgency


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
        ("consent.ask", True), ("consent.ask", False), ("check_in.opening", False), ("check_in.again", False),
    ]  # fmt: skip
    queued, promised = coming[0], coming[2]
    assert (queued.kind, queued.wording, queued.is_queued) == (OutboundKind.WELCOME, "consent.ask", True)
    assert (promised.kind, promised.wording, promised.is_queued) == (OutboundKind.CHECK_IN, "check_in.opening", False)
    assert promised.waits_for_consent
    assert {(c.language, c.zone, c.family) for c in (queued, promised)} == {
        (Language.SPANISH, "America/Los_Angeles", "F-12")
    }
    # It is eight in the morning there, and nothing goes out before nine.
    assert queued.at == house.clock.now() + timedelta(hours=1)


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
