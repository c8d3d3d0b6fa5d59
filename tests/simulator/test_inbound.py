"""Somebody writes: the webhook carries Twilio's whole form, signed, and the answer is judged."""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import replace
from xml.etree import ElementTree

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from checkback.simulator.answers import Answer, judge_callback_answer, judge_inbound_answer, judge_voice_answer
from tests.simulator.application import Heard, Reply, wait_for
from tests.simulator.conftest import ACCOUNT, ANA, DR_LEE, FAMILY_LINE, STAFF_LINE, TOKEN, free_port, running

FIELDS = {
    "ToCountry", "ToState", "SmsMessageSid", "NumMedia", "ToCity", "FromZip", "SmsSid", "FromState", "SmsStatus",
    "FromCity", "Body", "FromCountry", "To", "ToZip", "NumSegments", "MessageSid", "AccountSid", "From", "ApiVersion",
}  # fmt: skip


def test_the_webhook_carries_every_field_blank_ones_too(simulator):
    sid = simulator.writes("we can't sleep")
    fields = wait_for(lambda: simulator.application.texts)[0]
    assert set(fields) == FIELDS
    assert fields["MessageSid"] == fields["SmsSid"] == fields["SmsMessageSid"] == sid
    assert (fields["From"], fields["To"], fields["Body"]) == (ANA, FAMILY_LINE, "we can't sleep")
    assert (fields["AccountSid"], fields["SmsStatus"], fields["ApiVersion"]) == (ACCOUNT, "received", "2010-04-01")
    assert fields["FromCity"] == fields["ToZip"] == ""


@pytest.mark.parametrize(
    "body", ["hello", "¿Cómo está? 😔", "a=b&c=d+e %20", "two\nlines", "مرحبا", " blanks ", "\x00"]
)
def test_twilios_own_validator_accepts_the_signature(simulator, body):
    simulator.writes(body)
    heard = wait_for(lambda: simulator.application.heard)[0]
    url = f"{simulator.application.url}/inbound"
    assert heard.fields["Body"] == body
    assert RequestValidator(TOKEN).validate(url, heard.fields, heard.headers["X-Twilio-Signature"])
    assert not RequestValidator("another token").validate(url, heard.fields, heard.headers["X-Twilio-Signature"])


def test_a_picture_without_words_has_an_empty_body_and_addresses_behind_a_sign_in(simulator):
    sid = simulator.writes("", media=2)
    fields = wait_for(lambda: simulator.application.texts)[0]
    assert sid.startswith("MM")
    assert (fields["Body"], fields["NumMedia"], fields["MediaContentType1"]) == ("", "2", "image/png")
    assert len(simulator.client().messages(sid).media.list()) == 2


def test_a_number_in_a_messaging_service_says_so_every_time(start):
    service = "MG" + "f" * 32
    simulator = start(messaging_service_sid=service)
    simulator.writes("hello")
    heard = wait_for(lambda: simulator.application.heard)[0]
    assert heard.fields["MessagingServiceSid"] == service
    url = f"{simulator.application.url}/inbound"
    assert RequestValidator(TOKEN).validate(url, heard.fields, heard.headers["X-Twilio-Signature"])


def test_an_inbound_text_is_a_resource_too(simulator):
    sid = simulator.writes("hello")
    message = simulator.client().messages(sid).fetch()
    assert (message.direction, message.status, message.from_, message.to) == ("inbound", "received", ANA, FAMILY_LINE)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(500), 11200),
        (Reply(403), 11200),
        (Reply(302), 11200),
        (Reply(200), 12300),
        (Reply(200, "application/json", b"{}"), 12300),
        (Reply(200, "text/plain", b"ok"), 12300),
        (Reply(200, "text/xml", b"<Response>"), 12100),
        (Reply(200, "text/xml", b"<Answer/>"), 12100),
        (Reply(200, "text/xml", b"<Response><Dial/></Response>"), 12200),
        (Reply(200, "text/xml", b"<Response>" + b"<Message>x</Message>" * 11 + b"</Response>"), 14109),
    ],
    ids=["500", "403", "redirect", "no-type", "json", "plain", "broken-xml", "other-xml", "other-verb", "eleven"],
)
def test_a_wrong_answer_is_complained_of(simulator, reply, code):
    simulator.application.replies.append(reply)
    sid = simulator.writes("hello")
    assert [(one["sid"], one["code"]) for one in wait_for(simulator.complaints)] == [(sid, code)]
    assert simulator.control("GET", f"phones/{ANA}")["texts"][0]["taken"] is False


