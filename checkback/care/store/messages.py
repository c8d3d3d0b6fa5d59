"""Finding and claiming texts: what came in, what waits for an answer, what is due to go out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, CursorResult, LargeBinary, and_, exists, func, or_, select, type_coerce, update
from sqlalchemy.orm import InstrumentedAttribute, defer

from checkback.care.errors import ClaimLost, NotFound
from checkback.care.model import (
    Contact,
    Conversation,
    DialogueTurn,
    Escalation,
    EscalationNotice,
    InboundMessage,
    OptOut,
    OutboundMessage,
    Phone,
    StaffMember,
)
from checkback.care.model.messages import INBOUND_BODY
from checkback.care.rules.priorities import Priority
from checkback.care.store.at_hand import may_be_at_hand
from checkback.care.store.database import HELD, Transaction
from checkback.care.store.sights import EVERYTHING, Sight, of_contact
from checkback.care.terms import (
    DistressLevel,
    EscalationState,
    InboundState,
    Lane,
    Language,
    NoticeState,
    OutboundState,
    Sender,
    TurnKind,
    TurnState,
)

#: A text is taken back, swept or reported on without being read: one that cannot be read must stop none of it.
_UNREAD = defer(OutboundMessage.body)
Text = TypeVar("Text", InboundMessage, OutboundMessage)


def seen(tx: Transaction, carrier_sid: str) -> bool:
    """Whether this text was kept before."""
    return bool(tx.session.scalar(select(exists().where(InboundMessage.carrier_sid == carrier_sid))))


def conversation_with(tx: Transaction, phone: Phone, contact: Contact | None) -> Conversation:
    """The thread with this phone on behalf of this contact; made when there was none."""
    contact_id = contact.id if contact else None
    same = Conversation.contact_id.is_(None) if contact_id is None else Conversation.contact_id == contact_id
    this = select(Conversation).where(Conversation.phone_id == phone.id, same)
    found = tx.session.scalar(this)
    if found is not None:
        return found
    made = Conversation(phone_id=phone.id, contact_id=contact_id)
    if tx.add_if_new(made):
        tx.record("conversation.opened", made)
        return made
    return tx.session.scalars(this).one()  # somebody else opened it in the same moment


@may_be_at_hand(lambda contact_id, phone_id: (contact_id, phone_id))
def conversation_of(tx: Transaction, contact_id: UUID, phone_id: UUID) -> Conversation | None:
    """The thread with this phone on behalf of this contact, if there is one."""
    return tx.session.scalar(
        select(Conversation).where(Conversation.phone_id == phone_id, Conversation.contact_id == contact_id)
    )


def latest_conversation(tx: Transaction, phone: Phone, contacts: Sequence[Contact]) -> Conversation | None:
    """The thread with one of these contacts in which this phone was last written to, or wrote."""
    return tx.session.scalar(
        select(Conversation)
        .where(Conversation.phone_id == phone.id, Conversation.contact_id.in_([contact.id for contact in contacts]))
        .order_by(Conversation.last_text_at.desc().nulls_last())
        .limit(1)
    )


def recent_bodies(tx: Transaction, phone: Phone, since: datetime) -> Sequence[str]:
    """What this phone wrote since then, oldest first. One that cannot be read is left out: the next must be heard."""
    sealed = tx.session.scalars(
        select(type_coerce(InboundMessage.body, LargeBinary))
        .where(InboundMessage.phone_id == phone.id, InboundMessage.received_at > since)
        .order_by(InboundMessage.received_at)
        .limit(50)
    ).all()
    opened = (tx.keyring.open_if_possible(bytes(each), INBOUND_BODY) for each in sealed)
    return [body.decode() for body in opened if body is not None]


def has_written(tx: Transaction, phone: Phone, since: datetime) -> bool:
    """Whether anything came from this phone since then."""
    came = exists().where(InboundMessage.phone_id == phone.id, InboundMessage.received_at > since)
    return bool(tx.session.scalar(select(came)))


def thread(tx: Transaction, conversation_ids: Sequence[UUID]) -> Sequence[InboundMessage | OutboundMessage]:
    """Everything written in these conversations, oldest first."""
    came = tx.session.scalars(select(InboundMessage).where(InboundMessage.conversation_id.in_(conversation_ids))).all()
    went = tx.session.scalars(
        select(OutboundMessage).where(OutboundMessage.conversation_id.in_(conversation_ids))
    ).all()
    texts: list[InboundMessage | OutboundMessage] = [*came, *went]
    return sorted(texts, key=lambda m: m.received_at if isinstance(m, InboundMessage) else m.queued_at)


@dataclass(frozen=True)
class Place:
    """Where a text stands in its thread: by its time, and among texts of one moment by its id."""

    at: datetime
    id: UUID


def place_of(tx: Transaction, text_id: UUID, conversation_ids: Sequence[UUID]) -> Place | None:
    """Where this text stands in these conversations; None when it is in none of them."""
    for kind, at in ((InboundMessage, InboundMessage.received_at), (OutboundMessage, OutboundMessage.queued_at)):
        found = tx.session.scalar(select(at).where(kind.id == text_id, kind.conversation_id.in_(conversation_ids)))
        if found is not None:
            return Place(found, text_id)
    return None


def latest(
    tx: Transaction, conversation_ids: Sequence[UUID], limit: int, *, before: Place | None = None
) -> Sequence[InboundMessage | OutboundMessage]:
    """The last texts of these conversations, or the last before that place; oldest first."""
    came = _last(tx, InboundMessage, InboundMessage.received_at, conversation_ids, limit, before)
    went = _last(tx, OutboundMessage, OutboundMessage.queued_at, conversation_ids, limit, before)
    texts: list[InboundMessage | OutboundMessage] = [*came, *went]
    return sorted(texts, key=_place)[-limit:]


def _last(
    tx: Transaction,
    kind: type[Text],
    at: InstrumentedAttribute[datetime],
    conversation_ids: Sequence[UUID],
    limit: int,
    before: Place | None,
) -> Sequence[Text]:
    found = select(kind).where(kind.conversation_id.in_(conversation_ids))
    if before is not None:
        found = found.where(or_(at < before.at, and_(at == before.at, kind.id < before.id)))
    return tx.session.scalars(found.order_by(at.desc(), kind.id.desc()).limit(limit)).all()


def _place(text: InboundMessage | OutboundMessage) -> tuple[datetime, UUID]:
    return (text.received_at if isinstance(text, InboundMessage) else text.queued_at, text.id)


def conversations_of(tx: Transaction, contact_ids: Sequence[UUID]) -> Sequence[Conversation]:
    return tx.session.scalars(select(Conversation).where(Conversation.contact_id.in_(contact_ids))).all()


def waiting(tx: Transaction, conversation_id: UUID) -> Sequence[InboundMessage]:
    """The texts of a conversation that wait for the assistant, oldest first."""
    return tx.session.scalars(
        select(InboundMessage)
        .where(InboundMessage.conversation_id == conversation_id, InboundMessage.state == InboundState.WAITING)
        .order_by(InboundMessage.received_at, InboundMessage.id)
    ).all()


def texts_of_turn(tx: Transaction, turn_id: UUID) -> Sequence[InboundMessage]:
    return tx.session.scalars(
        select(InboundMessage)
        .where(InboundMessage.turn_id == turn_id)
        .order_by(InboundMessage.received_at, InboundMessage.id)
    ).all()


def turns_before(tx: Transaction, turn: DialogueTurn, since: datetime, limit: int = 3) -> Sequence[DialogueTurn]:
    """What they wrote before this turn, as it was understood, newest first."""
    return tx.session.scalars(
        select(DialogueTurn)
        .where(
            DialogueTurn.conversation_id == turn.conversation_id,
            DialogueTurn.kind == TurnKind.TEXTS,
            DialogueTurn.id != turn.id,
            DialogueTurn.opened_at >= since,
            DialogueTurn.opened_at <= turn.opened_at,
            DialogueTurn.state == TurnState.DONE,
        )
        .order_by(DialogueTurn.opened_at.desc(), DialogueTurn.ended_at.desc())
        .limit(limit)
    ).all()


def has_disclosed(tx: Transaction, conversation_id: UUID, since: datetime) -> bool:
    """Whether marked distress or danger was heard in this conversation since then."""
    heard = (DistressLevel.HIGH, DistressLevel.ACUTE)
    return bool(
        tx.session.scalar(
            select(
                exists().where(
                    InboundMessage.conversation_id == conversation_id,
                    InboundMessage.received_at >= since,
                    InboundMessage.level.in_(heard),
                )
            )
        )
    )


def conversations_waiting(tx: Transaction, before: datetime, limit: int) -> Sequence[UUID]:
    """Conversations whose last text came before that moment, that wait for an answer and have no open turn."""
    open_turn = exists().where(
        DialogueTurn.conversation_id == InboundMessage.conversation_id, DialogueTurn.state == TurnState.OPEN
    )
    found = tx.session.scalars(
        select(InboundMessage.conversation_id)
        .where(InboundMessage.state == InboundState.WAITING, InboundMessage.conversation_id.is_not(None), ~open_turn)
        .group_by(InboundMessage.conversation_id)
        .having(func.max(InboundMessage.received_at) <= before)
        .order_by(func.min(InboundMessage.received_at))
        .limit(limit)
    ).all()
    return [conversation_id for conversation_id in found if conversation_id is not None]


def turn_is_due(tx: Transaction) -> bool:
    """Whether some turn waits for somebody; a look, so that idle workers do not hold the database's one write lock."""
    return bool(
        tx.session.scalar(
            select(
                exists().where(
                    DialogueTurn.state == TurnState.OPEN,
                    DialogueTurn.due_at <= tx.now,
                    or_(DialogueTurn.lease_until.is_(None), DialogueTurn.lease_until <= tx.now),
                )
            )
        )
    )


