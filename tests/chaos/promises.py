"""What must hold after any night: what families and clinicians would hold against us if it did not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from checkback.care.flows import auditing, watching
from checkback.care.flows.check_ins import SILENCE
from checkback.care.model import (
    AuditEvent,
    CheckIn,
    Consent,
    Contact,
    Conversation,
    DialogueTurn,
    Escalation,
    EscalationNotice,
    InboundMessage,
    OptOut,
    OutboundMessage,
    Phone,
    Summons,
    Task,
)
from checkback.care.terms import (
    CheckInState,
    ConsentState,
    DistressLevel,
    EscalationState,
    InboundState,
    NoticeState,
    OutboundKind,
    OutboundState,
    Sender,
    TurnState,
)
from tests.chaos.night import Night
from tests.chaos.summons import made
from tests.story import House

ONCE = frozenset({OutboundKind.WELCOME, OutboundKind.CHECK_IN, OutboundKind.ANSWER, OutboundKind.CONFIRMATION})
BOUND_TO_HOURS = frozenset({OutboundKind.WELCOME, OutboundKind.CHECK_IN})
_ENDS = {f"check-in.{state}" for state in CheckInState if state.is_over}


def broken(night: Night, house: House) -> list[str]:
    """Every promise this night broke, in words; none is what we want."""
    return [f"{check.__name__.lstrip('_')}: {what}" for check in _CHECKS for what in check(night, house)]


def _every_text_is_kept_once(night: Night, house: House) -> Iterator[str]:
    kept = Counter(text.carrier_sid for text in house.all(InboundMessage))
    yield from (f"{sid} kept {kept[sid]} times" for sid in night.brought if kept[sid] != 1)


def _nothing_comes_twice(night: Night, house: House) -> Iterator[str]:
    arrived = night.carrier.arrived()
    for text in house.all(OutboundMessage):
        if text.kind in ONCE and arrived[text.id] > 1:
            yield f"{text.kind} came {arrived[text.id]} times"


def _every_promise_ends_one_way(night: Night, house: House) -> Iterator[str]:
    events = house.all(AuditEvent)
    handed = {h.text.id for h in night.carrier.handed}
    texts = {text.check_in_id: text for text in house.all(OutboundMessage) if text.check_in_id}
    tasks = {task.dedupe_key for task in house.all(Task)}
    consents = sorted(house.all(Consent), key=lambda consent: consent.asked_at)
    agreed = {consent.contact_id: consent.state is ConsentState.GIVEN for consent in consents}  # the last one counts

    def was_sent(check_in: CheckIn) -> bool:
        return check_in.id in texts and texts[check_in.id].id in handed

    def has_a_task(check_in: CheckIn) -> bool:
        return any(str(check_in.id) in key for key in tasks)

    for check_in in house.all(CheckIn):
        ends = [e.action for e in events if e.subject_id == check_in.id and e.action in _ENDS]
        if _still_has_time(check_in, night):
            continue
        if len(ends) != 1 or not check_in.state.is_over:
            yield f"{check_in.step} stands at {check_in.state}, ended {ends}"
        match check_in.state:
            case CheckInState.HANDED_OVER if not has_a_task(check_in):
                yield f"{check_in.step} is handed over, and nobody has its task"
            case CheckInState.ANSWERED | CheckInState.CLOSED_AFTER_SILENCE if (
                not was_sent(check_in) and agreed.get(check_in.contact_id) and not has_a_task(check_in)
            ):
                yield f"{check_in.step} is {check_in.state} and was never asked"
            case CheckInState.CANCELLED if not check_in.reason:
                yield f"{check_in.step} is cancelled without a reason"


def _still_has_time(check_in: CheckIn, night: Night) -> bool:
    """Whether a step of the plan is yet to come, on its way, or waits for its answer."""
    now = night.clock.now()
    match check_in.state:
        case CheckInState.PLANNED:
            return check_in.due_at > night.looked_at  # what fell due in the night's last minute, nobody has looked for
        case CheckInState.DUE:
            return check_in.send_before > now
        case CheckInState.ASKED:
            return check_in.asked_at is not None and check_in.asked_at > now - SILENCE
        case _:
            return False


def _nothing_hangs(night: Night, house: House) -> Iterator[str]:
    ours = (OutboundState.QUEUED, OutboundState.SENDING, OutboundState.UNCLEAR)
    late = night.clock.now() - timedelta(minutes=10)
    yield from (f"{t.kind} is {t.state}" for t in house.all(OutboundMessage) if t.state in ours and t.due_at < late)
    turns = house.all(DialogueTurn)
    yield from ("an open turn" for turn in turns if turn.state is TurnState.OPEN and turn.opened_at < late)
    waiting = (InboundState.WAITING, InboundState.IN_TURN)
    yield from (f"a text is {text.state}" for text in house.all(InboundMessage) if text.state in waiting)


def _no_text_at_night(night: Night, house: House) -> Iterator[str]:
    contacts = {contact.id: contact for contact in house.all(Contact)}
    texts = {text.id: text for text in house.all(OutboundMessage)}
    for handed in night.carrier.handed:
        text = texts.get(handed.text.id)
        if text is None or text.kind not in BOUND_TO_HOURS or text.contact_id is None:
            continue
        contact = contacts[text.contact_id]
        local = handed.at.astimezone(ZoneInfo(contact.zone))
        if not contact.opens <= local.hour < contact.closes:
            yield f"{text.kind} at {local:%H:%M}"


def _distress_is_told(night: Night, house: House) -> Iterator[str]:
    escalations = {one.conversation_id: one for one in house.all(Escalation)}
    seen_to = {n.escalation_id for n in house.all(EscalationNotice) if n.state is NoticeState.TOLD}
    seen_to |= {one.id for one in escalations.values() if one.state is EscalationState.RESOLVED}
    for text in house.all(InboundMessage):
        if text.sender is not Sender.FAMILY or text.level is not DistressLevel.ACUTE:
            continue
        if not any(_is_about(house, one, text.phone_id) and one.id in seen_to for one in escalations.values()):
            yield f"an acute text of {text.received_at:%d %H:%M} was told to nobody"


def _whoever_is_told_was_told(night: Night, house: House) -> Iterator[str]:
    """What is kept as told went out at least once, by text, call or e-mail; or was called off since somebody had it."""
    went = made(night.caller, night.mailer) + Counter(handed.text.id for handed in night.carrier.handed)
    texts = {text.notice_id: text for text in house.all(OutboundMessage) if text.notice_id}
    summonses = {one.notice_id: one for one in house.all(Summons) if one.notice_id}
    names = {one.id: one.reference for one in house.all(Escalation)}
    for notice in house.all(EscalationNotice):
        if notice.state is not NoticeState.TOLD or notice.told_at > night.clock.now():
            continue
        alert = texts.get(notice.id) or summonses.get(notice.id)
        if alert is None or (went[alert.id] == 0 and alert.state is not OutboundState.CANCELLED):
            yield f"{names[notice.escalation_id]} was told to nobody by {notice.way}: {alert and alert.state}"


def _somebody_in_truth_knows(night: Night, house: House) -> Iterator[str]:
    """Of an escalation that stands after days of calm, somebody has got an alert, whatever the rows say."""
    arrived = night.carrier.arrived() + made(night.caller, night.mailer)
    alerts = [*house.all(OutboundMessage), *house.all(Summons)]
    told = {alert.notice_id for alert in alerts if arrived[alert.id]}
    knows = {notice.escalation_id for notice in house.all(EscalationNotice) if notice.id in told}
    for one in house.all(Escalation):
        if one.state is not EscalationState.RESOLVED and one.id not in knows:
            yield f"{one.reference} is {one.state}, and nobody has got an alert"


def _no_escalation_is_silently_still(_night: Night, house: House) -> Iterator[str]:
    yield from watching.still(house.rt)


def _stop_means_stop(night: Night, house: House) -> Iterator[str]:
    texts = {text.id: text for text in house.all(OutboundMessage)}
    silent = [(o.phone_id, o.began_at, o.ended_at) for o in house.all(OptOut) if o.sender is Sender.FAMILY]
    for handed in night.carrier.handed:
        text = texts.get(handed.text.id)
        if text is None or text.kind not in ONCE - {OutboundKind.CONFIRMATION} or text.handed_at is None:
            continue
        if any(text.phone_id == phone and _within(text.handed_at, began, ended) for phone, began, ended in silent):
            yield f"{text.kind} after STOP"


def _the_auditor_finds_nothing(_night: Night, house: House) -> Iterator[str]:
    yield from (f"{found.breach}" for found in auditing.findings(house.rt))


def _no_row_fails(night: Night, house: House) -> Iterator[str]:
    yield from night.failures


def _is_about(house: House, escalation: Escalation, phone_id: UUID) -> bool:
    with house.rt.store.read() as tx:
        return tx.get(Conversation, escalation.conversation_id).phone_id == tx.get(Phone, phone_id).id


def _within(moment: datetime, began: datetime, ended: datetime | None) -> bool:
    return began < moment and (ended is None or moment < ended)


_CHECKS: tuple[Callable[[Night, House], Iterator[str]], ...] = (
    _every_text_is_kept_once,
    _nothing_comes_twice,
    _every_promise_ends_one_way,
    _nothing_hangs,
    _no_text_at_night,
    _distress_is_told,
    _whoever_is_told_was_told,
    _somebody_in_truth_knows,
    _no_escalation_is_silently_still,
    _stop_means_stop,
    _the_auditor_finds_nothing,
    _no_row_fails,
)
