"""The carrier: every way Twilio can answer a text."""

from __future__ import annotations

import base64
import socket
import time
import traceback
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
import structlog

from checkback.adapters import outside, twilio
from checkback.adapters.faults import PointFailed, ScriptedPoints
from checkback.adapters.outside import Limits
from checkback.adapters.twilio import TwilioCarrier
from checkback.adapters.twilio_http import TwilioAccount
from checkback.care.errors import SendFailed, SendUnclear
from checkback.care.points import NoFaults, Points
from checkback.care.ports import OutgoingText
from checkback.care.terms import Sender
from tests.adapters.scripted import answers, breaks_off, floods, hangs, scripted, trickles

SID = "AC" + "0123456789abcdef" * 2
TOKEN = "a-token-of-nobody"
SENDERS = {Sender.FAMILY: "+13145550100", Sender.ALERT: "+13145550199"}
TAKEN = "SM" + "a" * 32
WORDS = "Marked words: we are thinking of you."
TEXT = OutgoingText(UUID(int=7), Sender.FAMILY, "+13145550101", WORDS, timedelta(hours=2))
SINCE = datetime(2026, 11, 23, 17, 0, 0, 900_000, UTC)


#: The real Twilio is given longer.
SOON = Limits(connect=0.5, total=0.6)


def carrier(base_url: str, points: Points | None = None) -> TwilioCarrier:
    account = TwilioAccount(SID, TOKEN, base_url)
    points = points or NoFaults()
    return TwilioCarrier(account, SENDERS, "https://gate.example.org/", points, sending=SOON, finding=SOON)


def envelope(code: int, status: int = 400) -> dict[str, object]:
    return {
        "code": code,
        "message": f"about +13145550101: {WORDS}",
        "more_info": "https://example.org",
        "status": status,
    }


def message(sid: str = TAKEN, body: str = WORDS, created: str = "Mon, 23 Nov 2026 17:00:00 +0000") -> dict[str, object]:
    return {"sid": sid, "body": body, "date_created": created, "date_sent": None, "status": "queued"}


def listing(*messages: dict[str, object]) -> dict[str, object]:
    return {"messages": list(messages), "page": 0, "page_size": 50, "next_page_uri": None}


# Sending


def test_a_text_is_handed_over_once_with_its_end_and_where_its_status_goes():
    with scripted(answers(201, message())) as server:
        assert carrier(server.address).send(TEXT) == TAKEN
    [asked] = server.asked
    assert (asked.method, asked.path) == ("POST", f"/2010-04-01/Accounts/{SID}/Messages.json")
    assert asked.form == {
        "To": ["+13145550101"],
        "From": ["+13145550100"],
        "Body": [WORDS],
        "ValidityPeriod": ["7200"],
        "StatusCallback": [f"https://gate.example.org/twilio/status?message={TEXT.id}"],
    }
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()


def test_every_sign_arrives_as_it_was_written():
    words = "¿Cómo está? 😀 a+b=c & 100% \n \u202e"
    with scripted(answers(201, message())) as server:
        carrier(server.address).send(OutgoingText(UUID(int=1), Sender.ALERT, "+13145550102", words, timedelta(hours=1)))
    assert server.asked[0].form["Body"] == [words]
    assert server.asked[0].form["From"] == ["+13145550199"]


@pytest.mark.parametrize(
    ("valid_for", "said"),
    [(timedelta(seconds=1), "1"), (timedelta(seconds=59, milliseconds=999), "59"), (timedelta(days=3), "36000")],
)
def test_the_carrier_may_hold_a_text_no_longer_than_we_may_send_it(valid_for, said):
    with scripted(answers(201, message())) as server:
        carrier(server.address).send(OutgoingText(UUID(int=1), Sender.FAMILY, "+13145550101", "Hi", valid_for))
    assert server.asked[0].form["ValidityPeriod"] == [said]


@pytest.mark.parametrize("valid_for", [timedelta(), timedelta(milliseconds=999), timedelta(seconds=-5)])
def test_a_text_whose_time_has_passed_is_not_handed_over(valid_for):
    with scripted(answers(201, message())) as server, pytest.raises(SendFailed) as refused:
        carrier(server.address).send(OutgoingText(UUID(int=1), Sender.FAMILY, "+13145550101", "Hi", valid_for))
    assert refused.value.permanent
    assert server.asked == []


