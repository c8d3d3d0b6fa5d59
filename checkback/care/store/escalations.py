"""Finding escalations: by the number staff say, of a conversation, and those where the next person is due."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update

from checkback.care.model import (
    Conversation,
    DistressSignal,
    Escalation,
    EscalationNotice,
    EscalationPolicy,
    EscalationPolicyStep,
    EscalationStep,
    InboundMessage,
    StaffMember,
)
from checkback.care.store.at_hand import may_be_at_hand
from checkback.care.store.database import HELD, Transaction
from checkback.care.terms import DistressLevel, EscalationOutcome, EscalationState, NoticeState, Urgency

#: What the column holds.
_HIGHEST_NUMBER = 2**31 - 1

#: Named, not "all but resolved", which no index helps to find.
UNENDED = tuple(state for state in EscalationState if state is not EscalationState.RESOLVED)


def numbered(tx: Transaction, number: int) -> Escalation | None:
    """The escalation people call by this number, held with its conversations."""
    if number > _HIGHEST_NUMBER:
        return None
    found = tx.session.scalar(select(Escalation).where(Escalation.number == number))
    if found is None:
        return None
    # In the order a text that comes in holds them, so that neither waits for the other in a circle.
    for conversation in conversations_of(tx, found):
        tx.lock(conversation)
    return tx.lock(found)


def conversations_of(tx: Transaction, escalation: Escalation) -> Sequence[Conversation]:
    """Every conversation in which it was heard: several people of one family may write."""
    heard_in = (
        select(InboundMessage.conversation_id)
        .join(DistressSignal, DistressSignal.inbound_id == InboundMessage.id)
        .where(DistressSignal.escalation_id == escalation.id)
    )
    return tx.session.scalars(
        select(Conversation)
        .where(or_(Conversation.id == escalation.conversation_id, Conversation.id.in_(heard_in)))
        .order_by(Conversation.id)
    ).all()


def open_of_conversation(tx: Transaction, conversation_id: UUID, family_id: UUID | None) -> Escalation | None:
    """The escalation of this family, or of this conversation when there is no family, that has not ended; held."""
    mine = Escalation.family_id == family_id if family_id else Escalation.conversation_id == conversation_id
    return tx.session.scalar(
        select(Escalation)
        .where(mine, Escalation.state != EscalationState.RESOLVED)
        .order_by(Escalation.opened_at)
        .limit(1)
        .with_for_update(key_share=True)
    )


def all_open(tx: Transaction) -> Sequence[Escalation]:
    """Every escalation that has not ended, the one that needs somebody most first."""
    found = tx.session.scalars(select(Escalation).where(Escalation.state.in_(UNENDED))).all()

    def need(e: Escalation) -> tuple[bool, int, bool, datetime]:
        return (e.state is not EscalationState.OPEN, -e.weight[0], not e.weight[1], e.opened_at)

    return sorted(found, key=need)


def open_for(tx: Transaction, staff: StaffMember | None) -> Sequence[Escalation]:
    """Open escalations this member of staff was told of or has taken, newest first; without one, those of the number
    that is always answered.
    """
    number = EscalationNotice.staff_id.is_(None) & EscalationNotice.phone_id.is_not(None)
    told = select(EscalationNotice.escalation_id).where(EscalationNotice.staff_id == staff.id if staff else number)
    taken = Escalation.acknowledged_by == staff.id if staff else Escalation.acknowledged_by.is_(None)
    theirs = or_(Escalation.id.in_(told), taken & (Escalation.state == EscalationState.ACKNOWLEDGED))
    return tx.session.scalars(
        select(Escalation)
        .where(Escalation.state != EscalationState.RESOLVED, theirs)
        .order_by(Escalation.opened_at.desc())
    ).all()


def waiting_for(tx: Transaction, phone_id: UUID) -> Sequence[Escalation]:
    """Escalations nobody has taken, of which this phone was told."""
    told = select(EscalationNotice.escalation_id).where(
        EscalationNotice.phone_id == phone_id, EscalationNotice.state == NoticeState.TOLD
    )
    return tx.session.scalars(
        select(Escalation)
        .where(Escalation.state == EscalationState.OPEN, Escalation.id.in_(told))
        .order_by(Escalation.id)
        .with_for_update(key_share=True)
    ).all()


def heard_from(tx: Transaction, phone_id: UUID) -> Sequence[Escalation]:
    """Escalations that have not ended and that this phone wrote of; held."""
    wrote = (
        select(DistressSignal.escalation_id)
        .join(InboundMessage, InboundMessage.id == DistressSignal.inbound_id)
        .where(InboundMessage.phone_id == phone_id)
    )
    theirs = select(Conversation.id).where(Conversation.phone_id == phone_id)
    return tx.session.scalars(
        select(Escalation)
        .where(
            Escalation.state != EscalationState.RESOLVED,
            or_(Escalation.id.in_(wrote), Escalation.conversation_id.in_(theirs)),
        )
        .order_by(Escalation.id)
        .with_for_update(key_share=True)
    ).all()


def overdue(tx: Transaction, limit: int = 50) -> Sequence[UUID]:
    """Escalations in which the next person should have been told by now."""
    return tx.session.scalars(
        select(Escalation.id)
        .where(Escalation.state.in_(UNENDED), Escalation.next_at <= tx.now)
        .order_by(Escalation.next_at)
        .limit(limit)
    ).all()


def taken(tx: Transaction) -> Sequence[UUID]:
    """Escalations that a member of staff has in hand."""
    return tx.session.scalars(
        select(Escalation.id)
        .where(Escalation.state == EscalationState.ACKNOWLEDGED, Escalation.acknowledged_by.is_not(None))
        .order_by(Escalation.acknowledged_at)
    ).all()


def set_aside(tx: Transaction, escalation_id: UUID, until: datetime) -> None:
    """Look at this escalation again then. Needs nothing of the row itself: it may be one that cannot be read."""
    tx.session.execute(update(Escalation).where(Escalation.id == escalation_id).values(next_at=until))


def still_overdue(tx: Transaction, escalation_id: UUID) -> Escalation | None:
    """This escalation, held, if its next person is still to be told."""
    found = tx.session.get(Escalation, escalation_id, with_for_update=HELD, populate_existing=True)
    if found is None or found.state is EscalationState.RESOLVED or found.next_at is None or found.next_at > tx.now:
        return None
    return found


def steps_of(tx: Transaction, escalation: Escalation) -> Sequence[EscalationStep]:
    return tx.session.scalars(
        select(EscalationStep).where(EscalationStep.escalation_id == escalation.id).order_by(EscalationStep.position)
    ).all()


def policy_in_use(
    tx: Transaction, programme_id: UUID, level: DistressLevel, urgency: Urgency | None
) -> EscalationPolicy | None:
    """The approved policy for this level, as it stands today."""
    same_urgency = EscalationPolicy.urgency.is_(None) if urgency is None else EscalationPolicy.urgency == urgency
    return tx.session.scalar(
        select(EscalationPolicy)
        .where(EscalationPolicy.programme_id == programme_id, EscalationPolicy.level == level, same_urgency)
        .where(EscalationPolicy.approved_at.is_not(None), EscalationPolicy.ended_at.is_(None))
        .order_by(EscalationPolicy.version.desc())
        .limit(1)
    )


def policy_versions(tx: Transaction, programme_id: UUID) -> Sequence[EscalationPolicy]:
    """Every version of every policy, by level, the newest first."""
    found = tx.session.scalars(select(EscalationPolicy).where(EscalationPolicy.programme_id == programme_id)).all()
    return sorted(found, key=lambda p: (-p.level.rank, str(p.urgency or ""), -p.version))


def policy_steps(tx: Transaction, policy: EscalationPolicy) -> Sequence[EscalationPolicyStep]:
    return tx.session.scalars(
        select(EscalationPolicyStep)
        .where(EscalationPolicyStep.policy_id == policy.id)
        .order_by(EscalationPolicyStep.position)
    ).all()


def notices_of(tx: Transaction, escalation: Escalation) -> Sequence[EscalationNotice]:
    return tx.session.scalars(
        select(EscalationNotice)
        .where(EscalationNotice.escalation_id == escalation.id)
        .order_by(EscalationNotice.told_at, EscalationNotice.id)
    ).all()


def notices_of_all(tx: Transaction, escalation_ids: Collection[UUID]) -> Mapping[UUID, Sequence[EscalationNotice]]:
    """The same of many at once; of one without a notice there is none."""
    found: dict[UUID, list[EscalationNotice]] = {}
    wanted = select(EscalationNotice).where(EscalationNotice.escalation_id.in_(escalation_ids))
    for notice in tx.session.scalars(wanted.order_by(EscalationNotice.told_at, EscalationNotice.id)):
        found.setdefault(notice.escalation_id, []).append(notice)
    return found


def told_and_working(tx: Transaction, escalation: Escalation) -> Sequence[EscalationNotice]:
    """Notices that were handed over and did not fail."""
    return [n for n in notices_of(tx, escalation) if n.state is NoticeState.TOLD]


def of_family(tx: Transaction, family_id: UUID) -> Sequence[Escalation]:
    return tx.session.scalars(
        select(Escalation).where(Escalation.family_id == family_id).order_by(Escalation.opened_at.desc())
    ).all()


@may_be_at_hand(lambda family_id, since: (family_id, since))
def acute_of(tx: Transaction, family_id: UUID, since: datetime) -> Escalation | None:
    """The latest acute escalation of this family that is open, or that ended since then and was no false alarm."""
    return next(iter(acute_of_all(tx, [family_id], since)), None)


def acute_of_all(tx: Transaction, family_ids: Sequence[UUID], since: datetime) -> Sequence[Escalation]:
    """The acute escalations of these families that are open, or that ended since then and were no false alarms; those
    that are open come first, then the latest.
    """
    is_real = or_(Escalation.outcome.is_(None), Escalation.outcome != EscalationOutcome.FALSE_ALARM)
    return tx.session.scalars(
        select(Escalation)
        .where(
            Escalation.family_id.in_(family_ids),
            Escalation.level == DistressLevel.ACUTE,
            is_real,
            or_(Escalation.resolved_at.is_(None), Escalation.resolved_at > since),
        )
        .order_by(Escalation.resolved_at.desc().nulls_first(), Escalation.id)
    ).all()
