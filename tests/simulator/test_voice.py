"""Calls: phones ring, somebody answers or not, TwiML is played, keys are pressed, and the application is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from tests.simulator.application import Reply, wait_for
from tests.simulator.conftest import ANA, DR_LEE, FAMILY_LINE, STAFF_LINE, TOKEN, Simulator

# Patient, so that a slow machine is no silence.
ASK = "<Gather numDigits='1' timeout='600' action='/answer'><Say>Alert 12. Press 1 to take it.</Say></Gather>"
ALERT = f"<Response>{ASK}</Response>"
GOODBYE = Reply(200, "text/xml", b"<Response><Say>Thank you.</Say><Hangup/></Response>")


def twiml(words: str) -> Reply:
    return Reply(200, "text/xml", f"<Response>{words}</Response>".encode())


def call(simulator: Simulator, sid: str) -> dict[str, Any]:
    calls: list[dict[str, Any]] = simulator.control("GET", "calls")["calls"]
    return next(one for one in calls if one["sid"] == sid)


def until(simulator: Simulator, sid: str, status: str) -> dict[str, Any]:
    """The call as soon as it stands there."""
    return wait_for(lambda: found if (found := call(simulator, sid))["status"] == status else {})


def does(simulator: Simulator, sid: str, what: str, **said: Any) -> None:
    simulator.ask("POST", f"calls/{sid}/{what}", **said).raise_for_status()


def said(simulator: Simulator, sid: str) -> list[str]:
    """What the holder of the phone heard."""
    return [line["words"] for line in call(simulator, sid)["lines"] if not line["by_holder"]]


def behaves(simulator: Simulator, manner: str, phone: str = DR_LEE) -> None:
    simulator.ask("POST", f"phones/{phone}/manner", manner=manner).raise_for_status()


def rings(simulator: Simulator, **more: Any) -> str:
    """The application calls Dr. Lee, with Twilio's client."""
    events = ["initiated", "ringing", "answered", "completed"]
    order = {"to": DR_LEE, "from_": STAFF_LINE, "status_callback": f"{simulator.application.url}/call-status"}
    if "url" not in more:
        more.setdefault("twiml", ALERT)
    placed = simulator.client().calls.create(**order, status_callback_event=events, **more)
    return str(placed.sid)


def told(simulator: Simulator) -> list[str]:
    """What the application was told of the call, in order."""
    return [one.fields["CallStatus"] for one in simulator.application.heard if one.path.startswith("/call-status")]


def asked(simulator: Simulator, path: str) -> list[Any]:
    return [one for one in simulator.application.heard if one.path.startswith(path)]


def test_a_call_rings_until_its_holder_answers_and_presses_a_key(simulator):
    sid = rings(simulator, url=f"{simulator.application.url}/script")
    until(simulator, sid, "ringing")
    assert asked(simulator, "/script") == []
    simulator.application.by_path["/script"] = Reply(200, "text/xml", ALERT.encode())
    simulator.application.by_path["/answer"] = GOODBYE
    does(simulator, sid, "answer")
    wait_for(lambda: call(simulator, sid)["waits_for_keys"])
    does(simulator, sid, "digits", digits="1")
    until(simulator, sid, "completed")
    assert said(simulator, sid) == ["Alert 12. Press 1 to take it.", "Thank you."]
    assert asked(simulator, "/answer")[0].fields["Digits"] == "1"
    wait_for(lambda: told(simulator) == ["initiated", "ringing", "in-progress", "completed"])


def test_the_request_for_the_script_is_signed_and_says_who_calls_whom(simulator):
    behaves(simulator, "answers")
    url = f"{simulator.application.url}/script?alert=12"
    simulator.application.by_path["/script"] = GOODBYE
    sid = rings(simulator, url=url)
    until(simulator, sid, "completed")
    heard = asked(simulator, "/script")[0]
    assert RequestValidator(TOKEN).validate(url, heard.fields, heard.headers["X-Twilio-Signature"])
    assert (heard.fields["From"], heard.fields["To"]) == (STAFF_LINE, DR_LEE)
    assert (heard.fields["CallSid"], heard.fields["CallStatus"]) == (sid, "in-progress")
    assert heard.fields["Direction"] == "outbound-api"
    assert heard.fields["CalledCity"] == ""


