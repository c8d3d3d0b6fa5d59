"""Says why a text cannot be read, if it cannot: nothing visible in it, another script, another language."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum

from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH
from spacy.lang.es.stop_words import STOP_WORDS as SPANISH

from checkback.distress.folding import fold
from checkback.distress.reading import Piece

DANGERS = "dangers"
"""The list of other languages' words of danger."""
_ENOUGH_OF_THEIRS = 2
_ENOUGH_STRANGE_WORDS = 4


class Unread(StrEnum):
    """Why nobody should trust the screen on this text."""

    EMPTY = "empty"
    SCRIPT = "script"
    LANGUAGE = "language"
    LENGTH = "length"


_OURS = frozenset(fold(word) for word in ENGLISH | SPANISH)


class Tongues:
    """Tells texts in English or Spanish from others, by their little words."""

    def __init__(self, is_known: Callable[[str], bool], others: Mapping[str, frozenset[str]]) -> None:
        self._is_known = is_known
        self._others = tuple(words - _OURS for name, words in others.items() if name != DANGERS)
        self._dangers = others.get(DANGERS, frozenset())

    def unreadable(self, folded: str, pieces: list[Piece]) -> Unread | None:
        """None when the text may be read as English or Spanish. Short texts get the benefit of the doubt."""
        if not folded.strip():
            return Unread.EMPTY
        letters = [char for char in folded if char.isalpha()]
        if sum(not _is_latin(char) for char in letters) * 3 > len(letters):
            return Unread.SCRIPT
        words = [piece.seen for piece in pieces if piece.seen.replace("'", "").isalpha()]
        return Unread.LANGUAGE if self._is_strange(words) else None

    def _is_strange(self, words: list[str]) -> bool:
        unknown = [word for word in words if word not in _OURS and not self._is_known(word)]
        ours = len(words) - len(unknown)
        if ours == 0 and len(words) >= _ENOUGH_STRANGE_WORDS:
            return True
        if 2 * ours <= len(words) and any(word in self._dangers for word in unknown):
            return True
        theirs = max(sum(word in other for word in unknown) for other in self._others)
        return theirs >= _ENOUGH_OF_THEIRS and theirs > ours


def _is_latin(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith("LATIN")
