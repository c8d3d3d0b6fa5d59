"""Which promises stand when two records of one person become one, for any promises there may be."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from checkback.care.rules.merging import Promise, what_stands

NOW = datetime(2026, 3, 3, 16, tzinfo=UTC)
STEPS = st.sampled_from(["promised", "promised.2", "day-5", "day-8", "day-30"])
PROMISES = st.lists(
    st.builds(
        Promise,
        id=st.uuids(version=4),
        step=STEPS,
        due_at=st.integers(0, 90).map(lambda days: NOW + timedelta(days=days)),
        is_asked=st.booleans(),
        is_of_plan=st.just(True),
    )
    | st.builds(
        Promise, id=st.uuids(version=4), step=st.just("help-1"), due_at=st.just(NOW), is_of_plan=st.just(False)
    ),
    max_size=6,
    unique_by=(lambda each: each.id, lambda each: each.step),
)


def is_promised(promise: Promise) -> bool:
    return promise.step.startswith("promised")


@given(PROMISES, PROMISES)
def test_every_promise_stands_or_ends_and_never_both(ones, others):
    found = what_stands(ones, others)
    assert Counter(each.id for each in (*found.stands, *found.ends)) == Counter(each.id for each in (*ones, *others))


@given(PROMISES, PROMISES)
def test_no_step_that_waits_stands_twice_and_of_the_door_one(ones, others):
    waits = [each for each in what_stands(ones, others).stands if each.is_of_plan and not each.is_asked]
    assert sum(map(is_promised, waits)) <= 1
    assert max(Counter(each.step for each in waits).values(), default=1) == 1


@given(PROMISES, PROMISES)
def test_what_was_asked_and_what_stands_beside_a_plan_never_ends(ones, others):
    assert all(not each.is_asked and each.is_of_plan for each in what_stands(ones, others).ends)


@given(PROMISES, PROMISES)
def test_the_earliest_word_given_at_the_door_is_kept(ones, others):
    given_ = [each for each in (*ones, *others) if is_promised(each) and not each.is_asked]
    stands = what_stands(ones, others).stands
    assert not given_ or min(each.due_at for each in given_) in [each.due_at for each in stands if is_promised(each)]


@given(PROMISES, PROMISES)
def test_one_plan_goes_on_whole_and_it_is_the_one_that_reaches_further(ones, others):
    stands = {each.id for each in what_stands(ones, others).stands}

    def steps(promises):
        return [each for each in promises if each.is_of_plan and not each.is_asked and not is_promised(each)]

    whole = [side for side in (ones, others) if all(each.id in stands for each in steps(side))]
    assert whole
    ahead = [each for each in (*steps(ones), *steps(others))]
    if ahead and max(each.due_at for each in ahead) > max(
        (each.due_at for each in (*ones, *others) if is_promised(each)), default=NOW - timedelta(days=1)
    ):
        assert max(ahead, key=lambda each: each.due_at).due_at in {e.due_at for e in ahead if e.id in stands}


def test_a_record_without_a_plan_takes_the_other_ones():
    other = [Promise(UUID(int=1), "day-5", NOW)]
    assert what_stands([], other).stands == other
    assert what_stands(other, []).stands == other
