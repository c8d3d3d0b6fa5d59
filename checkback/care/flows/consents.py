"""The record of consent: shown to be printed, kept when it was said in person, ended, and doubted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkback.care.errors import NotFound, WordsRefused, said
from checkback.care.flows.paging import pager_of
from checkback.care.model import Consent, Contact, StaffMember
from checkback.care.runtime import Runtime
from checkback.care.steps import numbers
from checkback.care.steps.consent import end_consent, keep_in_person, keep_of_guardian, permits
from checkback.care.steps.opt_out import opt_out
from checkback.care.steps.staff_work import actor
from checkback.care.store import Transaction, consents, console, messages, people, tasks
from checkback.care.terms import (
    ConsentScope,
    ConsentSource,
    ConsentState,
    OptOutSource,
    PhoneDoubt,
    Role,
    Sender,
)


@dataclass(frozen=True)
class Said:
    """One thing that was asked or said. `guardian` and `recorded_by` name who, `wording` the version asked in."""

    state: ConsentState
    source: ConsentSource
    scope: ConsentScope
    wording: str
    asked_at: datetime
    answered_at: datetime | None
    ends_at: datetime | None
    guardian: str | None
    recorded_by: str | None


@dataclass(frozen=True)
class PersonsRecord:
    """All that one person was asked and said, the first first; and whether texts may go to them now."""

    reference: str
    name: str
    role: str
    is_minor: bool
    may_be_danger: bool
    permits: bool
    opted_out_since: datetime | None
    number_in_doubt: PhoneDoubt | None
    said: Sequence[Said]


@dataclass(frozen=True)
class FamilysRecord:
    """The record of a family, as it is printed."""

    family: str
    programme: str
    zone: str
    at: datetime
    people: Sequence[PersonsRecord]


def show(rt: Runtime, reference: str, by: str) -> FamilysRecord:
    """The record, and the audit row that says who looked. Raises NotFound, WordsRefused."""
    with rt.store.begin("consents.show") as tx:
        family = people.family(tx, reference)
        tx.record("consent.read", family, actor(writer_of(tx, by)))
    with rt.store.read() as tx:
        family, programme = people.family(tx, reference), people.the_programme(tx)
        return FamilysRecord(
            family=family.reference,
            programme=programme.name,
            zone=programme.zone,
            at=tx.now,
            people=[_record(tx, contact) for contact in people.contacts_in(tx, family)],
        )


def record(
    rt: Runtime,
    contact: str,
    by: str,
    source: ConsentSource,
    *,
    scope: ConsentScope = ConsentScope.THIS_PROGRAMME,
    until: datetime | None = None,
    guardian: str | None = None,
) -> None:
    """Keep what somebody said or wrote to a member of staff; for a minor, what their guardian did.

    Raises:
        NotFound: no such contact, guardian or login.
        WordsRefused: a minor without a guardian, or a guardian who cannot give it.
    """
    with rt.store.begin("consents.record") as tx:
        writer, person = writer_of(tx, by), person_named(tx, contact)
        if source not in (ConsentSource.SPOKEN, ConsentSource.WRITTEN):
            raise WordsRefused(said("Say how: spoken or written."))
        if until is not None and until <= tx.now:
            raise WordsRefused(said("Its end lies ahead."))
        if guardian is not None:
            keep_of_guardian(tx, rt.wording, person, person_named(tx, guardian), writer, until=until)
        else:
            keep_in_person(tx, rt.wording, person, writer, source, scope=scope, until=until)


def end(rt: Runtime, contact: str, by: str, scope: ConsentScope) -> bool:
    """They want no more check-ins; or, of everything, no text of ours at all. Whether something ended.

    The second is an opt-out of their phone, which only the phone itself takes back.
    """
    with rt.store.begin("consents.end") as tx:
        writer, person = writer_of(tx, by), person_named(tx, contact)
        phone = people.phone_of(tx, person)
        if phone is not None:
            tx.lock(phone)  # before the consent, as everybody holds them
        ended = end_consent(tx, person, "told-to-staff")
        if scope is ConsentScope.EVERYTHING and phone is not None:
            opt_out(tx, phone, Sender.FAMILY, OptOutSource.STAFF, pager_of(rt))
            ended = True
        tx.record("consent.ended-by-staff", person, actor(writer))
    return ended


def suspect(rt: Runtime, contact: str, by: str, *, is_danger: bool) -> int:
    """This person may be the danger, or is not after all: what hangs on their word for minors ends.

    Returns how many agreements ended.
    """
    with rt.store.begin("consents.suspect") as tx:
        writer, person = writer_of(tx, by), person_named(tx, contact)
        person.may_be_danger = is_danger
        tx.record(f"contact.{'may-be-danger' if is_danger else 'no-danger'}", person, actor(writer))
        theirs = consents.by_word_of(tx, person) if is_danger else []
        minors = {consent.contact_id for consent in theirs}
        for contact_id in sorted(minors):
            end_consent(tx, tx.get(Contact, contact_id), "guardian-may-be-danger")
    return len(minors)


def confirm_number(rt: Runtime, contact: str, by: str) -> None:
    """A member of staff knows that the number is still theirs. Raises NotFound, WordsRefused."""
    with rt.store.begin("consents.confirm-number") as tx:
        writer, person = writer_of(tx, by), person_named(tx, contact)
        phone = people.phone_of(tx, person)
        if phone is None:
            raise WordsRefused(said("They have no number here: it went to somebody else."))
        numbers.confirmed(tx, tx.lock(phone))
        conversation = messages.conversation_with(tx, phone, person)
        if conversation.asked in numbers.QUESTIONS:
            conversation.asked = None
        tx.record("phone.confirmed-by-staff", phone, actor(writer))


def writer_of(tx: Transaction, login: str) -> StaffMember:
    """Who says it: a member of staff who is no officer. Raises NotFound, WordsRefused."""
    member = people.must_work_here(tx, login)
    if member.role is Role.OFFICER:
        raise WordsRefused(said("An officer sees and says nothing of what families agreed to."))
    return member


def person_named(tx: Transaction, reference: str) -> Contact:
    """One person: C-4F7A2C; or F-12, where the family has only one. Raises NotFound."""
    if not reference.strip().upper().startswith("F-"):
        return tasks.named(tx, Contact, reference)
    found = people.contacts_in(tx, people.family(tx, reference))
    if len(found) != 1:
        named = ", ".join(each.reference for each in found)
        raise NotFound(f"{reference[:20]} has several people: name one, {named} (`checkback consent show`)")
    return found[0]


def _record(tx: Transaction, contact: Contact) -> PersonsRecord:
    phone = people.phone_of(tx, contact)
    opted_out = people.opt_out_of(tx, phone.id, Sender.FAMILY) if phone else None
    said = consents.of_contacts(tx, [contact.id])
    staff = console.by_id(tx, StaffMember, (each.recorded_by for each in said))
    guardians = console.by_id(tx, Contact, (each.guardian_id for each in said))
    return PersonsRecord(
        reference=contact.reference,
        name=contact.name,
        role=contact.role,
        is_minor=contact.is_minor,
        may_be_danger=contact.may_be_danger,
        permits=permits(tx, contact) and opted_out is None,
        opted_out_since=opted_out.began_at if opted_out else None,
        number_in_doubt=phone.doubt if phone else None,
        said=[_said(each, guardians, staff) for each in said],
    )


def _said(consent: Consent, guardians: Mapping[UUID, Contact], staff: Mapping[UUID, StaffMember]) -> Said:
    return Said(
        state=consent.state,
        source=consent.source,
        scope=consent.scope,
        wording=consent.wording_version,
        asked_at=consent.asked_at,
        answered_at=consent.answered_at,
        ends_at=consent.ends_at,
        guardian=guardians[consent.guardian_id].name if consent.guardian_id else None,
        recorded_by=staff[consent.recorded_by].name if consent.recorded_by else None,
    )
