"""A number sends so many segments a second; what waits too long is refused, or fails."""

from __future__ import annotations

from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.application import wait_for
from tests.simulator.conftest import DR_LEE, FAMILY_LINE, SERVICE, STAFF_LINE

THREE_SEGMENTS = "x" * 400
LONGEST = "x" * 1600
ITS_SEGMENTS = 11


def _sends_slowly(simulator, per_second, number=FAMILY_LINE):
    simulator.control("POST", f"numbers/{number}", segments_per_second=per_second)


def _statuses(simulator, *sids):
    return [simulator.client().messages(sid).fetch().status for sid in sids]


def test_a_sender_counts_segments_and_not_texts(simulator):
    _sends_slowly(simulator, 0.01)
    first, second, third = (simulator.send(body).sid for body in ("one", THREE_SEGMENTS, "last"))
    assert simulator.settled(first).status == "delivered"
    simulator.moves_clock(seconds=101)
    assert simulator.settled(second).status == "delivered"
    simulator.moves_clock(seconds=200)
    assert _statuses(simulator, third) == ["queued"]
    simulator.moves_clock(seconds=101)
    assert simulator.settled(third).status == "delivered"


def test_one_senders_queue_does_not_hold_up_another(simulator):
    _sends_slowly(simulator, 0.01)
    simulator.settled(simulator.send().sid)
    waiting = simulator.send().sid
    assert simulator.settled(simulator.send(from_=STAFF_LINE, to=DR_LEE).sid).status == "delivered"
    assert _statuses(simulator, waiting) == ["queued"]


def test_a_full_queue_refuses_what_names_its_sender(simulator):
    _sends_slowly(simulator, ITS_SEGMENTS / timedelta(hours=6).total_seconds())
    simulator.send(LONGEST)
    with pytest.raises(TwilioRestException) as refused:
        simulator.send(LONGEST)
    assert (refused.value.status, refused.value.code) == (400, 21611)
    simulator.moves_clock(hours=6)
    assert simulator.send(LONGEST).status == "queued"


def test_a_full_queue_fails_later_what_a_service_took(start):
    simulator = start(messaging_service_sid=SERVICE)
    simulator.control("POST", f"services/{SERVICE}", numbers=[FAMILY_LINE])
    _sends_slowly(simulator, ITS_SEGMENTS / timedelta(hours=6).total_seconds())
    simulator.settled(simulator.send_by_service(LONGEST).sid)
    failed = simulator.settled(simulator.send_by_service(LONGEST).sid)
    assert (failed.status, failed.error_code) == ("failed", 30001)
    wait_for(lambda: simulator.application.statuses[-1] == "failed")


def test_what_waits_longer_than_it_is_valid_fails(simulator):
    _sends_slowly(simulator, 0.001)
    simulator.settled(simulator.send("first").sid)
    second = simulator.send("second", validity_period=60).sid
    assert _statuses(simulator, second) == ["queued"]
    simulator.moves_clock(seconds=61)
    failed = simulator.settled(second)
    assert (failed.status, failed.error_code) == ("failed", 30036)
    assert simulator.on_phone() == ["first"]
