"""When each text of a plan is due for one contact, and which are left out and why. Nothing but values go in and come
out, so that a rehearsal, a preview and the real planning cannot differ.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from checkback.care.rules.hours import Hours, NeverOpen, next_start
from checkback.care.rules.plans import PROMISED, WEEK, Answers, Plan, Step, Unit
from checkback.care.terms import Dialogue, LatePolicy

#: How long a text that goes late in any case waits at most, when no other follows it.
LONGEST_LATE = timedelta(days=30)
#: More texts than these in so many days are too many (a default that a clinical lead may argue with).
TEXTS_A_WEEK, WEEK_OF_TEXTS = 3, 7


TIME_HAS_PASSED = "its-time-has-passed"


@dataclass(frozen=True)
class Facts:
    """What a plan is laid out for: one contact, one incident.

    Args:
        planned_at: when this is done; nothing falls due before it.
        hours: the contact's own, in their zone.
        child_ages: of the family; None while nobody asked, which leaves no step out.
        promise: what was said at the door, where it is not what the plan says.
    """

    incident_at: datetime
    planned_at: datetime
    hours: Hours
    child_ages: tuple[int, ...] | None = ()
    promise: timedelta | None = None
    answers: Answers = field(default_factory=Answers)


@dataclass(frozen=True)
class PlannedText:
    """A step that falls due, and the moment after which its late policy speaks. UTC."""

    step: Step
    due_at: datetime
    send_before: datetime


@dataclass(frozen=True)
class LeftOut:
    """A step this contact does not get, or not yet, and why in a few words."""

    step: Step
    reason: str


def lay_out(plan: Plan, facts: Facts) -> Sequence[PlannedText | LeftOut]:
    """Every step of the plan, in its order, with its time or the reason why it has none.

    What was promised is never moved. A text that would fall on the day of one for every family before it, or before
    it, moves to the next day; when that is later than it may be, or a fourth text in seven days, it is left out.
    """
    found: list[PlannedText | LeftOut] = []
    before: list[PlannedText] = []
    for step in plan.steps:
        fate = _fate(step, facts, before)
        found.append(fate)
        if isinstance(fate, PlannedText) and not step.offset.of_answer:
            before.append(fate)
    return _until_the_next(found)


def first_start(moment: datetime, step: Step, hours: Hours) -> datetime | None:
    """The first moment from `moment` on that lies in the step's window and days and in the contact's own hours; None
    when these never meet. A window that has no hour in common with theirs gives way.
    """
    if not hours.days & _days_of(step):
        return None
    try:
        return next_start(moment, narrowed(hours, step))
    except NeverOpen:
        return None


def narrowed(hours: Hours, step: Step) -> Hours:
    """The contact's hours within the window and the days of a step. A window or days that have nothing in common with
    theirs give way: a promise that stands is kept in their own hours, rather than not at all.
    """
    opens, closes = max(hours.opens, step.opens), min(hours.closes, step.closes)
    if opens >= closes:
        opens, closes = hours.opens, hours.closes
    return replace(hours, opens=opens, closes=closes, days=hours.days & _days_of(step) or hours.days)


def _days_of(step: Step) -> frozenset[int]:
    return frozenset(WEEK.index(day) for day in step.days or WEEK)


def _fate(step: Step, facts: Facts, before: Sequence[PlannedText]) -> PlannedText | LeftOut:
    asked_of = step.when.children
    if facts.child_ages is not None and asked_of is not None and not asked_of.holds(facts.child_ages):
        return LeftOut(step, "no-such-child")
    nominal = _nominal(step, facts)
    if nominal is None:
        return LeftOut(step, "waits-for-an-answer")
    if step.name == PROMISED:
        nominal = max(nominal, facts.planned_at)
    due_at = first_start(nominal, step, facts.hours)
    if due_at is None:
        return LeftOut(step, "no-such-day")
    if due_at + step.late.within <= facts.planned_at:
        return LeftOut(step, TIME_HAS_PASSED)
    return _among_others(step, facts, due_at, before)


def _among_others(step: Step, facts: Facts, due_at: datetime, before: Sequence[PlannedText]) -> PlannedText | LeftOut:
    zone, until = ZoneInfo(facts.hours.zone), due_at + step.late.within
    if step.name == PROMISED:
        return PlannedText(step, due_at, until)
    earliest = max([due_at, facts.planned_at, *_mornings_after(step, before, zone)])
    start = due_at if earliest == due_at else first_start(earliest, step, facts.hours)
    if start is None or start >= until:
        return LeftOut(step, "too-close-behind-the-one-before")
    week_before = start.astimezone(zone).date() - timedelta(days=WEEK_OF_TEXTS)
    if sum(text.due_at.astimezone(zone).date() > week_before for text in before) >= TEXTS_A_WEEK:
        return LeftOut(step, "a-fourth-text-of-the-week")
    return PlannedText(step, start, until)


def _mornings_after(step: Step, before: Sequence[PlannedText], zone: ZoneInfo) -> Sequence[datetime]:
    """The next day of each text it may not share a day with."""
    if step.offset.of_answer or step.dialogue is Dialogue.CONSENT:
        return ()
    return [_midnight_after(text.due_at, zone) for text in before if text.step.is_for_all]


def _nominal(step: Step, facts: Facts) -> datetime | None:
    """When the step is due by its offset alone, whatever the hour."""
    offset = step.offset
    start = facts.answers.to_which(offset) if offset.of_answer else facts.incident_at
    if start is None:
        return None
    start, zone = start.astimezone(UTC), ZoneInfo(facts.hours.zone)  # hours are counted in UTC, whatever the clocks do
    if step.name == PROMISED and facts.promise is not None:
        return start + facts.promise
    match offset.unit:
        case Unit.HOURS:
            return start + timedelta(hours=offset.number)
        case Unit.DAYS:
            return _on_the_calendar(start, zone, days=offset.number)
        case Unit.MONTHS:
            return _on_the_calendar(start, zone, months=offset.number)


def _on_the_calendar(start: datetime, zone: ZoneInfo, *, days: int = 0, months: int = 0) -> datetime:
    """The same time of day by the clock on the wall; of a month that is too short, its last day."""
    local = start.astimezone(zone)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, calendar.monthrange(year, month + 1)[1])
    there = local.replace(year=year, month=month + 1, day=day, tzinfo=None) + timedelta(days=days)
    return there.replace(tzinfo=zone).astimezone(UTC)


def _midnight_after(moment: datetime, zone: ZoneInfo) -> datetime:
    day = moment.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def _until_the_next(found: Sequence[PlannedText | LeftOut]) -> Sequence[PlannedText | LeftOut]:
    """A text that is sent late in any case may wait until the next one for every family has its turn."""
    laid: list[PlannedText | LeftOut] = []
    follows: datetime | None = None
    for fate in reversed(found):
        if isinstance(fate, PlannedText):
            laid.append(_may_wait(fate, follows))
            if fate.step.is_for_all and not fate.step.offset.of_answer:
                follows = fate.due_at
        else:
            laid.append(fate)
    return laid[::-1]


def _may_wait(text: PlannedText, follows: datetime | None) -> PlannedText:
    if text.step.late.policy is not LatePolicy.SEND or text.step.dialogue is Dialogue.CONSENT:
        return text
    longest = text.due_at + LONGEST_LATE
    until = longest if follows is None else min(follows, longest)
    return replace(text, send_before=max(text.send_before, until))
