"""Lists show a member of staff the families that are for them, by role and team; of the others, how many there are."""

from __future__ import annotations

import pytest

from checkback.care.errors import NotFound
from checkback.care.flows import board, enrolling, family_page, holds, plan_versions, tomorrow
from checkback.care.flows.enrolment import Enrolment, NewContact
from checkback.care.model import CareTeam, CheckIn, Contact, Family, Hold, Incident, StaffMember
from checkback.care.terms import HoldScope, Role

NORTH, NORTHS_TASK, SOUTH, SOUTHS_TASK = "F-12", "F-13", "F-14", "F-15"
TEAMS = {"North Team": {NORTH, NORTHS_TASK}, "South Team": {SOUTH, SOUTHS_TASK}}
JOY = NewContact("Joy Park", "+13145550104")

#: Whoever is on no rota, answers for nobody and has no task: role and team alone decide.
SEES = [
    (Role.CLINICIAN, "North Team", ["North Team"]),
    (Role.CLINICIAN, "South Team", ["South Team"]),
    (Role.CLINICIAN, None, ["North Team", "South Team"]),
    (Role.COORDINATOR, "North Team", ["North Team"]),
    (Role.COORDINATOR, "South Team", ["South Team"]),
    (Role.COORDINATOR, None, ["North Team", "South Team"]),
    (Role.ADMIN, "South Team", ["North Team", "South Team"]),
    (Role.ADMIN, None, ["North Team", "South Team"]),
    (Role.OFFICER, "North Team", []),
    (Role.OFFICER, None, []),
]
by_role_and_team = pytest.mark.parametrize(("role", "team", "teams"), SEES)


@pytest.fixture
def two_teams(house):
    """Each team has a family that is texted and one that cannot be, of which somebody has a task."""
    for at, (team, clinician) in enumerate([("North Team", "lee"), ("South Team", "bauer")]):
        texted = JOY if at else NewContact("Ana Morales", "+13145550101")
        house.enrols(f"24-01{at}1", team=team, clinician=clinician, contacts=[texted])
        untold = NewContact("Sam Reed", f"+1314555011{at}", safe_to_text=False)
        house.enrols(f"24-01{at}2", team=team, clinician=clinician, contacts=[untold])
    house.works()
    return house


def reader(house, role, team):
    """The coordinator of the demonstration, in this role and team."""
    with house.rt.store.begin("test.reader") as tx:
        found = tx.session.query(StaffMember).filter_by(login="rivera").one()
        found.role = role
        found.team_id = tx.session.query(CareTeam.id).filter_by(name=team).scalar() if team else None
        tx.record("test.reader", found)
        return found


def promise_to(house, reference):
    with house.rt.store.read() as tx:
        found = tx.session.query(CheckIn).join(Contact, Contact.id == CheckIn.contact_id).join(Family)
        return str(found.filter(Family.reference == reference, CheckIn.step == "promised").one().id)


def shown(page):
    days = [text.coming.family for day in page.days for text in day.texts]
    return {*days, *(text.coming.family for text in page.stopped)}


@by_role_and_team
def test_board_and_tomorrow_list_the_families_that_are_for_who_looks(two_teams, role, team, teams):
    mine = set().union(*(TEAMS[each] for each in teams))
    me, rt = reader(two_teams, role, team).id, two_teams.rt
    seen = board.look(rt, me)
    assert {task.family for task in seen.tasks} == mine & {NORTHS_TASK, SOUTHS_TASK}
    assert seen.tasks_elsewhere == 2 - len(teams)
    assert {text.family for text in seen.coming} == mine & {NORTH, SOUTH}
    ahead = tomorrow.look(rt, me)
    assert shown(ahead) & {NORTH, SOUTH} == mine & {NORTH, SOUTH}
    assert shown(ahead) <= mine
    assert set(ahead.choices.teams) == set(teams)
    counted = tomorrow.look(rt, reader(two_teams, Role.ADMIN, None).id)
    assert counted.elsewhere == 0
    assert len(ahead.stopped) + ahead.count + ahead.elsewhere == len(counted.stopped) + counted.count


