"""A family's page: how to reach them safely, what was written, promised and done. Each look leaves an audit row."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkback.care.errors import NotFound
from checkback.care.flows.board import OpenEscalation, OpenTask, open_escalations, open_tasks
from checkback.care.flows.staff_work import contact_in
from checkback.care.model import (
    CheckIn,
    Consent,
    Contact,
    Conversation,
    DistressSignal,
    Family,
    InboundMessage,
    OptOut,
    OutboundMessage,
    Phone,
    StaffMember,
    Task,
)
from checkback.care.ports import Evidence
from checkback.care.rules.hours import is_open
from checkback.care.runtime import Runtime
from checkback.care.steps.sight import in_sight, sight_of
from checkback.care.steps.staff_work import actor, against_writing
from checkback.care.steps.timing import hours_for
from checkback.care.store import Transaction, check_ins, console, escalations, holds, messages, people, work
from checkback.care.terms import (
    CheckInState,
    ConsentState,
    Danger,
    DistressLevel,
    Language,
    OptOutSource,
    OutboundKind,
    OutboundState,
    Role,
    SafetyMode,
    Sender,
    TaskState,
    Urgency,
)


@dataclass(frozen=True)
class HeldPhone:
    """A phone of a contact; its number is asked for apart. `masked` shows the last two digits."""

    masked: str
    opted_out_at: datetime | None
    opted_out_by: OptOutSource | None


@dataclass(frozen=True)
class Person:
    """A contact, and how it is safe to reach them. `against_writing` says why they may not be texted now."""

    id: UUID
    name: str
    role: str
    language: Language
    zone: str
    opens: int
    closes: int
    is_within_hours: bool
    mode: SafetyMode
    may_text: bool
    may_call: bool
    may_leave_voicemail: bool
    when: str | None
    interpreter: bool
    known_dangers: str | None
    phone: HeldPhone | None
    consent: ConsentState | None
    consent_at: datetime | None
    consent_ends_at: datetime | None
    paused_until: datetime | None
    wrong_person_at: datetime | None
    with_person_since: datetime | None
    against_writing: str | None


@dataclass(frozen=True)
class Line:
    """One text of a thread. `author` is a member of staff; without one it is the family's, or ours by the assistant."""

    id: UUID
    at: datetime
    zone: str
    person: str | None
    is_theirs: bool
    body: str
    media_count: int = 0
    level: DistressLevel = DistressLevel.NONE
    urgency: Urgency | None = None
    danger: Danger | None = None
    evidence: Sequence[Evidence] = ()
    author: str | None = None
    kind: OutboundKind | None = None
    state: OutboundState | None = None
    reason: str | None = None
    error_code: int | None = None


@dataclass(frozen=True)
class Promise:
    """A check-in, and how it ended."""

    step: str
    person: str
    zone: str
    due_at: datetime
    state: CheckInState
    reason: str | None
    asked_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True)
class DoneTask:
    """A task somebody did, and what came of it."""

    task: OpenTask
    outcome: str
    done_at: datetime | None
    done_by: str | None


@dataclass(frozen=True)
class WrittenNote:
    """What a member of staff wrote down."""

    at: datetime
    author: str
    text: str


@dataclass(frozen=True)
class Happened:
    """An incident."""

    reference: str
    at: datetime
    kind: str
    zip: str


@dataclass(frozen=True)
class Assigned:
    """Who answers for the family."""

    name: str
    role: Role
    since: datetime


@dataclass(frozen=True)
class FamilyPage:
    """All of it at one moment. Staff's own times are in the programme's `zone`."""

    now: datetime
    zone: str
    reference: str
    enrolled_at: datetime
    closed_at: datetime | None
    held_since: datetime | None
    child_ages: Sequence[str]
    incidents: Sequence[Happened]
    assigned: Sequence[Assigned]
    people: Sequence[Person]
    thread: Sequence[Line]
    promises: Sequence[Promise]
    escalations: Sequence[OpenEscalation]
    tasks: Sequence[OpenTask]
    done: Sequence[DoneTask]
    notes: Sequence[WrittenNote]


@dataclass(frozen=True)
class Found:
    """A family that fits what was asked for."""

    reference: str
    names: Sequence[str]


def show(rt: Runtime, reference: str, reader_id: UUID) -> FamilyPage:
    """The page, and the audit row that says who read it. Raises NotFound."""
    with rt.store.begin("family-page.show") as tx:
        family = in_sight(tx, reference, reader_id)
        tx.record("family.read", family, actor(tx.get(StaffMember, reader_id)))
    # Only now: writers do not wait for a long page, and nothing is shown before the row is kept.
    return glance(rt, reference)


