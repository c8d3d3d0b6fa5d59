"""Alarm load: how often each person was told, by weeks of the programme's own calendar."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from checkback.care.rules.alarm_load import Alarm, Load, load_by_week, weeks_until

ZONE = "America/Chicago"


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=ZoneInfo(ZONE))  # type: ignore[arg-type, misc]


def test_weeks_begin_on_mondays_and_the_last_is_this_one():
    sunday_night = at(2026, 3, 8, 23, 59)  # the day on which the clocks went forward
    assert weeks_until(sunday_night, ZONE, 2) == [date(2026, 2, 23), date(2026, 3, 2)]
    assert weeks_until(at(2026, 3, 9, 0, 0), ZONE, 1) == [date(2026, 3, 9)]


def test_a_week_is_counted_by_person_with_its_nights_calls_and_worst_day():
    alarms = [
        Alarm("lee", "E-12", at(2026, 3, 2, 22, 0)),
        Alarm("lee", "E-12", at(2026, 3, 2, 22, 5), is_call=True),
        Alarm("lee", "E-13", at(2026, 3, 8, 6, 59), is_reminder=True),
        Alarm("lee", "E-13", at(2026, 3, 8, 7, 0)),
        Alarm("lee", "E-13", at(2026, 3, 8, 21, 59)),
        Alarm("lee", "E-14", at(2026, 3, 9, 0, 0)),
        Alarm("ortiz", "E-12", at(2026, 3, 4, 12, 0)),
    ]
    assert load_by_week(alarms, ZONE) == {
        ("lee", date(2026, 3, 2)): Load(5, calls=1, reminders=1, at_night=3, escalations=2, most_in_a_day=3),
        ("lee", date(2026, 3, 9)): Load(1, at_night=1, escalations=1, most_in_a_day=1),
        ("ortiz", date(2026, 3, 2)): Load(1, escalations=1, most_in_a_day=1),
    }


def test_nothing_is_no_load():
    assert load_by_week([], ZONE) == {}
