"""Numbers change, and strangers write: nobody who may be somebody else learns anything of a family."""

from __future__ import annotations

import pytest

from checkback.care.errors import WordsRefused
from checkback.care.flows import consents, phone_safety
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import ContactPhone, SafetyPreference
from checkback.care.terms import CheckInState, Language, SafetyMode
from tests.care.conftest import ON_SQLITE
from tests.story import ANA, FAMILY_LINE, ORTIZ, HeldPhone, House

NEW, BEN = "+13145550107", "+13145550102"
QUESTION = {Language.ENGLISH: "We were given this number", Language.SPANISH: "Nos pasaron este número"}


@pytest.fixture
def new(house: House) -> HeldPhone:
    return house.phone(NEW)


def moved(house: House, ana: HeldPhone, language: Language = Language.ENGLISH) -> str:
    family = house.enrols(contacts=[NewContact("Ana Morales", ANA, language=language)])
    house.works()
    ana.texts("1")
    phone_safety.set_mode(house.rt, family, "lee", SafetyMode.SAFE)
    phone_safety.change_number(house.rt, family, "lee", "(314) 555-0107")
    house.works()
    return family


@pytest.mark.parametrize("language", Language)
def test_the_new_number_is_asked_first_and_the_old_one_is_silent(house, ana, new, language):
    moved(house, ana, language)
    got = len(ana.got)
    (asked,) = new.got
    assert QUESTION[language] in asked
    house.clock.tick(hours=24)
    new.texts("1")
    house.clock.tick(hours=25)
    house.works()
    assert house.check_in.state is CheckInState.ASKED
    assert len(new.got) == 3
    assert len(ana.got) == got


@ON_SQLITE
def test_what_was_safe_on_the_old_phone_is_not_on_the_new_one(house, ana, new):
    moved(house, ana)
    assert house.all(SafetyPreference)[0].mode is SafetyMode.NEUTRAL


@ON_SQLITE
def test_nothing_else_goes_to_a_number_that_has_not_answered(house, ana, new):
    moved(house, ana)
    for hours in (50, 72):
        house.clock.tick(hours=hours)
        house.works()
    assert len(new.got) == 1
    assert house.check_in.state is CheckInState.HANDED_OVER


@ON_SQLITE
@pytest.mark.parametrize("said", ["who is this?", "Who is this and what happened"])
def test_whoever_asks_who_we_are_learns_that_and_no_more(house, ana, new, said):
    moved(house, ana)
    new.texts(said)
    assert new.last == house.rt.wording.render(
        "about.who", Language.ENGLISH, SafetyMode.NEUTRAL, programme="Riverbend Families"
    )


@ON_SQLITE
def test_a_wrong_new_number_is_left_alone_and_a_person_finds_the_right_one(house, ana, new):
    moved(house, ana)
    new.texts("2")
    assert "Sorry for the mix-up" in new.last
    got = len(new.got)
    house.clock.tick(hours=50)
    house.works()
    assert len(new.got) == got
    assert "number-changed-hands" in house.tasks
    assert all(use.until is not None for use in house.all(ContactPhone))


@ON_SQLITE
def test_whoever_writes_from_the_old_number_is_a_stranger_from_then_on(house, ana, new):
    moved(house, ana)
    ana.texts("hello?")
    assert ana.last == house.rt.wording.render("unknown.hello", Language.ENGLISH, SafetyMode.NEUTRAL)


@ON_SQLITE
def test_staff_may_say_that_the_new_number_is_theirs(house, ana, new):
    family = moved(house, ana)
    consents.confirm_number(house.rt, family, "lee")
    house.clock.tick(hours=49)
    house.works()
    assert house.check_in.state is CheckInState.ASKED
    assert len(new.got) == 2


@ON_SQLITE
def test_they_may_go_back_to_an_earlier_number(house, ana, new):
    family = moved(house, ana)
    phone_safety.change_number(house.rt, family, "lee", ANA)
    house.works()
    assert QUESTION[Language.ENGLISH] in ana.last


@ON_SQLITE
@pytest.mark.parametrize(
    ("number", "why"),
    [("12", "ten digits"), (FAMILY_LINE, "one of ours"), (ORTIZ, "colleague"), (ANA, "already"), (BEN, "uses this")],
)  # fmt: skip
def test_a_number_that_cannot_be_theirs_alone_is_refused_with_what_to_do(house, number, why):
    family = house.enrols()
    house.enrols("24-0119", contacts=[NewContact("Ben Ortiz", BEN)])
    with pytest.raises(WordsRefused, match=why):
        phone_safety.change_number(house.rt, family, "lee", number)
    assert [use.until for use in house.all(ContactPhone)] == [None, None]


@pytest.mark.parametrize(
    ("said", "key", "language"),
    [
        ("who is this?", "about.who", Language.ENGLISH),
        ("¿quién es?", "about.who", Language.SPANISH),
        ("wrong number", "wrong_person.sorry", Language.ENGLISH),
        ("número equivocado", "wrong_person.sorry", Language.SPANISH),
        ("hola, necesito hablar", "unknown.hello", Language.SPANISH),
    ],
)
def test_a_stranger_is_answered_in_their_language_and_learns_of_no_family(house, said, key, language):
    house.enrols()
    stranger = house.phone("+13145550109")
    stranger.texts(said)
    (answer,) = stranger.got
    assert answer == house.rt.wording.render(key, language, SafetyMode.NEUTRAL, programme="Riverbend Families")
    assert house.tasks == ["unknown-sender"]
