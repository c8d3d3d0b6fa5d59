"""Finding holds, what they keep back, and how much went to one person lately."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, defer

from checkback.care.model import CheckIn, CheckInPlan, Contact, ContactPhone, Hold, Incident, OutboundMessage
from checkback.care.store.at_hand import may_be_at_hand
from checkback.care.store.database import Transaction
from checkback.care.terms import CheckInState, Dialogue, HoldKind, HoldScope, OutboundKind, OutboundState

#: What the column holds.
_HIGHEST_NUMBER = 2**31 - 1
#: These surely reached nobody; every other text that was handed over may have been read.
_REACHED_NOBODY = (OutboundState.QUEUED, OutboundState.CANCELLED)
_LOST = (OutboundState.FAILED, OutboundState.UNDELIVERED)
_COUNTED = (OutboundKind.CHECK_IN, OutboundKind.WELCOME)


@dataclass(frozen=True)
class Went:
    """An automatic text that went: to whom, to which phone, and when."""

    id: UUID
    contact_id: UUID | None
    phone_id: UUID | None
    at: datetime


def standing(tx: Transaction, key: str) -> Hold | None:
    """The hold that stands under this key, held."""
    return tx.session.scalar(
        select(Hold).where(Hold.key == key, Hold.ended_at.is_(None)).with_for_update(key_share=True)
    )


def numbered(tx: Transaction, number: int) -> Hold | None:
    """The hold people call by this number, held."""
    if not 0 < number <= _HIGHEST_NUMBER:
        return None
    return tx.session.scalar(select(Hold).where(Hold.number == number).with_for_update(key_share=True))


def all_standing(tx: Transaction) -> Sequence[Hold]:
    """Every hold that has not ended, the oldest first."""
    return tx.session.scalars(select(Hold).where(Hold.ended_at.is_(None)).order_by(Hold.number)).all()


def run_out(tx: Transaction, limit: int = 100) -> Sequence[UUID]:
    """Holds whose own end has come."""
    return tx.session.scalars(
        select(Hold.id).where(Hold.ended_at.is_(None), Hold.ends_at <= tx.now).order_by(Hold.ends_at).limit(limit)
    ).all()


def all_in_force(tx: Transaction) -> Sequence[Hold]:
    """Every hold that keeps something back now, the oldest first."""
    return tx.session.scalars(
        select(Hold).where(_in_force(tx.now), Hold.kind != HoldKind.DATE).order_by(Hold.number)
    ).all()


def is_over(hold: Hold, family_id: UUID | None, plan: str | None, check_in_id: UUID | None) -> bool:
    """Whether this hold reaches what goes to this family by the plan of this name for this promise."""
    match hold.scope:
        case HoldScope.FAMILY:
            return hold.family_id == family_id
        case HoldScope.PLAN:
            return hold.plan == plan
        case HoldScope.TEXT:
            return hold.check_in_id == check_in_id
        case HoldScope.PROGRAMME | HoldScope.EVERYTHING:
            return True


@may_be_at_hand(lambda family_id, plan_id=None, check_in_id=None, *, but=(): (family_id, plan_id, check_in_id, *but))
def over(
    tx: Transaction,
    family_id: UUID | None,
    plan_id: UUID | None = None,
    check_in_id: UUID | None = None,
    *,
    but: Collection[UUID] = (),
) -> Hold | None:
    """A hold in force over what goes to this family by this plan for this promise; None when nothing is held.

    Args:
        but: holds to think away, to learn what their end would let go.
    """
    reaches: list[ColumnElement[bool]] = [Hold.scope.in_((HoldScope.EVERYTHING, HoldScope.PROGRAMME))]
    if family_id is not None:
        reaches.append(and_(Hold.scope == HoldScope.FAMILY, Hold.family_id == family_id))
    if plan_id is not None:
        name = select(CheckInPlan.name).where(CheckInPlan.id == plan_id).scalar_subquery()
        reaches.append(and_(Hold.scope == HoldScope.PLAN, Hold.plan == name))
    if check_in_id is not None:
        reaches.append(and_(Hold.scope == HoldScope.TEXT, Hold.check_in_id == check_in_id))
    return tx.session.scalar(
        select(Hold)
        .where(_in_force(tx.now), Hold.kind != HoldKind.DATE, or_(*reaches), Hold.id.not_in(but))
        .order_by(Hold.number)
        .limit(1)
    )


def silencing(tx: Transaction, family_id: UUID | None) -> Hold | None:
    """A hold in force under which not even an answer goes: of all sending, or since somebody of the family died."""
    died = and_(Hold.kind == HoldKind.DEATH, Hold.family_id == family_id)
    everywhere = Hold.scope.in_((HoldScope.EVERYTHING, HoldScope.PROGRAMME))
    return tx.session.scalar(
        select(Hold)
        .where(_in_force(tx.now), Hold.kind != HoldKind.DATE, or_(everywhere, died) if family_id else everywhere)
        .order_by(Hold.number)
        .limit(1)
    )


@may_be_at_hand(lambda family_id: family_id)
def dates_of(tx: Transaction, family_id: UUID) -> Sequence[Hold]:
    """The dates that are kept free for this family and are not over."""
    return tx.session.scalars(
        select(Hold)
        .where(Hold.family_id == family_id, Hold.kind == HoldKind.DATE, Hold.ended_at.is_(None), Hold.ends_at > tx.now)
        .order_by(Hold.starts_at)
    ).all()


def all_dates(tx: Transaction) -> Sequence[Hold]:
    """The dates that are kept free for any family and are not over."""
    return tx.session.scalars(
        select(Hold)
        .where(Hold.kind == HoldKind.DATE, Hold.ended_at.is_(None), Hold.ends_at > tx.now)
        .order_by(Hold.starts_at)
    ).all()


def planned_between(tx: Transaction, contact_id: UUID, since: datetime, until: datetime) -> Sequence[CheckIn]:
    """Promises to this contact that fall due in that time, held."""
    return tx.session.scalars(
        select(CheckIn)
        .where(
            CheckIn.contact_id == contact_id,
            CheckIn.state == CheckInState.PLANNED,
            CheckIn.due_at >= since,
            CheckIn.due_at < until,
        )
        .order_by(CheckIn.due_at)
        .with_for_update(key_share=True)
    ).all()


def free_again(tx: Transaction, limit: int) -> tuple[Sequence[UUID], Sequence[UUID]]:
    """Promises and queued texts that are kept back although no hold is in force over them, the oldest first."""
    promises = (
        select(CheckIn.id)
        .join(Contact, Contact.id == CheckIn.contact_id)
        .outerjoin(CheckInPlan, CheckInPlan.id == CheckIn.plan_id)
        .where(CheckIn.held_at.is_not(None), CheckIn.state == CheckInState.PLANNED)
        .where(~_is_held(tx.now, Contact.family_id))
        .order_by(CheckIn.due_at, CheckIn.id)
        .limit(limit)
    )
    texts = (
        select(OutboundMessage.id)
        .outerjoin(CheckIn, CheckIn.id == OutboundMessage.check_in_id)
        .outerjoin(CheckInPlan, CheckInPlan.id == CheckIn.plan_id)
        .where(OutboundMessage.held_at.is_not(None), OutboundMessage.state == OutboundState.QUEUED)
        .where(~_is_held(tx.now, OutboundMessage.family_id))
        .order_by(OutboundMessage.due_at, OutboundMessage.id)
        .limit(limit)
    )
    return tx.session.scalars(promises).all(), tx.session.scalars(texts).all()


def kept_back(tx: Transaction, hold: Hold, what: type[CheckIn] | InstrumentedAttribute[UUID]) -> Select[Any]:
    """Promises that this hold's end would let go, or that wait for another one too; to be counted or read."""
    return (
        select(what)
        .select_from(CheckIn)
        .join(Contact, Contact.id == CheckIn.contact_id)
        .outerjoin(CheckInPlan, CheckInPlan.id == CheckIn.plan_id)
        .where(CheckIn.held_at.is_not(None), CheckIn.state == CheckInState.PLANNED)
        .where(_is_held(tx.now, Contact.family_id, only=hold.id))
    )


