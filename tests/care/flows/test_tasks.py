"""A task always has somebody behind it who knows of it, and what is overdue is brought to a coordinator."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from checkback.care.errors import AlreadyDone, NotFound, WordsRefused
from checkback.care.flows import duty, staff_work, task_care, task_page
from checkback.care.flows.due import Tally
from checkback.care.model import AuditEvent, OutboundMessage, StaffMember, Task, TaskMove
from checkback.care.rules.tasks import after_working
from checkback.care.rules.tasks import due_at as wanted_by
from checkback.care.terms import OutboundKind, TaskKind, TaskMoveKind, TaskOutcome
from tests.fakes.clock import MORNING
from tests.story import ON_CALL, House

RIVERA = "+13145550144"


@pytest.fixture
def task(house: House, ana) -> Task:
    """Ana asked for a call; the task is Dr. Lee's."""
    house.enrols()
    house.works()
    ana.texts("1")
    ana.texts("call me please")
    house.clock.tick(minutes=16)
    house.works()
    found: Task = house.all(Task)[0]
    return found


def staff(house: House, login: str) -> StaffMember:
    member: StaffMember = next(member for member in house.all(StaffMember) if member.login == login)
    return member


def owner(house: House) -> str | None:
    (found,) = house.all(Task)
    return next((member.login for member in house.all(StaffMember) if member.id == found.owner_id), None)


def reminders(house: House, number: str) -> list[str]:
    return [each for each in house.carrier.to(number) if "tasks that wait" in each]


def goes_off(house: House, login: str, days: float = 14, backup: str | None = None) -> None:
    now = house.clock.now()
    duty.set_away(house.rt, login, now, now + timedelta(days=days), backup, "rivera")


def leaves(house: House, login: str) -> None:
    with house.rt.store.begin("tests.leaves") as tx:
        member = tx.lock(tx.get(StaffMember, staff(house, login).id))
        member.left_at = tx.now
        tx.record("staff.left", member)


def test_whoever_has_a_task_is_told_once_with_a_link_and_not_a_word_of_the_family(house, task, dr_lee):
    house.works()
    house.works()
    assert reminders(house, dr_lee.number) == [
        "Checkback: tasks that wait for you: 1, overdue: 0. Please look, do them or give them to somebody. "
        "http://127.0.0.1:8001/"
    ]


def test_all_that_waits_is_one_text_and_what_comes_after_it_waits_for_the_next_hour(house, ana, dr_lee, task):
    for body in ("call me please", "can somebody call me"):
        ana.texts(body)
    assert len(reminders(house, dr_lee.number)) == 1
    house.clock.tick(minutes=50)
    house.works()
    told = reminders(house, dr_lee.number)
    assert len(told) == 2
    assert "wait for you: 3" in told[-1]


def test_nobody_is_reminded_at_night_or_at_a_weekend(house, ana, dr_lee):
    house.enrols()
    house.works()
    house.clock.set(MORNING.replace(hour=23) + timedelta(hours=24))
    ana.texts("call me please")
    house.clock.tick(hours=4)
    house.works()
    assert reminders(house, dr_lee.number) == []
    house.clock.tick(hours=14)
    house.works()
    assert len(reminders(house, dr_lee.number)) == 1


def test_two_schedulers_remind_once(house, ana, dr_lee):
    house.enrols()
    house.works()
    ana.texts("call me please")
    house.clock.tick(minutes=16)
    for _ in range(3):
        task_care.see_to_tasks(house.rt)
    assert sum(text_.kind is OutboundKind.REMINDER for text_ in house.all(OutboundMessage)) == 1


def test_a_task_of_somebody_who_goes_off_goes_to_the_backup_they_named(house, task):
    goes_off(house, "lee", backup="bauer")
    house.works()
    assert owner(house) == "bauer"
    (moved,) = house.all(TaskMove)
    assert (moved.kind, moved.by_id, moved.to_id) == (TaskMoveKind.HANDED_OVER, None, staff(house, "bauer").id)
    assert len(reminders(house, "+13145550143")) == 1