@pytest.mark.parametrize(
    "reply",
    [
        Reply(204),
        Reply(200, "text/xml", b"<Response/>"),
        Reply(200, "application/xml; charset=utf-8", b"<Response/>"),
    ],
    ids=["204", "text/xml", "application/xml"],
)
def test_a_right_answer_is_not(simulator, reply):
    simulator.application.replies.append(reply)
    simulator.writes("hello")
    wait_for(lambda: simulator.control("GET", f"phones/{ANA}")["texts"][0]["taken"])
    assert simulator.complaints() == []


def test_an_answer_in_twiml_is_texted_back(simulator):
    simulator.application.replies.append(Reply(200, "text/xml", b"<Response><Message>Thank you</Message></Response>"))
    simulator.writes("hello")
    wait_for(lambda: simulator.on_phone() == ["hello", "Thank you"])


def test_a_failed_connection_is_tried_once_more_and_then_complained_of(start):
    simulator = start(numbers={FAMILY_LINE: f"http://127.0.0.1:{free_port()}/inbound"}, phones=[(ANA, "Ana", "family")])
    simulator.writes("hello")
    wait_for(simulator.complaints)
    assert [call["outcome"] for call in simulator.control("GET", "log")["webhooks"]] == ["ct", "ct"]


def test_an_error_is_not_tried_again_unless_the_url_says_so(simulator, start):
    simulator.application.replies.append(Reply(503))
    simulator.writes("hello")
    wait_for(simulator.complaints)
    assert len(simulator.application.heard) == 1


def test_the_url_may_ask_for_retries_which_carry_one_token_and_a_clean_signature(start, application, config):
    url = f"{application.url}/inbound"
    simulator = start(numbers={FAMILY_LINE: f"{url}#rc=3&rp=5xx,ct,rt"}, phones=[(ANA, "Ana", "family")])
    application.replies += [Reply(503), Reply(500)]
    simulator.writes("hello")
    wait_for(lambda: simulator.control("GET", f"phones/{ANA}")["texts"][0]["taken"])
    assert len(application.heard) == 3
    assert len({heard.headers["I-Twilio-Idempotency-Token"] for heard in application.heard}) == 1
    last = application.heard[-1]
    assert RequestValidator(TOKEN).validate(url, last.fields, last.headers["X-Twilio-Signature"])
    assert simulator.complaints() == []


def test_an_answer_that_takes_too_long_is_no_answer(start, application):
    simulator = start(numbers={FAMILY_LINE: f"{application.url}/inbound#rt=150"}, phones=[(ANA, "Ana", "family")])
    application.replies.append(Reply(204, after=0.6))
    simulator.writes("hello")
    wait_for(simulator.complaints)
    assert [call["outcome"] for call in simulator.control("GET", "log")["webhooks"]] == ["rt"]


def test_the_whole_time_for_all_attempts_is_limited(start, application):
    simulator = start(numbers={FAMILY_LINE: f"{application.url}/inbound#tt=1500&rc=5&rp=all"}, phones=[])
    application.replies += [Reply(500, after=0.9) for _ in range(6)]
    simulator.writes("hello")
    wait_for(simulator.complaints)
    assert [call["outcome"] for call in simulator.control("GET", "log")["webhooks"]] == ["5xx", "rt"]


def test_a_webhook_can_come_twice(simulator):
    simulator.order_fault("double-webhook", number=ANA)
    sid = simulator.writes("hello")
    wait_for(lambda: [fields["MessageSid"] for fields in simulator.application.texts] == [sid, sid])


