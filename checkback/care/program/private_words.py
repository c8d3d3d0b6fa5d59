"""The words that give a family away, in each language, read from `program/`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from checkback.care.program.entry import Entry, ProgramError, read
from checkback.care.rules.private_words import PrivateWords, listed_form

__all__ = ["load_private_words"]


def load_private_words(path: Path) -> PrivateWords:
    """Read the lists.

    Raises:
        ProgramError: a language lacks its source, or a word is empty or stands twice in one list.
    """
    file = read(path)
    names = _without_doubles(file, "everyday_names")
    words: list[str] = []
    but_not: list[str] = []
    for entry in file.entries("languages"):
        for field in ("language", "code", "source"):
            entry.text(field)
        words += _without_doubles(entry, "words")
        but_not += _without_doubles(entry, "but_not")
        entry.done(None)
    return file.done(PrivateWords.of(words, but_not, names))


def _without_doubles(entry: Entry, field: str) -> Iterable[str]:
    words = entry.texts(field)
    forms = [listed_form(word) for word in words]
    for word, form in zip(words, forms, strict=True):
        if not form or forms.count(form) > 1:
            raise ProgramError(
                entry.file, f"{entry.place}.{field}".lstrip("."), f"'{word}' is empty or there twice; take one out"
            )
    return words