def test_else_to_their_teams_backup_and_else_to_their_coordinator(house, task):
    duty.set_backup(house.rt, "North Team", "ortiz", by="rivera")
    goes_off(house, "lee")
    house.works()
    assert owner(house) == "ortiz"
    goes_off(house, "ortiz")
    house.works()
    assert owner(house) == "rivera"


def test_a_task_of_somebody_who_has_left_is_handed_over(house, task):
    leaves(house, "lee")
    house.works()
    assert owner(house) == "rivera"


def test_a_new_task_goes_to_whoever_stands_in_at_once(house, ana):
    house.enrols()
    house.works()
    goes_off(house, "lee", backup="bauer")
    ana.texts("call me please")
    assert owner(house) == "bauer"


def test_whoever_is_back_gets_their_tasks_again(house, task, ana):
    goes_off(house, "lee", backup="bauer")
    duty.set_back(house.rt, "lee", by="rivera")
    house.works()
    assert owner(house) == "lee"


def test_a_task_of_nobodys_family_has_an_owner_too(house):
    house.phone("+13145550177").texts("who is this")
    assert owner(house) is not None


def test_where_nobody_is_left_it_is_said_loudly_and_once_a_day(house, task, capsys):
    for member in house.all(StaffMember):
        if member.login != "admin":
            goes_off(house, member.login)
    leaves(house, "admin")
    for _ in range(3):
        house.clock.tick(minutes=31)
        house.works()
    assert len([each for each in house.carrier.to(ON_CALL) if "nobody to do it" in each]) == 1
    assert "task.nobody-found" in {event.action for event in house.all(AuditEvent)}


def test_an_overdue_task_is_brought_to_the_coordinator_and_its_owner_keeps_it(house, task, dr_lee):
    house.clock.set(after_working(task.due_at, timedelta(hours=1, minutes=50), "America/Chicago"))
    house.works()
    assert reminders(house, RIVERA) == []
    house.clock.tick(minutes=15)
    house.works()
    (found,) = house.all(Task)
    assert (owner(house), found.raised_to_id) == ("lee", staff(house, "rivera").id)
    assert "overdue: 1" in reminders(house, RIVERA)[-1]
    assert "overdue: 1" in reminders(house, dr_lee.number)[-1]


def test_whoever_is_late_is_reminded_once_each_working_day(house, task, dr_lee):
    house.clock.set(task.due_at + timedelta(days=1))
    for _ in range(12):
        house.works()
        house.clock.tick(minutes=20)
    assert len(reminders(house, dr_lee.number)) == 2, "one when it came, one now that it is late"


def test_the_coordinator_learns_at_once_of_a_colleague_no_text_can_reach(house, dr_lee, ana):
    house.enrols()
    house.works()
    dr_lee.texts("STOP")
    ana.texts("call me please")
    house.clock.tick(minutes=16)
    house.works()
    assert reminders(house, dr_lee.number) == []
    assert reminders(house, RIVERA)


def test_a_task_that_cannot_be_read_is_handed_over_and_stops_no_other(house, ana, task):
    ana.texts("call me, please call")
    with house.rt.store.begin("tests.break") as tx:
        tx.session.execute(text("UPDATE task SET detail = :broken"), {"broken": b"\x01broken"})
    goes_off(house, "lee", backup="bauer")
    house.rt.store.engine.dispose()
    seen = task_care.see_to_tasks(house.rt)
    assert (seen.failed, seen.done > 0) == (0, True)
    with house.rt.store.read() as tx:
        owners = {row.owner_id for row in tx.session.execute(text("SELECT owner_id FROM task"))}
    assert len(owners) == 1


