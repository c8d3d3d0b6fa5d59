"""Lookup says what it was told to say of a phone."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.conftest import ANA, DR_LEE


def _lookup(simulator, number=ANA, **asked):
    return simulator.client().lookups.v2.phone_numbers(number).fetch(**asked)


def test_a_phone_is_a_mobile_until_something_else_is_said(simulator):
    found = _lookup(simulator, fields="line_type_intelligence")
    assert (found.valid, found.country_code, found.national_format) == (True, "US", "(314) 555-0101")
    assert found.line_type_intelligence["type"] == "mobile"
    assert found.reassigned_number is None


def test_a_landline_and_a_number_that_changed_hands_can_be_staged(simulator):
    simulator.control("POST", f"lines/{ANA}", line_type="landline", reassigned="yes", carrier_name="Example Telephone")
    found = _lookup(simulator, fields="line_type_intelligence,reassigned_number", last_verified_date="20261001")
    assert (found.line_type_intelligence["type"], found.line_type_intelligence["mobile_network_code"]) == (
        "landline",
        None,
    )
    assert found.reassigned_number == {
        "is_number_reassigned": "yes",
        "last_verified_date": "2026-10-01",
        "error_code": None,
    }
    other = _lookup(simulator, DR_LEE, fields="reassigned_number", last_verified_date="20261001")
    assert other.reassigned_number["is_number_reassigned"] == "no"


@pytest.mark.parametrize(
    ("number", "wrong"),
    [
        ("+1314", "TOO_SHORT"),
        ("+131455501011", "TOO_LONG"),
        ("+442", "TOO_SHORT"),
        ("Ana", "NOT_A_NUMBER"),
        ("+10145550101", "INVALID_BUT_POSSIBLE"),
    ],
)
def test_what_is_no_number_is_said_to_be_none(untouched, number, wrong):
    found = _lookup(untouched, number, fields="line_type_intelligence")
    assert (found.valid, found.validation_errors) == (False, [wrong])
    assert found.line_type_intelligence is None


def test_a_number_nobody_has_can_be_staged(simulator):
    simulator.control("POST", f"lines/{ANA}", is_valid=False)
    assert _lookup(simulator).valid is False


def test_what_lookup_says_is_what_happens_to_a_text(simulator):
    simulator.control("POST", f"lines/{ANA}", line_type="landline")
    simulator.control("POST", f"lines/{DR_LEE}", is_valid=False)
    lost = simulator.settled(simulator.send().sid)
    assert (lost.status, lost.error_code) == ("undelivered", 30006)
    with pytest.raises(TwilioRestException) as refused:
        simulator.send(to=DR_LEE)
    assert refused.value.code == 21211


@pytest.mark.parametrize("asked", [{"fields": "sim_swap"}, {"fields": "reassigned_number"}])
def test_what_cannot_be_looked_up_is_refused(untouched, asked):
    with pytest.raises(TwilioRestException) as refused:
        _lookup(untouched, **asked)
    assert (refused.value.status, refused.value.code) == (400, 20001)


def test_a_lookup_can_fail(simulator):
    simulator.order_fault("refuse-429", request="lookup", number=ANA)
    assert _lookup(simulator, DR_LEE).valid
    with pytest.raises(TwilioRestException) as refused:
        _lookup(simulator)
    assert refused.value.code == 20429
