"""By when a task is wanted, kind by kind, in working time; and when it has waited so long that somebody else must know.

What families were told decides: whoever was told that a person reads their text is read within two working hours. A
call that somebody asked for is made within one working day, as in Penn Medicine's text check-ins after a hospital stay,
where a need named by text is called back within one business day (Today's Hospitalist).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from checkback.care.rules.days import NONE
from checkback.care.rules.hours import end_of_working_day, next_working_moment
from checkback.care.terms import TaskKind

_HOUR = timedelta(hours=1)
#: Hours of a working day; see `rules.hours`.
_DAY = timedelta(hours=8)
#: How long after its time, in working hours, a task is brought to a coordinator.
RAISED_AFTER = timedelta(hours=2)

#: In working time from its opening. What is not named here is wanted by the end of the working day.
_WITHIN: Mapping[TaskKind, timedelta] = {
    TaskKind.CARRIER_TROUBLE: _HOUR,
    TaskKind.PAGER_BLOCKED: _HOUR,
    TaskKind.PAGER_SILENT: _HOUR,
    TaskKind.TEXT_TO_READ: 2 * _HOUR,
    TaskKind.ASSISTANT_FAILED: 2 * _HOUR,
    TaskKind.UNKNOWN_SENDER: 2 * _HOUR,
    TaskKind.PICTURE: 2 * _HOUR,
    TaskKind.UNASSIGNED: 2 * _HOUR,
    TaskKind.CALL_BACK: _DAY,
    TaskKind.UNMET_NEED: _DAY,
    TaskKind.WRONG_PERSON: _DAY,
    TaskKind.GUARDIAN_WANTED: _DAY,
    TaskKind.CONSENT_WANTED: _DAY,
    TaskKind.NUMBER_CHANGED_HANDS: _DAY,
    TaskKind.NUMBER_UNCHECKED: _DAY,
    TaskKind.PHONE_UNSURE: _DAY,
    TaskKind.SILENT: _DAY,
    TaskKind.SCREENING: 2 * _DAY,
    TaskKind.HELD: _DAY,
    TaskKind.OPTED_IN: _DAY,
    TaskKind.OPTED_OUT: 2 * _DAY,
    TaskKind.DECLINED: 2 * _DAY,
    TaskKind.PAUSE: 2 * _DAY,
    TaskKind.CONSENT_ENDED: 2 * _DAY,
    TaskKind.PAGER_UNWANTED: 2 * _DAY,
}


def due_at(kind: TaskKind, opened_at: datetime, zone: str, holidays: str = NONE) -> datetime:
    """By when a task of this kind is wanted that was opened at this moment."""
    within = _WITHIN.get(kind)
    return (
        end_of_working_day(opened_at, zone, holidays)
        if within is None
        else after_working(opened_at, within, zone, holidays)
    )


def after_working(moment: datetime, span: timedelta, zone: str, holidays: str = NONE) -> datetime:
    """The moment at which so much working time has passed since `moment`."""
    start = next_working_moment(moment, zone, holidays)
    end = end_of_working_day(start, zone, holidays)
    while start + span > end:
        span -= end - start
        start = next_working_moment(end + timedelta(seconds=1), zone, holidays)
        end = end_of_working_day(start, zone, holidays)
    return start + span


def is_working(moment: datetime, zone: str, holidays: str = NONE) -> bool:
    """Whether this moment lies in working hours: outside them nobody is reminded of a task."""
    return next_working_moment(moment, zone, holidays) <= moment


def is_to_be_raised(due: datetime, now: datetime, zone: str, holidays: str = NONE) -> bool:
    """Whether a task has been overdue for so long that a coordinator must know."""
    return now >= after_working(due, RAISED_AFTER, zone, holidays)
