"""Finding questionnaires, and what was answered to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from checkback.care.model import Contact, Instrument, Screening
from checkback.care.store.database import Transaction
from checkback.care.terms import ScreeningState

_OPEN = [state for state in ScreeningState if not state.is_over]


def instruments(tx: Transaction, name: str | None = None) -> Sequence[Instrument]:
    """Every questionnaire that was ever loaded, or of one name; of each the one loaded last comes first."""
    found = select(Instrument).order_by(Instrument.name, Instrument.loaded_at.desc(), Instrument.id)
    return tx.session.scalars(found if name is None else found.where(Instrument.name == name)).all()


def open_of(tx: Transaction, contact_id: UUID) -> Sequence[Screening]:
    """What has not ended with this contact, the latest first."""
    return tx.session.scalars(
        select(Screening)
        .where(Screening.contact_id == contact_id, Screening.state.in_(_OPEN))
        .order_by(Screening.started_at.desc(), Screening.id)
    ).all()


def of_check_in(tx: Transaction, check_in_id: UUID) -> Screening | None:
    """The screening that this promise is to ask, where it has begun."""
    return tx.session.scalar(select(Screening).where(Screening.check_in_id == check_in_id))


def run_out(tx: Transaction, now: datetime, limit: int = 100) -> Sequence[UUID]:
    """Screenings that are open and whose time is over."""
    return tx.session.scalars(
        select(Screening.id)
        .where(Screening.state.in_(_OPEN), Screening.expires_at <= now)
        .order_by(Screening.expires_at)
        .limit(limit)
    ).all()


def of_family(tx: Transaction, family_id: UUID) -> Sequence[tuple[Screening, Instrument, Contact]]:
    """Every screening of this family's contacts with what was asked, the latest first."""
    rows = tx.session.execute(
        select(Screening, Instrument, Contact)
        .join(Instrument, Instrument.id == Screening.instrument_id)
        .join(Contact, Contact.id == Screening.contact_id)
        .where(Contact.family_id == family_id)
        .order_by(Screening.started_at.desc(), Screening.id)
    )
    return [(screening, instrument, contact) for screening, instrument, contact in rows]
