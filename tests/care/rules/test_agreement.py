"""Agreement between the screen and who reads after it: known tables, and how sure a few readings are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checkback.care.rules.agreement import Judged, agreement

READ = Judged(loud=100, loud_read=100, loud_right=100, quiet=900, quiet_read=900, quiet_missed=0)


def test_who_always_agrees_has_one():
    found = agreement(READ)
    assert found
    assert found.kappa == 1
    assert found.read == 1000
    assert found.low < found.high <= 1


def test_a_table_that_was_worked_out_by_hand():
    """20 both loud, 5 only the screen, 10 only the reader, 15 neither: kappa is 0.4."""
    found = agreement(Judged(loud=25, loud_read=25, loud_right=20, quiet=25, quiet_read=25, quiet_missed=10))
    assert found
    assert found.kappa == pytest.approx(0.4)
    assert found.low < 0.4 < found.high


def test_a_sample_counts_for_all_it_was_drawn_from():
    all_read = agreement(Judged(100, 100, 80, 5000, 5000, 100))
    sampled = agreement(Judged(100, 100, 80, 5000, 100, 2))
    assert all_read
    assert sampled
    assert sampled.kappa == pytest.approx(all_read.kappa)
    assert sampled.high - sampled.low > all_read.high - all_read.low


def test_with_one_part_unread_nobody_can_say():
    assert agreement(replace(READ, quiet_read=0)) is None
    assert agreement(replace(READ, loud_read=0)) is None
