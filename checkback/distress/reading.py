"""Turns a text into the words it means, each with its place in the original."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checkback.distress.folding import Folded
from checkback.distress.phrasing import COMMA, END, NUMBER, START, STOP, UNKNOWN

MOST_WORDS = 500
_PIECE = re.compile(r"\d+(?:[.:,/]\d+)+|[$@]?[^\W_]+(?:['!@$*][^\W_]+)*|[.!?;…\n\r]+|[,:()\u2013\u2014]|\s-+\s|¿|¡")
_ENDS = re.compile(r"[.!?;…\n\r]")
_LEET = str.maketrans({"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "$": "s", "@": "a", "!": "i", "1": "i"})
_LEET_L = str.maketrans({"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "$": "s", "@": "a", "!": "i", "1": "l"})
_ENDINGS = {"s": "is", "m": "am", "re": "are", "ve": "have", "ll": "will", "d": "would"}
_RUN = re.compile(r"(.)\1{2,}")
_TWIN_END = re.compile(r"(.)\1+$")
_SHORTEST_SQUEEZED = 4
_PHRASES = (4, 3, 2)
_Placed = tuple[str, int, int]


@dataclass(frozen=True)
class Piece:
    """A word or a mark as it was written, folded; `start` and `end` in the original."""

    seen: str
    start: int
    end: int


@dataclass(frozen=True)
class Reading:
    """The words of a text as one language reads them; equally long, `<s>` first and `</s>` last."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def pieces_of(folded: Folded) -> list[Piece]:
    """The words and marks of a text; at most `MOST_WORDS`, taken from both ends."""
    found = [_piece(match, folded) for match in _PIECE.finditer(folded.text)]
    return found if len(found) <= MOST_WORDS else [*found[: MOST_WORDS // 2], *found[-MOST_WORDS // 2 :]]


def _piece(match: re.Match[str], folded: Folded) -> Piece:
    return Piece(match.group(), folded.origin[match.start()], folded.origin[match.end() - 1] + 1)


class Reader:
    """Reads pieces as one language spells them. Words no rule knows become one placeholder: nothing a person wrote is
    kept in memory, and the vocabulary never grows.
    """

    def __init__(
        self, spellings: Mapping[str, tuple[str, ...]], lexicon: frozenset[str], grave: frozenset[str]
    ) -> None:
        self._spellings = spellings
        self._lexicon = lexicon
        stars = sorted(word[:-1] for word in lexicon if word.endswith("*"))
        self._prefixes = tuple(sorted(stars, key=len, reverse=True))
        self._first_of_phrases = frozenset(seen.partition(" ")[0] for seen in spellings if " " in seen)
        # One letter starred out: k*ll, s*icide.
        self._starred = {f"{word[:at]}*{word[at + 1 :]}": word for word in grave for at in range(1, len(word) - 1)}

    def knows(self, word: str) -> bool:
        """Whether a rule, a list or a spelling has this word, however it is written."""
        return any(self._known(guess) for guess in self._guesses(word))

    def read(self, pieces: list[Piece]) -> Reading:
        words: list[_Placed] = [(START, 0, 0)]
        before = ""
        for piece in pieces:
            self._add(piece, before, words)
            before = piece.seen
        if words[-1][0] in (STOP, COMMA) and len(words) > 1:
            words.pop()
        end = pieces[-1].end if pieces else 0
        words.append((END, end, end))
        return Reading(*zip(*self._joined(words), strict=True))

    def _joined(self, words: list[_Placed]) -> Iterator[_Placed]:
        """Words that are one name together: `step dad`, `ex husband`."""
        at = 0
        while at < len(words):
            size = self._phrase_at(at, words)
            if size:
                meant = self._spellings[self._phrase(words[at : at + size])]
                yield from ((word, words[at][1], words[at + size - 1][2]) for word in meant)
            else:
                yield words[at]
            at += size or 1

    def _phrase_at(self, at: int, words: list[_Placed]) -> int:
        """How many words from here on are one name together."""
        first = words[at][0]
        if (NUMBER if first.isdecimal() else first) not in self._first_of_phrases:
            return 0
        return next((n for n in _PHRASES if self._phrase(words[at : at + n]) in self._spellings), 0)

    @staticmethod
    def _phrase(words: list[_Placed]) -> str:
        return " ".join(NUMBER if word.isdecimal() else word for word, _, _ in words)

    def _add(self, piece: Piece, before: str, words: list[_Placed]) -> None:
        if not piece.seen[-1].isalnum():
            mark = STOP if _ENDS.search(piece.seen) else COMMA
            if words[-1][0] == COMMA and mark == STOP:
                words.pop()
            if words[-1][0] not in (START, STOP, COMMA):
                words.append((mark, piece.start, piece.end))
            return
        words.extend((word, piece.start, piece.end) for word in self._meant(piece.seen, before))

    def _meant(self, seen: str, before: str) -> tuple[str, ...]:
        if seen == "kms" and before[-1:].isdigit():
            return (UNKNOWN,)
        if seen.isdecimal() and seen not in self._lexicon:
            return (NUMBER,)
        for word in self._guesses(seen):
            known = self._known(word)
            if known:
                return known
        return tuple(part for word in re.split(r"[!@$*]+", seen) for part in (self._known(word) or (UNKNOWN,)) if word)

    def _guesses(self, seen: str) -> Iterator[str]:
        """From what was written to what may be meant, the likeliest first; few, so that garbage costs little."""
        yield seen
        yield self._starred.get(seen, seen)
        if not seen.isalpha() and any(char.isalpha() for char in seen):
            yield seen.translate(_LEET)
            yield seen.translate(_LEET_L)
        if _RUN.search(seen) or (len(seen) >= _SHORTEST_SQUEEZED and seen[-1] == seen[-2]):
            yield _RUN.sub(r"\1\1", seen)
            yield _RUN.sub(r"\1", seen)
            yield _TWIN_END.sub(r"\1", _RUN.sub(r"\1", seen))
            yield _TWIN_END.sub(r"\1", _RUN.sub(r"\1\1", seen))

    def _known(self, word: str) -> tuple[str, ...]:
        if word in self._spellings:
            return self._spellings[word]
        if word in self._lexicon:
            return (word,)
        if "'" in word:
            return self._apart(word)
        if word.startswith(self._prefixes):
            return (f"{next(prefix for prefix in self._prefixes if word.startswith(prefix))}*",)
        return ()

    def _apart(self, word: str) -> tuple[str, ...]:
        """`can't` as `can not`, `he's` as `he is`, anything else without its apostrophe."""
        together = word.replace("'", "")
        if together in self._spellings:
            return self._spellings[together]
        stem, _, ending = word.rpartition("'")
        if stem.endswith("n") and ending == "t":
            return (*(self._known(stem[:-1]) or (UNKNOWN,)), "not")
        if ending in _ENDINGS:
            return (*(self._known(stem) or (UNKNOWN,)), _ENDINGS[ending])
        return (together,) if together in self._lexicon else ()
