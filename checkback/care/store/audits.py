"""Looking for what must not be: promises, texts and turns that stand still, or went when they must not.

Each question is asked of the rows alone, not of the code that should have moved them: a mistake there must show here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from checkback.care.model import CheckIn, Contact, DialogueTurn, Entity, Hold, InboundMessage, OutboundMessage, Task
from checkback.care.store.database import Transaction
from checkback.care.terms import CheckInState, InboundState, Lane, OutboundKind, OutboundState, TaskKind, TurnState

#: Enough for a person to see what is wrong; the next look finds the rest.
_AT_MOST = 50


def not_started(tx: Transaction, before: datetime) -> Sequence[UUID]:
    """Promises that are still planned though even their last moment has passed; those a hold keeps back are judged when
    it lets them go.
    """
    return _ids(
        tx,
        CheckIn,
        CheckIn.state == CheckInState.PLANNED,
        CheckIn.send_before < before,
        or_(CheckIn.held_at.is_(None), ~_is_held(CheckIn.contact_id)),
    )


def left_due(tx: Transaction, before: datetime) -> Sequence[UUID]:
    """Promises that were started, and neither a turn nor a text of ours carries them on."""
    turn_open = exists().where(DialogueTurn.check_in_id == CheckIn.id, DialogueTurn.state == TurnState.OPEN)
    text_open = exists().where(OutboundMessage.check_in_id == CheckIn.id, OutboundMessage.ended_at.is_(None))
    return _ids(tx, CheckIn, CheckIn.state == CheckInState.DUE, CheckIn.due_at < before, ~turn_open, ~text_open)


def not_closed(tx: Transaction, before: datetime) -> Sequence[UUID]:
    """Questions asked before then that nobody answered and nobody closed."""
    return _ids(tx, CheckIn, CheckIn.state == CheckInState.ASKED, CheckIn.asked_at < before)


def handed_to_nobody(tx: Transaction, since: datetime) -> Sequence[UUID]:
    """Promises handed over since then whose task is not there."""
    handed = _ids(tx, CheckIn, CheckIn.state == CheckInState.HANDED_OVER, CheckIn.ended_at >= since)
    keys = {f"{kind}:{each}": each for each in handed for kind in TaskKind}
    there = tx.session.scalars(select(Task.dedupe_key).where(Task.dedupe_key.in_(keys))).all()
    has_one = {keys[key] for key in there}
    return [each for each in handed if each not in has_one]


def not_answered(tx: Transaction, before: datetime) -> Sequence[UUID]:
    """Texts that came in before then and that neither the assistant nor a person has."""
    waits = (InboundState.WAITING, InboundState.IN_TURN)
    return _ids(tx, InboundMessage, InboundMessage.state.in_(waits), InboundMessage.received_at < before)


def turns_left_open(tx: Transaction, before: datetime) -> Sequence[UUID]:
    """Turns of the assistant that were due before then and that nobody works on."""
    nobody = or_(DialogueTurn.lease_until.is_(None), DialogueTurn.lease_until < before)
    return _ids(tx, DialogueTurn, DialogueTurn.state == TurnState.OPEN, DialogueTurn.due_at < before, nobody)


def not_handed_over(tx: Transaction, lane: Lane, before: datetime) -> Sequence[UUID]:
    """Texts of ours that were due before then and are still here."""
    return _ids(
        tx,
        OutboundMessage,
        OutboundMessage.lane == lane,
        OutboundMessage.state == OutboundState.QUEUED,
        OutboundMessage.due_at < before,
        or_(OutboundMessage.held_at.is_(None), ~_is_held(OutboundMessage.contact_id)),
    )


def unsettled(tx: Transaction, before: datetime) -> Sequence[UUID]:
    """Texts of which nobody has known since then whether the carrier took them."""
    left = and_(OutboundMessage.state == OutboundState.SENDING, OutboundMessage.lease_until < before)
    unclear = and_(OutboundMessage.state == OutboundState.UNCLEAR, OutboundMessage.handed_at < before)
    return _ids(tx, OutboundMessage, or_(left, unclear))


def handed_over_since(
    tx: Transaction, since: datetime, kinds: Sequence[OutboundKind]
) -> Sequence[tuple[UUID, datetime, str]]:
    """Texts of these kinds handed over since then, when, and in whose zone; answers in time are left out."""
    rows = tx.session.execute(
        select(OutboundMessage.id, OutboundMessage.handed_at, Contact.zone)
        .join(Contact, Contact.id == OutboundMessage.contact_id)
        .where(
            OutboundMessage.kind.in_(kinds),
            OutboundMessage.handed_at >= since,
            or_(OutboundMessage.free_until.is_(None), OutboundMessage.free_until < OutboundMessage.handed_at),
        )
    )
    return [(text_id, handed_at, zone) for text_id, handed_at, zone in rows if handed_at is not None]


def _is_held(contact_id: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None]) -> ColumnElement[bool]:
    """Whether any hold stands that may reach this contact; which plan it is about is not asked."""
    # One level deep, since a deeper one is not tied to the row outside; an alias, since that row may be of contacts.
    reached = aliased(Contact)
    return exists().where(
        reached.id == contact_id,
        Hold.ended_at.is_(None),
        or_(Hold.family_id.is_(None), Hold.family_id == reached.family_id),
    )


def _ids(tx: Transaction, kind: type[Entity], *holds: object) -> Sequence[UUID]:
    return tx.session.scalars(select(kind.id).where(*holds).limit(_AT_MOST)).all()  # type: ignore[arg-type]
