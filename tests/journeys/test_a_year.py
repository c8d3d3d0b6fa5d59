"""A family through a whole year of the standard plan: every text once, in its hours, and every promise with one end."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from checkback.care.flows import numbers, plan_versions
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import AuditEvent, CheckIn, OutboundMessage
from checkback.care.terms import CheckInState, OutboundKind
from tests.care.conftest import ON_SQLITE
from tests.story import ANA, HeldPhone, House

ST_LOUIS = ZoneInfo("America/Chicago")
ENDS = {f"check-in.{state}" for state in CheckInState if state.is_over}


def lives(house: House, days: int, ana: HeldPhone | None = None, *, answers: str | None = None, hours: int = 6) -> None:
    """So many days pass, some hours at a time; Ana answers each question that comes, if she does, and says that her
    number is still hers.
    """
    for _ in range(days * 24 // hours):
        house.clock.tick(hours=hours)
        before = len(ana.got) if ana else 0
        numbers.check(house.rt)
        house.works(rounds=2)
        if ana and answers and len(ana.got) > before and ("?" in ana.last or "Reply 1" in ana.last):
            ana.texts("1" if "Reply 1" in ana.last else answers)


def steps(house: House) -> dict[str, CheckIn]:
    return {row.step: row for row in house.all(CheckIn)}


def texted(house: House) -> dict[str, int]:
    """How many texts each step came to."""
    by_id = {row.id: row.step for row in house.all(CheckIn)}
    came = [by_id[m.check_in_id] for m in house.all(OutboundMessage) if m.check_in_id and m.handed_at]
    return {step: came.count(step) for step in came}


def everything_ended_once(house: House) -> None:
    events = house.all(AuditEvent)
    for row in house.all(CheckIn):
        assert row.state.is_over, row.step
        assert sum(e.subject_id == row.id and e.action in ENDS for e in events) == 1, row.step
        assert (row.reason is None) != (row.state in (CheckInState.CANCELLED, CheckInState.HANDED_OVER)), row.step


@pytest.mark.timeout(300)
@ON_SQLITE
def test_a_family_that_answers_is_asked_and_thought_of_for_a_year(house: House, ana: HeldPhone) -> None:
    house.enrols(child_ages=[9])
    house.works()
    ana.texts("1")
    lives(house, 50, ana, answers="we are fine")
    lives(house, 322, ana, answers="we are fine", hours=24)
    everything_ended_once(house)
    rows = steps(house)
    assert (rows.pop("hello").reason, set(texted(house).values())) == ("consent-answered", {1})
    assert texted(house).keys() == rows.keys()
    caring = [rows.pop(name) for name in ("month-3", "month-6", "month-12")]
    assert {row.state for row in rows.values()} == {CheckInState.ANSWERED}
    assert {row.state for row in caring} == {CheckInState.CLOSED_AFTER_SILENCE}
    assert house.tasks.count("silent") == 0, "a caring text asks nothing"
    for message in house.all(OutboundMessage):
        if message.kind is OutboundKind.CHECK_IN:
            assert 9 <= message.handed_at.astimezone(ST_LOUIS).hour < 20


@pytest.mark.timeout(300)
@ON_SQLITE
def test_a_family_that_never_answers_is_a_persons_after_three_questions(house: House, ana: HeldPhone) -> None:
    house.enrols()
    house.works()
    ana.texts("1")
    lives(house, 40)
    assert list(texted(house)) == ["promised", "day-5", "day-8"]
    assert house.tasks == ["silent"]
    caring = [row for row in house.all(CheckIn) if row.step.startswith("month-")]
    assert {row.state for row in caring} == {CheckInState.PLANNED}, "a caring text asks nothing, and goes all the same"
    others = [row for row in house.all(CheckIn) if not row.step.startswith("month-")]
    assert {row.reason for row in others} == {None, "consent-answered", "gone-silent"}
    assert all(row.state.is_over for row in others)


CARING = ("month-3", "month-6", "month-12")


def goes_silent(house: House, ana: HeldPhone) -> None:
    """Ana agreed to be texted, and never wrote again; the three questions are behind her."""
    house.enrols()
    house.works()
    ana.texts("1")
    lives(house, 16, hours=12)
    assert house.tasks == ["silent"]


def asks_whose(ana: HeldPhone) -> int:
    return sum("Reply 1 if you know us" in text for text in ana.got)


@pytest.mark.timeout(300)
def test_to_a_number_silent_for_months_a_caring_text_is_a_persons_when_nobody_says_whose_it_is(house, ana):
    goes_silent(house, ana)
    house.sets_clock(steps(house)["month-3"].due_at - timedelta(days=3, hours=1))
    lives(house, 3)
    assert asks_whose(ana) == 1, "in time for an answer to free it"
    lives(house, 4)
    assert steps(house)["month-3"].state is CheckInState.PLANNED, "an answer may still come"
    lives(house, 2)
    month_3 = steps(house)["month-3"]
    assert (month_3.state, month_3.reason) == (CheckInState.HANDED_OVER, "number-in-doubt")
    assert house.tasks == ["promise-late", "silent"]
    for step in CARING[1:]:
        house.sets_clock(steps(house)[step].due_at)
        lives(house, 1)
        assert steps(house)[step].reason == "number-in-doubt", "nobody has said so since"
    assert house.tasks == ["promise-late", "promise-late", "promise-late", "silent"]
    assert texted(house).keys().isdisjoint(CARING)
    assert asks_whose(ana) == 1
    everything_ended_once(house)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("days", [1, 6])
def test_to_a_number_silent_for_months_a_caring_text_goes_when_they_say_that_it_is_theirs(house, ana, days):
    """Before it was due, and a little after."""
    goes_silent(house, ana)
    house.sets_clock(steps(house)["month-3"].due_at - timedelta(days=3))
    lives(house, days)
    assert asks_whose(ana) == 1
    assert "month-3" not in texted(house)
    ana.texts("1")
    lives(house, 6 - min(days, 5))
    assert texted(house)["month-3"] == 1
    assert house.tasks == ["silent"]


@ON_SQLITE
def test_a_family_that_says_nothing_to_the_first_text_is_asked_once_more_and_then_a_person_has_it(
    house: House, ana: HeldPhone
) -> None:
    house.enrols()
    house.works()
    lives(house, 20)
    assert [text.count("Reply 1") for text in ana.got] == [1, 1]
    assert house.tasks == ["promise-late"]
    rows = steps(house)
    assert rows["promised"].state is CheckInState.HANDED_OVER
    assert (rows["day-5"].state, rows["day-5"].reason) == (CheckInState.CANCELLED, "no-consent")


@ON_SQLITE
def test_a_yes_to_the_second_asking_begins_the_plan(house: House, ana: HeldPhone) -> None:
    house.enrols()
    house.works()
    lives(house, 1)
    ana.texts("1")
    lives(house, 7)
    assert {"promised", "day-5"} <= texted(house).keys()


@ON_SQLITE
def test_after_stop_nothing_of_the_plan_is_left(house: House, ana: HeldPhone) -> None:
    house.enrols()
    house.works()
    ana.texts("1")
    ana.texts("STOP")
    before = len(ana.got)
    lives(house, 20)
    assert len(ana.got) == before
    assert {row.state for row in house.all(CheckIn)} == {CheckInState.CANCELLED}


@ON_SQLITE
def test_each_reads_the_plan_in_their_own_language_and_words(house: House) -> None:
    house.enrols(contacts=[NewContact("Ana Morales", ANA), NewContact("Ben Morales", "+13145550102", "es")])
    house.works()
    ana, ben = house.phone(ANA), house.phone("+13145550102")
    for phone in (ana, ben):
        phone.texts("1")
    lives(house, 6)
    assert "checking in again" in ana.last
    assert "¿Cómo le ha ido estos días?" in ben.last


@ON_SQLITE
def test_an_answer_to_a_later_step_is_understood_as_one_to_a_check_in(house: House, ana: HeldPhone) -> None:
    house.enrols()
    house.works()
    ana.texts("1")
    lives(house, 6, ana, answers="so so")
    asked = [context.asked for context in house.assistant.contexts]
    assert asked[-1] == "check_in.opening"
    assert steps(house)["day-5"].state is CheckInState.ANSWERED


@ON_SQLITE
def test_with_the_assistant_down_a_later_step_says_its_own_words(house: House, ana: HeldPhone) -> None:
    house.enrols()
    house.works()
    ana.texts("1")
    lives(house, 4, ana, answers="fine")
    house.assistant.is_down = True
    lives(house, 2)
    assert "checking in again" in ana.last


FOLLOWING = """
name: following
steps:
  - {step: promised, after_hours: 48, window: [9, 20], late: {policy: task, within_hours: 24}, dialogue: check-in}
  - {step: hard, after_answer_days: 2, answer_to: promised, window: [10, 12], late: {policy: drop, within_hours: 24},
     wording: caring.thinking, when: {said: [hard]}}
  - {step: good, after_answer_days: 3, answer_to: promised, window: [10, 12], late: {policy: drop, within_hours: 24},
     wording: caring.not_forgotten, when: {said: [good]}}
  - {step: quiet, after_days: 9, window: [10, 12], late: {policy: drop, within_hours: 24}, wording: caring.year,
     when: {silent: [promised]}}