def has_plan(tx: Transaction, name: str) -> bool:
    """Whether there is a plan of this name, in any version."""
    return bool(tx.session.scalar(select(exists().where(CheckInPlan.name == name))))


def queued_of(tx: Transaction, contact: Contact) -> Sequence[OutboundMessage]:
    """Texts to this contact that have not been handed over, held; their bodies are not read."""
    return tx.session.scalars(
        select(OutboundMessage)
        .options(defer(OutboundMessage.body))
        .where(OutboundMessage.contact_id == contact.id, OutboundMessage.state == OutboundState.QUEUED)
        .order_by(OutboundMessage.id)
        .with_for_update(key_share=True)
    ).all()


def with_the_carrier(
    tx: Transaction, family_id: UUID | None, check_in_id: UUID | None = None
) -> Sequence[OutboundMessage]:
    """Automatic texts that the carrier has and has not delivered: nobody can take them back."""
    theirs = [OutboundMessage.family_id == family_id] if family_id else []
    theirs += [OutboundMessage.check_in_id == check_in_id] if check_in_id else []
    return tx.session.scalars(
        select(OutboundMessage)
        .options(defer(OutboundMessage.body))
        .where(
            OutboundMessage.kind.in_((*_COUNTED, OutboundKind.ANSWER)),
            OutboundMessage.state.in_((OutboundState.SENDING, OutboundState.UNCLEAR, OutboundState.ACCEPTED)),
            or_(OutboundMessage.valid_until.is_(None), OutboundMessage.valid_until > tx.now),
            *theirs,
        )
    ).all()


