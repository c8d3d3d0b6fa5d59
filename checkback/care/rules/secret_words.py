"""Words agreed on beforehand: one that shows who is there, and one that says, unseen, "I am not free to speak".

A word counts in any case, with or without accents, alone or among others: nobody types well beside somebody they fear.
"""

from __future__ import annotations

import re
import unicodedata

from checkback.care.errors import Said, said
from checkback.care.rules.keywords import OPT_OUTS, START_WORDS_WHEN_BLOCKED, folded

SHORTEST, LONGEST, MOST_WORDS = 3, 40, 3
#: Answers to questions of ours, on scales too, and numbers that we ourselves tell people to call.
_ANSWERS = re.compile(r"\d|10|211|311|411|511|611|711|811|911|988|741741")
_RESERVED = OPT_OUTS | START_WORDS_WHEN_BLOCKED | {"help", "info", "ayuda", "alto", "baja"}


def plain(text: str) -> str:
    """The words alone: small letters and digits, no accents, no signs, one blank between words."""
    letters = "".join(
        char
        for char in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.category(char).startswith("M")
    )
    return " ".join("".join(_kept(char) for char in letters).split())


def says(text: str, word: str | None) -> bool:
    """Whether this word stands in the text, as a word of its own; never, where none was agreed on."""
    wanted = plain(word or "")
    return bool(wanted) and f" {wanted} " in f" {plain(text)} "


def against_word(word: str, everyday: frozenset[str] = frozenset()) -> Said | None:
    """Why this cannot be a word agreed on, as a mend; None when it can.

    Args:
        everyday: words that families are bound to write to us, as `plain` leaves them.
    """
    wanted = plain(word)
    if not wanted.isdigit() and not _is_of_a_fit_length(word, wanted):
        return said(
            "take one to %(most)s words of %(least)s to %(longest)s letters, or a number of two digits or more",
            most=MOST_WORDS,
            least=SHORTEST,
            longest=LONGEST,
        )
    if _ANSWERS.fullmatch(wanted):
        return said("this number is an answer to our questions, or one that people call; take another, as 47")
    if folded(word) in _RESERVED or wanted in _RESERVED:
        return said("carriers keep this word for themselves; take another")
    if set(wanted.split()) <= everyday:
        return said("people write this word to us every day; take one that they would not, as the name of a plant")
    return None


def _is_of_a_fit_length(word: str, wanted: str) -> bool:
    letters = wanted.replace(" ", "")
    return len(letters) >= SHORTEST and len(word) <= LONGEST and len(wanted.split()) <= MOST_WORDS


def _kept(char: str) -> str:
    kind = unicodedata.category(char)
    if kind == "Cf":
        return ""
    return char if kind[0] in "LN" else " "
