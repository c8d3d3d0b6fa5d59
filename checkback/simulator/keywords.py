"""The words the carrier itself acts on, and what it answers, before any application hears of them.

The default lists are at https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out; the answers are our wording.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Keyword(StrEnum):
    """What the carrier understood."""

    STOP = "stop"
    START = "start"
    HELP = "help"


@dataclass(frozen=True)
class Vocabulary:
    """The words of one language, in lower case, and what is answered to each kind; nothing where that is empty."""

    stop: frozenset[str]
    start: frozenset[str]
    help: frozenset[str] = frozenset()
    stop_answer: str = ""
    start_answer: str = ""
    help_answer: str = ""
    language: str = "en"
    starts_anybody: bool = False
    """Whether a start word acts also for somebody who never left; otherwise it is a normal text then, as YES is."""

    def words(self, keyword: Keyword) -> frozenset[str]:
        return {Keyword.STOP: self.stop, Keyword.START: self.start, Keyword.HELP: self.help}[keyword]

    def answer(self, keyword: Keyword) -> str:
        answers = {
            Keyword.STOP: self.stop_answer,
            Keyword.START: self.start_answer,
            Keyword.HELP: self.help_answer,
        }
        return answers[keyword]


@dataclass(frozen=True)
class Heard:
    """A keyword, and what the carrier answers to it."""

    keyword: Keyword
    answer: str


LONG_CODE = Vocabulary(
    stop=frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"}),
    start=frozenset({"start", "yes", "unstop"}),
    help=frozenset({"help", "info"}),
    stop_answer="You are unsubscribed and will get no more messages from this number. Reply START to come back.",
    start_answer="You are subscribed again and will get messages from this number. Reply STOP to leave.",
    help_answer="Reply STOP to leave this list. Message and data rates may apply.",
)

# Toll-free numbers are stopped by the carriers beneath Twilio: fewer words, no help, and nobody can change it.
TOLL_FREE = Vocabulary(
    stop=frozenset({"stop"}),
    start=frozenset({"start", "unstop"}),
    stop_answer="NETWORK: texts from this number are now blocked. Text UNSTOP to get them again.",
    start_answer="NETWORK: you will get texts from this number again.",
)


def hear_keyword(body: str, vocabularies: Sequence[Vocabulary] = (LONG_CODE,), *, is_blocked: bool) -> Heard | None:
    """The keyword this text is, if it is one word of a list and nothing else."""
    word = body.strip().casefold()
    for vocabulary in vocabularies:
        for keyword in Keyword:
            if word in vocabulary.words(keyword) and _acts(keyword, vocabulary, is_blocked=is_blocked):
                return Heard(keyword, vocabulary.answer(keyword))
    return None


def _acts(keyword: Keyword, vocabulary: Vocabulary, *, is_blocked: bool) -> bool:
    """START, YES and UNSTOP mean something only to the carrier of somebody who had left."""
    return keyword is not Keyword.START or is_blocked or vocabulary.starts_anybody
