"""The outbox empties: claim what is due, hand it to the carrier, keep what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform
from uuid import UUID

import structlog

from checkback.care.errors import ClaimLost, SendFailed, SendUnclear
from checkback.care.flows.due import SET_ASIDE, Tally, each
from checkback.care.flows.paging import pager_of
from checkback.care.model import (
    CheckIn,
    Contact,
    Conversation,
    EscalationNotice,
    OutboundMessage,
    Phone,
)
from checkback.care.ports import OutgoingText
from checkback.care.rules.events import Event, Standing, effect_of
from checkback.care.rules.priorities import Priority
from checkback.care.rules.sending import SHORTEST, HandOver, TooLate, Wait, judge
from checkback.care.runtime import Runtime
from checkback.care.steps import check_ins, consent, events, numbers
from checkback.care.steps.aftermath import (
    an_answer_is_late,
    did_not_arrive,
    take_back,
    was_refused_for_now,
    was_reported_lost,
)
from checkback.care.steps.outbox import cancel
from checkback.care.steps.telling import Pager, tell_another_way
from checkback.care.steps.timing import free_from, hours_of
from checkback.care.steps.words import mode_of
from checkback.care.store import Transaction, buckets, messages, people, restorations
from checkback.care.terms import Dialogue, Lane, LatePolicy, OutboundKind, OutboundState, SafetyMode, Sender, TaskKind

log = structlog.get_logger()

#: Longer than the carrier may take to answer, by half a minute.
LEASE = timedelta(seconds=60)
#: How often a text is sent again when nobody knows whether it went, where that does no harm.
SENT_AGAIN_TIMES = 6
#: Why a text was taken back: it was worded for a safe phone, and this one is safe no more.
NOT_SAFE = "phone-not-safe"
LONGEST_BACK_OFF = timedelta(minutes=2)
ALERT_ATTEMPTS_ALONE = 2
LOOK_UP_AFTER = timedelta(seconds=30)
GIVE_UP_LOOKING_AFTER = timedelta(minutes=5)

#: Sent again when nobody knows whether they went: a second one does no harm, a missing one may.
SENT_AGAIN = frozenset({OutboundKind.NOTICE, OutboundKind.SAFETY, OutboundKind.STAFF_ANSWER})

#: The carrier's words for a status, in ours. Twilio Docs, "Outbound Message Status in Status Callbacks".
_STATUSES = {
    "accepted": OutboundState.ACCEPTED,
    "scheduled": OutboundState.ACCEPTED,
    "queued": OutboundState.ACCEPTED,
    "sending": OutboundState.ACCEPTED,
    "sent": OutboundState.SENT,
    "delivered": OutboundState.DELIVERED,
    "read": OutboundState.DELIVERED,
    "undelivered": OutboundState.UNDELIVERED,
    "failed": OutboundState.FAILED,
    "canceled": OutboundState.CANCELLED,
}


@dataclass(frozen=True)
class DeliveryReport:
    """What the carrier says of a text. `message_id` is ours, carried in the callback's address."""

    message_id: UUID | None
    carrier_sid: str
    status: str
    error_code: int | None = None


@dataclass(frozen=True)
class Share:
    """One of several who work side by side on the same rows: the `n`th, from 0, of so many."""

    n: int
    of: int

    def holds(self, row_id: UUID) -> bool:
        return row_id.int % self.of == self.n


ALONE = Share(0, 1)


@dataclass(frozen=True)
class _Claimed:
    """A text that is ours to hand over until the lease ends."""

    text: OutgoingText
    claim: UUID | None


def deliver_due(rt: Runtime, lane: Lane, limit: int = 10, share: Share = ALONE) -> Tally:
    """Hand over what is due in a lane, one text at a time, each at most once.

    Args:
        share: which of those who send from this lane asks: each begins with texts of its own, so that they do not all
            try to claim the same one; whose own are done helps with the others'.
    """
    with rt.store.read() as tx:
        room = buckets.open_for(tx)
        ids = messages.due_ids(tx, lane, limit * share.of, room, tx.now + SHORTEST)
    ids = [each_id for each_id in ids if share.holds(each_id)][:limit] or ids[:limit]
    return each(
        rt,
        "outbound.deliver",
        ids,
        lambda message_id: _deliver(rt, message_id),
        lambda tx, message_id: _set_aside(tx, pager_of(rt), message_id),
    )


