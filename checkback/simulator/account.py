"""The account at the pretend Twilio: its numbers, messaging services, tokens and permissions, as they stand now.

It starts as the configuration has it. The control door can change all of it, so that a test can stage an account that
is set up wrongly; a restart starts from the configuration again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from checkback.simulator.config import SimulatorConfig

TRIAL_MESSAGES_A_DAY = 50
_TOLL_FREE = frozenset({"800", "833", "844", "855", "866", "877", "888"})


@dataclass(frozen=True)
class Webhook:
    """Where the application is told of something, and where else if that fails."""

    url: str
    method: str = "POST"
    fallback_url: str | None = None
    fallback_method: str = "POST"


@dataclass(frozen=True)
class OwnNumber:
    """A number of the account, with what Twilio calls on it."""

    number: str
    label: str = ""
    sms_url: str | None = None
    sms_method: str = "POST"
    sms_fallback_url: str | None = None
    sms_fallback_method: str = "POST"
    voice_url: str | None = None
    voice_method: str = "POST"
    voice_fallback_url: str | None = None
    voice_fallback_method: str = "POST"
    status_callback: str | None = None
    """Told how calls to this number end."""
    status_callback_method: str = "POST"
    sms: bool = True
    mms: bool = True
    voice: bool = True
    segments_per_second: float | None = None
    """How fast it sends, counted in segments; None for as fast as it can. Twilio's long codes send 1, toll-free 3."""

    @property
    def sid(self) -> str:
        return derived_sid("PN", self.number)

    @property
    def is_toll_free(self) -> bool:
        return self.number.startswith("+1") and self.number[2:5] in _TOLL_FREE


@dataclass(frozen=True)
class Service:
    """A messaging service: a pool of numbers with webhooks of its own."""

    sid: str
    numbers: tuple[str, ...]
    friendly_name: str = "Messaging service"
    inbound_request_url: str | None = None
    inbound_method: str = "POST"
    fallback_url: str | None = None
    fallback_method: str = "POST"
    status_callback: str | None = None
    use_inbound_webhook_on_number: bool = True
    sticky_sender: bool = True
    validity_period: int = 36_000
    campaign_status: str | None = "VERIFIED"
    """How far the A2P 10DLC campaign is: IN_PROGRESS, VERIFIED, FAILED, or None where there is none."""

    @property
    def is_registered(self) -> bool:
        return self.campaign_status == "VERIFIED"


@dataclass(frozen=True)
class PhoneLine:
    """What Lookup knows of a phone. A landline gets no text (30006), a number that is not valid is refused (21211)."""

    line_type: str = "mobile"
    carrier_name: str = "Example Wireless"
    is_valid: bool = True
    reassigned: str = "no"
    """Whether somebody else has the number since the date asked for: yes, no, or no_data_available."""


@dataclass(frozen=True)
class Standing:
    """What the account may do."""

    type: str = "Full"
    status: str = "active"
    friendly_name: str = "Checkback"
    verified: tuple[str, ...] = ()
    """The phones a trial account may text."""
    prefixes: tuple[str, ...] = ("+1",)
    """The countries it may text, by the beginnings of their numbers."""
    messages_a_day: int | None = None
    """Its limit in any 24 hours; None for Twilio's own, which is 50 for a trial account."""
    primary_token: str = field(default="", repr=False)
    secondary_token: str | None = field(default=None, repr=False)
    carriers_ask_registration: bool = False
    """Whether texts from numbers without a verified campaign are lost, as in the United States; off for convenience."""
    requests_side_by_side: int | None = None
    """How many requests at the same time are answered; those beyond are refused with 20429."""
    balance: str = "25.00"

    @property
    def daily_limit(self) -> int | None:
        if self.messages_a_day is None and self.type == "Trial":
            return TRIAL_MESSAGES_A_DAY
        return self.messages_a_day


class Account:
    """The one account of this simulator. Used from one event loop only."""

    def __init__(self, config: SimulatorConfig, now: datetime) -> None:
        self.sid = config.account_sid
        self.created_at = now
        self.api_keys = dict(config.api_keys)
        self.test_credentials = config.test_credentials
        self.standing = Standing(primary_token=config.auth_token)
        self.numbers = {
            number: OwnNumber(
                number, config.number_labels.get(number, number), sms_url=url, voice_url=config.voice_urls.get(number)
            )
            for number, url in config.numbers.items()
        }
        self.services: dict[str, Service] = {}
        self.lines: dict[str, PhoneLine] = {}
        if config.messaging_service_sid is not None:
            self.services[config.messaging_service_sid] = Service(config.messaging_service_sid, tuple(config.numbers))

    def change(self, **changes: Any) -> None:
        self.standing = replace(self.standing, **changes)

    @property
    def tokens(self) -> list[str]:
        """Those that open the REST API: the primary one, and the secondary one if there is one."""
        standing = self.standing
        return [token for token in (standing.primary_token, standing.secondary_token) if token]

    def promote_token(self) -> None:
        """Make the secondary token the primary one: it signs webhooks from now on, and the old one is gone."""
        if self.standing.secondary_token is None:
            raise ValueError("promote: there is no secondary token")
        self.change(primary_token=self.standing.secondary_token, secondary_token=None)

    def service_of(self, number: str) -> Service | None:
        """The service whose pool this number is in."""
        return next((service for service in self.services.values() if number in service.numbers), None)

    def shares_opt_outs(self, number: str) -> Collection[str]:
        """The numbers an opt-out from `number` counts for: all of its service, or itself."""
        service = self.service_of(number)
        return service.numbers if service else (number,)

    def takes_inbound(self, number: str) -> bool:
        """False where the number's service has no address for inbound texts: Twilio drops them and logs nothing."""
        service = self.service_of(number)
        return service is None or service.use_inbound_webhook_on_number or service.inbound_request_url is not None

    def inbound_webhook(self, number: str) -> Webhook | None:
        """Where a text to this number is told; None when nothing is set."""
        own, service = self.numbers[number], self.service_of(number)
        if service is not None and not service.use_inbound_webhook_on_number:
            return _webhook(
                service.inbound_request_url, service.inbound_method, service.fallback_url, service.fallback_method
            )
        return _webhook(own.sms_url, own.sms_method, own.sms_fallback_url, own.sms_fallback_method)

    def voice_webhook(self, number: str) -> Webhook | None:
        """Where a call to this number asks what to play."""
        own = self.numbers[number]
        return _webhook(own.voice_url, own.voice_method, own.voice_fallback_url, own.voice_fallback_method)

    def line(self, phone: str) -> PhoneLine:
        """What is known of a phone; an ordinary mobile where nothing else was said."""
        return self.lines.get(phone, PhoneLine())


def derived_sid(prefix: str, name: str) -> str:
    """An identifier in Twilio's form that stays the same for the same thing."""
    return prefix + hashlib.blake2b(name.encode(), digest_size=16).hexdigest()


def _webhook(url: str | None, method: str, fallback_url: str | None, fallback_method: str) -> Webhook | None:
    return Webhook(url, method, fallback_url, fallback_method) if url else None
