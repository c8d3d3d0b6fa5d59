"""Screening instruments as values: which item comes next, and what the answers come to. What it means is not here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from checkback.care.errors import said
from checkback.care.terms import Language

#: What was answered to each item, by its place from 1 on; None where they would not say.
Answers = Mapping[int, int | None]


class AskedBy(StrEnum):
    """Who may ask it: a text, or only a person who is there for the answer."""

    TEXT = "text"
    PERSON = "person"


@dataclass(frozen=True)
class Words:
    """The items in one language, as published."""

    asks: str
    items: tuple[str, ...]
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Scale:
    """Items that are summed; from `concern_from` on a clinician looks."""

    name: str
    items: tuple[int, ...]
    concern_from: int


@dataclass(frozen=True)
class Band:
    """What its authors call a total of at most `up_to`."""

    name: str
    up_to: int


@dataclass(frozen=True)
class Instrument:
    """A questionnaire with its rules.

    `values` is what the choices count, in their order. An item in `only_after` is asked where any of those before it
    counted. With `refused_counts` no answer counts as the most that one can say; else there is no score without it.
    `not_before_days` counts from the incident; nobody younger than `youngest` years is asked.
    """

    name: str
    title: str
    version: str
    licence: str
    source: str
    by: AskedBy
    window_days: int
    values: tuple[int, ...]
    words: Mapping[Language, Words]
    scales: tuple[Scale, ...]
    bands: tuple[Band, ...] = ()
    only_after: Mapping[int, tuple[int, ...]] | None = None
    acute_item: int | None = None
    refused_counts: bool = False
    not_before_days: int = 0
    youngest: int = 18

    @property
    def length(self) -> int:
        return len(next(iter(self.words.values())).items)


@dataclass(frozen=True)
class Score:
    """What complete answers come to: each scale's sum, those at their cut-off, and whether there is danger now."""

    total: int
    scales: Mapping[str, int]
    over: tuple[str, ...]
    band: str | None = None
    is_acute: bool = False

    @property
    def is_concern(self) -> bool:
        return bool(self.over) or self.is_acute


def next_item(instrument: Instrument, answers: Answers) -> int | None:
    """The first item that is to be asked and has no answer; None when there is none left."""
    due = (item for item in range(1, instrument.length + 1) if _is_asked(instrument, answers, item))
    return next((item for item in due if item not in answers), None)


def score(instrument: Instrument, answers: Answers) -> Score | None:
    """What the answers come to; None while one is missing, or where they would not say and that does not count.

    Raises:
        ValueError: an answer is none of the choices.
    """
    if any(value is not None and value not in instrument.values for value in answers.values()):
        raise ValueError(said("no such choice"))
    if next_item(instrument, answers) is not None:
        return None
    asked = {item for item in range(1, instrument.length + 1) if _is_asked(instrument, answers, item)}
    if not instrument.refused_counts and any(answers[item] is None for item in asked):
        return None
    sums = {
        scale.name: sum(_counts(instrument, answers, item) for item in scale.items if item in asked)
        for scale in instrument.scales
    }
    total = sum(sums.values())
    acute = instrument.acute_item
    return Score(
        total=total,
        scales=sums,
        over=tuple(scale.name for scale in instrument.scales if sums[scale.name] >= scale.concern_from),
        band=next((band.name for band in instrument.bands if total <= band.up_to), None),
        is_acute=acute is not None and acute in asked and _counts(instrument, answers, acute) > 0,
    )


def is_said(answers: Answers, item: int) -> bool:
    """Whether somebody said yes to this item, also where it was not theirs to be asked: danger that is said counts."""
    return (answers.get(item) or 0) > 0


def _is_asked(instrument: Instrument, answers: Answers, item: int) -> bool:
    after = (instrument.only_after or {}).get(item)
    return after is None or any(before in answers and _counts(instrument, answers, before) > 0 for before in after)


def _counts(instrument: Instrument, answers: Answers, item: int) -> int:
    value = answers[item]
    if value is None:
        return max(instrument.values) if instrument.refused_counts else 0
    return value