def record_delivery(rt: Runtime, report: DeliveryReport) -> bool:
    """Keep what the carrier reports; a report that comes late, twice or out of order changes nothing it should not.

    Returns whether the text is one of ours.
    """
    state = _STATUSES.get(report.status.lower())
    with rt.store.begin("outbound.record-delivery") as tx:
        message = messages.outbound(tx, report.message_id, report.carrier_sid)
        if message is None or state is None:
            log.warning("delivery.unknown", sid=report.carrier_sid, known=message is not None)
            return message is not None
        if _is_old(message, report.carrier_sid, state):
            tx.record("text.reported", message)
            return True
        _settle(tx, pager_of(rt), message, report.carrier_sid, state, report.error_code)
    return True


def settle_unclear(rt: Runtime) -> Tally:
    """Find out what became of texts nobody knows about: ask the carrier, and in the end hand them to a person."""
    with rt.store.read() as tx:
        left, unclear = messages.left_sending(tx), messages.unclear(tx)
    swept = each(
        rt,
        "outbound.sweep",
        left,
        lambda message_id: _sweep(rt, message_id),
        lambda tx, message_id: messages.leave_leased(tx, message_id, tx.now + SET_ASIDE),
    )
    settled = each(
        rt,
        "outbound.settle",
        unclear,
        lambda message_id: _look_up(rt, message_id),
        lambda tx, message_id: _set_aside(tx, pager_of(rt), message_id),
    )
    return swept + settled


def _set_aside(tx: Transaction, pager: Pager, message_id: UUID) -> None:
    """Work on this text failed, perhaps because it cannot be read: later again, and in the end somebody is told."""
    message = messages.unread(tx, message_id)
    if message.state is OutboundState.UNCLEAR and tx.now - _handed_at(message) >= GIVE_UP_LOOKING_AFTER:
        did_not_arrive(tx, pager, message, OutboundState.FAILED, "unclear")
    elif message.state is OutboundState.QUEUED and (message.notice_id or tx.now + SET_ASIDE >= message.not_after):
        did_not_arrive(tx, pager, message, OutboundState.FAILED, "unreadable")  # an alert does not wait for a mend
    elif not message.state.is_over:
        message.due_at = tx.now + SET_ASIDE
        tx.record("text.set-aside", message)


def _sweep(rt: Runtime, message_id: UUID) -> None:
    with rt.store.begin("outbound.sweep") as tx:
        message = messages.text_in(tx, message_id, OutboundState.SENDING)
        if message is not None and message.lease_until is not None and message.lease_until <= tx.now:
            _keep_unclear(tx, pager_of(rt), message)


def _deliver(rt: Runtime, message_id: UUID) -> None:
    claimed = _claim(rt, message_id)
    if claimed is None:
        return
    try:
        carrier_sid = rt.carrier.send(claimed.text)
    except SendFailed as refused:
        _keep_refusal(rt, claimed, refused)
    except SendUnclear:
        with rt.store.begin("outbound.keep-unclear") as tx:
            _keep_unclear(tx, pager_of(rt), messages.claimed_text(tx, message_id, claimed.claim))
    else:
        with rt.store.begin("outbound.keep-accepted") as tx:
            message = messages.claimed_text(tx, message_id, claimed.claim)
            _settle(tx, pager_of(rt), message, carrier_sid, OutboundState.ACCEPTED, None)