def glance(rt: Runtime, reference: str) -> FamilyPage:
    """The page without an audit row: to learn whether there is news, never to be shown. Raises NotFound."""
    with rt.store.read() as tx:
        return gather(tx, people.family(tx, reference))


def number_of(rt: Runtime, reference: str, contact_id: UUID, reader_id: UUID) -> str:
    """A contact's number, E.164, and the audit row that says who asked for it. Raises NotFound."""
    with rt.store.begin("family-page.number") as tx:
        contact = contact_in(tx, in_sight(tx, reference, reader_id), contact_id)
        phone = people.phone_of(tx, contact)
        if phone is None:
            raise NotFound(f"phone of contact {contact_id}")
        tx.record("contact.number-read", contact, actor(tx.get(StaffMember, reader_id)))
        return phone.number


def must_be_theirs(rt: Runtime, reference: str, reader_id: UUID) -> None:
    """Raises NotFound where no family of this reference is for this member of staff."""
    with rt.store.read() as tx:
        in_sight(tx, reference, reader_id)


def find(rt: Runtime, words: str, reader_id: UUID) -> Sequence[Found]:
    """Families by reference (`F-12`, or 12) or by the names of their people, as far as they are for who asks."""
    with rt.store.read() as tx:
        sight = sight_of(tx, tx.get(StaffMember, reader_id))
        found = _by_reference(tx, words) or _by_name(tx, words)
        families = [family for family in found if sight.covers(family)]
        return [
            Found(family.reference, [contact.name for contact in people.contacts_in(tx, family)]) for family in families
        ]


def gather(tx: Transaction, family: Family) -> FamilyPage:
    """Everything there is to know of a family."""
    contacts = people.contacts_in(tx, family)
    conversations = messages.conversations_of(tx, [contact.id for contact in contacts])
    tasks = work.tasks_of(tx, family)
    hold = holds.over(tx, family.id)
    return FamilyPage(
        now=tx.now,
        zone=people.the_programme(tx).zone,
        reference=family.reference,
        enrolled_at=family.enrolled_at,
        closed_at=family.closed_at,
        held_since=hold.placed_at if hold else None,
        child_ages=[age for age in family.child_ages.split(",") if age],
        incidents=[Happened(i.reference, i.occurred_at, i.kind, i.zip) for i in people.incidents_of(tx, family)],
        assigned=_assigned(tx, family),
        people=persons(tx, contacts, conversations),
        thread=thread(tx, conversations, contacts),
        promises=_promises(tx, contacts),
        escalations=open_escalations(tx, escalations.of_family(tx, family.id)),
        tasks=open_tasks(tx, [task for task in tasks if task.state is TaskState.OPEN]),
        done=_done(tx, [task for task in tasks if task.state is TaskState.DONE]),
        notes=_notes(tx, family),
    )


def persons(tx: Transaction, contacts: Sequence[Contact], conversations: Sequence[Conversation]) -> Sequence[Person]:
    """These contacts with how it is safe to reach them."""
    consents = console.latest_consents(tx, [contact.id for contact in contacts])
    found = []
    for contact in contacts:
        phone = people.phone_of(tx, contact)
        talk = next((c for c in conversations if phone and (c.contact_id, c.phone_id) == (contact.id, phone.id)), None)
        found.append(_person(tx, contact, phone, talk, consents.get(contact.id)))
    return found


def _person(
    tx: Transaction, contact: Contact, phone: Phone | None, talk: Conversation | None, consent: Consent | None
) -> Person:
    safety = people.safety_of(tx, contact)
    return Person(
        id=contact.id,
        name=contact.name,
        role=contact.role,
        language=contact.language,
        zone=contact.zone,
        opens=contact.opens,
        closes=contact.closes,
        is_within_hours=is_open(tx.now, hours_for(tx, contact).daily),
        mode=safety.mode,
        may_text=safety.may_text,
        may_call=safety.may_call,
        may_leave_voicemail=safety.may_leave_voicemail,
        when=safety.when,
        interpreter=safety.interpreter,
        known_dangers=safety.known_dangers,
        phone=_held(phone, people.opt_out_of(tx, phone.id, Sender.FAMILY)) if phone else None,
        consent=consent.state if consent else None,
        consent_at=(consent.answered_at or consent.asked_at) if consent else None,
        consent_ends_at=consent.ends_at if consent else None,
        paused_until=contact.paused_until if contact.paused_until and contact.paused_until > tx.now else None,
        wrong_person_at=contact.wrong_person_at,
        with_person_since=talk.with_person_since if talk else None,
        against_writing=against_writing(tx, phone.id, contact) if phone else "There is no phone to text.",
    )


