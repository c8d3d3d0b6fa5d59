"""Calls and e-mails to staff: made when due, and what came of them. An alert that did not arrive goes another way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from checkback.care.errors import AlreadyAcknowledged, AlreadyResolved, SendFailed, SendUnclear
from checkback.care.flows.due import SET_ASIDE, Tally, each
from checkback.care.flows.paging import pager_of
from checkback.care.flows.staff_ways import is_proven
from checkback.care.model import Escalation, EscalationNotice, Phone, StaffMember, StaffWay, Summons
from checkback.care.ports import OutgoingCall, OutgoingMail
from checkback.care.runtime import Runtime
from checkback.care.steps import escalating
from checkback.care.steps.tasks import alerts_do_not_arrive
from checkback.care.steps.telling import alert_slots, tell_another_way
from checkback.care.store import Transaction, escalations, tellings
from checkback.care.terms import EscalationState, NoticeState, OutboundState, Way

log = structlog.get_logger()

#: Longer than the carrier or the mail server may take to answer.
LEASE = timedelta(seconds=60)
#: A call of which nothing was heard for so long was not answered: it rings for half a minute, and is short.
HEARD_WITHIN = timedelta(minutes=2)
MOST_TRIES = 3
WAIT = timedelta(seconds=5)
TAKE, PASS = "1", "2"
_ENDED = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})


@dataclass(frozen=True)
class Spoken:
    """What a call says, and whether it then waits for a key."""

    words: str
    asks: bool = False


@dataclass(frozen=True)
class _Claimed:
    """A call or an e-mail that is ours to make until the lease ends."""

    id: UUID
    claim: UUID
    make: OutgoingCall | OutgoingMail


def make_due(rt: Runtime, limit: int = 5, way: Way | None = None) -> Tally:
    """Make the calls and e-mails that are due, or only those of one way; each once unless nobody knows whether it went.

    A worker makes calls and e-mails apart, so that a mail server that hangs holds no call back.
    """
    with rt.store.read() as tx:
        ids = tellings.due_summonses(tx, limit, way)
    return each(
        rt,
        "summoning.make",
        ids,
        lambda summons_id: _make(rt, summons_id),
        lambda tx, summons_id: tellings.set_summons_aside(tx, summons_id, tx.now + SET_ASIDE),
    )


def answered(rt: Runtime, summons_id: UUID) -> Spoken:
    """Somebody picked up: what to say."""
    with rt.store.read() as tx:
        found = tx.session.get(Summons, summons_id)
        if found is None or found.way is not Way.VOICE:
            return Spoken(rt.wording.staff("call.nothing"))
        if found.notice_id is not None and not _is_wanted(tx, found):
            return Spoken(rt.wording.staff("call.too_late", **_slots(tx, rt, found)))
        return Spoken(found.words, asks=True)


def pressed(rt: Runtime, summons_id: UUID, key: str) -> Spoken:
    """A key was pressed: 1 takes the escalation or proves the phone, 2 passes it on; any other asks again."""
    with rt.store.begin("summoning.pressed") as tx:
        found = tellings.summons(tx, summons_id)
        if found is None or found.way is not Way.VOICE:
            return Spoken(rt.wording.staff("call.nothing"))
        if key not in (TAKE, PASS) or (found.notice_id is None and key != TAKE):
            return Spoken(found.words, asks=True)
        found.advance(OutboundState.DELIVERED, tx.now)
        tx.record("summons.answered", found)
        return Spoken(_obey(tx, rt, found, key))


def call_ended(rt: Runtime, summons_id: UUID, status: str) -> bool:
    """The carrier says how a call ended. Without a key nobody has heard it: the alert goes another way at once.

    Returns whether the call is one of ours.
    """
    with rt.store.begin("summoning.call-ended") as tx:
        found = tellings.summons(tx, summons_id)
        if found is None:
            return False
        if status.lower() in _ENDED:
            _did_not_arrive(tx, rt, found, "no-key" if status.lower() == "completed" else status.lower())
        tx.record("summons.reported", found)
    return True


def _make(rt: Runtime, summons_id: UUID) -> None:
    claimed = _claim(rt, summons_id)
    if claimed is None:
        return
    try:
        sid = _hand_over(rt, claimed.make)
    except SendFailed as refused:
        _keep(rt, claimed, again=not refused.permanent)
    except SendUnclear:
        _keep(rt, claimed, again=True)
    else:
        with rt.store.begin("summoning.keep-made") as tx:
            found = tellings.claimed_summons(tx, summons_id, claimed.claim)
            state = OutboundState.ACCEPTED if found.way is Way.VOICE else OutboundState.DELIVERED
            found.carrier_sid, found.lease_until = sid, tx.now + HEARD_WITHIN
            found.advance(state, tx.now)
            tx.record("summons.made", found)


def _hand_over(rt: Runtime, make: OutgoingCall | OutgoingMail) -> str | None:
    if isinstance(make, OutgoingCall):
        if rt.caller is None:
            raise SendFailed(None, permanent=True)
        return rt.caller.call(make)
    if rt.mailer is None:
        raise SendFailed(None, permanent=True)
    rt.mailer.send(make)
    return None


def _claim(rt: Runtime, summons_id: UUID) -> _Claimed | None:
    with rt.store.begin("summoning.claim") as tx:
        found = tellings.summons(tx, summons_id)
        if found is None or not _is_due(tx, found):
            return None
        if found.state is OutboundState.ACCEPTED:
            _did_not_arrive(tx, rt, found, "nothing-heard")
        elif tx.now > found.not_after:
            _did_not_arrive(tx, rt, found, "too-late")
        elif found.attempts >= MOST_TRIES:
            _did_not_arrive(tx, rt, found, "unclear")
        else:
            make = _what_to_make(tx, rt, found)
            if make is not None:
                tx.record("summons.making", found)
                return _Claimed(found.id, tellings.claim(tx, found, LEASE), make)
            _did_not_arrive(tx, rt, found, "no-address")
        return None


def _is_due(tx: Transaction, found: Summons) -> bool:
    if found.state is OutboundState.QUEUED:
        return found.due_at <= tx.now
    is_left = found.state in (OutboundState.SENDING, OutboundState.ACCEPTED)
    return is_left and found.lease_until is not None and found.lease_until <= tx.now


def _what_to_make(tx: Transaction, rt: Runtime, found: Summons) -> OutgoingCall | OutgoingMail | None:
    if found.way is Way.VOICE:
        return OutgoingCall(found.id, tx.get(Phone, found.phone_id).number) if found.phone_id else None
    staff = tx.get(StaffMember, found.staff_id) if found.staff_id else None
    if staff is None or not staff.email:
        return None
    subject = rt.wording.staff("mail.subject", **_slots(tx, rt, found)) if found.notice_id else "Checkback"
    return OutgoingMail(found.id, staff.email, subject, found.words)


def _keep(rt: Runtime, claimed: _Claimed, *, again: bool) -> None:
    with rt.store.begin("summoning.keep-refusal") as tx:
        found = tellings.claimed_summons(tx, claimed.id, claimed.claim)
        log.warning("summons.not-taken", id=str(found.id), way=found.way, tries=found.attempts)
        if found.state.is_over:
            return  # it was settled without us meanwhile
        if not again or found.attempts >= MOST_TRIES:
            _did_not_arrive(tx, rt, found, "refused")
            return
        found.state, found.claim, found.lease_until = OutboundState.QUEUED, None, None
        found.due_at = tx.now + WAIT * found.attempts
        tx.record("summons.retried", found)
        if found.notice_id is not None:  # meanwhile somebody else, or in another way
            tell_another_way(tx, pager_of(rt), tx.get(EscalationNotice, found.notice_id))


def _did_not_arrive(tx: Transaction, rt: Runtime, found: Summons, reason: str) -> None:
    if not found.advance(OutboundState.FAILED, tx.now):
        return
    found.reason = reason
    tx.record("summons.failed", found)
    if found.notice_id is not None:
        notice = tx.get(EscalationNotice, found.notice_id)
        notice.state = NoticeState.FAILED
        tell_another_way(tx, pager_of(rt), notice)
    elif found.way_id is None and found.staff_id is not None:
        alerts_do_not_arrive(tx, tx.get(StaffMember, found.staff_id))


def _is_wanted(tx: Transaction, found: Summons) -> bool:
    """Whether nobody has it yet, or whoever is called: they are reminded."""
    notice = tx.get(EscalationNotice, found.notice_id) if found.notice_id else None
    if notice is None:
        return False
    escalation = tx.get(Escalation, notice.escalation_id)
    if escalation.state is EscalationState.OPEN:
        return True
    is_theirs = escalation.state is EscalationState.ACKNOWLEDGED and escalation.acknowledged_by == notice.staff_id
    return is_theirs and notice.reminder


def _obey(tx: Transaction, rt: Runtime, found: Summons, key: str) -> str:
    staff = tx.get(StaffMember, found.staff_id) if found.staff_id else None
    if found.notice_id is None:
        if found.way_id is not None and staff is not None:
            is_proven(tx, tx.get(StaffWay, found.way_id), staff)
            return rt.wording.staff("call.proven")
        return rt.wording.staff("call.heard")
    number = tx.get(Escalation, tx.get(EscalationNotice, found.notice_id).escalation_id).number
    escalation, slots = escalations.numbered(tx, number), _slots(tx, rt, found)
    if escalation is None:
        return rt.wording.staff("call.nothing")
    try:
        if key == TAKE:
            escalating.acknowledge(tx, escalation, staff)
        else:
            escalating.hand_on(tx, pager_of(rt), escalation, staff)
    except (AlreadyAcknowledged, AlreadyResolved):
        return rt.wording.staff("call.too_late", **slots)
    return rt.wording.staff("call.taken" if key == TAKE else "call.passed", **slots)


def _slots(tx: Transaction, rt: Runtime, found: Summons) -> dict[str, str]:
    if found.notice_id is None:
        return {}
    escalation = tx.get(Escalation, tx.get(EscalationNotice, found.notice_id).escalation_id)
    return alert_slots(pager_of(rt), escalation)
