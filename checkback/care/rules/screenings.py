"""What somebody writes when they are asked the items of a questionnaire by text, what is asked next, and what a score
is worth to a clinician. The items and their rules are `rules.instruments`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from checkback.care.rules.instruments import Answers, Instrument, Score, is_said
from checkback.care.rules.minors import OF_AGE
from checkback.care.rules.nearness import fold
from checkback.care.terms import Danger, DistressLevel, Language, Urgency

#: So long a screening stays open: what "the last two weeks" means moves on with every day.
LASTS = timedelta(days=7)
#: An answer to a question asked longer ago may mean another one: the item is asked anew.
ANSWER_COUNTS_FOR = timedelta(hours=48)
#: A longer introduction is said once, with the first item: the items of such a form say for themselves what they mean.
LONGEST_REPEATED = 120


def _any_of(spellings: str) -> frozenset[str]:
    return frozenset(spellings.split("|"))


_YES = _any_of(
    "1|yes|yeah|yep|yup|ok|okay|sure|fine|go on|go ahead|ready|continue|i am ready|yes please|of course"
    "|si|claro|claro que si|esta bien|bueno|adelante|lista|listo|sigamos|si por favor|de acuerdo"
)
_NO = _any_of(
    "2|no|nope|nah|no thanks|no thank you|not really|i would rather not|id rather not|rather not"
    "|no gracias|mejor no|prefiero que no|no quiero"
)
_LATER = re.compile(
    r"(maybe |can we do (it |this )?|please )?(later|another (day|time)|not (right )?now|tomorrow|some other time|pause"
    r"|busy( right now)?|i am busy|im busy|cant (right )?now|can t (right )?now)( please| maybe)?"
    r"|(mejor |quiza |tal vez )?(luego|mas tarde|despues|otro dia|manana|ahora no|ahorita no|en otro momento|pausa)"
    r"|(ahora |ahorita )?no puedo( ahora| ahorita)?|estoy ocupad[oa]"
)
_NO_MORE = _any_of(
    "no more questions|no more|stop asking|stop the questions|i dont want to answer|i don t want to answer"
    "|no mas preguntas|ya no quiero contestar|no quiero contestar|no quiero responder|ya no me pregunten"
)
_WILL_NOT_SAY = _any_of(
    "skip|pass|skip it|prefer not to say|i prefer not to say|rather not say|id rather not say|i d rather not say"
    "|next|paso|prefiero no decir|prefiero no decirlo|no quiero decir|la siguiente|siguiente"
)
#: In words, for choices that run from never to nearly every day. "A lot" is more than half the days at least: it counts
#: as the most, so that in doubt a clinician looks.
_HOW_OFTEN: Sequence[frozenset[str]] = (
    _any_of("not at all|never|none|no|zero|not once|nada|nunca|ningun dia|para nada|jamas|ninguno|cero|no nada|nope"),
    _any_of("several days|some days|a few days|several|one|a couple of days|varios dias|algunos dias|unos dias|uno"),
    _any_of(
        "more than half the days|more than half|most days|two|over half"
        "|mas de la mitad de los dias|mas de la mitad|la mayoria de los dias|dos"
    ),
    _any_of(
        "nearly every day|almost every day|every day|everyday|all the time|always|three|a lot|all days|daily"
        "|casi todos los dias|todos los dias|cada dia|siempre|todo el tiempo|a diario|tres|mucho|muchisimo"
    ),
)
_NEVER = frozenset({"not at all", "ningun dia"})
_YES_OR_NO = (_NO, _YES)


class Wish(StrEnum):
    """What they want of the questions as a whole."""

    GO_ON = "go-on"
    NOT = "not"
    LATER = "later"


@dataclass(frozen=True)
class Picked:
    """An answer to an item; None where they would not say."""

    value: int | None


@dataclass(frozen=True)
class Concern:
    """What a score is worth: how soon a person looks."""

    level: DistressLevel
    danger: Danger
    urgency: Urgency | None = None


def wish(text: str, *, is_permission: bool) -> Wish | None:
    """What this says of the questions as a whole. A yes or a no does so only where we asked whether we may ask."""
    words = _plain(text)
    if _LATER.fullmatch(words):
        return Wish.LATER
    if words in _NO_MORE:
        return Wish.NOT
    if is_permission and words in _YES:
        return Wish.GO_ON
    return Wish.NOT if is_permission and words in _NO else None


def picked(instrument: Instrument, language: Language, text: str) -> Picked | None:
    """The choice a text names: by its number, by the choice's own words, or by words that can mean no other; None when
    it is not clear. Nothing is guessed at.
    """
    words = _plain(text)
    if words in _WILL_NOT_SAY:
        return Picked(None)
    numbers = {str(number): value for number, value, _ in choices(instrument, language)}
    if _is_yes_or_no(instrument):
        numbers.setdefault("0", instrument.values[0])
    if words in numbers:
        return Picked(numbers[words])
    named = {
        fold(choice): value for each in instrument.words.values() for choice, value in _values(each.choices, instrument)
    }
    if words in named:
        return Picked(named[words])
    return _in_other_words(instrument, words)


def choices(instrument: Instrument, language: Language) -> Sequence[tuple[int, int, str]]:
    """What is offered as answers: the number to write, what it counts, and the choice as published.

    Numbers are those of the published form. Where there are two choices it is 1 for the second, which is yes, and 2 for
    the first: as in every other question of ours, since a 0 for no would be a 2 a moment ago.
    """
    published = _values(instrument.words[language].choices, instrument)
    if _is_yes_or_no(instrument):
        (no, counts_no), (yes, counts_yes) = published
        return [(1, counts_yes, yes), (2, counts_no, no)]
    return [(value, value, choice) for choice, value in published]


def question(instrument: Instrument, language: Language, item: int, *, is_first: bool) -> str:
    """An item as published, with the form's introduction before it; a line of a form gets its full stop."""
    words = instrument.words[language]
    asked = words.items[item - 1]
    asked = asked if asked.endswith(("?", ".", "!")) else f"{asked}."
    return f"{words.asks} {asked}" if is_first or len(words.asks) <= LONGEST_REPEATED else asked


