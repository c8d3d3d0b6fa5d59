"""Which plan a family follows: started, moved to another version after a look at what changes, and ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from checkback.care.errors import NoSuchPlan, NotAllowed, said
from checkback.care.flows.plan_versions import STATES, find
from checkback.care.model import CheckIn, CheckInPlan, Contact, Family, Incident
from checkback.care.rules.planning import TIME_HAS_PASSED, LeftOut, PlannedText, lay_out
from checkback.care.rules.plans import PROMISED, Plan
from checkback.care.runtime import Runtime
from checkback.care.steps import plan_texts, planning
from checkback.care.steps.check_ins import end as end_check_in
from checkback.care.store import Transaction, people, plans
from checkback.care.terms import CheckInState, PlanState

_STANDS = frozenset({CheckInState.PLANNED, CheckInState.DUE})


@dataclass(frozen=True)
class TextChange:
    """What becomes of one text to one contact. `was` and `becomes` are local times; None: there is none."""

    contact: int
    step: str
    was: datetime | None
    becomes: datetime | None
    wording: str

    @property
    def is_new(self) -> bool:
        return self.was is None

    @property
    def is_gone(self) -> bool:
        return self.becomes is None


@dataclass(frozen=True)
class Change:
    """What a move, a start or an end does to a family's texts; nothing has happened yet, or all of it has."""

    family: str
    was: str | None
    becomes: str | None
    texts: Sequence[TextChange]


@dataclass(frozen=True)
class _Person:
    """One contact of the family, as staff count them, and the incident their texts count from."""

    place: int
    contact: Contact
    incident: Incident
    rows: Sequence[CheckIn]


def move(rt: Runtime, reference: str, plan: str, login: str, *, really: bool) -> Change:
    """Let a family follow another approved version. What is asked already, or has ended, stays; what was promised at
    the door keeps its time.

    Args:
        really: do it; else only say what it would do.

    Raises:
        NotFound, NoSuchPlan, NotAllowed: nothing was changed.
    """
    return _changed(rt, "plans.move", reference, plan, login, really=really, starts=False)


def start(rt: Runtime, reference: str, plan: str, login: str, *, really: bool) -> Change:
    """Let a family that follows no plan follow this one, from what is still to come of it. Args, raises as `move`."""
    return _changed(rt, "plans.start", reference, plan, login, really=really, starts=True)


def follow(rt: Runtime, reference: str, plan: str, login: str, *, really: bool) -> Change:
    """Move a family to this plan, or start it where they follow none. Args, raises as `move`."""
    with rt.store.read() as tx:
        starts = people.family(tx, reference).plan_id is None
    return (start if starts else move)(rt, reference, plan, login, really=really)


def end(rt: Runtime, reference: str, login: str, *, really: bool) -> Change:
    """Take back every text of the family's plan that is not out yet, what was promised at the door too. As `move`."""
    with rt.store.begin("plans.end") if really else rt.store.read() as tx:
        people.must_work_here(tx, login)
        family = people.family(tx, reference)
        if family.plan_id is None:
            raise NotAllowed(said("%(family)s follows no plan", family=family.reference))
        was = tx.get(CheckInPlan, family.plan_id).reference
        gone = [(person, row) for person in _people(tx, family) for row in person.rows if _is_of_plan(row)]
        if really:
            tx.lock(family)
            for _, row in gone:
                end_check_in(tx, row, CheckInState.CANCELLED, planning.PLAN_ENDED)
            family.plan_id = None
            tx.record("family.plan-ended", family, login)
        texts = [_gone(person, row) for person, row in gone]
        return Change(family.reference, was, None, texts)


def _changed(rt: Runtime, name: str, reference: str, plan: str, login: str, *, really: bool, starts: bool) -> Change:
    with rt.store.begin(name) if really else rt.store.read() as tx:
        people.must_work_here(tx, login)
        family = people.family(tx, reference)
        version = _approved(tx, plan)
        _refuse(family, version, starts=starts)
        was = tx.get(CheckInPlan, family.plan_id).reference if family.plan_id else None
        if really:
            tx.lock(family)
            family.plan_id = version.id
            tx.record("family.plan-started" if starts else "family.plan-moved", family, login)
        definition = plan_texts.read_version(version)
        texts = [
            change
            for person in _people(tx, family)
            for change in _follow(tx, family, person, definition, version, really=really)
        ]
        return Change(family.reference, was, version.reference, texts)


