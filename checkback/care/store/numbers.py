"""Finding numbers that may have changed hands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select, update

from checkback.care.model import CheckIn, Contact, ContactPhone, InboundMessage, Phone
from checkback.care.store.database import Transaction
from checkback.care.terms import CheckInState, PhoneDoubt, PhoneTrouble


def silent(tx: Transaction, since: datetime, due_before: datetime, limit: int = 100) -> Sequence[UUID]:
    """Phones nobody wrote from since then, nor said that they are still theirs, to which something is promised soon."""
    theirs = and_(ContactPhone.phone_id == Phone.id, ContactPhone.until.is_(None))
    promised = (
        select(CheckIn.id)
        .join(ContactPhone, ContactPhone.contact_id == CheckIn.contact_id)
        .where(theirs, CheckIn.state == CheckInState.PLANNED, CheckIn.due_at <= due_before)
        .exists()
    )
    wrote = exists().where(InboundMessage.phone_id == Phone.id, InboundMessage.received_at > since)
    given = exists().where(theirs, ContactPhone.since > since)
    sure = and_(Phone.sure_at.is_not(None), Phone.sure_at > since)
    return tx.session.scalars(
        select(Phone.id)
        .where(Phone.doubt.is_(None), Phone.trouble.is_(None), promised, ~wrote, ~given, ~sure)
        .order_by(Phone.id)
        .limit(limit)
    ).all()


def to_look_up(tx: Transaction, again_before: datetime, limit: int = 20) -> Sequence[UUID]:
    """Phones in doubt, and phones the carrier does not know though somebody is promised something on them.

    Of the latter only those that were not looked up since `again_before`.
    """
    used = exists().where(ContactPhone.phone_id == Phone.id, ContactPhone.until.is_(None))
    not_of_late = or_(Phone.looked_up_at.is_(None), Phone.looked_up_at < again_before)
    gone = and_(Phone.trouble == PhoneTrouble.UNKNOWN, Phone.doubt.is_(None), not_of_late)
    return tx.session.scalars(
        select(Phone.id)
        .where(
            or_(Phone.doubt == PhoneDoubt.TO_LOOK_UP, gone),
            used,
            or_(Phone.look_up_after.is_(None), Phone.look_up_after <= tx.now),
        )
        .order_by(Phone.id)
        .limit(limit)
    ).all()


def last_certain(tx: Transaction, phone: Phone) -> datetime:
    """When it was last certain whose number this is: a text from it, somebody's word, or its enrolment."""
    wrote = tx.session.scalar(select(func.max(InboundMessage.received_at)).where(InboundMessage.phone_id == phone.id))
    given = tx.session.scalar(
        select(func.max(ContactPhone.since)).where(ContactPhone.phone_id == phone.id, ContactPhone.until.is_(None))
    )
    return max((each for each in (wrote, given, phone.sure_at) if each is not None), default=tx.now)


def uses_of(tx: Transaction, phone: Phone) -> Sequence[ContactPhone]:
    """Who uses this phone now."""
    return tx.session.scalars(
        select(ContactPhone)
        .where(ContactPhone.phone_id == phone.id, ContactPhone.until.is_(None))
        .order_by(ContactPhone.since, ContactPhone.id)
    ).all()


def uses_by(tx: Transaction, contact: Contact) -> Sequence[ContactPhone]:
    """The phones this contact uses now."""
    return tx.session.scalars(
        select(ContactPhone)
        .where(ContactPhone.contact_id == contact.id, ContactPhone.until.is_(None))
        .order_by(ContactPhone.since, ContactPhone.id)
    ).all()


def take_up(tx: Transaction, contact: Contact, phone: Phone) -> None:
    """This contact uses this phone from now on, perhaps as before."""
    use = tx.session.scalar(
        select(ContactPhone).where(ContactPhone.contact_id == contact.id, ContactPhone.phone_id == phone.id)
    )
    if use is None:
        tx.add(ContactPhone(contact_id=contact.id, phone_id=phone.id, since=tx.now))
    else:
        use.since, use.until = tx.now, None
    tx.session.flush()


def leave_aside(tx: Transaction, phone_id: UUID, until: datetime) -> None:
    """Leave this number alone until then, without reading it; nothing goes to it meanwhile."""
    tx.session.execute(
        update(Phone)
        .where(Phone.id == phone_id)
        .values(look_up_after=until, doubt=func.coalesce(Phone.doubt, PhoneDoubt.TO_LOOK_UP))
    )