def answer_line(instrument: Instrument, language: Language) -> str:
    """`0 Not at all, 1 Several days, …`"""
    return ", ".join(f"{number} {choice}" for number, _value, choice in choices(instrument, language))


def concern_of(instrument: Instrument, score: Score) -> Concern | None:
    """What a clinician is told, and how soon; None below every cut-off.

    What asks about suicide (ASQ, National Institute of Mental Health: any yes is a positive screen, a yes to the last
    item is an acute one) is told at once, and danger now before all else; any other cut-off is looked at the same day.
    """
    if score.is_acute:
        return Concern(DistressLevel.ACUTE, Danger.SUICIDE, Urgency.EMERGENT)
    if not score.over:
        return None
    if instrument.acute_item is not None:
        return Concern(DistressLevel.ACUTE, Danger.SUICIDE, Urgency.URGENT)
    return Concern(DistressLevel.HIGH, Danger.DISTRESS)


def over_so_far(instrument: Instrument, answers: Answers) -> Sequence[str]:
    """The scales that have reached their cut-off already, whatever was still to be asked: a sum only grows."""
    return [
        scale.name
        for scale in instrument.scales
        if sum(answers.get(item) or 0 for item in scale.items) >= scale.concern_from
    ]


def concern_so_far(instrument: Instrument, answers: Answers) -> Concern | None:
    """The same where a talk broke off: what was answered counts, whatever was still to be asked.

    After a yes, no answer to the item about danger now is danger now: so ASQ takes it where somebody will not say
    (National Institute of Mental Health, ASQ Toolkit), and nobody knows more where it was not asked.
    """
    most = max(instrument.values) if instrument.refused_counts else 0
    given = {item: most if value is None else value for item, value in answers.items()}
    over = tuple(over_so_far(instrument, given))
    acute = instrument.acute_item
    is_acute = acute is not None and ((bool(over) and given.get(acute, most) > 0) or is_said(answers, acute))
    return concern_of(instrument, Score(sum(given.values()), {}, over, is_acute=is_acute))


def is_for_age(instrument: Instrument, age: int | None, *, is_minor: bool) -> bool:
    """Whether the instrument is for somebody of this age. A minor whose age nobody knows is asked by a person."""
    years = age if age is not None else (None if is_minor else OF_AGE)
    return years is not None and years >= instrument.youngest


def _is_yes_or_no(instrument: Instrument) -> bool:
    return len(instrument.values) == len(_YES_OR_NO)


def _values(published: Sequence[str], instrument: Instrument) -> Sequence[tuple[str, int]]:
    return list(zip(published, instrument.values, strict=True))


def _in_other_words(instrument: Instrument, words: str) -> Picked | None:
    tables: Mapping[bool, Sequence[frozenset[str]]] = {True: _YES_OR_NO, False: _HOW_OFTEN}
    table = tables[_is_yes_or_no(instrument)]
    firsts = {fold(each.choices[0]) for each in instrument.words.values()}
    if len(table) != len(instrument.values) or (table is _HOW_OFTEN and not firsts & _NEVER):
        return None
    return next((Picked(value) for value, said in zip(instrument.values, table, strict=True) if words in said), None)


def _plain(text: str) -> str:
    return fold(text.replace("'", "").replace("\u2019", ""))
