"""What happened in a span, counted by the database for a report; nothing is unsealed for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, String, case, func, literal, select, type_coerce, update
from sqlalchemy import cast as as_type
from sqlalchemy.orm import InstrumentedAttribute

from checkback.care.model import (
    CheckIn,
    CheckInPlan,
    Contact,
    ContactPhone,
    Escalation,
    Family,
    NeedNamed,
    OptOut,
    OutboundMessage,
)
from checkback.care.program.seeds import NEEDS
from checkback.care.store.database import Transaction
from checkback.care.terms import (
    CheckInState,
    DistressLevel,
    EscalationOutcome,
    OutboundState,
    Sender,
    Split,
)

#: What the index of a need is made for.
_NEED = "need"


def groups_of_families(tx: Transaction, since: datetime, until: datetime, split: Split | None) -> Mapping[str, int]:
    """How many families we followed in the span, by group: enrolled before its end and not closed before it began."""
    counted = func.count(Family.id.distinct())
    followed = (Family.enrolled_at < until) & (Family.closed_at.is_(None) | (Family.closed_at >= since))
    wanted = _with_contact(select(_group(split), counted).select_from(Family), split, Contact.family_id == Family.id)
    return _as_mapping(tx, _in_groups(_with_plan(wanted, split).where(followed), split))


@dataclass(frozen=True)
class Asked:
    """Check-ins that were asked: how many, of how many the text arrived, and how many were answered."""

    asked: int
    reached: int
    answered: int


def check_ins_asked(tx: Transaction, since: datetime, until: datetime, split: Split | None) -> Mapping[str, Asked]:
    """Check-ins whose text went out in the span, by group."""
    wanted = (
        select(
            _group(split),
            func.count(),
            _how_many(OutboundMessage.state == OutboundState.DELIVERED),
            _how_many(CheckIn.state == CheckInState.ANSWERED),
        )
        .select_from(CheckIn)
        .outerjoin(OutboundMessage, OutboundMessage.check_in_id == CheckIn.id)
        .where(CheckIn.asked_at >= since, CheckIn.asked_at < until)
    )
    rows = tx.session.execute(_in_groups(_of_contact(wanted, split, CheckIn.contact_id), split))
    return {_name(row[0]): Asked(row[1], row[2] or 0, row[3] or 0) for row in rows}


def texts_handed(
    tx: Transaction, since: datetime, until: datetime, split: Split | None
) -> Mapping[str, tuple[int, int]]:
    """Texts to families that the carrier was given in the span, and how many of them arrived, by group."""
    wanted = (
        select(_group(split), func.count(), _how_many(OutboundMessage.state == OutboundState.DELIVERED))
        .select_from(OutboundMessage)
        .where(
            OutboundMessage.handed_at >= since,
            OutboundMessage.handed_at < until,
            OutboundMessage.sender == Sender.FAMILY,
        )
    )
    rows = tx.session.execute(_in_groups(_of_contact(wanted, split, OutboundMessage.contact_id), split))
    return {_name(row[0]): (row[1], row[2] or 0) for row in rows}


def opt_outs(tx: Transaction, since: datetime, until: datetime, split: Split | None) -> Mapping[str, int]:
    """Families of whom a phone asked for no more texts in the span, by group."""
    wanted = (
        select(_group(split), func.count(Contact.family_id.distinct()))
        .select_from(OptOut)
        .join(ContactPhone, ContactPhone.phone_id == OptOut.phone_id)
        .join(Contact, Contact.id == ContactPhone.contact_id)
        .where(OptOut.began_at >= since, OptOut.began_at < until, OptOut.sender == Sender.FAMILY)
    )
    if split in (Split.PLAN, Split.AREA):
        wanted = wanted.join(Family, Family.id == Contact.family_id)
    return _as_mapping(tx, _in_groups(_with_plan(wanted, split), split))


@dataclass(frozen=True)
class Alarm:
    """One escalation as a report needs it: when it opened, and when it was taken and they were spoken with."""

    group: str
    level: DistressLevel
    opened_at: datetime
    taken_at: datetime | None
    reached_at: datetime | None


def alarms(tx: Transaction, since: datetime, until: datetime, split: Split | None) -> Sequence[Alarm]:
    """Escalations that opened in the span; one that was said to be a false alarm is none."""
    reached = case((Escalation.outcome == EscalationOutcome.REACHED, Escalation.resolved_at), else_=None)
    wanted = (
        select(_group(split), Escalation.level, Escalation.opened_at, Escalation.acknowledged_at, reached)
        .select_from(Escalation)
        .where(
            Escalation.opened_at >= since,
            Escalation.opened_at < until,
            Escalation.outcome.is_(None) | (Escalation.outcome != EscalationOutcome.FALSE_ALARM),
        )
    )
    rows = tx.session.execute(_of_contact(wanted, split, Escalation.contact_id))
    return [Alarm(_name(row[0]), *row[1:]) for row in rows]


def needs_named(tx: Transaction, since: datetime, until: datetime) -> Mapping[str, tuple[int, int]]:
    """How often each need was named in the span, and how often we had a place for it."""
    rows = tx.session.execute(
        select(NeedNamed.index_version, NeedNamed.need_index, func.count(), _how_many(NeedNamed.is_met.is_(True)))
        .where(NeedNamed.named_at >= since, NeedNamed.named_at < until)
        .group_by(NeedNamed.index_version, NeedNamed.need_index)
    ).all()
    known = {
        (version, tx.keyring.index(need, _NEED, version)): need
        for version in {row[0] for row in rows} & tx.keyring.indexing.keys()
        for need in NEEDS
    }
    counts: dict[str, tuple[int, int]] = {}
    for version, index, named, met in rows:
        need = known.get((version, bytes(index)), "other")
        before = counts.get(need, (0, 0))
        counts[need] = (before[0] + named, before[1] + (met or 0))
    return counts


def keep_need(tx: Transaction, family: Family, need: str, *, is_met: bool) -> None:
    """Note that a need was named, so that it can be counted without being readable."""
    version = tx.keyring.index_version
    tx.add(NeedNamed(family.id, tx.now, tx.keyring.index(need, _NEED), version, is_met))


def index_needs_anew(tx: Transaction) -> int:
    """Let the newest version of the index count what an older one did; how many there were."""
    newest, done = tx.keyring.index_version, 0
    for version in tx.keyring.indexing.keys() - {newest}:
        for need in NEEDS:
            changed = tx.session.execute(
                update(NeedNamed)
                .where(
                    NeedNamed.index_version == version,
                    NeedNamed.need_index == tx.keyring.index(need, _NEED, version),
                )
                .values(need_index=tx.keyring.index(need, _NEED), index_version=newest)
                .returning(NeedNamed.id)
            )
            done += len(changed.all())
    return done


def first_family_at(tx: Transaction) -> datetime | None:
    """When the first family came in."""
    return tx.session.scalar(select(func.min(Family.enrolled_at)))


Joined = TypeVar("Joined", bound=Select[*tuple[Any, ...]])


def _group(split: Split | None) -> ColumnElement[str | None]:
    names: Mapping[Split | None, ColumnElement[str | None]] = {
        Split.PLAN: type_coerce(CheckInPlan.name, String),
        Split.LANGUAGE: type_coerce(Contact.language, String),
        Split.AREA: type_coerce(Family.area, String),
    }
    return names.get(split, literal(""))


def _in_groups(wanted: Joined, split: Split | None) -> Joined:
    return wanted.group_by(_group(split)) if split else wanted


def _of_contact(
    wanted: Joined,
    split: Split | None,
    contact_id: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None],
) -> Joined:
    """With what a group is made of, for rows that belong to a contact, or to nobody we know."""
    if split is None:
        return wanted
    wanted = wanted.outerjoin(Contact, Contact.id == contact_id)
    if split is not Split.LANGUAGE:
        wanted = wanted.outerjoin(Family, Family.id == Contact.family_id)
    return _with_plan(wanted, split)


def _with_contact(wanted: Joined, split: Split | None, on: ColumnElement[bool]) -> Joined:
    return wanted.join(Contact, on) if split is Split.LANGUAGE else wanted


def _with_plan(wanted: Joined, split: Split | None) -> Joined:
    return wanted.outerjoin(CheckInPlan, CheckInPlan.id == Family.plan_id) if split is Split.PLAN else wanted


def _how_many(fact: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(as_type(case((fact, 1), else_=0), Integer))


def _as_mapping(tx: Transaction, wanted: Select[str | None, int]) -> Mapping[str, int]:
    return {_name(group): count for group, count in tx.session.execute(wanted)}


def _name(group: str | None) -> str:
    """What is of no group we know has the empty name."""
    return group or ""
