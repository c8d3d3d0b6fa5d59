"""Versions of who is told: a file makes a draft, a person approves it, and an escalation keeps what it opened with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from checkback.care import program
from checkback.care.errors import CareError, NotFound
from checkback.care.flows.setting_up import keep_policy
from checkback.care.model import EscalationPolicy, EscalationPolicyStep, Programme, StaffMember
from checkback.care.program import PolicySeed
from checkback.care.runtime import Runtime
from checkback.care.steps.staff_work import actor
from checkback.care.store import Transaction, escalations, people
from checkback.care.terms import DistressLevel, Role, Urgency


class NotYours(CareError):
    """Only the clinical lead, a coordinator or an administrator approves who is told."""


@dataclass(frozen=True)
class PolicyVersion:
    """One version: for which level, whether it is in use, and each step in words."""

    level: str
    version: int
    state: str
    since: datetime | None
    steps: Sequence[str]


def versions(rt: Runtime) -> Sequence[PolicyVersion]:
    """Every version of every policy, by level, the newest first."""
    with rt.store.read() as tx:
        programme = people.the_programme(tx)
        return [_seen(tx, policy) for policy in escalations.policy_versions(tx, programme.id)]


def draft(rt: Runtime, path: Path) -> Sequence[str]:
    """Keep what a file says as drafts, where it differs from the newest version there is; names the drafts.

    Raises:
        ProgramError: the file is malformed; nothing of it is kept.
    """
    seeds = program.load_policies(path)
    with rt.store.begin("policies.draft") as tx:
        programme = people.the_programme(tx)
        made = [each for each in (_draft(tx, programme, seed) for seed in seeds) if each is not None]
        return [f"{name_of(policy.level, policy.urgency)} version {policy.version}" for policy in made]


def approve(rt: Runtime, level: str, version: int, login: str) -> None:
    """From now on this version is used for what opens; what is open keeps its own.

    Raises:
        NotFound: there is no such version, or nobody with this login.
        NotYours: somebody else decides that.
    """
    with rt.store.begin("policies.approve") as tx:
        programme, staff = people.the_programme(tx), people.staff(tx, login)
        if staff is None:
            raise NotFound(f"nobody here has the login {login}")
        if not (staff.is_clinical_lead or staff.role in (Role.COORDINATOR, Role.ADMIN)):
            raise NotYours
        found = [p for p in escalations.policy_versions(tx, programme.id) if name_of(p.level, p.urgency) == level]
        meant = next((policy for policy in found if policy.version == version), None)
        if meant is None:
            raise NotFound(f"no version {version} for {level}; `checkback policies list` names them")
        _use(tx, meant, found, staff)


def name_of(level: DistressLevel, urgency: Urgency | None) -> str:
    """What people call a level: emergent, urgent, high."""
    return str(urgency or level)


def _use(tx: Transaction, meant: EscalationPolicy, others: Sequence[EscalationPolicy], staff: StaffMember) -> None:
    for policy in others:
        if policy is not meant and policy.approved_at is not None and policy.ended_at is None:
            policy.ended_at = tx.now
    meant.approved_at, meant.approved_by, meant.ended_at = tx.now, staff.id, None
    tx.record("policy.approved", meant, actor(staff))


def _draft(tx: Transaction, programme: Programme, seed_: PolicySeed) -> EscalationPolicy | None:
    same = [
        policy
        for policy in escalations.policy_versions(tx, programme.id)
        if (policy.level, policy.urgency) == (seed_.level, seed_.urgency)
    ]
    if same and _is_as(tx, same[0], seed_):
        return None
    made = keep_policy(tx, programme, seed_, version=same[0].version + 1 if same else 1)
    tx.record("policy.drafted", made)
    return made


def _is_as(tx: Transaction, policy: EscalationPolicy, seed_: PolicySeed) -> bool:
    kept = [(step.whom, step.delay_seconds, step.role, step.hours) for step in escalations.policy_steps(tx, policy)]
    said = [(step.whom, step.minutes * 60, step.role, step.hours) for step in seed_.steps]
    return kept == said and policy.only_in_hours == seed_.only_in_hours


def _seen(tx: Transaction, policy: EscalationPolicy) -> PolicyVersion:
    state = "draft" if policy.approved_at is None else "ended" if policy.ended_at else "in use"
    return PolicyVersion(
        name_of(policy.level, policy.urgency),
        policy.version,
        state,
        policy.approved_at,
        [_in_words(step) for step in escalations.policy_steps(tx, policy)],
    )


def _in_words(step: EscalationPolicyStep) -> str:
    whom = f"{step.whom} {step.role}" if step.role else str(step.whom)
    hours = "" if step.hours == "any" else f" ({step.hours} hours)"
    return f"{whom}{hours}, {step.delay_seconds // 60} min"