def _claim(rt: Runtime, message_id: UUID) -> _Claimed | None:
    with rt.store.begin("outbound.claim") as tx:
        message = messages.queued(tx, message_id)
        if message is None or message.due_at > tx.now or _is_of_a_restoration(tx, message):
            return None
        why_not = _forbidden(tx, message)
        if why_not is not None:
            take_back(tx, pager_of(rt), message, why_not)
            if why_not == NOT_SAFE and message.kind is OutboundKind.ANSWER:
                events.ask_a_person_to_answer(tx, message)
            return None
        if _stands_back(tx, message):
            return None
        verdict = judge(
            message.kind,
            tx.now,
            not_after=message.not_after,
            hours=hours_of(tx, message),
            free_until=message.free_until,
            not_before=free_from(tx, message),
        )
        match verdict:
            case Wait(until):
                message.due_at = until
                tx.record("text.waits", message)
                return None
            case TooLate():
                _too_late(tx, pager_of(rt), message)
                return None
            case HandOver(valid_for):
                return _take(tx, rt, message, valid_for)


def _is_of_a_restoration(tx: Transaction, message: OutboundMessage) -> bool:
    """A backup was put back, and this text waits for what the carrier says of it, or went before that already."""
    return _waits_to_be_reconciled(tx, message) or _has_gone_before(tx, message)


def _waits_to_be_reconciled(tx: Transaction, message: OutboundMessage) -> bool:
    """A backup was put back: whether this text to a family went meanwhile, the carrier has not said yet."""
    if message.sender is Sender.ALERT or restorations.unreconciled(tx) is None:
        return False
    message.due_at = tx.now + LOOK_UP_AFTER
    tx.record("text.waits-to-be-reconciled", message)
    return True


def _has_gone_before(tx: Transaction, message: OutboundMessage) -> bool:
    """The carrier sent these words there before the database was put back: they count as this text."""
    gone = restorations.gone_before(tx, message)
    if gone is None:
        return False
    gone.used_at = tx.now
    message.carrier_sid, message.handed_at = gone.carrier_sid, gone.went_at
    if message.advance(OutboundState.ACCEPTED, tx.now):
        tx.record("text.had-gone", message)
    if message.check_in_id is not None and message.conversation_id is not None:
        check_ins.asked(tx, tx.get(CheckIn, message.check_in_id), tx.get(Conversation, message.conversation_id))
    return True


def _take(tx: Transaction, rt: Runtime, message: OutboundMessage, valid_for: timedelta) -> _Claimed | None:
    number = tx.get(Phone, message.phone_id).number
    rate, priority = rt.pace.get(message.sender), Priority(message.priority)
    # The bucket first: what has no room is not claimed, and stays due.
    if not buckets.take(tx, message.sender, message.segments, rate, priority):
        return None
    if not messages.claim_to_send(tx, message, LEASE):
        return None
    message.valid_until = tx.now + valid_for
    tx.record("text.sending", message)
    return _Claimed(OutgoingText(message.id, message.sender, number, message.body, valid_for), message.claim)


def _forbidden(tx: Transaction, message: OutboundMessage) -> str | None:
    """Why this text may not go at all, judged at the last moment: much can have happened since it was queued."""
    if tx.get(Phone, message.phone_id).trouble is not None:
        return "cannot-text"
    if message.kind is not OutboundKind.STAFF_ANSWER and _has_opted_out(tx, message):
        return "opted-out"
    if message.sender is Sender.ALERT or message.kind in (OutboundKind.SAFETY, OutboundKind.CONFIRMATION):
        return None
    if message.check_in_id is not None and tx.get(CheckIn, message.check_in_id).state.is_over:
        return "promise-ended"
    if numbers.forbids(tx.get(Phone, message.phone_id), message):
        return "number-in-doubt"
    contact = tx.get(Contact, message.contact_id) if message.contact_id else None
    return _against_this_person(tx, message, contact) if contact else None


def _against_this_person(tx: Transaction, message: OutboundMessage, contact: Contact) -> str | None:
    if contact.wrong_person_at and message.kind is not OutboundKind.ANSWER:
        return "wrong-person"
    # Worded while the phone was safe; it waited, and meanwhile somebody else may read it.
    if message.mode is SafetyMode.SAFE and mode_of(tx, contact) is not SafetyMode.SAFE:
        return NOT_SAFE
    # A consent may have ended while the text waited for its hours.
    if message.kind is OutboundKind.CHECK_IN and not _agreed(tx, message, contact):
        return "no-consent"
    return None


