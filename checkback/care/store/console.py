"""What the console's pages look up: many rows at once by their ids, and counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select

from checkback.care.model import (
    Assignment,
    AuditEvent,
    Consent,
    DistressSignal,
    Entity,
    Escalation,
    Family,
    InboundMessage,
    Incident,
    OutboundMessage,
    StaffMember,
)
from checkback.care.store.database import E, Transaction
from checkback.care.terms import Lane, OutboundKind, OutboundState, Sender

#: The carrier took the text.
_TAKEN = (OutboundState.ACCEPTED, OutboundState.SENT, OutboundState.DELIVERED)
_LOST = (OutboundState.UNDELIVERED, OutboundState.FAILED)


def by_id(tx: Transaction, kind: type[E], ids: Iterable[UUID | None]) -> Mapping[UUID, E]:
    """The entities of these ids; ids of nothing, and None, are left out."""
    wanted = {each for each in ids if each is not None}
    found = tx.session.scalars(select(kind).where(kind.id.in_(wanted))).all() if wanted else []
    return {entity.id: entity for entity in found}


def staff_member(tx: Transaction, staff_id: UUID) -> StaffMember | None:
    """This member of staff, if they still work here."""
    return tx.session.scalar(select(StaffMember).where(StaffMember.id == staff_id, StaffMember.left_at.is_(None)))


def all_staff(tx: Transaction) -> Sequence[StaffMember]:
    """Everybody who works here."""
    return tx.session.scalars(
        select(StaffMember).where(StaffMember.left_at.is_(None)).order_by(StaffMember.login)
    ).all()


def is_lived_in(tx: Transaction) -> bool:
    """Whether any family was ever enrolled."""
    return bool(tx.session.scalar(select(exists().where(Family.id.is_not(None)))))


def last_time(tx: Transaction, action: str, subject: Entity) -> datetime | None:
    """When this was last done to this."""
    return tx.session.scalar(
        select(func.max(AuditEvent.at)).where(
            AuditEvent.subject == type(subject).__tablename__,
            AuditEvent.subject_id == subject.id,
            AuditEvent.action == action,
        )
    )


def latest_consents(tx: Transaction, contact_ids: Iterable[UUID]) -> Mapping[UUID, Consent]:
    """The consent each of these contacts was asked for last."""
    wanted = set(contact_ids)
    found = tx.session.scalars(select(Consent).where(Consent.contact_id.in_(wanted)).order_by(Consent.asked_at)).all()
    return {consent.contact_id: consent for consent in found}


def assignments_of(tx: Transaction, family_id: UUID) -> Sequence[Assignment]:
    """Who answers for this family now: whoever covers first, then the latest."""
    return tx.session.scalars(
        select(Assignment)
        .where(Assignment.family_id == family_id, or_(Assignment.until.is_(None), Assignment.until > tx.now))
        .order_by(Assignment.until.is_(None), Assignment.since.desc())
    ).all()


def signals_on(tx: Transaction, inbound_ids: Iterable[UUID]) -> Mapping[UUID, DistressSignal]:
    """What the screen heard in these texts."""
    found = tx.session.scalars(select(DistressSignal).where(DistressSignal.inbound_id.in_(set(inbound_ids)))).all()
    return {signal.inbound_id: signal for signal in found}


def escalation_numbered(tx: Transaction, number: int) -> Escalation | None:
    """The escalation people call by this number, to look at."""
    return tx.session.scalar(select(Escalation).where(Escalation.number == number))


def families_of_officer(tx: Transaction, officer_id: UUID, limit: int = 200) -> Sequence[tuple[Incident, Family]]:
    """The incidents this officer answers for, the latest first, each with its family."""
    rows = tx.session.execute(
        select(Incident, Family)
        .join(Family, Family.id == Incident.family_id)
        .where(Incident.officer_id == officer_id)
        .order_by(Incident.occurred_at.desc())
        .limit(limit)
    ).all()
    return [(incident, family) for incident, family in rows]


def contacted(tx: Transaction, family_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Those of these families whom a check-in or a person's own text has reached the carrier for."""
    came_back = (OutboundKind.CHECK_IN, OutboundKind.PERSONAL)
    found = tx.session.scalars(
        select(Family.id).where(
            Family.id.in_(set(family_ids)),
            exists().where(
                OutboundMessage.family_id == Family.id,
                OutboundMessage.kind.in_(came_back),
                OutboundMessage.state.in_(_TAKEN),
            ),
        )
    ).all()
    return frozenset(found)


def texts_in(tx: Transaction, since: datetime) -> int:
    """How many texts families wrote since then."""
    return _count(
        tx,
        select(func.count()).where(InboundMessage.sender == Sender.FAMILY, InboundMessage.received_at >= since),
    )


def texts_out(tx: Transaction, since: datetime) -> int:
    """How many texts to families were handed to the carrier since then."""
    return _count(
        tx,
        select(func.count()).where(
            OutboundMessage.sender == Sender.FAMILY,
            OutboundMessage.handed_at >= since,
            or_(
                OutboundMessage.state.in_(_TAKEN),
                and_(OutboundMessage.state.in_(_LOST), OutboundMessage.carrier_sid.is_not(None)),
            ),
        ),
    )


def texts_lost(tx: Transaction, since: datetime) -> int:
    """How many texts to families turned out since then not to have arrived."""
    return _count(
        tx,
        select(func.count()).where(
            OutboundMessage.sender == Sender.FAMILY,
            OutboundMessage.lane.in_(tuple(Lane)),  # all there are: an index is entered by it
            OutboundMessage.state.in_(_LOST),
            OutboundMessage.ended_at >= since,
        ),
    )


def escalations_opened(tx: Transaction, since: datetime) -> int:
    """How many escalations were opened since then."""
    return _count(tx, select(func.count()).where(Escalation.opened_at >= since))


def _count(tx: Transaction, statement: object) -> int:
    return int(tx.session.scalar(statement) or 0)  # type: ignore[call-overload]
