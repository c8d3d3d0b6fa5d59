"""The clock moves forward, for all processes at once, and a text that waits too long is too late."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from checkback.simulator.clock import ClockRunsForward, MovableClock
from tests.simulator.application import wait_for


def _now(simulator):
    return datetime.fromisoformat(simulator.control("GET", "clock")["now"])


def test_without_a_file_it_is_now(simulator):
    assert simulator.control("GET", "clock")["offset_seconds"] == 0
    assert abs(_now(simulator) - datetime.now(UTC)) < timedelta(seconds=5)


def test_moving_it_is_seen_by_whoever_reads_the_file(start, tmp_path):
    file = tmp_path / "var" / "clock.json"
    simulator = start(clock_file=file)
    simulator.control("POST", "clock", advance_seconds=3600)
    assert json.loads(file.read_text()) == {"offset_seconds": 3600.0}
    assert MovableClock(file).offset() == timedelta(hours=1)


def test_a_move_by_another_process_is_seen_at_once(start, tmp_path):
    file = tmp_path / "clock.json"
    simulator = start(clock_file=file)
    file.write_text('{"offset_seconds": 86400}')
    assert _now(simulator) - datetime.now(UTC) > timedelta(hours=23)


def test_it_can_be_set_to_a_moment_and_everything_is_dated_by_it(simulator):
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    simulator.control("POST", "clock", set=tomorrow.isoformat())
    created = simulator.send()
    assert created.date_created - tomorrow < timedelta(seconds=10)
    assert simulator.settled(created.sid).date_sent >= tomorrow.replace(microsecond=0)


@pytest.mark.parametrize("move", [{"advance_seconds": -1}, {"set": "2020-01-01T00:00:00+00:00"}])
def test_it_never_goes_back(untouched, move):
    answer = untouched.ask("POST", "clock", **move)
    assert (answer.status_code, answer.json()) == (409, {"error": "the clock only runs forward"})


@pytest.mark.parametrize(
    "move",
    [{"set": "2030-01-01T00:00:00"}, {"set": "soon"}, {"advance_seconds": "1"}, {"advance_seconds": True}, {"to": 1},
     {"advance_seconds": 1e300}, {"advance_seconds": 1e9}],
)  # fmt: skip
def test_a_move_that_means_nothing_is_refused(untouched, move):
    answer = untouched.ask("POST", "clock", **move)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_file_that_is_no_clock_is_named(tmp_path):
    file = tmp_path / "clock.json"
    file.write_text("{}")
    with pytest.raises(ValueError, match="offset_seconds"):
        MovableClock(file).now()


def test_a_file_is_replaced_whole(tmp_path):
    clock = MovableClock(tmp_path / "clock.json")
    clock.advance(timedelta(minutes=5))
    clock.advance(timedelta(minutes=5))
    assert [path.name for path in tmp_path.iterdir()] == ["clock.json"]
    assert clock.offset() == timedelta(minutes=10)
    with pytest.raises(ClockRunsForward):
        clock.advance(timedelta(seconds=-1))


def test_a_text_still_queued_when_its_validity_ends_fails(simulator):
    simulator.order_fault("hold", seconds=7200)
    sid = simulator.send(validity_period=3600).sid
    simulator.control("POST", "clock", advance_seconds=3500)
    assert simulator.client().messages(sid).fetch().status == "queued"
    simulator.control("POST", "clock", advance_seconds=200)
    assert simulator.settled(sid).error_code == 30036
    wait_for(lambda: simulator.application.statuses == ["failed"])
    assert simulator.on_phone() == []


def test_a_text_held_for_less_than_its_validity_arrives_late(simulator):
    simulator.order_fault("hold", seconds=1800)
    sid = simulator.send(validity_period=3600).sid
    simulator.control("POST", "clock", advance_seconds=1900)
    assert simulator.settled(sid).status == "delivered"
