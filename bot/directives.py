"""The contract between the assistant and the application: what a turn may say and what it may ask for.

Both environments import this file, so it uses the standard library only. The assistant fills `custom:` blocks of its
domain with these shapes; the application parses them here and carries them out. A block is either a wording to send
(`{say: check_in.opening}`) or a directive (`{directive: offer-resources, need: "{need}"}`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Union

#: What a person may be asked to see to.
ABOUT = frozenset({"case-status", "other-person", "complaint", "new-number", "shared-phone"})


class BadBlock(ValueError):
    """A block of the assistant's answer is not in the contract; the turn it came with has failed."""


@dataclass(frozen=True)
class Say:
    """Send this wording, looked up by its key in the contact's language and safety mode, filled with the slots."""

    key: str
    slots: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class RecordConsent:
    """The contact answered the consent question: 1 is yes, 2 is no."""

    name: ClassVar[str] = "record-consent"
    answer: str


@dataclass(frozen=True)
class RecordAnswer:
    """Keep what the contact answered to a question of the check-in; the words themselves are in the thread."""

    name: ClassVar[str] = "record-answer"
    question: str
    answer: str


@dataclass(frozen=True)
class OfferResources:
    """Find help for this need, near this place when the contact named one, and offer it."""

    name: ClassVar[str] = "offer-resources"
    need: str
    place: str | None = None


@dataclass(frozen=True)
class ContinueHelp:
    """Of the place that was named last: `more` about it, the `next` one, one `near` the `place` they name now, or a
    person shall `call` there for them.
    """

    name: ClassVar[str] = "continue-help"
    wish: str
    place: str | None = None


@dataclass(frozen=True)
class RecordHelp:
    """What came of the place that was named: `helped`, `waiting-list`, `no-answer`, `wrong-number`, `not-called`."""

    name: ClassVar[str] = "record-help"
    outcome: str


@dataclass(frozen=True)
class RequestCallback:
    """The contact wants to be called by a person; `when` in their own words, if they said."""

    name: ClassVar[str] = "request-callback"
    when: str | None = None


@dataclass(frozen=True)
class AskPerson:
    """A person shall see to this: `about` is one of `ABOUT`. What is about their worker goes to somebody else."""

    name: ClassVar[str] = "ask-person"
    about: str


@dataclass(frozen=True)
class AskLater:
    """Not now: ask again, at the time they named in their own words if they did."""

    name: ClassVar[str] = "ask-later"
    when: str | None = None


@dataclass(frozen=True)
class TellNext:
    """Say on which day the next check-in comes, or that none is planned."""

    name: ClassVar[str] = "tell-next"


@dataclass(frozen=True)
class RaiseConcern:
    """The dialogue heard something a clinician should know. The screen decides on danger; this can only add to it."""

    name: ClassVar[str] = "raise-concern"
    level: str
    reason: str


@dataclass(frozen=True)
class CompleteCheckIn:
    """The check-in has had its answer."""

    name: ClassVar[str] = "complete-check-in"


@dataclass(frozen=True)
class ChangeLanguage:
    """From now on write to this contact in this language (`en` or `es`)."""

    name: ClassVar[str] = "change-language"
    language: str


@dataclass(frozen=True)
class MarkWrongPerson:
    """Whoever holds this phone says they are not the person we mean: no more content, a person looks into it."""

    name: ClassVar[str] = "mark-wrong-person"


@dataclass(frozen=True)
class PauseTexts:
    """Send nothing until then; `until` in the contact's own words ("next week"), if they said."""

    name: ClassVar[str] = "pause-texts"
    until: str | None = None


Directive = Union[  # noqa: UP007 - a value at run time, and the assistant's Python is 3.10
    RecordConsent,
    RecordAnswer,
    OfferResources,
    ContinueHelp,
    RecordHelp,
    RequestCallback,
    AskPerson,
    AskLater,
    TellNext,
    RaiseConcern,
    CompleteCheckIn,
    ChangeLanguage,
    MarkWrongPerson,
    PauseTexts,
]
Block = Union[Say, Directive]  # noqa: UP007

DIRECTIVES: Mapping[str, type[Any]] = {
    kind.name: kind
    for kind in (
        RecordConsent,
        RecordAnswer,
        OfferResources,
        ContinueHelp,
        RecordHelp,
        RequestCallback,
        AskPerson,
        AskLater,
        TellNext,
        RaiseConcern,
        CompleteCheckIn,
        ChangeLanguage,
        MarkWrongPerson,
        PauseTexts,
    )
}

#: A turn with this intent must carry this directive. Rasa answers 200 and goes on when its action server is gone; a
#: directive missing here is how the application notices. Only for what a custom action computes.
EXPECTED: Mapping[str, frozenset[str]] = {
    # How their case stands is a need too, and a person's to answer.
    "state_need": frozenset({OfferResources.name, AskPerson.name}),
    "ask_for_call": frozenset({RequestCallback.name}),
    "ask_for_pause": frozenset({PauseTexts.name}),
    "ask_for_later": frozenset({AskLater.name}),
    "give_time": frozenset({RequestCallback.name}),
    "give_place": frozenset({ContinueHelp.name}),
}


def block(value: Block) -> dict[str, str]:
    """The wire form of a block: what an action hands to `dispatcher.utter_message(json_message=…)`."""
    if isinstance(value, Say):
        return {"say": value.key, **value.slots}
    fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    return {"directive": value.name, **{k: v for k, v in fields.items() if v is not None}}


def parse(custom: Mapping[str, Any]) -> Block:
    """Read one `custom:` block.

    Raises:
        BadBlock: unknown, misspelt, or a required field is absent. Rasa fills an unset slot in as the text "None", and
            leaves "{slot}" standing when the slot does not exist: both count as absent.
    """
    given = {str(k): str(v).strip() for k, v in custom.items() if not _absent(v)}
    if "say" in given:
        key = given.pop("say")
        return Say(key, given)
    kind = DIRECTIVES.get(given.pop("directive", ""))
    if kind is None:
        raise BadBlock(f"a block with neither a known 'directive' nor 'say': fields {sorted(custom)}")
    fields = {f.name: f for f in dataclasses.fields(kind)}
    unknown = given.keys() - fields.keys()
    missing = {n for n, f in fields.items() if f.default is dataclasses.MISSING} - given.keys()
    if unknown or missing:
        raise BadBlock(f"{kind.name}: unknown fields {sorted(unknown)}, missing fields {sorted(missing)}")
    made: Directive = kind(**given)
    return made


def check_expected(intent: str, blocks: Iterable[Block]) -> None:
    """Raise BadBlock when the directive this intent must bring is not there (the action server dropped it)."""
    wanted = EXPECTED.get(intent)
    if wanted is not None and not any(getattr(b, "name", None) in wanted for b in blocks):
        raise BadBlock(f"intent {intent} came without its directive {' or '.join(sorted(wanted))}")


def _absent(value: object) -> bool:
    text = str(value).strip() if value is not None else ""
    return text in ("", "None") or (text.startswith("{") and text.endswith("}"))
