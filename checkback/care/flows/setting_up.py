"""Setting up: counters, policies, plans and resources from the programme's files; in the demo, its invented people."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from checkback.care import program
from checkback.care.flows.enrolment import FAMILY_COUNTER
from checkback.care.flows.plan_versions import seed_drafts
from checkback.care.model import (
    CareTeam,
    EscalationPolicy,
    EscalationPolicyStep,
    Programme,
    Rota,
    RotaTurn,
    StaffMember,
    StaffWay,
)
from checkback.care.program import PolicySeed, ProgrammeSeed, ResourceSeed, RotaSeed, StaffSeed
from checkback.care.rules.listings import Listing, Schedule
from checkback.care.rules.nearness import ANYWHERE
from checkback.care.runtime import Runtime
from checkback.care.steps import instruments
from checkback.care.steps.concern import ESCALATION_COUNTER
from checkback.care.steps.directories import add_to_directory
from checkback.care.steps.holding import HOLD_COUNTER
from checkback.care.store import Transaction, people, resources, setup, work
from checkback.care.terms import Way

#: Short numbers, but not so short that one of them looks like the 1 or 2 of an answer.
FIRST_REFERENCE = 12


def seed(rt: Runtime, directory: Path, programme_file: Path, *, fictional: bool) -> None:
    """Bring the programme's files into the store. What is there already stays as staff have made it.

    Args:
        programme_file: the agency's name, zone, teams and staff, in the format of `programme.yml`.
        fictional: with the made-up local resources of the demo, and its plans approved by nobody; never where real
            families are.
    """
    seed_ = program.load_programme(programme_file)
    with rt.store.begin("setting-up.seed") as tx:
        setup.alone(tx)
        for counter in (FAMILY_COUNTER, ESCALATION_COUNTER, HOLD_COUNTER):
            work.keep_counter(tx, counter, FIRST_REFERENCE - 1)
        programme = _programme(tx, seed_)
        _policies(tx, programme, directory / "escalation.yml")
        for path in sorted((directory / "instruments").glob("*.yml")):
            instruments.seed(tx, path.name, program.contents(path))
        seed_drafts(tx, rt, programme, sorted((directory / "plans").glob("*.yml")), approve=fictional)
        files = ["national.yml", *(["sample.yml"] if fictional else [])]
        _resources(tx, program.load_resources(directory / "resources" / name for name in files))
        for name in seed_.teams:
            if people.team(tx, name) is None:
                tx.add(CareTeam(programme_id=programme.id, name=name))
        tx.session.flush()


def seed_people(rt: Runtime, programme_file: Path, password_hash: str | None, *, proven: bool = True) -> None:
    """The staff of a programme's file and their rotas; in the demo all with one password, else with none yet.

    Args:
        proven: their phones are known to get alerts. In a house in use each of them proves it first.
    """
    seed_ = program.load_programme(programme_file)
    with rt.store.begin("setting-up.people") as tx:
        setup.alone(tx)
        programme = people.the_programme(tx)
        for member in seed_.staff:
            if people.staff(tx, member.login) is None:
                _staff(tx, programme, member, password_hash, proven=proven)
        tx.session.flush()
        for rota in seed_.rotas:
            _rota(tx, programme, rota)


def _programme(tx: Transaction, seed_: ProgrammeSeed) -> Programme:
    found = setup.programme(tx, seed_.name)
    if found is None:
        found = tx.add(Programme(name=seed_.name, zone=seed_.zone, opens=seed_.opens, closes=seed_.closes))
        tx.session.flush()
        tx.record("programme.set-up", found)
    return found


def _policies(tx: Transaction, programme: Programme, path: Path) -> None:
    for policy in program.load_policies(path):
        if setup.has_policy(tx, programme.id, policy.level, policy.urgency):
            continue
        kept = keep_policy(tx, programme, policy, version=1)
        kept.approved_at = tx.now
        tx.record("policy.set-up", kept)


def keep_policy(tx: Transaction, programme: Programme, seed_: PolicySeed, version: int) -> EscalationPolicy:
    """A version of a policy as a draft: nobody is told by it before it is approved."""
    kept = tx.add(
        EscalationPolicy(
            programme_id=programme.id,
            level=seed_.level,
            urgency=seed_.urgency,
            version=version,
            only_in_hours=seed_.only_in_hours,
        )
    )
    tx.session.flush()
    for position, step in enumerate(seed_.steps):
        tx.add(
            EscalationPolicyStep(
                policy_id=kept.id,
                position=position,
                whom=step.whom,
                delay_seconds=step.minutes * 60,
                role=step.role,
                hours=step.hours,
            )
        )
    return kept


def _resources(tx: Transaction, seeds: tuple[ResourceSeed, ...]) -> None:
    kept = resources.kept_in(tx, resources.OWN)
    new = [_listing(seed_) for seed_ in seeds if seed_.id not in kept]
    if new:
        add_to_directory(tx, resources.OWN, new)


def _listing(seed_: ResourceSeed) -> Listing:
    return Listing(
        id=seed_.id,
        name=seed_.name,
        description=seed_.description,
        status=seed_.status,
        phone=seed_.phone,
        needs=seed_.needs,
        reach=tuple(f"zip:{each}" for each in seed_.service_areas) or (ANYWHERE,),
        languages=seed_.languages,
        schedules=tuple(Schedule(s.opens_at, s.closes_at, ",".join(s.days)) for s in seed_.schedules),
        taxonomy=(seed_.taxonomy,) if seed_.taxonomy else (),
        url=seed_.url or "",
        minimum_age=seed_.minimum_age,
        maximum_age=seed_.maximum_age,
        confidential=seed_.confidential,
        discloses=seed_.discloses,
        assured_date=seed_.assured_date,
    )


def _staff(tx: Transaction, programme: Programme, seed_: StaffSeed, password_hash: str | None, *, proven: bool) -> None:
    team = people.team(tx, seed_.team) if seed_.team else None
    phone = people.phone_or_new(tx, seed_.phone) if seed_.phone else None
    tx.session.flush()
    member = tx.add(
        StaffMember(
            programme_id=programme.id,
            login=seed_.login,
            name=seed_.name,
            role=seed_.role,
            team_id=team.id if team else None,
            phone_id=phone.id if phone else None,
            languages=" ".join(seed_.languages),
            password_hash=password_hash,
        )
    )
    tx.session.flush()
    if phone is not None:
        tx.add(StaffWay(staff_id=member.id, way=Way.SMS, verified_at=tx.now if proven else None))
    tx.record("staff.set-up", member)


def _rota(tx: Transaction, programme: Programme, seed_: RotaSeed) -> None:
    team = people.team(tx, seed_.team)
    if team is None or setup.has_rota(tx, team.id):
        return
    zone = ZoneInfo(programme.zone)
    rota = tx.add(Rota(team_id=team.id, name=seed_.name, starts_on=tx.now.astimezone(zone).date()))
    tx.session.flush()
    tx.record("rota.set-up", rota)
    for position, turn in enumerate(seed_.turns):
        member = people.staff(tx, turn.staff)
        if member is not None:
            tx.add(RotaTurn(rota_id=rota.id, position=position, staff_id=member.id, days=turn.days))
