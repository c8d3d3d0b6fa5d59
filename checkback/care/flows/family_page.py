"""A family's page: how to reach them safely, what was written, promised and done. Each look leaves an audit row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from checkback.care.errors import NotFound, Said, said
from checkback.care.flows import forecast
from checkback.care.flows.board import OpenEscalation, OpenTask, open_escalations, open_tasks
from checkback.care.flows.family_thread import Line, stretch
from checkback.care.flows.forecast import ComingText, Fate
from checkback.care.flows.staff_work import contact_in
from checkback.care.model import (
    CheckIn,
    CheckInPlan,
    Consent,
    Contact,
    Conversation,
    Family,
    OptOut,
    Phone,
    StaffMember,
    Task,
)
from checkback.care.rules.hours import is_open
from checkback.care.runtime import Runtime
from checkback.care.steps.sight import in_sight, sight_of
from checkback.care.steps.staff_work import actor, against_writing
from checkback.care.steps.timing import hours_for
from checkback.care.steps.words import mode_of
from checkback.care.store import Transaction, check_ins, console, escalations, holds, messages, people, resources, work
from checkback.care.terms import (
    CheckInState,
    ConsentSource,
    ConsentState,
    HelpOutcome,
    HoldScope,
    Language,
    OptOutSource,
    PhoneDoubt,
    PhoneTrouble,
    Role,
    SafetyMode,
    Sender,
    TaskState,
)

_NOT_OUT = frozenset({CheckInState.PLANNED, CheckInState.DUE})
#: What goes within this time went when it was due: looks and the programme's pace take their time.
_AT_ONCE = timedelta(minutes=15)
_MOST_OFFERS = 50


@dataclass(frozen=True)
class HeldPhone:
    """A phone of a contact; its number is asked for apart. `masked` shows the last two digits.

    `trouble`: the carrier cannot reach it. `doubt`: somebody else may have it by now.
    """

    masked: str
    trouble: PhoneTrouble | None
    doubt: PhoneDoubt | None
    opted_out_at: datetime | None
    opted_out_by: OptOutSource | None


@dataclass(frozen=True)
class Person:
    """A contact, and how it is safe to reach them. `against_writing` says why they may not be texted now.

    `mode` is what counts at this moment: their word that only they read the phone wears off.
    """

    id: UUID
    name: str
    role: str
    language: Language
    zone: str
    opens: int
    closes: int
    is_within_hours: bool
    mode: SafetyMode
    said_safe_at: datetime | None
    may_text: bool
    may_call: bool
    may_leave_voicemail: bool
    when: str | None
    interpreter: bool
    known_dangers: str | None
    phone: HeldPhone | None
    consent: ConsentState | None
    consent_source: ConsentSource | None
    consent_at: datetime | None
    consent_ends_at: datetime | None
    paused_until: datetime | None
    wrong_person_at: datetime | None
    with_person_since: datetime | None
    against_writing: Said | None


@dataclass(frozen=True)
class Promise:
    """A check-in, and how it ended. Of one that waits for its time, `fate` and `why` say what becomes of it by what is
    known now, and `goes_at` when it goes. `is_late`: its time has come and it has not gone.
    """

    step: str
    wording: str
    person: str
    zone: str
    due_at: datetime
    state: CheckInState
    reason: str | None
    asked_at: datetime | None
    ended_at: datetime | None
    fate: Fate | None = None
    why: str | None = None
    goes_at: datetime | None = None
    is_late: bool = False


@dataclass(frozen=True)
class Offered:
    """A place that was named to somebody for a need, and what came of it."""

    person: str
    zone: str
    need: str
    name: str
    at: datetime
    outcome: HelpOutcome | None
    outcome_at: datetime | None


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
    """Who answers for the family; `until` where they cover for a colleague."""

    name: str
    role: Role
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class FamilyPage:
    """All of it at one moment. Staff's own times are in the programme's `zone`."""

    now: datetime
    zone: str
    reference: str
    enrolled_at: datetime
    closed_at: datetime | None
    held_since: datetime | None
    held_by: str | None
    """What people call the hold that keeps everything automatic from them, where one is on this family."""
    child_ages: Sequence[str]
    incidents: Sequence[Happened]
    assigned: Sequence[Assigned]
    people: Sequence[Person]
    thread: Sequence[Line]
    older: UUID | None
    promises: Sequence[Promise]
    offers: Sequence[Offered]
    plan: str | None
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
        return gather(tx, rt, people.family(tx, reference))


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


def gather(tx: Transaction, rt: Runtime, family: Family) -> FamilyPage:
    """Everything there is to know of a family."""
    contacts = people.contacts_in(tx, family)
    rows = check_ins.all_of(tx, [contact.id for contact in contacts])
    # First, so that what it gathers of all of them is at hand for each.
    coming = {text.check_in: text for text in forecast.of_these(tx, rt, rows)}
    conversations = messages.conversations_of(tx, [contact.id for contact in contacts])
    by_contact = {contact.id: contact for contact in contacts}
    tasks = work.tasks_of(tx, family)
    hold = holds.over(tx, family.id)
    written = stretch(tx, conversations, contacts)
    return FamilyPage(
        now=tx.now,
        zone=people.the_programme(tx).zone,
        reference=family.reference,
        enrolled_at=family.enrolled_at,
        closed_at=family.closed_at,
        held_since=hold.placed_at if hold else None,
        held_by=hold.reference if hold and hold.scope is HoldScope.FAMILY else None,
        child_ages=[age for age in family.child_ages.split(",") if age],
        incidents=[Happened(i.reference, i.occurred_at, i.kind, i.zip) for i in people.incidents_of(tx, family)],
        assigned=_assigned(tx, family),
        people=persons(tx, contacts, conversations),
        thread=written.lines,
        older=written.older,
        promises=[_promise(tx.now, row, by_contact[row.contact_id], coming.get(row.id)) for row in rows],
        offers=_offers(tx, by_contact),
        plan=tx.get(CheckInPlan, family.plan_id).reference if family.plan_id else None,
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
        mode=mode_of(tx, contact),
        said_safe_at=safety.said_safe_at,
        may_text=safety.may_text,
        may_call=safety.may_call,
        may_leave_voicemail=safety.may_leave_voicemail,
        when=safety.when,
        interpreter=safety.interpreter,
        known_dangers=safety.known_dangers,
        phone=_held(phone, people.opt_out_of(tx, phone.id, Sender.FAMILY)) if phone else None,
        consent=consent.state if consent else None,
        consent_source=consent.source if consent else None,
        consent_at=(consent.answered_at or consent.asked_at) if consent else None,
        consent_ends_at=consent.ends_at if consent else None,
        paused_until=contact.paused_until if contact.paused_until and contact.paused_until > tx.now else None,
        wrong_person_at=contact.wrong_person_at,
        with_person_since=talk.with_person_since if talk else None,
        against_writing=against_writing(tx, phone.id, contact) if phone else said("There is no phone to text."),
    )


def masked(number: str) -> str:
    """The last two digits: enough to tell two phones apart."""
    return f"…{number[-2:]}"


def _held(phone: Phone, opt_out: OptOut | None) -> HeldPhone:
    return HeldPhone(
        masked=masked(phone.number),
        trouble=phone.trouble,
        doubt=phone.doubt,
        opted_out_at=opt_out.began_at if opt_out else None,
        opted_out_by=opt_out.source if opt_out else None,
    )


def _assigned(tx: Transaction, family: Family) -> Sequence[Assigned]:
    found = console.assignments_of(tx, family.id)
    staff = console.by_id(tx, StaffMember, (assignment.staff_id for assignment in found))
    return [Assigned(staff[a.staff_id].name, staff[a.staff_id].role, a.since, a.until) for a in found]


def _promise(now: datetime, check_in: CheckIn, contact: Contact, coming: ComingText | None) -> Promise:
    return Promise(
        step=check_in.step,
        wording=check_in.wording,
        person=contact.name,
        zone=contact.zone,
        due_at=check_in.due_at,
        state=check_in.state,
        reason=check_in.reason,
        asked_at=check_in.asked_at,
        ended_at=check_in.ended_at,
        fate=coming.fate if coming else None,
        why=coming.why if coming else None,
        goes_at=coming.at if coming else None,
        is_late=check_in.state in _NOT_OUT and check_in.due_at < now - _AT_ONCE,
    )


def _offers(tx: Transaction, by_contact: Mapping[UUID, Contact]) -> Sequence[Offered]:
    return [
        Offered(
            person=by_contact[offer.contact_id].name,
            zone=by_contact[offer.contact_id].zone,
            need=offer.need,
            name=name,
            at=offer.offered_at,
            outcome=HelpOutcome(offer.outcome) if offer.outcome else None,
            outcome_at=offer.outcome_at,
        )
        for offer, name in resources.offers_to(tx, list(by_contact), _MOST_OFFERS)
    ]


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
