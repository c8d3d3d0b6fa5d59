"""The phones of staff: one that blocks us, and one whose holder asks in their own words for no more alerts."""

from __future__ import annotations

from uuid import uuid4

import pytest

from checkback.care.errors import WordsRefused
from checkback.care.flows import staff_work
from checkback.care.model import CareTeam, Contact, OptOut, Phone, StaffMember, Task
from checkback.care.terms import PhoneTrouble
from tests.story import ALERT_LINE, ON_CALL, HeldPhone, House

RIVERA, BAUER = "+13145550144", "+13145550143"


def who_has(house: House, kind: str) -> tuple[str | None, str | None]:
    """The login of whoever has the task, and the team it is of."""
    (task,) = [task for task in house.all(Task) if task.kind == kind]
    logins = {member.id: member.login for member in house.all(StaffMember)}
    teams = {team.id: team.name for team in house.all(CareTeam)}
    return logins.get(task.owner_id), teams.get(task.team_id)


def test_a_blocked_phone_is_a_task_of_the_coordinator_of_that_team(house: House, dr_lee: HeldPhone):
    dr_lee.texts("STOP")
    assert who_has(house, "pager-blocked") == ("rivera", "North Team")


def test_where_nobody_coordinates_a_team_another_coordinator_has_it(house: House):
    house.phone(BAUER, ALERT_LINE).texts("STOP")
    assert who_has(house, "pager-blocked") == ("rivera", "South Team")


def test_a_coordinator_who_blocks_us_is_not_the_one_who_is_asked_to_see_to_it(house: House):
    house.phone(RIVERA, ALERT_LINE).texts("STOP")
    assert who_has(house, "pager-blocked") == ("ortiz", "North Team"), "who is on call there"


def test_the_phone_on_call_that_is_nobodys_own_is_a_task_of_whoever_is_on_call(house: House):
    house.phone(ON_CALL, ALERT_LINE).texts("STOP")
    assert who_has(house, "pager-blocked") == ("ortiz", None)


def test_a_clinician_who_asks_for_no_more_texts_goes_on_being_told_and_hears_how_to_end_it(
    house: House, ana: HeldPhone, dr_lee: HeldPhone
):
    house.enrols()
    dr_lee.texts("please stop texting me")
    assert "ask a coordinator" in dr_lee.last
    assert "STOP" in dr_lee.last
    assert house.all(OptOut) == []
    assert who_has(house, "pager-unwanted") == ("rivera", "North Team")
    ana.texts("he has a gun")
    assert "E-12" in dr_lee.last


def test_asking_again_the_same_day_is_one_task(house: House, dr_lee: HeldPhone):
    dr_lee.texts("please stop texting me")
    dr_lee.texts("stop texting me!!")
    assert house.tasks == ["pager-unwanted"]


def test_a_command_stays_a_command_and_a_word_we_do_not_know_is_told_the_commands(house: House, dr_lee: HeldPhone):
    dr_lee.texts("what now")
    assert "ACK 12" in dr_lee.last
    assert house.tasks == []


@pytest.mark.parametrize("trouble", list(PhoneTrouble))
def test_nobody_writes_to_a_number_that_takes_no_texts(house: House, ana: HeldPhone, trouble: PhoneTrouble):
    family = house.enrols()
    house.works()
    with house.rt.store.begin("tests.trouble") as tx:
        (phone,) = [each for each in tx.session.query(Phone) if each.number == ana.number]
        phone.trouble, phone.trouble_since = trouble, tx.now
        tx.record("phone.trouble", phone)
    (contact,) = house.all(Contact)
    lee = next(member for member in house.all(StaffMember) if member.login == "lee")
    before = len(house.outbox())
    with pytest.raises(WordsRefused, match=r"Call instead|Check it"):
        staff_work.reply(house.rt, family, contact.id, lee.id, "Are you there?", uuid4())
    assert len(house.outbox()) == before