def _agreed(tx: Transaction, message: OutboundMessage, contact: Contact) -> bool:
    check_in = tx.get(CheckIn, message.check_in_id) if message.check_in_id else None
    if check_in is not None and check_in.dialogue is Dialogue.CONSENT:
        return consent.may_be_texted(tx, contact)  # it asks for it
    return consent.permits(tx, contact)


def _stands_back(tx: Transaction, message: OutboundMessage) -> bool:
    """Whether an event that lasts keeps this text from going now; what the event does to it is done."""
    if message.kind is OutboundKind.ANSWER:
        return _is_left_to_a_person(tx, message)
    if message.kind not in (OutboundKind.CHECK_IN, OutboundKind.WELCOME) or message.contact_id is None:
        return False
    contact = tx.get(Contact, message.contact_id)
    check_in = tx.get(CheckIn, message.check_in_id) if message.check_in_id else None
    standing = Standing.UNDER_WAY if check_in else Standing.WELCOME
    for obstacle in events.obstacles(tx, contact, message.phone_id, check_in):
        if events.keep_from_going(tx, obstacle, effect_of(obstacle.event, standing), message, check_in):
            return True
    return False


def _is_left_to_a_person(tx: Transaction, message: OutboundMessage) -> bool:
    if not events.answer_is_held(tx, message.family_id, message.free_until):
        return False
    cancel(tx, message, Event.HELD)
    events.ask_a_person_to_answer(tx, message)
    return True


def _has_opted_out(tx: Transaction, message: OutboundMessage) -> bool:
    opted_out = people.opt_out_of(tx, message.phone_id, message.sender)
    # One word may follow an opt-out; but nothing of ours gets past the carrier's own block.
    return opted_out is not None and (message.kind is not OutboundKind.CONFIRMATION or opted_out.is_by_carrier)


def _too_late(tx: Transaction, pager: Pager, message: OutboundMessage) -> None:
    message.reason = "too-late"
    if message.check_in_id is not None:
        check_in = tx.get(CheckIn, message.check_in_id)
        cancel(tx, message, "too-late")
        if check_in.late_policy is LatePolicy.DROP:
            check_ins.too_late(tx, check_in, "too-late")
        else:
            check_ins.hand_over(tx, check_in, TaskKind.PROMISE_LATE, "too-late")
        return
    did_not_arrive(tx, pager, message, OutboundState.FAILED, "too-late")


def _keep_refusal(rt: Runtime, claimed: _Claimed, refused: SendFailed) -> None:
    with rt.store.begin("outbound.keep-refusal") as tx:
        message = messages.claimed_text(tx, claimed.text.id, claimed.claim)
        if message.state not in (OutboundState.SENDING, OutboundState.UNCLEAR):
            raise ClaimLost  # it was settled without us meanwhile
        message.error_code, pager = refused.code, pager_of(rt)
        log.warning("text.not-taken", id=str(message.id), kind=message.kind, code=refused.code, tries=message.attempts)
        if refused.permanent:
            did_not_arrive(tx, pager, message, OutboundState.FAILED, "refused")
            return
        was_refused_for_now(tx, pager, message, _back_off(message.attempts, refused.retry_after))
        _tell_another_way(tx, pager, message)


def _tell_another_way(tx: Transaction, pager: Pager, message: OutboundMessage) -> None:
    """What has trouble getting out goes on trying. Meanwhile the next person is told of an escalation, and whoever
    cares for them that our answer to their distress is late.
    """
    if message.notice_id is not None and message.attempts >= ALERT_ATTEMPTS_ALONE:
        tell_another_way(tx, pager, tx.get(EscalationNotice, message.notice_id))
    elif message.attempts == ALERT_ATTEMPTS_ALONE:
        an_answer_is_late(tx, pager, message)


def _back_off(attempts: int, retry_after: float | None) -> timedelta:
    if retry_after is not None:
        return min(timedelta(seconds=retry_after), LONGEST_BACK_OFF)
    # Jitter, so that many texts refused together do not come back together (Twilio Docs, error 20429).
    seconds = min(2.0 ** min(attempts, 16), LONGEST_BACK_OFF.total_seconds())
    return timedelta(seconds=seconds * uniform(0.5, 1.0))  # noqa: S311 - no secret in it