def claim_turn(tx: Transaction, lease: timedelta) -> DialogueTurn | None:
    """Take one open turn that is due and that nobody works on; its claim is ours until the lease ends."""
    # What somebody claims at this moment is passed over: else all would wait for the same turn.
    turn_id = tx.session.scalar(
        select(DialogueTurn.id)
        .where(
            DialogueTurn.state == TurnState.OPEN,
            DialogueTurn.due_at <= tx.now,
            or_(DialogueTurn.lease_until.is_(None), DialogueTurn.lease_until <= tx.now),
        )
        .order_by(DialogueTurn.due_at)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
    )
    if turn_id is None:
        return None
    took = _changed(
        tx,
        update(DialogueTurn)
        .where(
            DialogueTurn.id == turn_id,
            DialogueTurn.state == TurnState.OPEN,
            or_(DialogueTurn.lease_until.is_(None), DialogueTurn.lease_until <= tx.now),
        )
        .values(claim=uuid4(), lease_until=tx.now + lease, attempts=DialogueTurn.attempts + 1),
    )
    return tx.session.get(DialogueTurn, turn_id, populate_existing=True) if took else None


def claimed_turn(tx: Transaction, turn_id: UUID, claim: UUID | None) -> DialogueTurn:
    """The turn, locked, if it is still ours. Raises ClaimLost."""
    turn = tx.session.get(DialogueTurn, turn_id, with_for_update=HELD, populate_existing=True)
    if turn is None or turn.claim != claim or turn.state is not TurnState.OPEN:
        raise ClaimLost
    return turn


