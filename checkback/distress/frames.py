"""Frames: who does what to whom, as rows of word classes with room in between: one covers hundreds of sentences.

<partner> ... <hits> me      classes and words in this order; a class may be a phrase of several words
~                            up to one other word in between;  ...  up to three;  ....  up to six
(a|b <class>)  x?  (…)?      one of them; with or without
START  END  BREAK  NUM       as in patterns; any number

Room never reaches across the end of a sentence, "but", "if" or a negation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checkback.distress.phrasing import GAP_STOPS, MARKS, NUMBER
from checkback.distress.wordclasses import Stretches

ROOM = {"~": 1, "...": 3, "....": 6}
WALLS = GAP_STOPS | {"not", "never", "nobody", "none", "without", "nunca", "jamas", "nadie", "tampoco", "if"}
_SYMBOL = re.compile(r"\(|\)\??|\||\.{3,4}|~|<[a-z0-9-]+>\??|[^\s()|<>]+")


_NOWHERE: Mapping[int, int] = {}


class UnreadableFrame(ValueError):
    """A frame is not written in the language of frames."""


class Part:
    """One part of a frame's row."""

    def reach(self, text: Stretches, at: int) -> int:
        """The places where one may stand after this part, having stood before it at one of the places `at`."""
        raise NotImplementedError

    def needs(self) -> list[frozenset[str]]:
        """Sets of symbols; without one of each the part cannot be filled."""
        return []

    def symbols(self) -> Iterator[str]:
        """Every word and `<class>` named in it."""
        yield from ()


@dataclass(frozen=True)
class Word(Part):
    words: frozenset[str]

    def reach(self, text: Stretches, at: int) -> int:
        return (at & text.where(self.words)) << 1

    def needs(self) -> list[frozenset[str]]:
        return [self.words]

    def symbols(self) -> Iterator[str]:
        yield from self.words


@dataclass(frozen=True)
class Named(Part):
    name: str

    def reach(self, text: Stretches, at: int) -> int:
        ends = 0
        for length, starts in text.classes.get(self.name, _NOWHERE).items():
            ends |= (at & starts) << length
        return ends

    def needs(self) -> list[frozenset[str]]:
        return [frozenset({f"<{self.name}>"})]

    def symbols(self) -> Iterator[str]:
        yield f"<{self.name}>"


@dataclass(frozen=True)
class Room(Part):
    most: int

    def reach(self, text: Stretches, at: int) -> int:
        passable = ~text.where(WALLS)
        for _ in range(self.most):
            at |= (at & passable) << 1
        return at & ((1 << len(text.words) + 1) - 1)


@dataclass(frozen=True)
class Row(Part):
    parts: tuple[Part, ...]

    def reach(self, text: Stretches, at: int) -> int:
        for part in self.parts:
            if not at:
                break
            at = part.reach(text, at)
        return at

    def needs(self) -> list[frozenset[str]]:
        return [need for part in self.parts for need in part.needs()]

    def symbols(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.symbols()


@dataclass(frozen=True)
class Choice(Part):
    options: tuple[Part, ...]

    def reach(self, text: Stretches, at: int) -> int:
        ends = 0
        for option in self.options:
            ends |= option.reach(text, at)
        return ends

    def needs(self) -> list[frozenset[str]]:
        """Of each option the need that is hardest to meet by chance; one of them must be met."""
        each = [option.needs() for option in self.options]
        return [frozenset().union(*(min(needs, key=len) for needs in each))] if all(each) else []

    def symbols(self) -> Iterator[str]:
        for option in self.options:
            yield from option.symbols()


@dataclass(frozen=True)
class Maybe(Part):
    part: Part

    def reach(self, text: Stretches, at: int) -> int:
        return at | self.part.reach(text, at)

    def symbols(self) -> Iterator[str]:
        yield from self.part.symbols()


def row_of(written: str, asides: frozenset[str]) -> Part:
    """Raises UnreadableFrame, naming the row and what is wrong with it."""
    symbols = _SYMBOL.findall(written)
    part, rest = _choice(symbols, 0, asides)
    if rest != len(symbols):
        raise UnreadableFrame(f"{written!r}: a bracket closes that was never opened")
    if not part.needs():
        raise UnreadableFrame(f"{written!r}: every word in it may be missing")
    return part


def _choice(symbols: list[str], at: int, asides: frozenset[str]) -> tuple[Part, int]:
    options: list[Part] = []
    while True:
        option, at = _row(symbols, at, asides)
        options.append(option)
        if at == len(symbols) or symbols[at] != "|":
            return (options[0] if len(options) == 1 else _shortened(options)), at
        at += 1


def _shortened(options: list[Part]) -> Part:
    """Single words among the options are asked for at once."""
    words = frozenset(word for option in options if isinstance(option, Word) for word in option.words)
    others = [option for option in options if not isinstance(option, Word)]
    if not others:
        return Word(words)
    return Choice((*others, Word(words)) if words else tuple(others))


def _row(symbols: list[str], at: int, asides: frozenset[str]) -> tuple[Part, int]:
    parts: list[Part] = []
    while at < len(symbols) and symbols[at][0] not in "|)":
        part, at = _part(symbols, at, asides)
        parts.append(part)
    return (parts[0] if len(parts) == 1 else Row(tuple(parts))), at


def _part(symbols: list[str], at: int, asides: frozenset[str]) -> tuple[Part, int]:
    symbol = symbols[at]
    if symbol == "(":
        part, at = _choice(symbols, at + 1, asides)
        if at == len(symbols):
            raise UnreadableFrame(f"{' '.join(symbols)!r}: a bracket is never closed")
        return (Maybe(part) if symbols[at].endswith("?") else part), at + 1
    if symbol in ROOM:
        return Room(ROOM[symbol]), at + 1
    name = symbol.removesuffix("?")
    part = _atom(name, asides)
    return (Maybe(part) if symbol.endswith("?") else part), at + 1


def _atom(name: str, asides: frozenset[str]) -> Part:
    if name == "NUM":
        return Word(frozenset({NUMBER}))
    if name in MARKS:
        return Word(MARKS[name] | (asides if name == "BREAK" else frozenset()))
    return Named(name[1:-1]) if name.startswith("<") else Word(frozenset({name}))
