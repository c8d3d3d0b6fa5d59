"""What staff text back: `ack 12`, `ack 12 20`, `reached 12`. Spelled as thumbs spell it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from checkback.care.terms import EscalationOutcome


class Verb(StrEnum):
    """What is asked for."""

    ACKNOWLEDGE = "ack"
    HAND_ON = "pass"
    RESOLVE = "resolve"


@dataclass(frozen=True)
class Command:
    """One command. `number` is the escalation's, None when only one can be meant; `minutes` is when they will call."""

    verb: Verb
    number: int | None
    outcome: EscalationOutcome | None = None
    minutes: int | None = None


_OUTCOMES = {
    "reached": EscalationOutcome.REACHED,
    "reach": EscalationOutcome.REACHED,
    "reachd": EscalationOutcome.REACHED,
    "reched": EscalationOutcome.REACHED,
    "tried": EscalationOutcome.TRIED,
    "tryed": EscalationOutcome.TRIED,
    "referred": EscalationOutcome.REFERRED,
    "refered": EscalationOutcome.REFERRED,
    "reffered": EscalationOutcome.REFERRED,
    "welfare": EscalationOutcome.WELFARE_CHECK,
    "wellfare": EscalationOutcome.WELFARE_CHECK,
    "false": EscalationOutcome.FALSE_ALARM,
}
#: Long enough that one letter more, less or wrong is still this word and no other.
_HARD_TO_MISTAKE = ("reached", "referred", "welfare", "acknowledge")
_HAND_ON = frozenset({"pass", "pas", "passs", "psas", "apss"})
_ACKNOWLEDGE = frozenset(
    {
        "ack",
        "ak",
        "akc",
        "ackk",
        "acknowledge",
        "acknowledged",
        "aknowledge",
        "acknowlege",
        "acknowleged",
        "mine",
        "ac",
        "aack",
        "sck",
        "acj",
    }
)
#: What may stand beside an outcome without changing it: `false alarm 12`, `welfare check 12`.
_SAID_WITH_OUTCOMES = frozenset({"alarm", "check", "them", "her", "him", "thanks", "please"})
_LONGEST_NUMBER = 6
_LONGEST_MINUTES = 240
_WORDS_AND_NUMBERS = re.compile(r"[a-z]+|[0-9]+")
#: A lone number is the escalation's, unless these stand beside it: `ack in 20`, `ack 20 min`.
_BEFORE_MINUTES = frozenset({"in"})
_AFTER_MINUTES = frozenset({"m", "min", "mins", "minute", "minutes"})
_TWO = 2


def parse(text: str) -> Command | None:
    """Read one command; None when it is none, or when its numbers could mean more than one thing.

    A number alone is not a command: it may be a slip of the thumb.
    """
    said = _WORDS_AND_NUMBERS.findall(unicodedata.normalize("NFKC", text).lower())
    words = [each for each in said if each.isalpha() and each != "e"]
    word = words[0] if words else ""
    if word not in _KNOWN:
        word = _meant(word.removesuffix("e"))  # `acke12`
    numbers = [each for each in said if each.isdigit()]
    if any(len(number) > _LONGEST_NUMBER for number in numbers):
        return None
    if word in _ACKNOWLEDGE:
        return _acknowledge(said, [int(number) for number in numbers])
    if len(numbers) > 1:
        return None  # "tried 3 times 12": which of them is the escalation?
    number = int(numbers[0]) if numbers else None
    if word in _HAND_ON:
        return Command(Verb.HAND_ON, number)
    # "reached voicemail 12" is a story, not an outcome: what ends an escalation is said whole, with its number.
    if word in _OUTCOMES and number is not None and _SAID_WITH_OUTCOMES.issuperset(words[1:]):
        return Command(Verb.RESOLVE, number, outcome=_OUTCOMES[word])
    return None


_KNOWN = _ACKNOWLEDGE | _OUTCOMES.keys() | _HAND_ON
_CODE = re.compile(r"\s*code\W*(\d{6})\W*", re.IGNORECASE)


def parse_code(text: str) -> str | None:
    """The code in `CODE 482193`, by which somebody proves that a way of telling them arrives."""
    found = _CODE.fullmatch(unicodedata.normalize("NFKC", text))
    return found.group(1) if found else None


def _meant(word: str) -> str:
    """A long word that is one slip away from one we know; else the word itself."""
    return next((known for known in _HARD_TO_MISTAKE if _is_one_slip_from(known, word)), word)


def _is_one_slip_from(known: str, word: str) -> bool:
    if len(known) == len(word):
        wrong = [at for at in range(len(known)) if known[at] != word[at]]
        swapped = len(wrong) == _TWO and known[wrong[0]] == word[wrong[1]] and known[wrong[1]] == word[wrong[0]]
        return len(wrong) == 1 or (swapped and wrong[1] - wrong[0] == 1)
    longer, shorter = (known, word) if len(known) > len(word) else (word, known)
    return len(longer) - len(shorter) == 1 and any(
        longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer))
    )


def _acknowledge(said: list[str], numbers: list[int]) -> Command | None:
    if len(numbers) > _TWO:
        return None
    if len(numbers) == _TWO:
        return Command(Verb.ACKNOWLEDGE, numbers[0], minutes=min(numbers[1], _LONGEST_MINUTES))
    if not numbers:
        return Command(Verb.ACKNOWLEDGE, None)
    at = next(place for place, each in enumerate(said) if each.isdigit())
    beside = said[at - 1 : at], said[at + 1 : at + 2]
    if _BEFORE_MINUTES.intersection(beside[0]) or _AFTER_MINUTES.intersection(beside[1]):
        return Command(Verb.ACKNOWLEDGE, None, minutes=min(numbers[0], _LONGEST_MINUTES))
    return Command(Verb.ACKNOWLEDGE, numbers[0])