@pytest.mark.parametrize(
    ("manner", "steps"),
    [
        ("busy", ["initiated", "busy"]),
        ("failed", ["initiated", "failed"]),
        ("no-answer", ["initiated", "ringing", "no-answer"]),
        ("answers", ["initiated", "ringing", "in-progress", "completed"]),
    ],
)
def test_a_call_ends_as_the_phone_takes_it(simulator, manner, steps):
    behaves(simulator, manner)
    sid = rings(simulator, twiml="<Response><Say>Hello.</Say></Response>")
    wait_for(lambda: told(simulator) == steps)
    assert simulator.client().calls(sid).fetch().status == steps[-1]
    numbers = [one.fields["SequenceNumber"] for one in asked(simulator, "/call-status")]
    assert numbers == [str(number) for number in range(len(steps))]


def test_a_call_nobody_takes_ends_when_its_time_is_over(simulator):
    sid = rings(simulator, timeout=30)
    until(simulator, sid, "ringing")
    simulator.control("POST", "clock", advance_seconds=31)
    until(simulator, sid, "no-answer")


def test_a_call_that_is_declined_is_busy(simulator):
    sid = rings(simulator)
    until(simulator, sid, "ringing")
    does(simulator, sid, "hang-up")
    until(simulator, sid, "busy")


def test_the_application_can_take_a_ringing_call_back(simulator):
    sid = rings(simulator)
    until(simulator, sid, "ringing")
    simulator.client().calls(sid).update(status="canceled")
    wait_for(lambda: told(simulator) == ["initiated", "ringing", "canceled"])
    assert said(simulator, sid) == []


def test_a_call_that_was_taken_back_and_deleted_leaves_the_phone_free(simulator):
    sid = rings(simulator)
    until(simulator, sid, "ringing")
    simulator.client().calls(sid).update(status="canceled")
    simulator.client().calls(sid).delete()
    assert simulator.control("GET", "calls")["calls"] == []
    until(simulator, rings(simulator), "ringing")


def test_the_application_can_end_a_call_in_progress(simulator):
    sid = rings(simulator)
    until(simulator, sid, "ringing")
    does(simulator, sid, "answer")
    wait_for(lambda: call(simulator, sid)["waits_for_keys"])
    simulator.client().calls(sid).update(status="completed")
    wait_for(lambda: told(simulator)[-1:] == ["completed"])


def test_the_application_can_play_something_else(simulator):
    sid = rings(simulator)
    until(simulator, sid, "ringing")
    does(simulator, sid, "answer")
    wait_for(lambda: call(simulator, sid)["waits_for_keys"])
    simulator.client().calls(sid).update(twiml="<Response><Say>Somebody else has it.</Say></Response>")
    until(simulator, sid, "completed")
    assert said(simulator, sid)[-1] == "Somebody else has it."


@pytest.mark.parametrize(
    ("detection", "answered_by"), [(None, None), ("Enable", "machine_start"), ("DetectMessageEnd", "machine_end_beep")]
)
def test_voicemail_is_told_only_to_who_asks(simulator, detection, answered_by):
    behaves(simulator, "voicemail")
    more = {"machine_detection": detection} if detection else {}
    sid = rings(simulator, **more)
    until(simulator, sid, "in-progress")
    assert call(simulator, sid)["voicemail"]
    wait_for(lambda: call(simulator, sid)["waits_for_keys"])
    simulator.control("POST", "clock", advance_seconds=601)
    until(simulator, sid, "completed")
    wait_for(lambda: told(simulator)[-1] == "completed")
    assert asked(simulator, "/call-status")[-1].fields.get("AnsweredBy") == answered_by
    assert asked(simulator, "/answer") == []


def test_a_person_is_told_apart_from_a_machine(simulator):
    behaves(simulator, "answers")
    sid = rings(simulator, twiml="<Response><Say>Hello.</Say></Response>", machine_detection="Enable")
    until(simulator, sid, "completed")
    assert call(simulator, sid)["answered_by"] == "human"


