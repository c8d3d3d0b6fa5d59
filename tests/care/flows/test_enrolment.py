"""A family is enrolled once, whole or not at all; and what is wrong is said field by field."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from checkback.care.errors import ChangedEnrolment, InvalidEnrolment
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import AuditEvent, Consent, Contact, Family, Incident, Phone, SafetyPreference
from checkback.care.terms import CheckInState, ConsentState, SafetyMode, ZoneSource
from tests.fakes.clock import MORNING
from tests.story import ANA

BEN = "+13145550102"


def test_the_same_incident_again_changes_nothing(house, ana):
    first = house.enrols(occurred_at=MORNING)
    house.works()
    rows = len(house.all(AuditEvent)), len(house.outbox())
    again = house.enrols(occurred_at=MORNING)
    assert first == again == "F-12"
    assert (len(house.all(AuditEvent)), len(house.outbox())) == rows


def test_the_same_incident_told_otherwise_is_refused_by_field_and_nothing_is_changed(house):
    house.enrols(child_ages=[3])
    rows = len(house.all(AuditEvent)), len(house.outbox())
    for changes, fields in (
        ({"contacts": [NewContact("Somebody Else", BEN)]}, {"contacts"}),
        ({"contacts": [NewContact("Ana Moralez", ANA, "es")]}, {"contacts[0].name", "contacts[0].language"}),
        ({"kind": "shooting", "zip": "63107"}, {"kind", "zip"}),
        ({"child_ages": [3, 5]}, {"children"}),
        ({"promise_hours": 24}, {"promise_hours"}),
    ):
        with pytest.raises(ChangedEnrolment) as refused:
            house.enrols(**{"child_ages": [3], **changes})
        assert set(refused.value.problems) == fields
        assert refused.value.family == "F-12"
    assert (len(house.all(AuditEvent)), len(house.outbox())) == rows


def test_what_is_left_out_or_written_otherwise_is_no_difference(house):
    first = house.enrols(child_ages=[3], officer="okafor")
    assert house.enrols(contacts=[NewContact(" Ana Morales ", "(314) 555-0101")], clinician="LEE") == first


def test_blanks_around_a_reference_do_not_make_another(house):
    assert house.enrols(" 24-0117 ") == house.enrols("24-0117")


def test_the_first_text_asks_and_the_promise_is_planned_at_once(house, ana):
    house.enrols()
    house.works()
    assert "Reply 1 if okay, 2 if not" in ana.last
    assert [consent.state for consent in house.all(Consent)] == [ConsentState.ASKED]
    assert house.check_in.due_at == MORNING + timedelta(hours=48)
    assert house.check_in.send_before == MORNING + timedelta(hours=72)


def test_each_of_two_people_is_asked_and_checked_on(house):
    house.enrols(contacts=[NewContact("Ana Morales", ANA), NewContact("Ben Morales", BEN, "es", "grandparent")])
    house.works()
    assert "Reply 1" in house.phone(ANA).last
    assert "Responda 1" in house.phone(BEN).last
    assert len(house.promises()) == len(house.all(Contact)) == 2


def test_two_families_may_share_a_phone(house):
    house.enrols("24-1")
    house.enrols("24-2", contacts=[NewContact("Ben Ruiz", "(314) 555-0101")])
    assert len([phone for phone in house.all(Phone) if phone.number == ANA]) == 1
    assert len(house.all(Family)) == 2


def test_a_phone_that_is_not_safe_is_never_texted_and_the_promise_is_a_persons_task(house, ana):
    house.enrols(contacts=[NewContact("Ana Morales", ANA, safe_to_text=False)])
    house.clock.tick(hours=49)
    house.works()
    assert ana.got == []
    assert (house.check_in.state, house.check_in.reason) == (CheckInState.HANDED_OVER, "not-safe-to-text")
    assert house.tasks == ["cannot-text"]
    assert house.all(SafetyPreference)[0].mode is SafetyMode.UNSAFE


def test_a_dispatchers_yes_does_not_make_a_phone_safe(house):
    """Only the contact can say that nobody else reads it."""
    house.enrols(contacts=[NewContact("Ana Morales", ANA, safe_to_text=True)])
    assert house.all(SafetyPreference)[0].mode is SafetyMode.NEUTRAL


def test_a_phone_that_opted_out_is_not_asked_again_when_its_owner_is_enrolled_again(house, ana):
    house.enrols("24-1")
    house.works()
    ana.texts("STOP")
    before = len(ana.got)
    house.enrols("24-2")
    house.clock.tick(hours=49)
    house.works()
    assert len(ana.got) == before
    assert sorted(check_in.state for check_in in house.promises()) == [
        CheckInState.CANCELLED,
        CheckInState.HANDED_OVER,
    ]
    assert "cannot-text" in house.tasks


@pytest.mark.parametrize(
    ("zip_code", "number", "zone", "source"),
    [
        ("10001", ANA, "America/New_York", ZoneSource.ZIP),
        ("00000", "+13035550101", "America/Denver", ZoneSource.NUMBER),
        ("00000", "+18005550101", "America/Chicago", ZoneSource.PROGRAMME),
    ],
)
def test_hours_are_those_of_the_zip_or_of_the_area_code_or_else_of_the_programme(house, zip_code, number, zone, source):
    house.enrols(zip=zip_code, contacts=[NewContact("Ana Morales", number)])
    (contact,) = house.all(Contact)
    assert (contact.zone, contact.zone_source) == (zone, source)


def test_a_promise_of_few_hours_is_kept_in_the_next_window(house):
    house.enrols(promise_hours=12)
    assert house.check_in.due_at == MORNING + timedelta(hours=23), "nine in the morning, not ten in the evening"


def test_a_promise_whose_time_has_passed_is_due_now(house):
    house.enrols(occurred_at=MORNING - timedelta(days=9))
    assert house.check_in.due_at == MORNING


ANA_MORALES = NewContact("Ana Morales", ANA)
WRONG: dict[str, tuple[dict[str, Any], set[str]]] = {
    "no reference": ({"reference": "  "}, {"reference"}),
    "a long reference": ({"reference": "x" * 81}, {"reference"}),
    "a reference with a NUL": ({"reference": "24\x00"}, {"reference"}),
    "no zone": ({"occurred_at": datetime(2026, 3, 3, 10)}, {"occurred_at"}),  # noqa: DTZ001
    "tomorrow": ({"occurred_at": MORNING + timedelta(days=1)}, {"occurred_at"}),
    "long ago": ({"occurred_at": MORNING - timedelta(days=400)}, {"occurred_at"}),
    "no kind": ({"kind": ""}, {"kind"}),
    "a kind with a bell": ({"kind": "burglary\a"}, {"kind"}),
    "half a zip": ({"zip": "631"}, {"zip"}),
    "more than a zip": ({"zip": "63106 and more"}, {"zip"}),
    "a team nobody knows": ({"team": "West Team"}, {"team"}),
    "a team with a NUL": ({"team": "North\x00Team"}, {"team"}),
    "an officer for a clinician": ({"clinician": "okafor"}, {"clinician"}),
    "nobody for an officer": ({"officer": "nobody"}, {"officer"}),
    "a promise of no hours": ({"promise_hours": 0}, {"promise_hours"}),
    "a promise of a year": ({"promise_hours": 9000}, {"promise_hours"}),
    "a promise of no number": ({"promise_hours": float("nan")}, {"promise_hours"}),
    "a child of forty": ({"child_ages": [3, 40]}, {"children"}),
    "nobody": ({"contacts": []}, {"contacts"}),
    "one phone for two": ({"contacts": [ANA_MORALES, NewContact("Ben", "314-555-0101")]}, {"contacts"}),
    "no name": ({"contacts": [NewContact(" ", ANA)]}, {"contacts[0].name"}),
    "a name with a NUL": ({"contacts": [NewContact("Ana\x00", ANA)]}, {"contacts[0].name"}),
    "a name of two lines": ({"contacts": [NewContact("Ana\nMorales", ANA)]}, {"contacts[0].name"}),
    "half a number": ({"contacts": [ANA_MORALES, NewContact("Ben", "555-0102")]}, {"contacts[1].phone"}),
    "a language": ({"contacts": [NewContact("Ana", ANA, "fr")]}, {"contacts[0].language"}),
    "a long role": ({"contacts": [NewContact("Ana", ANA, role="x" * 41)]}, {"contacts[0].role"}),
    "a role with a NUL": ({"contacts": [NewContact("Ana", ANA, role="\x00")]}, {"contacts[0].role"}),
    "two at once": ({"zip": "", "kind": ""}, {"zip", "kind"}),
}


def test_every_wrong_field_is_named_with_its_mend_and_nothing_is_kept(house):
    named = {}
    for what, (changes, _) in WRONG.items():
        with pytest.raises(InvalidEnrolment) as refused:
            house.enrols(**changes)
        named[what] = set(refused.value.problems)
        assert all(refused.value.problems.values()), what
    assert named == {what: fields for what, (_, fields) in WRONG.items()}
    assert house.all(Family) == house.all(Incident) == house.all(Contact) == []
    assert house.enrols() == "F-12", "not even a number was used up"


def test_a_name_in_any_script_is_kept_as_it_is(house):
    for at, name in enumerate(["José Ñúñez-O’Brien", "李小龙", "محمد علي", "Zoë 👶"]):
        house.enrols(f"24-{at}", contacts=[NewContact(name, f"+1314555020{at}")])
    assert {contact.name for contact in house.all(Contact)} == {"José Ñúñez-O’Brien", "李小龙", "محمد علي", "Zoë 👶"}


def test_who_enrolled_them_is_in_the_audit(house):
    house.enrols()
    assert [event.actor for event in house.all(AuditEvent) if event.action == "family.enrolled"] == ["system"]
