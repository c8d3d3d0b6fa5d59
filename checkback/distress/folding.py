"""Folds writing to plain lower-case letters and keeps, for each, where it stood in the original."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

_KEPT_CONTROLS = "\n\t\r"
_DROPPED = {"Cf", "Cc", "Cs", "Co", "Cn", "Mn", "Me", "Sk"}
_QUOTES = dict.fromkeys("’‘`´ʼ′＇‛", "'")


@dataclass(frozen=True)
class Folded:
    """`text[i]` came from character `origin[i]` of the original."""

    text: str
    origin: Sequence[int]


def fold(text: str) -> str:
    """Plain letters: case, accents, curly quotes and everything invisible gone."""
    return text.lower() if text.isascii() and text.isprintable() else fold_in_place(text, {}).text


def fold_in_place(text: str, signs: Mapping[str, str]) -> Folded:
    """Folds, and writes a sign (an emoji) out as the word it stands for."""
    if text.isascii() and text.isprintable():
        return Folded(text.lower(), range(len(text)))
    letters: list[str] = []
    origin: list[int] = []
    for at, char in enumerate(text):
        plain = _plain(char, signs)
        letters.extend(plain)
        origin.extend([at] * len(plain))
    return Folded("".join(letters), tuple(origin))


def _plain(char: str, signs: Mapping[str, str]) -> str:
    if char in _QUOTES:
        return _QUOTES[char]
    if char.isascii():
        return char.lower() if char.isprintable() or char in _KEPT_CONTROLS else ""
    if char in signs:
        return f" {signs[char]} "
    return _spread(char)


@lru_cache(maxsize=4096)
def _spread(char: str) -> str:
    """Of a single letter or sign beyond ASCII; the same few come again and again."""
    if unicodedata.category(char) in _DROPPED:
        return ""
    spread = unicodedata.normalize("NFKD", char).casefold()
    return "".join(part for part in spread if unicodedata.category(part) not in _DROPPED)
