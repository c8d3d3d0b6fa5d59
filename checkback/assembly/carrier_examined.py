"""Whether the account at the carrier is set up so that texts go out and come in; what to change where it is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from checkback.adapters.twilio_account import AccountReader, AccountUnread, OwnNumber, Service, Standing
from checkback.care.terms import Sender

#: In the account's own currency: some hundred texts are left.
LOW_BALANCE = Decimal(5)
LARGEST_SKEW = timedelta(seconds=60)
_REGISTERED = "VERIFIED"
_WHERE = {
    Sender.FAMILY: "CHECKBACK_FAMILY_SENDER",
    Sender.ALERT: "CHECKBACK_ALERT_SENDER",
    Sender.CANARY: "CHECKBACK_CANARY_SENDER",
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    is_well: bool
    words: str


@dataclass(frozen=True)
class Expected:
    """How the account should be, as our settings have it. `texts_nobody`: a demo, which needs no registration."""

    senders: Mapping[Sender, str]
    webhook: str
    next_token: str | None
    texts_nobody: bool = False


def examine_carrier(reader: AccountReader, expected: Expected) -> Sequence[Finding]:
    """Everything about the account that keeps texts from going out, from coming in, or from being ours."""
    try:
        standing = reader.standing()
    except AccountUnread as unread:
        return [Finding("carrier", False, str(unread))]
    if standing.status != "active":
        return list(_account(standing))  # Twilio says nothing more of it, and the rest would only sound like its cause
    return [
        *_account(standing),
        *_balance(reader),
        *_tokens(reader, standing, expected),
        *_numbers(reader, expected),
    ]


def _account(standing: Standing) -> Iterator[Finding]:
    if standing.status != "active":
        yield Finding("carrier", False, f"the account is {standing.status}: no text goes out; ask Twilio why")
    elif standing.type.casefold() == "trial":
        yield Finding("carrier", False, "a trial account: it texts verified numbers only; upgrade it")
    else:
        yield Finding("carrier", True, "takes our credentials; the account is active")
    if standing.told_at is not None:
        yield _clock(standing.told_at)


def _balance(reader: AccountReader) -> Iterator[Finding]:
    try:
        left = reader.balance()
    except AccountUnread:
        left = None
    if left is None:
        yield Finding("balance", True, "not told; a subaccount draws on its main account: look there")
    elif left <= 0:
        words = "used up: Twilio sends nothing from an empty account; add to it, and let it recharge by itself"
        yield Finding("balance", False, words)
    elif left < LOW_BALANCE:
        yield Finding("balance", True, "nearly used up: add to it, and let it recharge by itself")
    else:
        yield Finding("balance", True, "not used up")


def _clock(told_at: datetime) -> Finding:
    skew = abs(datetime.now(UTC) - told_at)
    if skew > LARGEST_SKEW:
        words = (
            f"differs from the carrier's by {skew.total_seconds():.0f} s: hours and look-ups go wrong; set it by NTP"
        )
        return Finding("clock", False, words)
    return Finding("clock", True, "agrees with the carrier's")


def _tokens(reader: AccountReader, standing: Standing, expected: Expected) -> Iterator[Finding]:
    if standing.token_is_primary:
        yield Finding("auth token", True, "the primary one, with which webhooks are signed")
    else:
        words = "not the primary one: webhooks are signed with that, and would be refused; set TWILIO_AUTH_TOKEN to it"
        yield Finding(
            "auth token", expected.next_token is not None, words if expected.next_token is None else _ROTATING
        )
    if expected.next_token is None:
        return
    try:
        known = reader.knows(expected.next_token)
    except AccountUnread as unread:
        yield Finding("next auth token", False, str(unread))
        return
    mend = "Twilio does not know TWILIO_AUTH_TOKEN_NEXT: create the secondary token there, or leave it out"
    yield Finding("next auth token", known, "known to the account" if known else mend)


_ROTATING = "not the primary one any more: end the rotation, set TWILIO_AUTH_TOKEN to the promoted one"


def _numbers(reader: AccountReader, expected: Expected) -> Iterator[Finding]:
    try:
        services = reader.services()
        found = {sender: reader.number(number) for sender, number in expected.senders.items()}
    except AccountUnread as unread:
        yield Finding("carrier's numbers", False, str(unread))
        return
    for sender, number in expected.senders.items():
        theirs = [service for service in services if number in service.numbers]
        yield from _number(sender, found[sender], theirs, expected)
    yield _apart(services, expected)


def _number(
    sender: Sender, found: OwnNumber | None, services: Sequence[Service], expected: Expected
) -> Iterator[Finding]:
    what = f"{sender} number"
    if found is None:
        yield Finding(what, False, f"none of this account's numbers: look at {_WHERE[sender]}")
        return
    if not found.sends_texts:
        yield Finding(what, False, "cannot text: buy one that can, and set it")
        return
    yield _webhook(what, found, services, expected)
    yield _registration(what, found, services, expected)


def _webhook(what: str, found: OwnNumber, services: Sequence[Service], expected: Expected) -> Finding:
    own = [service for service in services if not service.uses_number_webhook]
    if any(service.webhook is None for service in own):
        return Finding(
            f"{what}, inbound",
            False,
            "its messaging service takes texts and brings them nowhere, and does not even log them: "
            "let the service defer to the number's webhook",
        )
    places = [(service.webhook or "", service.method) for service in own] or [(found.webhook, found.method)]
    if found.application and not own:
        return Finding(
            f"{what}, inbound", False, f"a TwiML application is set: take it out, and set {expected.webhook}"
        )
    if any(url.partition("#")[0] != expected.webhook or method.upper() != "POST" for url, method in places):
        return Finding(f"{what}, inbound", False, f"texts do not come here: set its webhook to POST {expected.webhook}")
    if any("#" not in url for url, _ in places):
        return Finding(
            f"{what}, inbound", True, "texts come here, but are tried once: put #rc=5&rp=all behind the address"
        )
    return Finding(f"{what}, inbound", True, "texts come here, and are tried again")


def _registration(what: str, found: OwnNumber, services: Sequence[Service], expected: Expected) -> Finding:
    name = f"{what}, registration"
    campaigns = [service.campaign for service in services if service.campaign is not None]
    if expected.texts_nobody and not campaigns:
        return Finding(name, True, "a demo texts nobody")
    if found.is_toll_free:
        return Finding(name, True, "toll-free: see in Twilio's console that it is verified, or nothing arrives (30032)")
    if _REGISTERED in campaigns:
        return Finding(name, True, "its A2P campaign is verified")
    if campaigns:
        words = f"its A2P campaign is {campaigns[0]}: nothing arrives in the United States until it is verified (30034)"
        return Finding(name, False, words)
    return Finding(
        name,
        False,
        "no A2P campaign: nothing arrives in the United States (30034); register one, "
        "and put the number into its messaging service",
    )


def _apart(services: Sequence[Service], expected: Expected) -> Finding:
    both = {expected.senders[Sender.FAMILY], expected.senders[Sender.ALERT]}
    if any(both <= service.numbers for service in services):
        return Finding(
            "messaging services",
            False,
            "families and staff share one: who stops the one number stops both; give each a service of its own",
        )
    return Finding(
        "messaging services",
        True,
        "families and staff share none; see in Twilio's console that HELP and INFO get no answer of Twilio's own",
    )
