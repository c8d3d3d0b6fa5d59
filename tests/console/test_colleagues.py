"""The page of who works here: adding, changing, giving a new password, letting go."""

from __future__ import annotations

import re
from html import unescape

import pytest

from checkback.care.model import Assignment, Escalation, StaffMember, StaffWay, Task
from tests.console.conftest import Visitor, client_of

GIVEN = re.compile(r'<code class="secret">([a-z0-9-]+)</code>')


@pytest.fixture
def admin(signed_in):
    return signed_in("admin")


@pytest.fixture
def newcomer(console):
    with client_of(console) as client:
        yield Visitor(client)


NEW = {
    "login": "Kim",
    "name": "Sun Kim",
    "role": "clinician",
    "team": "North Team",
    "phone": "(314) 555-0161",
    "email": "kim@example.org",
    "languages": "en",
}


def of(house, login):
    return next(each for each in house.all(StaffMember) if each.login == login)


def test_somebody_new_signs_in_with_the_password_read_out_and_then_chooses_their_own(admin, staffed, newcomer):
    shown = admin.sends("/staff", **NEW)
    assert shown.status_code == 200
    password = GIVEN.findall(unescape(shown.text))[0]
    assert newcomer.signs_in("kim", password).headers["location"] == "/"
    assert newcomer.opens("/").headers["location"] == "/account/password"
    changed = newcomer.sends("/account/password", old=password, new="four-odd-words-here", again="four-odd-words-here")
    assert changed.headers["location"] == "/"
    assert newcomer.opens("/").status_code == 200
    way = next(each for each in staffed.all(StaffWay) if each.staff_id == of(staffed, "kim").id)
    assert way.verified_at is None


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("login", "lee"),
        ("login", "a b"),
        ("login", ""),
        ("name", "  "),
        ("role", "king"),
        ("team", "West Team"),
        ("team", ""),
        ("phone", "12"),
        ("email", "nobody"),
        ("languages", "xx"),
    ],
)
def test_what_is_wrong_is_named_at_its_field_and_nothing_typed_is_lost(admin, staffed, field, wrong):
    before = len(staffed.all(StaffMember))
    answer = admin.sends("/staff", **(NEW | {field: wrong}))
    assert answer.status_code == 422
    assert f'id="{field}-problem"' in answer.text
    assert field == "name" or 'value="Sun Kim"' in answer.text
    assert len(staffed.all(StaffMember)) == before


def test_a_changed_role_signs_out_and_a_changed_phone_is_to_be_proven(admin, lee, staffed):
    changed = NEW | {"name": "Dana Lee-Park", "role": "coordinator", "phone": "(314) 555-0162"}
    assert admin.sends("/staff/lee", **changed).status_code == 303
    assert lee.opens("/").status_code == 303
    found = of(staffed, "lee")
    assert (found.name, found.role) == ("Dana Lee-Park", "coordinator")
    assert [way.verified_at for way in staffed.all(StaffWay) if way.staff_id == found.id] == [None]


def test_an_unchanged_phone_stays_proven(admin, staffed):
    same = {"name": "Dana Lee", "role": "clinician", "team": "South Team", "phone": "+13145550141", "languages": "es"}
    assert admin.sends("/staff/lee", **same).status_code == 303
    found = of(staffed, "lee")
    assert found.languages == "es"
    assert [way.verified_at is None for way in staffed.all(StaffWay) if way.staff_id == found.id] == [False]


def test_the_last_administrator_stays(admin, staffed):
    answer = admin.sends("/staff/admin", name="Robin Hale", role="coordinator", languages="en")
    assert answer.status_code == 422
    assert "the last administrator stays" in answer.text
    assert admin.sends("/staff/admin/leave").status_code == 422
    assert of(staffed, "admin").left_at is None


def test_who_leaves_is_out_and_their_families_have_somebody_else(admin, lee, staffed, crisis):
    lee.sends("/escalations/12/take")
    assert admin.sends("/staff/lee/leave", heir="ortiz").status_code == 303
    assert lee.opens("/").status_code == 303
    assert lee.signs_in("lee").status_code == 403
    now = [each.staff_id for each in staffed.all(Assignment) if each.until is None]
    assert now == [of(staffed, "ortiz").id]
    assert next(iter(staffed.all(Escalation))).state == "open"
    assert "Lee" in admin.opens("/staff").text


def test_without_an_heir_each_family_becomes_a_task(admin, staffed, family):
    admin.sends("/staff/lee/leave")
    assert [task.kind for task in staffed.all(Task)] == ["unassigned"]
    assert "Nobody answers for this family" in admin.opens("/").text


def test_who_becomes_an_officer_keeps_no_family(admin, staffed, family):
    admin.sends("/staff/lee", **(NEW | {"role": "officer"}))
    assert [each for each in staffed.all(Assignment) if each.until is None] == []
    assert [task.kind for task in staffed.all(Task)] == ["unassigned"]


def test_nobody_lets_themselves_go_and_an_officer_inherits_nothing(admin, staffed, family):
    assert admin.sends("/staff/admin/leave").status_code == 422
    assert admin.sends("/staff/lee/leave", heir="okafor").status_code == 422
    assert admin.sends("/staff/nobody/leave").status_code == 404
    assert of(staffed, "lee").left_at is None
