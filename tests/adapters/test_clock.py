"""The clocks, and the points at which a test makes the house crash, wait or fail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from checkback.adapters.clock import MovableClock, RealClock
from checkback.adapters.faults import PointFailed, ScriptedPoints

NEAR = timedelta(seconds=5)


def ahead(clock: MovableClock) -> timedelta:
    return clock.now() - datetime.now(UTC)


def move(file: Path, seconds: object) -> None:
    """As the simulator does it: a new file in the place of the old."""
    new = file.with_suffix(".new")
    new.write_text(json.dumps({"offset_seconds": seconds}))
    new.replace(file)


def test_the_real_clock_tells_utc():
    now = RealClock().now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < NEAR


def test_without_a_file_time_is_as_it_is(tmp_path):
    clock = MovableClock(tmp_path / "clock.json")
    assert abs(ahead(clock)) < NEAR
    assert clock.now().tzinfo is UTC


def test_a_clock_follows_every_move_of_another_process(tmp_path):
    file = tmp_path / "clock.json"
    clock, other = MovableClock(file), MovableClock(file)
    for days in (1, 3, 200):
        move(file, timedelta(days=days).total_seconds())
        assert abs(ahead(clock) - timedelta(days=days)) < NEAR
        assert abs(ahead(other) - timedelta(days=days)) < NEAR


def test_two_moves_within_one_tick_of_the_file_system_are_both_seen(tmp_path):
    file = tmp_path / "clock.json"
    clock = MovableClock(file)
    for seconds in (3600, 7200):
        move(file, seconds)
        os.utime(file, ns=(1, 1))
        assert abs(ahead(clock) - timedelta(seconds=seconds)) < NEAR


@pytest.mark.parametrize(
    "garbage",
    ["", '{"offset_sec', "[]", '{"offset_seconds": "soon"}', '{"offset_seconds": 1e300}', '{"offset_seconds": NaN}'],
)
def test_a_file_caught_half_written_does_not_make_time_jump(tmp_path, garbage):
    file = tmp_path / "clock.json"
    clock = MovableClock(file)
    move(file, 86_400)
    assert abs(ahead(clock) - timedelta(days=1)) < NEAR
    file.write_text(garbage)
    assert abs(ahead(clock) - timedelta(days=1)) < NEAR
    move(file, 172_800)
    assert abs(ahead(clock) - timedelta(days=2)) < NEAR


def test_a_file_taken_away_brings_the_real_time_back(tmp_path):
    file = tmp_path / "clock.json"
    clock = MovableClock(file)
    move(file, 86_400)
    clock.now()
    file.unlink()
    assert abs(ahead(clock)) < NEAR


# Points


def test_nothing_happens_at_a_point_no_script_names():
    ScriptedPoints("a.b=fail").reach("a.c")
    ScriptedPoints("").reach("a.b")


def test_a_point_fails_every_time_or_only_the_one_that_was_named():
    always, second = ScriptedPoints("a.b=fail"), ScriptedPoints("x.y=fail, a.b@2=fail")
    for _ in range(2):
        with pytest.raises(PointFailed):
            always.reach("a.b")
    second.reach("a.b")
    with pytest.raises(PointFailed):
        second.reach("a.b")
    second.reach("a.b")


def test_a_point_can_hold_the_house_up():
    began = time.monotonic()
    ScriptedPoints("a.b=delay:0.2").reach("a.b")
    assert time.monotonic() - began >= 0.2


def test_a_crash_leaves_no_time_to_clean_up():
    program = (
        "from checkback.adapters.faults import ScriptedPoints\n"
        "try:\n    ScriptedPoints('a.b=crash').reach('a.b')\nfinally:\n    print('cleaned up')"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=30, check=False)
    assert (ended.returncode, ended.stdout) == (137, b"")


@pytest.mark.parametrize(
    "script", ["a.b", "a.b=explode", "a.b@0=fail", "a.b=delay", "a.b=delay:-1", "=crash", "A=fail"]
)
def test_a_script_that_cannot_be_read_is_refused_by_its_entry(script):
    with pytest.raises(ValueError, match="write point=crash"):
        ScriptedPoints(script)
