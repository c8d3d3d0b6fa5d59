"""The doctor reads the account at the carrier with Twilio's own client, and says what to change. On the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from checkback.adapters.outside import Limits
from checkback.adapters.twilio_account import AccountReader
from checkback.adapters.twilio_http import TwilioAccount
from checkback.assembly.carrier_examined import Expected, Finding, examine_carrier
from checkback.care.terms import Sender
from tests.adapters.scripted import answers, hangs, scripted
from tests.simulator.application import running_application
from tests.simulator.conftest import ACCOUNT, FAMILY_LINE, STAFF_LINE, TOKEN, Simulator, make_config, running

GATE = "https://gate.example.org/twilio/inbound"
NEXT = "the-token-that-follows"
EXPECTED = Expected({Sender.FAMILY: FAMILY_LINE, Sender.ALERT: STAFF_LINE}, GATE, next_token=None)


@dataclass
class Account:
    """The pretend account, as somebody set it up."""

    simulator: Simulator

    def is_changed(self, **how: Any) -> None:
        self.simulator.control("POST", "account", **how)

    def number(self, number: str, **how: Any) -> None:
        self.simulator.control("POST", f"numbers/{number}", **how)

    def service(self, *numbers: str, **how: Any) -> None:
        made = self.simulator.control("POST", "services", numbers=list(numbers))
        if how:
            self.simulator.control("POST", f"services/{made['sid']}", **how)

    def findings(self, *, token: str = TOKEN, **how: Any) -> dict[str, Finding]:
        reader = AccountReader(TwilioAccount(ACCOUNT, token, self.simulator.address))
        return {found.what: found for found in examine_carrier(reader, replace(EXPECTED, **how))}

    def mend(self, **how: Any) -> dict[str, str]:
        """What is to be mended, in the doctor's words."""
        return {what: found.words for what, found in self.findings(**how).items() if not found.is_well}


@pytest.fixture
def account() -> Iterator[Account]:
    """An account with nothing to mend."""
    with without_services() as made:
        made.service(FAMILY_LINE)
        made.service(STAFF_LINE)
        yield made


@contextmanager
def without_services() -> Iterator[Account]:
    """An account whose numbers are in no messaging service yet."""
    with running_application() as application:
        here = dict.fromkeys((FAMILY_LINE, STAFF_LINE), f"{GATE}#rc=5&rp=all")
        with running(replace(make_config(application), numbers=here), application) as simulator:
            yield Account(simulator)


def test_an_account_that_is_set_up_well_needs_no_mending(account):
    assert account.mend() == {}
    assert set(account.findings()) == {
        "carrier",
        "clock",
        "balance",
        "auth token",
        "family number, inbound",
        "family number, registration",
        "alert number, inbound",
        "alert number, registration",
        "messaging services",
    }


def test_wrong_credentials_are_the_only_thing_that_is_said(account):
    assert account.mend(token="another-token-of-nobody") == {
        "carrier": "refuses us: look at TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"
    }


@pytest.mark.parametrize(
    ("how", "words"), [({"type": "Trial"}, "verified numbers only"), ({"status": "suspended"}, "suspended")]
)
def test_an_account_that_may_not_text_is_named(account, how, words):
    account.is_changed(**how)
    assert words in account.mend()["carrier"]


def test_of_an_account_that_is_suspended_nothing_else_is_said_or_asked(account, capsys):
    account.is_changed(status="suspended")
    assert list(account.mend()) == ["carrier"]
    assert "credentials" not in capsys.readouterr().out


@pytest.mark.parametrize("left", ["0.00", "-1.20"])
def test_an_empty_balance_is_to_be_mended(account, left):
    account.is_changed(balance=left)
    assert "used up" in account.mend()["balance"]


def test_a_balance_that_runs_low_is_said_and_is_still_well(account):
    account.is_changed(balance="4.99")
    assert account.mend() == {}
    assert "nearly used up" in account.findings()["balance"].words


def test_the_next_token_must_be_one_that_the_account_knows(account):
    assert "create the secondary token" in account.mend(next_token=NEXT)["next auth token"]
    account.is_changed(secondary_token=NEXT)
    assert account.mend(next_token=NEXT) == {}


