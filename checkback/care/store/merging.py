"""Moving the rows of one family to another, table by table; which tables move is written down here once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, update

from checkback.care.model import (
    Consent,
    Contact,
    ContactPhone,
    Conversation,
    DialogueTurn,
    Escalation,
    Family,
    Hold,
    InboundMessage,
    Incident,
    LegalHold,
    NeedNamed,
    Note,
    OutboundMessage,
    ResourceOffer,
    Screening,
    Task,
)
from checkback.care.store.database import Transaction
from checkback.care.terms import InboundState, OutboundState, ScreeningState, TaskState, TurnState

#: What belongs to a family, and goes where its people go.
MOVES: tuple[type[Any], ...] = (Contact, Incident, Escalation, OutboundMessage, NeedNamed, Task, Note)
#: What stays with the family that ends: who answered for it, what held it, and what was taken out of it.
STAYS = frozenset({"assignment", "hold", "legal_hold", "purge"})


def counts(tx: Transaction, family: Family) -> Mapping[str, int]:
    """How many rows of each table would move; of tasks those that are open."""
    found = {}
    for kind in MOVES:
        theirs = select(func.count()).select_from(kind).where(kind.family_id == family.id)
        found[kind.__tablename__] = (
            tx.session.scalar(theirs.where(Task.state == TaskState.OPEN) if kind is Task else theirs) or 0
        )
    return found


def move(tx: Transaction, away: Family, to: Family) -> None:
    """Every row of the one family is the other's from now on."""
    tx.session.flush()
    for kind in MOVES:
        tx.session.execute(update(kind).where(kind.family_id == away.id).values(family_id=to.id))
    tx.session.expire_all()


def hand_over(tx: Transaction, away: Contact, to: Contact, *, with_consent: bool) -> None:
    """What was offered to the one record of a person, and what they agreed to, is the other's; its phones end."""
    tx.session.flush()
    kinds: list[type[Any]] = [ResourceOffer, *([Consent] if with_consent else [])]
    for kind in kinds:
        tx.session.execute(update(kind).where(kind.contact_id == away.id).values(contact_id=to.id))
    ending = update(ContactPhone).where(ContactPhone.contact_id == away.id, ContactPhone.until.is_(None))
    tx.session.execute(ending.values(until=tx.now))


def standing_hold(tx: Transaction, family: Family) -> Hold | None:
    """A hold of this family, or of one of its texts, that nobody has ended."""
    return tx.session.scalar(select(Hold).where(Hold.family_id == family.id, Hold.ended_at.is_(None)).limit(1))


def has_legal_hold(tx: Transaction, family: Family) -> bool:
    found = select(LegalHold.id).where(LegalHold.family_id == family.id, LegalHold.ended_at.is_(None))
    return tx.session.scalar(found.limit(1)) is not None


def is_under_way(tx: Transaction, contact_id: UUID) -> bool:
    """Whether something with this person is in the middle: a text that goes, one that waits for its answer, a turn, a
    questionnaire.
    """
    threads = select(Conversation.id).where(Conversation.contact_id == contact_id)
    unsettled = (OutboundState.QUEUED, OutboundState.SENDING, OutboundState.UNCLEAR)
    going = select(OutboundMessage.id).where(
        or_(OutboundMessage.contact_id == contact_id, OutboundMessage.conversation_id.in_(threads)),
        OutboundMessage.state.in_(unsettled),
    )
    coming = select(InboundMessage.id).where(
        InboundMessage.conversation_id.in_(threads),
        InboundMessage.state.in_((InboundState.WAITING, InboundState.IN_TURN)),
    )
    turn = select(DialogueTurn.id).where(
        DialogueTurn.conversation_id.in_(threads), DialogueTurn.state == TurnState.OPEN
    )
    over = [state for state in ScreeningState if state.is_over]
    sheet = select(Screening.id).where(Screening.contact_id == contact_id, Screening.state.not_in(over))
    return any(tx.session.scalar(each.limit(1)) is not None for each in (going, coming, turn, sheet))


def thread_of(tx: Transaction, contact_id: UUID, phone_id: UUID) -> Conversation | None:
    """The thread with this person on this phone, held."""
    return tx.session.scalar(
        select(Conversation)
        .where(Conversation.contact_id == contact_id, Conversation.phone_id == phone_id)
        .with_for_update()
    )
