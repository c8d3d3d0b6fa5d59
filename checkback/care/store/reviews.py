"""Finding texts to read again: by week, by chance, by id; and counting what the readers said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, Select, func, select, type_coerce

from checkback.care.model import (
    DistressSignal,
    Escalation,
    InboundMessage,
    ScreeningReview,
    StaffMember,
)
from checkback.care.model.messages import INBOUND_BODY
from checkback.care.store.database import Transaction
from checkback.care.terms import DistressLevel, EscalationOutcome, ReviewReason, ReviewVerdict, Sender, Urgency

_PAGE = 500
_FAMILYS = InboundMessage.sender == Sender.FAMILY
_LOUD = InboundMessage.level.in_([DistressLevel.HIGH, DistressLevel.ACUTE])


def clinical_lead(tx: Transaction) -> StaffMember | None:
    """Who answers for the screen, if somebody does and still works here."""
    return tx.session.scalar(
        select(StaffMember)
        .where(StaffMember.is_clinical_lead, StaffMember.left_at.is_(None))
        .order_by(StaffMember.login)
        .limit(1)
    )


def leads(tx: Transaction) -> Sequence[StaffMember]:
    return tx.session.scalars(select(StaffMember).where(StaffMember.is_clinical_lead)).all()


@dataclass(frozen=True)
class KeptText:
    """A text as it was screened. `body` is None where it cannot be opened any more."""

    id: UUID
    phone_id: UUID
    received_at: datetime
    level: DistressLevel
    urgency: Urgency | None
    opt_out: bool
    version: str
    body: str | None


def texts_between(tx: Transaction, since: datetime, until: datetime) -> Iterator[KeptText]:
    """What families wrote, phone by phone in the order it came; a few hundred in memory at a time."""
    wanted = (
        select(
            InboundMessage.id,
            InboundMessage.phone_id,
            InboundMessage.received_at,
            InboundMessage.level,
            InboundMessage.urgency,
            InboundMessage.opt_out,
            InboundMessage.screen_version,
            type_coerce(InboundMessage.body, LargeBinary),
        )
        .where(_FAMILYS, InboundMessage.received_at >= since, InboundMessage.received_at < until)
        .order_by(InboundMessage.phone_id, InboundMessage.received_at, InboundMessage.id)
    )
    for row in tx.session.execute(wanted.execution_options(yield_per=_PAGE)):
        text_id, phone_id, received_at, level, urgency, opt_out, version, sealed = row
        body = tx.keyring.open_if_possible(bytes(sealed), INBOUND_BODY)
        said = None if body is None else body.decode()
        yield KeptText(text_id, phone_id, received_at, level, urgency, opt_out, version, said)


def loud_between(tx: Transaction, since: datetime, until: datetime) -> Sequence[UUID]:
    """Texts the screen called high or acute."""
    return tx.session.scalars(_ids(since, until).where(_LOUD)).all()


def quiet_between(tx: Transaction, since: datetime, until: datetime) -> Sequence[UUID]:
    """Texts the screen called neither."""
    return tx.session.scalars(_ids(since, until).where(~_LOUD)).all()


def _ids(since: datetime, until: datetime) -> Select[UUID]:
    return (
        select(InboundMessage.id)
        .where(_FAMILYS, InboundMessage.received_at >= since, InboundMessage.received_at < until)
        .order_by(InboundMessage.received_at, InboundMessage.id)
    )


def review_of(tx: Transaction, inbound_id: UUID) -> ScreeningReview | None:
    return tx.session.scalar(select(ScreeningReview).where(ScreeningReview.inbound_id == inbound_id))


def of_week(tx: Transaction, week: str) -> Sequence[tuple[ScreeningReview, InboundMessage]]:
    """The list of a week, loudest first."""
    rows = tx.session.execute(
        select(ScreeningReview, InboundMessage)
        .join(InboundMessage, InboundMessage.id == ScreeningReview.inbound_id)
        .where(ScreeningReview.week == week)
    )
    return sorted(rows, key=lambda row: (-row[1].level.rank, row[1].received_at))


def rules_of(tx: Transaction, inbound_id: UUID) -> str | None:
    """The evidence kept with a text, as JSON."""
    return tx.session.scalar(select(DistressSignal.evidence).where(DistressSignal.inbound_id == inbound_id))


def said_false(tx: Transaction, inbound_ids: Sequence[UUID]) -> dict[UUID, UUID | None]:
    """Of these texts, those whose escalation somebody ended as a false alarm, and who did."""
    found: dict[UUID, UUID | None] = {}
    for start in range(0, len(inbound_ids), _PAGE):
        rows = tx.session.execute(
            select(DistressSignal.inbound_id, Escalation.resolved_by)
            .join(Escalation, Escalation.id == DistressSignal.escalation_id)
            .where(
                DistressSignal.inbound_id.in_(inbound_ids[start : start + _PAGE]),
                Escalation.outcome == EscalationOutcome.FALSE_ALARM,
            )
        )
        found.update(dict(rows.all()))
    return found


def counts_by_version(tx: Transaction) -> dict[str, dict[DistressLevel, int]]:
    """How many texts each version of the screen heard at which level."""
    rows = tx.session.execute(
        select(InboundMessage.screen_version, InboundMessage.level, func.count())
        .where(_FAMILYS)
        .group_by(InboundMessage.screen_version, InboundMessage.level)
    )
    counts: dict[str, dict[DistressLevel, int]] = {}
    for version, level, count in rows:
        counts.setdefault(version, {})[level] = count
    return counts


def verdicts_by_version(
    tx: Transaction,
) -> Sequence[tuple[str, DistressLevel, ReviewReason, ReviewVerdict | None, int]]:
    """How often each version was judged how, by why and by what it had heard."""
    columns = (
        InboundMessage.screen_version,
        InboundMessage.level,
        ScreeningReview.reason,
        ScreeningReview.verdict,
    )
    rows = tx.session.execute(
        select(*columns, func.count())
        .join(InboundMessage, InboundMessage.id == ScreeningReview.inbound_id)
        .group_by(*columns)
    )
    return rows.all()


def weeks(tx: Transaction, limit: int) -> Sequence[tuple[str, int, int]]:
    """The weeks that have a list, the latest first: how many texts stand on it, and how many are judged."""
    judged = func.count(ScreeningReview.verdict)
    rows = tx.session.execute(
        select(ScreeningReview.week, func.count(), judged)
        .group_by(ScreeningReview.week)
        .order_by(ScreeningReview.week.desc())
        .limit(limit)
    )
    return rows.all()


def missed(tx: Transaction, limit: int) -> Sequence[tuple[ScreeningReview, InboundMessage]]:
    """What somebody said the screen missed, the latest first."""
    rows = tx.session.execute(
        select(ScreeningReview, InboundMessage)
        .join(InboundMessage, InboundMessage.id == ScreeningReview.inbound_id)
        .where(ScreeningReview.verdict == ReviewVerdict.MISSED)
        .order_by(ScreeningReview.judged_at.desc())
        .limit(limit)
    )
    return rows.all()


def spans_by_version(tx: Transaction) -> dict[str, tuple[datetime, datetime]]:
    """When each version of the screen heard its first and its last text."""
    rows = tx.session.execute(
        select(
            InboundMessage.screen_version,
            func.min(InboundMessage.received_at),
            func.max(InboundMessage.received_at),
        )
        .where(_FAMILYS)
        .group_by(InboundMessage.screen_version)
    )
    return {version: (first, last) for version, first, last in rows}