def _follow(
    tx: Transaction, family: Family, person: _Person, plan: Plan, version: CheckInPlan, *, really: bool
) -> Iterator[TextChange]:
    """Bring one contact's texts to the plan, and say what changes; without `really` only say it."""
    facts = planning.facts_of(tx, family, person.incident, person.contact)
    fates = lay_out(plan, facts)
    laid = {fate.step.name: fate for fate in fates if isinstance(fate, PlannedText)}
    waits = {fate.step.name for fate in fates if isinstance(fate, LeftOut) and fate.reason == TIME_HAS_PASSED}
    standing = {plan_texts.step_name(row): row for row in person.rows if _is_of_plan(row)}
    for name, row in standing.items():
        if name not in laid and name not in waits and row.state is CheckInState.PLANNED:
            if really:
                end_check_in(tx, row, CheckInState.CANCELLED, planning.PLAN_MOVED)
            yield _gone(person, row)
    for name, text in laid.items():
        if name in standing:
            yield from _changes(tx, person, standing[name], text, version, really=really)
        elif planning.may_be_planned(text.step, person.rows):
            if really:
                planning.keep(tx, family, person.incident, person.contact, text)
            yield TextChange(person.place, name, None, _local(person, text.due_at), text.step.wording)


def _changes(
    tx: Transaction, person: _Person, row: CheckIn, text: PlannedText, version: CheckInPlan, *, really: bool
) -> Iterator[TextChange]:
    if row.state is not CheckInState.PLANNED:
        return  # it is on its way
    was, wording = row.due_at, row.wording
    if text.step.name == PROMISED:
        text = planning.at_the_same_time(text, row)
    if really:
        planning.change(tx, row, text, version.id)
    if (was, wording) != (text.due_at, text.step.wording):
        yield TextChange(person.place, row.step, _local(person, was), _local(person, text.due_at), text.step.wording)


def _gone(person: _Person, row: CheckIn) -> TextChange:
    return TextChange(person.place, row.step, _local(person, row.due_at), None, row.wording)


def _local(person: _Person, moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(person.contact.zone))


def _is_of_plan(row: CheckIn) -> bool:
    """Whether a row came of a plan and stands; a question about help that was named is no part of one."""
    return row.state in _STANDS and (row.plan_id is not None or row.step == PROMISED)


def _people(tx: Transaction, family: Family) -> Sequence[_Person]:
    incidents = people.incidents_of(tx, family)
    if not incidents:
        return []
    found = []
    for place, contact in enumerate(people.contacts_in(tx, family), start=1):
        planned = plans.planned_incidents(tx, contact.id)
        incident = planned[-1] if planned else incidents[0]
        if contact.wrong_person_at is None:
            found.append(_Person(place, contact, incident, plans.rows_of(tx, contact.id, incident.id)))
    return found


def _approved(tx: Transaction, plan: str) -> CheckInPlan:
    version = find(tx, plan)
    if version.state is not PlanState.APPROVED:
        raise NoSuchPlan(
            said(
                "%(plan)s is %(state)s: families follow approved plans",
                plan=version.reference,
                state=STATES[version.state],
            )
        )
    return version


def _refuse(family: Family, version: CheckInPlan, *, starts: bool) -> None:
    if family.closed_at is not None:
        raise NotAllowed(said("%(family)s is closed", family=family.reference))
    if starts and family.plan_id is not None:
        raise NotAllowed(said("%(family)s follows a plan already: move it, or end that one", family=family.reference))
    if not starts and family.plan_id is None:
        raise NotAllowed(said("%(family)s follows no plan: start one", family=family.reference))
    if family.plan_id == version.id:
        raise NotAllowed(said("%(family)s follows %(plan)s already", family=family.reference, plan=version.reference))
