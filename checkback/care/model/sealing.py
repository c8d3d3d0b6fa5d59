"""Keys, and the two things done with them: sealing what may not be read at rest, and finding a number without it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_KEY_BYTES = 32
_HIGHEST_ID = 255  # it is kept in one byte


class SealBroken(ValueError):
    """A sealed value cannot be opened: its key is not on the ring, or it was moved or changed."""


@dataclass(frozen=True)
class Keyring:
    """AES-256-GCM keys by id (1 to 255) and index keys by version; the highest of each is used for new values.

    Index keys are separate from sealing keys: numbers can be enumerated, so an index is only as secret as its key.
    """

    sealing: Mapping[int, bytes] = field(repr=False)
    indexing: Mapping[int, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        for what, keys in (("sealing", self.sealing), ("indexing", self.indexing)):
            if not keys or any(len(key) != _KEY_BYTES for key in keys.values()):
                raise ValueError(f"{what}: every key needs {_KEY_BYTES} bytes, and there must be one")
            if not all(1 <= key_id <= _HIGHEST_ID for key_id in keys):
                raise ValueError(f"{what}: key ids run from 1 to 255")

    @classmethod
    def parse(cls, sealing: str, indexing: str) -> Keyring:
        """Read `id:base64` pairs separated by commas. Raises ValueError saying which is wrong, never the key."""
        return cls(_keys("sealing", sealing), _keys("indexing", indexing))

    @property
    def index_version(self) -> int:
        return max(self.indexing)

    def seal(self, clear: bytes, place: str) -> bytes:
        """Key id, nonce, ciphertext. `place` (table.column) is bound in, so a value moved elsewhere will not open."""
        key_id = max(self.sealing)
        nonce = os.urandom(_NONCE_BYTES)
        return bytes([key_id]) + nonce + AESGCM(self.sealing[key_id]).encrypt(nonce, clear, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """The clear value. Raises SealBroken."""
        key = self.sealing.get(sealed[0]) if sealed else None
        if key is None:
            raise SealBroken(f"{place}: sealed with a key that is not on the ring")
        try:
            return AESGCM(key).decrypt(sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], place.encode())
        except (InvalidTag, ValueError) as error:  # ValueError: too short to have been sealed at all
            raise SealBroken(f"{place}: moved or changed since it was sealed") from error

    def open_if_possible(self, sealed: bytes, place: str) -> bytes | None:
        """The clear value, or None when it cannot be opened."""
        try:
            return self.open(sealed, place)
        except SealBroken:
            return None

    def index(self, value: str, purpose: str, version: int | None = None) -> bytes:
        """A keyed HMAC to find `value` by; equal values under one purpose and version have equal indexes."""
        key = self.indexing[version or self.index_version]
        return hmac.new(key, f"{purpose}\x00{value}".encode(), hashlib.sha256).digest()


def folded_words(name: str) -> frozenset[str]:
    """The words of a name without case and accents."""
    flat = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return frozenset("".join(c if c.isalnum() else " " for c in flat).split())


def folded_tokens(name: str) -> frozenset[str]:
    """The words of a name without case and accents, and their prefixes from three letters on."""
    return frozenset(word[:n] for word in folded_words(name) for n in range(min(3, len(word)), len(word) + 1))


def _keys(what: str, text: str) -> dict[int, bytes]:
    try:
        pairs = (pair.split(":", 1) for pair in text.replace(" ", "").split(",") if pair)
        return {int(key_id): base64.b64decode(key, validate=True) for key_id, key in pairs}
    except ValueError as error:
        raise ValueError(f"{what}: write id:base64, several separated by commas") from error
