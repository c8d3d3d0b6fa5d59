"""Zones, days, holidays, dates and caps: no hand-over outside any of them, over all zones and ten years."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checkback.care.rules.caps import WEEK, Caps, next_free
from checkback.care.rules.days import holidays_of, is_holiday
from checkback.care.rules.events import EFFECTS, Effect, Event, Standing, effect_of
from checkback.care.rules.hours import EVERY_DAY, Hours, NeverOpen, Span, is_ever_open, is_open, next_start
from checkback.care.rules.pausing import LONGEST_PAUSE, day_in_words, resumes_on
from checkback.care.rules.sending import SHORTEST, HandOver, TooLate, Wait, judge
from checkback.care.rules.zones import possible_together, zones_of_number, zones_of_zip
from checkback.care.terms import Language, OutboundKind
from tests.care.rules.test_hours import MOMENTS, US_ZONES, minutes_of_day

NEIGHBOURS = (
    ("America/Chicago",),
    ("America/New_York", "America/Chicago"),
    ("America/Boise", "America/Los_Angeles"),
    ("America/Denver", "America/Phoenix"),
    ("America/Adak", "America/Anchorage"),
    ("America/New_York", "America/Los_Angeles"),
)


@st.composite
def bound_hours(draw: st.DrawFn) -> Hours:
    """Hours with everything that can narrow them."""
    zones = draw(st.one_of(st.sampled_from(US_ZONES).map(lambda zone: (zone,)), st.sampled_from(NEIGHBOURS)))
    closed = draw(
        st.lists(
            st.builds(
                lambda start, length: Span(start, start + timedelta(hours=length)),
                st.datetimes(datetime(2024, 1, 1), datetime(2034, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
                st.integers(1, 24 * 20),
            ),
            max_size=3,
        )
    )
    return Hours(
        zones[0],
        draw(st.integers(8, 10)),
        draw(st.integers(19, 21)),
        other_zones=zones[1:],
        days=draw(st.frozensets(st.integers(0, 6), min_size=1)),
        holidays=draw(st.sampled_from(["", "US", "US-MO", "US-TX"])),
        closed=tuple(closed),
    )


@settings(max_examples=500, deadline=None)
@given(moment=MOMENTS, hours=bound_hours(), lasts=st.integers(1, 60 * 24 * 30), near=st.booleans())
@example(datetime(2026, 11, 26, 16, tzinfo=UTC), Hours("America/Chicago", holidays="US"), 60 * 72, False)
@example(
    datetime(2026, 3, 8, 14, tzinfo=UTC), Hours("America/Chicago", other_zones=("America/Denver",)), 60 * 72, False
)
def test_a_check_in_is_inside_every_zones_hours_on_a_day_that_is_free_and_so_is_the_carriers_queue(
    moment, hours, lasts, near
):
    if near and hours.closed:
        moment = hours.closed[0].starts_at - timedelta(minutes=lasts % 30)
    not_after = moment + timedelta(minutes=lasts)
    verdict = judge(OutboundKind.CHECK_IN, moment, not_after=not_after, hours=hours)
    if isinstance(verdict, Wait):
        assert moment < verdict.until < not_after
        moment = verdict.until
        verdict = judge(OutboundKind.CHECK_IN, moment, not_after=not_after, hours=hours)
        assert isinstance(verdict, HandOver)
    if isinstance(verdict, TooLate):
        assert next_start(moment, hours) + SHORTEST > not_after
        return
    dropped = moment + verdict.valid_for
    assert verdict.valid_for >= SHORTEST
    for zone in hours.zones:
        starts, ends = moment.astimezone(ZoneInfo(zone)), dropped.astimezone(ZoneInfo(zone))
        assert hours.opens * 60 <= minutes_of_day(starts) < hours.closes * 60 - 10
        assert starts.date() == ends.date()
        assert minutes_of_day(ends) <= hours.closes * 60
        assert starts.weekday() in hours.days
        assert not is_holiday(starts.date(), hours.holidays)
    assert not any(span.starts_at < dropped and moment < span.ends_at for span in hours.closed)


@settings(max_examples=300, deadline=None)
@given(
    start=MOMENTS,
    gaps=st.lists(st.integers(0, 60 * 60), min_size=1, max_size=25),
    zones=st.sampled_from(NEIGHBOURS),
    a_day=st.integers(1, 2),
    a_week=st.integers(2, 4),
)
def test_whatever_wants_to_go_no_day_and_no_week_has_more_than_its_cap_in_any_zone(start, gaps, zones, a_day, a_week):
    caps, moment = Caps(a_day, a_week), start
    sent: list[datetime] = []
    for gap in gaps:
        moment += timedelta(minutes=gap)
        goes = next_free(moment, sent, zones, caps)
        assert goes >= moment
        sent.append(goes)
    for zone in zones:
        days = sorted(each.astimezone(ZoneInfo(zone)).date() for each in sent)
        assert all(days.count(day) <= a_day for day in days)
        assert all(sum(day <= each < day + WEEK for each in days) <= a_week for day in days)


def test_the_first_free_day_is_taken_and_not_a_later_one():
    monday = datetime(2026, 3, 2, 16, tzinfo=UTC)
    zone = ("America/Chicago",)
    assert next_free(monday, [], zone, Caps()) == monday
    assert next_free(monday, [monday - timedelta(days=1)], zone, Caps()) == monday
    tuesday = datetime(2026, 3, 3, 6, tzinfo=UTC)
    assert next_free(monday, [monday], zone, Caps()) == tuesday
    three = [monday + timedelta(days=n) for n in range(3)]
    assert next_free(three[-1] + timedelta(days=1), three, zone, Caps()) == datetime(2026, 3, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize(("a_day", "a_week"), [(0, 3), (4, 3), (-1, 1)])
def test_caps_that_make_no_sense_are_refused(a_day, a_week):
    with pytest.raises(ValueError, match="at least one text a day"):
        Caps(a_day, a_week)


def test_federal_holidays_and_those_of_a_state_are_known_with_the_day_they_are_observed():
    assert {date(2026, 11, 26), date(2026, 7, 3), date(2026, 12, 25)} <= holidays_of("US", 2026)
    assert date(2026, 5, 8) in holidays_of("US-MO", 2026) - holidays_of("US", 2026)
    assert holidays_of("", 2026) == frozenset()


@pytest.mark.parametrize("place", ["XX", "US-XX", "DE", "us", "US-"])
def test_a_place_nobody_knows_is_refused(place):
    if place == "US-":
        assert holidays_of(place, 2026) == holidays_of("US", 2026)
        return
    with pytest.raises(ValueError, match="no place whose holidays we know"):
        holidays_of(place, 2026)


def test_zones_that_share_no_decent_hour_are_never_open_and_said_to_be_so():
    apart = Hours("America/New_York", other_zones=("Pacific/Guam",))
    assert not is_ever_open(apart)
    assert not possible_together(apart.zones)
    assert not is_open(datetime(2026, 3, 3, 16, tzinfo=UTC), apart)
    with pytest.raises(NeverOpen):
        next_start(datetime(2026, 3, 3, 16, tzinfo=UTC), apart)
    now = datetime(2026, 3, 3, 16, tzinfo=UTC)
    assert judge(OutboundKind.CHECK_IN, now, not_after=now + timedelta(days=2), hours=apart) == TooLate()


@pytest.mark.parametrize("days", [frozenset(), frozenset({7}), frozenset({-1, 2})])
def test_days_that_are_none_are_refused(days):
    with pytest.raises(ValueError, match="at least one day"):
        Hours("America/Chicago", days=days)


def test_an_answer_is_bound_to_the_hours_of_the_day_and_to_nothing_else():
    thanksgiving = datetime(2026, 11, 26, 17, tzinfo=UTC)
    hours = Hours(
        "America/Chicago", days=frozenset({0}), holidays="US", closed=(Span(thanksgiving, thanksgiving + WEEK),)
    )
    later = thanksgiving + timedelta(days=20)
    assert isinstance(judge(OutboundKind.ANSWER, thanksgiving, not_after=later, hours=hours), HandOver)
    assert isinstance(judge(OutboundKind.WELCOME, thanksgiving, not_after=later, hours=hours), HandOver)
    assert isinstance(judge(OutboundKind.CHECK_IN, thanksgiving, not_after=later, hours=hours), Wait)
    assert hours.daily.days == EVERY_DAY


@pytest.mark.parametrize(
    ("zip_code", "zones"),
    [
        ("63106", ("America/Chicago",)),
        ("99999", ("America/Juneau", "America/Metlakatla", "America/Sitka")),
        ("00000", ()),
    ],
)
def test_a_zip_the_table_does_not_know_may_lie_in_every_zone_of_its_region(zip_code, zones):
    assert tuple(zones_of_zip(zip_code)) == zones


@pytest.mark.parametrize(
    ("zip_code", "zones"),
    [
        ("37402", ("America/New_York", "America/Chicago")),  # Chattanooga
        ("36867", ("America/Chicago", "America/New_York")),  # Phenix City, which lives by Georgia's clock
        ("86040", ("America/Denver", "America/Phoenix")),  # Page, where one side keeps no summer time
        ("99501", ("America/Anchorage",)),
        ("46204", ("America/Indiana/Indianapolis",)),  # Detroit's and New York's clocks go alike
    ],
)
def test_a_zip_near_a_border_of_zones_may_lie_in_both(zip_code, zones):
    assert tuple(zones_of_zip(zip_code)) == zones


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        ("+13145550101", ("America/Chicago",)),
        ("+12085550101", ("America/Boise", "America/Los_Angeles")),
        ("+19075550101", ("America/Adak", "America/Anchorage")),
        ("+18005550101", ()),
    ],
)
def test_an_area_code_that_crosses_zones_is_in_all_of_them_and_one_of_no_place_in_none(number, zones):
    assert tuple(zones_of_number(number)) == zones


MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("until monday", date(2026, 11, 30)),
        ("hasta el miércoles", date(2026, 11, 25)),
        ("next week", date(2026, 11, 30)),
        ("la próxima semana", date(2026, 11, 30)),
        ("la semana que viene", date(2026, 11, 30)),
        ("in two weeks", date(2026, 12, 7)),
        ("for a couple of days", date(2026, 11, 25)),
        ("3 días", date(2026, 11, 26)),
        ("un mes", date(2026, 12, 23)),
        ("next month", date(2026, 12, 1)),
        ("until tomorrow", date(2026, 11, 24)),
        ("mañana", date(2026, 11, 24)),
        ("pasado mañana", date(2026, 11, 25)),
        ("tonight", date(2026, 11, 24)),
        ("in an hour", date(2026, 11, 24)),
        ("after christmas", date(2026, 12, 26)),
        ("después de navidad", date(2026, 12, 26)),
        ("after thanksgiving", date(2026, 11, 27)),
        ("after the holidays", date(2027, 1, 2)),
        ("next year", date(2027, 1, 1)),
        ("in 6 months", MONDAY + LONGEST_PAUSE),
        ("el lunes por la mañana", date(2026, 11, 30)),
        ("el martes en la mañana", date(2026, 11, 24)),
        ("el jueves x la mañana", date(2026, 11, 26)),
        ("mañana por la mañana", date(2026, 11, 24)),
        ("thursday morning", date(2026, 11, 26)),
        ("la semana entrante", date(2026, 11, 30)),
        ("la siguiente semana", date(2026, 11, 30)),
        ("week after next", date(2026, 12, 7)),
        ("después del fin de semana", date(2026, 11, 30)),
        ("después de el fin de semana", date(2026, 11, 30)),
        ("after the weekend", date(2026, 11, 30)),
        ("this weekend", date(2026, 11, 28)),
        ("el finde", date(2026, 11, 28)),
        ("a fin de mes", date(2026, 12, 1)),
        ("a finales de mes", date(2026, 12, 1)),
        ("el mes que entra", date(2026, 12, 1)),
        ("el próximo mes", date(2026, 12, 1)),
        ("en ocho días", date(2026, 12, 1)),
        ("en quince días", date(2026, 12, 8)),
        ("unos días", date(2026, 11, 26)),
        ("un par de semanas", date(2026, 12, 7)),
        ("el 5 de enero", date(2027, 1, 5)),
        ("January 5th", date(2027, 1, 5)),
        ("dec 3", date(2026, 12, 3)),
        ("el primero de diciembre", date(2026, 12, 1)),
        ("1/5", date(2027, 1, 5)),
        ("hasta el 5", date(2026, 12, 5)),
        ("the 30th", date(2026, 11, 30)),
        ("en enero", date(2027, 1, 1)),
        ("until december", date(2026, 12, 1)),
        ("después de acción de gracias", date(2026, 11, 27)),
        ("después de reyes", date(2027, 1, 7)),
        ("el año que entra", date(2027, 1, 1)),
        ("day after tomorrow", date(2026, 11, 25)),
        ("for ten days", date(2026, 12, 3)),
    ],
)
def test_the_day_after_a_pause_is_the_one_they_named(words, day):
    assert resumes_on(words, MONDAY) == day


@pytest.mark.parametrize("words", [None, "", "sometime", "when he is asleep", "after 5", "after 9-5", "june 31"])
def test_words_that_name_no_day_name_none(words):
    assert resumes_on(words, MONDAY) is None


@settings(max_examples=200, deadline=None)
@given(words=st.text(max_size=40), today=st.dates(date(2024, 1, 1), date(2033, 12, 31)))
def test_a_pause_ends_after_today_and_never_runs_for_ever(words, today):
    day = resumes_on(words, today)
    assert day is None or today < day <= today + LONGEST_PAUSE


def test_a_day_is_said_by_its_name_in_both_languages():
    assert day_in_words(MONDAY, Language.ENGLISH) == "Monday, Nov 23"
    assert day_in_words(MONDAY, Language.SPANISH) == "el lunes 23 de noviembre"


def test_every_event_is_in_the_table_and_what_it_does_not_name_stays():
    assert set(EFFECTS) == set(Event)
    assert effect_of(Event.ANSWERED, Standing.PLANNED) is Effect.LEAVE


def test_nothing_but_an_opt_out_touches_what_the_carrier_has_or_was_asked_but_ends_it():
    for event in Event:
        for standing in (Standing.WITH_THE_CARRIER, Standing.ASKED):
            assert effect_of(event, standing) in (Effect.LEAVE, Effect.CANCEL, Effect.END)
