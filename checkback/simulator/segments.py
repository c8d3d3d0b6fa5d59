"""How many parts a text is cut into on the air: GSM-7 where every character is in its alphabet, UCS-2 otherwise."""

from __future__ import annotations

# 3GPP TS 23.038, the default alphabet and its extension table (an extended character takes two places).
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")


def count_segments(body: str) -> int:
    """The number of parts, at least one: 160 places or 153 each in GSM-7, 70 or 67 in UCS-2; no character is split."""
    if all(char in _BASIC or char in _EXTENDED for char in body):
        return _parts([2 if char in _EXTENDED else 1 for char in body], alone=160, each=153)
    return _parts([2 if char > "\uffff" else 1 for char in body], alone=70, each=67)


def _parts(widths: list[int], *, alone: int, each: int) -> int:
    if sum(widths) <= alone:
        return 1
    parts, room = 1, each
    for width in widths:
        if width > room:
            parts, room = parts + 1, each
        room -= width
    return parts
