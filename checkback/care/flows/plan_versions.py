"""Plans in their versions: drafted, looked at, approved by somebody else, and in the end superseded or retired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from uuid import UUID

from checkback.care import program
from checkback.care.errors import AlreadyApproved, NoSuchPlan, NotAllowed, NotFound, said
from checkback.care.flows.plans import wordings_of
from checkback.care.model import CheckInPlan, Programme, StaffMember
from checkback.care.program import ProgramError, read_plan
from checkback.care.rules.plans import Plan, Step, in_words
from checkback.care.runtime import Runtime
from checkback.care.steps import instruments
from checkback.care.steps.planning import STANDARD
from checkback.care.steps.sight import sight_of
from checkback.care.store import SYSTEM, Transaction, console, people, plans
from checkback.care.store.sights import EVERYTHING
from checkback.care.terms import PlanState, Role

#: Who may draft and approve what families are texted.
_APPROVERS = frozenset({Role.CLINICIAN, Role.COORDINATOR, Role.ADMIN})
#: What a version is, as refusals say it.
STATES: Mapping[PlanState, str] = {
    PlanState.DRAFT: said("a draft"),
    PlanState.APPROVED: said("approved"),
    PlanState.SUPERSEDED: said("superseded"),
    PlanState.RETIRED: said("retired"),
}


@dataclass(frozen=True)
class Version:
    """One version of a plan, and who made what of it. `drafted_by` is None when it came from the programme's files."""

    reference: str
    state: PlanState
    drafted_at: datetime
    drafted_by: str | None
    approved_at: datetime | None
    approved_by: str | None
    families: int
    definition: str


@dataclass(frozen=True)
class Follower:
    """A family that follows a plan, and whether it is closed."""

    family: str
    plan: str
    is_closed: bool


def versions(rt: Runtime, name: str | None = None) -> Sequence[Version]:
    """Every version of every plan, or of one, the newest first. Raises NoSuchPlan."""
    with rt.store.read() as tx:
        found = plans.all_versions(tx, people.the_programme(tx).id, name)
        if not found and name is not None:
            raise _none_of(tx, name)
        return _with_names(tx, found)


def is_known(rt: Runtime, name: str) -> bool:
    """Whether there is a plan of this name, in any version."""
    with rt.store.read() as tx:
        return bool(plans.all_versions(tx, people.the_programme(tx).id, name))


def version(rt: Runtime, reference: str) -> Version:
    """`standard@2`, or of `standard` the one that counts, else the newest. Raises NoSuchPlan."""
    with rt.store.read() as tx:
        return _with_names(tx, [find(tx, reference)])[0]


def standard_waits(rt: Runtime) -> str | None:
    """Why families that name no plan would follow none, in a few words; None where they follow one."""
    with rt.store.read() as tx:
        found = plans.all_versions(tx, people.the_programme(tx).id, STANDARD)
    if any(each.state is PlanState.APPROVED for each in found):
        return None
    drafted = next((each.reference for each in found if each.state is PlanState.DRAFT), None)
    return f"{drafted} is a draft that nobody approved" if drafted else f"no version of the plan {STANDARD} counts"


def draft(rt: Runtime, path: Path, login: str) -> tuple[str, bool]:
    """Draft a version from a file; its reference, and whether it is new: what says the same is not kept twice.

    Raises:
        ProgramError: naming the step, the field and the mend. NotAllowed: whoever it is may not.
    """
    return draft_text(rt, path.name, program.contents(path), login)


def draft_text(rt: Runtime, file: str, text: str, login: str) -> tuple[str, bool]:
    """The same from what was written elsewhere; errors call it `file`. Raises as `draft`."""
    with rt.store.begin("plans.draft") as tx:
        plan = read_plan(file, text, wordings_of(rt.wording), instruments.known(tx))
        author = _approver(tx, login)
        programme = tx.lock(people.the_programme(tx))
        kept, is_new = _draft(tx, programme, plan, text, author)
        return kept.reference, is_new


def look_at(rt: Runtime, file: str, text: str) -> None:
    """Read what was written, and keep nothing of it. Raises ProgramError as `draft`."""
    with rt.store.read() as tx:
        read_plan(file, text, wordings_of(rt.wording), instruments.known(tx))


