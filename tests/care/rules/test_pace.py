"""Texts begin one gap behind the other, first come, first served."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from checkback.care.rules.pace import Places, Queue

NINE = datetime(2026, 3, 9, 9, tzinfo=UTC)
MINUTE, GAP = timedelta(minutes=1), timedelta(seconds=10)


def test_a_place_is_given_once_and_the_next_free_one_after_it():
    places = Places()
    given = []
    for wanted in (5, 5, 7, 5, 6, 5):
        given.append(places.free_from(wanted))
        places.take(given[-1])
    assert given == [5, 6, 7, 8, 9, 10]
    assert places.free_from(4) == 4


def test_one_who_comes_later_waits_until_all_before_have_had_their_turn():
    queue = Queue(GAP, {NINE: 9, NINE + 5 * MINUTE: 3})
    assert queue.turn(NINE - MINUTE) == NINE - MINUTE
    assert queue.turn(NINE) == NINE + 90 * timedelta(seconds=1)
    assert queue.turn(NINE + MINUTE) == NINE + 90 * timedelta(seconds=1)
    assert queue.turn(NINE + 3 * MINUTE) == NINE + 3 * MINUTE
    assert queue.turn(NINE + 5 * MINUTE) == NINE + 5 * MINUTE + 3 * GAP


def test_nobody_waits_where_nobody_was_before():
    assert Queue(GAP).turn(NINE) == NINE
    assert Queue(GAP).busiest() == 0


def test_the_fullest_minute_has_no_more_than_the_pace_lets_go():
    assert Queue(GAP, {NINE: 4, NINE + MINUTE: 2}).busiest() == 4
    assert Queue(GAP, {NINE: 40}).busiest() == 6
    # Five are left of the first minute, and four come to them; after an hour nothing is left.
    assert Queue(GAP, {NINE: 8, NINE + MINUTE: 3}).busiest() == 6
    assert Queue(GAP, {NINE: 5, NINE + 60 * MINUTE: 5}).busiest() == 5
