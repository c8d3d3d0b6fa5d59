"""Calls at the door: what Twilio asks while somebody of ours is on the phone is signed, and answered in its words."""

from __future__ import annotations

from uuid import uuid4

from tests.gateway.calling import ACCOUNT, Twilio

CALL = {"CallSid": "CA" + "1" * 32, "AccountSid": ACCOUNT, "From": "+13145550198", "To": "+13145550141"}


def test_a_call_nobody_knows_says_goodbye(twilio: Twilio):
    answer = twilio.posts(f"/twilio/voice/alert?call={uuid4()}", CALL)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/xml")
    assert "<Hangup/>" in answer.text
    assert "<Gather" not in answer.text


def test_what_is_not_signed_takes_nothing(twilio: Twilio):
    twilio.token = "somebody-elses"
    for path in ("alert", "key", "status"):
        assert twilio.posts(f"/twilio/voice/{path}?call={uuid4()}", {**CALL, "Digits": "1"}).status_code == 403


def test_an_address_without_a_call_is_malformed(twilio: Twilio):
    assert twilio.posts("/twilio/voice/key", {**CALL, "Digits": "1"}).status_code == 400
    assert twilio.posts("/twilio/voice/alert?call=12", CALL).status_code == 400


def test_how_a_call_ended_is_taken_also_of_one_that_is_not_ours(twilio: Twilio):
    assert twilio.posts(f"/twilio/voice/status?call={uuid4()}", {**CALL, "CallStatus": "busy"}).status_code == 204
