"""Which stretches of a text stand for what: a child, an act of hitting, a weapon, last night."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product

from checkback.distress.phrasing import NUMBER

_BRACKET = re.compile(r"\(([^()]*)\)(\?)?")
_MOST_SPELLINGS = 400

Phrase = tuple[str, ...]


class UnreadableEntry(ValueError):
    """An entry of a word class is not written as it should be."""


def spelled_out(entry: str) -> list[str]:
    """`(put|puts) his hands? on` as the phrases it stands for; brackets do not nest.

    Raises:
        UnreadableEntry: it stands for too many, or a bracket is alone.
    """
    parts = [_options(part) for part in _cut(entry)]
    many = 1
    for options in parts:
        many *= len(options)
    if many > _MOST_SPELLINGS:
        raise UnreadableEntry(f"{entry!r} stands for {many} phrases, at most {_MOST_SPELLINGS}: split it")
    return list(dict.fromkeys(" ".join(" ".join(choice).split()) for choice in product(*parts)))


def _cut(entry: str) -> list[str]:
    found = re.findall(r"\([^()]*\)\??|[^\s()]+", entry)
    if "".join(found).replace(" ", "") != entry.replace(" ", ""):
        raise UnreadableEntry(f"{entry!r}: a bracket is alone")
    return found


def _options(part: str) -> list[str]:
    bracket = _BRACKET.fullmatch(part)
    if bracket:
        return [*bracket[1].split("|"), *([""] if bracket[2] else [])]
    return [part[:-1], ""] if part.endswith("?") and len(part) > 1 else [part]


@dataclass(frozen=True)
class Stretches:
    """Where words and classes stand in one reading. A set of places is a number: bit `n` is the place before word n."""

    words: Phrase
    places: Mapping[str, int]
    """Of each word: where it stands."""
    classes: Mapping[str, Mapping[int, int]]
    """Of each class, by how many words its phrase has: where one begins."""

    _known: dict[frozenset[str], int] = field(default_factory=dict, compare=False, repr=False)

    def where(self, words: frozenset[str]) -> int:
        """The places of any of these words; many rows ask for the same."""
        places = self._known.get(words)
        if places is None:
            places = 0
            for word in words & self.places.keys():
                places |= self.places[word]
            self._known[words] = places
        return places

    @property
    def present(self) -> frozenset[str]:
        """Every word, and every class by its name in `<>`."""
        return frozenset(self.places) | {f"<{name}>" for name in self.classes}


@dataclass(frozen=True)
class WordClasses:
    """All classes; finds them in a reading by one look per word."""

    phrases: Mapping[str, frozenset[Phrase]]
    beginnings: tuple[str, ...] = ()
    """What words begin with that rows write as `word*`; such a word stands for that, too."""
    _single: dict[str, list[str]] = field(init=False, repr=False, default_factory=lambda: defaultdict(list))
    _longer: dict[tuple[str, str], list[tuple[Phrase, str]]] = field(
        init=False, repr=False, default_factory=lambda: defaultdict(list)
    )

    def __post_init__(self) -> None:
        for name in sorted(self.phrases):
            for phrase in sorted(self.phrases[name]):
                if len(phrase) == 1:
                    self._single[phrase[0]].append(name)
                else:
                    self._longer[phrase[0], phrase[1]].append((phrase, name))

    @property
    def words(self) -> frozenset[str]:
        return frozenset(word for phrases in self.phrases.values() for phrase in phrases for word in phrase)

    def stretches(self, words: Phrase) -> Stretches:
        places: dict[str, int] = {}
        found: dict[str, dict[int, int]] = {}
        for at, word in enumerate(words):
            places[word] = places.get(word, 0) | 1 << at
            if word.isdecimal():
                places[NUMBER] = places.get(NUMBER, 0) | 1 << at
            if word.startswith(self.beginnings):
                for start in self.beginnings:
                    if word.startswith(start):
                        places[f"{start}*"] = places.get(f"{start}*", 0) | 1 << at
            for name in self._single.get(word, ()):
                _keep(found, name, at, 1)
            if at + 1 < len(words):
                for phrase, name in self._longer.get((word, words[at + 1]), ()):
                    if words[at : at + len(phrase)] == phrase:
                        _keep(found, name, at, len(phrase))
        return Stretches(words, places, found)


def _keep(found: dict[str, dict[int, int]], name: str, start: int, length: int) -> None:
    lengths = found.setdefault(name, {})
    lengths[length] = lengths.get(length, 0) | 1 << start


def with_stars(phrases: Iterable[Phrase], lexicon: frozenset[str]) -> frozenset[Phrase]:
    """`suicid*` also means each known word that begins so."""
    spread: set[Phrase] = set()
    for phrase in phrases:
        options = [
            (word, *sorted(known for known in lexicon if known.startswith(word[:-1])))
            if word.endswith("*")
            else (word,)
            for word in phrase
        ]
        spread.update(product(*options))
    return frozenset(spread)
