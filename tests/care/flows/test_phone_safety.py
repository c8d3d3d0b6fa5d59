"""What a phone may show: neutral until its holder says that only they read it, and for no longer than that counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from checkback.care.flows import conversation, family_events, phone_safety
from checkback.care.flows.enrolment import NewContact
from checkback.care.flows.family_events import ProgrammeTimes
from checkback.care.model import AuditEvent, Contact, OutboundMessage, Phone, SafetyPreference
from checkback.care.steps.words import mode_of
from checkback.care.terms import CheckInState, OutboundState, PhoneDoubt, SafetyMode
from tests.care.conftest import ON_SQLITE
from tests.story import ANA, House

SAFE, NEUTRAL, UNSAFE = SafetyMode.SAFE, SafetyMode.NEUTRAL, SafetyMode.UNSAFE


def modes(house: House) -> list[SafetyMode]:
    """As they count now, in the order people were enrolled."""
    ids = [contact.id for contact in house.all(Contact)]
    with house.rt.store.read() as tx:
        return [mode_of(tx, tx.get(Contact, each)) for each in ids]


def test_a_phone_is_neutral_until_somebody_says_otherwise(house):
    family = house.enrols()
    assert modes(house) == [NEUTRAL]
    assert phone_safety.set_mode(house.rt, family, "lee", SAFE)
    assert modes(house) == [SAFE]


@ON_SQLITE
def test_a_word_of_safety_wears_off_after_the_programmes_days(house):
    family = house.enrols()
    phone_safety.set_mode(house.rt, family, "lee", SAFE)
    house.clock.tick(days=29)
    assert modes(house) == [SAFE]
    house.clock.tick(days=1)
    assert modes(house) == [NEUTRAL]
    family_events.set_programme_times(house.rt, ProgrammeTimes(safe_days=60), "ortiz")
    assert modes(house) == [SAFE]


def test_a_phone_two_people_share_is_never_safe(house):
    house.enrols()
    house.enrols("24-0119", contacts=[NewContact("Ben Ortiz", ANA)])
    house.marks_phones(SAFE)
    assert modes(house) == [NEUTRAL, NEUTRAL]


@ON_SQLITE
def test_one_person_in_two_incidents_is_still_one_reader(house):
    house.enrols()
    house.enrols("24-0119", contacts=[NewContact("ana  MORALES", ANA)])
    house.marks_phones(SAFE)
    assert modes(house) == [SAFE, SAFE]


@ON_SQLITE
def test_unsafe_for_one_who_uses_it_is_unsafe_for_all(house):
    family = house.enrols()
    house.enrols("24-0119", contacts=[NewContact("Ben Ortiz", ANA)])
    phone_safety.set_mode(house.rt, family, "lee", UNSAFE)
    assert modes(house) == [UNSAFE, UNSAFE]


@ON_SQLITE
@pytest.mark.parametrize("doubt", PhoneDoubt)
def test_a_number_that_somebody_else_may_have_is_not_safe(house, doubt):
    house.enrols()
    house.marks_phones(SAFE)
    with house.rt.store.begin("tests.doubt") as tx:
        phone = next(each for each in tx.session.query(Phone) if each.number == ANA)
        phone.doubt = doubt
        tx.record("tests.doubt", phone)
    assert modes(house) == [NEUTRAL]


def test_unsafe_told_to_staff_hands_the_promise_to_a_person(house, ana):
    family = house.enrols()
    house.works()
    ana.texts("1")
    phone_safety.set_mode(house.rt, family, "lee", UNSAFE)
    house.clock.tick(hours=49)
    house.works()
    assert house.check_in.state is CheckInState.HANDED_OVER
    assert house.tasks == ["cannot-text"]


def test_what_was_worded_for_a_safe_phone_goes_to_no_other(house, ana):
    family = house.enrols()
    house.works()
    ana.texts("1")
    phone_safety.set_mode(house.rt, family, "lee", SAFE)
    got = len(ana.got)
    house.receives("we need a crib", from_=ANA, to=ana.line)
    with_the_answer_queued(house)
    phone_safety.set_mode(house.rt, family, "lee", NEUTRAL)
    house.works()
    assert ana.got[got:] == []
    (taken_back,) = [text for text in house.all(OutboundMessage) if text.reason == "phone-not-safe"]
    assert taken_back.state is OutboundState.CANCELLED


def with_the_answer_queued(house: House) -> None:
    house.clock.tick(seconds=3)
    conversation.gather_turns(house.rt)
    while conversation.answer_text(house.rt):
        pass


@ON_SQLITE
def test_an_answer_that_may_not_go_any_more_becomes_a_task(house, ana):
    test_what_was_worded_for_a_safe_phone_goes_to_no_other(house, ana)
    assert "text-to-read" in house.tasks


@ON_SQLITE
def test_each_change_and_each_look_names_who(house):
    family = house.enrols()
    phone_safety.set_mode(house.rt, family, "lee", SAFE)
    phone_safety.set_words(house.rt, family, "lee", safe_word="gardenia")
    phone_safety.show(house.rt, family, "lee")
    with house.rt.store.read() as tx:
        actors = {event.actor for event in tx.session.query(AuditEvent) if event.action.startswith("safety.")}
    assert len(actors) == 1
    assert next(iter(actors)).startswith("staff:")


@ON_SQLITE
def test_a_look_says_what_counts_and_no_word(house):
    family = house.enrols()
    phone_safety.set_mode(house.rt, family, "lee", SAFE)
    house.clock.tick(days=31)
    found = phone_safety.show(house.rt, family, "lee")
    assert (found.mode, found.counts_as, found.has_safe_word) == (SAFE, NEUTRAL, False)
    assert found.said_safe_at == house.clock.now() - timedelta(days=31)
    assert house.all(SafetyPreference)[0].safe_word is None
