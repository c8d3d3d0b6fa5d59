"""What a simulator is started with, checked before anything runs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from checkback.simulator.numbering import is_e164
from checkback.simulator.overrides import read_overrides

Side = Literal["family", "clinician"]


@dataclass(frozen=True)
class PhoneToHold:
    """A phone on the page. `writes_to` is the number of ours its text box is addressed to at first."""

    number: str
    label: str
    side: Side
    writes_to: str | None = None


@dataclass(frozen=True)
class Pace:
    """How long the pretend network takes, in real seconds: for the answer to a create, and for each step of a text.

    `word` is how long a call takes to say one word, by the movable clock.
    """

    create: float = 0.0
    to_sending: float = 0.1
    to_sent: float = 0.3
    to_delivered: float = 0.4
    word: float = 0.3


@dataclass(frozen=True)
class SimulatorConfig:
    """One account at the pretend Twilio.

    `numbers` maps each number of ours to the webhook its inbound texts go to, `#rc=…` overrides included, and
    `voice_urls` those that take calls to the one that says what to play. `phones` may be plain tuples (number, label,
    side). `api_keys` are standard keys with their secrets; `test_credentials` is the SID and the token that know
    Twilio's magic numbers and send nothing. With `clock_file` the clock is shared with other processes; with
    `state_file` accepted texts survive a restart. Raises ValueError naming the wrong field.
    """

    port: int
    account_sid: str
    auth_token: str = field(repr=False)
    numbers: Mapping[str, str]
    phones: Sequence[PhoneToHold | tuple[str, str, Side]] = ()
    clock_file: Path | None = None
    state_file: Path | None = None
    zone: str = "America/Chicago"
    pace: Pace = Pace()
    number_labels: Mapping[str, str] = field(default_factory=dict)
    voice_urls: Mapping[str, str] = field(default_factory=dict)
    messaging_service_sid: str | None = None
    api_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    test_credentials: tuple[str, str] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not self.auth_token:
            raise ValueError("auth_token: must not be empty")
        if not _is_sid(self.account_sid, "AC"):
            raise ValueError("account_sid: must be AC and 32 hexadecimal digits")
        if self.messaging_service_sid is not None and not _is_sid(self.messaging_service_sid, "MG"):
            raise ValueError("messaging_service_sid: must be MG and 32 hexadecimal digits")
        if self.test_credentials is not None and not _is_sid(self.test_credentials[0], "AC"):
            raise ValueError("test_credentials: the SID must be AC and 32 hexadecimal digits")
        self._check_numbers()
        self._check_phones()
        self._check_zone()

    def _check_numbers(self) -> None:
        if not self.numbers:
            raise ValueError("numbers: at least one number with its webhook URL is needed")
        for number, url in self.numbers.items():
            if not is_e164(number):
                raise ValueError("numbers: every number must be E.164, for example +13145550100")
            _check_url("numbers", url)
        for number, url in self.voice_urls.items():
            if number not in self.numbers:
                raise ValueError("voice_urls: every number must be one of `numbers`")
            _check_url("voice_urls", url)

    def _check_phones(self) -> None:
        for phone in self.phones_to_hold:
            if not is_e164(phone.number) or phone.number in self.numbers:
                raise ValueError("phones: every number must be E.164 and not one of `numbers`")
            if phone.side not in ("family", "clinician"):
                raise ValueError("phones: the side must be family or clinician")
            if phone.writes_to is not None and phone.writes_to not in self.numbers:
                raise ValueError("phones: writes_to must be one of `numbers`")

    def _check_zone(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("zone: must be a time zone such as America/Chicago") from error

    @property
    def phones_to_hold(self) -> tuple[PhoneToHold, ...]:
        return tuple(phone if isinstance(phone, PhoneToHold) else PhoneToHold(*phone) for phone in self.phones)

    @property
    def local_zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def _check_url(field_name: str, url: str) -> None:
    try:
        read_overrides(url)
    except ValueError as error:
        raise ValueError(f"{field_name}: the webhook URL is wrong: {error}") from error


def _is_sid(value: str, prefix: str) -> bool:
    return re.fullmatch(f"{prefix}[0-9a-fA-F]{{32}}", value) is not None