"""


@pytest.fixture
def following(house: House, tmp_path: Path) -> House:
    """A plan that goes on as they answer."""
    (tmp_path / "following.yml").write_text(FOLLOWING, "utf-8")
    plan_versions.draft(house.rt, tmp_path / "following.yml", "lee")
    plan_versions.approve(house.rt, "following", "ortiz")
    house.enrols(plan="following")
    house.works()
    house.phone(ANA).texts("1")
    return house


@ON_SQLITE
def test_what_counts_from_an_answer_is_planned_when_it_comes_and_goes_to_whom_it_is_for(following, ana):
    lives(following, 2)
    assert "hard" not in steps(following)
    following.sets_clock(datetime(2026, 3, 5, 15, 0, tzinfo=ST_LOUIS))
    ana.texts("not good")
    rows = steps(following)
    assert rows["hard"].due_at.astimezone(ST_LOUIS) == datetime(2026, 3, 8, 10, 0, tzinfo=ST_LOUIS)
    ana.texts("and one thing more")
    assert steps(following)["hard"].due_at == rows["hard"].due_at, "an answer to the promise is given once"
    lives(following, 9)
    assert texted(following) == {"promised": 1, "hard": 1}
    assert steps(following)["good"].reason == "other-answer-before"
    assert steps(following)["quiet"].reason == "no-silence-before"


@ON_SQLITE
def test_what_is_for_the_silent_goes_to_the_silent(following, ana):
    lives(following, 10)
    assert texted(following) == {"promised": 1, "quiet": 1}
