"""The small ports: a clock tells UTC, a journal keeps what it took in order, points let a house in use pass."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest

from checkback.adapters.clock import MovableClock, RealClock
from checkback.adapters.faults import ScriptedPoints
from checkback.adapters.journal import DiskJournal
from checkback.care.points import NoFaults, Points
from checkback.care.ports import Clock, Journal
from tests.fakes import CrashingPoints, FrozenClock
from tests.furnished import RING

CLOCKS: list[Callable[[Path], Clock]] = [
    lambda _: FrozenClock(),
    lambda _: RealClock(),
    lambda folder: MovableClock(folder / "clock"),
]
JOURNALS: list[Callable[[Path], Journal]] = [lambda folder: DiskJournal(folder / "journal", RING)]


@pytest.mark.parametrize("make", CLOCKS, ids=["frozen", "real", "movable"])
def test_a_clock_tells_utc_and_does_not_go_back(make: Callable[[Path], Clock], tmp_path: Path) -> None:
    clock = make(tmp_path)
    first, second = clock.now(), clock.now()
    assert first.tzinfo is UTC
    assert first <= second


@pytest.mark.parametrize("make", JOURNALS, ids=["on disk"])
def test_a_journal_gives_back_what_it_took_in_order_until_it_is_removed(
    make: Callable[[Path], Journal], tmp_path: Path
) -> None:
    journal = make(tmp_path)
    assert journal.is_empty()
    for body in ("first", "", "a\x00b", "👶 ñ"):
        journal.keep({"body": body, "media": 2, "kind": None}, thread="one")
    kept = make(tmp_path).pending()
    assert [entry.fields["body"] for entry in kept] == ["first", "", "a\x00b", "👶 ñ"]
    assert kept[0].fields == {"body": "first", "media": 2, "kind": None}
    journal.mark_told(kept[0].name)
    assert [entry.was_told for entry in make(tmp_path).pending()] == [True, False, False, False]
    for entry in kept:
        journal.remove(entry)
    assert journal.is_empty()
    assert journal.pending() == []


@pytest.mark.parametrize("points", [NoFaults(), CrashingPoints(), ScriptedPoints("")], ids=["none", "fake", "script"])
def test_points_that_were_told_nothing_let_everybody_pass(points: Points) -> None:
    for _ in range(3):
        points.reach("inbound.receive-text.before-commit")
