"""Faults that can be ordered, as Twilio's client meets them."""

from __future__ import annotations

import time

import httpx2
import pytest
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException

from tests.simulator.application import wait_for
from tests.simulator.conftest import ACCOUNT, ANA, DR_LEE, FAMILY_LINE, TOKEN


def test_a_429_refuses_without_taking_the_text(simulator):
    simulator.order_fault("refuse-429", count=2)
    for _ in range(2):
        with pytest.raises(TwilioRestException) as refused:
            simulator.send()
        assert (refused.value.status, refused.value.code) == (429, 20429)
    assert simulator.send().status == "queued"
    assert len(simulator.client().messages.list()) == 1


def test_a_429_may_say_when_to_come_back(simulator):
    simulator.order_fault("refuse-429", retry_after=3)
    address = f"{simulator.address}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    form = {"To": ANA, "From": FAMILY_LINE, "Body": "hello"}
    reply = httpx2.post(address, data=form, auth=(ACCOUNT, TOKEN), trust_env=False)
    assert (reply.status_code, reply.headers["Retry-After"]) == (429, "3")


def test_a_503_is_a_page_and_not_json(simulator):
    simulator.order_fault("error-503-html")
    with pytest.raises(TwilioRestException) as refused:
        simulator.send()
    assert refused.value.status == 503


def test_any_refusal_can_be_ordered(simulator):
    simulator.order_fault("refuse", code=21612)
    with pytest.raises(TwilioRestException) as refused:
        simulator.send()
    assert (refused.value.status, refused.value.code) == (400, 21612)


def test_a_reset_takes_nothing(simulator):
    simulator.order_fault("reset")
    with pytest.raises(requests.ConnectionError):
        simulator.send()
    assert simulator.client().messages.list() == []


def test_a_text_can_be_taken_and_the_reply_lost(simulator):
    simulator.order_fault("accepted-then-silent")
    with pytest.raises(requests.ConnectionError):
        simulator.send("did you get it?")
    assert [message.body for message in simulator.client().messages.list()] == ["did you get it?"]


def test_a_hang_is_long_for_one_request_only(simulator):
    simulator.order_fault("hang", seconds=0.5)
    started = time.monotonic()
    simulator.send()
    middle = time.monotonic()
    simulator.send()
    assert middle - started >= 0.5 > time.monotonic() - middle


def test_a_slow_request_is_taken_though_nobody_waits_for_it_any_more(simulator):
    simulator.order_fault("hang", seconds=4.0)
    client = simulator.client()
    client.http_client.timeout = 0.3
    with pytest.raises(requests.exceptions.ReadTimeout):
        client.messages.create(to=ANA, from_=FAMILY_LINE, body="too slow")
    assert simulator.client().messages.list() == []
    wait_for(lambda: [message.body for message in simulator.client().messages.list()] == ["too slow"])


def test_a_fault_befalls_only_the_number_it_is_for(simulator):
    simulator.order_fault("refuse-429", number=DR_LEE)
    assert simulator.send().status == "queued"
    with pytest.raises(TwilioRestException):
        simulator.send(to=DR_LEE)
    assert simulator.control("GET", "faults")["faults"] == []


def test_looking_up_can_fail_too(simulator):
    simulator.order_fault("error-503-html", request="read")
    sid = simulator.send().sid
    # The client's lists fail with the wider exception of the two it has.
    with pytest.raises(TwilioException):
        simulator.client().messages.list(to=ANA)
    assert simulator.client().messages(sid).fetch().sid == sid


def test_a_fault_can_last_and_be_taken_back_for_one_phone(simulator):
    simulator.order_fault("refuse-429", number=ANA, count="always")
    simulator.order_fault("refuse-429", number=DR_LEE, count="always")
    for _ in range(3):
        with pytest.raises(TwilioRestException):
            simulator.send()
    left = simulator.ask("DELETE", f"faults?number=%2B{ANA[1:]}").json()["faults"]
    assert [(fault["number"], fault["count"]) for fault in left] == [(DR_LEE, "always")]
    assert simulator.send().status == "queued"


def test_one_kind_of_fault_can_be_taken_back(simulator):
    simulator.order_fault("reset")
    simulator.order_fault("lose-callback")
    left = simulator.ask("DELETE", "faults?kind=reset").json()["faults"]
    assert [fault["kind"] for fault in left] == ["lose-callback"]


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_broken_proxy_answers_with_a_page_and_any_5xx(simulator, status):
    simulator.order_fault("error-html", status=status)
    with pytest.raises(TwilioRestException) as refused:
        simulator.send()
    assert refused.value.status == status


def test_taken_and_then_silent_for_a_while_is_no_answer_at_all(simulator):
    simulator.order_fault("accepted-then-silent", seconds=30)
    client = simulator.client()
    client.http_client.timeout = 1.0
    with pytest.raises(requests.exceptions.ReadTimeout):
        client.messages.create(to=ANA, from_=FAMILY_LINE, body="did you get it?")
    assert [message.body for message in simulator.client().messages.list()] == ["did you get it?"]


def test_an_answer_that_trickles_outlasts_a_time_out_between_its_pieces(simulator):
    simulator.order_fault("trickle", seconds=3.0)
    client = simulator.client()
    client.http_client.timeout = 2.0
    assert client.messages.create(to=ANA, from_=FAMILY_LINE, body="hello").status == "queued"


