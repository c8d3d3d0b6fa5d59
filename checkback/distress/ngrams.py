"""Counts the words, pairs of words and pieces of words of a text, hashed into a fixed number of places."""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from checkback.distress.folding import fold_in_place

PLACES = 1 << 15
_LONGEST = 1600
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[?!]")
_RUN = re.compile(r"(.)\1{2,}")
_PIECES = (2, 3, 4, 5)
_DASH = zlib.crc32(b"-")
_WORDS_SHARE = 0.7
"""How much of a text's length its words make up, its pieces the rest: words are plainer, pieces forgive spelling."""

Places = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Counted:
    """The places a text fills, and how much of it lies in each."""

    places: Places
    weights: Weights


def words_of(text: str, signs: Mapping[str, str]) -> list[str]:
    """Folded words; numbers by their length, letters held down cut to two."""
    folded = _RUN.sub(r"\1\1", fold_in_place(text[:_LONGEST], signs).text)
    return ["#" * len(word) if word.isdecimal() else word.replace("'", "") for word in _WORD.findall(folded)]


def count(words: list[str], rarity: Weights) -> Counted:
    """Words and pieces, each weighed by how rare it is, so that long texts weigh no more than short ones."""
    parts = [
        ([place_of(name) for name in _phrases(words)], _WORDS_SHARE),
        (_places_of_pieces(words), 1 - _WORDS_SHARE),
    ]
    places: list[int] = []
    weights: list[float] = []
    for found, share in parts:
        counted = Counter(found)
        rare = rarity[list(counted)].tolist()
        raw = [(1 + math.log(times)) * one for one, times in zip(rare, counted.values(), strict=True)]
        length = math.sqrt(sum(one * one for one in raw)) or 1.0
        places.extend(counted)
        weights.extend(share * one / length for one in raw)
    return Counted(np.asarray(places, dtype=np.int64), np.asarray(weights, dtype=np.float32))


def names_in(words: list[str]) -> Iterator[str]:
    """Everything that is counted of these words."""
    yield from _phrases(words)
    yield from _pieces(words)


def place_of(name: str) -> int:
    """The same on every machine and in every run."""
    return zlib.crc32(name.encode("utf-8", "replace")) % PLACES


def _phrases(words: list[str]) -> Iterator[str]:
    framed = ["<", *words, ">"]
    yield from words
    for first, second in pairwise(framed):
        yield f"{first} {second}"
    for first, second in zip(words, words[2:], strict=False):
        yield f"{first} _ {second}"


def _places_of_pieces(words: list[str]) -> list[int]:
    """What `place_of` says of each piece; a piece of plain letters is counted on from the dash that all begin with."""
    places: list[int] = []
    for word in words:
        if not word.isascii():
            places.extend(place_of(name) for name in _pieces([word]))
            continue
        framed = f" {word} ".encode()
        for size in _PIECES:
            places.extend(
                zlib.crc32(framed[at : at + size], _DASH) % PLACES for at in range(max(1, len(framed) - size + 1))
            )
    return places


def _pieces(words: list[str]) -> Iterator[str]:
    for word in words:
        framed = f" {word} "
        for size in _PIECES:
            for at in range(max(1, len(framed) - size + 1)):
                yield f"-{framed[at : at + size]}"
