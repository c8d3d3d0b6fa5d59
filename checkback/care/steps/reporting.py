"""Words of child abuse are put before a person, who decides about a report. Nothing is ever reported by itself."""

from __future__ import annotations

from datetime import timedelta

from checkback.care.model import Conversation, Escalation, Family, InboundMessage
from checkback.care.ports import Assessment
from checkback.care.program.reporting import Hotlines
from checkback.care.rules.zones import state_of_zip
from checkback.care.steps.tasks import open_task, task_key
from checkback.care.store import Transaction, people
from checkback.care.terms import Danger, TaskKind

#: The laws of the states say "immediately" (RSMo 210.115.1 for Missouri); a task must have an hour.
DECIDED_WITHIN = timedelta(hours=1)
_OF_CHILDREN = frozenset({Danger.CHILD_ABUSE, Danger.CHILD_IN_DANGER})


def ask_about_a_report(
    tx: Transaction, hotlines: Hotlines | None, escalation: Escalation, inbound: InboundMessage, assessment: Assessment
) -> None:
    """Ask whoever answers for the family to decide about a report, with the words, their time and the state's line.

    Who decided what, and when, is the outcome of the task.
    """
    dangers = {assessment.danger, *(found.danger for found in assessment.evidence)}
    is_hidden = (
        assessment.danger is Danger.DURESS
    )  # by which the answer is chosen; what else was said is in the evidence
    if not _OF_CHILDREN & (dangers if is_hidden else {assessment.danger}):
        return
    family = tx.get(Family, escalation.family_id) if escalation.family_id else None
    open_task(
        tx,
        TaskKind.MANDATED_REPORT,
        dedupe_key=task_key(TaskKind.MANDATED_REPORT, escalation.id),
        family=family,
        conversation=tx.get(Conversation, escalation.conversation_id),
        detail=_detail(tx, hotlines, family, escalation, inbound),
        due_at=tx.now + DECIDED_WITHIN,
    )


def _detail(
    tx: Transaction, hotlines: Hotlines | None, family: Family | None, escalation: Escalation, inbound: InboundMessage
) -> str:
    said = f"{escalation.reference}, {inbound.received_at:%Y-%m-%d %H:%M} UTC: “{inbound.body}”"
    if hotlines is None:
        return said
    incident = next(iter(people.incidents_of(tx, family)), None) if family else None
    line = hotlines.of(state_of_zip(incident.zip) if incident else None)
    return f"{said} A report is made at {line.phone} ({line.name}; {line.source})."
