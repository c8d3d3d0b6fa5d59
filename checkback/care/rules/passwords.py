"""What a password must be, and passwords that somebody is given until they choose their own."""

from __future__ import annotations

import secrets

from checkback.care.errors import WeakPassword

#: NIST SP 800-63B asks for length and not for kinds of signs, and that nobody's own name is one.
SHORTEST, LONGEST = 12, 200
_FEWEST_SIGNS = 5
_GIVEN_ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"
_GROUPS, _GROUP = 4, 4


def must_be_strong(password: str, login: str) -> None:
    """Raises WeakPassword."""
    folded = password.casefold()
    is_sized = SHORTEST <= len(password) <= LONGEST
    is_own_name = len(login) > 2 and folded.replace(login.casefold(), "").strip("0123456789 !.-_") == ""  # noqa: PLR2004
    if not is_sized or is_own_name or len(set(folded)) < _FEWEST_SIGNS:
        raise WeakPassword


def given_password() -> str:
    """A password to be read out once: 80 bits, in groups."""
    groups = ("".join(secrets.choice(_GIVEN_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)
