"""Writes a text the plain way before the classifier reads it, so that how it is typed says as little as possible.

Capitals, accents, marks nobody sees, letters held down, shorthand, digits for letters, one wrong key, a laugh or thanks
at either end: none of it takes danger out of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from checkback.distress.folding import fold_in_place

_LONGEST = 1600
_WORD = re.compile(r"[^\W_]+(?:['@$*!][^\W_]+)*|[?!.,;:\n]+")
_RUN = re.compile(r"(.)\1{2,}")
_TEARS_AT_THE_ENDS = re.compile(r"^[\s😭😢🥺😞😔😿💔\ufe0f]+|[\s😭😢🥺😞😔😿💔\ufe0f]+$")
"""They stand behind jokes as often as behind danger, and must take neither."""
_LAUGH = re.compile(r"(?:ja|je|ha|he){2,}[jh]?|l+o+l+(?:ol)*|lmf?a+o+|rofl|x+d+")
_ASIDES = frozenset(
    {"thanks", "thank", "thx", "ty", "gracias", "lol", "smh", "idk", "tbh", "ngl", "fr", "frfr", "hi", "hey", "hello"}
    | {"hola", "buenas", "ok", "okay", "pues", "mira", "oye", "so", "um", "uh", "like", "well", "bendiciones"}
)
_ASIDES_OF_TWO = frozenset({("thank", "you"), ("you", "know"), ("thanks", "you"), ("o", "sea")})
_SHORT = {
    "u": "you", "ur": "your", "r": "are", "im": "i'm", "dont": "don't", "cant": "can't", "wont": "won't",
    "didnt": "didn't", "doesnt": "doesn't", "isnt": "isn't", "wasnt": "wasn't", "couldnt": "couldn't",
    "wouldnt": "wouldn't", "aint": "ain't", "ive": "i've", "hes": "he's", "shes": "she's", "theyre": "they're",
    "youre": "you're", "thats": "that's", "whats": "what's", "theres": "there's", "its": "it's", "wanna": "want to",
    "gonna": "going to", "gotta": "have to", "finna": "going to", "tryna": "trying to", "bc": "because",
    "cuz": "because", "cause": "because", "b4": "before", "pls": "please", "plz": "please", "ppl": "people",
    "rn": "right now", "w": "with", "n": "and", "q": "que", "k": "que", "xq": "porque", "pq": "porque",
    "porq": "porque", "x": "por", "toy": "estoy", "pa": "para", "tmb": "tambien", "tb": "tambien", "d": "de",
    "kiero": "quiero", "porfa": "por favor", "xfa": "por favor", "nomas": "no mas", "txt": "text", "msg": "message",
}  # fmt: skip
_LEET = str.maketrans({"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "$": "s", "@": "a", "!": "i", "1": "i"})
_LEET_L = str.maketrans({"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "$": "s", "@": "a", "!": "i", "1": "l"})
_SHORTEST_MENDED = 5
_LONG = 8
"""From so many letters on, a word that no training text has may be meant: few others lie near it."""
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {key: row[max(0, at - 1) : at] + row[at + 1 : at + 2] for row in _KEYS for at, key in enumerate(row)}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Plainly:
    """Writes plainly. Words are mended into `known` ones, of several the most frequent; `proper` words stay."""

    signs: Mapping[str, str]
    known: Mapping[str, int]
    proper: frozenset[str] = frozenset()

    def write(self, text: str) -> str:
        """The text as the classifier reads it; a text of nothing but asides stays as it is."""
        text = text[:_LONGEST]
        folded = fold_in_place(_TEARS_AT_THE_ENDS.sub("", text) or text, self.signs).text
        words = [word for seen in _WORD.findall(folded) for word in self._meant(seen)]
        kept = _without_asides(words) or words
        return " ".join(kept) if any(word[0].isalnum() for word in kept) else ""

    def mended(self, seen: str, more: frozenset[str] = frozenset()) -> str:
        """A word as it was likely meant: itself, or a known word or one of `more`, one slip of a thumb away."""
        if not seen.isalpha() or len(seen) < _SHORTEST_MENDED:
            return seen
        meant = self._mended(seen)
        if meant != seen or seen in self.known or seen in self.proper:
            return meant
        return next((word for word in _one_slip(seen) if word in more), seen)

    def _meant(self, seen: str) -> Iterator[str]:
        if not seen[0].isalnum():
            yield seen[0]
        elif seen.isdecimal():
            yield seen
        else:
            yield self._mended(_RUN.sub(r"\1\1", seen))

    def _mended(self, seen: str) -> str:
        if seen in _SHORT:
            return _SHORT[seen]
        bare = seen.replace("'", "")
        if bare in self.known or bare in self.proper or _LAUGH.fullmatch(bare):
            return seen
        guesses = self._guesses(bare)
        return max(guesses, key=lambda word: self.known.get(word, 0), default=seen) if guesses else seen

    def _guesses(self, seen: str) -> list[str]:
        """Known words it may be, the surest kind alone: digits for letters, a letter held down, one slip of a thumb."""
        for some in (_spelled_in_digits(seen), _held_down(seen), _one_slip(seen)):
            found = [word for word in some if word in self.known or (len(word) >= _LONG and word in self.proper)]
            if found:
                return found
        return [word for word in _spelled_in_digits(seen) if word.isalpha() and _letters_in(seen) >= _SHORTEST_MENDED]


def _spelled_in_digits(seen: str) -> Iterable[str]:
    return () if seen.isalpha() else (seen.translate(_LEET), seen.translate(_LEET_L), re.sub(r"[^a-z0-9]", "", seen))


def _letters_in(seen: str) -> int:
    return sum(char.isalpha() for char in seen)


def _held_down(seen: str) -> Iterable[str]:
    return (re.sub(r"(.)\1", r"\1", seen), re.sub(r"(.)\1+$", r"\1", seen))


def _one_slip(seen: str) -> Iterator[str]:
    """One letter too many, too few, wrong, or two swapped; never the first, which thumbs get right."""
    if len(seen) < _SHORTEST_MENDED:
        return
    for at in range(1, len(seen)):
        start, end = seen[:at], seen[at:]
        yield start + end[1:]
        if len(end) > 1:
            yield start + end[1] + end[0] + end[2:]
        for letter in _BESIDE.get(end[0], ""):
            yield start + letter + end[1:]
        for letter in _LETTERS:
            yield start + letter + end
    for letter in _LETTERS:
        yield seen + letter


def _without_asides(words: list[str]) -> list[str]:
    start, end = 0, len(words)
    while start < end and (size := _aside(words[start:end])):
        start += size
    while end > start and (size := _aside(words[start:end][-1:]) or _aside(words[start:end][-2:]) // 2 * 2):
        end -= size
    return words[start:end]


def _aside(words: list[str]) -> int:
    """How many words an aside at the beginning of them has."""
    if tuple(words[:2]) in _ASIDES_OF_TWO:
        return 2
    return int(bool(words) and _is_aside(words[0]))


def _is_aside(word: str) -> bool:
    return (not word[0].isalnum() and word[0] not in "?!") or word in _ASIDES or bool(_LAUGH.fullmatch(word))


def known_words(texts: Iterable[str], signs: Mapping[str, str], least: int = 3) -> dict[str, int]:
    """How often each word stands in the texts, the rare ones left out."""
    many: dict[str, int] = {}
    for text in texts:
        for word in re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", fold_in_place(text, signs).text):
            bare = word.replace("'", "")
            many[bare] = many.get(bare, 0) + 1
    return {word: count for word, count in many.items() if count >= least}
