"""Which text goes first, and what room is kept for the urgent ones."""

from __future__ import annotations

from datetime import timedelta

import pytest

from checkback.care.rules.priorities import AHEAD, CANNOT_WAIT, Priority, may_go, priority_of
from checkback.care.terms import OutboundKind, Urgency


def test_every_kind_has_its_place_and_they_follow_one_another():
    order = [
        priority_of(OutboundKind.SAFETY),
        priority_of(OutboundKind.NOTICE, urgency=Urgency.EMERGENT),
        priority_of(OutboundKind.NOTICE, urgency=Urgency.URGENT),
        priority_of(OutboundKind.NOTICE),
        priority_of(OutboundKind.ANSWER, is_fresh=True),
        priority_of(OutboundKind.PERSONAL),
        priority_of(OutboundKind.ANSWER),
        priority_of(OutboundKind.WELCOME),
        priority_of(OutboundKind.CHECK_IN),
    ]
    assert order == sorted(set(order))
    assert {*order, *(priority_of(kind) for kind in OutboundKind)} == set(Priority)


def test_an_emergency_does_not_stand_behind_a_mornings_notes():
    full_for_notes = AHEAD[Priority.NOTE_TO_STAFF] + timedelta(seconds=1)
    assert Priority.NOTE_TO_STAFF not in may_go(full_for_notes, paused=False)
    assert Priority.EMERGENT_ALERT in may_go(full_for_notes, paused=False)


@pytest.mark.parametrize(("sooner", "later"), list(zip(list(Priority), list(Priority)[1:], strict=False)))
def test_the_more_urgent_text_has_at_least_the_room_of_the_less_urgent_one(sooner, later):
    assert AHEAD[sooner] >= AHEAD[later]


def test_a_bucket_that_is_full_for_check_ins_has_room_for_a_crisis():
    assert Priority.CHECK_IN not in may_go(timedelta(seconds=1), paused=False)
    assert may_go(timedelta(seconds=4.5), paused=False) == CANNOT_WAIT
    assert may_go(timedelta(seconds=50), paused=False) == {Priority.SAFETY, Priority.EMERGENT_ALERT}
    assert may_go(timedelta(minutes=2), paused=False) == frozenset()


def test_a_sender_that_stands_still_tries_what_cannot_wait_and_nothing_else():
    assert may_go(timedelta(seconds=-9), paused=True) == CANNOT_WAIT
