"""Patterns and classifier together on the public lists, and on the same texts as thumbs and phones write them."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterator

import pytest

from checkback.distress import DistressScreen, Level, load
from tests.distress.conftest import read_list

MOST_LOST = 0.02
MOST_FALSE = 0.02


@pytest.fixture(scope="module")
def whole() -> DistressScreen:
    return load()


def dangers() -> Iterator[str]:
    yield from (row[0] for rows in read_list("must_catch.yml").values() for row in rows if row[1] == "acute")
    yield from (
        text for kinds in read_list("must_catch_more.yml").values() for texts in dict(kinds).values() for text in texts
    )


def everyday() -> Iterator[str]:
    for name in ("must_not_alarm.yml", "must_not_alarm_more.yml"):
        yield from (text for texts in read_list(name).values() for text in texts)


DANGERS = list(dangers())
EVERYDAY = list(everyday())


def test_the_lists_are_long_enough_to_mean_something():
    assert len(DANGERS) >= 400
    assert len(EVERYDAY) >= 400


def test_every_plain_sentence_of_danger_pages(whole: DistressScreen):
    assert [text for text in DANGERS if whole.assess(text).level is not Level.ACUTE] == []


def test_hardly_an_everyday_sentence_pages(whole: DistressScreen):
    false = [text for text in EVERYDAY if whole.assess(text).level is Level.ACUTE]
    assert len(false) <= MOST_FALSE * len(EVERYDAY), false


def test_hardly_an_everyday_sentence_opts_out(whole: DistressScreen):
    false = [text for text in EVERYDAY if whole.assess(text).opt_out]
    assert len(false) <= 0.005 * len(EVERYDAY), false


def bare(text: str) -> str:
    plain = "".join(part for part in unicodedata.normalize("NFD", text) if not unicodedata.combining(part))
    return re.sub(r"[^\w\s]", "", plain)


def in_its_longest_word(text: str, change: Callable[[str, random.Random], str]) -> str:
    """Where it hurts most; words of one to three letters stay, as nobody misspells them."""
    word = max(re.findall(r"[^\W\d_]{4,}", text), key=len, default="")
    return text.replace(word, change(word, random.Random(text)), 1) if word else text  # noqa: S311


def slipped(word: str, chance: random.Random) -> str:
    """A letter left out, doubled, or swapped with the next."""
    at = chance.randrange(1, len(word) - 1)
    return word[:at] + chance.choice(("", word[at] * 2, word[at + 1] + word[at])) + word[at + 1 :]


WAYS: dict[str, Callable[[str], str]] = {
    "shouted, without marks": lambda text: bare(text).upper(),
    "no marks, no accents": lambda text: bare(text).lower(),
    "dictated": lambda text: f"um so {bare(text).lower()} you know",
    "a slip of the thumb": lambda text: in_its_longest_word(text, slipped),
    "digits for letters": lambda text: in_its_longest_word(
        text, lambda word, _: word.translate(str.maketrans("aeio", "4310"))
    ),
    "a laugh after it": lambda text: f"{text} lol",
    "a Spanish laugh after it": lambda text: f"{text} jaja",
    "thanks after it": lambda text: f"{text} thanks",
    "tears after it": lambda text: f"{text} 😭",
    "STOP before it": lambda text: f"STOP {text}",
    "a greeting before it": lambda text: f"Hola, {text}",
}


@pytest.mark.parametrize("way", WAYS)
def test_however_it_is_written_danger_stays_danger(whole: DistressScreen, way: str):
    """At most two in a hundred are lost, and at most one as if nothing had been said."""
    asked = DANGERS[::3]
    found = {WAYS[way](text): whole.assess(WAYS[way](text)).level for text in asked}
    lost = {text: level for text, level in found.items() if level is not Level.ACUTE}
    assert len(lost) <= MOST_LOST * len(asked), lost
    assert list(lost.values()).count(Level.NONE) <= 0.01 * len(asked), lost


@pytest.mark.parametrize("text", ["il me frappe", "udara me", "hocu da umrem"])
def test_a_few_words_of_danger_in_another_language_go_to_a_person(whole: DistressScreen, text: str):
    assert whole.assess(text).level.rank >= Level.HIGH.rank
