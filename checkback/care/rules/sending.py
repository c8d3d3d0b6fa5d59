"""Whether a text may be handed to the carrier now, and for how long the carrier may hold it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from checkback.care.rules.hours import Hours, NeverOpen, next_window
from checkback.care.terms import OutboundKind

#: Bound to the contact's hours. Fixed safety wording, one confirmation of an opt-out, a person's own words and texts to
#: staff are not.
BOUND_TO_HOURS = frozenset({OutboundKind.WELCOME, OutboundKind.CHECK_IN, OutboundKind.ANSWER})
#: What we begin by ourselves: bound to days, holidays, holds around a date and caps as well. (The consent question is
#: what staff asked for by enrolling; an answer is what the person asked for.)
AUTOMATIC = frozenset({OutboundKind.CHECK_IN})
#: Less than this at the carrier is not worth handing over: it would be dropped before it is tried.
SHORTEST = timedelta(seconds=30)
#: What the carrier may take before it has the text, and starts to count: kept back where the hours end.
HANDING_OVER = timedelta(seconds=20)


@dataclass(frozen=True)
class HandOver:
    """It may go now; the carrier may hold it for so long."""

    valid_for: timedelta


@dataclass(frozen=True)
class Wait:
    """Not yet: look again then."""

    until: datetime


@dataclass(frozen=True)
class TooLate:
    """Its time has passed; a person decides what becomes of it."""


Verdict = HandOver | Wait | TooLate


def judge(
    kind: OutboundKind,
    now: datetime,
    *,
    not_after: datetime,
    hours: Hours | None,
    free_until: datetime | None = None,
    not_before: datetime | None = None,
) -> Verdict:
    """Judge one text that is due.

    Args:
        hours: the contact's own, or None for a text to somebody who has none (staff).
        free_until: until then hours do not bind it: an answer within ten minutes of the person's own text.
        not_before: the first moment at which the caps have room for it.
    """
    if now + SHORTEST > not_after:
        return TooLate()
    if kind not in BOUND_TO_HOURS or hours is None:
        return HandOver(not_after - now)
    earliest = max(now, not_before or now)
    try:
        window = next_window(earliest, hours if kind in AUTOMATIC else hours.daily)
    except NeverOpen:
        return TooLate()
    if earliest == now and window.may_start(now):
        return HandOver(min(not_after, window.closes_at - HANDING_OVER) - now)
    if free_until is not None and now + SHORTEST <= free_until:
        return HandOver(min(not_after, free_until - HANDING_OVER) - now)
    starts = max(window.opens_at, earliest)
    return Wait(starts) if starts + SHORTEST <= not_after else TooLate()
