"""Twilio's list of texts, read by its own client from the pretend Twilio: whole, or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from checkback.adapters.twilio_http import TwilioAccount
from checkback.adapters.twilio_log import TwilioLog
from checkback.care.errors import CarrierLogUnread
from tests.simulator.application import running_application
from tests.simulator.conftest import ACCOUNT, ANA, FAMILY_LINE, STAFF_LINE, TOKEN, make_config, running


@pytest.fixture
def simulator():
    with running_application() as application, running(make_config(application), application) as simulator:
        yield simulator


def log_of(simulator, token=TOKEN):
    return TwilioLog(TwilioAccount(ACCOUNT, token, simulator.address), [FAMILY_LINE, STAFF_LINE])


def test_what_went_and_what_came_is_listed_with_its_words(simulator):
    begun = simulator.now() - timedelta(seconds=5)
    simulator.send("How are you all?")
    simulator.writes("we cannot sleep")
    listed = log_of(simulator).texts_since(begun)
    assert [(each.body, each.is_inbound) for each in listed] == [
        ("How are you all?", False),
        ("we cannot sleep", True),
    ]
    assert (listed[0].from_number, listed[0].to_number) == (FAMILY_LINE, ANA)
    assert (listed[1].from_number, listed[1].to_number) == (ANA, FAMILY_LINE)


def test_what_is_older_is_left_out(simulator):
    simulator.send("long ago")
    simulator.moves_clock(hours=3)
    begun = simulator.now() - timedelta(hours=1)
    simulator.send("lately")
    assert [each.body for each in log_of(simulator).texts_since(begun)] == ["lately"]


def test_a_carrier_that_refuses_us_has_said_nothing(simulator):
    with pytest.raises(CarrierLogUnread):
        log_of(simulator, token="another-token-entirely").texts_since(simulator.now() - timedelta(hours=1))