@pytest.mark.parametrize(
    ("doing", "code", "permanent", "retry_after"),
    [
        pytest.param(answers(400, envelope(21610)), 21610, True, None, id="opted out"),
        pytest.param(answers(400, envelope(21211)), 21211, True, None, id="no number"),
        pytest.param(answers(404, envelope(20404, 404)), 20404, True, None, id="not found"),
        pytest.param(answers(400, b"<html>no</html>"), None, True, None, id="refused without a code"),
        pytest.param(answers(400, b"[21610]"), None, True, None, id="refused in another shape"),
        pytest.param(answers(429, envelope(20429), Retry_After="7"), 20429, False, 7.0, id="too many, with a time"),
        pytest.param(answers(429, envelope(20429)), 20429, False, None, id="too many"),
        pytest.param(answers(429, b"slow down", Retry_After="-3"), 20429, False, None, id="too many, in no shape"),
        pytest.param(answers(429, b"", Retry_After="99999999"), 20429, False, 3600.0, id="a time that is too long"),
        pytest.param(answers(429, b"", Retry_After="nan"), 20429, False, None, id="a time that is none"),
        pytest.param(answers(400, envelope(21611)), 21611, False, None, id="the sender's queue is full"),
        pytest.param(answers(401, envelope(20003, 401)), 20003, False, None, id="wrong credentials"),
        pytest.param(answers(403, envelope(20003, 403)), 20003, False, None, id="wrong credentials, said otherwise"),
        pytest.param(answers(401, b"<html>no</html>"), 20003, False, None, id="wrong credentials, without a code"),
        pytest.param(answers(400, envelope(63038)), 63038, False, None, id="the day's texts are used up"),
        pytest.param(
            answers(400, {"type": "https://example.org/21617", "title": WORDS, "status": 400, "code": 21617}),
            21617,
            True,
            None,
            id="RFC 9457",
        ),
    ],
)
def test_what_twilio_refuses_was_not_sent(doing, code, permanent, retry_after):
    with scripted(doing) as server, pytest.raises(SendFailed) as refused:
        carrier(server.address).send(TEXT)
    assert (refused.value.code, refused.value.permanent, refused.value.retry_after) == (code, permanent, retry_after)
    assert len(server.asked) == 1


def test_refused_credentials_raise_an_alarm():
    with (
        structlog.testing.capture_logs() as logged,
        scripted(answers(401, envelope(20003, 401))) as server,
        pytest.raises(SendFailed),
    ):
        carrier(server.address).send(TEXT)
    assert [entry["event"] for entry in logged] == ["carrier.credentials-refused"]
    assert logged[0]["log_level"] == "error"


def test_nothing_was_sent_when_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(SendFailed) as refused:
        carrier(f"http://127.0.0.1:{port}").send(TEXT)
    assert (refused.value.code, refused.value.permanent) == (None, False)


def test_nothing_was_sent_when_the_connection_never_opens():
    # A listener that does not accept, with its queue full, leaves every further connection waiting.
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        with pytest.raises(SendFailed) as refused:
            carrier(f"http://127.0.0.1:{full.getsockname()[1]}").send(TEXT)
    assert not refused.value.permanent


def test_nothing_was_sent_when_the_name_is_not_known():
    with pytest.raises(SendFailed) as refused:
        carrier("http://carrier.invalid").send(TEXT)
    assert not refused.value.permanent


@pytest.mark.parametrize(
    "doing",
    [
        pytest.param(hangs, id="no answer"),
        pytest.param(trickles, id="an answer that never ends"),
        pytest.param(floods, id="an answer too large"),
        pytest.param(breaks_off, id="a connection that breaks"),
        pytest.param(lambda connection, _: None, id="a connection that ends without an answer"),
        pytest.param(lambda connection, _: connection.sendall(b"HTTP/1.1 2"), id="half an answer"),
        pytest.param(lambda connection, _: connection.sendall(b"no such thing\r\n\r\n"), id="not HTTP"),
        pytest.param(answers(500, envelope(20500, 500)), id="500"),
        pytest.param(answers(503, b"<html>unavailable</html>"), id="503 in HTML"),
        pytest.param(answers(301, b"", Location="https://example.org"), id="a redirect"),
        pytest.param(answers(201, b"<html>thank you</html>"), id="taken, but not said in JSON"),
        pytest.param(answers(201, b"[]"), id="taken, but in another shape"),
        pytest.param(answers(201, {}), id="taken, without an id"),
        pytest.param(answers(201, {"sid": 7}), id="taken, with an id that is none"),
        pytest.param(answers(200, message() | {"sid": ""}), id="taken, with an empty id"),
    ],
)
def test_whatever_else_comes_leaves_it_unclear_and_nothing_is_tried_twice(doing):
    began = time.monotonic()
    with scripted(doing) as server, pytest.raises(SendUnclear):
        carrier(server.address).send(TEXT)
    assert len(server.asked) == 1
    assert time.monotonic() - began < 5


def test_with_its_own_limits_the_carrier_answers_within_the_twenty_seconds_it_promises():
    assert twilio.SENDING.total < 20
    assert 2 * twilio.FINDING.total < 20


