"""Which text goes first where several are due for one sender, and how far ahead of its bucket each may go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import IntEnum

from checkback.care.terms import OutboundKind, Urgency


class Priority(IntEnum):
    """The lowest goes first."""

    SAFETY = 0
    EMERGENT_ALERT = 1
    ALERT = 2
    NOTE_TO_STAFF = 3
    FRESH_ANSWER = 4
    PERSONAL = 5
    ANSWER = 6
    WELCOME = 7
    CHECK_IN = 8
    REMINDER = 9
    CANARY = 10


_OF_KIND: Mapping[OutboundKind, Priority] = {
    OutboundKind.SAFETY: Priority.SAFETY,
    OutboundKind.NOTICE: Priority.NOTE_TO_STAFF,
    OutboundKind.ALARM: Priority.NOTE_TO_STAFF,
    OutboundKind.STAFF_ANSWER: Priority.ALERT,
    OutboundKind.CONFIRMATION: Priority.FRESH_ANSWER,
    OutboundKind.ANSWER: Priority.ANSWER,
    OutboundKind.PERSONAL: Priority.PERSONAL,
    OutboundKind.WELCOME: Priority.WELCOME,
    OutboundKind.CHECK_IN: Priority.CHECK_IN,
    OutboundKind.REMINDER: Priority.REMINDER,
    OutboundKind.CANARY: Priority.CANARY,
}

#: An alert by how soon somebody is wanted. What a night brought of marked distress falls due in one moment of the
#: morning: an emergency must not stand behind it.
_OF_ALERT: Mapping[Urgency, Priority] = {
    Urgency.EMERGENT: Priority.EMERGENT_ALERT,
    Urgency.URGENT: Priority.ALERT,
}

#: How far ahead of its sender's bucket a text may go. What a check-in may not use is what keeps an answer to a crisis
#: from ever waiting for one: the bucket that is full for check-ins has room for it at once.
AHEAD: Mapping[Priority, timedelta] = {
    Priority.SAFETY: timedelta(seconds=60),
    Priority.EMERGENT_ALERT: timedelta(seconds=60),
    Priority.ALERT: timedelta(seconds=30),
    Priority.NOTE_TO_STAFF: timedelta(seconds=5),
    Priority.FRESH_ANSWER: timedelta(seconds=4),
    Priority.PERSONAL: timedelta(seconds=3),
    Priority.ANSWER: timedelta(seconds=2),
    Priority.WELCOME: timedelta(seconds=1),
    Priority.CHECK_IN: timedelta(
        seconds=0.5
    ),  # as often as a worker looks; else a fast sender would idle between looks
    Priority.REMINDER: timedelta(seconds=0.5),
    Priority.CANARY: timedelta(seconds=0.5),
}

#: Tried even while a sender is paused, since nobody can wait for them: safety answers, and everything to staff.
CANNOT_WAIT = frozenset({Priority.SAFETY, Priority.EMERGENT_ALERT, Priority.ALERT, Priority.NOTE_TO_STAFF})


def priority_of(kind: OutboundKind, *, is_fresh: bool = False, urgency: Urgency | None = None) -> Priority:
    """Where a text stands. `is_fresh`: it answers what the person has written just now. `urgency`: of an alert."""
    if kind is OutboundKind.NOTICE and urgency is not None:
        return _OF_ALERT[urgency]
    return Priority.FRESH_ANSWER if is_fresh and kind is OutboundKind.ANSWER else _OF_KIND[kind]


def may_go(ahead_by: timedelta, *, paused: bool) -> frozenset[Priority]:
    """What may go from a bucket that is full for so long yet; everything when it is not full at all."""
    with_room = {priority for priority, ahead in AHEAD.items() if ahead_by <= ahead}
    return frozenset(with_room & CANNOT_WAIT if paused else with_room)
