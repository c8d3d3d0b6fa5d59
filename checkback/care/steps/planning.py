"""A plan becomes rows: every text of it is a promise to one contact, from the day they are enrolled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from checkback.care.model import CheckIn, Contact, Family, Incident
from checkback.care.rules.planning import Facts, PlannedText, lay_out
from checkback.care.rules.plans import PROMISED, Answers, Situation, Step, When, unmet
from checkback.care.steps.plan_texts import AGAIN, definition_of, step_name
from checkback.care.steps.timing import hours_for
from checkback.care.steps.words import mode_of
from checkback.care.store import Transaction, people, plans
from checkback.care.terms import CheckInState, ConsentState, Dialogue

STANDARD = "standard"
#: Why a row ended that may be planned anew: the plan it came from ended, not the promise.
PLAN_ENDED, PLAN_MOVED = "plan-ended", "plan-moved"
_MAY_COME_AGAIN = frozenset({PLAN_ENDED, PLAN_MOVED, "gone-silent", "opted-out", "case-closed"})


def plan_contact(
    tx: Transaction, family: Family, incident: Incident, contact: Contact, promise: timedelta | None = None
) -> CheckIn:
    """Plan every text of the family's plan for this contact. Returns what was promised at the door.

    Args:
        promise: how long after the incident they were told we come back, where it is not what the plan says.
    """
    facts = facts_of(tx, family, incident, contact, promise)
    rows = [
        keep(tx, family, incident, contact, fate)
        for fate in lay_out(definition_of(tx, family.plan_id), facts)
        if isinstance(fate, PlannedText)
    ]
    return next(row for row in rows if row.step == PROMISED)


def facts_of(
    tx: Transaction, family: Family, incident: Incident, contact: Contact, promise: timedelta | None = None
) -> Facts:
    """What is known of a contact, as a plan is laid out by it."""
    rows = plans.rows_of(tx, contact.id, incident.id)
    promised = next((row for row in rows if row.step == PROMISED), None)
    if promise is None and promised is not None:
        promise = promised.due_at - incident.occurred_at
    return Facts(
        incident_at=incident.occurred_at,
        planned_at=tx.now,
        hours=hours_for(tx, contact),
        child_ages=ages_of(family),
        promise=promise,
        answers=_answers(rows),
    )


def ages_of(family: Family) -> tuple[int, ...]:
    return tuple(int(age) for age in family.child_ages.split(",") if age)


def keep(tx: Transaction, family: Family, incident: Incident, contact: Contact, text: PlannedText) -> CheckIn:
    """Keep one planned text as a promise."""
    rows = plans.rows_of(tx, contact.id, incident.id)
    row = tx.add(
        CheckIn(
            contact_id=contact.id,
            incident_id=incident.id,
            step=_free_name(text.step, rows),
            due_at=text.due_at,
            send_before=text.send_before,
            wording=text.step.wording,
            dialogue=text.step.dialogue,
            plan_id=family.plan_id,
            late_policy=text.step.late.policy,
        )
    )
    tx.session.flush()
    tx.record("check-in.promised" if text.step.name == PROMISED else "check-in.planned", row)
    return row


def may_be_planned(step: Step, rows: Sequence[CheckIn]) -> bool:
    """Whether this step has no row yet, or only such as ended with their plan."""
    of_step = [row for row in rows if step_name(row) == step.name]
    return all(row.state is CheckInState.CANCELLED and row.reason in _MAY_COME_AGAIN for row in of_step)


def _free_name(step: Step, rows: Sequence[CheckIn]) -> str:
    before = sum(step_name(row) == step.name for row in rows)
    return f"{step.name}{AGAIN}{before + 1}" if before else step.name


def replan(tx: Transaction, contact: Contact) -> None:
    """Plan what counts from an answer, now that there may be one; what counts from the last one moves with it.

    Doing it again changes nothing.
    """
    family = tx.get(Family, contact.family_id)
    definition = definition_of(tx, family.plan_id)
    if not any(step.offset.of_answer for step in definition.steps) or family.closed_at is not None:
        return
    for incident in plans.planned_incidents(tx, contact.id):
        facts = facts_of(tx, family, incident, contact)
        for fate in lay_out(definition, facts):
            if isinstance(fate, PlannedText) and fate.step.offset.of_answer:
                _plan_or_move(tx, family, incident, contact, fate)


def _plan_or_move(tx: Transaction, family: Family, incident: Incident, contact: Contact, text: PlannedText) -> None:
    rows = plans.rows_of(tx, contact.id, incident.id)
    if may_be_planned(text.step, rows):
        keep(tx, family, incident, contact, text)
        return
    for row in rows:
        if step_name(row) == text.step.name and row.state is CheckInState.PLANNED:
            change(tx, row, text)


def at_the_same_time(text: PlannedText, row: CheckIn) -> PlannedText:
    """The text with the time of a promise that stands: what was said at the door is moved by no plan."""
    return replace(text, due_at=row.due_at, send_before=row.send_before)


def change(tx: Transaction, row: CheckIn, text: PlannedText, plan_id: UUID | None = None) -> bool:
    """Let a promise that still waits be what the plan says now. False when it is so already, or does not wait."""
    tx.lock(row)
    said = (text.due_at, text.send_before, text.step.wording, text.step.dialogue, text.step.late.policy)
    is_so = (row.due_at, row.send_before, row.wording, row.dialogue, row.late_policy) == said
    if row.state is not CheckInState.PLANNED or (is_so and plan_id in (None, row.plan_id)):
        return False
    row.due_at, row.send_before, row.wording, row.dialogue, row.late_policy = said
    row.plan_id = plan_id or row.plan_id
    tx.record("check-in.replanned", row)
    return True


def no_longer_for_them(tx: Transaction, check_in: CheckIn, contact: Contact) -> str | None:
    """Why this text is not for this contact any more, now that it is due; None when it is."""
    if check_in.dialogue is Dialogue.CONSENT:
        consent = people.consent_of(tx, contact)
        if consent is None or consent.state is not ConsentState.ASKED:
            return "consent-answered"
    step = definition_of(tx, check_in.plan_id).step(step_name(check_in))
    return unmet(step, _situation(tx, check_in, contact, step.when)) if step is not None else None


def _situation(tx: Transaction, check_in: CheckIn, contact: Contact, when: When) -> Situation:
    """What the step asks for; what it does not is not looked up."""
    rows = plans.rows_of(tx, contact.id, check_in.incident_id) if when.answered or when.silent else ()
    return Situation(
        language=contact.language,
        mode=mode_of(tx, contact),
        child_ages=ages_of(tx.get(Family, contact.family_id)),
        states={step_name(row): row.state for row in rows},
        said=plans.last_said(tx, contact.id) if when.said else None,
    )


def _answers(rows: Sequence[CheckIn]) -> Answers:
    given = {step_name(row): row.ended_at for row in rows if row.state is CheckInState.ANSWERED and row.ended_at}
    return Answers(given, max(given.values(), default=None))
