"""What staff text to the alert number: acknowledging, passing on, saying what came of it. One clear line back each."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import structlog

from checkback.care.errors import AlreadyAcknowledged, AlreadyResolved
from checkback.care.flows.hearing import listen, read
from checkback.care.flows.paging import pager_of
from checkback.care.flows.staff_ways import prove
from checkback.care.model import Escalation, InboundMessage, Phone, StaffMember
from checkback.care.rules import commands, keywords
from checkback.care.rules.commands import Command, Verb
from checkback.care.runtime import Runtime
from checkback.care.steps import escalating
from checkback.care.steps.calling import say_when
from checkback.care.steps.handing_back import resolve_and_hand_back
from checkback.care.steps.opt_out import opt_in, opt_out
from checkback.care.steps.outbox import queue_staff_answer
from checkback.care.steps.tasks import open_staff_task
from checkback.care.store import Transaction, escalations, people
from checkback.care.terms import EscalationOutcome, EscalationState, OptOutSource, Role, Sender, TaskKind

log = structlog.get_logger()


@dataclass(frozen=True)
class _Answer:
    """The wording key of the line back, and what fills it."""

    key: str
    slots: dict[str, str]


def receive(tx: Transaction, rt: Runtime, phone: Phone, inbound: InboundMessage) -> None:
    """Do what a text to the alert number asks for, in the unit of work that keeps it. Strangers get nothing."""
    if keywords.stops(inbound.body):
        opt_out(tx, phone, Sender.ALERT, OptOutSource.KEYWORD)
        return
    if keywords.starts(inbound.body, blocked=people.opt_out_of(tx, phone.id, Sender.ALERT) is not None):
        opt_in(tx, phone, Sender.ALERT)
        return
    staff = people.staff_of(tx, phone)
    if staff is None and phone.number != rt.on_call_number:
        log.warning("staff-text.from-stranger", id=str(phone.id))
        return
    code = commands.parse_code(inbound.body)
    if staff is not None and code is not None:
        key = "code.proven" if prove(tx, staff, code) else "code.wrong"
        queue_staff_answer(tx, phone, rt.wording.staff(key), inbound.id)
        return
    command = commands.parse(inbound.body)
    if staff is not None and command is not None and phone.number == rt.on_call_number:
        staff = _who_acts(tx, rt, staff, command)
    answer = _obey(tx, rt, staff, command) if command or not _wants_none(rt, inbound) else _keep_telling(tx, phone)
    queue_staff_answer(tx, phone, rt.wording.staff(answer.key, **answer.slots), inbound.id)


def _who_acts(tx: Transaction, rt: Runtime, staff: StaffMember, command: Command) -> StaffMember | None:
    """Who carries the phone that is always answered acts as themselves; as that number, on what only it was told of."""
    return None if isinstance(_meant(tx, rt, staff, command), _Answer) else staff


def _obey(tx: Transaction, rt: Runtime, staff: StaffMember | None, command: Command | None) -> _Answer:
    if command is None:
        return _Answer("commands", {})
    escalation = _meant(tx, rt, staff, command)
    if isinstance(escalation, _Answer):
        return escalation
    slots = {"reference": escalation.reference, "number": str(escalation.number)}
    try:
        return _carry_out(tx, rt, staff, command, escalation, slots)
    except AlreadyAcknowledged:
        return _Answer("ack.taken_by_other", slots)
    except AlreadyResolved:
        return _Answer("ack.ended_already", slots)


def _wants_none(rt: Runtime, inbound: InboundMessage) -> bool:
    """Whether staff write in their own words that they want no more texts."""
    return listen(rt, read(inbound.body)).opt_out


def _keep_telling(tx: Transaction, phone: Phone) -> _Answer:
    """Alerts are their work: only the carrier's own word ends them, and a person plans who is told instead."""
    key = f"{TaskKind.PAGER_UNWANTED}:{phone.id}:{tx.now:%Y-%m-%d}"
    open_staff_task(tx, TaskKind.PAGER_UNWANTED, phone, dedupe_key=key)
    return _Answer("alerts_go_on", {})


def _meant(tx: Transaction, rt: Runtime, staff: StaffMember | None, command: Command) -> Escalation | _Answer:
    if command.number is not None:
        named = escalations.numbered(tx, command.number)
        if named is None or not _may_act(tx, staff, named):
            return _Answer("code.unknown", {"url": rt.console_url})
        return named
    mine = escalations.open_for(tx, staff)
    if not mine:
        return _Answer("code.none_open", {})
    if len(mine) > 1:
        return _Answer("code.which", {})
    return mine[0]


def _may_act(tx: Transaction, staff: StaffMember | None, escalation: Escalation) -> bool:
    """Whoever was told of it, and its team's clinicians and coordinators. An officer never: they see no content."""
    if staff is None:
        return True  # the on-call number, checked before
    if staff.role is Role.OFFICER:
        return False
    was_told = any(notice.staff_id == staff.id for notice in escalations.notices_of(tx, escalation))
    is_their_work = staff.role in (Role.CLINICIAN, Role.COORDINATOR)
    return was_told or (is_their_work and escalation.team_id in (None, staff.team_id))


def _id_of(staff: StaffMember | None) -> UUID | None:
    return staff.id if staff else None


def _carry_out(
    tx: Transaction,
    rt: Runtime,
    staff: StaffMember | None,
    command: Command,
    escalation: Escalation,
    slots: dict[str, str],
) -> _Answer:
    match command.verb:
        case Verb.ACKNOWLEDGE:
            is_theirs = escalation.state is EscalationState.ACKNOWLEDGED and escalation.acknowledged_by == _id_of(staff)
            minutes = escalating.acknowledge(tx, escalation, staff, minutes=command.minutes)
            say_when(tx, rt.wording, rt.answers, escalation)
            if is_theirs and minutes is None:
                return _Answer("ack.yours_already", slots)
            if minutes is None:
                return _Answer("ack.taken", slots)
            return _Answer("ack.taken_with_eta", {**slots, "minutes": str(minutes)})
        case Verb.HAND_ON:
            moved = escalating.hand_on(tx, pager_of(rt), escalation, staff)
            return _Answer("pass.done" if moved else "pass.with_others", slots)
        case Verb.RESOLVE:
            if escalation.state is EscalationState.ACKNOWLEDGED and escalation.acknowledged_by != _id_of(staff):
                raise AlreadyAcknowledged  # a slip of one digit must not end what somebody else has in hand
            outcome = command.outcome or EscalationOutcome.REACHED
            resolve_and_hand_back(tx, rt.wording, rt.answers, escalation, staff, outcome)
            return _Answer("resolve.done", {**slots, "outcome": str(outcome)})
