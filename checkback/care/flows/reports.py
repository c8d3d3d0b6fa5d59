"""What a quarter came to, in figures a programme lead may show to others: nobody can be recognised in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from checkback.care.model import StaffMember
from checkback.care.rules.quarters import Quarter, quarter_named, quarter_of
from checkback.care.rules.small_cells import LEAST, hidden
from checkback.care.runtime import Runtime
from checkback.care.steps.staff_work import actor
from checkback.care.store import Transaction, people, report_counts
from checkback.care.store.report_counts import Alarm
from checkback.care.terms import DistressLevel, Split

#: How many quarters back there is to choose from.
MOST_QUARTERS = 12
#: A ninetieth percentile of fewer is one or two people's.
ENOUGH_FOR_P90 = 20


class Figure(StrEnum):
    """What is counted."""

    FAMILIES = "families"
    ASKED = "asked"
    REACHED = "reached"
    ANSWERED = "answered"
    TEXTS = "texts"
    DELIVERED = "delivered"
    OPT_OUTS = "opt-outs"
    ALARMS = "alarms"
    TAKEN = "taken"
    SPOKEN_WITH = "spoken-with"


#: What each part is a part of.
PART_OF: Mapping[Figure, Figure] = {
    Figure.REACHED: Figure.ASKED,
    Figure.ANSWERED: Figure.ASKED,
    Figure.DELIVERED: Figure.TEXTS,
    Figure.OPT_OUTS: Figure.FAMILIES,
    Figure.TAKEN: Figure.ALARMS,
    Figure.SPOKEN_WITH: Figure.ALARMS,
}


@dataclass(frozen=True)
class Spread:
    """How long something took: half were quicker than the median, nine in ten quicker than the other."""

    count: int
    median: timedelta | None
    p90: timedelta | None


@dataclass(frozen=True)
class Row:
    """The figures of one group, or of all; None where they are too few to be told. No name: it is not known of them."""

    name: str
    counts: Mapping[Figure, int | None]
    to_take: Spread
    to_reach: Spread

    def share(self, figure: Figure) -> float | None:
        """A part of its whole, from 0 to 1, where both are told."""
        part, whole = self.counts[figure], self.counts[PART_OF[figure]]
        return part / whole if part is not None and whole else None


@dataclass(frozen=True)
class Week:
    """Distress that was heard in the week from this Monday on."""

    monday: date
    acute: int | None
    high: int | None


@dataclass(frozen=True)
class Need:
    """How often a need was named, and how often of these we had no place for it."""

    name: str
    named: int | None
    unmet: int | None


@dataclass(frozen=True)
class Report:
    """One quarter. `groups` is empty where it was not divided, or falls into one group only."""

    now: datetime
    zone: str
    programme: str
    quarter: Quarter
    is_over: bool
    quarters: Sequence[Quarter]
    split: Split | None
    total: Row
    groups: Sequence[Row]
    weeks: Sequence[Week]
    needs: Sequence[Need]
    needs_named: int
    needs_unmet: int


def report(rt: Runtime, wanted: str = "", split: Split | None = None) -> Report:
    """The figures of a quarter, of this one unless another is named, divided if that is wished."""
    with rt.store.read() as tx:
        programme = people.the_programme(tx)
        this = quarter_of(tx.now, programme.zone)
        named = quarter_named(wanted)
        quarter = named if named is not None and named <= this else this
        since, until = quarter.span(programme.zone)
        alarms = report_counts.alarms(tx, since, until, split)
        named_in_all = report_counts.needs_named(tx, since, until)
        counts = _counts(tx, since, until, split, alarms)
        total = counts if split is None else {"": _together(tx, since, until, counts)}
        return Report(
            now=tx.now,
            zone=programme.zone,
            programme=programme.name,
            quarter=quarter,
            is_over=quarter < this,
            quarters=_quarters(tx, this, programme.zone),
            split=split,
            total=_total(total, alarms),
            groups=_groups(counts, alarms) if split else (),
            weeks=_weeks(alarms, quarter, programme.zone),
            needs=_needs(named_in_all),
            needs_named=sum(all_ for all_, _met in named_in_all.values()),
            needs_unmet=sum(all_ - met for all_, met in named_in_all.values()),
        )


def note_download(rt: Runtime, reader_id: UUID) -> None:
    """Leave the audit row that says who took a report out of the house."""
    with rt.store.begin("reports.download") as tx:
        tx.record("programme.figures-taken", people.the_programme(tx), actor(tx.get(StaffMember, reader_id)))


Counts = dict[Figure, int]


def _counts(
    tx: Transaction, since: datetime, until: datetime, split: Split | None, alarms: Sequence[Alarm]
) -> dict[str, Counts]:
    """Every figure of every group."""
    families = report_counts.groups_of_families(tx, since, until, split)
    asked = report_counts.check_ins_asked(tx, since, until, split)
    texts = report_counts.texts_handed(tx, since, until, split)
    stopped = report_counts.opt_outs(tx, since, until, split)
    found: dict[str, Counts] = {}
    for name in {*families, *asked, *texts, *stopped, *(alarm.group for alarm in alarms)}:
        own = [alarm for alarm in alarms if alarm.group == name]
        promises, (given, arrived) = asked.get(name), texts.get(name, (0, 0))
        found[name] = {
            Figure.FAMILIES: families.get(name, 0),
            Figure.ASKED: promises.asked if promises else 0,
            Figure.REACHED: promises.reached if promises else 0,
            Figure.ANSWERED: promises.answered if promises else 0,
            Figure.TEXTS: given,
            Figure.DELIVERED: arrived,
            Figure.OPT_OUTS: stopped.get(name, 0),
            Figure.ALARMS: len(own),
            Figure.TAKEN: sum(alarm.taken_at is not None for alarm in own),
            Figure.SPOKEN_WITH: sum(alarm.reached_at is not None for alarm in own),
        }
    return found


def _together(tx: Transaction, since: datetime, until: datetime, counts: Mapping[str, Counts]) -> Counts:
    """Of all groups; a family may stand in two of them, so families are counted anew."""
    return {
        **{figure: sum(row[figure] for row in counts.values()) for figure in Figure},
        Figure.FAMILIES: sum(report_counts.groups_of_families(tx, since, until, None).values()),
        Figure.OPT_OUTS: sum(report_counts.opt_outs(tx, since, until, None).values()),
    }


def _total(counts: Mapping[str, Counts], alarms: Sequence[Alarm]) -> Row:
    (found,) = counts.values() if counts else [dict.fromkeys(Figure, 0)]
    told = {
        **found,
        Figure.ALARMS: len(alarms),
        Figure.TAKEN: sum(alarm.taken_at is not None for alarm in alarms),
        Figure.SPOKEN_WITH: sum(alarm.reached_at is not None for alarm in alarms),
    }
    return Row("", told, _to_take(alarms), _to_reach(alarms))


def _groups(counts: Mapping[str, Counts], alarms: Sequence[Alarm]) -> Sequence[Row]:
    """The groups by name, those not known last, with what is too few hidden."""
    names = sorted(counts, key=lambda name: (not name, name))
    if len(names) < 2:  # noqa: PLR2004 - one group is the total
        return ()
    few = {at for at, name in enumerate(names) if counts[name][Figure.FAMILIES] < LEAST}
    told: list[dict[Figure, int | None]] = [{} for _ in names]
    for figure in Figure:
        column = [counts[name][figure] for name in names]
        whole = [counts[name][PART_OF[figure]] for name in names] if figure in PART_OF else None
        untold = hidden(column, of=whole, besides=few)
        for at, count in enumerate(column):
            told[at][figure] = None if at in untold else count
    return [_row(name, told[at], [a for a in alarms if a.group == name]) for at, name in enumerate(names)]


def _row(name: str, told: Mapping[Figure, int | None], alarms: Sequence[Alarm]) -> Row:
    nothing = Spread(0, None, None)
    is_taken_told = (told[Figure.TAKEN] or 0) >= LEAST
    is_reached_told = (told[Figure.SPOKEN_WITH] or 0) >= LEAST
    return Row(
        name,
        told,
        _to_take(alarms) if is_taken_told else nothing,
        _to_reach(alarms) if is_reached_told else nothing,
    )


def _to_take(alarms: Sequence[Alarm]) -> Spread:
    return spread([alarm.taken_at - alarm.opened_at for alarm in alarms if alarm.taken_at])


def _to_reach(alarms: Sequence[Alarm]) -> Spread:
    return spread([alarm.reached_at - alarm.opened_at for alarm in alarms if alarm.reached_at])


def spread(spans: Sequence[timedelta]) -> Spread:
    """The median, and the ninetieth percentile by nearest rank where there are enough for one."""
    if not spans:
        return Spread(0, None, None)
    ordered = sorted(spans)
    last = ordered[-(-len(ordered) * 9 // 10) - 1] if len(ordered) >= ENOUGH_FOR_P90 else None
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    return Spread(len(ordered), middle, last)


def _weeks(alarms: Sequence[Alarm], quarter: Quarter, zone: str) -> Sequence[Week]:
    wall = ZoneInfo(zone)
    heard = Counter((_monday(alarm.opened_at.astimezone(wall).date()), alarm.level) for alarm in alarms)
    mondays = _mondays(quarter)
    acute, high = (_told([heard[m, level] for m in mondays]) for level in (DistressLevel.ACUTE, DistressLevel.HIGH))
    return [Week(monday, acute[at], high[at]) for at, monday in enumerate(mondays)]


def _needs(named: Mapping[str, tuple[int, int]]) -> Sequence[Need]:
    names = sorted(named, key=lambda need: (-named[need][0], need))
    unmet = [named[name][0] - named[name][1] for name in names]
    all_ = [named[name][0] for name in names]
    untold = hidden(unmet, of=all_)
    return [
        Need(name, count, None if at in untold else unmet[at])
        for at, (name, count) in enumerate(zip(names, _told(all_), strict=True))
    ]


def _told(counts: Sequence[int]) -> Sequence[int | None]:
    untold = hidden(counts)
    return [None if at in untold else count for at, count in enumerate(counts)]


def _mondays(quarter: Quarter) -> Sequence[date]:
    first = _monday(quarter.first_day)
    return [first + timedelta(weeks=n) for n in range((quarter.last_day - first).days // 7 + 1)]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _quarters(tx: Transaction, this: Quarter, zone: str) -> Sequence[Quarter]:
    """Those since the first family came in, the latest first."""
    began = report_counts.first_family_at(tx)
    first = quarter_of(began, zone) if began else this
    found = [this]
    while found[-1] > first and len(found) < MOST_QUARTERS:
        found.append(found[-1].before)
    return found
