"""Finding the ways to tell staff, what they were told lately, and calls and e-mails that are due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import or_, select, update

from checkback.care.errors import ClaimLost
from checkback.care.model import EscalationNotice, OutboundMessage, StaffMember, StaffWay, Summons
from checkback.care.store.database import HELD, Transaction
from checkback.care.terms import NoticeState, OutboundState, Way


def ways_of(tx: Transaction, staff: StaffMember) -> Sequence[StaffWay]:
    """The ways to a member of staff, in the order in which they are used."""
    found = tx.session.scalars(select(StaffWay).where(StaffWay.staff_id == staff.id)).all()
    return sorted(found, key=lambda way: (way.after_seconds, list(Way).index(way.way)))


def way_of(tx: Transaction, staff: StaffMember, way: Way) -> StaffWay | None:
    return next((each for each in ways_of(tx, staff) if each.way is way), None)


def told_since(tx: Transaction, staff_id: UUID | None, phone_id: UUID | None, since: datetime) -> Sequence[datetime]:
    """When this person was told anything of an escalation, the first first. E-mails ring nobody and do not count."""
    person = EscalationNotice.staff_id == staff_id if staff_id else EscalationNotice.phone_id == phone_id
    return tx.session.scalars(
        select(EscalationNotice.told_at)
        .where(person, EscalationNotice.state == NoticeState.TOLD, EscalationNotice.way != Way.EMAIL)
        .where(EscalationNotice.told_at > since, EscalationNotice.told_at <= tx.now)
        .order_by(EscalationNotice.told_at)
    ).all()


def alarms_since(tx: Transaction, since: datetime) -> Sequence[EscalationNotice]:
    """What rang somebody of an escalation, the first first: texts that did not fail, and calls, answered or not."""
    rang = (EscalationNotice.state == NoticeState.TOLD) & (EscalationNotice.way != Way.EMAIL)
    missed = (EscalationNotice.state == NoticeState.FAILED) & (EscalationNotice.way == Way.VOICE)
    return tx.session.scalars(
        select(EscalationNotice)
        .where(EscalationNotice.told_at >= since, EscalationNotice.told_at <= tx.now, or_(rang, missed))
        .order_by(EscalationNotice.told_at, EscalationNotice.id)
    ).all()


def last_of(tx: Transaction, keys: str) -> OutboundMessage | Summons | None:
    """The last text, call or e-mail to staff whose key begins like this."""
    text = select(OutboundMessage).where(OutboundMessage.dedupe_key.startswith(keys, autoescape=True))
    call = select(Summons).where(Summons.dedupe_key.startswith(keys, autoescape=True))
    found: Sequence[OutboundMessage | Summons | None] = [
        tx.session.scalar(text.order_by(OutboundMessage.queued_at.desc()).limit(1)),
        tx.session.scalar(call.order_by(Summons.queued_at.desc()).limit(1)),
    ]
    return max((each for each in found if each is not None), key=lambda each: each.queued_at, default=None)


def later_texts(tx: Transaction, notice: EscalationNotice) -> Sequence[OutboundMessage | Summons]:
    """What waits to tell the same person of the same escalation in another way."""
    same = (
        select(EscalationNotice.id)
        .where(EscalationNotice.escalation_id == notice.escalation_id, EscalationNotice.id != notice.id)
        .where(EscalationNotice.staff_id == notice.staff_id if notice.staff_id else EscalationNotice.staff_id.is_(None))
        .where(EscalationNotice.state == NoticeState.TOLD, EscalationNotice.reminder == notice.reminder)
    )
    texts = select(OutboundMessage).where(
        OutboundMessage.notice_id.in_(same), OutboundMessage.state == OutboundState.QUEUED
    )
    summonses = select(Summons).where(Summons.notice_id.in_(same), Summons.state == OutboundState.QUEUED)
    found = [*tx.session.scalars(texts.with_for_update(key_share=True)).all()]
    return [*found, *tx.session.scalars(summonses.with_for_update(key_share=True)).all()]


def queued_summonses(tx: Transaction, escalation_id: UUID) -> Sequence[Summons]:
    """Calls and e-mails of an escalation that nobody has begun to make; held."""
    of_it = select(EscalationNotice.id).where(EscalationNotice.escalation_id == escalation_id)
    return tx.session.scalars(
        select(Summons)
        .where(Summons.notice_id.in_(of_it), Summons.state == OutboundState.QUEUED)
        .order_by(Summons.id)
        .with_for_update(key_share=True)
    ).all()


def due_summonses(tx: Transaction, limit: int, way: Way | None = None) -> Sequence[UUID]:
    """Calls and e-mails to be made now, and those whose maker has died; of every way, or of one."""
    queued = (Summons.state == OutboundState.QUEUED) & (Summons.due_at <= tx.now)
    left = (Summons.state == OutboundState.SENDING) & (Summons.lease_until <= tx.now)
    unheard = (Summons.state == OutboundState.ACCEPTED) & (Summons.way == Way.VOICE) & (Summons.lease_until <= tx.now)
    due = select(Summons.id).where(or_(queued, left, unheard))
    of_way = due.where(Summons.way == way) if way else due
    return tx.session.scalars(of_way.order_by(Summons.due_at).limit(limit)).all()


def forget_way(tx: Transaction, way: StaffWay) -> None:
    """This way goes; the calls and e-mails that proved it stay, and prove nothing any more."""
    tx.session.execute(update(Summons).where(Summons.way_id == way.id).values(way_id=None))


def summons(tx: Transaction, summons_id: UUID) -> Summons | None:
    """This call or e-mail, held."""
    return tx.session.get(Summons, summons_id, with_for_update=HELD, populate_existing=True)


def claim(tx: Transaction, found: Summons, lease: timedelta) -> UUID:
    """It is ours to make until the lease ends; every later write carries the claim."""
    mine = uuid4()
    found.state, found.claim, found.lease_until = OutboundState.SENDING, mine, tx.now + lease
    found.attempts += 1
    tx.session.flush()
    return mine


def claimed_summons(tx: Transaction, summons_id: UUID, claim: UUID) -> Summons:
    """The call or e-mail this claim is on, held. Raises ClaimLost."""
    found = summons(tx, summons_id)
    if found is None or found.claim != claim:
        raise ClaimLost
    return found


def set_summons_aside(tx: Transaction, summons_id: UUID, until: datetime) -> None:
    """Look at it again then. Needs nothing of the row itself: it may be one that cannot be read."""
    tx.session.execute(update(Summons).where(Summons.id == summons_id).values(state=OutboundState.QUEUED, due_at=until))
