"""What the dialogue hands to a person, and what it asks again another day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from checkback.care.model import CheckIn, Contact, Conversation, Family
from checkback.care.steps.owners import coordinator_for
from checkback.care.steps.tasks import open_task, task_key
from checkback.care.store import Transaction, check_ins, people
from checkback.care.terms import CheckInState, Dialogue, LatePolicy, SafetyMode, TaskKind

#: What is about the worker themselves is read by a coordinator.
_ABOUT_THEIR_WORKER = frozenset({"other-person", "complaint"})
_SAID = {
    "case-status": "They ask how the case stands, or for papers of it.",
    "other-person": "They would like somebody else of the team.",
    "complaint": "They are not content with something we or others did.",
    "new-number": "They write of a new number. Confirm it before it is used.",
    "shared-phone": "Somebody else reads this phone. Ask on a call what may be sent to it.",
}
AGAIN = "check_in.again"
STEP = "later-"
#: The local hour from which "tomorrow" is asked again, and for how long the question is worth asking.
FROM_HOUR = 10
STALE_AFTER = timedelta(days=2)


def ask_person(tx: Transaction, contact: Contact, conversation: Conversation, turn_id: UUID, about: str) -> None:
    """Ask a person to see to what they wrote; somebody else than their worker, where it is about them.

    A shared phone is shown no more than a neutral one from now on: only a person makes it safe again.
    """
    task = open_task(
        tx,
        TaskKind.TEXT_TO_READ,
        dedupe_key=f"{task_key(TaskKind.TEXT_TO_READ, turn_id)}:{about}",
        family=tx.get(Family, contact.family_id),
        conversation=conversation,
        detail=_SAID[about],
    )
    if task is not None and about in _ABOUT_THEIR_WORKER:
        other = coordinator_for(tx, task.team_id, task.owner_id)
        task.owner_id = other.id if other is not None else task.owner_id
    if about == "shared-phone":
        safety = people.safety_of(tx, contact)
        if safety.mode is SafetyMode.SAFE:
            safety.mode = SafetyMode.NEUTRAL
            tx.record("safety.neutral", safety)


def plan_again(tx: Transaction, contact: Contact, turn_id: UUID, day: date) -> None:
    """A check-in on that local day, unless one comes by then anyway, or nothing goes to this phone by itself."""
    starts = datetime.combine(day, time(FROM_HOUR), ZoneInfo(contact.zone)).astimezone(UTC)
    coming = check_ins.next_of(tx, contact)
    incidents = people.incidents_of(tx, tx.get(Family, contact.family_id))
    if (
        (coming is not None and coming.due_at <= starts + timedelta(days=1))
        or not incidents
        or people.safety_of(tx, contact).mode is SafetyMode.UNSAFE
    ):
        return
    check_in = tx.add(
        CheckIn(
            contact_id=contact.id,
            incident_id=incidents[0].id,
            step=f"{STEP}{turn_id.hex[:12]}",
            due_at=starts,
            send_before=starts + STALE_AFTER,
            wording=AGAIN,
            dialogue=Dialogue.CHECK_IN,
            late_policy=LatePolicy.TASK,
            state=CheckInState.PLANNED,
        )
    )
    tx.session.flush()
    tx.record("check-in.planned", check_in)
