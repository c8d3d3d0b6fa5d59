"""Versions of who is told: a file makes a draft, a person approves it, and an escalation keeps what it opened with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from checkback.care import program
from checkback.care.errors import NotFound, Refusal, said
from checkback.care.flows.setting_up import keep_policy
from checkback.care.model import EscalationPolicy, EscalationPolicyStep, Programme, StaffMember
from checkback.care.program import PolicySeed, PolicyStepSeed
from checkback.care.runtime import Runtime
from checkback.care.steps.staff_work import actor
from checkback.care.store import Transaction, escalations, people
from checkback.care.terms import DistressLevel, Role, Urgency

#: What people call a level, and what it is; the worst first.
LEVELS: Mapping[str, tuple[DistressLevel, Urgency | None]] = {
    "emergent": (DistressLevel.ACUTE, Urgency.EMERGENT),
    "urgent": (DistressLevel.ACUTE, Urgency.URGENT),
    "high": (DistressLevel.HIGH, None),
}


class NotYours(Refusal):
    """Only the clinical lead, a coordinator or an administrator approves who is told, and not who drafted it."""


@dataclass(frozen=True)
class PolicyVersion:
    """One version: for which level, whether it is in use, and each step in words."""

    level: str
    version: int
    state: str
    since: datetime | None
    steps: Sequence[str]
    told: Sequence[PolicyStepSeed] = ()
    """The steps as values."""
    only_in_hours: bool = False
    drafted_by: str | None = None
    """Logins; no author where it came with the programme's own files."""
    approved_by: str | None = None


def versions(rt: Runtime) -> Sequence[PolicyVersion]:
    """Every version of every policy, by level, the newest first."""
    with rt.store.read() as tx:
        programme = people.the_programme(tx)
        return [_seen(tx, policy) for policy in escalations.policy_versions(tx, programme.id)]


def draft(rt: Runtime, path: Path, login: str) -> Sequence[str]:
    """Keep what a file says as drafts of whoever brings it, where it differs from the newest version there is; names
    the drafts. Somebody else approves them, as with a draft written by hand.

    Raises:
        ProgramError: the file is malformed; nothing of it is kept.
        NotFound: nobody has this login. NotYours: somebody else decides that.
    """
    seeds = program.load_policies(path)
    with rt.store.begin("policies.draft") as tx:
        staff, programme = _decider(tx, login), tx.lock(people.the_programme(tx))
        made = [each for each in (_draft(tx, programme, seed, staff) for seed in seeds) if each is not None]
        return [f"{name_of(policy.level, policy.urgency)} version {policy.version}" for policy in made]


def newest(rt: Runtime, level: str) -> PolicyVersion:
    """The version in use for a level, or the newest one where none is. Raises NotFound."""
    found = [each for each in versions(rt) if each.level == level]
    if not found:
        raise NotFound(f"there is no policy for {level[:20]}")
    return next((each for each in found if each.state == "in use"), found[0])


def look_at(level: str, steps: Sequence[Mapping[str, object]], *, only_in_hours: bool) -> PolicySeed:
    """What would be drafted. Raises ProgramError, which names the step and the field; NotFound."""
    if level not in LEVELS:
        raise NotFound(f"there is no policy for {level[:20]}")
    of, urgency = LEVELS[level]
    fields: dict[str, object] = {"level": str(of), "steps": [dict(step) for step in steps]}
    if urgency is not None:
        fields["urgency"] = str(urgency)
    if only_in_hours:
        fields["only_in_hours"] = True
    return program.read_policy(fields)


def draft_by_hand(
    rt: Runtime, level: str, steps: Sequence[Mapping[str, object]], login: str, *, only_in_hours: bool
) -> int:
    """Keep a changed policy as a draft: nobody is told by it before somebody else approves it. The version.

    What says the same as the newest version there is changes nothing.

    Raises:
        ProgramError, NotFound: as `look_at`, or nobody has this login.
        NotYours: somebody else decides that.
    """
    seed = look_at(level, steps, only_in_hours=only_in_hours)
    with rt.store.begin("policies.draft") as tx:
        staff, programme = _decider(tx, login), tx.lock(people.the_programme(tx))
        made = _draft(tx, programme, seed, staff)
        return made.version if made else _same(tx, programme, seed)[0].version


