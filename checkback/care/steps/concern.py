"""Raising a concern: what was heard is kept with its evidence, and the people in the policy are told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from checkback.care.model import (
    Contact,
    Conversation,
    DistressSignal,
    Escalation,
    EscalationStep,
    Family,
    InboundMessage,
)
from checkback.care.ports import Assessment
from checkback.care.steps.escalating import begin_again, more_was_heard, waits_for_an_answer_to_news
from checkback.care.steps.reporting import ask_about_a_report
from checkback.care.steps.tasks import open_task, task_key
from checkback.care.steps.telling import Pager, tell_next
from checkback.care.store import Transaction, escalations, people
from checkback.care.terms import DistressLevel, EscalationState, ScreeningMode, TaskKind, Whom

MORE_IS_TOLD_EVERY = timedelta(minutes=1)
ESCALATION_COUNTER = "escalation"
#: Whom to tell when the programme has no policy for a level: everybody there is. A lack of settings loses nobody.
_WITHOUT_POLICY = [(whom, 300) for whom in (Whom.ASSIGNED_CLINICIAN, Whom.ON_CALL, Whom.TEAM, Whom.ON_CALL_NUMBER)]

#: While the screen is on trial it pages nobody but the lead, and goes on paging them.
_ON_TRIAL = [(Whom.CLINICAL_LEAD, 600)]


def raise_concern(
    tx: Transaction,
    pager: Pager,
    inbound: InboundMessage | None,
    conversation: Conversation,
    contact: Contact | None,
    assessment: Assessment,
    *,
    texts_blocked: bool = False,
) -> Escalation:
    """Open an escalation, or join the one this family has; worse news starts it again from the top.

    All of it in the caller's unit of work: the text, the signal, the escalation and the alert in the outbox are kept
    together or not at all. No text, where a member of staff heard it themselves: then there is no signal.
    """
    # Held, so that two people of one family who write in the same moment share one escalation.
    family = tx.lock(tx.get(Family, contact.family_id)) if contact else None
    escalation = escalations.open_of_conversation(tx, conversation.id, family.id if family else None)
    if escalation is None:
        escalation = _open(tx, conversation, contact, family, assessment)
        _copy_policy(tx, escalation)
        escalation.texts_blocked = texts_blocked
        if inbound is not None:
            _keep_signal(tx, escalation, inbound, assessment)
        tell_next(tx, pager, escalation)
    else:
        if inbound is not None:
            _keep_signal(tx, escalation, inbound, assessment)
        _join(tx, pager, escalation, assessment, texts_blocked=texts_blocked)
    if inbound is not None:
        ask_about_a_report(tx, pager.hotlines, escalation, inbound, assessment)
    if assessment.level is DistressLevel.ACUTE:
        conversation.with_person_since = conversation.with_person_since or tx.now
    else:
        open_task(
            tx,
            TaskKind.DISTRESS,
            dedupe_key=task_key(TaskKind.DISTRESS, escalation.id),
            family=family,
            conversation=conversation,
        )
    return escalation


def _open(
    tx: Transaction,
    conversation: Conversation,
    contact: Contact | None,
    family: Family | None,
    assessment: Assessment,
) -> Escalation:
    programme = people.the_programme(tx)
    escalation = tx.add(
        Escalation(
            number=tx.next_number(ESCALATION_COUNTER),
            level=assessment.level,
            opened_at=tx.now,
            next_at=tx.now,
            programme_id=programme.id,
            conversation_id=conversation.id,
            family_id=family.id if family else None,
            contact_id=contact.id if contact else None,
            team_id=family.team_id if family else None,
            urgency=assessment.urgency,
            danger=assessment.danger,
        )
    )
    tx.session.flush()
    tx.record("escalation.opened", escalation)
    return escalation


def _copy_policy(tx: Transaction, escalation: Escalation) -> None:
    # A running escalation keeps the steps it began with; editing the policy must not strand it.
    for old in escalations.steps_of(tx, escalation):
        tx.session.delete(old)
    tx.session.flush()
    policy = escalations.policy_in_use(tx, escalation.programme_id, escalation.level, escalation.urgency)
    is_on_trial = people.the_programme(tx).screening is ScreeningMode.SILENT
    escalation.policy_version = policy.version if policy and not is_on_trial else None
    escalation.only_in_hours = policy.only_in_hours if policy else escalation.level is not DistressLevel.ACUTE
    policy_steps = escalations.policy_steps(tx, policy) if policy else []
    if is_on_trial or not policy_steps:
        _keep_steps(tx, escalation, _ON_TRIAL if is_on_trial else _WITHOUT_POLICY)
        return
    for step in policy_steps:
        tx.add(
            EscalationStep(
                escalation_id=escalation.id,
                position=step.position,
                whom=step.whom,
                delay_seconds=step.delay_seconds,
                role=step.role,
                hours=step.hours,
            )
        )
    tx.session.flush()


def _keep_steps(tx: Transaction, escalation: Escalation, steps: Sequence[tuple[Whom, int]]) -> None:
    for position, (whom, delay_seconds) in enumerate(steps):
        tx.add(EscalationStep(escalation_id=escalation.id, position=position, whom=whom, delay_seconds=delay_seconds))
    tx.session.flush()


def _keep_signal(tx: Transaction, escalation: Escalation, inbound: InboundMessage, assessment: Assessment) -> None:
    signal = DistressSignal(
        inbound_id=inbound.id,
        escalation_id=escalation.id,
        heard_at=tx.now,
        level=assessment.level,
        evidence=json.dumps([asdict(evidence) for evidence in assessment.evidence]),
        screen_version=assessment.version,
        urgency=assessment.urgency,
        danger=assessment.danger,
    )
    if tx.add_if_new(signal):
        tx.record("distress.heard", signal)


def _join(
    tx: Transaction, pager: Pager, escalation: Escalation, assessment: Assessment, *, texts_blocked: bool
) -> None:
    escalation.texts_blocked = escalation.texts_blocked or texts_blocked
    if assessment.weight > escalation.weight:
        escalation.level, escalation.urgency, escalation.danger = (
            assessment.level,
            assessment.urgency,
            assessment.danger,
        )
        begin_again(escalation)
        escalation.risen_at = tx.now
        _copy_policy(tx, escalation)
        tx.record("escalation.worse", escalation)
        tell_next(tx, pager, escalation)
    elif _is_news_to_whoever_has_it(tx, escalation, assessment):
        more_was_heard(tx, pager, escalation)


def _is_news_to_whoever_has_it(tx: Transaction, escalation: Escalation, assessment: Assessment) -> bool:
    """Ten texts in a minute must not ring a clinician's phone ten times while they talk with whoever wrote them."""
    if escalation.state is not EscalationState.ACKNOWLEDGED or assessment.level is not DistressLevel.ACUTE:
        return False
    if not waits_for_an_answer_to_news(tx, escalation):
        return True  # what they got a moment ago, if anything, was to remind them, and said nothing of this
    notices = escalations.notices_of(tx, escalation)
    return not any(notice.reminder and tx.now - notice.told_at < MORE_IS_TOLD_EVERY for notice in notices)
