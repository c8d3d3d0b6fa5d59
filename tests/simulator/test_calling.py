"""Calls by REST: placed, fetched, listed, redirected, hung up, deleted, and refused as Twilio refuses."""

from __future__ import annotations

from datetime import timedelta

import httpx2
import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.application import wait_for
from tests.simulator.conformance import Exchange, breaches
from tests.simulator.conftest import ACCOUNT, ANA, DR_LEE, FAMILY_LINE, STAFF_LINE, TOKEN

WORDS = "<Response><Pause length='600'/></Response>"


def _calls(simulator, **more):
    return simulator.client().calls.create(**{"to": DR_LEE, "from_": STAFF_LINE, "twiml": WORDS, **more})


def _refusal(ask):
    with pytest.raises(TwilioRestException) as refused:
        ask()
    return refused.value.status, refused.value.code


def _answered(simulator, sid):
    """The call once somebody picked up and it is in progress."""
    wait_for(lambda: simulator.client().calls(sid).fetch().status == "ringing")
    simulator.ask("POST", f"calls/{sid}/answer").raise_for_status()
    return wait_for(lambda: found if (found := simulator.client().calls(sid).fetch()).status == "in-progress" else None)


def test_a_call_is_queued_first_and_has_no_times_yet(simulator):
    placed = _calls(simulator)
    assert (placed.status, placed.direction, placed.to, placed._from) == ("queued", "outbound-api", DR_LEE, STAFF_LINE)
    assert (placed.start_time, placed.end_time, placed.duration, placed.price) == (None, None, None, None)


def test_a_call_that_is_hung_up_says_how_long_it_was(simulator):
    sid = _calls(simulator).sid
    assert _answered(simulator, sid).start_time is not None
    simulator.moves_clock(seconds=90)
    ended = simulator.client().calls(sid).update(status="completed")
    assert (ended.status, ended.duration) == ("completed", "90")
    assert ended.end_time - ended.start_time >= timedelta(seconds=90)


def test_a_call_nobody_answered_can_be_canceled_and_has_no_length(simulator):
    canceled = simulator.client().calls(_calls(simulator).sid).update(status="canceled")
    assert (canceled.status, canceled.duration, canceled.end_time) == ("canceled", None, None)


MANNERS = {
    "busy": "busy",
    "failed": "failed",
    "no-answer": "no-answer",
    "voicemail": "completed",
    "answers": "completed",
}


@pytest.mark.parametrize("manner", MANNERS)
def test_a_call_keeps_to_the_documents_however_it_ends(simulator, manner):
    simulator.ask("POST", f"phones/{DR_LEE}/manner", manner=manner).raise_for_status()
    sid = _calls(simulator, twiml="<Response><Hangup/></Response>", timeout=1).sid
    simulator.moves_clock(seconds=60)
    seen = _exchange_once(simulator, sid, MANNERS[manner])
    assert breaches(seen) == []
    assert (seen.said["duration"] is not None) == (seen.said["status"] == "completed")


def test_a_call_keeps_to_the_documents_while_it_rings_and_is_talked_on(simulator):
    sid = _calls(simulator).sid
    ringing = _exchange_once(simulator, sid, "ringing")
    _answered(simulator, sid)
    talking = _exchange(simulator, sid)
    assert breaches(ringing) == breaches(talking) == []
    assert ringing.said["start_time"] == talking.said["start_time"]


def _exchange_once(simulator, sid, status):
    """The exchange about a call as soon as the call stands there."""
    wait_for(lambda: _exchange(simulator, sid).said["status"] == status)
    return _exchange(simulator, sid)


def _exchange(simulator, sid):
    url = f"{simulator.address}/2010-04-01/Accounts/{ACCOUNT}/Calls/{sid}.json"
    reply = httpx2.get(url, auth=(ACCOUNT, TOKEN), trust_env=False)
    return Exchange("GET", url, reply.status_code, dict(reply.headers), reply.text, authorization="Basic")