def sent_to_all(
    tx: Transaction, contact_ids: Collection[UUID], phone_ids: Collection[UUID], since: datetime
) -> Sequence[Went]:
    """The same as `sent_to` for many at once."""
    theirs = or_(OutboundMessage.phone_id.in_(phone_ids), OutboundMessage.contact_id.in_(contact_ids))
    found = tx.session.execute(
        select(
            OutboundMessage.id, OutboundMessage.contact_id, OutboundMessage.phone_id, OutboundMessage.handed_at
        ).where(theirs, *_went(since))
    )
    return [Went(text, contact_id, phone_id, at) for text, contact_id, phone_id, at in found if at is not None]


@may_be_at_hand(lambda contact_id, phone_id, since, *, other_than=None: (contact_id, phone_id, since, other_than))
def sent_to(
    tx: Transaction, contact_id: UUID, phone_id: UUID, since: datetime, *, other_than: UUID | None = None
) -> Sequence[datetime]:
    """When automatic texts went to this contact or to this phone since then, over all plans and families."""
    theirs = or_(OutboundMessage.phone_id == phone_id, OutboundMessage.contact_id == contact_id)
    found = tx.session.scalars(
        select(OutboundMessage.handed_at).where(
            theirs,
            *_went(since),
            OutboundMessage.id != other_than if other_than else OutboundMessage.id.is_not(None),
        )
    ).all()
    return [at for at in found if at is not None]


def _went(since: datetime) -> Sequence[ColumnElement[bool]]:
    """Automatic texts that somebody may have read since then."""
    return (
        OutboundMessage.kind.in_(_COUNTED),
        OutboundMessage.handed_at >= since,
        OutboundMessage.state.not_in(_REACHED_NOBODY),
        or_(OutboundMessage.state.not_in(_LOST), OutboundMessage.reason == "unclear"),
    )


def is_on_its_way(tx: Transaction, contact_id: UUID, phone_id: UUID, *, other_than: UUID) -> bool:
    """Whether another check-in for this contact or phone has begun and has not been handed over."""
    on_this_phone = select(ContactPhone.contact_id).where(
        ContactPhone.phone_id == phone_id, ContactPhone.until.is_(None)
    )
    return bool(
        tx.session.scalar(
            select(
                exists().where(
                    or_(CheckIn.contact_id == contact_id, CheckIn.contact_id.in_(on_this_phone)),
                    CheckIn.state == CheckInState.DUE,
                    CheckIn.id != other_than,
                )
            )
        )
    )


def silences_of(tx: Transaction, contact_id: UUID, most: int) -> int:
    """How many of this contact's latest questions in a row were closed after silence. A caring text asks nothing."""
    ends = tx.session.scalars(
        select(CheckIn.state)
        .where(
            CheckIn.contact_id == contact_id,
            CheckIn.asked_at.is_not(None),
            CheckIn.dialogue.in_((Dialogue.CHECK_IN, Dialogue.NEED)),
            CheckIn.state.in_((CheckInState.ANSWERED, CheckInState.CLOSED_AFTER_SILENCE)),
        )
        .order_by(CheckIn.ended_at.desc())
        .limit(most)
    ).all()
    return next((n for n, end in enumerate(ends) if end is CheckInState.ANSWERED), len(ends))


def contacts_of_incident(tx: Transaction, reference: str) -> frozenset[UUID]:
    """The contacts of every incident whose reference begins so: one event may be filed as `24-0117-1`, `24-0117-2`."""
    return frozenset(
        tx.session.scalars(
            select(Contact.id)
            .join(Incident, Incident.family_id == Contact.family_id)
            .where(Incident.reference.startswith(reference, autoescape=True))
        ).all()
    )


def _in_force(now: datetime) -> ColumnElement[bool]:
    return and_(Hold.ended_at.is_(None), Hold.starts_at <= now, or_(Hold.ends_at.is_(None), Hold.ends_at > now))


def _is_held(
    now: datetime, family_id: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None], only: UUID | None = None
) -> ColumnElement[bool]:
    """Whether some hold, or this one, is in force over a row that is joined with its plan."""
    reaches = or_(
        Hold.scope.in_((HoldScope.EVERYTHING, HoldScope.PROGRAMME)),
        and_(Hold.scope == HoldScope.FAMILY, Hold.family_id == family_id),
        and_(Hold.scope == HoldScope.PLAN, Hold.plan == CheckInPlan.name),
        and_(Hold.scope == HoldScope.TEXT, Hold.check_in_id == CheckIn.id),
    )
    this = Hold.id == only if only else Hold.id.is_not(None)
    return exists().where(_in_force(now), Hold.kind != HoldKind.DATE, reaches, this)
