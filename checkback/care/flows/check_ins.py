"""The clock turns promises into work: check-ins fall due, and those nobody answered are closed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from checkback.care.flows.due import SET_ASIDE, Tally, each
from checkback.care.model import CheckIn, Contact, Conversation, DialogueTurn, Phone
from checkback.care.runtime import Runtime
from checkback.care.steps import check_ins as steps
from checkback.care.steps import events, plan_texts, planning, screening
from checkback.care.steps.starting import KeptBack, MoveTo, Never, Start, TooLateToStart, WaitUntil, judge_start
from checkback.care.store import Transaction, buckets, check_ins, messages, people, restorations
from checkback.care.terms import CheckInState, Dialogue, Sender, TaskKind, TurnKind

#: A question without an answer for so long is closed; the next promise stands.
SILENCE = timedelta(hours=48)


def start_due(rt: Runtime) -> Tally:
    """Start every promise whose time has come: the worker takes it to the assistant and from there to the outbox."""
    with rt.store.read() as tx:
        may_start = buckets.may_start(tx) and restorations.unreconciled(tx) is None
        ids = check_ins.due(tx) if may_start else []
    return each(
        rt,
        "check-ins.start",
        ids,
        lambda check_in_id: _start(rt, check_in_id),
        _set_aside,
    )


def close_silent(rt: Runtime) -> Tally:
    """Close every question that has waited for an answer long enough; after several in a row a person is asked."""
    with rt.store.read() as tx:
        held = restorations.unreconciled(tx) is not None
        ids = [] if held else check_ins.asked_before(tx, tx.now - SILENCE)
    return each(rt, "check-ins.close", ids, lambda check_in_id: _close(rt, check_in_id), lambda _tx, _check_in_id: None)


def _set_aside(tx: Transaction, check_in_id: UUID) -> None:
    """It could not be started, perhaps because something cannot be read: later again, and in the end it is a task."""
    check_in = check_ins.locked(tx, check_in_id, CheckInState.PLANNED)
    if check_in is None:
        return
    if tx.now + SET_ASIDE >= check_in.send_before:
        steps.too_late(tx, check_in, "unreadable")
        return
    check_in.due_at = tx.now + SET_ASIDE
    tx.record("check-in.set-aside", check_in)


def _start(rt: Runtime, check_in_id: UUID) -> None:
    with rt.store.begin("check-ins.start") as tx:
        check_in = check_ins.locked(tx, check_in_id, CheckInState.PLANNED)
        if check_in is None or check_in.due_at > tx.now:
            return
        contact = tx.get(Contact, check_in.contact_id)
        not_for_them = planning.no_longer_for_them(tx, check_in, contact)
        if not_for_them is not None:
            steps.end(tx, check_in, CheckInState.CANCELLED, not_for_them)
            return
        conversation = _conversation(tx, contact)
        if conversation is None:
            steps.hand_over(tx, check_in, TaskKind.CANNOT_TEXT, "no-phone")
            return
        if tx.get(Phone, conversation.phone_id).trouble is not None:
            steps.hand_over(tx, check_in, TaskKind.CANNOT_TEXT, "cannot-text")
            return
        if check_in.dialogue is Dialogue.SCREENING and _is_not_asked_now(tx, check_in, contact):
            return
        _begin(tx, rt, check_in, contact, conversation)


def _is_not_asked_now(tx: Transaction, check_in: CheckIn, contact: Contact) -> bool:
    """Whether something stands against the questionnaire this promise brings; what follows from it is done."""
    match screening.judge(tx, check_in, contact):
        case screening.NotByText(reason):
            screening.leave_to_a_person(tx, check_in, reason)
        case screening.NotYet(until, reason, moves=True):
            events.move(tx, check_in, until, reason)
        case screening.NotYet(until, reason) if until < check_in.send_before:
            check_in.due_at = until
            tx.record(f"check-in.waits-{reason}", check_in)
        case screening.NotYet(_, reason):
            steps.too_late(tx, check_in, reason)
        case None:
            return False
    return True


def _begin(tx: Transaction, rt: Runtime, check_in: CheckIn, contact: Contact, conversation: Conversation) -> None:
    match judge_start(tx, check_in, contact, conversation):
        case Never(reason):
            steps.end(tx, check_in, CheckInState.CANCELLED, reason)
        case KeptBack():
            events.hold_back(tx, check_in)
        case MoveTo(until, reason):
            events.move(tx, check_in, until, reason)
        case WaitUntil(until, reason):
            check_in.due_at = until
            tx.record(f"check-in.waits-{reason}", check_in)
        case TooLateToStart(reason):
            steps.too_late(tx, check_in, reason)
        case Start() if buckets.take_start(tx, _pace(tx, rt)):  # else it stays due, and goes with one of the next ticks
            _open_turn(tx, check_in, conversation)


def _pace(tx: Transaction, rt: Runtime) -> float:
    """How many check-ins begin in a second: the programme's pace, and never more than their sender can carry."""
    wanted, carries = people.the_programme(tx).starts_a_minute / 60, rt.pace.get(Sender.FAMILY)
    return wanted if carries is None else min(wanted, carries)


def _conversation(tx: Transaction, contact: Contact) -> Conversation | None:
    phone = people.phone_of(tx, contact)
    return messages.conversation_with(tx, phone, contact) if phone else None


def _open_turn(tx: Transaction, check_in: CheckIn, conversation: Conversation) -> None:
    tx.session.flush()
    turn = DialogueTurn(
        conversation_id=conversation.id,
        kind=TurnKind.CHECK_IN,
        opened_at=tx.now,
        due_at=tx.now,
        check_in_id=check_in.id,
    )
    if tx.add_if_new(turn):  # else a turn of theirs is open: they are writing, and the check-in follows
        check_in.state = CheckInState.DUE
        tx.record("check-in.due", check_in)


def _close(rt: Runtime, check_in_id: UUID) -> None:
    with rt.store.begin("check-ins.close") as tx:
        check_in = check_ins.locked(tx, check_in_id, CheckInState.ASKED)
        if check_in is not None and check_in.asked_at is not None and check_in.asked_at <= tx.now - SILENCE:
            steps.closed_after_silence(tx, check_in, plan_texts.definition_of(tx, check_in.plan_id).silences)
