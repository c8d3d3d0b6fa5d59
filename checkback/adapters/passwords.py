"""Passwords as Argon2id hashes, with the parameters of RFC 9106's second recommended option."""

from __future__ import annotations

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

#: The one password of every invented account of the demonstration.
DEMO_PASSWORD = "checkback-demo"  # noqa: S105 - it is shown on the demonstration's sign-in page


class Argon2Passwords:
    """Keeps the promise of `ports.Passwords`."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._nobodys = self._hasher.hash("a password that nobody has")
        assert self._hasher.type is Type.ID  # noqa: S101 - the weaker kinds are a mistake of ours, not of a user

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def matches(self, kept: str | None, password: str) -> bool:
        try:
            self._hasher.verify(kept or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None
