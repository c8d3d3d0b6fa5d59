"""A plan counts when somebody else than its author said so, and never changes under a family."""

from __future__ import annotations

from pathlib import Path

import pytest

from checkback.care.errors import AlreadyApproved, NoSuchPlan, NotAllowed, NotFound
from checkback.care.flows import plan_versions
from checkback.care.flows.setting_up import seed
from checkback.care.model import AuditEvent, CheckInPlan, Family, StaffMember
from checkback.care.program import ProgramError
from checkback.care.terms import PlanState, Role
from tests.conftest import PROGRAM
from tests.many_families import many_families
from tests.story import House

STANDARD = (PROGRAM / "plans" / "standard.yml").read_text("utf-8")


@pytest.fixture
def otherwise(tmp_path: Path) -> Path:
    """The standard plan with its month and a half put off by five days."""
    path = tmp_path / "standard.yml"
    path.write_text(STANDARD.replace("after_days: 45", "after_days: 50"), "utf-8")
    return path


def states(house: House, name: str = "standard") -> dict[int, PlanState]:
    return {plan.version: plan.state for plan in house.all(CheckInPlan) if plan.name == name}


def actions(house: House) -> list[tuple[str, str]]:
    return [(e.action, e.actor) for e in house.all(AuditEvent) if e.subject == "check_in_plan"]


def test_a_demo_starts_with_its_plans_approved_and_a_house_in_use_with_drafts(house, rt):
    assert states(house) == {1: PlanState.APPROVED}
    with rt.store.begin("test.forget") as tx:
        for plan in tx.session.query(CheckInPlan):
            plan.state = PlanState.RETIRED
            plan.definition = "name: standard"
            tx.record("test.forgotten", plan)
    seed(rt, PROGRAM, PROGRAM / "programme.yml", fictional=False)
    assert states(house) == {1: PlanState.RETIRED, 2: PlanState.DRAFT}


def test_a_changed_file_only_drafts(house, rt, tmp_path):
    folder = tmp_path / "program"
    (folder / "plans").mkdir(parents=True)
    for name in ("escalation.yml", "programme.yml", "needs.yml"):
        if (PROGRAM / name).exists():
            (folder / name).write_text((PROGRAM / name).read_text("utf-8"), "utf-8")
    (folder / "resources").symlink_to(PROGRAM / "resources")
    (folder / "plans" / "standard.yml").write_text(STANDARD.replace("after_days: 45", "after_days: 50"), "utf-8")
    for _ in range(2):
        seed(rt, folder, PROGRAM / "programme.yml", fictional=True)
    assert states(house) == {1: PlanState.APPROVED, 2: PlanState.DRAFT}


def test_another_remark_in_a_file_is_no_other_plan(house, rt, tmp_path):
    (tmp_path / "s.yml").write_text("# Seen by everybody.\n" + STANDARD, "utf-8")
    assert plan_versions.draft(rt, tmp_path / "s.yml", "lee") == ("standard@1", False)
    assert states(house) == {1: PlanState.APPROVED}


def test_who_drafted_it_does_not_approve_it_and_somebody_else_does(house, rt, otherwise):
    assert plan_versions.draft(rt, otherwise, "lee") == ("standard@2", True)
    with pytest.raises(NotAllowed, match="somebody else"):
        plan_versions.approve(rt, "standard@2", "lee")
    assert states(house) == {1: PlanState.APPROVED, 2: PlanState.DRAFT}
    assert plan_versions.approve(rt, "standard", "ortiz") == "standard@2"
    assert states(house) == {1: PlanState.SUPERSEDED, 2: PlanState.APPROVED}
    assert actions(house)[-3:] == [
        ("plan.drafted", "lee"), ("plan.superseded", "ortiz"), ("plan.approved", "ortiz"),
    ]  # fmt: skip
    newest = plan_versions.version(rt, "standard")
    assert (newest.drafted_by, newest.approved_by, newest.families) == ("lee", "ortiz", 0)


def test_where_there_is_nobody_else_the_author_approves(house, rt, otherwise):
    plan_versions.draft(rt, otherwise, "lee")
    with rt.store.begin("test.alone") as tx:
        for member in tx.session.query(StaffMember):
            if member.login != "lee" and member.role is not Role.OFFICER:
                member.left_at = tx.now
                tx.record("test.left", member)
    assert plan_versions.approve(rt, "standard@2", "lee") == "standard@2"