def _keep_unclear(tx: Transaction, pager: Pager, message: OutboundMessage) -> None:
    if message.state is not OutboundState.SENDING:
        return  # the carrier's report was faster than its answer: it is clear
    if message.kind in SENT_AGAIN and message.attempts < SENT_AGAIN_TIMES:
        message.state = OutboundState.QUEUED
        message.claim = message.lease_until = None
        message.due_at = tx.now
        tx.record("text.sent-again", message)
        _tell_another_way(tx, pager, message)
        return
    if message.advance(OutboundState.UNCLEAR, tx.now):
        message.due_at = tx.now + LOOK_UP_AFTER
        tx.record("text.unclear", message)


def _look_up(rt: Runtime, message_id: UUID) -> None:
    with rt.store.read() as tx:
        message = tx.get(OutboundMessage, message_id)
        number = tx.get(Phone, message.phone_id).number
    handed_at = _handed_at(message)
    text = OutgoingText(message.id, message.sender, number, message.body, timedelta(seconds=1))
    try:
        found = rt.carrier.find(text, handed_at, _taken_by(message))
    except SendUnclear:
        found = []
    with rt.store.begin("outbound.keep-look-up") as tx:
        kept = messages.text_in(tx, message_id, OutboundState.UNCLEAR)
        if kept is None:
            return
        carrier_sid = _surely_its_own(tx, message, found)
        if carrier_sid is not None:
            _settle(tx, pager_of(rt), kept, carrier_sid, OutboundState.ACCEPTED, None)
        elif tx.now - handed_at >= GIVE_UP_LOOKING_AFTER:
            did_not_arrive(tx, pager_of(rt), kept, OutboundState.FAILED, "unclear")
        else:
            kept.due_at = tx.now + LOOK_UP_AFTER
            tx.record("text.looked-up", kept)


def _taken_by(message: OutboundMessage) -> datetime | None:
    """Until when the carrier may have taken it: a text that is sent again has several such moments."""
    return None if message.kind in SENT_AGAIN else _handed_at(message) + LEASE


def _surely_its_own(tx: Transaction, message: OutboundMessage, found: Sequence[str]) -> str | None:
    """Which of the carrier's texts this is. Two families may share a phone and be asked the same: what could as well
    be the other's is nobody's, and in the end a person finds out.
    """
    candidates = [carrier_sid for carrier_sid in found if not messages.is_known(tx, carrier_sid)]
    if not candidates or message.kind in SENT_AGAIN:
        return candidates[0] if candidates else None
    others = messages.in_the_air_beside(tx, message, _handed_at(message) - GIVE_UP_LOOKING_AFTER)
    same_words = any(other.body == message.body for other in others)
    return candidates[0] if len(candidates) == 1 and not same_words else None


def _handed_at(message: OutboundMessage) -> datetime:
    return message.handed_at or message.queued_at


def _is_old(message: OutboundMessage, carrier_sid: str, state: OutboundState) -> bool:
    """Whether a report is of an earlier try. That one arrived after all is news: then it does not go again."""
    is_of_another_try = message.carrier_sid is not None and carrier_sid != message.carrier_sid
    return state is not OutboundState.DELIVERED and (is_of_another_try or carrier_sid in message.tries_before)


def _settle(
    tx: Transaction,
    pager: Pager,
    message: OutboundMessage,
    carrier_sid: str,
    state: OutboundState,
    error_code: int | None,
) -> None:
    message.carrier_sid = message.carrier_sid or carrier_sid
    if error_code is not None and state.rank > message.state.rank:
        message.error_code = error_code
    if state in (OutboundState.FAILED, OutboundState.UNDELIVERED, OutboundState.CANCELLED):
        was_reported_lost(tx, pager, message, state, "not-delivered")
    elif message.advance(state, tx.now):
        tx.record(f"text.{state}", message)
        if message.check_in_id is not None and message.conversation_id is not None:
            check_ins.asked(tx, tx.get(CheckIn, message.check_in_id), tx.get(Conversation, message.conversation_id))
    else:
        tx.record("text.reported", message)