def test_a_token_that_is_not_the_primary_one_is_named_since_webhooks_are_signed_with_that(account):
    account.is_changed(secondary_token=NEXT)
    assert "set TWILIO_AUTH_TOKEN to it" in account.mend(token=NEXT)["auth token"]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"sms_url": None}, f"POST {GATE}"),
        ({"sms_url": "https://elsewhere.example.org/twilio/inbound"}, f"POST {GATE}"),
        ({"sms_method": "GET"}, f"POST {GATE}"),
    ],
)
def test_a_webhook_that_does_not_come_here_is_named_with_the_address_to_set(account, how, words):
    account.number(FAMILY_LINE, **how)
    assert words in account.mend()["family number, inbound"]


def test_a_webhook_without_tries_is_well_and_says_how_to_get_them(account):
    account.number(STAFF_LINE, sms_url=GATE)
    assert account.mend() == {}
    assert "#rc=5&rp=all" in account.findings()["alert number, inbound"].words


def test_a_service_that_takes_texts_and_brings_them_nowhere_is_named():
    with without_services() as account:
        account.service(FAMILY_LINE, use_inbound_webhook_on_number=False, inbound_request_url=None)
        account.service(STAFF_LINE, use_inbound_webhook_on_number=False, inbound_request_url=GATE)
        assert list(account.mend()) == ["family number, inbound"]
        assert "does not even log" in account.mend()["family number, inbound"]


@pytest.mark.parametrize("status", ["IN_PROGRESS", "FAILED", None])
def test_a_number_that_is_not_registered_is_named(status):
    with without_services() as account:
        account.service(FAMILY_LINE, campaign_status=status)
        account.service(STAFF_LINE)
        assert list(account.mend()) == ["family number, registration"]
        assert "30034" in account.mend()["family number, registration"]
        assert (account.mend(texts_nobody=True) == {}) is (status is None)


def test_families_and_staff_in_one_service_are_to_be_parted():
    with without_services() as account:
        account.service(FAMILY_LINE, STAFF_LINE)
        assert "who stops the one number stops both" in account.mend()["messaging services"]


def test_a_number_of_somebody_else_or_one_that_cannot_text_is_named(account):
    senders = {Sender.FAMILY: "+13145550177", Sender.ALERT: STAFF_LINE}
    assert "CHECKBACK_FAMILY_SENDER" in account.mend(senders=senders)["family number"]
    account.number(STAFF_LINE, sms=False)
    assert "cannot text" in account.mend()["alert number"]


def test_a_clock_that_goes_wrong_is_named():
    now = datetime.now(UTC) - timedelta(minutes=5)
    said = {"type": "Full", "status": "active", "auth_token": TOKEN}
    with scripted(answers(200, said, Date=now.strftime("%a, %d %b %Y %H:%M:%S GMT"))) as server:
        found = {each.what: each for each in examine_carrier(reader(server.address), EXPECTED)}
    assert not found["clock"].is_well
    assert "NTP" in found["clock"].words


@pytest.mark.parametrize(
    ("doing", "words"),
    [
        (answers(503, b"<html>no</html>"), "no whole answer"),
        (hangs, "no whole answer"),
        (answers(429, {"code": 20429}), "code 20429"),
    ],
    ids=["503", "silent", "429"],
)
def test_a_carrier_that_does_not_say_is_itself_what_is_to_mend(doing, words):
    with scripted(doing) as server:
        (found,) = examine_carrier(reader(server.address), EXPECTED)
    assert not found.is_well
    assert words in found.words


def test_no_finding_holds_a_number_or_a_token(account):
    account.number(FAMILY_LINE, sms_url=None)
    said = " ".join(found.words for found in account.findings(next_token=NEXT).values())
    assert not any(secret in said for secret in (FAMILY_LINE, STAFF_LINE, TOKEN, NEXT))


def reader(address: str) -> AccountReader:
    return AccountReader(TwilioAccount(ACCOUNT, TOKEN, address), Limits(connect=0.5, total=0.6))
