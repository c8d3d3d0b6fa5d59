"""A word agreed on beforehand says "I am not free to speak": the phone shows nothing of it, and people are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from checkback.care.errors import InvalidEnrolment, WordsRefused
from checkback.care.flows import family_events, phone_safety
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import DistressSignal, InboundMessage, SafetyPreference
from checkback.care.terms import CheckInState, Danger, DistressLevel, Language, SafetyMode, Urgency
from tests.care.conftest import ON_SQLITE
from tests.story import ANA, HeldPhone, House

WORD = "Tulipán"
ORDINARY = {Language.ENGLISH: "Thanks, got your message.", Language.SPANISH: "Gracias, nos llegó su mensaje."}


def enrols(house: House, language: Language = Language.ENGLISH, **more: Any) -> str:
    reference = house.enrols(
        contacts=[NewContact("Ana Morales", ANA, language=language, safe_word="blue heron", duress_word=WORD, **more)]
    )
    house.works()
    return reference


def is_told(house: House, dr_lee: HeldPhone) -> None:
    escalation = house.escalation
    assert (escalation.level, escalation.urgency, escalation.danger) == (
        DistressLevel.ACUTE, Urgency.EMERGENT, Danger.DURESS,
    )  # fmt: skip
    assert f"{escalation.reference} emergent. Open the page BEFORE you call" in dr_lee.last


@pytest.mark.parametrize("language", Language)
def test_the_word_shows_the_ordinary_line_and_people_are_told(house, ana, dr_lee, language):
    enrols(house, language)
    ana.texts("1")
    ana.texts("we are all fine here, TULIPAN, thank you")
    assert ana.last == ORDINARY[language]
    is_told(house, dr_lee)


@ON_SQLITE
@pytest.mark.parametrize(
    "text", ["tulipan", "TULIPÁN!!!", "Todo bien... tulipan.", "1 tulipan", "tulipan 2", "no tulipan"]
)
def test_it_counts_before_they_agreed_to_anything(house, ana, dr_lee, text):
    enrols(house)
    ana.texts(text)
    assert ana.last == ORDINARY[Language.ENGLISH]
    is_told(house, dr_lee)
    assert ana.got[1:] == [ORDINARY[Language.ENGLISH]]


@ON_SQLITE
def test_what_was_promised_is_a_persons_from_then_on_and_the_phone_is_unsafe(house, ana, dr_lee):
    enrols(house)
    ana.texts("1")
    ana.texts("tulipan")
    got = len(ana.got)
    house.clock.tick(hours=60)
    house.works()
    assert house.check_in.state is CheckInState.HANDED_OVER
    assert len(ana.got) == got
    assert house.all(SafetyPreference)[0].mode is SafetyMode.UNSAFE


@ON_SQLITE
def test_while_a_person_has_the_conversation_it_is_as_quiet_as_any_text(house, ana, dr_lee):
    enrols(house)
    ana.texts("1")
    ana.texts("I want to kill myself")
    ana.texts("are you still there")
    got = len(ana.got)
    ana.texts("it is okay now")
    ana.texts("really okay, tulipan")
    assert len(ana.got) == got  # as after the text before it
    is_told(house, dr_lee)


@ON_SQLITE
def test_while_texts_are_paused_it_is_heard(house, ana, dr_lee):
    family = enrols(house)
    ana.texts("1")
    family_events.pause(house.rt, family, (house.clock.now() + timedelta(days=9)).date(), "lee")
    ana.texts("tulipan, all good")
    is_told(house, dr_lee)


@ON_SQLITE
@pytest.mark.parametrize("stop", ["STOP", "please stop texting me"])
def test_after_an_opt_out_nothing_is_shown_and_people_are_told_to_call(house, ana, dr_lee, stop):
    enrols(house)
    ana.texts(stop)
    got = len(ana.got)
    ana.texts("thanks, tulipan")
    assert len(ana.got) == got
    is_told(house, dr_lee)
    assert house.escalation.texts_blocked


@ON_SQLITE
@pytest.mark.parametrize(
    "said", ["he has a gun tulipan", "he hits me tulipan", "I want to kill myself, tulipan", "help tulipan"]
)
def test_beside_other_danger_the_answer_still_shows_nothing_and_all_of_it_is_kept(house, ana, dr_lee, said):
    enrols(house)
    ana.texts(said)
    assert ana.last == ORDINARY[Language.ENGLISH]
    is_told(house, dr_lee)
    (signal,) = house.all(DistressSignal)
    assert "word.duress" in signal.evidence
    assert "fake." in signal.evidence


@ON_SQLITE
def test_words_of_child_abuse_beside_it_still_ask_for_a_decision_about_a_report(house, ana):
    enrols(house)
    ana.texts("he touches my sister tulipan")
    assert "mandated-report" in house.tasks


@ON_SQLITE
def test_it_is_heard_on_the_staff_line_too(house, dr_lee):
    enrols(house)
    house.phone(ANA, line="+13145550198").texts("tulipan")
    is_told(house, dr_lee)


@ON_SQLITE
def test_on_a_shared_phone_the_word_says_who_writes(house, ana, dr_lee):
    enrols(house)
    house.enrols(
        "24-0119",
        clinician="bauer",
        team="South Team",
        contacts=[NewContact("Ben Ortiz", ANA, duress_word="Cardamom")],
    )
    ana.texts("all good, cardamom")
    assert house.all(InboundMessage)[-1].danger is Danger.DURESS
    ben = next(pref for pref in house.all(SafetyPreference) if pref.duress_word == "Cardamom")
    assert house.escalation.contact_id == ben.contact_id


@ON_SQLITE
def test_a_word_taken_away_says_nothing_any_more(house, ana):
    family = enrols(house)
    phone_safety.set_words(house.rt, family, "lee", duress_word="")
    ana.texts("1")
    ana.texts("tulipan")
    assert house.all(DistressSignal) == []


def test_the_words_are_sealed_and_never_shown(house):
    family = enrols(house)
    found = phone_safety.show(house.rt, family, "lee")
    assert (found.has_safe_word, found.has_duress_word) == (True, True)
    assert WORD not in repr(found)
    with house.rt.store.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT safe_word, duress_word FROM safety_preference").one()
    assert all(b"tulip" not in bytes(each).lower() and b"heron" not in bytes(each).lower() for each in kept)


@ON_SQLITE
@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"duress_word": "stop"}, "contacts[0].duress_word"),
        ({"duress_word": "food"}, "contacts[0].duress_word"),
        ({"safe_word": "7"}, "contacts[0].safe_word"),
        ({"safe_word": "heron", "duress_word": "blue heron"}, "contacts[0].duress_word"),
        ({"safe_word": "x\x00y"}, "contacts[0].safe_word"),
    ],
)
def test_enrolment_names_a_word_that_cannot_be(house, words, field):
    with pytest.raises(InvalidEnrolment) as refused:
        house.enrols(contacts=[NewContact("Ana Morales", ANA, **words)])
    assert list(refused.value.problems) == [field]


@ON_SQLITE
def test_staff_are_told_why_a_word_cannot_be_and_nothing_is_kept(house):
    family = enrols(house)
    with pytest.raises(WordsRefused, match="every day"):
        phone_safety.set_words(house.rt, family, "lee", safe_word="gardenia", duress_word="school")
    assert house.all(SafetyPreference)[0].safe_word == "blue heron"
    with pytest.raises(WordsRefused, match="officer"):
        phone_safety.set_words(house.rt, family, "okafor", duress_word="gardenia")
