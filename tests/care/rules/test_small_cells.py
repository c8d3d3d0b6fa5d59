"""What may be told of small groups: whatever the numbers, no hidden one can be worked out from what is shown."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from checkback.care.rules.quarters import Quarter, quarter_named, quarter_of
from checkback.care.rules.small_cells import LEAST, hidden

COUNTS = st.lists(st.integers(0, 30), min_size=2, max_size=8)


@given(COUNTS)
def test_no_small_count_is_shown(counts):
    untold = hidden(counts)
    assert all(at in untold for at, count in enumerate(counts) if 0 < count < LEAST)


@given(COUNTS, st.sets(st.integers(0, 1)))
def test_no_hidden_count_can_be_worked_out_from_the_total(counts, besides):
    """What a reader can do: take all that is shown from the total. Each hidden count may then still be many things."""
    untold = hidden(counts, besides=besides)
    assert besides <= untold
    if not untold:
        return
    left = sum(counts) - sum(count for at, count in enumerate(counts) if at not in untold)
    assert len(untold) > 1
    assert left >= LEAST or len(untold) == len(counts)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=8))
def test_what_is_left_of_the_whole_is_as_well_hidden(pairs):
    """18 of 20 answered: the two who did not are as easily recognised."""
    counts, wholes = [part for part, _ in pairs], [part + rest for part, rest in pairs]
    untold = hidden(counts, of=wholes)
    rests = [whole - part for part, whole in zip(counts, wholes, strict=True)]
    assert all(at in untold for at, rest in enumerate(rests) if 0 < rest < LEAST)
    if untold and len(untold) < len(counts):
        assert not 0 < sum(rests[at] for at in untold) < LEAST


def test_the_smallest_of_the_others_is_hidden_with_a_lone_one():
    assert hidden([3, 40, 7, 12]) == {0, 2}
    assert hidden([3, 0, 12]) == {0, 1, 2}
    assert hidden([5, 6, 0]) == frozenset()


def test_a_quarter_begins_and_ends_at_the_programmes_own_midnight():
    first = Quarter(2026, 1)
    since, until = first.span("America/Chicago")
    assert since == datetime(2026, 1, 1, 6, tzinfo=UTC)
    assert until == datetime(2026, 4, 1, 5, tzinfo=UTC)
    assert quarter_of(datetime(2026, 4, 1, 4, 59, tzinfo=UTC), "America/Chicago") == first
    assert first.before == Quarter(2025, 4)
    assert first.before.next == first
    assert quarter_named("2026-Q1") == first
    assert [quarter_named(text) for text in ("2026-Q5", "", "26-Q1", "2026-Q1 ")] == [None] * 4