def test_any_number_may_write_and_the_log_names_each_webhook(simulator):
    simulator.writes("who is this?", phone="+13145550177", to=STAFF_LINE)
    call = wait_for(lambda: simulator.control("GET", "log")["webhooks"])[0]
    assert (call["kind"], call["status"], call["attempt"]) == ("inbound", 204, 1)
    assert simulator.control("GET", "phones/+13145550177")["side"] == "other"


def test_up_to_ten_pictures_come_with_their_types_and_addresses(simulator):
    sid = simulator.writes("look", media=10)
    fields = wait_for(lambda: simulator.application.texts)[0]
    assert (fields["MessageSid"], fields["NumMedia"]) == (sid, "10")
    assert all(fields[f"MediaUrl{number}"].startswith(simulator.address) for number in range(10))
    assert fields["MediaContentType9"] == "image/png"


def test_a_long_text_comes_joined_and_says_in_how_many_parts(simulator):
    simulator.writes("a" * 161)
    assert wait_for(lambda: simulator.application.texts)[0]["NumSegments"] == "2"


def test_a_body_can_come_in_base64(simulator):
    simulator.control("POST", f"phones/{ANA}/texts", to=FAMILY_LINE, body="¿Cómo está?", encoded=True)
    body = wait_for(lambda: simulator.application.texts)[0]["Body"]
    assert base64.b64decode(body).decode() == "¿Cómo está?"
    assert simulator.on_phone() == ["¿Cómo está?"]


def test_fields_nobody_has_heard_of_come_signed_like_the_others(simulator):
    more = {"fields": {"Surprise": "1", "ChannelMetadata": ""}, "add_ons": True}
    simulator.control("POST", f"phones/{ANA}/texts", to=FAMILY_LINE, body="hello", **more)
    heard = wait_for(lambda: simulator.application.heard)[0]
    assert (heard.fields["Surprise"], heard.fields["ChannelMetadata"]) == ("1", "")
    assert json.loads(heard.fields["AddOns"])["status"] == "successful"
    url = f"{simulator.application.url}/inbound"
    assert RequestValidator(TOKEN).validate(url, heard.fields, heard.headers["X-Twilio-Signature"])


def test_a_webhook_can_be_a_get_whose_whole_address_is_signed(simulator):
    simulator.control("POST", f"numbers/{FAMILY_LINE}", sms_method="GET")
    simulator.writes("a=b & c")
    heard = wait_for(lambda: simulator.application.heard)[0]
    assert (heard.method, heard.fields["Body"], heard.fields["ToZip"]) == ("GET", "a=b & c", "")
    url = f"{simulator.application.url}{heard.path}"
    assert RequestValidator(TOKEN).validate(url, {}, heard.headers["X-Twilio-Signature"])


def test_the_fallback_is_told_what_failed_and_saves_the_text(simulator):
    url = simulator.application.url
    simulator.control("POST", f"numbers/{FAMILY_LINE}", sms_fallback_url=f"{url}/second")
    simulator.application.by_path["/inbound"] = Reply(500)
    simulator.writes("hello")
    wait_for(lambda: simulator.control("GET", f"phones/{ANA}")["texts"][0]["taken"])
    first, second = simulator.application.heard
    assert (second.path, second.fields["ErrorCode"], second.fields["ErrorUrl"]) == (
        "/second",
        "11200",
        f"{url}/inbound",
    )
    assert first.fields.items() < second.fields.items()
    assert first.headers["I-Twilio-Idempotency-Token"] == second.headers["I-Twilio-Idempotency-Token"]
    assert RequestValidator(TOKEN).validate(f"{url}/second", second.fields, second.headers["X-Twilio-Signature"])
    assert [one["code"] for one in simulator.complaints()] == [11200]


def test_a_fallback_that_fails_too_is_the_end(simulator):
    simulator.control("POST", f"numbers/{FAMILY_LINE}", sms_fallback_url=f"{simulator.application.url}/second")
    simulator.application.by_path |= {"/inbound": Reply(500), "/second": Reply(200, "text/html", b"<p>")}
    simulator.writes("hello")
    wait_for(lambda: [one["code"] for one in simulator.complaints()] == [11200, 12300])
    assert len(simulator.application.heard) == 2
    assert simulator.control("GET", f"phones/{ANA}")["texts"][0]["taken"] is False


