"""Finding people: staff by login and phone, contacts by phone, families by reference."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, update

from checkback.care.errors import NotFound
from checkback.care.model import (
    Assignment,
    CareTeam,
    CheckIn,
    Consent,
    Contact,
    ContactPhone,
    Family,
    InboundMessage,
    Incident,
    NameToken,
    OptOut,
    Phone,
    Programme,
    SafetyPreference,
    StaffMember,
    StaffWay,
)
from checkback.care.model.sealing import folded_tokens, folded_words
from checkback.care.store.at_hand import may_be_at_hand
from checkback.care.store.database import Transaction
from checkback.care.store.duties import is_off
from checkback.care.terms import CheckInState, Role, SafetyMode, Sender

_ASKED_AT, _SAID_SAFE_AT = SafetyPreference.asked_at, SafetyPreference.said_safe_at


@may_be_at_hand(lambda: ())
def the_programme(tx: Transaction) -> Programme:
    """The programme of this installation. Raises NotFound before it is seeded."""
    programme = tx.session.scalar(select(Programme).order_by(Programme.name).limit(1))
    if programme is None:
        raise NotFound("no programme yet: run `checkback db upgrade --programme FILE`")
    return programme


def phone(tx: Transaction, number: str) -> Phone | None:
    """The phone of this E.164 number, under whichever version of the index it was kept."""
    return tx.session.scalar(select(Phone).where(Phone.number_index.in_(_indexes(tx, number, "phone"))))


def phone_or_new(tx: Transaction, number: str) -> Phone:
    """The phone of this E.164 number; made when nobody had it before."""
    found = phone(tx, number)
    if found is None:
        made = Phone(
            number=number,
            number_index=tx.keyring.index(number, "phone"),
            index_version=tx.keyring.index_version,
        )
        if tx.add_if_new(made):
            tx.record("phone.kept", made)
            return made
        found = phone(tx, number)  # somebody else made it in the same moment
    if found is None:
        raise NotFound("phone")
    return found


def contacts_of(tx: Transaction, phone: Phone) -> Sequence[Contact]:
    """Everybody who uses this phone now."""
    return tx.session.scalars(
        select(Contact)
        .join(ContactPhone, ContactPhone.contact_id == Contact.id)
        .where(ContactPhone.phone_id == phone.id, ContactPhone.until.is_(None))
        .order_by(ContactPhone.since)
    ).all()


def hold_families(tx: Transaction, contacts: Sequence[Contact]) -> None:
    """Hold the families of these contacts, in one order for everybody."""
    ids = sorted({contact.family_id for contact in contacts})
    tx.session.execute(select(Family.id).where(Family.id.in_(ids)).order_by(Family.id).with_for_update(key_share=True))


@may_be_at_hand(lambda contact: contact.id)
def phone_of(tx: Transaction, contact: Contact) -> Phone | None:
    """The phone this contact took up last."""
    return tx.session.scalar(
        select(Phone)
        .join(ContactPhone, ContactPhone.phone_id == Phone.id)
        .where(ContactPhone.contact_id == contact.id, ContactPhone.until.is_(None))
        .order_by(ContactPhone.since.desc())
        .limit(1)
    )


def family_of(tx: Transaction, contact_id: UUID) -> Family | None:
    """The family of a contact, who need not be readable."""
    return tx.session.scalar(
        select(Family).join(Contact, Contact.family_id == Family.id).where(Contact.id == contact_id)
    )


def contacts_in(tx: Transaction, family: Family) -> Sequence[Contact]:
    return tx.session.scalars(
        select(Contact).where(Contact.family_id == family.id).order_by(Contact.role, Contact.id)
    ).all()


def people_at(tx: Transaction, family: Family, place: int | None) -> Sequence[Contact]:
    """The people of a family, or the one at this place in the list of its page, from 1 on. Raises NotFound."""
    found = contacts_in(tx, family)
    if place is None:
        return found
    if not 1 <= place <= len(found):
        raise NotFound(f"{family.reference} has {len(found)} people; there is no number {place}")
    return [found[place - 1]]


def with_hours(tx: Transaction, opens: int, closes: int) -> Sequence[Contact]:
    """Contacts who may be texted in exactly these hours."""
    return tx.session.scalars(select(Contact).where(Contact.opens == opens, Contact.closes == closes)).all()


def without_hours_in(tx: Transaction, opens: int, closes: int) -> int:
    """How many contacts have hours of their own of which nothing lies in these."""
    outside = or_(Contact.opens >= closes, Contact.closes <= opens)
    return tx.session.scalar(select(func.count()).select_from(Contact).where(outside)) or 0


def keep_name(tx: Transaction, contact: Contact) -> None:
    """Make a contact findable by the words of their name."""
    for token in sorted(folded_tokens(contact.name)):
        tx.add(
            NameToken(
                contact_id=contact.id,
                token=tx.keyring.index(token, "name"),
                index_version=tx.keyring.index_version,
            )
        )


def contacts_named(tx: Transaction, words: str) -> Sequence[Contact]:
    """Contacts whose name has all these words, or words that begin so (from three letters on)."""
    wanted = folded_words(words)
    found = select(Contact)
    for word in sorted(wanted):
        under = NameToken.token.in_(_indexes(tx, word, "name"))
        found = found.where(Contact.id.in_(select(NameToken.contact_id).where(under)))
    return tx.session.scalars(found.limit(50)).all() if wanted else []


def _indexes(tx: Transaction, value: str, purpose: str) -> list[bytes]:
    """The indexes of a value under every version there is: what was kept before a key was rotated is found too."""
    return [tx.keyring.index(value, purpose, version) for version in tx.keyring.indexing]


@may_be_at_hand(lambda contact: contact.id)
def safety_of(tx: Transaction, contact: Contact) -> SafetyPreference:
    """How it is safe to reach this contact. Raises NotFound."""
    found = tx.session.scalar(select(SafetyPreference).where(SafetyPreference.contact_id == contact.id))
    if found is None:
        raise NotFound(f"safety preference of contact {contact.id}")
    return found


@may_be_at_hand(lambda contact: contact.id)
def users_of_the_same_phones(tx: Transaction, contact: Contact) -> Sequence[tuple[Contact, SafetyPreference]]:
    """Everybody else who uses a phone that this contact uses now, with how it is safe to reach them."""
    theirs = select(ContactPhone.phone_id).where(ContactPhone.contact_id == contact.id, ContactPhone.until.is_(None))
    found = tx.session.execute(
        select(Contact, SafetyPreference)
        .join(SafetyPreference, SafetyPreference.contact_id == Contact.id)
        .join(ContactPhone, ContactPhone.contact_id == Contact.id)
        .where(ContactPhone.phone_id.in_(theirs), ContactPhone.until.is_(None), Contact.id != contact.id)
    )
    return [(other, safety) for other, safety in found]


@may_be_at_hand(lambda contact: contact.id)
def is_in_doubt(tx: Transaction, contact: Contact) -> bool:
    """Whether somebody else may have a number by now that this contact uses."""
    doubted = (
        select(Phone.id)
        .join(ContactPhone, ContactPhone.phone_id == Phone.id)
        .where(ContactPhone.contact_id == contact.id, ContactPhone.until.is_(None), Phone.doubt.is_not(None))
    )
    return tx.session.scalar(doubted.limit(1)) is not None


def to_ask_who_reads(
    tx: Transaction,
    before: datetime,
    promised: tuple[datetime, datetime],
    quiet_since: datetime,
    *,
    after: UUID | None = None,
    limit: int = 100,
) -> Sequence[UUID]:
    """Contacts who were not asked since then who reads their phone, nor said so, and are promised something soon.

    Args:
        promised: between which moments their next text is planned.
        quiet_since: whoever wrote since then is left in peace.
        after: the last one of those that were looked at before: whoever may not be asked must not stand in the way.
    """
    soon, late = promised
    awaits = exists().where(
        CheckIn.contact_id == Contact.id, CheckIn.state == CheckInState.PLANNED, CheckIn.due_at.between(soon, late)
    )
    sooner = exists().where(
        CheckIn.contact_id == Contact.id,
        or_(
            CheckIn.state.in_((CheckInState.DUE, CheckInState.ASKED)),
            and_(CheckIn.state == CheckInState.PLANNED, CheckIn.due_at < soon),
        ),
    )
    long_ago = [or_(moment.is_(None), moment <= before) for moment in (_ASKED_AT, _SAID_SAFE_AT)]
    return tx.session.scalars(
        select(Contact.id)
        .join(SafetyPreference, SafetyPreference.contact_id == Contact.id)
        .where(SafetyPreference.mode != SafetyMode.UNSAFE, SafetyPreference.may_text, *long_ago)
        .where(Contact.wrong_person_at.is_(None), awaits, ~sooner, _has_quiet_phone(quiet_since))
        .where(*([Contact.id > after] if after else []))
        .order_by(Contact.id)
        .limit(limit)
    ).all()


def _has_quiet_phone(since: datetime) -> ColumnElement[bool]:
    """Whether a contact uses a phone that can be texted, wants it, and has not written since then."""
    wrote = exists().where(InboundMessage.phone_id == Phone.id, InboundMessage.received_at > since)
    stopped = exists().where(OptOut.phone_id == Phone.id, OptOut.sender == Sender.FAMILY, OptOut.ended_at.is_(None))
    return exists().where(
        ContactPhone.contact_id == Contact.id,
        ContactPhone.until.is_(None),
        Phone.id == ContactPhone.phone_id,
        Phone.trouble.is_(None),
        Phone.doubt.is_(None),
        ~wrote,
        ~stopped,
    )


def leave_unasked(tx: Transaction, contact_id: UUID) -> None:
    """Do not ask them who reads their phone for as long as if they had been asked, without reading the row."""
    tx.session.execute(
        update(SafetyPreference).where(SafetyPreference.contact_id == contact_id).values(asked_at=tx.now)
    )


@may_be_at_hand(lambda contact: contact.id)
def consent_of(tx: Transaction, contact: Contact) -> Consent | None:
    """The latest consent that was asked for."""
    return tx.session.scalar(
        select(Consent)
        .where(Consent.contact_id == contact.id)
        .order_by(Consent.asked_at.desc(), Consent.answered_at.desc().nulls_last())
        .limit(1)
    )


def asked_with(tx: Transaction, consent: Consent, phone_id: UUID) -> Sequence[Consent]:
    """The consents of others on this phone that hang on the same question: it was asked once for all of them."""
    same = _consents_on(phone_id).where(Consent.asked_at == consent.asked_at, Consent.id != consent.id)
    return tx.session.scalars(same.order_by(Consent.id).with_for_update(of=Consent)).all()


def _consents_on(phone_id: UUID) -> Select[Consent]:
    return (
        select(Consent)
        .join(Contact, Contact.id == Consent.contact_id)
        .join(ContactPhone, ContactPhone.contact_id == Contact.id)
        .where(ContactPhone.phone_id == phone_id, ContactPhone.until.is_(None))
    )


def unsafe_on(tx: Transaction, phone: Phone) -> SafetyPreference | None:
    """What makes this phone unsafe to text, as it was said of whoever uses it; None when nobody said so."""
    return tx.session.scalar(
        select(SafetyPreference)
        .join(ContactPhone, ContactPhone.contact_id == SafetyPreference.contact_id)
        .where(ContactPhone.phone_id == phone.id, ContactPhone.until.is_(None))
        .where(or_(SafetyPreference.mode == SafetyMode.UNSAFE, SafetyPreference.may_text.is_(False)))
        .order_by(SafetyPreference.may_text)
        .limit(1)
    )


@may_be_at_hand(lambda phone_id, sender: (phone_id, sender))
def opt_out_of(tx: Transaction, phone_id: UUID, sender: Sender) -> OptOut | None:
    """The opt-out that stands for this phone towards this sender."""
    return tx.session.scalar(
        select(OptOut).where(OptOut.phone_id == phone_id, OptOut.sender == sender, OptOut.ended_at.is_(None)).limit(1)
    )


def family(tx: Transaction, reference: str) -> Family:
    """The family of this reference, `F-12`. Raises NotFound."""
    found = tx.session.scalar(select(Family).where(Family.reference == reference.strip().upper()))
    if found is None:
        raise NotFound(f"there is no family {reference}")
    return found


def incident(tx: Transaction, reference: str) -> Incident | None:
    return tx.session.scalar(select(Incident).where(Incident.reference == reference))


@may_be_at_hand(lambda family: family.id)
def incidents_of(tx: Transaction, family: Family) -> Sequence[Incident]:
    return tx.session.scalars(
        select(Incident).where(Incident.family_id == family.id).order_by(Incident.occurred_at.desc())
    ).all()


def staff(tx: Transaction, login: str) -> StaffMember | None:
    """The member of staff with this login, if they still work here."""
    return tx.session.scalar(
        select(StaffMember).where(StaffMember.login == login.strip().lower(), StaffMember.left_at.is_(None))
    )


def must_work_here(tx: Transaction, login: str) -> StaffMember:
    """The member of staff with this login. Raises NotFound."""
    found = staff(tx, login)
    if found is None:
        raise NotFound(f"nobody who works here has the login {login[:40]}")
    return found


def everybody(tx: Transaction) -> Sequence[StaffMember]:
    """Everybody who works here."""
    return tx.session.scalars(
        select(StaffMember).where(StaffMember.left_at.is_(None)).order_by(StaffMember.login)
    ).all()


def staff_of(tx: Transaction, phone: Phone) -> StaffMember | None:
    """Whose staff phone this is: their own, or another on which they have proven that alerts arrive."""
    proven = select(StaffWay.staff_id).where(StaffWay.phone_id == phone.id, StaffWay.verified_at.is_not(None))
    is_their_own = StaffMember.phone_id == phone.id
    return tx.session.scalar(
        select(StaffMember)
        .where(or_(is_their_own, StaffMember.id.in_(proven)), StaffMember.left_at.is_(None))
        .order_by(case((is_their_own, 0), else_=1), StaffMember.login)
        .limit(1)
    )


def team(tx: Transaction, name: str) -> CareTeam | None:
    return tx.session.scalar(select(CareTeam).where(CareTeam.name == name.strip()))


def assigned_to(tx: Transaction, family_id: UUID) -> StaffMember | None:
    """Who answers for this family now: whoever covers it, if they are here, before the clinician they cover for."""
    covers = and_(Assignment.until > tx.now, ~is_off(tx.now))
    return tx.session.scalar(
        select(StaffMember)
        .join(Assignment, Assignment.staff_id == StaffMember.id)
        .where(Assignment.family_id == family_id, StaffMember.left_at.is_(None))
        .where(or_(Assignment.until.is_(None), covers))
        .order_by(Assignment.until.is_(None), Assignment.since.desc())
        .limit(1)
    )


def everybody_here(tx: Transaction) -> Sequence[StaffMember]:
    """All who work here, by login."""
    return tx.session.scalars(
        select(StaffMember).where(StaffMember.left_at.is_(None)).order_by(StaffMember.login)
    ).all()


def everybody_ever(tx: Transaction) -> Sequence[StaffMember]:
    """All who work here or did, by login."""
    return tx.session.scalars(select(StaffMember).order_by(StaffMember.login)).all()


def members(tx: Transaction, staff_ids: Sequence[UUID]) -> Sequence[StaffMember]:
    """These members of staff, in their order, as far as they still work here."""
    here = {each.id: each for each in tx.session.scalars(select(StaffMember).where(StaffMember.id.in_(staff_ids)))}
    found = (here.get(each) for each in staff_ids)
    return [each for each in found if each is not None and each.left_at is None]


def members_with_role(tx: Transaction, team_id: UUID | None, role: Role) -> Sequence[StaffMember]:
    """Those of a team, or of every team, who are here for this."""
    found = select(StaffMember).where(StaffMember.left_at.is_(None), StaffMember.role == role)
    return tx.session.scalars(
        (found.where(StaffMember.team_id == team_id) if team_id else found).order_by(StaffMember.login)
    ).all()


def coordinators(tx: Transaction, team_id: UUID) -> Sequence[StaffMember]:
    """Those who coordinate this team, with a phone or without."""
    return tx.session.scalars(
        select(StaffMember)
        .where(StaffMember.left_at.is_(None), StaffMember.team_id == team_id, StaffMember.role == Role.COORDINATOR)
        .order_by(StaffMember.login)
    ).all()


def team_members(tx: Transaction, team_id: UUID | None) -> Sequence[StaffMember]:
    """Clinicians and coordinators of a team, or of every team; also who is told by e-mail alone."""
    members = (
        select(StaffMember)
        .where(
            StaffMember.left_at.is_(None),
            or_(StaffMember.role == Role.CLINICIAN, StaffMember.role == Role.COORDINATOR),
        )
        .order_by(StaffMember.login)
    )
    return tx.session.scalars(members.where(StaffMember.team_id == team_id) if team_id else members).all()