@pytest.mark.parametrize(
    "doing",
    [answers(400, envelope(21211)), answers(201, b"no json"), answers(500, b"no"), breaks_off, hangs],
    ids=["refused", "not JSON", "500", "broken", "silent"],
)
def test_no_error_carries_the_words_or_the_number(doing):
    with scripted(doing) as server, pytest.raises((SendFailed, SendUnclear)) as raised:
        carrier(server.address).send(TEXT)
    told = "".join(traceback.format_exception(raised.value))
    assert WORDS not in told
    assert "3145550101" not in told
    assert raised.value.__context__ is None or raised.value.__suppress_context__


def test_an_edge_named_in_the_environment_does_not_mangle_the_address(monkeypatch):
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    with scripted(answers(201, message())) as server:
        assert carrier(server.address).send(TEXT) == TAKEN


def test_a_proxy_named_in_the_environment_is_not_used_for_this_machine(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with scripted(answers(201, message())) as server:
        assert carrier(server.address).send(TEXT) == TAKEN


def test_a_test_can_stop_the_house_before_and_after_a_text_is_handed_over():
    with scripted(answers(201, message())) as server:
        with pytest.raises(PointFailed):
            carrier(server.address, ScriptedPoints("carrier.send.before=fail")).send(TEXT)
        assert server.asked == []
        with pytest.raises(PointFailed):
            carrier(server.address, ScriptedPoints("carrier.send.after=fail")).send(TEXT)
        assert len(server.asked) == 1


# Looking up


def test_a_text_that_was_taken_is_found_by_its_words_and_its_time():
    other = message("SM" + "b" * 32, body="Something else")
    with scripted(answers(200, listing(other, message()))) as server:
        assert carrier(server.address).find(TEXT, SINCE) == [TAKEN]
    query = server.asked[-1].query
    assert (query["To"], query["From"]) == (["+13145550101"], ["+13145550100"])
    assert query["DateSent>"] == ["2026-11-23T17:00:00Z"]


def test_the_time_is_asked_for_in_utc_whatever_zone_it_came_in():
    central = timezone(timedelta(hours=-6))
    with scripted(answers(200, listing())) as server:
        carrier(server.address).find(TEXT, datetime(2026, 11, 23, 11, 0, 0, tzinfo=central))
    assert server.asked[-1].query["DateSent>"] == ["2026-11-23T17:00:00Z"]


def test_a_text_that_still_waits_at_the_carrier_is_found_though_it_has_no_date_yet():
    with scripted(answers(200, listing(message())), answers(200, listing())) as server:
        assert carrier(server.address).find(TEXT, SINCE) == [TAKEN]
    assert "DateSent>" not in server.asked[0].query


def test_every_text_that_it_could_be_is_named_the_oldest_first():
    later = message("SM" + "b" * 32, created="Mon, 23 Nov 2026 17:00:20 +0000")
    much_later = message("SM" + "c" * 32, created="Mon, 23 Nov 2026 17:05:00 +0000")
    with scripted(answers(200, listing(much_later, later, message()))) as server:
        found = carrier(server.address).find(TEXT, SINCE, SINCE + timedelta(minutes=1))
    assert found == [TAKEN, later["sid"]]


@pytest.mark.parametrize(
    "found",
    [
        listing(),
        listing(message(body=WORDS + " ")),
        listing(message(created="Mon, 23 Nov 2026 16:59:59 +0000")),
    ],
    ids=["nothing", "other words", "earlier"],
)
def test_another_text_or_an_earlier_one_is_not_taken_for_it(found):
    with scripted(answers(200, found)) as server:
        assert carrier(server.address).find(TEXT, SINCE) == []


@pytest.mark.parametrize(
    "doing",
    [
        hangs,
        trickles,
        breaks_off,
        answers(401, envelope(20003, 401)),
        answers(429, envelope(20429)),
        answers(500, b"no"),
        answers(200, b"no json"),
        answers(200, {"messages": [{"sid": TAKEN, "body": WORDS, "date_created": "soon"}], "next_page_uri": None}),
        answers(200, {"messages": 7}),
        answers(200, {"something": "else"}),
        answers(200, {"something": "else", "another": "thing"}),
    ],
    ids=[
        "silent",
        "trickling",
        "broken",
        "401",
        "429",
        "500",
        "not JSON",
        "a date that is none",
        "no list",
        "no texts",
        "nothing like a list",
    ],
)
def test_a_carrier_that_does_not_say_leaves_it_unclear(doing):
    with scripted(doing) as server, pytest.raises(SendUnclear) as raised:
        carrier(server.address).find(TEXT, SINCE)
    assert WORDS not in "".join(traceback.format_exception(raised.value))


def test_nobody_listening_leaves_a_look_up_unclear():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(SendUnclear):
        carrier(f"http://127.0.0.1:{port}").find(TEXT, SINCE)


def test_one_call_is_one_connection():
    with scripted(answers(200, b"{}")) as server:
        outside.call(outside.Call("GET", server.address), Limits())
    assert server.asked[0].headers["host"] == f"127.0.0.1:{server.port}"