def approve(rt: Runtime, level: str, version: int, login: str) -> None:
    """From now on this version is used for what opens; what is open keeps its own.

    Raises:
        NotFound: there is no such version, or nobody with this login.
        NotYours: somebody else decides that; who drafted it, while there is anybody else who may.
    """
    with rt.store.begin("policies.approve") as tx:
        programme, staff = people.the_programme(tx), _decider(tx, login)
        found = [p for p in escalations.policy_versions(tx, programme.id) if name_of(p.level, p.urgency) == level]
        meant = next((policy for policy in found if policy.version == version), None)
        if meant is None:
            raise NotFound(f"no version {version} for {level}; `checkback policies list` names them")
        if meant.approved_at is None and meant.drafted_by == staff.id and _somebody_else(tx, staff):
            raise NotYours(said("You drafted it: somebody else must look at it and approve it."))
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


def _decider(tx: Transaction, login: str) -> StaffMember:
    staff = people.staff(tx, login)
    if staff is None:
        raise NotFound(f"nobody here has the login {login}")
    if not _decides(staff):
        raise NotYours(said("Only the clinical lead, a coordinator or an administrator decides who is told."))
    return staff


def _decides(staff: StaffMember) -> bool:
    return staff.is_clinical_lead or staff.role in (Role.COORDINATOR, Role.ADMIN)


def _somebody_else(tx: Transaction, staff: StaffMember) -> bool:
    return any(each.id != staff.id and _decides(each) for each in people.everybody_here(tx))


def _same(tx: Transaction, programme: Programme, seed_: PolicySeed) -> Sequence[EscalationPolicy]:
    """The versions for the same level, the newest first."""
    return [
        policy
        for policy in escalations.policy_versions(tx, programme.id)
        if (policy.level, policy.urgency) == (seed_.level, seed_.urgency)
    ]


def _draft(tx: Transaction, programme: Programme, seed_: PolicySeed, by: StaffMember) -> EscalationPolicy | None:
    same = _same(tx, programme, seed_)
    if same and _is_as(tx, same[0], seed_):
        return None
    made = keep_policy(tx, programme, seed_, version=same[0].version + 1 if same else 1)
    made.drafted_by = by.id
    tx.record("policy.drafted", made, actor(by))
    return made


def _is_as(tx: Transaction, policy: EscalationPolicy, seed_: PolicySeed) -> bool:
    kept = [(step.whom, step.delay_seconds, step.role, step.hours) for step in escalations.policy_steps(tx, policy)]
    said = [(step.whom, step.minutes * 60, step.role, step.hours) for step in seed_.steps]
    return kept == said and policy.only_in_hours == seed_.only_in_hours


def _seen(tx: Transaction, policy: EscalationPolicy) -> PolicyVersion:
    steps = escalations.policy_steps(tx, policy)
    logins = {each.id: each.login for each in people.everybody_ever(tx)}
    state = "draft" if policy.approved_at is None else "ended" if policy.ended_at else "in use"
    return PolicyVersion(
        name_of(policy.level, policy.urgency),
        policy.version,
        state,
        policy.approved_at,
        [_in_words(step) for step in steps],
        [PolicyStepSeed(step.whom, step.delay_seconds // 60, step.role, step.hours) for step in steps],
        policy.only_in_hours,
        logins[policy.drafted_by] if policy.drafted_by else None,
        logins[policy.approved_by] if policy.approved_by else None,
    )


def _in_words(step: EscalationPolicyStep) -> str:
    whom = f"{step.whom} {step.role}" if step.role else str(step.whom)
    hours = "" if step.hours == "any" else f" ({step.hours} hours)"
    return f"{whom}{hours}, {step.delay_seconds // 60} min"
