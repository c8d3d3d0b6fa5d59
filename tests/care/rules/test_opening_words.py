"""Opening times as a family reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from checkback.care.rules.listings import Schedule
from checkback.care.rules.opening_words import hours_in_words, open_hours_in_words, opens_in_words
from checkback.care.rules.openings import opening
from checkback.care.terms import Language

EN, ES = Language.ENGLISH, Language.SPANISH
WORKDAYS = ["MO", "TU", "WE", "TH", "FR"]
CHICAGO = "America/Chicago"


def hours(*spans: tuple[list[str], str, str]) -> tuple[Schedule, ...]:
    return tuple(Schedule(opens, closes, ",".join(days)) for days, opens, closes in spans)


def opens(schedules: tuple[Schedule, ...], zone: str, language: Language, now: datetime) -> str:
    return opens_in_words(opening(schedules, zone, now), language, now)


OFFICE = hours((WORKDAYS, "09:00", "17:00"), (["SA"], "10:00", "14:30"))


@pytest.mark.parametrize(
    ("kept", "english", "spanish"),
    [
        (OFFICE, "Mon-Fri 9 am-5 pm; Sat 10 am-2:30 pm", "lun-vie 9 am-5 pm; sáb 10 am-2:30 pm"),
        (hours((["TU", "TH"], "13:00", "18:00")), "Tue, Thu 1 pm-6 pm", "mar, jue 1 pm-6 pm"),
        (hours((["WE"], "00:00", "12:00")), "Wed 12 am-12 pm", "mié 12 am-12 pm"),
        (hours((["MO"], "09:00", "12:00"), (["MO"], "13:00", "24:00")), "Mon 9 am-12 pm & 1 pm-12 am",
         "lun 9 am-12 pm & 1 pm-12 am"),
        (hours(([*WORKDAYS, "SA", "SU"], "00:00", "24:00")), "24/7", "24/7"),
        ((), "please call to ask", "llame para preguntar"),
    ],
)  # fmt: skip
def test_a_week_in_one_line(kept: tuple[Schedule, ...], english: str, spanish: str) -> None:
    assert hours_in_words(kept, EN) == english
    assert hours_in_words(kept, ES) == spanish


@pytest.mark.parametrize(
    ("now", "english", "spanish"),
    [
        # Monday 07:59, 08:59 and 17:00 in Chicago.
        (datetime(2026, 11, 23, 13, 59, tzinfo=UTC), "Monday at 9 am", "el lunes a las 9 am"),
        (datetime(2026, 11, 23, 14, 59, tzinfo=UTC), "Monday at 9 am", "el lunes a las 9 am"),
        (datetime(2026, 11, 23, 23, 0, tzinfo=UTC), "Tuesday at 9 am", "el martes a las 9 am"),
        # Friday evening in Chicago is Saturday in UTC.
        (datetime(2026, 11, 28, 2, 0, tzinfo=UTC), "Saturday at 10 am", "el sábado a las 10 am"),
        (datetime(2026, 11, 28, 22, 0, tzinfo=UTC), "Monday at 9 am", "el lunes a las 9 am"),
    ],
)
def test_the_next_opening_is_a_named_day(now: datetime, english: str, spanish: str) -> None:
    assert opens(OFFICE, CHICAGO, EN, now) == english
    assert opens(OFFICE, CHICAGO, ES, now) == spanish


def test_a_place_open_once_a_week_opens_on_that_day_again() -> None:
    wednesday_noon = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
    assert opens(hours((["WE"], "10:00", "11:00")), CHICAGO, EN, wednesday_noon) == "Wednesday at 10 am"


def test_one_oclock_is_singular_in_spanish() -> None:
    monday_morning = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    assert opens(hours((["MO"], "13:00", "18:00")), CHICAGO, ES, monday_morning) == "el lunes a la 1 pm"


def test_when_nothing_is_known_they_are_asked_to_call() -> None:
    assert opens((), CHICAGO, EN, datetime(2026, 11, 23, tzinfo=UTC)) == "please call to ask"


def test_beyond_a_week_the_date_is_said_too() -> None:
    first_monday = (Schedule("09:00", "12:00", "1MO", freq="MONTHLY"),)
    now = datetime(2026, 11, 10, 18, tzinfo=UTC)
    assert opens(first_monday, CHICAGO, EN, now) == "Monday, Dec 7 at 9 am"
    assert opens(first_monday, CHICAGO, ES, now) == "el lunes, 7 dic a las 9 am"


def test_a_week_too_long_to_read_becomes_the_day_and_until_when() -> None:
    long = hours((["MO"], "09:00", "17:00"), (["TU"], "10:00", "18:30"), (["TH"], "08:15", "13:45"))
    now = datetime(2026, 11, 24, 17, tzinfo=UTC)
    assert open_hours_in_words(long, opening(long, CHICAGO, now), EN) == "Tuesday until 6:30 pm"
    assert open_hours_in_words(long, opening(long, CHICAGO, now), ES) == "martes hasta las 6:30 pm"
    assert open_hours_in_words(OFFICE, opening(OFFICE, CHICAGO, now), EN).startswith("Mon-Fri")
