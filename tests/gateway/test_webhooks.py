"""The public door over real HTTP: what Twilio signed is kept before it is answered, and nothing else gets in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from urllib.parse import urlencode
from uuid import UUID

import pytest

from checkback.care.model import OutboundMessage
from checkback.care.terms import OutboundState
from tests.assembly.serving import all_of
from tests.gateway.calling import ACCOUNT, INBOUND, NEXT_TOKEN, PUBLIC, SID, TOKEN, kept
from tests.story import House


@pytest.fixture
def database_url(tmp_path) -> str:
    """What is read and refused does not hang on the kind of database; what happens at once does (test_at_once)."""
    return f"sqlite:///{tmp_path / 'checkback.db'}"


# What Twilio brings


def test_a_signed_text_is_kept_before_it_is_answered(twilio, house):
    answer = twilio.texts()
    assert (answer.status_code, answer.content) == (204, b"")
    assert kept(house) == ["Hola, ¿cómo están? 😀"]


def test_nothing_of_the_answer_tells_who_we_are(twilio):
    answer = twilio.texts()
    assert not {"set-cookie", "server", "content-type"} & set(answer.headers)


@pytest.mark.parametrize("token", [TOKEN, NEXT_TOKEN])
def test_either_token_is_good_while_one_replaces_the_other(twilio, house, token):
    twilio.token = token
    assert twilio.texts().status_code == 204
    assert len(kept(house)) == 1


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"MessagingServiceSid": "MG" + "b" * 32}, id="from a Messaging Service"),
        pytest.param({"OptOutType": "HELP"}, id="with Advanced Opt-Out"),
        pytest.param({"NewField": "of tomorrow", "AddOns": '{"status":"successful"}'}, id="with fields we do not know"),
        pytest.param({"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/x", "Body": ""}, id="a picture, no words"),
        pytest.param({"MessageSid": "MM" + "c" * 32}, id="an MMS"),
        pytest.param({"NumMedia": "many"}, id="a count that is none"),
        pytest.param({"Body": "x" * 1600}, id="as long as it gets"),
        pytest.param({"Body": "a\u200b\u202eb\ufeff"}, id="signs nobody sees"),
        pytest.param({"From": "+447700900123"}, id="from abroad"),
        pytest.param({"From": "22395"}, id="from a short code"),
        pytest.param({"From": "whatsapp:+13145550107"}, id="from WhatsApp"),
        pytest.param({"From": "ALERTS"}, id="from a name"),
    ],
)
def test_whatever_twilio_adds_the_text_is_kept(twilio, house, more):
    assert twilio.texts(**more).status_code == 204
    assert len(kept(house)) == 1


def test_a_nul_is_taken_out_before_the_text_is_kept(twilio, house):
    assert twilio.texts(Body="he\x00lp\x00").status_code == 204
    assert kept(house) == ["help"]


def test_a_text_to_a_number_that_is_not_ours_is_taken_and_let_go(twilio, house):
    assert twilio.texts(To="+13145550177").status_code == 204
    assert kept(house) == []


def test_the_same_text_again_is_kept_once(twilio, house):
    assert [twilio.texts().status_code for _ in range(3)] == [204, 204, 204]
    assert len(kept(house)) == 1


def test_a_report_reaches_the_text_it_is_about(twilio, house, ana):
    house.enrols()
    house.works()
    message = house.outbox()[0]
    assert twilio.reports(message.id, "delivered", MessageSid=str(message.carrier_sid)).status_code == 204
    assert state_of(house, message.id) is OutboundState.DELIVERED


def test_a_report_of_a_text_nobody_knows_is_taken_and_let_go(twilio):
    assert twilio.reports(UUID(int=9), "delivered").status_code == 204
    assert twilio.reports("no-uuid", "delivered").status_code == 204


def test_a_report_may_carry_a_status_and_an_error_of_tomorrow(twilio, house):
    house.enrols()
    house.works()
    message = house.outbox()[0]
    sid = str(message.carrier_sid)
    assert twilio.reports(message.id, "teleported", MessageSid=sid).status_code == 204
    assert twilio.reports(message.id, "sent", MessageSid=sid, ErrorCode="none").status_code == 204
    assert state_of(house, message.id) is OutboundState.SENT


def state_of(house: House, message_id: UUID) -> OutboundState:
    states: dict[UUID, OutboundState] = {m.id: m.state for m in house.all(OutboundMessage)}
    return states[message_id]


# What is turned away


def test_a_text_signed_with_another_token_is_refused(twilio, house):
    twilio.token = "the-token-of-somebody-else"
    answer = twilio.texts()
    assert (answer.status_code, answer.content) == (403, b"")
    assert kept(house) == []


@pytest.mark.parametrize("signature", ["", "x", "====", "\u00f1".encode("latin-1"), b"\xff" * 28, "A" * 5000])
def test_a_signature_that_is_none_is_refused(twilio, house, signature):
    assert twilio.posts_raw("/twilio/inbound", urlencode(INBOUND).encode(), signature).status_code == 403
    assert kept(house) == []


def test_an_unsigned_text_is_refused(twilio, house):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = twilio.door.ask("POST", "/twilio/inbound", content=urlencode(INBOUND).encode(), headers=form)
    assert answer.status_code == 403
    assert kept(house) == []


def test_a_changed_added_or_dropped_field_is_refused_blank_ones_too(twilio, house):
    signature = twilio.signs("/twilio/inbound", INBOUND)
    without_blanks = {name: value for name, value in INBOUND.items() if value}
    for form in ({**INBOUND, "Body": "Changed"}, {**INBOUND, "More": ""}, without_blanks):
        assert twilio.posts_raw("/twilio/inbound", urlencode(form).encode(), signature).status_code == 403
    assert kept(house) == []


def test_a_signature_for_one_route_or_message_does_not_open_another(twilio):
    form = {"MessageSid": SID, "MessageStatus": "failed", "AccountSid": ACCOUNT}
    signature = twilio.signs(f"/twilio/status?message={UUID(int=1)}", form)
    body = urlencode(form).encode()
    assert twilio.posts_raw("/twilio/inbound", body, signature).status_code == 403
    assert twilio.posts_raw(f"/twilio/status?message={UUID(int=2)}", body, signature).status_code == 403
    assert twilio.posts_raw(f"/twilio/status?message={UUID(int=1)}", body, signature).status_code == 204


@pytest.mark.parametrize(
    "header", [{"Host": "evil.example.org"}, {"X-Forwarded-Host": "evil.example.org", "X-Forwarded-Proto": "http"}]
)
def test_the_address_that_is_signed_is_ours_whatever_the_request_calls_us(twilio, header):
    twilio.headers = header
    assert twilio.texts().status_code == 204


def test_a_header_that_names_another_key_and_algorithm_is_not_believed(twilio, house):
    said = PUBLIC + "/twilio/inbound" + "".join(name + INBOUND[name] for name in sorted(INBOUND))
    sha256 = base64.b64encode(hmac.new(TOKEN.encode(), said.encode(), hashlib.sha256).digest()).decode()
    twilio.headers = {"X-Twilio-Webhooks-Signature-Settings": "key=webhooks_sharedkey_x,algorithm=HMAC_SHA256"}
    assert twilio.posts_raw("/twilio/inbound", urlencode(INBOUND).encode(), sha256).status_code == 403
    assert kept(house) == []


def test_another_account_is_refused_even_when_it_signs(twilio, house):
    assert twilio.texts(AccountSid="AC" + "1" * 32).status_code == 403
    assert twilio.texts(AccountSid="").status_code == 403
    assert kept(house) == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("Body=ñ".encode("latin-1"), id="Latin-1 as it is"),
        pytest.param(b"Body=%F1", id="Latin-1, encoded"),
        pytest.param(b"Body=%ED%A0%80", id="half a surrogate pair"),
        pytest.param(b"\x00\x01\x02", id="binary"),
        pytest.param(b'{"Body": "x"}', id="JSON"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"&&&===&", id="separators"),
        pytest.param(b"a=1&" * 10_000, id="ten thousand fields"),
    ],
)
def test_what_cannot_be_read_is_refused_like_what_is_forged(twilio, house, body):
    lossy = {"Body": "\ufffd"}
    for signature in (twilio.signs("/twilio/inbound", lossy), twilio.signs("/twilio/inbound", {"Body": "ñ"})):
        answer = twilio.posts_raw("/twilio/inbound", body, signature)
        assert (answer.status_code, answer.content) == (403, b"")
    assert kept(house) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"MessageSid": ""},
        {"MessageSid": "SM123"},
        {"MessageSid": "XX" + "a" * 32},
        {"MessageSid": SID + "\n"},
        {"From": ""},
        {"From": "1" * 100},
        {"To": ""},
    ],
)
def test_a_signed_text_without_what_it_needs_is_malformed(twilio, house, changes):
    answer = twilio.texts(**changes)
    assert (answer.status_code, answer.content) == (400, b"")
    assert kept(house) == []


def test_a_signed_report_without_its_status_is_malformed(twilio):
    assert twilio.reports(UUID(int=1), "").status_code == 400
    assert twilio.reports(UUID(int=1), "sent", MessageSid="SM1").status_code == 400


def test_a_signed_form_that_says_it_is_something_else_is_not_taken(twilio, house):
    twilio.headers = {"Content-Type": "application/json"}
    assert twilio.texts().status_code == 415
    assert kept(house) == []


def test_a_body_too_large_is_refused_unread(twilio, house):
    assert twilio.texts(Body="x" * 70_000).status_code == 413
    assert kept(house) == []


def test_of_a_field_that_is_there_twice_the_first_counts_and_both_are_signed(twilio, house):
    fields = [*INBOUND.items(), ("Body", "another")]
    said = PUBLIC + "/twilio/inbound" + "".join(name + value for name, value in sorted(fields))
    signature = base64.b64encode(hmac.new(TOKEN.encode(), said.encode(), hashlib.sha1).digest()).decode()
    assert twilio.posts_raw("/twilio/inbound", urlencode(fields).encode(), signature).status_code == 204
    assert twilio.posts_raw("/twilio/inbound", urlencode(INBOUND).encode(), signature).status_code == 403
    assert kept(house) == [INBOUND["Body"]]


def test_a_signed_get_is_not_taken(twilio, house):
    query = urlencode(INBOUND)
    signature = twilio.signs(f"/twilio/inbound?{query}", {})
    answer = twilio.door.ask("GET", f"/twilio/inbound?{query}", headers={"X-Twilio-Signature": signature})
    assert (answer.status_code, answer.content) == (405, b"")
    assert kept(house) == []


def test_json_is_not_taken_even_when_its_digest_is_signed(twilio, house):
    body = json.dumps(INBOUND).encode()
    path = f"/twilio/inbound?bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {"Content-Type": "application/json", "X-Twilio-Signature": twilio.signs(path, {})}
    answer = twilio.door.ask("POST", path, content=body, headers=headers)
    assert (answer.status_code, answer.content) == (403, b"")
    assert kept(house) == []


MARK = "marked%20words%3Cscript%3E"


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("POST", f"/twilio/inbound?message={MARK}", {}),
        ("POST", f"/twilio/{MARK}", {}),
        ("GET", f"/twilio/status?message={MARK}", {}),
        ("POST", "/twilio/inbound", {"X-Twilio-Signature": "marked words"}),
        ("POST", "/twilio/inbound", {"Content-Type": "marked/words"}),
        ("POST", "/twilio/inbound", {"Host": "marked.words.example"}),
        ("MARKED", "/twilio/inbound", {}),
        ("POST", "/twilio/inbound", {f"X-Marked-{n}": "words" for n in range(120)}),
        ("POST", "/twilio/inbound", {"X-Marked": "words" * 5000}),
    ],
)
def test_nothing_that_was_sent_comes_back_and_no_mistake_of_theirs_is_an_error_of_ours(twilio, method, path, headers):
    answer = twilio.door.ask(method, path, content=b"Body=marked+words", headers=headers)
    assert 400 <= answer.status_code < 500
    assert "marked" not in (answer.text + str(answer.headers)).lower()


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/twilio/inbound", "/twilio/status"])
def test_only_a_post_is_taken(twilio, method, path):
    assert twilio.door.ask(method, path).status_code == 405


@pytest.mark.parametrize("path", ["/", "/health", "/metrics", "/twilio", "/twilio/inbound/", "/twilio/voice", "/docs"])
def test_nothing_else_is_public(twilio, path):
    for method in ("GET", "POST"):
        answer = twilio.door.ask(method, path)
        assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.slow
def test_a_slow_sender_is_given_up_and_holds_nobody_else_up(twilio, house):
    with twilio.door.line() as slow:
        slow.sendall(b"POST /twilio/inbound HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nFrom=")
        began = time.monotonic()
        assert twilio.texts().status_code == 204
        assert time.monotonic() - began < 5
        assert all_of(slow).startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - began < 13
    assert len(kept(house)) == 1


# When it cannot be kept


def test_without_its_database_a_text_is_kept_on_disk_before_it_is_answered(twilio, house):
    house.rt.store.drop_tables()
    assert twilio.texts().status_code == 204
    assert [entry.fields["body"] for entry in house.rt.journal.pending()] == [INBOUND["Body"]]


def test_a_text_that_nothing_can_keep_is_not_acknowledged(twilio, house, tmp_path):
    house.rt.store.drop_tables()
    (tmp_path / "journal").write_text("a file stands where the folder should be")
    answer = twilio.texts()
    assert (answer.status_code, answer.content) == (503, b"")
    assert answer.headers["retry-after"] == "2"


def test_without_its_database_a_report_is_kept_on_disk_before_it_is_answered(twilio, house):
    house.rt.store.drop_tables()
    assert twilio.reports(UUID(int=1), "delivered").status_code == 204
    (entry,) = house.rt.journal.pending()
    assert (entry.fields["status"], entry.fields["message_id"]) == ("delivered", str(UUID(int=1)))


def test_a_report_that_nothing_can_keep_is_not_acknowledged(twilio, house, tmp_path):
    house.rt.store.drop_tables()
    (tmp_path / "journal").write_text("a file stands where the folder should be")
    answer = twilio.reports(UUID(int=1), "delivered")
    assert (answer.status_code, answer.content) == (503, b"")


def test_a_text_refused_for_now_is_kept_when_it_comes_again(twilio, house, points):
    points.crash_at("inbound.receive-text.before-commit")
    assert twilio.texts().status_code >= 500
    assert kept(house) == []
    assert twilio.texts().status_code == 204
    assert len(kept(house)) == 1
