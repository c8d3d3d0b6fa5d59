"""Two wishes in one text: "not great. and we are out of diapers" answers how they are and asks for help."""

from __future__ import annotations

import re
from typing import Any

Parsed = dict[str, Any]

MOST_CLAUSES = 4
MOST_WISHES = 3
_SHORTEST = 2
#: So sure a part of a text must be to count beside the rest of it.
SURE = 0.5

_BREAK = re.compile(
    r"[.!?\n;…]+|,?\s+\b(?:but|also|and also|and can|and could|and we need|and i need|pero|tambien|también|y también"
    r"|y tambien|y necesito|y necesitamos|y ocupo|y me puede|y nos puede)\b",
    re.IGNORECASE,
)
_FEELINGS = frozenset({"feeling_good", "feeling_bad", "feeling_mixed", "give_scale", "child_symptom"})
#: What is acted on when it comes with something else. Nothing that stops texts or denies who they are is among them.
_COUNT_BESIDE = frozenset(
    {
        "state_need", "ask_for_call", "ask_when_next", "ask_reaction", "ask_privacy", "who_are_you", "ask_delete",
        "ask_for_other_person", "complaint", "new_number", "shared_phone", "help_worked", "help_failed",
        "ask_for_spanish",        "ask_for_english", "child_symptom",
    }
)  # fmt: skip
OPENS = "check_in.opening"
_FALLBACK = "nlu_fallback"


def in_clauses(text: str) -> list[str]:
    """The parts of a text that may each want something; none where it is of one piece."""
    starts = [0, *(found.start() for found in _BREAK.finditer(text))]
    parts = [text[start:end].strip(" ,.!?;\n…") for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    long_enough = [part for part in parts if len(part.split()) >= _SHORTEST]
    return long_enough[:MOST_CLAUSES] if len(long_enough) > 1 else []


def wishes_of(whole: Parsed, parts: list[Parsed], asked: str) -> list[Parsed]:
    """What a text wants, the answer to our question first; `whole` alone when its parts add nothing sure."""
    sure = [part for part in parts if _name(part) != _FALLBACK and part["intent"]["confidence"] >= SURE]
    felt = [part for part in sure if asked == OPENS and _name(part) in _FEELINGS]
    first = whole
    if _name(whole) not in _FEELINGS and felt:
        first = felt[0]
    elif _name(whole) == _FALLBACK:
        first = next((part for part in sure if _name(part) in _COUNT_BESIDE), whole)
    rest = [whole, *sure] if first is not whole and _name(whole) != _FALLBACK else sure
    wishes = [first]
    for each in rest:
        if _name(each) in _COUNT_BESIDE and _name(each) not in map(_name, wishes):
            wishes.append(each)
    return wishes[:MOST_WISHES]


def _name(parsed: Parsed) -> str:
    return str(parsed["intent"]["name"])
