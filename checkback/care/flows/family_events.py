"""What staff learn of a family and the program must know: a pause, a wrong number, a death, an end; and their hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast
from zoneinfo import available_timezones

from checkback.care.errors import HoldRefused, Said, said
from checkback.care.flows.holds import Placed, held_family, member
from checkback.care.model import Contact, Family, StaffMember
from checkback.care.program.seeds import WEEKDAYS
from checkback.care.rules.days import holidays_of
from checkback.care.rules.events import Event
from checkback.care.rules.hours import Hours, is_ever_open
from checkback.care.runtime import Runtime
from checkback.care.steps import events, holding, pausing
from checkback.care.steps.holding import What
from checkback.care.steps.staff_work import actor
from checkback.care.steps.tasks import open_task, task_key
from checkback.care.store import Transaction, escalations, holds, people, purging
from checkback.care.terms import EscalationState, HoldKind, HoldScope, TaskKind, ZoneSource


@dataclass(frozen=True)
class Done:
    """An event that was carried out. `beyond_recall`: texts the carrier has, which nobody can take back."""

    family: str
    already: bool
    beyond_recall: int = 0


def pause(rt: Runtime, reference: str, until: date, login: str, contact: int | None = None) -> Done:
    """No check-ins to a family, or to one of its people, before that day; then they go on by themselves.

    Raises:
        NotFound: nobody of this login, family or place in it.
        HoldRefused: the day is not ahead.
    """
    with rt.store.begin("family-events.pause") as tx:
        staff, family = member(tx, login), held_family(tx, reference)
        for person in people.people_at(tx, family, contact):
            if pausing.pause(tx, person, until, actor(staff)) <= tx.now:
                raise HoldRefused(said("that day has begun already; name a later one"))
        return _done(tx, family)


def resume(rt: Runtime, reference: str, login: str, contact: int | None = None) -> Done:
    """The pause is over. What was moved stays where it was moved to. Raises NotFound."""
    with rt.store.begin("family-events.resume") as tx:
        staff, family = member(tx, login), held_family(tx, reference)
        ended = [pausing.resume(tx, person, actor(staff)) for person in people.people_at(tx, family, contact)]
        return Done(family.reference, already=not any(ended))


def somebody_died(rt: Runtime, reference: str, reason: str, login: str) -> Placed:
    """A death in the family: everything automatic is held at once, and a person is asked to read what was planned.

    Raises NotFound, WordsRefused.
    """
    with rt.store.begin("family-events.death") as tx:
        family = held_family(tx, reference)
        what = What(HoldKind.DEATH, HoldScope.FAMILY, family)
        hold, is_new = holding.place(tx, what, member(tx, login), reason)
        gone = holds.with_the_carrier(tx, family.id)
        dropped = [text.valid_until for text in gone if text.valid_until is not None]
        return Placed(hold.reference, not is_new, None, len(gone), max(dropped, default=None))


def close_case(rt: Runtime, reference: str, login: str) -> Done:
    """The programme's work with a family has ended: what was promised is cancelled.

    Raises NotFound; HoldRefused while an escalation of theirs has no outcome: nobody would look for them any more.
    """
    with rt.store.begin("family-events.close") as tx:
        staff, family = member(tx, login), held_family(tx, reference)
        if family.closed_at is not None:
            return Done(family.reference, already=True)
        for escalation in escalations.of_family(tx, family.id):
            if escalation.state is not EscalationState.RESOLVED:
                raise HoldRefused(said("%(it)s has no outcome yet. Say how it ended first.", it=escalation.reference))
        family.closed_at = tx.now
        tx.record("family.closed", family, actor(staff))
        for person in people.contacts_in(tx, family):
            events.happened(tx, Event.CASE_CLOSED, person)
        return _done(tx, family)


def reopen(rt: Runtime, reference: str, login: str) -> Done:
    """The work with a family goes on. What was cancelled stays so, and no plan begins by itself.

    Raises NotFound; HoldRefused once their words or their record are being taken out.
    """
    with rt.store.begin("family-events.reopen") as tx:
        staff, family = member(tx, login), held_family(tx, reference)
        if family.closed_at is None:
            return Done(family.reference, already=True)
        if purging.has_begun(tx, family):
            raise HoldRefused(said("What was kept about %(it)s is being taken out. Enrol them anew.", it=reference))
        # Nothing of the plan they followed is left; whoever starts one sees before what it sends.
        family.closed_at = family.plan_id = None
        tx.record("family.reopened", family, actor(staff))
        return _done(tx, family)


def is_wrong_number(rt: Runtime, reference: str, contact: int, login: str) -> Done:
    """Somebody else has this phone: nothing more goes there, and the right number is a task. Raises NotFound."""
    with rt.store.begin("family-events.wrong-number") as tx:
        staff, family = member(tx, login), held_family(tx, reference)
        (person,) = people.people_at(tx, family, contact)
        if person.wrong_person_at is not None:
            return Done(family.reference, already=True)
        person.wrong_person_at = tx.now
        tx.record("contact.wrong-person", person, actor(staff))
        events.happened(tx, Event.WRONG_PERSON, person)
        open_task(tx, TaskKind.WRONG_PERSON, dedupe_key=task_key(TaskKind.WRONG_PERSON, person.id), family=family)
        return _done(tx, family)


@dataclass(frozen=True)
class NewHours:
    """What to change of a contact's hours; None leaves it. `days` as `MO`, `TU` …; none of them: every day."""

    opens: int | None = None
    closes: int | None = None
    days: Sequence[str] | None = None
    zone: str | None = None


