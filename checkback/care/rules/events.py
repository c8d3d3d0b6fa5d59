"""What an event does to what is planned, queued or asked: one table, read by everything that carries it out.

What cannot be taken back is left: a text that the carrier has, safety wording, and what a person wrote themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum


class Event(StrEnum):
    """Something that changes what may still be sent."""

    ANSWERED = "answered"
    PERSON_WRITES = "person-writes"
    OPTED_OUT = "opted-out"
    WRONG_PERSON = "wrong-person"
    PAUSED = "paused"
    ACUTE = "acute"
    CASE_CLOSED = "case-closed"
    DEATH = "death"
    CONSENT_ENDED = "consent-ended"
    HELD = "held"
    DATE_KEPT_FREE = "date-kept-free"
    GONE_SILENT = "gone-silent"


class Standing(StrEnum):
    """What an event may meet: a promise by where it stands, or a queued text that belongs to none."""

    PLANNED = "planned"
    UNDER_WAY = "under-way"
    """Its time had come: the assistant has it, or its text is queued and not handed over."""
    WITH_THE_CARRIER = "with-the-carrier"
    ASKED = "asked"
    WELCOME = "welcome"
    ANSWER = "answer"


class Effect(IntEnum):
    """What becomes of it. Where several events meet, the higher counts, in whichever order they came."""

    LEAVE = 0
    WAIT = 1
    """It stands, and its time runs on: what is late in the end is judged."""
    MOVE = 2
    """They wanted it later: its time moves along, and it is not late."""
    HOLD = 3
    """Nobody may send it until somebody lets it go; then it is judged."""
    CANCEL = 4
    END = 5
    """It has what it was for: it is answered."""


_ALL = frozenset(Standing)
_PROMISED = frozenset({Standing.PLANNED, Standing.UNDER_WAY})
_OPEN = _PROMISED | {Standing.WITH_THE_CARRIER, Standing.ASKED}


def _each(standings: frozenset[Standing], effect: Effect) -> dict[Standing, Effect]:
    return dict.fromkeys(standings, effect)


EFFECTS: Mapping[Event, Mapping[Standing, Effect]] = {
    Event.ANSWERED: {Standing.WITH_THE_CARRIER: Effect.END, Standing.ASKED: Effect.END},
    # A person speaks with them: an answer of ours that was written before would speak in between.
    Event.PERSON_WRITES: {**_each(_PROMISED, Effect.WAIT), Standing.ANSWER: Effect.CANCEL},
    Event.OPTED_OUT: _each(_ALL, Effect.CANCEL),
    # The sentence that says sorry is an answer.
    Event.WRONG_PERSON: {**_each(_OPEN, Effect.CANCEL), Standing.WELCOME: Effect.CANCEL},
    Event.PAUSED: _each(_PROMISED, Effect.MOVE),
    Event.ACUTE: {**_each(_PROMISED, Effect.WAIT), Standing.ANSWER: Effect.CANCEL},
    Event.CASE_CLOSED: {**_each(_OPEN, Effect.CANCEL), Standing.WELCOME: Effect.CANCEL},
    Event.DEATH: {**_each(_PROMISED | {Standing.WELCOME}, Effect.HOLD), Standing.ANSWER: Effect.CANCEL},
    Event.CONSENT_ENDED: {**_each(_OPEN, Effect.CANCEL), Standing.WELCOME: Effect.CANCEL},
    # An answer that waits for the end of a hold answers nothing any more: a person does. One to a text of the last
    # minutes is not kept back (`steps.events.answer_is_held`).
    Event.HELD: {**_each(_PROMISED | {Standing.WELCOME}, Effect.HOLD), Standing.ANSWER: Effect.CANCEL},
    Event.DATE_KEPT_FREE: _each(_PROMISED, Effect.MOVE),
    Event.GONE_SILENT: _each(_PROMISED, Effect.CANCEL),
}


def effect_of(event: Event, standing: Standing) -> Effect:
    """What this event does to what stands so."""
    return EFFECTS[event].get(standing, Effect.LEAVE)
