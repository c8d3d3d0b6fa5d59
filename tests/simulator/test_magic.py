"""Test credentials know Twilio's magic numbers, judge everything and send nothing."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.conftest import ANA, FAMILY_LINE, TOKEN

TEST_ACCOUNT, TEST_TOKEN = "AC" + "7" * 32, "a-test-token"
GOOD = "+15005550006"


@pytest.fixture
def simulator(start):
    return start(test_credentials=(TEST_ACCOUNT, TEST_TOKEN))


@pytest.fixture
def client(simulator):
    return simulator.client(TEST_TOKEN, TEST_ACCOUNT)


def _refusal(ask):
    with pytest.raises(TwilioRestException) as refused:
        ask()
    return refused.value.status, refused.value.code


def test_a_good_text_is_answered_as_ever_and_goes_nowhere(simulator, client):
    created = client.messages.create(to=ANA, from_=GOOD, body="hello", status_callback=simulator.status_url)
    assert (created.status, created.account_sid, created.from_) == ("queued", TEST_ACCOUNT, GOOD)
    assert simulator.client().messages.list() == []
    assert simulator.ask("GET", f"phones/{ANA}").json()["texts"] == []
    assert simulator.application.heard == []


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"to": "+15005550001"}, 21211),
        ({"to": "+15005550002"}, 21612),
        ({"to": "+15005550003"}, 21408),
        ({"to": "+15005550004"}, 21610),
        ({"to": "+15005550009"}, 21614),
        ({"from_": "+15005550001"}, 21212),
        ({"from_": "+15005550007"}, 21606),
        ({"from_": "+15005550008"}, 21611),
        ({"from_": FAMILY_LINE}, 21606),
        ({"body": ""}, 21602),
        ({"to": "Ana"}, 21211),
    ],
)
def test_a_magic_number_is_refused_as_twilio_has_it(client, order, code):
    assert _refusal(lambda: client.messages.create(**{"to": ANA, "from_": GOOD, "body": "hello", **order})) == (
        400,
        code,
    )


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"to": "+15005550001"}, 21217),
        ({"to": "+15005550002"}, 21214),
        ({"to": "+15005550003"}, 21215),
        ({"to": "+15005550004"}, 21216),
        ({"from_": "+15005550001"}, 21212),
        ({"from_": FAMILY_LINE}, 21210),
    ],
)
def test_a_magic_number_cannot_be_called_either(client, order, code):
    call = {"to": ANA, "from_": GOOD, "twiml": "<Response/>", **order}
    assert _refusal(lambda: client.calls.create(**call)) == (400, code)


def test_a_good_call_rings_nowhere(simulator, client):
    assert client.calls.create(to=ANA, from_=GOOD, twiml="<Response/>").status == "queued"
    assert simulator.control("GET", "calls") == {"calls": []}


def test_every_other_resource_is_closed_to_test_credentials(client):
    sid = "SM" + "0" * 32
    for ask in (
        client.api.accounts(TEST_ACCOUNT).fetch,
        client.messages(sid).fetch,
        client.calls("CA" + "0" * 32).fetch,
        client.messaging.v1.services("MG" + "0" * 32).fetch,
    ):
        assert _refusal(ask) == (403, 20008)
    assert client.lookups.v2.phone_numbers(ANA).fetch().valid


def test_a_wrong_test_token_opens_nothing_and_the_magic_is_for_tests_only(simulator):
    wrong = simulator.client("wrong", TEST_ACCOUNT)
    assert _refusal(lambda: wrong.messages.create(to=ANA, from_=GOOD, body="x")) == (401, 20003)
    live = simulator.client(TOKEN)
    assert live.messages.create(to="+15005550004", from_=FAMILY_LINE, body="x").status == "queued"
    assert _refusal(lambda: live.messages.create(to=ANA, from_=GOOD, body="x")) == (400, 21606)