def test_a_call_in_progress_cannot_be_canceled_and_one_that_ended_not_ended_again(simulator):
    sid = _calls(simulator).sid
    _answered(simulator, sid)
    call = simulator.client().calls(sid)
    assert _refusal(lambda: call.update(status="canceled")) == (400, 21220)
    assert _refusal(call.delete) == (400, 21220)
    call.update(status="completed")
    assert _refusal(lambda: call.update(status="completed")) == (400, 21220)
    assert _refusal(lambda: call.update(twiml="<Response/>")) == (400, 21220)


def test_a_call_in_progress_can_be_given_other_words(simulator):
    sid = _calls(simulator).sid
    _answered(simulator, sid)
    call = simulator.client().calls(sid)
    assert _refusal(lambda: call.update(twiml="<Response/>", url="https://care.example/")) == (400, 20001)
    call.update(twiml="<Response><Say>Something else.</Say></Response>", status_callback=simulator.status_url)
    lines = wait_for(lambda: simulator.control("GET", "calls")["calls"][0]["lines"])
    assert [line["words"] for line in lines] == ["Something else."]


def test_an_address_counts_before_words_given_outright(simulator):
    simulator.ask("POST", f"phones/{DR_LEE}/manner", manner="answers").raise_for_status()
    _calls(simulator, url=f"{simulator.application.url}/voice")
    assert wait_for(lambda: simulator.application.heard)[0].path == "/voice"


def test_a_deleted_call_is_gone_from_fetch_and_list(simulator):
    sid = _calls(simulator).sid
    call = simulator.client().calls(sid)
    call.update(status="completed")
    assert call.delete()
    assert _refusal(call.fetch) == (404, 20404)
    assert simulator.client().calls.list() == []


def test_calls_are_found_by_phone_number_state_and_day(simulator):
    first, second = _calls(simulator).sid, _calls(simulator, to=ANA, from_=FAMILY_LINE).sid
    calls = simulator.client().calls
    calls(second).update(status="completed")
    now = simulator.now()
    assert [call.sid for call in calls.list(to=DR_LEE)] == [first]
    assert [call.sid for call in calls.list(from_=FAMILY_LINE)] == [second]
    assert [call.sid for call in calls.list(status="completed")] == [second]
    assert [call.sid for call in calls.list(end_time_after=now - timedelta(minutes=1))] == [second]
    assert calls.list(end_time_before=now - timedelta(days=1)) == []
    assert calls.list(end_time_before=(now - timedelta(minutes=1)).date()) == calls.list(parent_call_sid=first) == []
    assert [call.sid for call in calls.list(page_size=1)] == [second, first]


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"to": ""}, 21201),
        ({"to": "Dr. Lee"}, 21211),
        ({"from_": ""}, 21213),
        ({"from_": "+13145550188"}, 21210),
        ({"to": "+442071838750"}, 21215),
        ({"twiml": ""}, 21205),
        ({"twiml": "", "url": "nowhere"}, 21205),
        ({"twiml": "", "application_sid": "AP" + "0" * 32}, 20001),
        ({"status_callback": "nowhere"}, 21609),
        ({"status_callback_event": ["sneezed"]}, 21626),
        ({"status_callback": "https://care_team.example/status"}, 21609),
        ({"twiml": "x" * 4001}, 20001),
        ({"send_digits": "call me"}, 20001),
        ({"record": True}, 20001),
        ({"timeout": 601}, 20001),
        ({"timeout": "9" * 5000}, 20001),
        ({"machine_detection": "Maybe"}, 20001),
    ],
)
def test_a_call_that_cannot_be_is_refused_with_its_code(untouched, order, code):
    assert _refusal(lambda: _calls(untouched, **order)) == (400, code)
    assert untouched.client().calls.list() == []


def test_a_call_is_changed_only_into_what_twilio_knows(simulator):
    sid = _calls(simulator).sid
    assert _refusal(lambda: simulator.client().calls(sid).update(status="ringing")) == (400, 20001)
