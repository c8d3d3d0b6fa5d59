"""Enrolling a family: who they are, how it is safe to reach them, and what we promised them."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from checkback.care.errors import ChangedEnrolment, InvalidEnrolment, InvalidPhone, Said, said
from checkback.care.model import (
    Assignment,
    CareTeam,
    CheckInPlan,
    Contact,
    ContactPhone,
    Family,
    Incident,
    Phone,
    Programme,
    SafetyPreference,
    StaffMember,
)
from checkback.care.rules.enrolments import differences
from checkback.care.rules.minors import is_minor
from checkback.care.rules.phones import e164
from checkback.care.rules.plans import PROMISED
from checkback.care.rules.zones import area_of_zip, possible_together, zone_of_zip, zones_of_number, zones_of_zip
from checkback.care.runtime import Runtime
from checkback.care.steps.check_ins import end, hand_over
from checkback.care.steps.consent import Asking, ask
from checkback.care.steps.numbers import given_anew
from checkback.care.steps.phone_safety import Words, shares_unsafe_phone
from checkback.care.steps.planning import STANDARD, plan_contact
from checkback.care.store import SYSTEM, Transaction, check_ins, people, plans
from checkback.care.terms import CheckInState, Language, Role, SafetyMode, Sender, TaskKind, ZoneSource

T = TypeVar("T")
FAMILY_COUNTER = "family"
LONGEST_PROMISE_HOURS = 24 * 14
OLDEST_INCIDENT = timedelta(days=365)
OLDEST_CHILD = 21
LONGEST_LABEL, LONGEST_NAME, LONGEST_ROLE = 80, 120, 40
LONGEST_WISH = 200


@dataclass(frozen=True)
class NewContact:
    """A person to enrol, and how it is safe to reach them, as far as that is known.

    Args:
        safe_to_text: None is not known yet, False means nobody may text this phone.
        when: when it suits them, in their own words.
        safe_word, duress_word: agreed on with them, sealed; the second says, unseen, that they are not free to speak.
    """

    name: str
    phone: str
    language: str = "en"
    role: str = "caregiver"
    safe_to_text: bool | None = None
    may_call: bool = True
    may_leave_voicemail: bool = False
    interpreter: bool = False
    when: str = ""
    safe_word: str | None = None
    duress_word: str | None = None


@dataclass(frozen=True)
class Enrolment:
    """A family to enrol, as a dispatch or records system knows it. `clinician` and `officer` are logins."""

    reference: str
    occurred_at: datetime
    kind: str
    zip: str
    team: str
    clinician: str
    contacts: Sequence[NewContact]
    officer: str | None = None
    promise_hours: float | None = None
    plan: str | None = None
    """A plan by its name; the standard one unless said otherwise."""
    child_ages: Sequence[int] = field(default_factory=tuple)

    @property
    def as_told(self) -> Mapping[str, Any]:
        """What was said, in one form, so that saying it again can be compared."""
        return {
            "occurred_at": self.occurred_at.astimezone(UTC).isoformat(),
            "kind": self.kind.strip(),
            "zip": self.zip.strip(),
            "team": self.team.strip(),
            "clinician": self.clinician.strip().lower(),
            "officer": self.officer.strip().lower() if self.officer else None,
            "promise_hours": self.promise_hours,
            "plan": self.plan,
            "children": list(self.child_ages),
            "contacts": [
                {
                    "name": contact.name.strip(),
                    "phone": _in_one_form(contact.phone),
                    "language": contact.language,
                    "role": contact.role,
                    "safe_to_text": contact.safe_to_text,
                    "safe_word": contact.safe_word,
                    "duress_word": contact.duress_word,
                }
                for contact in self.contacts
            ],
        }


def _in_one_form(phone: str) -> str:
    try:
        return e164(phone)
    except InvalidPhone:
        return phone.strip()


@dataclass(frozen=True)
class Admission:
    """How a family comes in, beside what is said of it.

    Args:
        batch_id: the import it is part of.
        not_before: when its first text may go at the earliest; until then an import can be taken back.
        is_trial: everything is done and judged, and nothing is kept.
    """

    batch_id: UUID | None = None
    not_before: datetime | None = None
    is_trial: bool = False


class _Tried(Exception):
    """It would have been kept."""


@dataclass(frozen=True)
class Enrolled:
    """The family under its short reference; `already` when this incident had been enrolled before."""

    family: str
    already: bool


@dataclass(frozen=True)
class _Checked:
    """An enrolment with everything it names found."""

    programme: Programme
    team: CareTeam
    clinician: StaffMember
    officer: StaffMember | None
    numbers: Sequence[str]
    languages: Sequence[Language]
    zones: Sequence[str]
    """Where their ZIP code may lie; none where its table says nothing."""
    plan: CheckInPlan | None


def enrol(rt: Runtime, enrolment: Enrolment, *, actor: str = SYSTEM, admission: Admission = Admission()) -> Enrolled:
    """Enrol a family; the same incident reference again changes nothing.

    The first text asks whether they want to be texted at all; the promised check-in is planned at once, and becomes a
    person's task if they have not agreed by then.

    Raises:
        InvalidEnrolment: names every field that is wrong, and its mend; nothing was kept.
        ChangedEnrolment: this incident was enrolled before, and something else was said of it then.
    """
    if admission.is_trial:
        return tried(rt, enrolment, lambda _tx, enrolled: enrolled, actor=actor, admission=admission)
    _refuse_controls(enrolment)
    with rt.store.begin("enrolment.enrol") as tx:
        return _enrol(tx, rt, enrolment, actor, admission)


def tried(
    rt: Runtime,
    enrolment: Enrolment,
    look: Callable[[Transaction, Enrolled], T],
    *,
    actor: str = SYSTEM,
    admission: Admission = Admission(),
) -> T:
    """What `look` sees once the family is enrolled; then all of it is let go. Nothing is kept. Raises as `enrol`."""
    _refuse_controls(enrolment)
    seen: list[T] = []
    try:
        with rt.store.begin("enrolment.enrol") as tx:
            seen.append(look(tx, _enrol(tx, rt, enrolment, actor, admission)))
            raise _Tried
    except _Tried:
        return seen[0]


def _enrol(tx: Transaction, rt: Runtime, enrolment: Enrolment, actor: str, admission: Admission) -> Enrolled:
    known = people.incident(tx, enrolment.reference.strip())
    if known is not None:
        return _already(tx, known, enrolment)
    checked = _check(tx, rt, enrolment)
    reference = f"F-{tx.next_number(FAMILY_COUNTER)}"
    # Whoever takes a number holds the counter: somebody who enrolled this incident just now is seen from here on.
    known = people.incident(tx, enrolment.reference.strip())
    if known is not None:
        return _already(tx, known, enrolment)
    family = _keep_family(tx, enrolment, checked, reference, actor)
    family.batch_id = admission.batch_id
    incident = _keep_incident(tx, enrolment, checked, family)
    for new, number, language in zip(enrolment.contacts, checked.numbers, checked.languages, strict=True):
        contact = _keep_contact(tx, checked, family, new, number, language)
        _promise(tx, rt, enrolment, incident, contact, new, admission)
    return Enrolled(family.reference, already=False)


def _already(tx: Transaction, known: Incident, enrolment: Enrolment) -> Enrolled:
    reference = tx.get(Family, known.family_id).reference
    # What was enrolled before this was kept cannot be compared.
    fields = differences(json.loads(known.as_told), enrolment.as_told) if known.as_told else []
    if fields:
        raise ChangedEnrolment(reference, fields)
    return Enrolled(reference, already=True)


def _refuse_controls(enrolment: Enrolment) -> None:
    # Before anything is looked up: a database does not even take them in a question.
    fields = {
        name: str(getattr(enrolment, name) or "")
        for name in ("reference", "kind", "zip", "team", "clinician", "officer", "plan")
    }
    for at, contact in enumerate(enrolment.contacts):
        fields |= {
            f"contacts[{at}].{name}": str(getattr(contact, name) or "")
            for name in ("name", "phone", "role", "language", "safe_word", "duress_word")
        }
    odd = {field for field, text in fields.items() if any(unicodedata.category(c) in ("Cc", "Cs") for c in text)}
    if odd:
        raise InvalidEnrolment({field: said("write letters, without control characters") for field in odd})


def _check(tx: Transaction, rt: Runtime, enrolment: Enrolment) -> _Checked:
    problems: dict[str, Said] = {}
    team = people.team(tx, enrolment.team)
    if team is None:
        problems["team"] = said("no team has this name")
    clinician = people.staff(tx, enrolment.clinician)
    if clinician is None or clinician.role not in (Role.CLINICIAN, Role.COORDINATOR):
        problems["clinician"] = said("no clinician has this login")
    officer = people.staff(tx, enrolment.officer) if enrolment.officer else None
    if enrolment.officer and officer is None:
        problems["officer"] = said("nobody has this login")
    _check_values(tx, enrolment, problems)
    numbers, languages = _check_contacts(tx, rt, enrolment, problems)
    if problems or team is None or clinician is None:
        raise InvalidEnrolment(problems)
    programme = people.the_programme(tx)
    plan = plans.approved(tx, programme.id, enrolment.plan or STANDARD)
    if enrolment.plan and plan is None:
        raise InvalidEnrolment({"plan": said("no plan of this name is approved")})
    zones = zones_of_zip(enrolment.zip)
    return _Checked(
        programme=programme,
        team=team,
        clinician=clinician,
        officer=officer,
        numbers=numbers,
        languages=languages,
        zones=zones if possible_together(zones) else (),
        plan=plan,
    )


def _check_values(tx: Transaction, enrolment: Enrolment, problems: dict[str, Said]) -> None:
    if not enrolment.reference.strip() or len(enrolment.reference) > LONGEST_LABEL:
        problems["reference"] = said(
            "give the incident's own reference, at most %(most)s characters", most=LONGEST_LABEL
        )
    if enrolment.occurred_at.tzinfo is None:
        problems["occurred_at"] = said("add the zone, as in 2026-03-01T21:15:00-06:00")
    elif not tx.now - OLDEST_INCIDENT <= enrolment.occurred_at <= tx.now + timedelta(minutes=5):
        problems["occurred_at"] = said("lies in the future or more than a year back")
    if not enrolment.kind.strip() or len(enrolment.kind) > LONGEST_LABEL:
        problems["kind"] = said("say what happened in at most %(most)s characters", most=LONGEST_LABEL)
    try:
        zone_of_zip(enrolment.zip)
    except ValueError as error:
        problems["zip"] = error.args[0]
    hours = enrolment.promise_hours
    if hours is not None and not 1 <= hours <= LONGEST_PROMISE_HOURS:
        problems["promise_hours"] = said("lies between %(least)s and %(most)s", least=1, most=LONGEST_PROMISE_HOURS)
    if any(not 0 <= age <= OLDEST_CHILD for age in enrolment.child_ages):
        problems["children"] = said("ages run from 0 to %(most)s", most=OLDEST_CHILD)


def _check_contacts(
    tx: Transaction, rt: Runtime, enrolment: Enrolment, problems: dict[str, Said]
) -> tuple[list[str], list[Language]]:
    numbers: list[str] = []
    languages: list[Language] = []
    if not enrolment.contacts:
        problems["contacts"] = said("name at least one person")
    for at, contact in enumerate(enrolment.contacts):
        if not contact.name.strip() or len(contact.name) > LONGEST_NAME:
            problems[f"contacts[{at}].name"] = said("give a name of at most %(most)s characters", most=LONGEST_NAME)
        if len(contact.role) > LONGEST_ROLE:
            problems[f"contacts[{at}].role"] = said("at most %(most)s characters", most=LONGEST_ROLE)
        try:
            numbers.append(e164(contact.phone))
        except InvalidPhone:
            problems[f"contacts[{at}].phone"] = said("give ten digits, as in (314) 555-0101")
        else:
            if _is_ours(tx, rt, numbers[-1]):
                problems[f"contacts[{at}].phone"] = said("this is a number of ours or of our staff; give the family's")
        if contact.language not in set(Language):
            problems[f"contacts[{at}].language"] = said("en or es")
        else:
            languages.append(Language(contact.language))
        for word, mend in _words(contact).problems(rt.wording).items():
            problems[f"contacts[{at}].{word}"] = mend
    if len(set(numbers)) < len(numbers):
        problems["contacts"] = said("two people with one number: enrol the one who holds the phone")
    return numbers, languages


def _words(contact: NewContact) -> Words:
    return Words().changed(contact.safe_word, contact.duress_word)


def _is_ours(tx: Transaction, rt: Runtime, number: str) -> bool:
    phone = people.phone(tx, number)
    is_staff = phone is not None and people.staff_of(tx, phone) is not None
    return is_staff or number in (*rt.senders.values(), rt.on_call_number)


def _keep_family(tx: Transaction, enrolment: Enrolment, checked: _Checked, reference: str, actor: str) -> Family:
    family = tx.add(
        Family(
            programme_id=checked.programme.id,
            reference=reference,
            team_id=checked.team.id,
            enrolled_at=tx.now,
            child_ages=",".join(str(age) for age in enrolment.child_ages),
            plan_id=checked.plan.id if checked.plan else None,
            area=area_of_zip(enrolment.zip),
        )
    )
    tx.session.flush()
    tx.add(Assignment(family_id=family.id, staff_id=checked.clinician.id, since=tx.now))
    tx.record("family.enrolled", family, actor)
    return family


def _keep_incident(tx: Transaction, enrolment: Enrolment, checked: _Checked, family: Family) -> Incident:
    incident = tx.add(
        Incident(
            programme_id=checked.programme.id,
            family_id=family.id,
            reference=enrolment.reference.strip(),
            occurred_at=enrolment.occurred_at,
            kind=enrolment.kind.strip(),
            zip=enrolment.zip.strip(),
            officer_id=checked.officer.id if checked.officer else None,
            as_told=json.dumps(enrolment.as_told),
        )
    )
    tx.session.flush()
    return incident


def _zones(checked: _Checked, number: str) -> tuple[Sequence[str], ZoneSource]:
    """Where a contact may be, the likeliest first, and how we know: all of them bind."""
    if checked.zones:
        return checked.zones, ZoneSource.ZIP
    by_number = zones_of_number(number)
    if possible_together(by_number):
        return by_number, ZoneSource.NUMBER
    return (checked.programme.zone,), ZoneSource.PROGRAMME


def _keep_contact(
    tx: Transaction, checked: _Checked, family: Family, new: NewContact, number: str, language: Language
) -> Contact:
    zones, source = _zones(checked, number)
    contact = tx.add(
        Contact(
            family_id=family.id,
            name=new.name.strip(),
            language=language,
            zone=zones[0],
            zone_source=source,
            other_zones=" ".join(zones[1:]),
            role=new.role,
            opens=checked.programme.opens,
            closes=checked.programme.closes,
            is_minor=is_minor(new.role),
        )
    )
    phone = people.phone_or_new(tx, number)
    tx.session.flush()
    people.keep_name(tx, contact)
    tx.add(ContactPhone(contact_id=contact.id, phone_id=phone.id, since=tx.now))
    tx.add(
        SafetyPreference(
            contact_id=contact.id,
            mode=SafetyMode.UNSAFE if new.safe_to_text is False else SafetyMode.NEUTRAL,
            may_text=new.safe_to_text is not False,
            may_call=new.may_call,
            may_leave_voicemail=new.may_leave_voicemail,
            interpreter=new.interpreter,
            when=new.when.strip()[:LONGEST_WISH] or None,
            safe_word=_words(new).safe_word,
            duress_word=_words(new).duress_word,
        )
    )
    tx.session.flush()
    return contact


def _promise(
    tx: Transaction,
    rt: Runtime,
    enrolment: Enrolment,
    incident: Incident,
    contact: Contact,
    new: NewContact,
    admission: Admission,
) -> None:
    promise = timedelta(hours=enrolment.promise_hours) if enrolment.promise_hours else None
    plan_contact(tx, tx.get(Family, contact.family_id), incident, contact, promise)
    phone = people.phone_of(tx, contact)
    if phone is None or new.safe_to_text is False or shares_unsafe_phone(tx, contact, phone):
        _leave_to_a_person(tx, contact, "not-safe-to-text")
        return
    obstacle = _no_text_arrives(tx, contact, phone)
    if obstacle is not None:
        _leave_to_a_person(tx, contact, obstacle)
        return
    match ask(tx, rt.wording, contact, phone, not_before=admission.not_before):
        case Asking.NOT_WANTED:
            _leave_to_a_person(tx, contact, "consent-declined")
        case Asking.OF_A_PERSON:
            _leave_to_a_person(tx, contact, "shared-phone", TaskKind.CONSENT_WANTED)
        case Asking.OF_A_GUARDIAN | Asking.DONE:
            pass  # the promise waits for the answer; without one in time it is a person's


def _no_text_arrives(tx: Transaction, contact: Contact, phone: Phone) -> str | None:
    """What is known of this number already, so that nobody waits two days for a text that cannot come."""
    if phone.trouble is not None:
        return f"number-{phone.trouble}"
    if phone.doubt is not None and not given_anew(tx, phone, contact):
        return "number-in-doubt"
    return "opted-out" if people.opt_out_of(tx, phone.id, Sender.FAMILY) else None


def _leave_to_a_person(tx: Transaction, contact: Contact, reason: str, kind: TaskKind = TaskKind.CANNOT_TEXT) -> None:
    """What was promised is a person's task, and nothing else is texted."""
    for check_in in check_ins.open_of(tx, contact):
        if check_in.step == PROMISED:
            hand_over(tx, check_in, kind, reason)
        else:
            end(tx, check_in, CheckInState.CANCELLED, reason)
