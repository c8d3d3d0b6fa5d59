"""One escalation's page: whom to reach and how, what was said and why it was raised. Each look leaves an audit row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkback.care.errors import NotFound
from checkback.care.flows.board import OpenEscalation, open_escalations
from checkback.care.flows.family_page import Person, masked, persons
from checkback.care.flows.family_thread import Line, thread
from checkback.care.model import Contact, Conversation, Escalation, Family, Phone, StaffMember
from checkback.care.runtime import Runtime
from checkback.care.steps.sight import must_see
from checkback.care.steps.staff_work import actor
from checkback.care.store import Transaction, console, escalations, messages, people
from checkback.care.terms import Danger, DistressLevel, NoticeState, Way, Whom, WhyNobody

#: How many texts before the first that was raised are shown with it.
_BEFORE = 3


@dataclass(frozen=True)
class Home:
    """Who lives there, and where a welfare check would go."""

    address: str | None
    zip: str | None
    people: Sequence[str]
    child_ages: Sequence[str]


@dataclass(frozen=True)
class Try:
    """One attempt to tell somebody, or a step that found nobody and why."""

    at: datetime
    whom: Whom
    name: str | None
    way: Way
    state: NoticeState
    why: WhyNobody | None


@dataclass(frozen=True)
class EscalationPage:
    """All of it at one moment. For a number we do not know there is no `person` and no `home`, only `phone`."""

    now: datetime
    zone: str
    escalation: OpenEscalation
    danger: Danger | None
    person: Person | None
    phone: str
    lines: Sequence[Line]
    home: Home | None
    tries: Sequence[Try]
    calling_by: datetime | None


def show(rt: Runtime, number: int, reader_id: UUID) -> EscalationPage:
    """The page, and the audit rows that say who read it. Raises NotFound."""
    with rt.store.begin("escalation-page.show") as tx:
        escalation = _numbered(tx, number)
        reader = actor(tx.get(StaffMember, reader_id))
        tx.record("escalation.read", escalation, reader)
        if escalation.family_id is not None:
            family = tx.get(Family, escalation.family_id)
            must_see(tx, family, reader_id)
            tx.record("family.read", family, reader)
    # Only now: writers do not wait for a long page, and nothing is shown before the row is kept.
    return glance(rt, number)


def glance(rt: Runtime, number: int) -> EscalationPage:
    """The page without an audit row: to learn whether there is news, never to be shown. Raises NotFound."""
    with rt.store.read() as tx:
        return _gather(tx, _numbered(tx, number))


def number_of(rt: Runtime, number: int, reader_id: UUID) -> str:
    """The number of the phone it is about, E.164, and the audit row that says who asked for it. Raises NotFound."""
    with rt.store.begin("escalation-page.number") as tx:
        escalation = _numbered(tx, number)
        if escalation.family_id is not None:
            must_see(tx, tx.get(Family, escalation.family_id), reader_id)
        tx.record("escalation.number-read", escalation, actor(tx.get(StaffMember, reader_id)))
        return tx.get(Phone, tx.get(Conversation, escalation.conversation_id).phone_id).number


def _gather(tx: Transaction, escalation: Escalation) -> EscalationPage:
    conversation = tx.get(Conversation, escalation.conversation_id)
    contact = tx.get(Contact, escalation.contact_id) if escalation.contact_id else None
    contacts = [contact] if contact else []
    talks = messages.conversations_of(tx, [contact.id]) if contact else [conversation]
    known = persons(tx, contacts, talks)
    (seen,) = open_escalations(tx, [escalation])
    return EscalationPage(
        now=tx.now,
        zone=people.the_programme(tx).zone,
        escalation=seen,
        danger=escalation.danger,
        person=known[0] if known else None,
        phone=masked(tx.get(Phone, conversation.phone_id).number),
        lines=_from_shortly_before(thread(tx, talks, contacts), escalation),
        home=_home(tx, escalation),
        tries=_tries(tx, escalation),
        calling_by=escalation.calling_by,
    )


def _home(tx: Transaction, escalation: Escalation) -> Home | None:
    if escalation.family_id is None:
        return None
    family = tx.get(Family, escalation.family_id)
    incident = next(iter(people.incidents_of(tx, family)), None)
    return Home(
        address=incident.address if incident else None,
        zip=incident.zip if incident else None,
        people=[f"{contact.name}, {contact.role}" for contact in people.contacts_in(tx, family)],
        child_ages=[age for age in family.child_ages.split(",") if age],
    )


def _tries(tx: Transaction, escalation: Escalation) -> Sequence[Try]:
    notices = escalations.notices_of(tx, escalation)
    staff = console.by_id(tx, StaffMember, (notice.staff_id for notice in notices))
    return [
        Try(n.told_at, n.whom, staff[n.staff_id].name if n.staff_id else None, n.way, n.state, n.why)
        for n in notices
        if n.told_at <= tx.now
    ]


def _from_shortly_before(lines: Sequence[Line], escalation: Escalation) -> Sequence[Line]:
    raised = (at for at, line in enumerate(lines) if line.is_theirs and _is_of(line, escalation))
    return lines[max(next(raised, 0) - _BEFORE, 0) :]


def _is_of(line: Line, escalation: Escalation) -> bool:
    return line.level.rank >= DistressLevel.HIGH.rank and line.at >= escalation.opened_at


def _numbered(tx: Transaction, number: int) -> Escalation:
    found = console.escalation_numbered(tx, number)
    if found is None:
        raise NotFound(f"E-{number}")
    return found
