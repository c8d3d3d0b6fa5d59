"""How many parts a text is cut into on the air, and how it is written so that they are few: not one accent is lost."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Literal

Encoding = Literal["gsm-7", "ucs-2"]

# The default alphabet of 3GPP TS 23.038 and its extension table; an extended character takes two places.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")

_ALONE: dict[Encoding, int] = {"gsm-7": 160, "ucs-2": 70}
#: A part of several loses six bytes to the header that puts them together again.
_EACH: dict[Encoding, int] = {"gsm-7": 153, "ucs-2": 67}
_LAST_OF_ONE_UNIT = 0xFFFF

#: What a keyboard or an editor puts in the place of a plain sign, and what cannot be seen at all. An accent is no such
#: thing: á, í, ó and ú make a text UCS-2, and it is sent so.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u205f", " "),
        **dict.fromkeys("\u00ad\u200b\u2060\ufeff", ""),
        "\u2026": "...",
    }
)


def fit(text: str) -> str:
    """The text in plain signs wherever they say the same, accents in one piece; every letter stays as it was."""
    return unicodedata.normalize("NFC", text).translate(_PLAIN)


def encoding(text: str) -> Encoding:
    """GSM-7 when every character is in its alphabet; one that is not makes the whole text UCS-2."""
    return "gsm-7" if set(text) <= _BASIC | _EXTENDED else "ucs-2"


def units(text: str) -> int:
    """The places the text takes: septets in GSM-7, 16-bit units in UCS-2."""
    return sum(_widths(text))


def segments(text: str) -> int:
    """The parts the text is sent in, at least one. No character is split between two parts."""
    kind = encoding(text)
    if units(text) <= _ALONE[kind]:
        return 1
    parts, room = 1, _EACH[kind]
    for width in _widths(text):
        if width > room:
            parts, room = parts + 1, _EACH[kind]
        room -= width
    return parts


def _widths(text: str) -> Iterable[int]:
    if encoding(text) == "gsm-7":
        return (2 if char in _EXTENDED else 1 for char in text)
    return (2 if ord(char) > _LAST_OF_ONE_UNIT else 1 for char in text)
