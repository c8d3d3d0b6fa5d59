"""No text bound to hours starts outside them, or can be delivered after them, in any zone in any of ten years."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checkback.care.rules import tasks
from checkback.care.rules.hours import (
    LAST_START,
    Hours,
    end_of_working_day,
    is_open,
    next_start,
    next_window,
    next_working_moment,
    window_of,
)
from checkback.care.rules.sending import BOUND_TO_HOURS, HANDING_OVER, SHORTEST, HandOver, TooLate, Wait, judge
from checkback.care.terms import OutboundKind, TaskKind

ST_LOUIS = ZoneInfo("America/Chicago")

#: Every zone of the states and territories, those with a clock change of their own and those without one.
US_ZONES = (
    "America/New_York",
    "America/Detroit",
    "America/Kentucky/Louisville",
    "America/Kentucky/Monticello",
    "America/Indiana/Indianapolis",
    "America/Indiana/Tell_City",
    "America/Chicago",
    "America/Menominee",
    "America/North_Dakota/Center",
    "America/Denver",
    "America/Boise",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Juneau",
    "America/Sitka",
    "America/Metlakatla",
    "America/Yakutat",
    "America/Nome",
    "America/Adak",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
    "America/St_Thomas",
    "Pacific/Guam",
    "Pacific/Saipan",
    "Pacific/Pago_Pago",
)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2034, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - see timezones
HOURS = st.builds(
    lambda zone, opens, length: Hours(zone, opens, min(opens + length, 21)),
    st.sampled_from(US_ZONES),
    st.integers(8, 20),
    st.integers(1, 13),
)


def local(moment: datetime, hours: Hours) -> datetime:
    return moment.astimezone(ZoneInfo(hours.zone))


def minutes_of_day(moment: datetime) -> float:
    return moment.hour * 60 + moment.minute + moment.second / 60 + moment.microsecond / 6e7


@settings(max_examples=600, deadline=None)
@given(moment=MOMENTS, hours=HOURS, kind=st.sampled_from(sorted(BOUND_TO_HOURS)), holds=st.integers(1, 60 * 40))
@example(datetime(2026, 3, 8, 13, 0, tzinfo=UTC), Hours("America/Chicago", 8, 21), OutboundKind.CHECK_IN, 1440)
@example(datetime(2026, 11, 1, 14, 0, tzinfo=UTC), Hours("America/Chicago", 8, 21), OutboundKind.CHECK_IN, 1440)
@example(
    datetime(2026, 3, 8, 1, 49, 59, 999999, tzinfo=UTC), Hours("America/Chicago", 9, 20), OutboundKind.CHECK_IN, 1440
)
@example(datetime(2026, 3, 8, 1, 50, tzinfo=UTC), Hours("America/Chicago", 9, 20), OutboundKind.CHECK_IN, 1440)
def test_a_bound_text_starts_in_its_window_and_is_dropped_before_the_window_ends(moment, hours, kind, holds):
    not_after = moment + timedelta(minutes=holds)
    verdict = judge(kind, moment, not_after=not_after, hours=hours)
    if isinstance(verdict, HandOver):
        start, end = local(moment, hours), local(moment + verdict.valid_for, hours)
        assert hours.opens * 60 <= minutes_of_day(start) < hours.closes * 60 - 10
        assert end.date() == start.date()
        assert minutes_of_day(end) <= hours.closes * 60
        assert SHORTEST <= verdict.valid_for <= not_after - moment
    elif isinstance(verdict, Wait):
        assert moment < verdict.until < not_after
        assert isinstance(judge(kind, verdict.until, not_after=not_after, hours=hours), HandOver)
        assert not isinstance(
            judge(kind, verdict.until - timedelta(seconds=1), not_after=not_after, hours=hours), HandOver
        )
    else:
        start = max(next_start(moment, hours), moment)
        assert start + SHORTEST > not_after, "it could still have gone in its time"


@settings(max_examples=400, deadline=None)
@given(moment=MOMENTS, hours=HOURS)
def test_the_next_window_is_the_first_in_which_a_text_may_still_start(moment, hours):
    window = next_window(moment, hours)
    assert moment < window.closes_at - LAST_START
    start = next_start(moment, hours)
    assert window.may_start(start)
    assert is_open(start, hours)
    assert minutes_of_day(local(start, hours)) >= hours.opens * 60
    assert start == moment or (not is_open(moment, hours) and local(start, hours).time() == time(hours.opens))
    assert start - moment < timedelta(hours=26)


@settings(max_examples=300, deadline=None)
@given(hours=HOURS, day=st.dates(date(2024, 1, 1), date(2033, 12, 31)))
def test_a_window_opens_and_closes_by_the_wall_clock_on_every_day(hours, day):
    window = window_of(day, hours)
    assert local(window.opens_at, hours).replace(tzinfo=None) == datetime.combine(day, time(hours.opens))
    assert local(window.closes_at, hours).replace(tzinfo=None) == datetime.combine(day, time(hours.closes))


@settings(max_examples=200, deadline=None)
@given(moment=MOMENTS, hours=HOURS, age=st.integers(0, 900))
def test_an_answer_is_free_for_ten_minutes_and_held_no_longer_than_that(moment, hours, age):
    free_until = moment + timedelta(seconds=600 - age)
    verdict = judge(
        OutboundKind.ANSWER, moment, not_after=moment + timedelta(hours=24), hours=hours, free_until=free_until
    )
    if is_open(moment, hours):
        assert isinstance(verdict, HandOver)
    elif free_until - moment >= SHORTEST:
        assert verdict == HandOver(free_until - HANDING_OVER - moment)
    else:
        assert isinstance(verdict, Wait)


@pytest.mark.parametrize("kind", sorted(set(OutboundKind) - BOUND_TO_HOURS))
def test_what_is_not_bound_goes_at_any_hour_until_its_own_time_is_over(kind):
    night = datetime(2026, 3, 3, 9, tzinfo=UTC)
    hours = Hours("America/Chicago")
    assert judge(kind, night, not_after=night + timedelta(minutes=30), hours=hours) == HandOver(timedelta(minutes=30))
    assert judge(kind, night, not_after=night + timedelta(seconds=29), hours=hours) == TooLate()


def test_a_check_in_and_a_welcome_and_an_answer_are_bound():
    assert {OutboundKind.CHECK_IN, OutboundKind.WELCOME, OutboundKind.ANSWER} <= BOUND_TO_HOURS


@pytest.mark.parametrize(("opens", "closes"), [(7, 20), (9, 22), (12, 12), (20, 9), (8, 8)])
def test_hours_outside_the_laws_bounds_or_turned_round_are_refused(opens, closes):
    with pytest.raises(ValueError, match="hours run within 8 to 21"):
        Hours("America/Chicago", opens, closes)


def test_a_task_is_not_due_on_a_holiday_and_nobody_is_reminded_on_one():
    """Wednesday before Thanksgiving, at four: a call that was asked for is due on Friday, not on the day between."""
    asked, there = datetime(2026, 11, 25, 16, tzinfo=ST_LOUIS), "America/Chicago"
    due = tasks.due_at(TaskKind.CALL_BACK, asked, there, "US")
    assert due == datetime(2026, 11, 27, 16, tzinfo=ST_LOUIS)
    assert tasks.due_at(TaskKind.CALL_BACK, asked, there) == datetime(2026, 11, 26, 16, tzinfo=ST_LOUIS)
    thanksgiving = datetime(2026, 11, 26, 11, tzinfo=ST_LOUIS)
    assert tasks.is_working(thanksgiving, there)
    assert not tasks.is_working(thanksgiving, there, "US")
    late = datetime(2026, 11, 25, 16, tzinfo=ST_LOUIS)
    assert not tasks.is_to_be_raised(late, datetime(2026, 11, 26, 16, tzinfo=ST_LOUIS), there, "US-TX")
    assert tasks.is_to_be_raised(late, datetime(2026, 11, 30, 16, tzinfo=ST_LOUIS), there, "US-TX")


@settings(max_examples=200, deadline=None)
@given(moment=MOMENTS, zone=st.sampled_from(US_ZONES))
def test_working_hours_are_monday_to_friday_nine_to_five(moment, zone):
    start, end = next_working_moment(moment, zone), end_of_working_day(moment, zone)
    wall = start.astimezone(ZoneInfo(zone))
    assert start >= moment
    assert wall.weekday() < 5
    assert 9 * 60 <= minutes_of_day(wall) < 17 * 60
    assert end.astimezone(ZoneInfo(zone)).time() == time(17)
    assert start < end <= start + timedelta(hours=8)
    assert start - moment <= timedelta(hours=65)
