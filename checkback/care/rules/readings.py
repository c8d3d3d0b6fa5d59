"""A second reading of a text that a carrier delivered in Base64: decoded only where nothing else can be meant."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata

#: Shorter ones may be words, unless they end in the sign that fills Base64 up and that nobody writes behind a word.
_SHORTEST = 16
_SHORTEST_FILLED_UP = 8
_WHOLE = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_SAID_IN_WORDS = 0.8
_BETWEEN_WORDS = frozenset(".,;:!?'’-¡¿")


def decoded(text: str) -> str | None:
    """What a text in Base64 says, or None where it is not surely one.

    Surely: the whole of it is Base64, without a blank, of some length and more than one kind of sign, and it decodes
    to UTF-8 that can be printed, nearly all letters, with blanks between words. A word that happens to be Base64
    decodes to noise.
    """
    letters = text.strip()
    if len(letters) % 4 or not _WHOLE.fullmatch(letters) or not _is_mixed(letters):
        return None
    try:
        said = base64.b64decode(letters, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    if not all(_is_printed(char) for char in said):
        return None
    is_one_word = letters.endswith("=") and len(letters) >= _SHORTEST_FILLED_UP and said.isalpha()
    return said if is_one_word or (len(letters) >= _SHORTEST and _reads_like_words(said)) else None


def _is_mixed(letters: str) -> bool:
    """Words are in one case, or begin with a capital; Base64 has no such manners."""
    return any(char.isupper() for char in letters) and any(char.islower() or char.isdigit() for char in letters)


def _reads_like_words(said: str) -> bool:
    words = sum(char.isalnum() or char.isspace() or char in _BETWEEN_WORDS for char in said)
    return " " in said.strip() and words >= len(said) * _SAID_IN_WORDS


def _is_printed(char: str) -> bool:
    return char.isspace() or char == "\u200d" or unicodedata.category(char)[0] in "LMNPSZ"
