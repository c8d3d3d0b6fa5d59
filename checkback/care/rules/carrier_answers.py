"""What each answer of the carrier means, for the text, for the phone, and for whom it tells.

One table for both ways a code can come: as the refusal of a text we hand over, and in the report on one the carrier had
taken. The codes and their meaning are Twilio's (https://www.twilio.com/docs/api/errors); what we make of each is ours,
and written out in `docs/carrier-answers.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Fate(StrEnum):
    """What becomes of the text."""

    ENDS = "ends"
    TRIED_AGAIN = "tried-again"
    SLOWED = "slowed"
    WAITS = "waits"


class PhoneFinding(StrEnum):
    """What the answer says of the phone."""

    OPTED_OUT = "opted-out"
    BLOCKS_US = "blocks-us"
    UNKNOWN = "unknown"
    LANDLINE = "landline"


@dataclass(frozen=True)
class CarrierAnswer:
    """One row.

    Args:
        again_after: the waits between tries of a text that did not arrive; when they are used up it ends.
        phone: what is kept of the phone, so that nothing more is texted to it.
        alarm: it is no fault of the one text: the team is told, once a day.
        pauses: how long everything of this sender that can wait stands still; then one text tries whether it is mended.
    """

    means: str
    fate: Fate = Fate.ENDS
    again_after: Sequence[timedelta] = ()
    phone: PhoneFinding | None = None
    alarm: bool = False
    pauses: timedelta | None = None


def _minutes(*waits: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=wait) for wait in waits)


def _slowed(means: str, *waits: int) -> CarrierAnswer:
    return CarrierAnswer(means, Fate.SLOWED, _minutes(*waits))


def _stands_still(means: str, minutes: int, tries: int = 24) -> CarrierAnswer:
    pause = timedelta(minutes=minutes)
    return CarrierAnswer(means, Fate.WAITS, (pause,) * tries, alarm=True, pauses=pause)


_OUR_MISTAKE: Mapping[int, str] = {
    21212: "our number is not written as one",
    21602: "the text is empty",
    21603: "no number of ours is named",
    21604: "no number to text is named",
    21606: "our number is none of this account's that can text",
    21609: "the address for reports is wrong",
    21617: "the text is longer than 1,600 characters",
    21623: "more than ten pictures",
}

BAD_CREDENTIALS = 20003
TOO_MANY_AT_ONCE = 20429
OPTED_OUT = 21610

CARRIER_ANSWERS: Mapping[int, CarrierAnswer] = {
    BAD_CREDENTIALS: _stands_still("our credentials are refused", 5, tries=288),
    TOO_MANY_AT_ONCE: _slowed("too many requests at the same time", 1, 2, 5),
    21211: CarrierAnswer("no such number", phone=PhoneFinding.UNKNOWN),
    21408: CarrierAnswer("texts to that country are switched off", Fate.WAITS, _minutes(60) * 24, alarm=True),
    21608: _stands_still("a trial account texts verified numbers only", 60),
    OPTED_OUT: CarrierAnswer("they opted out", phone=PhoneFinding.OPTED_OUT),
    21611: _slowed("the queue of our number is full", 2, 10, 30),
    21612: CarrierAnswer("the number cannot be reached from ours"),
    21614: CarrierAnswer("not a mobile number", phone=PhoneFinding.LANDLINE),
    21635: CarrierAnswer("a landline", phone=PhoneFinding.LANDLINE),
    30001: _slowed("the queue ran over", 10, 30, 60),
    30002: _stands_still("the account is suspended", 15, tries=96),
    30003: CarrierAnswer("the phone is off or out of reach", Fate.TRIED_AGAIN, _minutes(120, 240, 480)),
    30004: CarrierAnswer("the text was blocked", phone=PhoneFinding.BLOCKS_US),
    30005: CarrierAnswer("the number is not in use", phone=PhoneFinding.UNKNOWN),
    30006: CarrierAnswer("a landline, or a network without texts", phone=PhoneFinding.LANDLINE),
    30007: CarrierAnswer("filtered as unwanted", alarm=True),
    30008: CarrierAnswer("not said why", Fate.TRIED_AGAIN, _minutes(60)),
    30022: _slowed("more than our registration allows at once", 5, 15, 60),
    30023: _slowed("more than our registration allows in a day", 60, 240, 480),
    30027: _slowed("more than one network takes of us in a day", 60, 240, 480),
    30032: _stands_still("our toll-free number is not verified", 60),
    30034: _stands_still("our number is not registered for texts", 60),
    30036: CarrierAnswer("its time passed in the carrier's queue", Fate.TRIED_AGAIN, _minutes(10, 120)),
    30410: CarrierAnswer("a network did not answer the carrier", Fate.TRIED_AGAIN, _minutes(30, 120)),
    30450: CarrierAnswer("held back as a possible fraud", Fate.TRIED_AGAIN, _minutes(120)),
    30610: CarrierAnswer("held back as outside quiet hours", Fate.TRIED_AGAIN, _minutes(120, 720)),
    63038: _stands_still("the account's texts of the day are used up", 60),
    **{code: CarrierAnswer(f"a mistake of ours: {means}", alarm=True) for code, means in _OUR_MISTAKE.items()},
}

_UNKNOWN = CarrierAnswer("not known to us")


def answer_to(code: int | None) -> CarrierAnswer:
    """What a code means; one that is in no row ends the text and is a person's task."""
    return CARRIER_ANSWERS.get(code, _UNKNOWN) if code is not None else _UNKNOWN


def wait_before_next_try(answer: CarrierAnswer, tries_before: int) -> timedelta | None:
    """How long to wait before a text that did not arrive is tried again; None when it is not."""
    return answer.again_after[tries_before] if tries_before < len(answer.again_after) else None


def refused_for_good(code: int | None) -> bool:
    """Whether a text that is refused with this code is not handed over again."""
    return answer_to(code).fate is Fate.ENDS
