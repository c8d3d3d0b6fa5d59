"""What a plan says, as values: its steps, when each falls due, what it says, for whom, and what if it is late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from checkback.care.rules.hours import EARLIEST_HOUR, LATEST_HOUR
from checkback.care.terms import CheckInState, Dialogue, Language, LatePolicy, SafetyMode

#: The step of every plan that keeps what was said at the door.
PROMISED = "promised"
WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
#: What the assistant makes of an answer to a check-in; see data/rules/check_in.yml.
SAID = ("good", "hard", "unclear")


#: Where a plan says nothing of it.
SILENCES = 3


class Unit(StrEnum):
    """Hours pass as they pass; days and months are of the calendar where the family lives."""

    HOURS = "hours"
    DAYS = "days"
    MONTHS = "months"


@dataclass(frozen=True)
class Offset:
    """So long after the incident; or, `of_answer`, after an answer of theirs: to `answer_to`, else to the last."""

    number: int
    unit: Unit
    of_answer: bool = False
    answer_to: str | None = None

    def __str__(self) -> str:
        after = f" after {self.answer_to or 'the last answer'}" if self.of_answer else ""
        return f"{self.number} {self.unit}{after}"

    @property
    def roughly(self) -> timedelta:
        """For putting steps into an order; a month counts thirty days."""
        days = {Unit.HOURS: 1 / 24, Unit.DAYS: 1, Unit.MONTHS: 30}[self.unit]
        return timedelta(days=self.number * days)

    @property
    def at_least(self) -> timedelta:
        """No shorter than this, whichever month it is."""
        days = {Unit.HOURS: 1 / 24, Unit.DAYS: 1, Unit.MONTHS: 28}[self.unit]
        return timedelta(days=self.number * days)


@dataclass(frozen=True)
class Children:
    """A child of the family between these ages; `none` means no child that we know of."""

    youngest: int = 0
    oldest: int = 21
    none: bool = False

    def __str__(self) -> str:
        return "none" if self.none else f"{self.youngest}-{self.oldest}"

    def holds(self, ages: tuple[int, ...]) -> bool:
        if self.none:
            return not ages
        return any(self.youngest <= age <= self.oldest for age in ages)


@dataclass(frozen=True)
class When:
    """What must hold when a step falls due; what is left out does not matter."""

    children: Children | None = None
    modes: tuple[SafetyMode, ...] = ()
    answered: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    said: tuple[str, ...] = ()

    @property
    def is_always(self) -> bool:
        return self == When()


@dataclass(frozen=True)
class Late:
    """So long behind its time a step simply goes; what becomes of it then."""

    policy: LatePolicy
    within: timedelta

    def __str__(self) -> str:
        return f"late {self.policy} within {self.within.total_seconds() / 3600:g} h"


@dataclass(frozen=True)
class Step:
    """One text of a plan. `opens` and `closes` are local hours; `days` are of the week, all of them when empty."""

    name: str
    offset: Offset
    opens: int
    closes: int
    wording: str
    dialogue: Dialogue
    late: Late
    days: tuple[str, ...] = ()
    languages: tuple[Language, ...] = ()
    when: When = field(default_factory=When)
    instrument: str | None = None

    @property
    def is_for_all(self) -> bool:
        """Whether every family gets it; else only some do, or only if they have not agreed yet."""
        return self.when.is_always and not self.languages and self.dialogue is not Dialogue.CONSENT


@dataclass(frozen=True)
class Plan:
    """A message schedule: its steps in their order. After so many `silences`, questions in a row without an answer, the
    texts end and a person is asked.
    """

    name: str
    steps: tuple[Step, ...]
    silences: int = SILENCES

    def step(self, name: str) -> Step | None:
        return next((step for step in self.steps if step.name == name), None)


#: What is kept where no plan is approved yet: what was said at the door, and nothing more.
PROMISE_ONLY = Plan(
    "promise-only",
    (
        Step(
            name=PROMISED,
            offset=Offset(48, Unit.HOURS),
            opens=EARLIEST_HOUR,
            closes=LATEST_HOUR,
            wording="check_in.opening",
            dialogue=Dialogue.CHECK_IN,
            late=Late(LatePolicy.TASK, timedelta(hours=24)),
        ),
    ),
)


@dataclass(frozen=True)
class Situation:
    """What is known of a contact when a step falls due."""

    language: Language
    mode: SafetyMode
    child_ages: tuple[int, ...] = ()
    states: Mapping[str, CheckInState] = field(default_factory=lambda: MappingProxyType({}))
    said: str | None = None
    """What they last said of how they are, as understood."""


def unmet(step: Step, now: Situation) -> str | None:
    """Why this step is not for this contact at this moment, in a word or two; None when it is."""
    when, states = step.when, now.states
    reasons = {
        "other-language": bool(step.languages) and now.language not in step.languages,
        "no-such-child": when.children is not None and not when.children.holds(now.child_ages),
        "other-safety-mode": bool(when.modes) and now.mode not in when.modes,
        "no-answer-before": any(states.get(name) is not CheckInState.ANSWERED for name in when.answered),
        "no-silence-before": any(states.get(name) is not CheckInState.CLOSED_AFTER_SILENCE for name in when.silent),
        "other-answer-before": bool(when.said) and now.said not in when.said,
    }
    return next((reason for reason, stands_against in reasons.items() if stands_against), None)


def in_words(value: object) -> str:
    """A step, or a field of one, in a line for people."""
    if isinstance(value, Step):
        told = (value.offset, f"{value.opens}-{value.closes}", value.wording, value.dialogue, value.late)
        return ", ".join(in_words(each) for each in told)
    if isinstance(value, When):
        held = {each.name: getattr(value, each.name) for each in fields(When)}
        return " ".join(f"{name}={in_words(each)}" for name, each in held.items() if each) or "always"
    if isinstance(value, tuple):
        return ",".join(in_words(each) for each in value) or "any"
    return str(value)


@dataclass(frozen=True)
class Answers:
    """When a contact answered: to each step, and last of all."""

    to: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    last: datetime | None = None

    def to_which(self, offset: Offset) -> datetime | None:
        """The answer a step counts from, if it has come."""
        return self.to.get(offset.answer_to) if offset.answer_to else self.last