def test_silence_leads_past_the_question(simulator):
    behaves(simulator, "answers")
    sid = rings(
        simulator, twiml="<Response><Gather timeout='600'><Say>Press 1.</Say></Gather><Say>No key.</Say></Response>"
    )
    wait_for(lambda: call(simulator, sid)["waits_for_keys"])
    simulator.control("POST", "clock", advance_seconds=601)
    until(simulator, sid, "completed")
    assert said(simulator, sid) == ["Press 1.", "No key."]


def test_silence_is_told_where_the_script_asks_for_it(simulator):
    behaves(simulator, "answers")
    simulator.application.by_path["/answer"] = GOODBYE
    url = f"{simulator.application.url}/answer"
    sid = rings(
        simulator, twiml=f"<Response><Gather actionOnEmptyResult='true' action='{url}' timeout='600'/></Response>"
    )
    wait_for(lambda: call(simulator, sid)["waits_for_keys"])
    simulator.control("POST", "clock", advance_seconds=601)
    until(simulator, sid, "completed")
    assert asked(simulator, "/answer")[0].fields["Digits"] == ""


def test_keys_pressed_before_anything_waits_for_them_are_lost(simulator):
    behaves(simulator, "answers")
    simulator.application.by_path["/answer"] = GOODBYE
    ask = f"<Gather timeout='600' actionOnEmptyResult='true' action='{simulator.application.url}/answer'/>"
    sid = rings(simulator, twiml=f"<Response><Pause length='60'/>{ask}</Response>")
    until(simulator, sid, "in-progress")
    does(simulator, sid, "digits", digits="1")
    simulator.control("POST", "clock", advance_seconds=61)
    wait_for(lambda: call(simulator, sid)["waits_for_keys"])
    simulator.control("POST", "clock", advance_seconds=601)
    until(simulator, sid, "completed")
    assert asked(simulator, "/answer")[0].fields["Digits"] == ""


def test_the_finishing_key_ends_a_number_of_any_length(simulator):
    behaves(simulator, "answers")
    simulator.application.by_path["/answer"] = GOODBYE
    sid = rings(
        simulator, twiml=f"<Response><Gather timeout='600' action='{simulator.application.url}/answer'/></Response>"
    )
    wait_for(lambda: call(simulator, sid)["waits_for_keys"])
    does(simulator, sid, "digits", digits="120#9")
    until(simulator, sid, "completed")
    assert asked(simulator, "/answer")[0].fields["Digits"] == "120"


def test_a_script_leads_on_to_another(simulator):
    behaves(simulator, "answers")
    simulator.application.by_path["/script"] = twiml("<Pause length='2'/><Redirect>more</Redirect><Say>Never.</Say>")
    simulator.application.by_path["/more"] = GOODBYE
    sid = rings(simulator, url=f"{simulator.application.url}/script")
    simulator.control("POST", "clock", advance_seconds=3)
    until(simulator, sid, "completed")
    assert said(simulator, sid) == ["Thank you."]


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(500), 11200),
        (Reply(204), 12100),
        (Reply(200, "application/json", b"{}"), 12300),
        (Reply(200, "text/xml", b"<Response><Say>x</Response>"), 12100),
        (Reply(200, "text/xml", b"<Response><Dial/></Response>"), 12200),
    ],
    ids=["500", "204", "json", "broken", "other-verb"],
)
def test_a_script_that_cannot_be_played_is_heard_as_an_error(simulator, reply, code):
    behaves(simulator, "answers")
    simulator.application.by_path["/script"] = reply
    sid = rings(simulator, url=f"{simulator.application.url}/script")
    until(simulator, sid, "completed")
    assert "something went wrong" in said(simulator, sid)[0]
    assert [(one["kind"], one["code"]) for one in simulator.complaints()] == [("voice", code)]


def test_a_fallback_saves_the_call(simulator):
    behaves(simulator, "answers")
    simulator.application.by_path |= {"/script": Reply(500), "/second": GOODBYE}
    url = simulator.application.url
    sid = rings(simulator, url=f"{url}/script", fallback_url=f"{url}/second")
    until(simulator, sid, "completed")
    assert said(simulator, sid) == ["Thank you."]
    assert asked(simulator, "/second")[0].fields["ErrorCode"] == "11200"


def test_a_phone_in_a_call_is_busy_for_another(simulator):
    first = rings(simulator)
    until(simulator, first, "ringing")
    second = rings(simulator)
    until(simulator, second, "busy")
    until(simulator, first, "ringing")


