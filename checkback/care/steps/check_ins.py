"""Ending promises in one of their four ways, and handing over those we cannot keep."""

from __future__ import annotations

from checkback.care.model import CheckIn, Contact, Conversation
from checkback.care.rules.plans import PROMISED
from checkback.care.steps.tasks import open_task, task_key
from checkback.care.store import Transaction, check_ins, holds, people
from checkback.care.terms import CheckInState, ConsentState, Dialogue, LatePolicy, TaskKind


def end(tx: Transaction, check_in: CheckIn, state: CheckInState, reason: str | None = None) -> bool:
    """End one promise; False when it had ended before."""
    # Held and read anew: an answer and the carrier's report may end it in the same moment.
    if not tx.lock(check_in).end(state, tx.now, reason):
        return False
    tx.record(f"check-in.{state}", check_in)
    return True


def closed_after_silence(tx: Transaction, check_in: CheckIn, silences: int) -> None:
    """Nobody answered. After so many in a row whoever answers for them is asked to look.

    The next promise stands until then; with the task, questions that have not begun are taken back: a person decides
    whether and how to go on. A caring text asks nothing, and goes on.
    """
    if not end(tx, check_in, CheckInState.CLOSED_AFTER_SILENCE) or check_in.dialogue is Dialogue.NONE:
        return
    tx.session.flush()
    if holds.silences_of(tx, check_in.contact_id, silences) < silences:
        return
    made = open_task(
        tx,
        TaskKind.SILENT,
        dedupe_key=task_key(TaskKind.SILENT, check_in.id),
        family=people.family_of(tx, check_in.contact_id),
        detail=f"{silences} check-ins in a row without an answer.",
    )
    if made is not None:
        for planned in check_ins.open_of(tx, tx.get(Contact, check_in.contact_id)):
            if planned.state is CheckInState.PLANNED and planned.dialogue is not Dialogue.NONE:
                end(tx, planned, CheckInState.CANCELLED, "gone-silent")


def hand_over(tx: Transaction, check_in: CheckIn, kind: TaskKind, reason: str) -> None:
    """We cannot keep this promise: it becomes the task of the person who gave it.

    So does one that counts as answered and was never asked: its text seemed to be with the carrier when they wrote of
    something, and it was not.
    """
    if end(tx, check_in, CheckInState.HANDED_OVER, reason) or _never_asked(tx, check_in):
        open_task(
            tx,
            kind,
            dedupe_key=task_key(kind, check_in.id),
            family=people.family_of(tx, check_in.contact_id),
            detail=reason,
        )


def hand_over_all(tx: Transaction, contact: Contact, kind: TaskKind, reason: str) -> None:
    """No promise to this contact can be kept any more: one becomes a person's task, what was promised at the door if it
    still stands, and with it the rest ends.
    """
    standing = sorted(check_ins.open_of(tx, contact), key=lambda check_in: check_in.step != PROMISED)
    for place, check_in in enumerate(standing):
        if place == 0:
            hand_over(tx, check_in, kind, reason)
        else:
            end(tx, check_in, CheckInState.CANCELLED, reason)


def too_late(tx: Transaction, check_in: CheckIn, reason: str) -> None:
    """Its time has passed: drop it or hand it over, as the plan says. Sending late is judged before this.

    To somebody who never agreed only what was promised at the door is owed.
    """
    if not _is_promised(check_in) and not _has_agreed(tx, check_in):
        end(tx, check_in, CheckInState.CANCELLED, "no-consent")
    elif check_in.late_policy is LatePolicy.DROP:
        end(tx, check_in, CheckInState.CANCELLED, reason)
    else:
        hand_over(tx, check_in, TaskKind.PROMISE_LATE, reason)


def _has_agreed(tx: Transaction, check_in: CheckIn) -> bool:
    consent = people.consent_of(tx, tx.get(Contact, check_in.contact_id))
    return consent is not None and consent.state is ConsentState.GIVEN


def _never_asked(tx: Transaction, check_in: CheckIn) -> bool:
    """Whether they agreed to be asked, and wrote before the question had gone to them."""
    return check_in.state is CheckInState.ANSWERED and check_in.asked_at is None and _has_agreed(tx, check_in)


def _is_promised(check_in: CheckIn) -> bool:
    return check_in.step.partition(".")[0] == PROMISED


def asked(tx: Transaction, check_in: CheckIn, conversation: Conversation) -> None:
    """The carrier took the question: from now on we wait for an answer."""
    tx.lock(conversation)
    tx.lock(check_in)
    if not check_in.state.is_over and check_in.state is not CheckInState.ASKED:
        check_in.state, check_in.asked_at = CheckInState.ASKED, tx.now
        conversation.asked = check_in.dialogue.question
        tx.record("check-in.asked", check_in)


def not_asked_after_all(tx: Transaction, check_in: CheckIn) -> None:
    """The question did not arrive, and goes again: nobody is waited for meanwhile."""
    tx.lock(check_in)
    if check_in.state is CheckInState.ASKED:
        check_in.state, check_in.asked_at = CheckInState.DUE, None
        tx.record("check-in.not-asked", check_in)
