"""Second factors: codes of the day's half minute, and codes on paper for when the phone is lost."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

import pyotp

#: RFC 6238, 5.2 recommends half a minute, and at most one step for what a slow hand costs; a clock may run ahead too.
STEP_SECONDS = 30
_TOLERATED = (0, -1, 1)
_ISSUER = "Checkback"
#: Without the signs that are read for one another, and without vowels that would make words.
_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH, _GROUP = 12, 4
CODES = 10


def new_secret() -> str:
    """A secret for an authenticator, 160 bits in base 32 (RFC 4226, 4: R6)."""
    return pyotp.random_base32()


def address(secret: str, login: str) -> str:
    """What an authenticator reads: an `otpauth` address."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=_ISSUER)


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The time step of this code, if it is one of now, half a minute ago, or half a minute ahead."""
    given = "".join(code.split())
    now = int(at.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    fits = [
        now + off
        for off in _TOLERATED
        if secrets.compare_digest(totp.generate_otp(now + off), given.encode("ascii", "replace").decode())
    ]
    return fits[0] if fits else None


def new_recovery_codes() -> Sequence[str]:
    """Ten codes of 57 bits each: `BCDF-2345-GHJK`."""
    return [_grouped("".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))) for _ in range(CODES)]


def folded_code(code: str) -> str:
    """A recovery code as it is kept, however it was typed."""
    return "".join(sign for sign in code.upper() if sign.isalnum())


def _grouped(code: str) -> str:
    return "-".join(code[at : at + _GROUP] for at in range(0, _CODE_LENGTH, _GROUP))
