"""An account can be staged wrongly, and an application that looks after itself can read it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx2
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from tests.simulator.application import wait_for
from tests.simulator.conftest import ACCOUNT, ANA, AT_ONCE, DR_LEE, FAMILY_LINE, SERVICE, STAFF_LINE, TOKEN

KEY = "SK" + "0" * 32


def _refusal(ask):
    with pytest.raises(TwilioRestException) as refused:
        ask()
    return refused.value.status, refused.value.code


def test_what_is_set_on_a_number_can_be_read(simulator):
    found = simulator.client().incoming_phone_numbers.list(phone_number=FAMILY_LINE)
    assert [(one.phone_number, one.sms_url, one.sms_method) for one in found] == [
        (FAMILY_LINE, f"{simulator.application.url}/inbound", "POST")
    ]
    simulator.control(
        "POST", f"numbers/{FAMILY_LINE}", sms_url=None, voice=False, sms_fallback_url="https://a.example/"
    )
    number = simulator.client().incoming_phone_numbers(found[0].sid).fetch()
    assert (number.sms_url, number.sms_fallback_url) == ("", "https://a.example/")
    assert number.capabilities == {"voice": False, "sms": True, "mms": True, "fax": False}


def test_numbers_are_found_by_digits_and_by_name(simulator):
    numbers = simulator.client().incoming_phone_numbers
    assert [one.phone_number for one in numbers.list(phone_number="5550199")] == [STAFF_LINE]
    assert [one.phone_number for one in numbers.list(phone_number="+1314***0100")] == [FAMILY_LINE]
    assert numbers.list(phone_number="+1314**0100") == numbers.list(origin="hosted") == []
    assert [one.phone_number for one in numbers.list(friendly_name="Checkback")] == [FAMILY_LINE]
    assert [one.phone_number for one in numbers.list(page_size=1)] == [FAMILY_LINE, STAFF_LINE]


def test_a_number_without_a_webhook_tells_nobody_but_logs_the_text(simulator):
    simulator.control("POST", f"numbers/{FAMILY_LINE}", sms_url=None)
    sid = simulator.writes("is anybody there?")
    wait_for(lambda: simulator.client().messages(sid).fetch().status == "received")
    assert simulator.application.heard == []


def test_a_service_that_disables_inbound_texts_does_not_even_log_them(start):
    simulator = start(messaging_service_sid=SERVICE)
    simulator.control("POST", f"services/{SERVICE}", use_inbound_webhook_on_number=False)
    simulator.writes("is anybody there?")
    wait_for(lambda: simulator.client().messages.list() == [])
    assert simulator.application.heard == []
    service = simulator.client().messaging.v1.services(SERVICE).fetch()
    assert (service.use_inbound_webhook_on_number, service.inbound_request_url) == (False, None)


def test_a_services_own_webhook_stands_before_the_numbers(start):
    simulator = start(messaging_service_sid=SERVICE)
    url = f"{simulator.application.url}/inbound/service"
    simulator.control("POST", f"services/{SERVICE}", use_inbound_webhook_on_number=False, inbound_request_url=url)
    simulator.writes("hello")
    assert wait_for(lambda: simulator.application.heard)[0].path == "/inbound/service"


def test_a_trial_account_texts_only_verified_phones_and_says_what_it_is(simulator):
    simulator.control("POST", "account", type="Trial", verified=[ANA])
    assert simulator.client().api.accounts(ACCOUNT).fetch().type == "Trial"
    assert simulator.send("hello").body == "Sent from your Twilio trial account - hello"
    assert _refusal(lambda: simulator.send(to=DR_LEE)) == (400, 21608)
    assert _refusal(lambda: simulator.client().calls.create(to=DR_LEE, from_=FAMILY_LINE, twiml="<Response/>")) == (
        400,
        21219,
    )


def test_a_daily_limit_counts_any_24_hours(simulator):
    simulator.control("POST", "account", messages_a_day=2)
    simulator.send()
    simulator.moves_clock(hours=20)
    simulator.send()
    assert _refusal(simulator.send) == (429, 63038)
    simulator.moves_clock(hours=5)
    simulator.send()
    assert _refusal(simulator.send) == (429, 63038)


def test_a_crowd_of_requests_is_turned_away_and_nothing_of_it_taken(start):
    simulator = start(pace=replace(AT_ONCE, create=0.3))
    simulator.control("POST", "account", requests_side_by_side=2)

    def send(_):
        try:
            return simulator.send().sid
        except TwilioRestException as refused:
            return refused.code

    with ThreadPoolExecutor(10) as threads:
        ends = list(threads.map(send, range(10)))
    taken = {end for end in ends if end != 20429}
    assert 20429 in ends
    assert {text.sid for text in simulator.client().messages.list()} == taken


def test_a_suspended_account_can_only_be_looked_at(simulator):
    simulator.order_fault("hold", seconds=60)
    waiting = simulator.send().sid
    simulator.control("POST", "account", status="suspended")
    assert simulator.client().api.accounts(ACCOUNT).fetch().status == "suspended"
    assert _refusal(simulator.send) == (401, 20003)
    simulator.moves_clock(minutes=2)
    wait_for(lambda: simulator.application.statuses == ["failed"])
    assert simulator.application.heard[0].fields["ErrorCode"] == "30002"
    simulator.control("POST", "account", status="active")
    assert simulator.client().messages(waiting).fetch().error_code == 30002


def test_other_countries_are_closed_until_they_are_opened(simulator):
    assert _refusal(lambda: simulator.send(to="+442071838750")) == (400, 21408)
    simulator.control("POST", "account", prefixes=["+1", "+44"])
    assert simulator.send(to="+442071838750").status == "queued"


def test_a_number_that_cannot_text_or_call_is_none_to_send_from(simulator):
    simulator.control("POST", f"numbers/{FAMILY_LINE}", sms=False, voice=False)
    assert _refusal(simulator.send) == (400, 21606)
    call = {"to": ANA, "from_": FAMILY_LINE, "twiml": "<Response/>"}
    assert _refusal(lambda: simulator.client().calls.create(**call)) == (400, 21210)


@pytest.mark.parametrize(("line", "code"), [(FAMILY_LINE, 30034), ("+18335550100", 30032)])
def test_unregistered_numbers_lose_their_texts_where_carriers_ask_for_it(start, application, line, code):
    simulator = start(numbers={line: f"{application.url}/inbound"}, phones=(), number_labels={})
    assert simulator.settled(simulator.send(from_=line).sid).status == "delivered"
    simulator.control("POST", "account", carriers_ask_registration=True)
    lost = simulator.settled(simulator.send(from_=line).sid)
    assert (lost.status, lost.error_code) == ("undelivered", code)


def test_a_campaign_counts_once_it_is_verified(start):
    simulator = start(messaging_service_sid=SERVICE)
    simulator.control("POST", "account", carriers_ask_registration=True)
    assert simulator.settled(simulator.send().sid).status == "delivered"
    campaigns = simulator.client().messaging.v1.services(SERVICE).us_app_to_person
    simulator.control("POST", f"services/{SERVICE}", campaign_status="IN_PROGRESS")
    assert [one.campaign_status for one in campaigns.list()] == ["IN_PROGRESS"]
    assert simulator.settled(simulator.send().sid).error_code == 30034
    simulator.control("POST", f"services/{SERVICE}", campaign_status=None)
    assert campaigns.list() == []
    assert simulator.client().messaging.v1.services(SERVICE).fetch().us_app_to_person_registered is False


def test_a_secondary_token_opens_the_door_and_signs_only_once_it_is_promoted(simulator):
    simulator.control("POST", "account", secondary_token="the-next-one")
    assert simulator.client(token="the-next-one").messages.list() == []
    simulator.writes("signed with the old one")
    _signed_with(TOKEN, wait_for(lambda: simulator.application.heard)[0], simulator)
    simulator.control("POST", "account", promote=True)
    simulator.writes("signed with the new one")
    _signed_with("the-next-one", wait_for(lambda: simulator.application.heard[1:])[0], simulator)
    assert _refusal(lambda: simulator.client(token=TOKEN).messages("SM" + "0" * 32).fetch()) == (401, 20003)


def _signed_with(token, heard, simulator):
    url = f"{simulator.application.url}/inbound"
    assert RequestValidator(token).validate(url, heard.fields, heard.headers["X-Twilio-Signature"])


def test_a_standard_key_may_send_and_may_not_look_at_the_account(start):
    client = start(api_keys={KEY: "secret"}).client("secret", KEY)
    client.account_sid = ACCOUNT
    assert client.messages.create(to=ANA, from_=FAMILY_LINE, body="hello").status == "queued"
    assert _refusal(lambda: client.api.accounts(ACCOUNT).fetch()) == (401, 20003)


def test_the_control_door_shows_the_account_and_none_of_its_tokens(simulator):
    simulator.control("POST", "account", secondary_token="hush")
    shown = simulator.ask("GET", "account").text
    assert FAMILY_LINE in shown
    assert TOKEN not in shown
    assert "hush" not in shown


@pytest.mark.parametrize(
    ("path", "said", "field"),
    [
        ("account", {"type": "Gold"}, "type"),
        ("account", {"promote": True}, "promote"),
        ("account", {"messages_a_day": 0}, "messages_a_day"),
        ("account", {"verified": ANA}, "verified"),
        ("account", {"carriers_ask_registration": "yes"}, "carriers_ask_registration"),
        ("account", {"colour": "red"}, "colour"),
        (f"numbers/{FAMILY_LINE}", {"sms_url": "nowhere"}, "sms_url"),
        (f"numbers/{FAMILY_LINE}", {"sms_method": "PUT"}, "sms_method"),
        (f"numbers/{FAMILY_LINE}", {"segments_per_second": -1}, "segments_per_second"),
        (f"numbers/{FAMILY_LINE}", {"number": ANA}, "number"),
        ("services", {"numbers": [ANA]}, "numbers"),
        (f"lines/{ANA}", {"line_type": "pigeon"}, "line_type"),
        ("lines/555", {"line_type": "mobile"}, "number"),
    ],
)
def test_an_account_that_cannot_be_is_refused_by_its_field(untouched, path, said, field):
    answer = untouched.ask("POST", path, **said)
    assert answer.status_code == 400
    assert field in answer.json()["error"]


@pytest.mark.parametrize("path", [f"numbers/{ANA}", f"services/{SERVICE}"])
def test_what_is_not_there_cannot_be_changed(untouched, path):
    assert untouched.ask("POST", path, friendly_name="x").status_code == 404


def test_the_account_of_somebody_else_is_not_there(untouched):
    url = f"{untouched.address}/2010-04-01/Accounts/AC{'9' * 32}.json"
    reply = httpx2.get(url, auth=(ACCOUNT, TOKEN), trust_env=False)
    assert (reply.status_code, reply.json()["code"]) == (404, 20404)
