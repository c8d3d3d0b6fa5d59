"""Reads the connection overrides in a webhook URL's fragment, such as `https://care.example/sms#rc=2&rp=5xx,ct`.

They are described at https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

_LIMITS = {"ct": (100, 10_000), "rt": (100, 15_000), "tt": (100, 15_000), "rc": (0, 5)}
_POLICIES = frozenset({"4xx", "5xx", "ct", "rt", "all"})
_WITHOUT_EFFECT_HERE = frozenset({"e", "sni"})


@dataclass(frozen=True)
class Overrides:
    """How long to wait, in seconds, and what to try again, how often. By default only a failed connection, once."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0
    retries: int = 1
    retry_on: frozenset[str] = frozenset({"ct"})

    def wants_retry(self, outcome: str) -> bool:
        """Whether `outcome` ("ct", "rt", "4xx", "5xx" or "2xx") is to be tried again."""
        return outcome != "2xx" and (outcome in self.retry_on or "all" in self.retry_on)


def read_overrides(url: str) -> tuple[str, Overrides]:
    """The URL to call and sign, without its fragment, and the overrides. Raises ValueError saying what is wrong."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an http or https URL with a host is needed")
    said = dict(parse_qsl(parts.fragment, keep_blank_values=True))
    unknown = sorted(said.keys() - _LIMITS.keys() - _WITHOUT_EFFECT_HERE - {"rp"})
    if unknown:
        raise ValueError(f"no such connection override: {', '.join(unknown)}")
    return url.partition("#")[0], Overrides(
        connect=_within("ct", said, 5000) / 1000,
        read=_within("rt", said, 15_000) / 1000,
        total=_within("tt", said, 15_000) / 1000,
        retries=_within("rc", said, 1),
        retry_on=_policies(said.get("rp", "ct")),
    )


def _within(name: str, said: dict[str, str], default: int) -> int:
    low, high = _LIMITS[name]
    value = said.get(name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}")
    return int(value)


def _policies(said: str) -> frozenset[str]:
    policies = frozenset(said.split(","))
    if not policies <= _POLICIES:
        raise ValueError(f"rp must be some of {', '.join(sorted(_POLICIES))}")
    return policies
