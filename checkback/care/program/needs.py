"""How a directory of help, and a person, name what a family may need: the table of `program/resources/needs.yml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from checkback.care.program.entry import Entry, read
from checkback.care.program.seeds import NEEDS
from checkback.care.rules.nearness import fold

OTHER = "other"


@dataclass(frozen=True)
class NeedsTable:
    """Reads terms and words as needs, and hears in them who must not be given away.

    The order of the needs is the order they stand in the file.
    """

    exact: dict[str, tuple[str, ...]]
    terms: dict[str, re.Pattern[str] | None]
    words: dict[str, re.Pattern[str] | None]
    narrow: re.Pattern[str]
    confidential: re.Pattern[str]

    @classmethod
    def load(cls, path: Path) -> NeedsTable:
        """Raises ProgramError when a need is missing, misspelt or there twice."""
        file = read(path)
        needs = file.entry("needs")
        for need in sorted(NEEDS ^ set(needs.names())):
            needs.refuse(need, "it must stand here and in the list of needs alike; add it or correct its spelling")
        rows = {need: needs.entry(need) for need in needs.names()}
        exact: dict[str, tuple[str, ...]] = {}
        for need, row in rows.items():
            for term in row.texts("open_eligibility"):
                exact[fold(term)] = (*exact.get(fold(term), ()), need)
        table = cls(
            exact,
            {need: _pattern(row.texts("terms")) for need, row in rows.items()},
            {need: _pattern(row.texts("words")) for need, row in rows.items()},
            _must(file, "narrow"),
            _must(file, "confidential"),
        )
        for row in rows.values():
            row.done(None)
        needs.done(None)
        return file.done(table)

    def of_terms(self, terms: Iterable[str]) -> tuple[str, ...]:
        """The needs these terms of a taxonomy stand for, in the order of the table."""
        found: set[str] = set()
        for term in terms:
            found.update(self.exact.get(fold(term), ()) or self._by(self.terms, term))
        # A child's counsellor is filed under counselling too; a grown-up's is not a child's.
        return tuple(need for need in self.terms if need in found)

    def of_words(self, words: str) -> tuple[str, ...]:
        """The needs a person's words name; the more particular one alone where both are named."""
        found = self._by(self.words, words)
        return tuple(n for n in found if not (n == "counselling" and "child-counselling" in found))

    def is_narrow(self, words: str) -> bool:
        """Whether these words say that it is only for some."""
        return bool(self.narrow.search(fold(words)))

    def is_confidential(self, words: str) -> bool:
        """Whether these words name a place whose address must not be known."""
        return bool(self.confidential.search(fold(words)))

    @staticmethod
    def _by(patterns: dict[str, re.Pattern[str] | None], words: str) -> Sequence[str]:
        folded = fold(words)
        return [need for need, pattern in patterns.items() if pattern is not None and pattern.search(folded)]


def _must(file: Entry, field: str) -> re.Pattern[str]:
    pattern = _pattern(file.texts(field))
    if pattern is None:
        file.refuse(field, "it is empty; write at least one")
    return pattern


def _pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    """One expression for all of them, the longest first; in folded words a * stands for any ending."""
    spelt = sorted((" ".join(_part(part) for part in word.split()) for word in words), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(spelt)})\b") if spelt else None


def _part(part: str) -> str:
    return fold(part) + (r"\w*" if part.endswith("*") else "")
