"""What becomes of a text is told in order, signed, and as a best effort."""

from __future__ import annotations

from twilio.request_validator import RequestValidator

from tests.simulator.application import Reply, wait_for
from tests.simulator.conftest import ACCOUNT, ANA, FAMILY_LINE, TOKEN


def test_a_status_is_told_for_every_step_but_the_first(simulator):
    sid = simulator.send().sid
    wait_for(lambda: simulator.application.statuses == ["sending", "sent", "delivered"])
    fields = simulator.application.heard[0].fields
    assert (fields["MessageSid"], fields["SmsStatus"], fields["AccountSid"]) == (sid, "sending", ACCOUNT)
    assert (fields["From"], fields["To"]) == (FAMILY_LINE, ANA)
    assert "ErrorCode" not in fields


def test_every_callback_is_signed_over_its_url_with_query(simulator):
    url = f"{simulator.status_url}?text=7c1d&again=%20a"
    simulator.send(status_callback=url)
    heard = wait_for(lambda: simulator.application.heard)
    assert RequestValidator(TOKEN).validate(url, heard[0].fields, heard[0].headers["X-Twilio-Signature"])


def test_texts_between_one_pair_keep_their_order(simulator):
    sids = [simulator.send(f"text {number}").sid for number in range(8)]
    wait_for(lambda: len(simulator.application.statuses) == 24)
    told = [heard.fields["MessageSid"] for heard in simulator.application.heard]
    assert list(dict.fromkeys(told)) == sids
    assert simulator.on_phone() == [f"text {number}" for number in range(8)]


def test_a_text_that_does_not_arrive_is_told_with_its_code(simulator):
    simulator.order_fault("undelivered", code=30003, number=ANA)
    sid = simulator.send().sid
    wait_for(lambda: simulator.application.statuses == ["sending", "sent", "undelivered"])
    assert simulator.application.heard[-1].fields["ErrorCode"] == "30003"
    assert simulator.settled(sid).error_code == 30003
    assert simulator.on_phone() == []
    assert [text["error_code"] for text in simulator.control("GET", f"phones/{ANA}")["not_arrived"]] == [30003]


def test_a_text_that_fails_is_never_sent(simulator):
    simulator.order_fault("failed", code=30007)
    simulator.send()
    wait_for(lambda: simulator.application.statuses == ["sending", "failed"])


def test_a_lost_callback_is_missing_and_a_doubled_one_comes_twice(simulator):
    simulator.order_fault("lose-callback", count=2)
    simulator.send()
    wait_for(lambda: simulator.application.statuses == ["delivered"])
    simulator.order_fault("double-callback")
    simulator.send()
    wait_for(lambda: simulator.application.statuses[1:] == ["sending", "sending", "sent", "delivered"])


def test_a_callback_that_is_answered_wrongly_is_complained_of(simulator):
    simulator.application.replies.append(Reply(500))
    sid = simulator.send().sid
    complaint = wait_for(simulator.complaints)[0]
    assert (complaint["kind"], complaint["sid"], complaint["code"]) == ("status", sid, 11200)
    wait_for(lambda: len(simulator.application.statuses) == 3)


def test_a_text_without_a_callback_address_tells_nobody(simulator):
    sid = simulator.client().messages.create(to=ANA, from_=FAMILY_LINE, body="hello").sid
    assert simulator.settled(sid).status == "delivered"
    assert simulator.application.heard == []


def test_an_empty_200_without_a_type_is_complained_of_and_any_other_2xx_is_not(simulator):
    simulator.application.replies += [Reply(200), Reply(200, "text/plain", b"ok"), Reply(204)]
    simulator.send()
    wait_for(lambda: len(simulator.control("GET", "log")["webhooks"]) == 3)
    assert [one["code"] for one in simulator.complaints()] == [12300]


def test_a_callback_that_is_redirected_is_complained_of(simulator):
    simulator.application.by_path["/status"] = Reply(302, location="/elsewhere")
    simulator.send()
    assert wait_for(simulator.complaints)[0]["code"] == 11200
