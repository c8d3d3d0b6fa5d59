"""Both plans, whenever it happened and wherever they live: in the window, in the plan's order, each step once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from checkback.care.flows.plans import wordings_of
from checkback.care.program import load_plan, read_plan
from checkback.care.rules.hours import Hours
from checkback.care.rules.planning import LONGEST_LATE, Facts, LeftOut, PlannedText, lay_out
from checkback.care.rules.plans import (
    PROMISED,
    Answers,
    Children,
    Late,
    Offset,
    Plan,
    Situation,
    Step,
    Unit,
    When,
    unmet,
)
from checkback.care.terms import CheckInState, Dialogue, Language, LatePolicy, SafetyMode
from tests.care.rules.test_hours import US_ZONES
from tests.program.sentences import PROGRAM, WORDING

KNOWN = wordings_of(WORDING)
STANDARD = load_plan(PROGRAM / "plans" / "standard.yml", KNOWN)
SHORT = load_plan(PROGRAM / "plans" / "short.yml", KNOWN)
ST_LOUIS = ZoneInfo("America/Chicago")
HOME = Hours("America/Chicago")

PLANS = st.sampled_from([STANDARD, SHORT])
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2034, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - see timezones
FACTS = st.builds(
    lambda moment, late, zone, ages, promise: Facts(moment, moment + late, Hours(zone), ages, promise),
    MOMENTS,
    st.timedeltas(timedelta(0), timedelta(days=30)),
    st.sampled_from(US_ZONES),
    st.sampled_from([None, (), (2,), (5, 12)]),
    st.sampled_from([None, timedelta(hours=1), timedelta(hours=72), timedelta(days=14)]),
)


def planned(plan: Plan, facts: Facts) -> list[PlannedText]:
    return [fate for fate in lay_out(plan, facts) if isinstance(fate, PlannedText)]


def reasons(plan: Plan, facts: Facts) -> dict[str, str]:
    return {fate.step.name: fate.reason for fate in lay_out(plan, facts) if isinstance(fate, LeftOut)}


def local(text: PlannedText, facts: Facts) -> datetime:
    return text.due_at.astimezone(ZoneInfo(facts.hours.zone))


@given(PLANS, FACTS)
@example(STANDARD, Facts(datetime(2026, 3, 6, 8, 30, tzinfo=UTC), datetime(2026, 3, 6, 8, 30, tzinfo=UTC), HOME))
@example(STANDARD, Facts(datetime(2026, 10, 31, 6, 30, tzinfo=UTC), datetime(2026, 10, 31, 6, 30, tzinfo=UTC), HOME))
def test_every_text_starts_within_the_window_and_not_in_its_last_ten_minutes(plan, facts):
    for text in planned(plan, facts):
        at = local(text, facts)
        assert (at.hour, at.minute) >= (9, 0) and at.replace(tzinfo=None).time() < datetime(2026, 1, 1, 19, 50).time()  # noqa: DTZ001
        assert facts.planned_at <= text.due_at < text.send_before


@given(PLANS, FACTS)
def test_the_texts_for_every_family_follow_the_plans_order_a_day_at_least_apart(plan, facts):
    days = [local(text, facts).date() for text in planned(plan, facts) if text.step.is_for_all]
    assert all(earlier < later for earlier, later in pairwise(days))


@given(PLANS, FACTS)
def test_each_step_is_planned_once_or_left_out_with_a_reason_and_always_the_same(plan, facts):
    laid = lay_out(plan, facts)
    assert [fate.step for fate in laid] == list(plan.steps)
    assert all(fate.reason for fate in laid if isinstance(fate, LeftOut))
    assert lay_out(plan, facts) == laid


@given(PLANS, FACTS)
def test_what_was_promised_is_planned_whatever_else_is_not_and_at_its_own_time(plan, facts):
    (promised,) = [text for text in planned(plan, facts) if text.step.name == PROMISED]
    asked_for = max(facts.incident_at + (facts.promise or timedelta(hours=48)), facts.planned_at)
    assert timedelta(0) <= promised.due_at - asked_for < timedelta(hours=14)


@given(PLANS, FACTS)
def test_nothing_is_planned_later_than_it_may_be(plan, facts):
    for text in planned(plan, facts):
        assert text.send_before - text.due_at <= LONGEST_LATE
        if text.step.offset.unit is Unit.DAYS:
            nominal = facts.incident_at + timedelta(days=text.step.offset.number)
            assert text.due_at <= nominal + text.step.late.within + timedelta(hours=15)


@given(FACTS)
def test_a_text_that_is_sent_late_in_any_case_gives_way_to_the_next(facts):
    texts = [text for text in planned(STANDARD, facts) if text.step.is_for_all]
    for text, following in pairwise(texts):
        if text.step.late.policy is LatePolicy.SEND:
            assert text.send_before <= max(following.due_at, text.due_at + text.step.late.within)


@pytest.mark.parametrize("plan", [STANDARD, SHORT], ids=lambda plan: plan.name)
@given(facts=FACTS)
def test_never_more_than_three_texts_in_seven_days(plan, facts):
    days = [local(text, facts).date() for text in planned(plan, facts)]
    assert all((fourth - first).days >= 7 for first, fourth in zip(days, days[3:], strict=False))


@pytest.mark.parametrize(
    ("happened", "wall"),
    [
        (datetime(2026, 3, 3, 14, 0, tzinfo=ST_LOUIS), [(3, 4), (3, 5), (3, 8), (3, 11), (3, 14)]),
        (datetime(2026, 10, 28, 14, 0, tzinfo=ST_LOUIS), [(10, 29), (10, 30), (11, 2), (11, 5), (11, 8)]),
    ],
    ids=["spring forward on 8 March", "fall back on 1 November"],
)
def test_days_keep_the_hour_on_the_wall_over_a_clock_change(happened, wall):
    texts = planned(STANDARD, Facts(happened, happened, HOME))
    assert [(at.month, at.day, at.hour) for at in (t.due_at.astimezone(ST_LOUIS) for t in texts)][:5] == [
        (month, day, 14) for month, day in wall
    ]


def test_forty_eight_hours_are_forty_eight_hours_over_a_clock_change():
    happened = datetime(2026, 3, 7, 14, 0, tzinfo=ST_LOUIS)
    promised = planned(STANDARD, Facts(happened, happened, HOME))[1]
    assert promised.due_at.astimezone(ST_LOUIS) == datetime(2026, 3, 9, 15, 0, tzinfo=ST_LOUIS)


def test_a_month_that_is_too_short_ends_on_its_last_day():
    happened = datetime(2026, 11, 30, 12, 0, tzinfo=ST_LOUIS)
    found = {text.step.name: text.due_at for text in planned(STANDARD, Facts(happened, happened, HOME))}
    assert found["month-3"] == datetime(2027, 2, 28, 12, 0, tzinfo=ST_LOUIS)


def test_the_childs_step_is_for_families_with_a_child_of_that_age():
    happened = datetime(2026, 3, 3, 14, 0, tzinfo=ST_LOUIS)
    assert reasons(STANDARD, Facts(happened, happened, HOME, (2, 19))) == {"day-14": "no-such-child"}
    assert reasons(STANDARD, Facts(happened, happened, HOME, (2, 9))) == {}


def test_a_family_enrolled_late_gets_what_is_still_to_come_and_its_promise_now():
    happened = datetime(2026, 3, 3, 14, 0, tzinfo=ST_LOUIS)
    now = happened + timedelta(days=9)
    facts = Facts(happened, now, HOME)
    assert reasons(STANDARD, facts) == {
        "hello": "its-time-has-passed",
        "day-5": "its-time-has-passed",
        "day-8": "its-time-has-passed",
        "day-14": "no-such-child",
    }
    assert planned(STANDARD, facts)[0].due_at == now


def test_a_promise_of_another_day_takes_the_place_of_what_falls_before_or_beside_it():
    happened = datetime(2026, 3, 3, 14, 0, tzinfo=ST_LOUIS)
    facts = Facts(happened, happened, HOME, promise=timedelta(days=8))
    assert reasons(STANDARD, facts)["day-5"] == "too-close-behind-the-one-before"
    days = {text.step.name: (local(text, facts).date() - happened.date()).days for text in planned(STANDARD, facts)}
    assert (days["promised"], days["day-8"], days["day-11"]) == (8, 9, 11)


def step(name: str = "step", **changes: object) -> Step:
    given_ = {
        "offset": Offset(1, Unit.DAYS),
        "opens": 9,
        "closes": 20,
        "wording": "check_in.again",
        "dialogue": Dialogue.CHECK_IN,
        "late": Late(LatePolicy.TASK, timedelta(days=8)),
    }
    return Step(name, **{**given_, **changes})  # type: ignore[arg-type]


TUESDAY = datetime(2026, 3, 3, 14, 0, tzinfo=ST_LOUIS)


def due(one: Step, hours: Hours = HOME, answers: Answers | None = None) -> datetime | None:
    (fate,) = lay_out(Plan("one", (one,)), Facts(TUESDAY, TUESDAY, hours, answers=answers or Answers()))
    return fate.due_at.astimezone(ZoneInfo(hours.zone)) if isinstance(fate, PlannedText) else None


def test_a_step_waits_for_its_day_of_the_week_and_its_own_window():
    assert due(step(days=("MO",))) == datetime(2026, 3, 9, 9, 0, tzinfo=ST_LOUIS)
    assert due(step(opens=16, closes=18)) == datetime(2026, 3, 4, 16, 0, tzinfo=ST_LOUIS)
    assert due(step(opens=9, closes=14)) == datetime(2026, 3, 5, 9, 0, tzinfo=ST_LOUIS)


def test_their_own_hours_win_over_a_window_that_has_none_of_them():
    assert due(step(opens=9, closes=11), Hours("America/Chicago", 17, 19)) == datetime(2026, 3, 4, 17, tzinfo=ST_LOUIS)


def test_what_counts_from_an_answer_waits_for_it():
    offset = Offset(2, Unit.DAYS, of_answer=True)
    assert due(step(offset=offset)) is None
    answered = Answers({"promised": TUESDAY + timedelta(days=3)}, last=TUESDAY + timedelta(days=5))
    assert due(step(offset=offset), answers=answered) == TUESDAY.replace(day=10)
    to_one = Offset(2, Unit.HOURS, of_answer=True, answer_to="promised")
    assert due(step(offset=to_one), answers=answered) == datetime(2026, 3, 6, 16, 0, tzinfo=ST_LOUIS)


HERE = Situation(Language.ENGLISH, SafetyMode.NEUTRAL, (5,), {"a": CheckInState.ANSWERED}, "hard")


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (step(), None),
        (step(languages=(Language.SPANISH,)), "other-language"),
        (step(languages=(Language.SPANISH, Language.ENGLISH)), None),
        (step(when=When(children=Children(6, 12))), "no-such-child"),
        (step(when=When(children=Children(3, 5))), None),
        (step(when=When(children=Children(none=True))), "no-such-child"),
        (step(when=When(modes=(SafetyMode.SAFE,))), "other-safety-mode"),
        (step(when=When(modes=(SafetyMode.SAFE, SafetyMode.NEUTRAL))), None),
        (step(when=When(answered=("a",))), None),
        (step(when=When(answered=("a", "b"))), "no-answer-before"),
        (step(when=When(silent=("a",))), "no-silence-before"),
        (step(when=When(said=("good",))), "other-answer-before"),
        (step(when=When(said=("hard", "unclear"))), None),
    ],
)
def test_a_condition_is_judged_by_what_is_known_then(one, reason):
    assert unmet(one, HERE) == reason


def test_a_plan_survives_being_kept_as_text():
    text = (PROGRAM / "plans" / "standard.yml").read_text("utf-8")
    assert read_plan("standard@3", text, KNOWN) == STANDARD