def test_an_answer_that_takes_too_long_is_waited_for_again_where_the_url_says_so(start, application):
    url = f"{application.url}/inbound#rt=300&rc=2&rp=rt"
    simulator = start(numbers={FAMILY_LINE: url}, phones=[(ANA, "Ana", "family")])
    application.replies += [Reply(after=0.8)]
    simulator.writes("hello")
    wait_for(lambda: simulator.control("GET", f"phones/{ANA}")["texts"][0]["handed_on"])
    assert "rt" in [call["outcome"] for call in simulator.control("GET", "log")["webhooks"]]
    assert len({heard.headers["I-Twilio-Idempotency-Token"] for heard in application.heard}) == 1
    assert len(application.heard) > 1


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_turns_into_a_get_that_lost_the_fields(simulator, status):
    simulator.application.by_path["/inbound"] = Reply(status, location="/elsewhere")
    simulator.writes("hello")
    assert wait_for(simulator.complaints)[0]["message"].endswith("lost the fields")
    second = simulator.application.heard[1]
    assert (second.method, second.path, second.fields) == ("GET", "/elsewhere", {})
    assert simulator.control("GET", f"phones/{ANA}")["texts"][0]["taken"] is False


def test_a_temporary_redirect_keeps_the_fields_and_is_signed_anew(simulator):
    simulator.application.by_path["/inbound"] = Reply(307, location="/elsewhere")
    simulator.writes("hello")
    wait_for(lambda: simulator.control("GET", f"phones/{ANA}")["texts"][0]["taken"])
    heard = simulator.application.heard[1]
    url = f"{simulator.application.url}/elsewhere"
    assert (heard.method, heard.fields["Body"]) == ("POST", "hello")
    assert RequestValidator(TOKEN).validate(url, heard.fields, heard.headers["X-Twilio-Signature"])


def test_redirects_that_never_end_are_complained_of(simulator):
    simulator.application.by_path["/inbound"] = Reply(307, location="/inbound")
    simulator.writes("hello")
    assert wait_for(simulator.complaints)[0]["code"] == 11215


def test_a_text_to_a_number_without_a_webhook_is_dropped_in_silence(simulator):
    simulator.control("POST", f"numbers/{FAMILY_LINE}", sms_url=None)
    simulator.writes("hello")
    wait_for(lambda: simulator.control("GET", f"phones/{ANA}")["texts"][0]["handed_on"])
    assert simulator.application.heard == []
    assert simulator.complaints() == []


def test_plain_text_is_sent_to_the_phone_word_for_word_and_complained_of(simulator):
    simulator.application.replies.append(Reply(200, "text/plain", b"ok"))
    simulator.writes("hello")
    wait_for(lambda: simulator.on_phone() == ["hello", "ok"])
    assert [one["code"] for one in simulator.complaints()] == [12300]


def test_a_reply_may_go_to_another_phone_and_tell_what_became_of_it(simulator):
    words = f"<Message to='{DR_LEE}' from='{STAFF_LINE}' statusCallback='{simulator.status_url}'>look</Message>"
    simulator.application.replies.append(Reply(200, "text/xml", f"<Response>{words}</Response>".encode()))
    simulator.writes("hello")
    wait_for(lambda: simulator.on_phone(DR_LEE) == ["look"])
    wait_for(lambda: simulator.application.statuses == ["sending", "sent", "delivered"])


@pytest.mark.parametrize(
    ("message", "code"),
    [("<Message/>", 14103), ("<Message from='+13145550188'>x</Message>", 21606)],
)
def test_a_reply_that_cannot_be_sent_is_complained_of(simulator, message, code):
    simulator.application.replies.append(Reply(200, "text/xml", f"<Response>{message}</Response>".encode()))
    simulator.writes("hello")
    assert wait_for(simulator.complaints)[0]["code"] == code
    assert simulator.on_phone() == ["hello"]


def test_a_reply_to_somebody_who_left_is_complained_of(simulator):
    simulator.application.replies.append(Reply(200, "text/xml", b"<Response><Message>Sorry</Message></Response>"))
    simulator.writes("STOP")
    assert wait_for(simulator.complaints)[0]["code"] == 21610
    assert "Sorry" not in simulator.on_phone()


