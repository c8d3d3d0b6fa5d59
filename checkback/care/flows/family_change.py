"""What staff do with a family beyond writing to it: pause, hand it on, have it covered, close it, open it again.

Each is for whoever may see the family. What they come to is shown before: `show` says what stands, what would be
cancelled, and who could have them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from checkback.care.flows import family_events, forecast
from checkback.care.flows.forecast import ComingText
from checkback.care.flows.staff_work import contact_in
from checkback.care.model import CheckInPlan, Family, StaffMember
from checkback.care.runtime import Runtime
from checkback.care.steps import assigning
from checkback.care.steps.sight import in_sight
from checkback.care.steps.staff_work import actor
from checkback.care.store import Transaction, check_ins, console, duties, escalations, holds, people, plans
from checkback.care.terms import EscalationState, HoldScope, PlanState, Role


@dataclass(frozen=True)
class Reachable:
    """Somebody of the family whose texts can be paused; `paused_until` where they are."""

    id: UUID
    name: str
    zone: str
    paused_until: datetime | None


@dataclass(frozen=True)
class Answering:
    """Who answers for them; `until` where they cover for somebody."""

    name: str
    until: datetime | None


@dataclass(frozen=True)
class Colleague:
    """Somebody who could have this family."""

    login: str
    name: str
    role: Role


@dataclass(frozen=True)
class Changeable:
    """What stands, and what can be changed. `open_escalation`: one that must have an outcome before they are closed."""

    now: datetime
    zone: str
    reference: str
    closed_at: datetime | None
    people: Sequence[Reachable]
    hold: str | None
    plan: str | None
    plans: Sequence[str]
    answering: Sequence[Answering]
    colleagues: Sequence[Colleague]
    coming: Sequence[ComingText]
    open_escalation: str | None


def show(rt: Runtime, reference: str, reader_id: UUID) -> Changeable:
    """What stands, and the audit row that says who read it. Raises NotFound."""
    with rt.store.begin("family-change.show") as tx:
        family = in_sight(tx, reference, reader_id)
        tx.record("family.read", family, actor(tx.get(StaffMember, reader_id)))
    with rt.store.read() as tx:
        return _gather(tx, rt, people.family(tx, reference))


def pause(rt: Runtime, reference: str, staff_id: UUID, until: date, contact_id: UUID | None = None) -> None:
    """No check-ins to them, or to one of them, before that day. Raises NotFound, HoldRefused."""
    login, place = _seen(rt, reference, staff_id, contact_id)
    family_events.pause(rt, reference, until, login, place)


def resume(rt: Runtime, reference: str, staff_id: UUID, contact_id: UUID | None = None) -> None:
    """The pause is over. Raises NotFound."""
    login, place = _seen(rt, reference, staff_id, contact_id)
    family_events.resume(rt, reference, login, place)


def close(rt: Runtime, reference: str, staff_id: UUID) -> None:
    """The work with them has ended. Raises NotFound, HoldRefused while an escalation of theirs has no outcome."""
    login, _ = _seen(rt, reference, staff_id, None)
    family_events.close_case(rt, reference, login)


def reopen(rt: Runtime, reference: str, staff_id: UUID) -> None:
    """The work with them goes on. Raises NotFound."""
    login, _ = _seen(rt, reference, staff_id, None)
    family_events.reopen(rt, reference, login)


def transfer(rt: Runtime, reference: str, staff_id: UUID, to: str, reason: str) -> None:
    """A colleague, by login, answers for them from now on. Raises NotFound, WordsRefused."""
    with rt.store.begin("family-change.transfer") as tx:
        family, by = _held(tx, reference, staff_id)
        assigning.transfer(tx, family, people.must_work_here(tx, to), by, reason)


def cover(rt: Runtime, reference: str, staff_id: UUID, by_whom: str, last: date, reason: str) -> None:
    """A colleague, by login, answers for them to the end of that day in the programme's zone.

    Raises NotFound, WordsRefused.
    """
    with rt.store.begin("family-change.cover") as tx:
        family, by = _held(tx, reference, staff_id)
        zone = ZoneInfo(people.the_programme(tx).zone)
        until = datetime.combine(last + timedelta(days=1), time(), zone)
        assigning.cover(tx, family, people.must_work_here(tx, by_whom), by, until, reason)


def end_cover(rt: Runtime, reference: str, staff_id: UUID) -> None:
    """Whoever they cover for has them again. Safe to say twice. Raises NotFound."""
    with rt.store.begin("family-change.end-cover") as tx:
        family, by = _held(tx, reference, staff_id)
        if not assigning.end_cover(tx, family, by):
            tx.record("assignment.not-covered", family, actor(by))


def _gather(tx: Transaction, rt: Runtime, family: Family) -> Changeable:
    contacts = people.contacts_in(tx, family)
    rows = check_ins.all_of(tx, [contact.id for contact in contacts])
    hold = holds.over(tx, family.id)
    standing = console.assignments_of(tx, family.id)
    staff = console.by_id(tx, StaffMember, (each.staff_id for each in standing))
    programme = people.the_programme(tx)
    approved = [each for each in plans.all_versions(tx, programme.id) if each.state is PlanState.APPROVED]
    unended = [each for each in escalations.of_family(tx, family.id) if each.state is not EscalationState.RESOLVED]
    return Changeable(
        now=tx.now,
        zone=programme.zone,
        reference=family.reference,
        closed_at=family.closed_at,
        people=[
            Reachable(c.id, c.name, c.zone, c.paused_until if c.paused_until and c.paused_until > tx.now else None)
            for c in contacts
        ],
        hold=hold.reference if hold and hold.scope is HoldScope.FAMILY else None,
        plan=tx.get(CheckInPlan, family.plan_id).reference if family.plan_id else None,
        plans=[each.reference for each in approved if each.id != family.plan_id],
        answering=[Answering(staff[each.staff_id].name, each.until) for each in standing],
        colleagues=[
            Colleague(each.login, each.name, each.role)
            for each in duties.everybody_on_duty(tx)
            if each.role is not Role.OFFICER
        ],
        coming=forecast.of_these(tx, rt, rows),
        open_escalation=unended[0].reference if unended else None,
    )


def _seen(rt: Runtime, reference: str, staff_id: UUID, contact_id: UUID | None) -> tuple[str, int | None]:
    """The login of who asks, and which place in the family this contact has. Raises NotFound."""
    with rt.store.read() as tx:
        family = in_sight(tx, reference, staff_id)
        login = tx.get(StaffMember, staff_id).login
        if contact_id is None:
            return login, None
        contact = contact_in(tx, family, contact_id)
        ids = [each.id for each in people.contacts_in(tx, family)]
        return login, ids.index(contact.id) + 1


def _held(tx: Transaction, reference: str, staff_id: UUID) -> tuple[Family, StaffMember]:
    return tx.lock(in_sight(tx, reference, staff_id)), tx.get(StaffMember, staff_id)