def thread(tx: Transaction, conversations: Sequence[Conversation], contacts: Sequence[Contact]) -> Sequence[Line]:
    """Everything written in these conversations, oldest first, with what the screen heard in it."""
    by_id = {contact.id: contact for contact in contacts}
    whose = {c.id: by_id.get(c.contact_id) if c.contact_id else None for c in conversations}
    texts = messages.thread(tx, [c.id for c in conversations])
    signals = console.signals_on(tx, [text.id for text in texts if isinstance(text, InboundMessage)])
    authors = console.by_id(tx, StaffMember, [t.author_id for t in texts if isinstance(t, OutboundMessage)])
    zone = people.the_programme(tx).zone
    lines = []
    for text in texts:
        contact = whose.get(text.conversation_id) if text.conversation_id else None
        if isinstance(text, InboundMessage):
            lines.append(_theirs(text, contact, zone, signals.get(text.id)))
        else:
            lines.append(_ours(text, contact, zone, authors))
    return lines


def masked(number: str) -> str:
    """The last two digits: enough to tell two phones apart."""
    return f"…{number[-2:]}"


def _theirs(text: InboundMessage, contact: Contact | None, zone: str, signal: DistressSignal | None) -> Line:
    return Line(
        id=text.id,
        at=text.received_at,
        zone=contact.zone if contact else zone,
        person=contact.name if contact else None,
        is_theirs=True,
        body=text.body,
        media_count=text.media_count,
        level=text.level,
        urgency=text.urgency,
        danger=text.danger,
        evidence=_evidence(signal),
    )


def _ours(text: OutboundMessage, contact: Contact | None, zone: str, authors: Mapping[UUID, StaffMember]) -> Line:
    return Line(
        id=text.id,
        at=text.handed_at or text.queued_at,
        zone=contact.zone if contact else zone,
        person=contact.name if contact else None,
        is_theirs=False,
        body=text.body,
        author=authors[text.author_id].name if text.author_id else None,
        kind=text.kind,
        state=text.state,
        reason=text.reason,
        error_code=text.error_code,
    )


def _evidence(signal: DistressSignal | None) -> Sequence[Evidence]:
    if signal is None:
        return ()
    return [Evidence(**{**found, "danger": Danger(found["danger"])}) for found in json.loads(signal.evidence)]


def _held(phone: Phone, opt_out: OptOut | None) -> HeldPhone:
    return HeldPhone(
        masked=masked(phone.number),
        opted_out_at=opt_out.began_at if opt_out else None,
        opted_out_by=opt_out.source if opt_out else None,
    )


def _assigned(tx: Transaction, family: Family) -> Sequence[Assigned]:
    found = console.assignments_of(tx, family.id)
    staff = console.by_id(tx, StaffMember, (assignment.staff_id for assignment in found))
    return [Assigned(staff[a.staff_id].name, staff[a.staff_id].role, a.since) for a in found]


def _promises(tx: Transaction, contacts: Sequence[Contact]) -> Sequence[Promise]:
    by_id = {contact.id: contact for contact in contacts}
    return [_promise(check_in, by_id[check_in.contact_id]) for check_in in check_ins.all_of(tx, list(by_id))]


def _promise(check_in: CheckIn, contact: Contact) -> Promise:
    return Promise(
        step=check_in.step,
        person=contact.name,
        zone=contact.zone,
        due_at=check_in.due_at,
        state=check_in.state,
        reason=check_in.reason,
        asked_at=check_in.asked_at,
        ended_at=check_in.ended_at,
    )


def _done(tx: Transaction, tasks: Sequence[Task]) -> Sequence[DoneTask]:
    staff = console.by_id(tx, StaffMember, (task.done_by for task in tasks))
    return [
        DoneTask(seen, task.outcome or "", task.done_at, staff[task.done_by].name if task.done_by else None)
        for task, seen in zip(tasks, open_tasks(tx, tasks), strict=True)
    ]


def _notes(tx: Transaction, family: Family) -> Sequence[WrittenNote]:
    notes = work.notes_of(tx, family)
    staff = console.by_id(tx, StaffMember, (note.author_id for note in notes))
    return [WrittenNote(note.written_at, staff[note.author_id].name, note.text) for note in reversed(notes)]


def _by_reference(tx: Transaction, words: str) -> Sequence[Family]:
    reference = words.strip().upper()
    try:
        return [people.family(tx, f"F-{reference}" if reference.isdigit() else reference)]
    except NotFound:
        return []


def _by_name(tx: Transaction, words: str) -> Sequence[Family]:
    contacts = people.contacts_named(tx, words)
    found = console.by_id(tx, Family, (contact.family_id for contact in contacts))
    return sorted(found.values(), key=lambda family: (len(family.reference), family.reference))