def claim_to_send(tx: Transaction, message: OutboundMessage, lease: timedelta) -> bool:
    """Take a due text for handing it over; false when somebody else has taken, cancelled or moved it meanwhile."""
    tx.session.flush()
    took = _changed(
        tx,
        update(OutboundMessage)
        .where(OutboundMessage.id == message.id, OutboundMessage.state == OutboundState.QUEUED)
        .values(
            state=OutboundState.SENDING,
            claim=uuid4(),
            lease_until=tx.now + lease,
            attempts=OutboundMessage.attempts + 1,
            handed_at=func.coalesce(OutboundMessage.handed_at, tx.now),
        ),
    )
    if took:
        tx.session.refresh(message)
    return took


def claimed_text(tx: Transaction, message_id: UUID, claim: UUID | None) -> OutboundMessage:
    """The text, locked, if it is still ours. Raises ClaimLost."""
    _hold_around(tx, message_id)
    message = tx.session.get(OutboundMessage, message_id, with_for_update=HELD, populate_existing=True)
    if message is None or message.claim != claim:
        raise ClaimLost
    return message


def left_sending(tx: Transaction, limit: int = 100) -> Sequence[UUID]:
    """Texts whose worker died, or hangs, while it handed them over."""
    return tx.session.scalars(
        select(OutboundMessage.id)
        .where(OutboundMessage.state == OutboundState.SENDING, OutboundMessage.lease_until <= tx.now)
        .order_by(OutboundMessage.lease_until)
        .limit(limit)
    ).all()


