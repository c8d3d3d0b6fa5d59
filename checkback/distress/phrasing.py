"""The little language in which patterns are written, so that a clinician can read them.

want to die                 these words, in this order
(kill|hurt) myself          one of them; an alternative may be several words
so? scared                  with or without; also (...)?
<kin> is missing            a word of the list `kin` in words.yml
took ... pills              up to three other words in between, in the same sentence, not across "but"
suicid*                     any word that begins so
START help END              the text is this and nothing else
BREAK                       the start or end of a part of a sentence, or an aside there (lol, thanks, hi)
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

START, END, STOP, COMMA, UNKNOWN, NUMBER = "<s>", "</s>", ".", ",", "·", "#"
BUT = frozenset({"but", "pero"})
GAP_STOPS = frozenset({START, END, STOP}) | BUT
LONGEST_GAP = 3
MOST_LINES = 600

MARKS = {"START": frozenset({START}), "END": frozenset({END}), "BREAK": frozenset({START, END, STOP, COMMA}) | BUT}
ASIDES = "asides"
"""The list of words that may stand where a sentence breaks: `lol`, `thanks`, `hi`."""
_SYMBOL = re.compile(r"\(|\)\??|\||\.\.\.|<[a-z0-9-]+>\??|[^\s()|<>]+")


class UnreadablePattern(ValueError):
    """A pattern is not written in the language of patterns."""


@dataclass(frozen=True)
class Slot:
    """One place in a line: one of `words`; with none of them named, a gap."""

    words: frozenset[str]
    optional: bool = False

    @property
    def is_gap(self) -> bool:
        return not self.words


Line = tuple[Slot, ...]


def lines_of(pattern: str, lists: Mapping[str, frozenset[str]]) -> list[Line]:
    """Every way to say the pattern, each a row of slots. A word list may hold phrases of several words.

    Raises:
        UnreadablePattern: naming the pattern and what is wrong with it.
    """
    symbols = _SYMBOL.findall(pattern)
    try:
        lines, rest = _alternatives(symbols, 0, lists)
    except KeyError as error:
        raise UnreadablePattern(f"{pattern!r}: there is no list {error} in words.yml") from error
    if rest != len(symbols):
        raise UnreadablePattern(f"{pattern!r}: a bracket closes that was never opened")
    if any(all(slot.is_gap or slot.optional for slot in line) for line in lines):
        raise UnreadablePattern(f"{pattern!r}: every word in it may be missing")
    return lines


def _alternatives(symbols: list[str], at: int, lists: Mapping[str, frozenset[str]]) -> tuple[list[Line], int]:
    options: list[Line] = []
    while True:
        lines, at = _sequence(symbols, at, lists)
        options.extend(lines)
        if at == len(symbols) or symbols[at] != "|":
            return _merged(options), at
        at += 1


def _sequence(symbols: list[str], at: int, lists: Mapping[str, frozenset[str]]) -> tuple[list[Line], int]:
    parts: list[list[Line]] = []
    while at < len(symbols) and symbols[at][0] not in "|)":
        lines, at = _part(symbols, at, lists)
        parts.append(lines)
    many = math.prod(map(len, parts))
    if many > MOST_LINES:
        raise UnreadablePattern(f"{many} ways to say {' '.join(symbols)!r}, at most {MOST_LINES}: split it")
    return [tuple(slot for line in choice for slot in line) for choice in product(*parts)], at


def _part(symbols: list[str], at: int, lists: Mapping[str, frozenset[str]]) -> tuple[list[Line], int]:
    symbol = symbols[at]
    if symbol == "(":
        lines, at = _alternatives(symbols, at + 1, lists)
        if at == len(symbols):
            raise UnreadablePattern(f"{' '.join(symbols)!r}: a bracket is never closed")
        return _maybe(lines, symbols[at].endswith("?")), at + 1
    if symbol == "...":
        return [(Slot(frozenset()),)], at + 1
    return _maybe(_atom(symbol.removesuffix("?"), lists), symbol.endswith("?")), at + 1


def _atom(name: str, lists: Mapping[str, frozenset[str]]) -> list[Line]:
    if name in MARKS:
        return [(Slot(MARKS[name] | (lists[ASIDES] if name == "BREAK" else frozenset())),)]
    phrases = lists[name[1:-1]] if name.startswith("<") else {name}
    return _merged([tuple(Slot(frozenset({word})) for word in phrase.split()) for phrase in sorted(phrases)])


def _maybe(lines: list[Line], optional: bool) -> list[Line]:
    if not optional:
        return lines
    single = [replace(line[0], optional=True) for line in lines if len(line) == 1]
    longer = [line for line in lines if len(line) > 1]
    return [(slot,) for slot in single] + longer + ([] if single else [()])


def _merged(lines: list[Line]) -> list[Line]:
    """Lines that differ in one slot become one line; that keeps their number small and means the same."""
    for at in range(max(map(len, lines), default=0)):
        if len(lines) > 1:
            lines = _merged_at(at, lines)
    return lines


def _merged_at(at: int, lines: list[Line]) -> list[Line]:
    alike: dict[object, list[Line]] = {}
    for line in lines:
        firm = len(line) > at and not line[at].is_gap
        alike.setdefault((line[:at], line[at].optional, line[at + 1 :]) if firm else line, []).append(line)
    return [lines[0] if len(lines) == 1 else _one_of(lines, at) for lines in alike.values()]


def _one_of(lines: list[Line], at: int) -> Line:
    """`lines` differ at this slot only."""
    slot = Slot(frozenset().union(*(line[at].words for line in lines)), lines[0][at].optional)
    return (*lines[0][:at], slot, *lines[0][at + 1 :])


def words_in(lines: Iterable[Line]) -> Iterator[str]:
    for line in lines:
        for slot in line:
            yield from slot.words
