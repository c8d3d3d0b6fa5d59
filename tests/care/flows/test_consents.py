"""Consent is a person's, for something, until a day: whoever has not given it is not texted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import directives as d
from checkback.care.errors import NotFound, WordsRefused
from checkback.care.flows import consents, conversation, outbound
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import CheckIn, Consent, Contact, OptOut, StaffMember
from checkback.care.ports import Turn
from checkback.care.rules.minors import is_minor
from checkback.care.terms import (
    CheckInState,
    ConsentScope,
    ConsentSource,
    ConsentState,
    Lane,
    OutboundKind,
    OutboundState,
)
from tests.story import ANA, HeldPhone, House

BEN, CARLA = "+13145550102", "+13145550103"
SPOKEN = ConsentSource.SPOKEN


def person(house: House, name: str) -> Contact:
    found: Contact = next(contact for contact in house.all(Contact) if contact.name.startswith(name))
    return found


def states(house: House, name: str = "Ana") -> list[ConsentState]:
    theirs = [consent for consent in house.all(Consent) if consent.contact_id == person(house, name).id]
    return [consent.state for consent in sorted(theirs, key=lambda each: (each.asked_at, each.answered_at))]


def questions(phone: HeldPhone) -> int:
    return sum("Reply 1" in text for text in phone.got)


def check_ins_got(phone: HeldPhone) -> int:
    return sum("How are things going" in text for text in phone.got)


def test_a_one_after_a_two_is_a_yes_after_all_and_a_person_plans_anew(house, ana):
    house.enrols()
    house.works()
    ana.texts("2")
    house.clock.tick(hours=2)
    ana.texts(" 1. ")
    assert ana.last.startswith("Thank you. We do not watch")
    assert states(house) == [ConsentState.GIVEN]
    assert house.tasks == ["declined", "opted-in"]
    assert house.check_in.state is CheckInState.CANCELLED, "what was cancelled stays so"


def test_a_one_weeks_after_a_two_is_read_by_a_person(house, ana):
    house.enrols()
    house.works()
    ana.texts("2")
    house.clock.tick(days=15)
    ana.texts("1")
    assert states(house) == [ConsentState.DECLINED]


def test_a_two_after_a_check_in_asked_may_be_how_they_feel_and_ends_nothing(house, ana):
    house.enrols()
    house.works()
    ana.texts("1")
    house.clock.tick(days=2)
    house.works()
    house.assistant.says_next = Turn("feeling_good", 1.0, [d.CompleteCheckIn(), d.Say("check_in.glad")])
    ana.texts("we are fine")
    house.works()
    ana.texts("2")
    house.works()
    assert states(house) == [ConsentState.GIVEN]


def test_a_two_weeks_after_a_one_ends_nothing(house, ana):
    house.enrols()
    house.works()
    ana.texts("1")
    house.clock.tick(days=15)
    ana.texts("2")
    assert states(house) == [ConsentState.GIVEN]


@pytest.mark.parametrize("digit", ["1", "2"])
def test_the_same_digit_pressed_twice_is_one_answer(house, ana, digit):
    house.enrols()
    house.works()
    ana.texts(digit)
    got, tasks = len(ana.got), house.tasks
    ana.texts(digit)
    assert (len(ana.got), house.tasks) == (got, tasks)


def test_two_carers_with_phones_of_their_own_never_see_each_others_texts(house, ana):
    house.enrols(contacts=[NewContact("Ana Morales", ANA), NewContact("Ben Morales", BEN)])
    house.works()
    ben = house.phone(BEN)
    ana.texts("1")
    assert questions(ben) == 1
    assert len(ben.got) == 1
    ben.texts("2")
    assert (states(house, "Ana"), states(house, "Ben")) == ([ConsentState.GIVEN], [ConsentState.DECLINED])
    house.clock.tick(hours=49)
    house.works()
    assert (check_ins_got(ana), check_ins_got(ben)) == (1, 0)


def test_what_was_said_in_person_counts_and_a_text_confirms_it(house, ana):
    house.enrols(contacts=[NewContact("Ana Morales", ANA)])
    consents.record(house.rt, "F-12", "lee", SPOKEN, until=house.clock.now() + timedelta(days=90))
    house.works()
    assert any("We do not watch these texts" in text for text in ana.got)
    house.clock.tick(hours=49)
    house.works()
    assert check_ins_got(ana) == 1
    (said,) = [each for each in house.all(Consent) if each.state is ConsentState.GIVEN]
    lee = next(member for member in house.all(StaffMember) if member.login == "lee")
    assert (said.recorded_by, said.source) == (lee.id, SPOKEN)


def agreed_until(house: House, ana: HeldPhone, **how_long: float) -> None:
    house.enrols()
    house.works()
    ana.texts("1")
    with house.rt.store.begin("tests.ends") as tx:
        consent = tx.lock(tx.get(Consent, house.all(Consent)[0].id))
        consent.ends_at = tx.now + timedelta(**how_long)
        tx.record("consent.shortened", consent)


def test_texts_stop_when_consent_ends_and_whoever_promised_knows(house, ana):
    agreed_until(house, ana, hours=40)
    house.clock.tick(hours=41)
    house.works()
    assert states(house) == [ConsentState.ENDED]
    assert (house.check_in.state, house.check_in.reason) == (CheckInState.CANCELLED, "consent-ran-out")
    house.clock.tick(hours=9)
    house.works()
    assert check_ins_got(ana) == 0
    assert "consent-ended" in house.tasks


def test_before_it_ends_they_are_asked_once_and_a_one_goes_on(house, ana):
    agreed_until(house, ana, days=10)
    house.works()
    house.works()
    assert sum("You said yes to our texts" in text for text in ana.got) == 1
    ana.texts("1")
    assert states(house) == [ConsentState.GIVEN, ConsentState.GIVEN]
    house.clock.tick(hours=49)
    house.works()
    assert check_ins_got(ana) == 1
    house.clock.tick(days=10)
    house.works()
    assert states(house) == [ConsentState.ENDED, ConsentState.GIVEN]
    assert "consent-ended" not in house.tasks


def test_a_two_to_being_asked_again_ends_it(house, ana):
    agreed_until(house, ana, days=10)
    house.works()
    ana.texts("2")
    assert states(house) == [ConsentState.DECLINED]
    assert house.check_in.state is CheckInState.CANCELLED


def test_a_check_in_that_waited_for_its_hours_does_not_go_once_consent_has_ended(house, ana):
    """It is judged at the last moment, whatever was true when it was queued."""
    agreed_until(house, ana, hours=48, seconds=10)
    house.clock.tick(hours=48)
    house.ticks()
    while conversation.answer_text(house.rt):
        pass
    house.clock.tick(seconds=30)
    outbound.deliver_due(house.rt, Lane.FAMILIES)
    assert check_ins_got(ana) == 0
    (queued,) = [text for text in house.outbox() if text.kind is OutboundKind.CHECK_IN]
    assert (queued.state, queued.reason) == (OutboundState.CANCELLED, "no-consent")
    assert house.check_in.state is CheckInState.HANDED_OVER


def test_ending_everything_opts_the_phone_out_and_ending_this_programme_does_not(house, ana):
    house.enrols()
    house.works()
    ana.texts("1")
    assert consents.end(house.rt, "F-12", "lee", ConsentScope.THIS_PROGRAMME)
    assert states(house) == [ConsentState.ENDED]
    assert house.all(OptOut) == []
    assert consents.end(house.rt, "F-12", "lee", ConsentScope.EVERYTHING)
    assert len(house.all(OptOut)) == 1
    house.clock.tick(hours=49)
    house.works()
    assert check_ins_got(ana) == 0


# ---- minors


def with_a_minor(house: House) -> None:
    contacts = [NewContact("Ana Morales", ANA, role="mother"), NewContact("Ben Morales", BEN, role="son, 15")]
    house.enrols(contacts=contacts)
    house.works()


def test_a_minor_is_texted_nothing_before_a_guardian_has_agreed(house, ana):
    with_a_minor(house)
    ana.texts("1")
    house.clock.tick(hours=49)
    house.works()
    assert house.phone(BEN).got == []
    assert "guardian-wanted" in house.tasks
    assert check_ins_got(ana) == 1


def test_a_guardians_word_lets_us_ask_the_minor_and_both_words_are_kept(house, ana):
    with_a_minor(house)
    ben = house.phone(BEN)
    consents.record(house.rt, person(house, "Ben").reference, "lee", SPOKEN, guardian=person(house, "Ana").reference)
    house.works()
    assert questions(ben) == 1
    ben.texts("1")
    house.clock.tick(hours=48)
    house.works()
    assert check_ins_got(ben) == 1
    (said,) = [each for each in house.all(Consent) if each.guardian_id is not None]
    assert said.guardian_id == person(house, "Ana").id


def test_a_minors_own_one_is_not_enough(house, ana):
    with_a_minor(house)
    house.phone(BEN).texts("1")
    house.clock.tick(hours=49)
    house.works()
    assert check_ins_got(house.phone(BEN)) == 0


def test_whoever_may_be_the_danger_gives_nobodys_consent(house, ana):
    with_a_minor(house)
    minor, guardian = person(house, "Ben").reference, person(house, "Ana").reference
    consents.suspect(house.rt, guardian, "lee", is_danger=True)
    with pytest.raises(WordsRefused, match="may be the danger"):
        consents.record(house.rt, minor, "lee", SPOKEN, guardian=guardian)
    house.works()
    assert house.phone(BEN).got == []


def test_what_hung_on_the_word_of_somebody_who_may_be_the_danger_ends(house, ana):
    with_a_minor(house)
    minor, guardian = person(house, "Ben").reference, person(house, "Ana").reference
    consents.record(house.rt, minor, "lee", SPOKEN, guardian=guardian)
    house.works()
    house.phone(BEN).texts("1")
    assert consents.suspect(house.rt, guardian, "lee", is_danger=True) == 1
    house.clock.tick(hours=49)
    house.works()
    assert check_ins_got(house.phone(BEN)) == 0
    ended = [each for each in house.all(CheckIn) if each.contact_id == person(house, "Ben").id]
    assert (CheckInState.CANCELLED, "guardian-may-be-danger") in {(each.state, each.reason) for each in ended}
    assert all(each.state.is_over for each in ended)


def test_a_guardian_is_a_grown_person_of_the_same_family_with_a_phone_of_their_own(house, ana):
    with_a_minor(house)
    house.enrols(
        "24-0118", contacts=[NewContact("Carla Ruiz", CARLA), NewContact("Dani Ruiz", "+13145550104", role="teen")]
    )
    ben, carla, dani = (person(house, name).reference for name in ("Ben", "Carla", "Dani"))
    for minor, guardian in ((ben, carla), (ben, ben), (ben, dani), (carla, carla)):
        with pytest.raises(WordsRefused):
            consents.record(house.rt, minor, "lee", SPOKEN, guardian=guardian)
    with pytest.raises(WordsRefused, match="guardian"):
        consents.record(house.rt, ben, "lee", SPOKEN)


@pytest.mark.parametrize(
    ("role", "minor"),
    [
        ("mother", False), ("minor", True), ("Teen", True), ("son, 15", True), ("son (18)", False), ("child", True),
        ("mother of the child", False), ("niño", True), ("madre del niño", False), ("menor", True), ("sister 7", True),
        ("teen mother", True), ("caregiver", False), ("grandmother, 61", False), ("hija", False),
    ],
)  # fmt: skip
def test_who_is_a_minor_by_what_was_said_of_them(role, minor):
    assert is_minor(role) is minor


# ---- the record


def test_the_record_says_who_agreed_to_what_how_and_until_when(house, rt, ana):
    with_a_minor(house)
    ana.texts("1")
    consents.record(rt, person(house, "Ben").reference, "lee", SPOKEN, guardian=person(house, "Ana").reference)
    record = consents.show(rt, "F-12", "lee")
    by_name = {each.name: each for each in record.people}
    (ana_said,), (ben_said,) = by_name["Ana Morales"].said, by_name["Ben Morales"].said
    assert (ana_said.state, ana_said.source, ana_said.scope) == (
        ConsentState.GIVEN,
        ConsentSource.BY_TEXT,
        ConsentScope.THIS_PROGRAMME,
    )
    assert ana_said.wording == rt.wording.version
    assert ana_said.ends_at is not None
    assert (ben_said.guardian, ben_said.recorded_by) == ("Ana Morales", "Dana Lee")
    assert (by_name["Ana Morales"].permits, by_name["Ben Morales"].permits) == (True, False)


def test_an_officer_sees_no_record_and_a_family_of_several_is_asked_which(house, rt, ana):
    with_a_minor(house)
    with pytest.raises(WordsRefused):
        consents.show(rt, "F-12", "okafor")
    with pytest.raises(NotFound, match="several people"):
        consents.record(rt, "F-12", "lee", SPOKEN)
