"""What judging many promises would look up one by one, gathered in a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from checkback.care.model import (
    CheckIn,
    CheckInPlan,
    Consent,
    Contact,
    ContactPhone,
    Conversation,
    Escalation,
    Family,
    Hold,
    Incident,
    OptOut,
    Phone,
    SafetyPreference,
)
from checkback.care.store import escalations, holds, messages, people, plans
from checkback.care.store.at_hand import put
from checkback.care.store.console import by_id
from checkback.care.store.database import Transaction
from checkback.care.terms import Sender

R = TypeVar("R")


@dataclass
class Gathering:
    """What these promises hang on, while a reading holds it.

    `sent_since` and `calm_since`: from when on texts that went, and crises that ended, count. `but`: holds that are
    thought away.
    """

    tx: Transaction
    promises: Sequence[CheckIn]
    sent_since: datetime
    calm_since: datetime
    but: Collection[UUID] = ()

    def __post_init__(self) -> None:
        tx = self.tx
        self.contacts = by_id(tx, Contact, (each.contact_id for each in self.promises))
        self.families = by_id(tx, Family, (each.family_id for each in self.contacts.values()))
        self.plans = by_id(tx, CheckInPlan, (each.plan_id for each in self.promises))
        programme = people.the_programme(tx)
        put(tx, people.the_programme, lambda: {(): programme})
        put(tx, people.phone_of, lambda: self.phones)
        put(tx, people.consent_of, self._consents)
        put(tx, people.opt_out_of, self._opt_outs)
        put(tx, people.safety_of, self._safety)
        put(tx, people.users_of_the_same_phones, self._others)
        put(tx, people.is_in_doubt, self._doubts)
        put(tx, people.incidents_of, self._incidents)
        put(tx, holds.dates_of, self._dates)
        put(tx, holds.over, self._holds)
        put(tx, holds.sent_to, self._sent)
        put(tx, escalations.acute_of, self._acute)
        put(tx, messages.conversation_of, self._conversations)
        put(tx, plans.rows_of, self._rows)
        put(tx, plans.last_said, self._said)

    @cached_property
    def phones(self) -> Mapping[Hashable, Phone | None]:
        """The phone each of them took up last."""
        found: dict[Hashable, Phone | None] = {}
        for contact_id, phone in self.tx.session.execute(
            select(ContactPhone.contact_id, Phone)
            .join(Phone, Phone.id == ContactPhone.phone_id)
            .where(ContactPhone.contact_id.in_(self.contacts), ContactPhone.until.is_(None))
            .order_by(ContactPhone.since.desc())
        ):
            found.setdefault(contact_id, phone)
        return _or_none(found, self.contacts)

    def _consents(self) -> Mapping[Hashable, Consent | None]:
        found: dict[Hashable, Consent | None] = {}
        for consent in self.tx.session.scalars(
            select(Consent)
            .where(Consent.contact_id.in_(self.contacts))
            .order_by(Consent.asked_at.desc(), Consent.answered_at.desc().nulls_last())
        ):
            found.setdefault(consent.contact_id, consent)
        return _or_none(found, self.contacts)

    def _opt_outs(self) -> Mapping[Hashable, OptOut | None]:
        ids = self._phone_ids
        stands = select(OptOut).where(
            OptOut.phone_id.in_(ids), OptOut.sender == Sender.FAMILY, OptOut.ended_at.is_(None)
        )
        found: dict[Hashable, OptOut] = {
            (each.phone_id, Sender.FAMILY): each for each in self.tx.session.scalars(stands)
        }
        return _or_none(found, ((each, Sender.FAMILY) for each in ids))

    def _safety(self) -> Mapping[Hashable, SafetyPreference]:
        rows = select(SafetyPreference).where(SafetyPreference.contact_id.in_(self.contacts))
        return {each.contact_id: each for each in self.tx.session.scalars(rows)}

    def _others(self) -> Mapping[Hashable, Sequence[tuple[Contact, SafetyPreference]]]:
        """Who else uses the phones they use."""
        found: dict[Hashable, dict[UUID, tuple[Contact, SafetyPreference]]] = {each: {} for each in self.contacts}
        mine, theirs = aliased(ContactPhone), aliased(ContactPhone)
        for contact_id, other, safety in self.tx.session.execute(
            select(mine.contact_id, Contact, SafetyPreference)
            .join(theirs, theirs.phone_id == mine.phone_id)
            .join(Contact, Contact.id == theirs.contact_id)
            .join(SafetyPreference, SafetyPreference.contact_id == Contact.id)
            .where(mine.contact_id.in_(self.contacts), mine.until.is_(None), theirs.until.is_(None))
            .where(Contact.id != mine.contact_id)
        ):
            found[contact_id][other.id] = other, safety
        return {contact_id: list(others.values()) for contact_id, others in found.items()}

    def _doubts(self) -> Mapping[Hashable, bool]:
        rows = (
            select(ContactPhone.contact_id)
            .join(Phone, Phone.id == ContactPhone.phone_id)
            .where(ContactPhone.contact_id.in_(self.contacts), ContactPhone.until.is_(None), Phone.doubt.is_not(None))
        )
        doubted = frozenset(self.tx.session.scalars(rows))
        return {each: each in doubted for each in self.contacts}

    def _incidents(self) -> Mapping[Hashable, Sequence[Incident]]:
        return incidents_of_all(self.tx, self.families)

    def _dates(self) -> Mapping[Hashable, Sequence[Hold]]:
        return dates_of_all(self.tx, self.families)

    def _holds(self) -> Mapping[Hashable, Hold | None]:
        """Few stand at a time, so each is held against each promise here."""
        standing = [each for each in holds.all_in_force(self.tx) if each.id not in self.but]
        found: dict[Hashable, Hold | None] = {}
        for promise in self.promises:
            family_id = self.contacts[promise.contact_id].family_id
            plan = self.plans[promise.plan_id].name if promise.plan_id else None
            reach = (each for each in standing if holds.is_over(each, family_id, plan, promise.id))
            found[(family_id, promise.plan_id, promise.id, *self.but)] = next(reach, None)
        return found

    def _sent(self) -> Mapping[Hashable, Sequence[datetime]]:
        since = self.sent_since
        to: dict[Hashable, list[holds.Went]] = defaultdict(list)
        for text in holds.sent_to_all(self.tx, list(self.contacts), self._phone_ids, since):
            to[text.contact_id].append(text)
            to[text.phone_id].append(text)
        found: dict[Hashable, Sequence[datetime]] = {}
        for contact_id, phone in self.phones.items():
            if phone is not None:
                theirs = {each.id: each.at for each in (*to[contact_id], *to[phone.id])}
                found[(contact_id, phone.id, since, None)] = list(theirs.values())
        return found

    def _acute(self) -> Mapping[Hashable, Escalation | None]:
        found: dict[Hashable, Escalation | None] = {}
        for each in escalations.acute_of_all(self.tx, list(self.families), self.calm_since):
            if each.family_id is not None:
                found.setdefault((each.family_id, self.calm_since), each)
        return _or_none(found, ((each, self.calm_since) for each in self.families))

    def _conversations(self) -> Mapping[Hashable, Conversation | None]:
        rows = select(Conversation).where(Conversation.contact_id.in_(self.contacts))
        found: dict[Hashable, Conversation] = {
            (each.contact_id, each.phone_id): each for each in self.tx.session.scalars(rows)
        }
        pairs = ((contact_id, phone.id) for contact_id, phone in self.phones.items() if phone is not None)
        return _or_none(found, pairs)

    def _rows(self) -> Mapping[Hashable, Sequence[CheckIn]]:
        found: dict[Hashable, list[CheckIn]] = defaultdict(list)
        rows = select(CheckIn).where(CheckIn.contact_id.in_(self.contacts)).order_by(CheckIn.due_at, CheckIn.id)
        for row in self.tx.session.scalars(rows):
            found[row.contact_id, row.incident_id].append(row)
        return found

    def _said(self) -> Mapping[Hashable, str | None]:
        found: dict[Hashable, str | None] = {}
        for contact_id, answer in plans.said_by(self.tx, list(self.contacts)):
            found.setdefault(contact_id, answer)
        return _or_none(found, self.contacts)

    @cached_property
    def _phone_ids(self) -> Sequence[UUID]:
        return list({phone.id for phone in self.phones.values() if phone is not None})


def hours(tx: Transaction, family_ids: Collection[UUID]) -> None:
    """Gather what the hours of these families hang on, while a reading holds it."""
    programme = people.the_programme(tx)
    put(tx, people.the_programme, lambda: {(): programme})
    put(tx, people.incidents_of, lambda: incidents_of_all(tx, family_ids))
    put(tx, holds.dates_of, lambda: dates_of_all(tx, family_ids))


def incidents_of_all(tx: Transaction, family_ids: Collection[UUID]) -> Mapping[Hashable, Sequence[Incident]]:
    """The incidents of each of these families, the latest first."""
    rows = select(Incident).where(Incident.family_id.in_(family_ids)).order_by(Incident.occurred_at.desc())
    found: dict[Hashable, list[Incident]] = {each: [] for each in family_ids}
    for incident in tx.session.scalars(rows):
        found[incident.family_id].append(incident)
    return found


def dates_of_all(tx: Transaction, family_ids: Collection[UUID]) -> Mapping[Hashable, Sequence[Hold]]:
    """The dates kept free for each of these families."""
    found: dict[Hashable, list[Hold]] = {each: [] for each in family_ids}
    for hold in holds.all_dates(tx):
        if hold.family_id in found:
            found[hold.family_id].append(hold)
    return found


def _or_none(
    found: Mapping[Hashable, R] | Mapping[Hashable, R | None], keys: Iterable[Hashable]
) -> Mapping[Hashable, R | None]:
    """These answers, and None wherever there is none: that too is known."""
    return {**dict.fromkeys(keys), **found}
