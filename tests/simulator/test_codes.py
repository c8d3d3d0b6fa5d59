"""Every error an application has to live with can be had: at once, or later by callback."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.application import wait_for
from tests.simulator.conftest import ANA, DR_LEE

AT_ONCE = [
    (400, 21211), (400, 21614), (400, 21635), (400, 21408), (400, 21612), (400, 21606), (400, 21603), (400, 21602),
    (400, 21604), (400, 21617), (400, 21623), (400, 21609), (400, 21608), (400, 21611), (401, 20003), (429, 20429),
    (429, 63038), (400, 21212), (400, 21266), (400, 21620), (400, 21701), (400, 35111), (400, 35114), (400, 35115),
    (400, 35117), (400, 35118),
]  # fmt: skip
NEVER_SENT = [21610, 30001, 30002, 30022, 30023, 30027, 30036, 30450, 30610]
SENT_IN_VAIN = [30003, 30004, 30005, 30006, 30007, 30008, 30032, 30034, 30410]


@pytest.mark.parametrize(("status", "code"), AT_ONCE)
def test_an_error_at_once_comes_in_twilios_envelope_and_takes_nothing(untouched, status, code):
    untouched.order_fault("error", code=code)
    with pytest.raises(TwilioRestException) as refused:
        untouched.send()
    assert (refused.value.status, refused.value.code) == (status, code)
    assert untouched.client().messages.list() == []


def test_21610_can_be_had_at_once_too(untouched):
    untouched.order_fault("refuse", code=21610)
    with pytest.raises(TwilioRestException) as refused:
        untouched.send()
    assert (refused.value.status, refused.value.code) == (400, 21610)


@pytest.mark.parametrize("code", NEVER_SENT)
def test_an_error_before_sending_is_told_later(simulator, code):
    simulator.order_fault("error", code=code, number=ANA)
    failed = simulator.settled(simulator.send().sid)
    assert (failed.status, failed.error_code) == ("failed", code)
    assert failed.error_message
    wait_for(lambda: simulator.application.statuses == ["sending", "failed"])
    assert simulator.application.heard[-1].fields["ErrorCode"] == str(code)


@pytest.mark.parametrize("code", SENT_IN_VAIN)
def test_an_error_after_sending_is_told_later(simulator, code):
    simulator.order_fault("error", code=code, number=ANA)
    lost = simulator.settled(simulator.send().sid)
    assert (lost.status, lost.error_code) == ("undelivered", code)
    wait_for(lambda: simulator.application.statuses == ["sending", "sent", "undelivered"])
    assert simulator.on_phone() == []


def test_a_number_can_be_a_landline_for_good(simulator):
    simulator.order_fault("error", code=30006, number=ANA, count="always")
    assert [simulator.settled(simulator.send().sid).error_code for _ in range(3)] == [30006] * 3
    assert simulator.settled(simulator.send(to=DR_LEE).sid).status == "delivered"
    assert [fault["count"] for fault in simulator.control("GET", "faults")["faults"]] == ["always"]