@pytest.mark.parametrize("login", ["okafor", "nobody"])
def test_an_officer_or_a_stranger_drafts_and_approves_nothing(house, rt, otherwise, login):
    refusal = NotAllowed if login == "okafor" else NotFound
    with pytest.raises(refusal):
        plan_versions.draft(rt, otherwise, login)
    plan_versions.draft(rt, otherwise, "lee")
    with pytest.raises(refusal):
        plan_versions.approve(rt, "standard@2", login)
    assert states(house) == {1: PlanState.APPROVED, 2: PlanState.DRAFT}


def test_what_is_approved_or_over_is_not_approved_again(rt, otherwise):
    with pytest.raises(AlreadyApproved, match="no draft"):
        plan_versions.approve(rt, "standard", "lee")
    plan_versions.draft(rt, otherwise, "lee")
    plan_versions.approve(rt, "standard", "ortiz")
    with pytest.raises(AlreadyApproved, match="superseded"):
        plan_versions.approve(rt, "standard@1", "ortiz")


def test_a_draft_takes_the_place_of_the_one_before(house, rt, otherwise, tmp_path):
    plan_versions.draft(rt, otherwise, "lee")
    (tmp_path / "again.yml").write_text(STANDARD.replace("after_days: 45", "after_days: 55"), "utf-8")
    plan_versions.draft(rt, tmp_path / "again.yml", "lee")
    assert states(house) == {1: PlanState.APPROVED, 2: PlanState.RETIRED, 3: PlanState.DRAFT}


def test_a_wrong_file_is_refused_and_nothing_is_kept(house, rt, tmp_path):
    (tmp_path / "wrong.yml").write_text(STANDARD.replace("check_in.again", "check_in.agian"), "utf-8")
    with pytest.raises(ProgramError, match=r"wrong.yml: step day-5.wording"):
        plan_versions.draft(rt, tmp_path / "wrong.yml", "lee")
    assert states(house) == {1: PlanState.APPROVED}


def test_two_versions_are_compared_step_by_step(rt, tmp_path):
    text = STANDARD.replace("after_days: 45", "after_days: 50").replace("step: day-21", "step: week-3")
    (tmp_path / "s.yml").write_text(text, "utf-8")
    plan_versions.draft(rt, tmp_path / "s.yml", "lee")
    assert plan_versions.compare(rt, "standard@1", "standard@1") == []
    new, changed, gone = plan_versions.compare(rt, "standard@1", "standard@2")
    assert new.startswith("+ week-3: 21 days, 9-20, check_in.lately")
    assert changed == "~ day-45: offset 45 days -> 50 days"
    assert gone.startswith("- day-21: ")


def test_who_follows_which_version_is_known(house, rt, otherwise):
    house.enrols("24-1")
    plan_versions.draft(rt, otherwise, "lee")
    plan_versions.approve(rt, "standard", "ortiz")
    house.enrols("24-2", plan="short")
    followed = [(each.family, each.plan) for each in plan_versions.followers(rt)]
    assert followed == [("F-12", "standard@1"), ("F-13", "short@1")]
    assert [each.family for each in plan_versions.followers(rt, "standard@1")] == ["F-12"]
    with pytest.raises(NoSuchPlan):
        plan_versions.followers(rt, "long")


def test_what_is_retired_is_followed_by_nobody_new(house, rt):
    plan_versions.retire(rt, "standard", "lee")
    house.enrols()
    (family,) = house.all(Family)
    assert family.plan_id is None
    assert [row.step for row in house.promises()] == ["promised"]


def test_of_many_followers_the_latest_are_named_and_all_are_counted(house):
    many_families(house.rt, 60)
    admin = next(member.id for member in house.all(StaffMember) if member.login == "admin")
    every = [each.family for each in plan_versions.followers(house.rt, "standard@1")]
    assert [each.family for each in plan_versions.followers(house.rt, "standard@1", admin, 5)] == every[-5:]
    assert plan_versions.count_followers(house.rt, "standard@1", admin) == len(every) > 5
