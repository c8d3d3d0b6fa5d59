"""The auditor: whatever stands still is found in the rows, becomes a task, and the one on call is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from checkback.care.flows import auditing, check_ins, holds, outbound
from checkback.care.flows.auditing import findings
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import CheckIn, Contact, DialogueTurn, Family, InboundMessage, OutboundMessage, Task
from checkback.care.terms import Breach, CheckInState, InboundState, Lane, OutboundKind, OutboundState, TaskKind
from tests.story import ON_CALL


@pytest.fixture
def agreed(house, ana):
    """Ana's family agreed, and is promised a check-in in 48 hours."""
    house.enrols()
    house.works()
    ana.texts("1")
    return house


def breaches(house) -> list[Breach]:
    return [found.breach for found in findings(house.rt)]


def changes(house, kind, **to) -> None:
    """Somebody, or a mistake of ours, changes the last row of a kind."""
    with house.rt.store.begin("test.change") as tx:
        row = tx.session.get_one(kind, house.all(kind)[-1].id)
        for name, value in to.items():
            setattr(row, name, value)
        tx.record("test.changed", row)


def test_where_all_is_well_nothing_is_found_and_nobody_told(agreed):
    for hours in (1, 24, 24, 24, 48):
        agreed.clock.tick(hours=hours)
        agreed.works()
        agreed.clock.tick(minutes=20)
        assert breaches(agreed) == []
    auditing.audit_promises(agreed.rt)
    assert TaskKind.PROMISE_BROKEN not in agreed.tasks


def test_a_scheduler_that_stands_still_is_noticed_by_somebody_else(agreed):
    agreed.clock.tick(hours=48 + 24 + 1)
    assert set(breaches(agreed)) == {Breach.NOT_STARTED}
    assert auditing.audit_promises(agreed.rt).failed == len(breaches(agreed))
    assert str(TaskKind.PROMISE_BROKEN) in agreed.tasks
    outbound.deliver_due(agreed.rt, Lane.ALERTS)
    assert "stands still" in agreed.carrier.to(ON_CALL)[-1]


@pytest.mark.parametrize("held", [0, 1])
def test_what_another_familys_hold_keeps_back_is_no_excuse(agreed, held):
    """Both families were held, one hold was ended, and nobody lets that family's promises go."""
    families = ["F-12", agreed.enrols("24-0200", contacts=[NewContact("Joy Park", "+13145550104")])]
    agreed.works()
    placed = [holds.hold_family(agreed.rt, each, "a funeral", "rivera") for each in families]
    holds.end(agreed.rt, placed[1 - held].reference, "rivera")
    agreed.clock.tick(days=400)
    ours = {each.id: each.family_id for each in agreed.all(Contact)}
    references = {each.id: each.reference for each in agreed.all(Family)}
    promised = {each.id: references[ours[each.contact_id]] for each in agreed.all(CheckIn)}
    late = {promised[each.row] for each in findings(agreed.rt) if each.breach is Breach.NOT_STARTED}
    assert late == {families[1 - held]}


def test_the_same_breach_is_one_task_and_one_page_an_hour(agreed):
    agreed.clock.tick(hours=73)
    found = len(breaches(agreed))
    for _ in range(3):
        auditing.audit_promises(agreed.rt)
        outbound.deliver_due(agreed.rt, Lane.ALERTS)
        agreed.clock.tick(minutes=5)
    tasks = [task for task in agreed.all(Task) if task.kind is TaskKind.PROMISE_BROKEN]
    pages = [text for text in agreed.outbox() if text.kind is OutboundKind.ALARM]
    assert (len(tasks), len(pages)) == (found, 1)


def test_a_check_in_that_was_started_and_that_nothing_carries_on_is_found(agreed):
    agreed.clock.tick(hours=48)
    check_ins.start_due(agreed.rt)
    changes(agreed, DialogueTurn, state="done")
    agreed.clock.tick(minutes=20)
    assert breaches(agreed) == [Breach.LEFT_DUE]


def test_a_turn_nobody_takes_to_the_assistant_is_found(agreed):
    agreed.clock.tick(hours=48)
    check_ins.start_due(agreed.rt)
    agreed.clock.tick(minutes=20)
    assert breaches(agreed) == [Breach.TURN_LEFT_OPEN]


def test_a_question_nobody_closes_is_found(agreed):
    agreed.clock.tick(hours=48)
    agreed.works()
    agreed.clock.tick(hours=50)
    assert breaches(agreed) == [Breach.NOT_CLOSED]


def test_a_promise_handed_to_nobody_is_found(agreed):
    changes(agreed, CheckIn, state=CheckInState.HANDED_OVER, ended_at=agreed.clock.now())
    assert breaches(agreed) == [Breach.HANDED_TO_NOBODY]


def test_a_text_of_theirs_that_nobody_takes_up_is_found(agreed):
    changes(agreed, InboundMessage, state=InboundState.WAITING)
    agreed.clock.tick(minutes=20)
    assert breaches(agreed) == [Breach.NOT_ANSWERED]


@pytest.mark.parametrize(("lane", "minutes"), [(Lane.ALERTS, 6), (Lane.FAMILIES, 46)])
def test_a_text_of_ours_that_stays_here_is_found(agreed, lane, minutes):
    changes(agreed, OutboundMessage, state=OutboundState.QUEUED, due_at=agreed.clock.now(), lane=lane)
    agreed.clock.tick(minutes=minutes)
    assert breaches(agreed) == [Breach.NOT_HANDED_OVER]


@pytest.mark.parametrize(
    "stands",
    [
        {"state": OutboundState.UNCLEAR},
        {"state": OutboundState.SENDING, "lease": True},
    ],
    ids=["unclear", "sending"],
)
def test_a_text_nobody_settles_is_found(agreed, stands):
    lease = {"lease_until": agreed.clock.now() + timedelta(minutes=1)} if stands.pop("lease", False) else {}
    changes(agreed, OutboundMessage, handed_at=agreed.clock.now(), **stands, **lease)
    agreed.clock.tick(minutes=20)
    assert breaches(agreed) == [Breach.UNSETTLED]


def test_a_text_that_went_at_night_is_found_whatever_let_it_go(agreed):
    night = agreed.clock.now().replace(hour=9)  # three in the morning in St. Louis
    changes(agreed, OutboundMessage, handed_at=night, free_until=None)
    assert breaches(agreed) == [Breach.OUTSIDE_HOURS]


def test_an_answer_to_who_writes_at_night_is_none(agreed):
    night = agreed.clock.now().replace(hour=9)
    changes(agreed, OutboundMessage, handed_at=night, free_until=night + timedelta(minutes=10))
    assert breaches(agreed) == []


def test_with_nobody_on_call_the_task_is_there_all_the_same(agreed):
    agreed.clock.tick(hours=73)
    auditing.audit_promises(replace(agreed.rt, on_call_number=None))
    assert str(TaskKind.PROMISE_BROKEN) in agreed.tasks