def unclear(tx: Transaction, limit: int = 50) -> Sequence[UUID]:
    """Texts of which nobody knows whether the carrier took them, and whose next look-up is due."""
    return tx.session.scalars(
        select(OutboundMessage.id)
        .where(OutboundMessage.state == OutboundState.UNCLEAR, OutboundMessage.due_at <= tx.now)
        .order_by(OutboundMessage.due_at)
        .limit(limit)
    ).all()


def text_in(tx: Transaction, message_id: UUID, state: OutboundState) -> OutboundMessage | None:
    """This text, held, if it still stands so."""
    _hold_around(tx, message_id)
    found = tx.session.get(OutboundMessage, message_id, with_for_update=HELD, populate_existing=True, options=[_UNREAD])
    return found if found is not None and found.state is state else None


def outbound(tx: Transaction, message_id: UUID | None, carrier_sid: str | None) -> OutboundMessage | None:
    """One text of ours, locked, by our id or else by the carrier's."""
    if message_id is None:
        message_id = tx.session.scalar(
            select(OutboundMessage.id).where(OutboundMessage.carrier_sid == carrier_sid).limit(1)
        )
    if message_id is None:
        return None
    _hold_around(tx, message_id)
    return tx.session.get(OutboundMessage, message_id, with_for_update=HELD, options=[_UNREAD])


def is_known(tx: Transaction, carrier_sid: str) -> bool:
    """Whether the carrier's id is that of a text of ours, or of an earlier try of one."""
    theirs = or_(
        OutboundMessage.carrier_sid == carrier_sid,
        OutboundMessage.earlier_sids.contains(carrier_sid, autoescape=True),
    )
    return bool(tx.session.scalar(select(exists().where(theirs))))


def in_the_air_beside(tx: Transaction, message: OutboundMessage, since: datetime) -> Sequence[OutboundMessage]:
    """Other texts to the same phone, handed over since then, of which nobody knows either whether they went."""
    return tx.session.scalars(
        select(OutboundMessage).where(
            OutboundMessage.phone_id == message.phone_id,
            OutboundMessage.sender == message.sender,
            OutboundMessage.id != message.id,
            OutboundMessage.carrier_sid.is_(None),
            OutboundMessage.handed_at >= since,
            or_(
                OutboundMessage.state.in_((OutboundState.SENDING, OutboundState.UNCLEAR)),
                OutboundMessage.reason == "unclear",  # given to a person already; it may have gone all the same
            ),
        )
    ).all()


def _hold_around(tx: Transaction, message_id: UUID) -> None:
    """Hold what stands around a text before the text itself, in the order everybody holds them: the phone and the
    conversation of a family's, the escalations of an alert. Else two units of work wait for each other in a circle.
    """
    around = tx.session.execute(
        select(
            OutboundMessage.sender,
            OutboundMessage.phone_id,
            OutboundMessage.conversation_id,
            OutboundMessage.notice_id,
        ).where(OutboundMessage.id == message_id)
    ).one_or_none()
    if around is None:
        return
    if around.notice_id is not None:
        _hold_escalations(tx, around.notice_id, around.phone_id)
    elif around.sender is Sender.FAMILY:
        tx.session.execute(select(Phone.id).where(Phone.id == around.phone_id).with_for_update(key_share=True))
        tx.session.execute(
            select(Conversation.id).where(Conversation.id == around.conversation_id).with_for_update(key_share=True)
        )


def _hold_escalations(tx: Transaction, notice_id: UUID, phone_id: UUID) -> None:
    """The escalation of this notice, and every other that waits for the same phone: it may turn out to be blocked."""
    told = select(EscalationNotice.escalation_id).where(
        or_(
            EscalationNotice.id == notice_id,
            and_(EscalationNotice.phone_id == phone_id, EscalationNotice.state == NoticeState.TOLD),
        )
    )
    tx.session.execute(
        select(Escalation.id)
        .where(Escalation.id.in_(told), Escalation.state != EscalationState.RESOLVED)
        .order_by(Escalation.id)
        .with_for_update(key_share=True)
    )


def queued_for(tx: Transaction, phone_id: UUID, sender: Sender) -> Sequence[OutboundMessage]:
    """Texts of this sender that this phone has still to come."""
    return tx.session.scalars(
        select(OutboundMessage)
        .options(_UNREAD)
        .where(
            OutboundMessage.phone_id == phone_id,
            OutboundMessage.state == OutboundState.QUEUED,
            OutboundMessage.sender == sender,
        )
        .order_by(OutboundMessage.id)
        .with_for_update(key_share=True)
    ).all()