def test_two_that_answer_each_other_for_ever_are_stopped(simulator):
    reply = Reply(200, "text/xml", b"<Response>" + b"<Message>again</Message>" * 10 + b"</Response>")
    simulator.application.by_path["/inbound"] = reply
    for _ in range(4):
        simulator.writes("again and again")
    failed = wait_for(lambda: [one for one in simulator.complaints() if one["code"] == 14107][9:])
    assert len(failed) == 1
    refused = [message for message in simulator.client().messages.list() if message.error_code == 14107]
    assert len(refused) == 10
    assert {message.status for message in refused} == {"failed"}


def test_a_restart_hands_on_again_what_was_written_with_all_that_came_with_it(config, application, tmp_path):
    config = replace(config, state_file=tmp_path / "texts.jsonl")
    is_closed = threading.Event()
    application.by_path["/inbound"] = Reply(until=is_closed)
    with running(config, application) as simulator:
        files = {"picture": ("door.gif", b"GIF89a and more", "image/gif")}
        said = {"to": FAMILY_LINE, "body": "look"}
        httpx2.post(f"{simulator.address}/phones/{ANA}/texts", data=said, files=files, trust_env=False)
        simulator.control("POST", f"phones/{ANA}/texts", to=FAMILY_LINE, body="hola", fields={"Surprise": "1"})
        wait_for(lambda: len(application.heard) == 2)
    is_closed.set()
    del application.by_path["/inbound"]
    with running(config, application) as simulator:
        wait_for(lambda: [text["taken"] for text in simulator.control("GET", f"phones/{ANA}")["texts"]] == [True, True])
        before, again = application.heard[:2], application.heard[2:]
        assert [one.fields for one in by_body(again)] == [one.fields for one in by_body(before)]
        assert by_body(again)[0].fields["Surprise"] == "1"
        assert by_body(again)[1].fields["MediaContentType0"] == "image/gif"
        tokens = [{one.headers["I-Twilio-Idempotency-Token"] for one in by_body(run)} for run in (before, again)]
        assert tokens[0] == tokens[1]
        media = by_body(again)[1].fields["MediaUrl0"].rpartition("/")[2]
        shown = httpx2.get(f"{simulator.address}/pictures/{media}", trust_env=False)
        assert shown.content == b"GIF89a and more"


def by_body(heard: list[Heard]) -> list[Heard]:
    return sorted(heard, key=lambda one: one.fields["Body"])


@given(
    st.integers(200, 599), st.sampled_from(["", "text/xml", "application/xml", "text/plain", "text/html"]), st.binary()
)
def test_no_answer_whatever_breaks_the_carrier(status, content_type, body):
    answer = Answer(status, content_type, body)
    for judge in (judge_inbound_answer, judge_voice_answer, judge_callback_answer):
        for code, words in judge(answer).complaints:
            assert 11000 <= code <= 15000
            assert words


_WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=8)
_VERBS = st.sampled_from(["Message", "Body", "Say", "Gather", "Pause", "Redirect", "Play", "Hangup", "Reject", "Dial"])
_NAMES = st.sampled_from(["numDigits", "timeout", "length", "method", "finishOnKey", "action", "to", "input", "reason"])


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """TwiML that somebody may have written, more or less well."""
    root = ElementTree.Element("Response")
    for _ in range(draw(st.integers(0, 12))):
        verb = ElementTree.SubElement(root, draw(_VERBS), draw(st.dictionaries(_NAMES, _WORDS, max_size=3)))
        verb.text = draw(_WORDS)
        if draw(st.booleans()):
            ElementTree.SubElement(verb, draw(_VERBS)).text = draw(_WORDS)
    return ElementTree.tostring(root)


@given(documents())
def test_twiml_is_carried_out_or_complained_of(document):
    answer = Answer(200, "text/xml", document)
    as_text, as_call = judge_inbound_answer(answer), judge_voice_answer(answer)
    assert as_text.is_good or as_text.replies == ()
    assert as_call.is_good is (as_call.script is not None)