@pytest.mark.parametrize("kind", ["cut-answer", "garbled-answer"])
def test_an_answer_nobody_can_read_is_to_a_text_that_was_taken(simulator, kind):
    simulator.order_fault(kind)
    with pytest.raises((requests.RequestException, ValueError)):
        simulator.send("did you get it?")
    assert [message.body for message in simulator.client().messages.list()] == ["did you get it?"]


def test_a_text_without_a_receipt_is_on_the_phone_and_stays_sent(simulator):
    simulator.order_fault("no-receipt")
    sid = simulator.send("hello").sid
    wait_for(lambda: simulator.on_phone() == ["hello"])
    simulator.settled(simulator.send("after it").sid)
    wait_for(lambda: simulator.application.statuses == ["sending", "sent", "sending", "sent", "delivered"])
    assert simulator.client().messages(sid).fetch().status == "sent"


def test_a_phone_that_was_off_gets_its_texts_late_and_in_their_order(simulator):
    simulator.order_fault("late-delivery", seconds=8 * 3600)
    first, second = simulator.send("before the night").sid, simulator.send("after it").sid
    wait_for(lambda: simulator.client().messages(first).fetch().status == "sent")
    simulator.moves_clock(hours=7)
    assert simulator.on_phone() == []
    simulator.moves_clock(hours=1)
    assert simulator.settled(second).status == "delivered"
    assert simulator.on_phone() == ["before the night", "after it"]


def test_a_late_callback_is_overtaken_and_comes_in_the_end(simulator):
    simulator.order_fault("late-callback", seconds=3600)
    simulator.send()
    wait_for(lambda: simulator.application.statuses == ["sent", "delivered"])
    simulator.moves_clock(hours=1)
    wait_for(lambda: simulator.application.statuses == ["sent", "delivered", "sending"])


def test_callbacks_can_come_in_another_order_and_none_is_lost(simulator):
    simulator.order_fault("reorder-callback")
    simulator.send()
    wait_for(lambda: simulator.application.statuses == ["sent", "sending", "delivered"])
    simulator.order_fault("reorder-callback", count=2)
    simulator.send()
    wait_for(lambda: len(simulator.application.statuses) == 6)
    assert sorted(simulator.application.statuses[3:]) == ["delivered", "sending", "sent"]
    assert simulator.application.statuses[3:] != ["sending", "sent", "delivered"]


def test_a_change_can_fail_and_then_it_is_not_made(simulator):
    sid = simulator.send("private").sid
    simulator.settled(sid)
    simulator.order_fault("reset", request="update", number=ANA)
    message = simulator.client().messages(sid)
    with pytest.raises(requests.ConnectionError):
        message.update(body="")
    assert message.fetch().body == "private"
    assert message.update(body="").body == ""


def test_a_fault_can_befall_the_look_at_one_phones_text_only(simulator):
    anas, dr_lees = simulator.send().sid, simulator.send(to=DR_LEE).sid
    simulator.order_fault("refuse-429", request="read", number=ANA)
    assert simulator.client().messages(dr_lees).fetch().sid == dr_lees
    with pytest.raises(TwilioRestException):
        simulator.client().messages(anas).fetch()


def test_a_call_can_be_placed_and_the_answer_lost(simulator):
    simulator.order_fault("accepted-then-silent", request="call")
    with pytest.raises(requests.ConnectionError):
        simulator.client().calls.create(to=ANA, from_=FAMILY_LINE, twiml="<Response/>")
    assert len(simulator.client().calls.list(to=ANA)) == 1


def test_a_fault_for_any_request_takes_the_first_that_comes(simulator):
    simulator.order_fault("refuse-429", request="any")
    with pytest.raises(TwilioRestException):
        simulator.client().lookups.v2.phone_numbers(ANA).fetch()
    assert simulator.send().status == "queued"


def test_faults_can_be_seen_and_cleared(simulator):
    simulator.order_fault("lose-callback", count=3)
    assert [(fault["kind"], fault["count"]) for fault in simulator.control("GET", "faults")["faults"]] == [
        ("lose-callback", 3)
    ]
    assert simulator.control("DELETE", "faults") == {"faults": []}


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"kind": "explode"}, "kind"),
        ({}, "kind"),
        ({"kind": "hang", "count": 0}, "count"),
        ({"kind": "hang", "seconds": "long"}, "seconds"),
        ({"kind": "hang", "number": "314"}, "number"),
        ({"kind": "refuse", "code": True}, "code"),
        ({"kind": "refuse-429", "retry_after": -1}, "retry_after"),
        ({"kind": "hang", "request": "delete"}, "request"),
        ({"kind": "accepted-then-silent", "request": "read"}, "request"),
        ({"kind": "hang", "delay": 1}, "delay"),
        ({"kind": "hang", "count": "often"}, "count"),
        ({"kind": "error-html", "status": 404}, "status"),
        ({"kind": "lose-callback", "request": "read"}, "request"),
        ({"kind": "accepted-then-silent", "request": "any"}, "request"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_by_its_field(untouched, fault, field):
    answer = httpx2.post(f"{untouched.address}/_/faults", json=fault, trust_env=False)
    assert answer.status_code == 400
    assert field in answer.json()["error"]