def handed_over(tx: Transaction, check_in_id: UUID) -> bool:
    """Whether the text of this promise has been handed to the carrier, or is being handed over."""
    return bool(
        tx.session.scalar(
            select(
                exists().where(
                    OutboundMessage.check_in_id == check_in_id, OutboundMessage.state != OutboundState.QUEUED
                )
            )
        )
    )


def due_ids(
    tx: Transaction, lane: Lane, limit: int, room: Mapping[Sender, frozenset[Priority]], too_late_from: datetime
) -> Sequence[UUID]:
    """Texts of a lane that are due and that their sender has room for, the most urgent first, then the oldest.

    Read one by one, so that a row nobody can read stops no other. What is too late is found even where there is no
    room: a person must be told of it.
    """
    has_room = [
        and_(OutboundMessage.sender == sender, OutboundMessage.priority.in_(sorted(priorities)))
        for sender, priorities in room.items()
    ]
    return tx.session.scalars(
        select(OutboundMessage.id)
        .where(
            OutboundMessage.lane == lane,
            OutboundMessage.state == OutboundState.QUEUED,
            OutboundMessage.due_at <= tx.now,
            OutboundMessage.held_at.is_(None),
            or_(OutboundMessage.not_after < too_late_from, *has_room),
        )
        .order_by(OutboundMessage.priority, OutboundMessage.due_at)
        .limit(limit)
    ).all()


def queued(tx: Transaction, message_id: UUID) -> OutboundMessage | None:
    """This text, held, if it is still to be handed over."""
    _hold_around(tx, message_id)
    found = tx.session.get(OutboundMessage, message_id, with_for_update=HELD, populate_existing=True)
    return found if found is not None and found.state is OutboundState.QUEUED else None


def unread(tx: Transaction, message_id: UUID) -> OutboundMessage:
    """This text, held, without its body: it may be one that cannot be read. Raises NotFound."""
    _hold_around(tx, message_id)
    found = tx.session.get(OutboundMessage, message_id, with_for_update=HELD, options=[_UNREAD])
    if found is None:
        raise NotFound(f"text {message_id}")
    return found


def leave_leased(tx: Transaction, message_id: UUID, until: datetime) -> None:
    """Leave a text whose worker is gone as it is until then. Needs nothing of the row itself."""
    _changed(tx, update(OutboundMessage).where(OutboundMessage.id == message_id).values(lease_until=until))


def give_waiting_to_a_person(tx: Transaction, conversation_id: UUID) -> UUID | None:
    """Texts of this conversation cannot be made a turn: they go to a person, unread. Returns the last one's id."""
    theirs = InboundMessage.conversation_id == conversation_id, InboundMessage.state == InboundState.WAITING
    last = tx.session.scalar(
        select(InboundMessage.id).where(*theirs).order_by(InboundMessage.received_at.desc(), InboundMessage.id).limit(1)
    )
    _changed(tx, update(InboundMessage).where(*theirs).values(state=InboundState.WITH_A_PERSON))
    return last


def give_turn_to_a_person(tx: Transaction, turn_id: UUID) -> None:
    """The texts of this turn go to a person, unread."""
    _changed(
        tx,
        update(InboundMessage).where(InboundMessage.turn_id == turn_id).values(state=InboundState.WITH_A_PERSON),
    )


def has_opted_out(tx: Transaction, phone_id: UUID) -> bool:
    """Whether this phone wants no texts from the family sender."""
    return bool(
        tx.session.scalar(
            select(
                exists().where(OptOut.phone_id == phone_id, OptOut.sender == Sender.FAMILY, OptOut.ended_at.is_(None))
            )
        )
    )


def queued_notices(tx: Transaction, escalation_id: UUID) -> Sequence[OutboundMessage]:
    """Alerts of an escalation that have still to go out."""
    return tx.session.scalars(
        select(OutboundMessage)
        .join(EscalationNotice, EscalationNotice.id == OutboundMessage.notice_id)
        .where(EscalationNotice.escalation_id == escalation_id, OutboundMessage.state == OutboundState.QUEUED)
        .order_by(OutboundMessage.id)
        .with_for_update(of=OutboundMessage)
    ).all()