def approve(rt: Runtime, reference: str, login: str) -> str:
    """Let a draft count: whoever enrols from now on follows it. Families keep the version they started with.

    Raises:
        NoSuchPlan. AlreadyApproved: it, or a later one, counts already. NotAllowed: who drafted it may not approve it
        while there is somebody else. ProgramError: it says what this program cannot say any more.
    """
    with rt.store.begin("plans.approve") as tx:
        approver = _approver(tx, login)
        programme = tx.lock(people.the_programme(tx))
        wanted = _draft_of(tx, programme, reference)
        if wanted.drafted_by == approver.id and _somebody_else(tx, approver):
            raise NotAllowed(
                said(
                    "%(login)s drafted %(plan)s: somebody else must look at it and approve it",
                    login=login,
                    plan=wanted.reference,
                )
            )
        read_plan(wanted.reference, wanted.definition, wordings_of(rt.wording), instruments.known(tx))
        _count_from_now(tx, wanted, approver.id, login)
        return wanted.reference


def retire(rt: Runtime, reference: str, login: str) -> str:
    """Let nobody start on this version any more. Families that follow it go on. Raises as `approve`."""
    with rt.store.begin("plans.retire") as tx:
        _approver(tx, login)
        tx.lock(people.the_programme(tx))
        wanted = find(tx, reference)
        if wanted.state in (PlanState.SUPERSEDED, PlanState.RETIRED):
            raise AlreadyApproved(
                said("%(plan)s is %(state)s already", plan=wanted.reference, state=STATES[wanted.state])
            )
        wanted.state, wanted.ended_at = PlanState.RETIRED, tx.now
        tx.record("plan.retired", wanted, login)
        return wanted.reference


def compare(rt: Runtime, one: str, other: str) -> Sequence[str]:
    """What is otherwise in `other`, a line a step; none when both say the same. Raises NoSuchPlan."""
    with rt.store.read() as tx:
        was, becomes = (_read(find(tx, reference)) for reference in (one, other))
    return list(differences(was, becomes))


def differences(was: Plan, becomes: Plan) -> Iterator[str]:
    """A line for each step that is new, gone or otherwise, and for what the plan says of silence."""
    if was.silences != becomes.silences:
        yield f"~ silences {was.silences} -> {becomes.silences}"
    for step in becomes.steps:
        before = was.step(step.name)
        if before is None:
            yield f"+ {step.name}: {in_words(step)}"
        elif before != step:
            yield f"~ {step.name}: {'; '.join(_changes(before, step))}"
    for step in was.steps:
        if becomes.step(step.name) is None:
            yield f"- {step.name}: {in_words(step)}"


def followers(
    rt: Runtime, reference: str | None = None, reader_id: UUID | None = None, most: int | None = None
) -> Sequence[Follower]:
    """Which families follow which version: of every plan, of one (`standard`), or one version (`standard@2`).

    Args:
        reader_id: only the families that are for this member of staff.
        most: only so many, those enrolled last; else all.
    """
    with rt.store.read() as tx:
        sight = sight_of(tx, tx.get(StaffMember, reader_id)) if reader_id else EVERYTHING
        programme = people.the_programme(tx)
        if reference is not None and "@" in reference:
            found: Sequence[CheckInPlan] = [find(tx, reference)]
        else:
            found = plans.all_versions(tx, programme.id, reference)
        if reference is not None and not found:
            raise _none_of(tx, reference)
        by_id = {each.id: each.reference for each in found}
        return [
            Follower(family.reference, by_id[family.plan_id], family.closed_at is not None)
            for family in plans.followers(tx, list(by_id), sight, most)
            if family.plan_id is not None
        ]


def count_followers(rt: Runtime, reference: str, reader_id: UUID) -> int:
    """How many of the families that are for this member of staff follow this version, closed ones too."""
    with rt.store.read() as tx:
        sight = sight_of(tx, tx.get(StaffMember, reader_id))
        return plans.count_all_followers(tx, find(tx, reference).id, sight)


def seed_drafts(tx: Transaction, rt: Runtime, programme: Programme, paths: Sequence[Path], *, approve: bool) -> None:
    """Draft what has changed in the programme's files. Nothing a family is texted by changes by it.

    Args:
        approve: in a demo, where nobody is there to do it: let each plan count of which no version ever did.
    """
    for path in paths:
        text = program.contents(path)
        plan = read_plan(path.name, text, wordings_of(rt.wording), instruments.known(tx))
        kept, _ = _draft(tx, programme, plan, text, None)
        before = plans.all_versions(tx, programme.id, plan.name)
        if approve and kept.state is PlanState.DRAFT and all(each.state is not PlanState.APPROVED for each in before):
            _count_from_now(tx, kept, None, SYSTEM)


def find(tx: Transaction, reference: str) -> CheckInPlan:
    """`standard@2`, or of `standard` the one that counts, else the newest. Raises NoSuchPlan."""
    name, _, number = reference.partition("@")
    found = plans.all_versions(tx, people.the_programme(tx).id, name)
    if number:
        found = [each for each in found if str(each.version) == number]
    counting = [each for each in found if each.state is PlanState.APPROVED]
    if not found:
        raise _none_of(tx, reference)
    return (counting or found)[0]


