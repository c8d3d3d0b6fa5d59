"""The page of alarm load: a drawing for the eye, and the same in a table."""

from __future__ import annotations

import re
from datetime import date

from checkback.care.flows.alarm_load import AlarmLoad, PersonsLoad
from checkback.care.rules.alarm_load import Load
from checkback.console.load import HIGHEST, drawn
from tests.fakes.clock import MORNING


def load_of(*counts: tuple[int, int]) -> AlarmLoad:
    weeks = [Load(alarms=alarms, at_night=night) for alarms, night in counts]
    return AlarmLoad(MORNING, "America/Chicago", [date(2026, 3, 2)] * len(counts), [PersonsLoad("Lee", "lee", weeks)])


def test_columns_are_drawn_to_one_scale_and_something_is_never_nothing():
    (row,) = drawn(load_of((0, 0), (1, 0), (100, 50)))
    nothing, little, most = row.columns
    assert nothing.height == 0
    assert little.height == 2
    assert most.height == HIGHEST
    assert most.night == HIGHEST / 2
    assert most.top + most.height == row.base == most.night_top + most.night


def test_with_nobody_there_nothing_is_drawn():
    assert drawn(AlarmLoad(MORNING, "America/Chicago", [], [])) == []


def test_the_table_says_what_is_drawn(lee, staffed, crisis):
    page = lee.opens("/load").text
    row = re.search(r'<th scope="row">Dana Lee</th>(.*?)</tr>', page, re.DOTALL)
    assert row, page
    assert "1<span" in row[1]
    assert "of 1 escalation" in row[1]
    assert "Ana" not in page
    assert 'href="/load"' in lee.opens("/").text