def coming(
    tx: Transaction,
    until: datetime,
    limit: int,
    *,
    sight: Sight = EVERYTHING,
    contacts: Collection[UUID] | None = None,
    language: Language | None = None,
) -> Sequence[OutboundMessage]:
    """What is queued for families in sight and goes out by then, for these people and in this language if any are
    named; without its words.
    """
    return tx.session.scalars(
        select(OutboundMessage)
        .options(_UNREAD)
        .where(*_coming(until, sight, contacts, language))
        .order_by(OutboundMessage.due_at, OutboundMessage.id)
        .limit(limit)
    ).all()


def count_coming(
    tx: Transaction,
    until: datetime,
    *,
    sight: Sight = EVERYTHING,
    contacts: Collection[UUID] | None = None,
    language: Language | None = None,
) -> int:
    """How many these are."""
    counted = select(func.count()).select_from(OutboundMessage).where(*_coming(until, sight, contacts, language))
    return tx.session.scalar(counted) or 0


def _coming(
    until: datetime, sight: Sight, contacts: Collection[UUID] | None, language: Language | None
) -> list[ColumnElement[bool]]:
    found = [
        OutboundMessage.lane == Lane.FAMILIES,
        OutboundMessage.state == OutboundState.QUEUED,
        OutboundMessage.due_at <= until,
        of_contact(sight, OutboundMessage.contact_id),
    ]
    if contacts is not None:
        found.append(OutboundMessage.contact_id.in_(contacts))
    if language is not None:
        found.append(OutboundMessage.contact_id.in_(select(Contact.id).where(Contact.language == language)))
    return found


def waiting_for(tx: Transaction, contact_id: UUID) -> Sequence[OutboundMessage]:
    """Texts to this contact that wait in the outbox, the soonest first."""
    return tx.session.scalars(
        select(OutboundMessage)
        .where(OutboundMessage.contact_id == contact_id, OutboundMessage.state == OutboundState.QUEUED)
        .order_by(OutboundMessage.due_at, OutboundMessage.id)
    ).all()


def count_queued(tx: Transaction) -> int:
    """How many texts to families wait to be handed over."""
    waiting = select(func.count()).where(
        OutboundMessage.lane == Lane.FAMILIES, OutboundMessage.state == OutboundState.QUEUED
    )
    return tx.session.scalar(waiting) or 0


def wrote_since(tx: Transaction, conversation: Conversation, author: StaffMember, since: datetime) -> bool:
    """Whether this member of staff wrote in this conversation since then, and it was not cancelled."""
    return bool(
        tx.session.scalar(
            select(
                exists().where(
                    and_(
                        OutboundMessage.conversation_id == conversation.id,
                        OutboundMessage.author_id == author.id,
                        OutboundMessage.queued_at >= since,
                        OutboundMessage.state != OutboundState.CANCELLED,
                    )
                )
            )
        )
    )


def sent_since(tx: Transaction, phone_id: UUID, wording: str, since: datetime) -> bool:
    """Whether this wording was queued for this phone since then."""
    return bool(
        tx.session.scalar(
            select(
                exists().where(
                    and_(
                        OutboundMessage.phone_id == phone_id,
                        OutboundMessage.wording == wording,
                        OutboundMessage.queued_at >= since,
                    )
                )
            )
        )
    )


def is_out(tx: Transaction, phone_id: UUID, wording: str, since: datetime) -> bool:
    """Whether this wording, queued for this phone since then, has arrived or still may."""
    lost = (OutboundState.FAILED, OutboundState.UNDELIVERED, OutboundState.CANCELLED)
    sent = select(OutboundMessage.id).where(
        OutboundMessage.phone_id == phone_id,
        OutboundMessage.wording == wording,
        OutboundMessage.queued_at >= since,
        OutboundMessage.state.not_in(lost),
    )
    return tx.session.scalar(sent.limit(1)) is not None


def was_handed_over(tx: Transaction, phone_id: UUID, wording: str, since: datetime, before: datetime) -> bool:
    """Whether this wording, queued for this phone since then, was with the carrier before that moment."""
    gone = select(OutboundMessage.id).where(
        OutboundMessage.phone_id == phone_id,
        OutboundMessage.wording == wording,
        OutboundMessage.queued_at >= since,
        OutboundMessage.handed_at <= before,
    )
    return tx.session.scalar(gone.limit(1)) is not None


def _changed(tx: Transaction, statement: Any) -> bool:
    # The session must not think it knows the row better than the database that just judged the claim.
    result = tx.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount == 1
