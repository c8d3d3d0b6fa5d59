"""The words by which somebody opts out in a language that we do not write in, read from `program/`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checkback.care.program.entry import Entry, ProgramError, read
from checkback.care.rules.keywords import OPT_OUTS, folded

__all__ = ["OptOutWords"]

#: In words, as `Sent from my iPhone` has four; a longer last line may be what somebody has to say.
LONGEST_SIGNATURE = 6


@dataclass(frozen=True)
class _Language:
    """Whole texts that opt out, and what may stand around them; all folded."""

    whole_texts: frozenset[str]
    courtesies: frozenset[str]

    def say(self, text: str) -> bool:
        return any(core in self.whole_texts for core in self._cores(text))

    def _cores(self, text: str) -> Iterator[str]:
        """The text, and what is left of it without a courtesy before and one behind it."""
        for begun in (text, *(text.removeprefix(f"{word} ") for word in self.courtesies)):
            yield begun
            yield from (begun.removesuffix(f" {word}") for word in self.courtesies)


@dataclass(frozen=True)
class OptOutWords:
    """Whole texts that opt out; the carrier's and the law's own words beside them. Made by `load`."""

    _languages: tuple[_Language, ...]
    _signatures: tuple[str, ...]

    @classmethod
    def load(cls, path: Path) -> OptOutWords:
        """Read the lists. Raises ProgramError when a language lacks its source, or a word stands twice in one list."""
        file = read(path)
        dressed = file.entry("dressed")
        signatures = tuple(folded(each) for each in dressed.texts("signatures"))
        languages = (_language(dressed), *(_of_a_tongue(entry) for entry in file.entries("languages")))
        return file.done(cls(languages, signatures))

    def say(self, text: str) -> bool:
        """Whether this whole text is an opt-out and nothing else: signs, case, a courtesy, and the line that a phone
        puts below it aside.
        """
        said = _undotted(folded(self._unsigned(text)))
        return any(language.say(said) for language in self._languages)

    def _unsigned(self, text: str) -> str:
        lines = text.strip().splitlines()
        last = folded(lines[-1]) if len(lines) > 1 else ""
        is_signed = last.startswith(self._signatures) and len(last.split()) <= LONGEST_SIGNATURE
        return "\n".join(lines[:-1]) if is_signed else text


def _undotted(text: str) -> str:
    """`s t o p`, as `S.T.O.P.` folds to, in one word."""
    letters = text.split()
    return "".join(letters) if letters and all(len(letter) == 1 for letter in letters) else text


def _of_a_tongue(entry: Entry) -> _Language:
    for field in ("language", "code", "source"):
        entry.text(field)
    return _language(entry)


def _language(entry: Entry) -> _Language:
    words = _folded(entry, "words")
    courtesies = _folded(entry, "courtesy") if entry.has("courtesy") else frozenset()
    return entry.done(_Language(words | OPT_OUTS, courtesies))


def _folded(entry: Entry, field: str) -> frozenset[str]:
    words = [folded(each) for each in entry.texts(field)]
    for word in words:
        if not word or words.count(word) > 1:
            raise ProgramError(entry.file, f"{entry.place}.{field}", f"'{word}' is empty or there twice; take one out")
    return frozenset(words)