def _draft_of(tx: Transaction, programme: Programme, reference: str) -> CheckInPlan:
    """The draft that is meant: by its number, or the newest of that name."""
    name, _, number = reference.partition("@")
    found = plans.all_versions(tx, programme.id, name)
    wanted = find(tx, reference) if number else next((e for e in found if e.state is PlanState.DRAFT), None)
    if not found:
        raise _none_of(tx, reference)
    if wanted is None:
        raise AlreadyApproved(said("there is no draft of %(plan)s", plan=name))
    if wanted.state is not PlanState.DRAFT:
        raise AlreadyApproved(
            said("%(plan)s is %(state)s already; draft it anew", plan=wanted.reference, state=STATES[wanted.state])
        )
    return wanted


def _draft(
    tx: Transaction, programme: Programme, plan: Plan, text: str, author: StaffMember | None
) -> tuple[CheckInPlan, bool]:
    before = plans.all_versions(tx, programme.id, plan.name)
    same = next((each for each in before if _says(each, plan, text)), None)
    if same is not None and (author is None or same.state in (PlanState.DRAFT, PlanState.APPROVED)):
        return same, False
    for each in before:
        if each.state is PlanState.DRAFT:
            each.state, each.ended_at = PlanState.RETIRED, tx.now
            tx.record("plan.retired", each, author.login if author else SYSTEM)
    kept = tx.add(
        CheckInPlan(
            programme_id=programme.id,
            name=plan.name,
            version=before[0].version + 1 if before else 1,
            definition=text,
            drafted_at=tx.now,
            state=PlanState.DRAFT,
            drafted_by=author.id if author else None,
        )
    )
    tx.session.flush()
    tx.record("plan.drafted", kept, author.login if author else SYSTEM)
    return kept, True


def _count_from_now(tx: Transaction, plan: CheckInPlan, approver: UUID | None, actor: str) -> None:
    for each in plans.all_versions(tx, plan.programme_id, plan.name):
        if each.state is PlanState.APPROVED:
            each.state, each.ended_at = PlanState.SUPERSEDED, tx.now
            tx.record("plan.superseded", each, actor)
    plan.state, plan.approved_at, plan.approved_by = PlanState.APPROVED, tx.now, approver
    tx.record("plan.approved", plan, actor)


def _says(version: CheckInPlan, plan: Plan, text: str) -> bool:
    """Whether a version says the same; another remark in the file is no other plan."""
    try:
        return version.definition == text or _read(version) == plan
    except ProgramError:
        return False


def _read(version: CheckInPlan) -> Plan:
    return read_plan(version.reference, version.definition)


def _changes(was: Step, becomes: Step) -> Iterator[str]:
    for field in fields(Step):
        before, after = getattr(was, field.name), getattr(becomes, field.name)
        if before != after:
            yield f"{field.name} {in_words(before)} -> {in_words(after)}"


def _approver(tx: Transaction, login: str) -> StaffMember:
    member = people.staff(tx, login)
    if member is None:
        raise NotFound(f"nobody here has the login {login}")
    if member.role not in _APPROVERS:
        raise NotAllowed(
            said(
                "%(login)s is %(role)s: plans are for %(listed)s",
                login=login,
                role=member.role,
                listed=", ".join(sorted(_APPROVERS)),
            )
        )
    return member


def _somebody_else(tx: Transaction, approver: StaffMember) -> bool:
    return any(member.id != approver.id and member.role in _APPROVERS for member in people.everybody(tx))


def _with_names(tx: Transaction, found: Sequence[CheckInPlan]) -> Sequence[Version]:
    staff = console.by_id(tx, StaffMember, [*(v.drafted_by for v in found), *(v.approved_by for v in found)])
    return [
        Version(
            reference=each.reference,
            state=each.state,
            drafted_at=each.drafted_at,
            drafted_by=staff[each.drafted_by].login if each.drafted_by else None,
            approved_at=each.approved_at,
            approved_by=staff[each.approved_by].login if each.approved_by else None,
            families=plans.count_followers(tx, each.id),
            definition=each.definition,
        )
        for each in found
    ]


def _none_of(tx: Transaction, reference: str) -> NoSuchPlan:
    known = {each.name for each in plans.all_versions(tx, people.the_programme(tx).id)}
    return NoSuchPlan(
        said("there is no plan '%(plan)s'; there is %(known)s", plan=reference, known=", ".join(sorted(known)) or "-")
    )
