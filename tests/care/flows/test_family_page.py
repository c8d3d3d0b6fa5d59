"""A family's page shows all there is, and remembers who looked."""

from __future__ import annotations

import pytest

from checkback.care.errors import NotFound
from checkback.care.flows import escalation_page, family_page, officer_page
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import AuditEvent, Contact, StaffMember
from checkback.care.terms import (
    CheckInState,
    ConsentState,
    Danger,
    DistressLevel,
    OptOutSource,
    OutboundKind,
    OutboundState,
)


@pytest.fixture
def lee(house):
    return next(member for member in house.all(StaffMember) if member.login == "lee")


@pytest.fixture
def family(house, ana):
    reference = house.enrols(child_ages=[4, 9])
    house.works()
    ana.texts("1")
    return reference


def reads(house, member):
    return [event.action for event in house.all(AuditEvent) if event.actor == f"staff:{member.id}"]


def test_it_says_first_how_to_reach_them(house, rt, family, lee):
    page = family_page.show(rt, family, lee.id)
    (person,) = page.people
    assert person.phone
    assert (person.name, person.zone, person.phone.masked) == ("Ana Morales", "America/Chicago", "…01")
    assert (person.may_text, person.may_call, person.may_leave_voicemail) == (True, True, False)
    assert person.consent is ConsentState.GIVEN
    assert person.against_writing is None
    assert page.child_ages == ["4", "9"]
    assert [assigned.name for assigned in page.assigned] == ["Dana Lee"]


def test_the_thread_runs_both_ways_in_order(house, rt, family, lee, ana):
    thread = family_page.show(rt, family, lee.id).thread
    assert [line.is_theirs for line in thread] == [False, True, False]
    assert [line.kind for line in thread if not line.is_theirs] == [OutboundKind.WELCOME, OutboundKind.ANSWER]
    assert {line.state for line in thread if not line.is_theirs} == {OutboundState.ACCEPTED}


def test_what_the_screen_raised_comes_with_its_evidence(house, rt, family, lee, ana):
    ana.texts("it is too much, I want to kill myself")
    page = family_page.show(rt, family, lee.id)
    raised = next(line for line in page.thread if line.level is DistressLevel.ACUTE)
    assert raised.danger is Danger.SUICIDE
    assert [found.words for found in raised.evidence] == ["kill myself"]
    assert [escalation.reference for escalation in page.escalations] == ["E-12"]
    assert page.people[0].with_person_since is not None


def test_an_opt_out_is_shown_and_stands_against_writing(house, rt, family, lee, ana):
    ana.texts("STOP")
    (person,) = family_page.show(rt, family, lee.id).people
    assert person.phone
    assert person.phone.opted_out_by is OptOutSource.KEYWORD
    assert "opted out" in (person.against_writing or "")
    promises = family_page.show(rt, family, lee.id).promises
    assert {promise.state for promise in promises} == {CheckInState.CANCELLED}


def test_every_look_leaves_a_row_that_says_who(house, rt, family, lee):
    family_page.show(rt, family, lee.id)
    family_page.show(rt, family, lee.id)
    assert reads(house, lee) == ["family.read", "family.read"]


def test_a_glance_leaves_none(house, rt, family, lee):
    assert family_page.glance(rt, family).reference == family
    assert reads(house, lee) == []


def test_a_number_is_shown_whole_only_to_who_asks_and_that_is_kept(house, rt, family, lee):
    (contact,) = house.all(Contact)
    assert family_page.number_of(rt, family, contact.id, lee.id) == "+13145550101"
    assert reads(house, lee) == ["contact.number-read"]


def test_a_contact_of_another_family_is_not_found_here(house, rt, family, lee):
    other = house.enrols("24-0118", contacts=[NewContact("Joy Park", "+13145550104")])
    stranger = next(contact for contact in house.all(Contact) if contact.name == "Joy Park")
    with pytest.raises(NotFound):
        family_page.number_of(rt, family, stranger.id, lee.id)
    assert family_page.number_of(rt, other, stranger.id, lee.id) == "+13145550104"


def test_a_family_that_is_not_there_is_not_found_and_leaves_no_row(house, rt, lee):
    with pytest.raises(NotFound):
        family_page.show(rt, "F-99", lee.id)
    assert reads(house, lee) == []


@pytest.mark.parametrize("words", ["F-12", "f-12", "12", "ana", "MORALES", "mor", "ana morales", "Ána"])
def test_a_family_is_found_by_reference_or_by_name(house, rt, lee, family, words):
    assert [(found.reference, found.names) for found in family_page.find(rt, words, lee.id)] == [
        ("F-12", ["Ana Morales"])
    ]


@pytest.mark.parametrize("words", ["F-13", "an", "ana park", "", "  ", "%", "kill"])
def test_nothing_else_finds_it(house, rt, lee, family, words):
    assert family_page.find(rt, words, lee.id) == []


def test_an_escalation_shows_what_was_said_shortly_before(house, rt, family, lee, ana):
    for number in range(6):
        ana.texts(f"text {number}")
    house.clock.tick(hours=1)
    ana.texts("I want to kill myself")
    page = escalation_page.show(rt, 12, lee.id)
    assert page.person
    assert page.person.name == "Ana Morales"
    assert len([line for line in page.lines if line.level is DistressLevel.ACUTE]) == 1
    assert page.lines[3].body == "I want to kill myself"
    assert reads(house, lee) == ["escalation.read", "family.read"]


def test_of_a_number_we_do_not_know_there_is_only_the_phone(house, rt, lee):
    house.phone("+13145550177").texts("he has a gun")
    page = escalation_page.show(rt, 12, lee.id)
    assert (page.person, page.phone, page.escalation.family) == (None, "…77", None)
    assert escalation_page.number_of(rt, 12, lee.id) == "+13145550177"
    assert reads(house, lee) == ["escalation.read", "escalation.number-read"]


def test_an_officer_learns_whether_somebody_came_back_and_no_more(house, rt, ana):
    house.enrols(officer="okafor")
    house.enrols("24-0118", contacts=[NewContact("Joy Park", "+13145550104")])
    okafor = next(member for member in house.all(StaffMember) if member.login == "okafor")
    house.works()
    ana.texts("1")
    assert [(p.incident, p.contacted) for p in officer_page.show(rt, okafor.id).promises] == [("24-0117", False)]
    house.clock.tick(hours=48)
    house.works()
    page = officer_page.show(rt, okafor.id)
    assert [(p.incident, p.contacted) for p in page.promises] == [("24-0117", True)]
    assert not any(secret in repr(page) for secret in ("Morales", "F-12", "burglary"))
