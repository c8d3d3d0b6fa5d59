"""Finding promises: what is due, what was asked and not answered, what is still to come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from checkback.care.model import CheckIn, Contact
from checkback.care.store.database import HELD, Transaction
from checkback.care.terms import CheckInState


def due(tx: Transaction, limit: int = 100) -> Sequence[UUID]:
    """Promises whose time has come."""
    return tx.session.scalars(
        select(CheckIn.id)
        .where(CheckIn.state == CheckInState.PLANNED, CheckIn.due_at <= tx.now, CheckIn.held_at.is_(None))
        .order_by(CheckIn.due_at)
        .limit(limit)
    ).all()


def locked(tx: Transaction, check_in_id: UUID, state: CheckInState) -> CheckIn | None:
    """This promise, held, if it still stands so."""
    found = tx.session.get(CheckIn, check_in_id, with_for_update=HELD, populate_existing=True)
    return found if found is not None and found.state is state else None


def asked_before(tx: Transaction, moment: datetime, limit: int = 100) -> Sequence[UUID]:
    """Promises that were asked before that moment and have no answer."""
    return tx.session.scalars(
        select(CheckIn.id)
        .where(CheckIn.state == CheckInState.ASKED, CheckIn.asked_at <= moment)
        .order_by(CheckIn.asked_at)
        .limit(limit)
    ).all()


def open_of(tx: Transaction, contact: Contact) -> Sequence[CheckIn]:
    """Every promise to this contact that has not ended, soonest first."""
    over = [state for state in CheckInState if state.is_over]
    return tx.session.scalars(
        select(CheckIn)
        .where(CheckIn.contact_id == contact.id, CheckIn.state.not_in(over))
        .order_by(CheckIn.due_at)
        .with_for_update(key_share=True)
    ).all()


def next_of(tx: Transaction, contact: Contact) -> CheckIn | None:
    """The next text planned for this contact, if any."""
    return tx.session.scalars(
        select(CheckIn)
        .where(CheckIn.contact_id == contact.id, CheckIn.state == CheckInState.PLANNED, CheckIn.due_at > tx.now)
        .order_by(CheckIn.due_at)
        .limit(1)
    ).first()


def all_of(tx: Transaction, contact_ids: Sequence[UUID]) -> Sequence[CheckIn]:
    return tx.session.scalars(select(CheckIn).where(CheckIn.contact_id.in_(contact_ids)).order_by(CheckIn.due_at)).all()
