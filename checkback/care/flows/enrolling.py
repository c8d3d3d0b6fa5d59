"""Before a family is enrolled by hand: who they may be already, where they live, and every text they would get."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from checkback.care.errors import InvalidPhone
from checkback.care.flows.enrolment import Enrolled, Enrolment, NewContact, tried
from checkback.care.model import CareTeam, CheckIn, Contact, Family, StaffMember
from checkback.care.rules.phones import e164
from checkback.care.rules.segments import fit, segments
from checkback.care.rules.zones import zone_of_zip
from checkback.care.runtime import Runtime
from checkback.care.steps.sight import sight_of
from checkback.care.steps.words import mode_of
from checkback.care.store import Transaction, check_ins, console, messages, people, plans
from checkback.care.store.sights import Sight
from checkback.care.terms import CheckInState, Language, PlanState, Role, ZoneSource
from checkback.care.wording import WordingError

_ANSWERS_FOR_FAMILIES = (Role.CLINICIAN, Role.COORDINATOR)


class Alike(StrEnum):
    """What two people have in common."""

    PHONE = "phone"
    NAME = "name"


@dataclass(frozen=True)
class LookAlike:
    """Somebody who is here already and may be the same. The family is named only to those it is for."""

    family: str | None
    alike: Alike


@dataclass(frozen=True)
class FirstText:
    """One text as it would go. `step` is None for the question whether they want texts at all."""

    at: datetime
    step: str | None
    text: str
    segments: int


@dataclass(frozen=True)
class Expected:
    """What one person would get. `by_hand`: nothing is texted, and the promise is a person's task."""

    name: str
    language: Language
    zone: str
    zone_source: ZoneSource
    texts: Sequence[FirstText]
    by_hand: bool


@dataclass(frozen=True)
class Preview:
    """What an enrolment would do; nothing has happened yet.

    `is_already`: a family has this incident; `already` names it to those it is for.
    """

    people: Sequence[Expected]
    look_alikes: Sequence[LookAlike] = ()
    is_already: bool = False
    already: str | None = None


@dataclass(frozen=True)
class Answerer:
    """Somebody who may answer for a family."""

    login: str
    name: str
    team: str


@dataclass(frozen=True)
class Choices:
    """What can be chosen at enrolment: who answers for them, who promised, which plan; and the programme's clock."""

    answerers: Sequence[Answerer]
    officers: Sequence[Answerer]
    plans: Sequence[str]
    zone: str
    now: datetime

    def team_of(self, login: str) -> str:
        """The team of whoever answers for families under this login; empty when nobody does."""
        return next((each.team for each in self.answerers if each.login == login), "")


def choices(rt: Runtime) -> Choices:
    """What the form offers."""
    with rt.store.read() as tx:
        programme = people.the_programme(tx)
        staff = people.everybody(tx)
        teams = console.by_id(tx, CareTeam, (member.team_id for member in staff))
        approved = {v.name for v in plans.all_versions(tx, programme.id) if v.state is PlanState.APPROVED}

        def named(member: StaffMember) -> Answerer:
            return Answerer(member.login, member.name, teams[member.team_id].name if member.team_id else "")

        return Choices(
            answerers=[named(each) for each in staff if each.role in _ANSWERS_FOR_FAMILIES and each.team_id],
            officers=[named(each) for each in staff if each.role is Role.OFFICER],
            plans=sorted(approved),
            zone=programme.zone,
            now=tx.now,
        )


def zone_for(rt: Runtime, zip_code: str) -> str:
    """The zone of a ZIP code, or the programme's where that is not known."""
    try:
        found = zone_of_zip(zip_code)
    except ValueError:
        found = None
    if found is not None:
        return found
    with rt.store.read() as tx:
        return people.the_programme(tx).zone


def preview(rt: Runtime, enrolment: Enrolment, reader_id: UUID) -> Preview:
    """Every text as it would be planned, by doing all of it and letting go of it. Raises as `enrolment.enrol`."""

    def look(tx: Transaction, enrolled: Enrolled) -> Preview:
        family = people.family(tx, enrolled.family)
        if enrolled.already:
            return Preview([], is_already=True, already=family.reference if sight.covers(family) else None)
        return Preview([_expected(tx, rt, contact) for contact in people.contacts_in(tx, family)])

    with rt.store.read() as tx:
        sight = sight_of(tx, tx.get(StaffMember, reader_id))
        known = people.incident(tx, enrolment.reference.strip())
        alike = list(dict.fromkeys(each for new in enrolment.contacts for each in _look_alikes(tx, new, sight)))
    found = tried(rt, enrolment, look)
    return replace(found, look_alikes=[] if known else alike)


def _look_alikes(tx: Transaction, new: NewContact, sight: Sight) -> Iterator[LookAlike]:
    try:
        phone = people.phone(tx, e164(new.phone))
    except InvalidPhone:
        phone = None
    by_phone = people.contacts_of(tx, phone) if phone else []
    by_name = people.contacts_named(tx, new.name)
    for alike, found in ((Alike.PHONE, by_phone), (Alike.NAME, by_name)):
        families = console.by_id(tx, Family, (contact.family_id for contact in found))
        for family in sorted(families.values(), key=lambda each: each.reference):
            yield LookAlike(family.reference if sight.covers(family) else None, alike)


def _expected(tx: Transaction, rt: Runtime, contact: Contact) -> Expected:
    tx.session.flush()
    promises = check_ins.all_of(tx, [contact.id])
    planned = [each for each in promises if each.state is CheckInState.PLANNED]
    asked = [
        FirstText(message.due_at, None, message.body, segments(message.body))
        for message in messages.waiting_for(tx, contact.id)
    ]
    return Expected(
        name=contact.name,
        language=contact.language,
        zone=contact.zone,
        zone_source=contact.zone_source,
        texts=[*asked, *(_first(tx, rt, each, contact) for each in planned)],
        by_hand=any(each.state is CheckInState.HANDED_OVER for each in promises),
    )


def _first(tx: Transaction, rt: Runtime, check_in: CheckIn, contact: Contact) -> FirstText:
    programme = people.the_programme(tx).name
    try:
        words = fit(rt.wording.render(check_in.wording, contact.language, mode_of(tx, contact), programme=programme))
    except WordingError:  # it asks for more than is known before it goes
        words = ""
    return FirstText(check_in.due_at, check_in.step, words, segments(words))
