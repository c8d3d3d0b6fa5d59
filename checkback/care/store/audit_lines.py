"""Looking through the audit: by family, by who did it, by what was done, and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select

from checkback.care.model import (
    Answer,
    Assignment,
    AuditEvent,
    CheckIn,
    Consent,
    Contact,
    ContactPhone,
    Conversation,
    DialogueTurn,
    DistressSignal,
    Escalation,
    EscalationNotice,
    Family,
    Hold,
    InboundMessage,
    Incident,
    Note,
    OptOut,
    OutboundMessage,
    Phone,
    ResourceOffer,
    SafetyPreference,
    Screening,
    ScreeningReview,
    StaffMember,
    Task,
)
from checkback.care.store.database import Transaction

#: Of each kind of row that is about a family: its id, and the family's.
_ABOUT: Mapping[str, Select[UUID, UUID | None]] = {
    "family": select(Family.id, Family.id),
    "contact": select(Contact.id, Contact.family_id),
    "incident": select(Incident.id, Incident.family_id),
    "check_in": select(CheckIn.id, Contact.family_id).join(Contact, Contact.id == CheckIn.contact_id),
    "conversation": select(Conversation.id, Contact.family_id).join(Contact, Contact.id == Conversation.contact_id),
    "inbound_message": (
        select(InboundMessage.id, Contact.family_id)
        .join(Conversation, Conversation.id == InboundMessage.conversation_id)
        .join(Contact, Contact.id == Conversation.contact_id)
    ),
    "dialogue_turn": (
        select(DialogueTurn.id, Contact.family_id)
        .join(Conversation, Conversation.id == DialogueTurn.conversation_id)
        .join(Contact, Contact.id == Conversation.contact_id)
    ),
    "outbound_message": select(OutboundMessage.id, OutboundMessage.family_id),
    "escalation": select(Escalation.id, Escalation.family_id),
    "escalation_notice": (
        select(EscalationNotice.id, Escalation.family_id).join(
            Escalation, Escalation.id == EscalationNotice.escalation_id
        )
    ),
    "distress_signal": (
        select(DistressSignal.id, Escalation.family_id).join(Escalation, Escalation.id == DistressSignal.escalation_id)
    ),
    "screening_review": (
        select(ScreeningReview.id, Contact.family_id)
        .join(InboundMessage, InboundMessage.id == ScreeningReview.inbound_id)
        .join(Conversation, Conversation.id == InboundMessage.conversation_id)
        .join(Contact, Contact.id == Conversation.contact_id)
    ),
    "task": select(Task.id, Task.family_id),
    "note": select(Note.id, Note.family_id),
    "hold": select(Hold.id, Hold.family_id),
    "assignment": select(Assignment.id, Assignment.family_id),
    "consent": select(Consent.id, Contact.family_id).join(Contact, Contact.id == Consent.contact_id),
    "safety_preference": (
        select(SafetyPreference.id, Contact.family_id).join(Contact, Contact.id == SafetyPreference.contact_id)
    ),
    "answer": select(Answer.id, Contact.family_id).join(Contact, Contact.id == Answer.contact_id),
    "screening": select(Screening.id, Contact.family_id).join(Contact, Contact.id == Screening.contact_id),
    "resource_offer": select(ResourceOffer.id, Contact.family_id).join(Contact, Contact.id == ResourceOffer.contact_id),
    "contact_phone": select(ContactPhone.id, Contact.family_id).join(Contact, Contact.id == ContactPhone.contact_id),
    "phone": (
        select(Phone.id, Contact.family_id)
        .join(ContactPhone, ContactPhone.phone_id == Phone.id)
        .join(Contact, Contact.id == ContactPhone.contact_id)
    ),
    "opt_out": (
        select(OptOut.id, Contact.family_id)
        .join(ContactPhone, ContactPhone.phone_id == OptOut.phone_id)
        .join(Contact, Contact.id == ContactPhone.contact_id)
    ),
}


@dataclass(frozen=True)
class Sought:
    """Which lines are looked for; what is None does not matter. `before` is a line's own moment and id, for paging."""

    family_id: UUID | None = None
    actor: str | None = None
    actions: Sequence[str] = ()
    topic: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: tuple[datetime, UUID] | None = None


def lines(tx: Transaction, sought: Sought, limit: int) -> Sequence[AuditEvent]:
    """The latest lines that fit, the latest first."""
    if sought.family_id is None:
        return tx.session.scalars(_fitting(sought).limit(limit)).all()
    found: list[AuditEvent] = []
    # A question for each kind of row: each finds its lines by its index, however long the audit is.
    for table, about in _ABOUT.items():
        rows = about.subquery()
        theirs = select(rows.c[0]).where(rows.c[1] == sought.family_id)
        of_them = _fitting(sought).where(AuditEvent.subject == table, AuditEvent.subject_id.in_(theirs))
        found += tx.session.scalars(of_them.limit(limit)).all()
    return sorted(found, key=lambda line: (line.at, line.id), reverse=True)[:limit]


def _fitting(sought: Sought) -> Select[AuditEvent]:
    conditions: list[ColumnElement[bool]] = []
    if sought.actor is not None:
        conditions.append(AuditEvent.actor == sought.actor)
    if sought.actions:
        conditions.append(AuditEvent.action.in_(sought.actions))
    if sought.topic is not None:
        conditions.append(AuditEvent.action.startswith(f"{sought.topic}.", autoescape=True))
    if sought.since is not None:
        conditions.append(AuditEvent.at >= sought.since)
    if sought.until is not None:
        conditions.append(AuditEvent.at < sought.until)
    if sought.before is not None:
        at, line_id = sought.before
        conditions.append(or_(AuditEvent.at < at, and_(AuditEvent.at == at, AuditEvent.id < line_id)))
        conditions.append(AuditEvent.at <= at)
    return select(AuditEvent).where(*conditions).order_by(AuditEvent.at.desc(), AuditEvent.id.desc())


def families_of(tx: Transaction, found: Iterable[AuditEvent]) -> Mapping[tuple[str, UUID], str]:
    """The reference of the family that each line's row is about, where it is about one."""
    wanted: dict[str, set[UUID]] = {}
    for line in found:
        wanted.setdefault(line.subject, set()).add(line.subject_id)
    told: dict[tuple[str, UUID], str] = {}
    for table in wanted.keys() & _ABOUT.keys():
        rows = _ABOUT[table].subquery()
        pairs: Any = tx.session.execute(
            select(rows.c[0], Family.reference).join(Family, Family.id == rows.c[1]).where(rows.c[0].in_(wanted[table]))
        )
        told.update({(table, row_id): reference for row_id, reference in pairs})
    return told


def escalation_numbers(tx: Transaction, found: Iterable[AuditEvent]) -> Mapping[UUID, int]:
    """The numbers people call the escalations by that these lines are about."""
    ids = {line.subject_id for line in found if line.subject == "escalation"}
    rows = tx.session.execute(select(Escalation.id, Escalation.number).where(Escalation.id.in_(ids)))
    return dict(rows.all())


def staff_logins(tx: Transaction) -> Mapping[UUID, str]:
    """Everybody who ever worked here, by id."""
    return dict(tx.session.execute(select(StaffMember.id, StaffMember.login)).all())
