"""Who told the carrier to stop, by Twilio's default words, a toll-free network's, or a service's own.

The last is Advanced Opt-Out, https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out: with words of its own a
service also says in each webhook what it heard (`OptOutType`). An opt-out counts for all numbers of a service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from checkback.simulator.account import Account
from checkback.simulator.keywords import LONG_CODE, TOLL_FREE, Heard, Keyword, Vocabulary, hear_keyword
from checkback.simulator.texts import Texts

_WORDS = ("stop", "start", "help")
_ANSWERS = ("stop_answer", "start_answer", "help_answer")


class OptOuts:
    """The carrier's own list, which no application can read."""

    def __init__(self, account: Account, texts: Texts) -> None:
        self._account = account
        self._texts = texts
        self._advanced: dict[str, tuple[Vocabulary, ...]] = {}

    def hear(self, phone: str, ours: str, body: str) -> Heard | None:
        """Act on a keyword, if the text is one; what was heard, with the answer to give."""
        was_blocked = self._texts.is_blocked(phone, ours)
        heard = hear_keyword(body, self._vocabularies(ours), is_blocked=was_blocked)
        if heard is None:
            return None
        for number in self._account.shares_opt_outs(ours):
            self._act(heard.keyword, phone, number)
        # The confirmation of a STOP is the last text there is; a second STOP is taken in silence.
        is_silent = heard.keyword is Keyword.STOP and was_blocked
        return Heard(heard.keyword, "" if is_silent else heard.answer)

    def type_told(self, ours: str, heard: Heard | None) -> str | None:
        """What `OptOutType` says in the webhook; only a service with words of its own tells it."""
        return heard.keyword.upper() if heard and self._own_words(ours) else None

    def words_of(self, service_sid: str) -> Sequence[Vocabulary]:
        """The words of a service's own; none where Twilio's are in force."""
        return self._advanced.get(service_sid, ())

    def set_words(self, service_sid: str, vocabularies: Sequence[Vocabulary]) -> None:
        """Give a service words and answers of its own, one vocabulary a language, or none to go back to Twilio's."""
        self._advanced[service_sid] = tuple(vocabularies)

    def _act(self, keyword: Keyword, phone: str, ours: str) -> None:
        if keyword is Keyword.STOP:
            self._texts.block(phone, ours)
        elif keyword is Keyword.START:
            self._texts.unblock(phone, ours)

    def _vocabularies(self, ours: str) -> Sequence[Vocabulary]:
        if self._account.numbers[ours].is_toll_free:
            return (TOLL_FREE,)
        return self._own_words(ours) or (LONG_CODE,)

    def _own_words(self, ours: str) -> Sequence[Vocabulary]:
        service = self._account.service_of(ours)
        if service is None or self._account.numbers[ours].is_toll_free:
            return ()
        return self._advanced.get(service.sid, ())


def read_vocabularies(said: Any) -> list[Vocabulary]:
    """The words a JSON list of languages describes. Raises ValueError naming the field that is wrong."""
    if not isinstance(said, list) or not all(isinstance(one, dict) for one in said):
        raise ValueError("languages: must be a list of objects with language, stop, start, help and their answers")
    return [_vocabulary(one) for one in said]


def vocabulary_as_json(vocabulary: Vocabulary) -> dict[str, Any]:
    words = {name: sorted(getattr(vocabulary, name)) for name in _WORDS}
    return {
        "language": vocabulary.language,
        **words,
        **{name: getattr(vocabulary, name) for name in _ANSWERS},
    }


def _vocabulary(said: Mapping[str, Any]) -> Vocabulary:
    unknown = sorted(said.keys() - {"language", *_WORDS, *_ANSWERS})
    if unknown:
        raise ValueError(f"no such field: {', '.join(unknown)}")
    stop, start, help_ = (_words(name, said.get(name, [])) for name in _WORDS)
    if not stop or not start:
        raise ValueError("stop, start: at least one word each is needed")
    stop_answer, start_answer, help_answer = (_sentence(name, said.get(name, "")) for name in _ANSWERS)
    return Vocabulary(
        stop,
        start,
        help_,
        stop_answer,
        start_answer,
        help_answer,
        language=_sentence("language", said.get("language", "en")),
        starts_anybody=True,
    )


def _words(name: str, said: Any) -> frozenset[str]:
    if not isinstance(said, list) or not all(isinstance(word, str) and word.strip() for word in said):
        raise ValueError(f"{name}: must be a list of words")
    return frozenset(word.strip().casefold() for word in said)


def _sentence(name: str, said: Any) -> str:
    if not isinstance(said, str):
        raise ValueError(f"{name}: must be text")
    return said