def test_callbacks_of_a_call_can_be_lost(simulator):
    behaves(simulator, "answers")
    simulator.order_fault("lose-callback", count=3)
    rings(simulator, twiml="<Response><Say>Hello.</Say></Response>")
    wait_for(lambda: told(simulator) == ["completed"])
    assert simulator.control("GET", "faults")["faults"] == []


def test_a_callback_of_a_call_can_come_late_and_be_overtaken(simulator):
    behaves(simulator, "answers")
    simulator.order_fault("late-callback", seconds=300)
    rings(simulator, twiml="<Response><Say>Hello.</Say></Response>")
    wait_for(lambda: told(simulator) == ["ringing", "in-progress", "completed"])
    simulator.control("POST", "clock", advance_seconds=301)
    wait_for(lambda: told(simulator)[3:] == ["initiated"])


def test_a_script_that_leads_nowhere_is_heard_as_an_error(simulator):
    behaves(simulator, "answers")
    sid = rings(simulator, twiml="<Response><Redirect>/no-host</Redirect></Response>")
    until(simulator, sid, "completed")
    assert "something went wrong" in said(simulator, sid)[0]
    assert [one["code"] for one in simulator.complaints()] == [11100]


def test_a_number_can_have_its_address_for_calls_from_the_start(start, application):
    application.by_path["/voice"] = GOODBYE
    simulator = start(voice_urls={FAMILY_LINE: f"{application.url}/voice"})
    placed = simulator.control("POST", f"phones/{ANA}/calls", to=FAMILY_LINE)
    until(simulator, placed["sid"], "completed")
    assert said(simulator, placed["sid"]) == ["Thank you."]


def with_voice(simulator: Simulator, **more: Any) -> None:
    """The family line gets an address for calls."""
    url = f"{simulator.application.url}/voice"
    simulator.ask("POST", f"numbers/{FAMILY_LINE}", voice_url=url, **more).raise_for_status()


def test_somebody_calls_one_of_our_numbers(simulator):
    with_voice(simulator)
    simulator.application.by_path["/voice"] = GOODBYE
    placed = simulator.control("POST", f"phones/{ANA}/calls", to=FAMILY_LINE)
    until(simulator, placed["sid"], "completed")
    heard = asked(simulator, "/voice")[0]
    assert (heard.fields["From"], heard.fields["To"], heard.fields["Direction"]) == (ANA, FAMILY_LINE, "inbound")
    assert (heard.fields["CallStatus"], heard.fields["CallSid"]) == ("ringing", placed["sid"])
    assert said(simulator, placed["sid"]) == ["Thank you."]
    assert simulator.client().calls(placed["sid"]).fetch().direction == "inbound"


def test_a_call_can_be_turned_away_before_it_is_answered(simulator):
    with_voice(simulator)
    simulator.application.by_path["/voice"] = twiml("<Reject reason='busy'/>")
    placed = simulator.control("POST", f"phones/{ANA}/calls", to=FAMILY_LINE)
    until(simulator, placed["sid"], "busy")


def test_a_number_without_an_address_for_calls_fails_them(simulator):
    placed = simulator.control("POST", f"phones/{ANA}/calls", to=FAMILY_LINE)
    until(simulator, placed["sid"], "failed")
    assert [one["code"] for one in simulator.complaints()] == [11100]


@pytest.mark.parametrize(
    ("path", "said", "field"),
    [
        (f"phones/{DR_LEE}/manner", {"manner": "sings"}, "manner"),
        (f"phones/{DR_LEE}/calls", {"to": DR_LEE}, "to"),
        ("phones/555/calls", {"to": FAMILY_LINE}, "number"),
        ("calls/CA0/answer", {"now": True}, "call"),
        ("calls/CA0/digits", {"digits": "x"}, "digits"),
        ("calls/CA0/hang-up", {"now": True}, "call"),
    ],
)
def test_what_no_phone_can_do_is_refused_by_its_field(untouched, path, said, field):
    answer = untouched.ask("POST", path, **said)
    assert answer.status_code == 400
    assert json.loads(answer.text)["error"].startswith(f"{field}: ")