def test_giving_taking_and_putting_off_are_kept_with_who_and_why(house, rt, task):
    lee, ortiz = staff(house, "lee"), staff(house, "ortiz")
    staff_work.give_task(rt, task.id, lee.id, "ortiz", "speaks Spanish")
    house.clock.tick(minutes=1)
    staff_work.put_task_off(rt, task.id, ortiz.id, house.clock.now() + timedelta(days=2), "She asked for Thursday")
    house.clock.tick(minutes=1)
    staff_work.give_task(rt, task.id, lee.id, "lee")
    page = task_page.show(rt, task.id, lee.id)
    assert [(move.kind, move.by, move.to, move.reason) for move in page.moves] == [
        (TaskMoveKind.GIVEN, "lee", "ortiz", "speaks Spanish"),
        (TaskMoveKind.PUT_OFF, "ortiz", None, "She asked for Thursday"),
        (TaskMoveKind.TAKEN, "lee", "lee", None),
    ]


def test_nobody_is_reminded_of_a_task_that_is_put_off_and_it_comes_back_by_itself(house, rt, task, ana, dr_lee):
    told = len(reminders(house, dr_lee.number))
    staff_work.put_task_off(rt, task.id, task.owner_id, house.clock.now() + timedelta(hours=26), "They are away")
    house.clock.tick(hours=24)
    house.works()
    assert len(reminders(house, dr_lee.number)) == told
    house.clock.tick(hours=3)
    house.works()
    assert len(reminders(house, dr_lee.number)) == told + 1


def test_a_task_is_not_given_to_an_officer_to_somebody_who_is_off_or_to_nobody(house, rt, task):
    goes_off(house, "ortiz")
    for login, error in (("okafor", WordsRefused), ("ortiz", WordsRefused), ("nobody", NotFound)):
        with pytest.raises(error):
            staff_work.give_task(rt, task.id, task.owner_id, login)
    assert owner(house) == "lee"


@pytest.mark.parametrize("days", [-1, 0, 32])
def test_a_task_is_put_off_for_a_month_at_most_and_never_into_the_past(house, rt, task, days):
    with pytest.raises(WordsRefused):
        staff_work.put_task_off(rt, task.id, task.owner_id, house.clock.now() + timedelta(days=days), "later")


def test_what_is_done_is_done_with_how_it_ended(house, rt, task):
    staff_work.finish_task(rt, task.id, task.owner_id, "She is well", TaskOutcome.REACHED)
    (found,) = house.all(Task)
    assert (found.result, found.outcome) == (TaskOutcome.REACHED, "She is well")
    with pytest.raises(AlreadyDone):
        staff_work.give_task(rt, task.id, task.owner_id, "ortiz")
    assert task_care.see_to_tasks(rt) == Tally()


def test_a_task_is_found_by_what_people_call_it(house, rt, task):
    assert task_page.find(rt, task.reference) == task.id
    assert task_page.find(rt, task.reference.lower()[2:]) == task.id
    for nothing in ("T-000000", "T-", "T-12", "'; drop", "T-" + "f" * 40):
        with pytest.raises(NotFound):
            task_page.find(rt, nothing)
    (listed,) = task_page.listed(rt, owner="lee")
    assert (listed.reference, listed.family, listed.owner) == (task.reference, "F-12", "lee")
    assert task_page.listed(rt, owner="ortiz") == task_page.listed(rt, done=True) == []


FRIDAY_EVENING = MORNING.replace(year=2026, month=11, day=20, hour=22, minute=50)


@pytest.mark.parametrize("kind", list(TaskKind))
def test_every_kind_is_wanted_in_working_time_and_after_it_was_opened(kind):
    due = wanted_by(kind, FRIDAY_EVENING, "America/Chicago")
    assert FRIDAY_EVENING < due <= FRIDAY_EVENING + timedelta(days=5)


def test_working_time_goes_on_after_a_weekend():
    assert wanted_by(TaskKind.TEXT_TO_READ, FRIDAY_EVENING, "America/Chicago") - FRIDAY_EVENING == timedelta(
        days=3, hours=-6
    )