def set_hours(rt: Runtime, reference: str, new: NewHours, login: str, contact: int | None = None) -> Sequence[Hours]:
    """Keep what a family said of when to text them. Raises NotFound, HoldRefused (naming what is wrong)."""
    with rt.store.begin("family-events.hours") as tx:
        staff, family = member(tx, login), held_family(tx, reference)
        return [_set_hours(tx, person, new, staff) for person in people.people_at(tx, family, contact)]


@dataclass(frozen=True)
class ProgrammeTimes:
    """What binds every automatic text of the programme; None leaves it as it is."""

    opens: int | None = None
    closes: int | None = None
    holidays: str | None = None
    rest_hours: int | None = None
    calm_hours: int | None = None
    texts_a_day: int | None = None
    texts_a_week: int | None = None
    starts_a_minute: int | None = None
    safe_days: int | None = None


_LEAST_AND_MOST = {
    "opens": (8, 20),
    "closes": (9, 21),
    "rest_hours": (0, 168),
    "calm_hours": (0, 168),
    "texts_a_day": (1, 3),
    "texts_a_week": (1, 7),
    "starts_a_minute": (1, 6000),
    "safe_days": (1, 90),
}


def programme_times(rt: Runtime) -> ProgrammeTimes:
    """As they are kept."""
    with rt.store.read() as tx:
        return _as_kept(tx)


def set_programme_times(rt: Runtime, new: ProgrammeTimes, login: str) -> ProgrammeTimes:
    """Change what binds the whole programme. A family that keeps the programme's own hours follows them.

    Raises NotFound, HoldRefused (naming what is wrong; nothing is changed then).
    """
    with rt.store.begin("family-events.programme-times") as tx:
        staff, programme = member(tx, login), tx.lock(people.the_programme(tx))
        before = (programme.opens, programme.closes)
        wanted = {name: value for name, value in vars(new).items() if value is not None}
        for name, value in wanted.items():
            _check(name, value)
            setattr(programme, name, value)
        if programme.texts_a_week < programme.texts_a_day:
            raise HoldRefused(said("no fewer than in a day"), field="texts_a_week")
        _hours(programme.zone, programme.opens, programme.closes)
        _follow(tx, before)
        tx.record("programme.times-changed", programme, actor(staff))
        return _as_kept(tx)


def _as_kept(tx: Transaction) -> ProgrammeTimes:
    programme = people.the_programme(tx)
    return ProgrammeTimes(**{name: getattr(programme, name) for name in vars(ProgrammeTimes())})


def _check(name: str, value: int | str) -> None:
    if isinstance(value, str):
        try:
            holidays_of(value, 2026)
        except ValueError as error:
            raise HoldRefused(_mend(error), field=name) from error
        return
    least, most = _LEAST_AND_MOST[name]
    if not least <= value <= most:
        raise HoldRefused(said("between %(least)s and %(most)s", least=least, most=most), field=name)


def _follow(tx: Transaction, before: tuple[int, int]) -> None:
    programme = people.the_programme(tx)
    for person in people.with_hours(tx, *before):
        person.opens, person.closes = programme.opens, programme.closes
        tx.record("contact.hours-changed", person)
    left = people.without_hours_in(tx, programme.opens, programme.closes)
    if left:
        raise HoldRefused(
            said("%(left)s contacts have hours of their own that lie outside these; change theirs first", left=left)
        )


def _set_hours(tx: Transaction, person: Contact, new: NewHours, staff: StaffMember) -> Hours:
    programme = people.the_programme(tx)
    if new.zone is not None:
        if new.zone not in available_timezones():
            raise HoldRefused(said("write an IANA name, as America/Chicago"), field="zone")
        person.zone, person.zone_source, person.other_zones = new.zone, ZoneSource.STAFF, ""
    if new.days is not None:
        if set(new.days) - set(WEEKDAYS):
            raise HoldRefused(said("write them as %(listed)s", listed=" ".join(WEEKDAYS)), field="days")
        person.days = " ".join(day for day in WEEKDAYS if day in new.days)
    person.opens, person.closes = new.opens or person.opens, new.closes or person.closes
    if not programme.opens <= person.opens < person.closes <= programme.closes:
        raise HoldRefused(
            said(
                "they lie within the programme's, %(opens)s to %(closes)s",
                opens=programme.opens,
                closes=programme.closes,
            ),
            field="hours",
        )
    tx.record("contact.hours-changed", person, actor(staff))
    hours = _hours(person.zone, person.opens, person.closes, tuple(person.other_zones.split()))
    if not is_ever_open(hours):
        raise HoldRefused(
            said("no hour is left that is decent in every zone they may be in; set the zone first"), field="hours"
        )
    return hours


def _hours(zone: str, opens: int, closes: int, others: tuple[str, ...] = ()) -> Hours:
    try:
        return Hours(zone, opens, closes, other_zones=others)
    except ValueError as error:
        raise HoldRefused(_mend(error), field="hours") from error


def _done(tx: Transaction, family: Family) -> Done:
    return Done(family.reference, already=False, beyond_recall=len(holds.with_the_carrier(tx, family.id)))


def zone_of(rt: Runtime) -> str:
    """The programme's zone, in which staff are told times."""
    with rt.store.read() as tx:
        return people.the_programme(tx).zone


def _mend(error: ValueError) -> Said:
    """What a rule refused, as it said it."""
    (mend,) = error.args
    return cast(Said, mend)
