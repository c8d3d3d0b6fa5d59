"""Finding consents: those of others on a phone, those that end, and what hangs on a guardian's word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select

from checkback.care.model import CheckIn, Consent, Contact, ContactPhone, Family, Phone
from checkback.care.store.database import Transaction
from checkback.care.terms import CheckInState, ConsentState


def latest_of_others_on(tx: Transaction, phone: Phone, contact: Contact) -> Sequence[Consent]:
    """What was asked or said last by each other person of the same programme who uses this phone, in one order."""
    programme = select(Family.programme_id).where(Family.id == contact.family_id).scalar_subquery()
    found = tx.session.scalars(
        select(Consent)
        .join(Contact, Contact.id == Consent.contact_id)
        .join(ContactPhone, ContactPhone.contact_id == Contact.id)
        .join(Family, Family.id == Contact.family_id)
        .where(
            ContactPhone.phone_id == phone.id,
            ContactPhone.until.is_(None),
            Contact.id != contact.id,
            Contact.wrong_person_at.is_(None),
            Family.programme_id == programme,
        )
        .order_by(func.coalesce(Consent.answered_at, Consent.asked_at).desc(), Consent.id)
    ).all()
    latest: dict[UUID, Consent] = {}
    for consent in found:
        latest.setdefault(consent.contact_id, consent)
    return sorted(latest.values(), key=lambda consent: consent.id)


def of_contacts(tx: Transaction, contact_ids: Sequence[UUID]) -> Sequence[Consent]:
    """Everything these people were asked and said, the first first."""
    return tx.session.scalars(
        select(Consent).where(Consent.contact_id.in_(contact_ids)).order_by(Consent.asked_at, Consent.id)
    ).all()


def ended(tx: Transaction, limit: int = 100) -> Sequence[UUID]:
    """Consents whose end has come."""
    return tx.session.scalars(
        select(Consent.id)
        .where(Consent.state == ConsentState.GIVEN, Consent.ends_at <= tx.now)
        .order_by(Consent.ends_at)
        .limit(limit)
    ).all()


def ending(tx: Transaction, before: datetime, limit: int = 100) -> Sequence[UUID]:
    """Consents that end by then although something is still promised, and of which nobody was asked again."""
    promised = exists().where(CheckIn.contact_id == Consent.contact_id, CheckIn.state == CheckInState.PLANNED)
    return tx.session.scalars(
        select(Consent.id)
        .where(
            Consent.state == ConsentState.GIVEN,
            Consent.ends_at > tx.now,
            Consent.ends_at <= before,
            Consent.asked_again_at.is_(None),
            promised,
        )
        .order_by(Consent.ends_at)
        .limit(limit)
    ).all()


def by_word_of(tx: Transaction, guardian: Contact) -> Sequence[Consent]:
    """What stands because this guardian agreed."""
    return tx.session.scalars(
        select(Consent)
        .where(Consent.guardian_id == guardian.id, Consent.state.in_((ConsentState.GIVEN, ConsentState.ASKED)))
        .order_by(Consent.id)
    ).all()
