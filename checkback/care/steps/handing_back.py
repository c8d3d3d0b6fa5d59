"""The assistant takes a conversation back from a person: the family reads so once, with what is still open."""

from __future__ import annotations

from checkback.care.model import Contact, Conversation, Escalation, Family, StaffMember
from checkback.care.steps.escalating import resolve
from checkback.care.steps.outbox import queue_for_family
from checkback.care.steps.staff_work import against_writing
from checkback.care.steps.words import mode_of, say
from checkback.care.store import Transaction, escalations, people, work
from checkback.care.terms import EscalationOutcome, OutboundKind, SafetyMode, TaskKind, TaskState
from checkback.care.wording import AnswerTable, Wording

_BLAND = (None, "safety.bland")
#: What a person still owes them, and the sentence that says so.
_STILL_OPEN = {
    "back.call": frozenset({TaskKind.CALL_BACK}),
    "back.help": frozenset({TaskKind.UNMET_NEED, TaskKind.HELP_FAILED, TaskKind.CALL_FOR_FAMILY}),
}


def resolve_and_hand_back(
    tx: Transaction,
    wording: Wording,
    answers: AnswerTable,
    escalation: Escalation,
    staff: StaffMember | None,
    outcome: EscalationOutcome,
) -> None:
    """It has ended; whoever was left to a person is told that the line is back. Raises AlreadyResolved.

    Nothing where whoever is the danger may read it, nor beside police at the door.
    """
    held = [each for each in escalations.conversations_of(tx, escalation) if each.with_person_since is not None]
    resolve(tx, escalation, staff, outcome)
    if outcome is EscalationOutcome.WELFARE_CHECK:
        return
    for conversation in held:
        contact = _theirs(tx, conversation)
        if contact is None:
            continue
        shown = answers.while_held(escalation.danger, escalation.level, mode_of(tx, contact))
        if shown not in _BLAND:
            say_back(tx, wording, conversation, escalation.reference)


def say_back(tx: Transaction, wording: Wording, conversation: Conversation, cause: str) -> None:
    """Queue that they can write here again, and what is still open; within their hours, and once for each cause."""
    contact = _theirs(tx, conversation)
    if contact is None or mode_of(tx, contact) is SafetyMode.UNSAFE:
        return
    if against_writing(tx, conversation.phone_id, contact) is not None:
        return
    keys = ["back.hello", *(key for key, kinds in _STILL_OPEN.items() if _is_owed(tx, conversation, contact, kinds))]
    queue_for_family(
        tx,
        conversation,
        contact,
        OutboundKind.ANSWER,
        " ".join(say(tx, wording, key, contact) for key in keys),
        dedupe_key=f"back:{conversation.id}:{cause}",
        wording="back.hello",
        wording_version=wording.version,
    )


def _theirs(tx: Transaction, conversation: Conversation) -> Contact | None:
    return tx.get(Contact, conversation.contact_id) if conversation.contact_id is not None else None


def _is_owed(tx: Transaction, conversation: Conversation, contact: Contact, kinds: frozenset[TaskKind]) -> bool:
    """Whether somebody still has to do this for them: nobody reads what is owed to another of their family."""
    family = tx.get(Family, contact.family_id)
    is_alone = len(people.contacts_in(tx, family)) == 1
    theirs = (conversation.id, None) if is_alone else (conversation.id,)
    return any(
        task.kind in kinds and task.state is TaskState.OPEN and task.conversation_id in theirs
        for task in work.tasks_of(tx, family)
    )
