"""The life of an escalation once somebody was told: taken, handed on, ended with an outcome."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from checkback.care.errors import AlreadyAcknowledged, AlreadyResolved
from checkback.care.model import Conversation, Escalation, EscalationNotice, Family, StaffMember
from checkback.care.rules.hours import next_working_moment
from checkback.care.steps.outbox import cancel
from checkback.care.steps.summoning import call_off
from checkback.care.steps.tasks import open_task, task_key
from checkback.care.steps.telling import REMINDERS, Pager, remind, tell_next
from checkback.care.store import Transaction, escalations, messages, people, rotas, tellings
from checkback.care.terms import (
    DistressLevel,
    EscalationOutcome,
    EscalationState,
    NoticeState,
    TaskKind,
    Urgency,
    Whom,
)

REMIND_EMERGENT_AFTER = timedelta(minutes=15)
REMIND_AFTER = timedelta(minutes=30)
REMIND_HIGH_AFTER = timedelta(hours=4)  # and then in working hours
ANSWERS_NEWS_WITHIN = timedelta(minutes=5)
LONGEST_MINUTES_EMERGENT, LONGEST_MINUTES_URGENT, LONGEST_MINUTES_HIGH = 20, 120, 240


def acknowledge(
    tx: Transaction, escalation: Escalation, staff: StaffMember | None, *, minutes: int | None = None
) -> int | None:
    """Somebody has it. They are reminded until they say what came of it: after `minutes`, if they said when.

    Returns the minutes that count: the worse it is, the less long a promise to call may run.

    Raises:
        AlreadyResolved: it has ended.
        AlreadyAcknowledged: somebody else has it.
    """
    _must_be_open(escalation)
    who = staff.id if staff else None
    if escalation.state is EscalationState.ACKNOWLEDGED and escalation.acknowledged_by != who:
        raise AlreadyAcknowledged
    escalation.state = EscalationState.ACKNOWLEDGED
    escalation.acknowledged_by, escalation.acknowledged_at = who, tx.now
    escalation.reminders = 0
    granted = min(minutes, _longest_minutes(escalation)) if minutes is not None else None
    promised = tx.now + timedelta(minutes=granted) if granted is not None else None
    escalation.calling_by = promised
    escalation.next_at = promised or _remind_at(tx, escalation)
    _recall_alerts(tx, escalation)
    tx.record("escalation.acknowledged", escalation, _actor(staff))
    return granted


def resolve(tx: Transaction, escalation: Escalation, staff: StaffMember | None, outcome: EscalationOutcome) -> None:
    """It has ended, with an outcome. The assistant may take the conversation back. Raises AlreadyResolved.

    Tried is not reached: it leaves the task to try again.
    """
    _must_be_open(escalation)
    escalation.state, escalation.outcome = EscalationState.RESOLVED, outcome
    escalation.resolved_by, escalation.resolved_at = (staff.id if staff else None), tx.now
    escalation.next_at = None
    for conversation in escalations.conversations_of(tx, escalation):
        conversation.with_person_since = None
        conversation.reassured_at = None
        conversation.seen_to_at = tx.now
    _recall_alerts(tx, escalation)
    tx.record(f"escalation.{outcome}", escalation, _actor(staff))
    if outcome is EscalationOutcome.TRIED:
        _try_again(tx, escalation)


def more_was_heard(tx: Transaction, pager: Pager, escalation: Escalation) -> None:
    """Somebody has it, and more was heard: they are told at once, and if they do not answer soon, others are."""
    remind(tx, pager, escalation, _taker(tx, escalation), "alert.worse")
    escalation.reminders = REMINDERS
    soon = tx.now + ANSWERS_NEWS_WITHIN
    escalation.next_at = min(escalation.next_at or soon, soon)


def waits_for_an_answer_to_news(tx: Transaction, escalation: Escalation) -> bool:
    """Whether whoever has it was told that more was heard, and others are told soon if they do not answer."""
    is_soon = escalation.next_at is not None and escalation.next_at <= tx.now + ANSWERS_NEWS_WITHIN
    return is_soon and escalation.reminders >= REMINDERS


def hand_on(tx: Transaction, pager: Pager, escalation: Escalation, staff: StaffMember | None) -> bool:
    """Whoever has it, or was told of it, cannot go on: the next person is told at once.

    It moves once: not when they said so before, and not while others who were told with them, or after them, may still
    take it. Returns whether it moved.

    Raises:
        AlreadyResolved: it has ended.
        AlreadyAcknowledged: somebody else has it, and keeps it.
    """
    _must_be_open(escalation)
    who = staff.id if staff else None
    has_it = escalation.state is EscalationState.ACKNOWLEDGED
    if has_it and escalation.acknowledged_by != who:
        raise AlreadyAcknowledged
    notices = [notice for notice in escalations.notices_of(tx, escalation) if notice.state is NoticeState.TOLD]
    for notice in notices:
        if _is_theirs(notice, staff):
            notice.passed_at = notice.passed_at or tx.now
    tx.record("escalation.passed", escalation, _actor(staff))
    if not has_it and _others_may_take_it(notices):
        return False
    begin_again(escalation, at_the_top=False)
    tx.record("escalation.handed-on", escalation, _actor(staff))
    tell_next(tx, pager, escalation)
    return True


def advance(tx: Transaction, pager: Pager, escalation: Escalation) -> None:
    """Its next moment has come: tell the next person, or remind the one who has it; in the end tell others again."""
    if (
        escalation.state is EscalationState.ACKNOWLEDGED
        and escalation.reminders < REMINDERS
        and remind(tx, pager, escalation, _taker(tx, escalation), "alert.reminder")
    ):
        escalation.reminders += 1
        escalation.next_at = _remind_at(tx, escalation)
        tx.record("escalation.reminded", escalation)
        return
    if escalation.state is EscalationState.ACKNOWLEDGED:
        # Acknowledged and forgotten is a lost person: it starts again from the top.
        begin_again(escalation)
        tx.record("escalation.reopened", escalation)
    tell_next(tx, pager, escalation)


def hand_over_at_end_of_shift(tx: Transaction, pager: Pager, escalation: Escalation) -> bool:
    """Whoever took it while on call is on call no more, or is away: whoever is on call now is told, and they are too.

    Not before the moment they said they would have called by. Returns whether it was handed over.
    """
    if not _duty_has_ended(tx, escalation):
        return False
    taker, begins = _taker(tx, escalation), _on_call_position(tx, escalation)
    begin_again(escalation)
    escalation.position = begins
    tell_next(tx, pager, escalation)
    remind(tx, pager, escalation, taker, "alert.shift_over")
    tx.record("escalation.shift-ended", escalation)
    return True


def begin_again(escalation: Escalation, *, at_the_top: bool = True) -> None:
    """Nobody has it any more; from the top everybody may be told anew."""
    escalation.state = EscalationState.OPEN
    escalation.acknowledged_by = escalation.acknowledged_at = escalation.calling_by = None
    escalation.reminders = 0
    if at_the_top:
        escalation.position, escalation.round = 0, escalation.round + 1


def _taker(tx: Transaction, escalation: Escalation) -> StaffMember | None:
    return tx.get(StaffMember, escalation.acknowledged_by) if escalation.acknowledged_by else None


def _is_theirs(notice: EscalationNotice, staff: StaffMember | None) -> bool:
    return notice.staff_id == staff.id if staff else notice.staff_id is None


def _others_may_take_it(notices: list[EscalationNotice]) -> bool:
    """Whether somebody of those told last has not said that they cannot."""
    steps = [notice for notice in notices if notice.step is not None and not notice.reminder]
    if not steps:
        return False
    last = max((notice.round, notice.step or 0) for notice in steps)
    return any(notice.passed_at is None for notice in steps if (notice.round, notice.step) == last)


def _duty_has_ended(tx: Transaction, escalation: Escalation) -> bool:
    taker, taken_at = _taker(tx, escalation), escalation.acknowledged_at
    if escalation.state is not EscalationState.ACKNOWLEDGED or taker is None or taken_at is None:
        return False
    if escalation.calling_by is not None and tx.now < escalation.calling_by:
        return False
    if rotas.is_away(tx, taker.id, tx.now) and not rotas.is_away(tx, taker.id, taken_at):
        return True
    assigned = people.assigned_to(tx, escalation.family_id) if escalation.family_id else None
    if assigned is taker:
        return False
    was = taker.id in rotas.on_call_ids(tx, escalation.team_id, taken_at)
    return was and taker.id not in rotas.on_call_ids(tx, escalation.team_id, tx.now)


def _on_call_position(tx: Transaction, escalation: Escalation) -> int:
    steps = escalations.steps_of(tx, escalation)
    return next((step.position for step in steps if step.whom is Whom.ON_CALL), 0)


def _recall_alerts(tx: Transaction, escalation: Escalation) -> None:
    # An alert that waits for working hours must not wake anybody for what somebody has in hand.
    for alert in messages.queued_notices(tx, escalation.id):
        cancel(tx, alert, "taken")
        _was_never_told(tx, alert.notice_id)
    for summons in tellings.queued_summonses(tx, escalation.id):
        call_off(tx, summons, "taken")
        _was_never_told(tx, summons.notice_id)


def _was_never_told(tx: Transaction, notice_id: UUID | None) -> None:
    # Else the page says that somebody was called who was not, and they would not be told when it is handed on.
    if notice_id is not None:
        tx.get(EscalationNotice, notice_id).state = NoticeState.RECALLED


def _try_again(tx: Transaction, escalation: Escalation) -> None:
    open_task(
        tx,
        TaskKind.CALL_BACK,
        dedupe_key=task_key(TaskKind.CALL_BACK, escalation.id),
        family=tx.get(Family, escalation.family_id) if escalation.family_id else None,
        conversation=tx.get(Conversation, escalation.conversation_id),
        detail=f"{escalation.reference}: tried, not reached",
    )


def _longest_minutes(escalation: Escalation) -> int:
    if escalation.level is not DistressLevel.ACUTE:
        return LONGEST_MINUTES_HIGH
    return LONGEST_MINUTES_EMERGENT if escalation.urgency is Urgency.EMERGENT else LONGEST_MINUTES_URGENT


def _must_be_open(escalation: Escalation) -> None:
    if escalation.state is EscalationState.RESOLVED:
        raise AlreadyResolved


def _remind_at(tx: Transaction, escalation: Escalation) -> datetime:
    if escalation.level is not DistressLevel.ACUTE:
        return next_working_moment(tx.now + REMIND_HIGH_AFTER, people.the_programme(tx).zone)
    return tx.now + (REMIND_EMERGENT_AFTER if escalation.urgency is Urgency.EMERGENT else REMIND_AFTER)


def _actor(staff: StaffMember | None) -> str:
    return f"staff:{staff.id}" if staff else "on-call-number"
