"""Finds which rules speak in a reading: spaCy matchers, of which only those whose words occur are asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from checkback.distress.phrasing import COMMA, GAP_STOPS, LONGEST_GAP, NUMBER, UNKNOWN, Line, Slot
from checkback.distress.reading import Reading
from checkback.distress.rulebook import Rule


@dataclass(frozen=True)
class Heard:
    """A rule and the words it matched, `[start, end)` counted in the reading."""

    rule: Rule
    start: int
    end: int


class Ear:
    """Hears the rules of one language."""

    def __init__(self, vocab: Vocab, rules: Iterable[Rule], lexicon: frozenset[str], common: frozenset[str]) -> None:
        """`vocab` knows every word of the lexicon, so that hearing changes nothing and threads may share it."""
        self._vocab = vocab
        self._lexicon = lexicon
        self._asked: dict[str, list[int]] = defaultdict(list)
        self._patterns: list[_Pattern] = []
        self._lines: list[_Likely] = []
        for rule in rules:
            for lines in rule.patterns:
                self._learn(rule, lines, common)

    def hear(self, reading: Reading) -> list[Heard]:
        """Every match of every rule, in the rulebook's order."""
        words = frozenset(reading.words)
        asked = {at for word in words for at in self._asked.get(word, ())}
        likely = sorted({line.pattern for line in map(self._lines.__getitem__, asked) if line.may_occur(words)})
        if not likely:
            return []
        doc = Doc(self._vocab, words=list(reading.words))
        patterns = map(self._patterns.__getitem__, likely)
        return [Heard(pattern.rule, start, end) for pattern in patterns for _, start, end in pattern.matcher(doc)]

    def _learn(self, rule: Rule, lines: tuple[Line, ...], common: frozenset[str]) -> None:
        lines = tuple(tuple(Slot(self._spread(slot.words), slot.optional) for slot in line) for line in lines)
        pattern = len(self._patterns)
        self._patterns.append(_Pattern(rule, lines, self._vocab))
        needed = dict.fromkeys((_anchor(line, common).words, *sorted(_firm(line), key=len)) for line in lines)
        for anchor, *needs in needed:
            for word in anchor:
                self._asked[word].append(len(self._lines))
            self._lines.append(_Likely(pattern, tuple(needs)))

    def _spread(self, words: frozenset[str]) -> frozenset[str]:
        """`suicid*` also means the words beginning so that other rules know by name."""
        stars = tuple(word[:-1] for word in words if word.endswith("*"))
        return words | {known for known in self._lexicon if known.startswith(stars)} if stars else words


def vocabulary(lexicon: Iterable[str]) -> Vocab:
    """Of every word that a reading may have. It has no language: of a word only its letters are asked."""
    vocab = Vocab()
    for word in sorted({*lexicon, *GAP_STOPS, COMMA, NUMBER, UNKNOWN}):
        vocab[word]
    return vocab


@dataclass(frozen=True)
class _Likely:
    """A line of a pattern, by the words it cannot do without."""

    pattern: int
    needs: tuple[frozenset[str], ...]
    """Sets of which a text must have a word each."""

    def may_occur(self, words: frozenset[str]) -> bool:
        """Cheaper than asking the matcher, and nearly always no."""
        return all(not need.isdisjoint(words) for need in self.needs)


@dataclass(frozen=True)
class _Pattern:
    rule: Rule
    lines: tuple[Line, ...]
    vocab: Vocab

    @cached_property
    def matcher(self) -> Matcher:
        """Made when it is first asked: most are not for days. Two threads that make it at once make the same."""
        matcher = Matcher(self.vocab, validate=False)
        matcher.add(self.rule.id, [[_token(slot) for slot in line] for line in self.lines])
        return matcher


def _token(slot: Slot) -> dict[str, Any]:
    if slot.is_gap:
        return {"ORTH": {"NOT_IN": sorted(GAP_STOPS)}, "OP": f"{{0,{LONGEST_GAP}}}"}
    words = sorted(slot.words)
    token: dict[str, Any] = {"ORTH": words[0] if len(words) == 1 else {"IN": words}}
    return token | ({"OP": "?"} if slot.optional else {})


def _firm(line: Line) -> list[frozenset[str]]:
    return [slot.words for slot in line if not slot.is_gap and not slot.optional]


def _anchor(line: Line, common: frozenset[str]) -> Slot:
    """The slot a text is least likely to fill by chance: without it the pattern need not be asked."""
    firm = [slot for slot in line if not slot.is_gap and not slot.optional]
    return min(firm, key=lambda slot: (len(slot.words & common), len(slot.words)))