@by_role_and_team
def test_a_hold_is_placed_seen_and_ended_by_those_whose_family_it_is(two_teams, role, team, teams):
    me, rt = reader(two_teams, role, team), two_teams.rt
    for home, family in (("North Team", NORTH), ("South Team", SOUTH)):
        for scope, which in ((HoldScope.FAMILY, family), (HoldScope.TEXT, promise_to(two_teams, family))):
            if home in teams:
                assert {text.coming.family for text in tomorrow.reach(rt, me.id, scope, which).texts} == {family}
                continue
            with pytest.raises(NotFound):
                tomorrow.reach(rt, me.id, scope, which)
            with pytest.raises(NotFound):
                tomorrow.hold(rt, scope, which, "a funeral", me.login)
        assert two_teams.all(Hold) == []
        placed = holds.hold_family(rt, family, "a funeral", "admin").reference
        number = int(placed[2:])
        assert (placed in {each.reference for each in tomorrow.look(rt, me.id).holds}) == (home in teams)
        if home in teams:
            assert tomorrow.release(rt, me.id, number).hold.family == family
            assert not tomorrow.let_go(rt, me.login, number).already
        else:
            with pytest.raises(NotFound):
                tomorrow.release(rt, me.id, number)
            with pytest.raises(NotFound):
                tomorrow.let_go(rt, me.login, number)
        with two_teams.rt.store.begin("test.no-holds") as tx:
            for each in tx.session.query(Hold):
                tx.record("test.no-hold", each)
                tx.session.delete(each)


def test_a_hold_on_everything_counts_the_families_of_other_teams_and_names_them_not(two_teams):
    me, rt = reader(two_teams, Role.COORDINATOR, "South Team").id, two_teams.rt
    whole = tomorrow.reach(rt, reader(two_teams, Role.ADMIN, None).id, HoldScope.EVERYTHING, "")
    reader(two_teams, Role.COORDINATOR, "South Team")
    seen = tomorrow.reach(rt, me, HoldScope.EVERYTHING, "")
    assert {text.coming.family for text in seen.texts} == {SOUTH}
    assert len(seen.texts) + seen.elsewhere == len(whole.texts) > len(seen.texts)
    assert seen.queued == whole.queued


@by_role_and_team
def test_who_follows_a_plan_is_told_to_those_whose_families_they_are(two_teams, role, team, teams):
    me, rt = reader(two_teams, role, team).id, two_teams.rt
    mine = set().union(*(TEAMS[each] for each in teams))
    assert {each.family for each in plan_versions.followers(rt, "standard", me)} == mine
    for home, family in (("North Team", NORTH), ("South Team", SOUTH)):
        if home in teams:
            family_page.must_be_theirs(rt, family, me)
        else:
            with pytest.raises(NotFound):
                family_page.must_be_theirs(rt, family, me)


def test_who_enrols_learns_that_somebody_is_known_but_of_another_team_not_which_family(two_teams):
    rt = two_teams.rt
    twin = Enrolment("24-0900", two_teams.clock.now(), "burglary", "63106", "North Team", "lee", [JOY])
    with rt.store.read() as tx:
        occurred_at = tx.session.query(Incident).filter_by(reference="24-0111").one().occurred_at
    same = Enrolment("24-0111", occurred_at, "burglary", "63106", "South Team", "bauer", [JOY])
    for team, names in (("South Team", {SOUTH}), ("North Team", {None})):
        me = reader(two_teams, Role.COORDINATOR, team).id
        assert {each.family for each in enrolling.preview(rt, twin, me).look_alikes} == names
        known = enrolling.preview(rt, same, me)
        assert (known.is_already, known.already) == (True, SOUTH if team == "South Team" else None)


def test_an_open_crisis_a_task_and_a_turn_on_call_bring_a_family_of_another_team_into_the_lists(two_teams):
    rt = two_teams.rt
    me = reader(two_teams, Role.CLINICIAN, "South Team").id
    assert NORTH not in shown(tomorrow.look(rt, me))
    two_teams.phone("+13145550101").texts("I want to kill myself")
    assert NORTH in shown(tomorrow.look(rt, me))
    assert board.look(rt, me).escalations[0].family == NORTH
