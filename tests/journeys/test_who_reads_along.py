"""We ask now and then who reads the phone, or for the word agreed on; what is answered shows on no screen."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import LargeBinary, type_coerce, update

from bot import directives as d
from checkback.care.flows import phone_safety
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import CheckIn, Contact, SafetyPreference
from checkback.care.ports import Turn
from checkback.care.store import people
from checkback.care.terms import CheckInState, Language, SafetyMode
from tests.care.conftest import ON_SQLITE
from tests.story import ANA, HeldPhone, House

ST_LOUIS = ZoneInfo("America/Chicago")
QUESTION = {Language.ENGLISH: "Who can read", Language.SPANISH: "¿Quién puede leer"}
WORD = {Language.ENGLISH: "the word we agreed on", Language.SPANISH: "la palabra que acordamos"}
NOTED = {
    Language.ENGLISH: "Thanks, got your message. You can write to us here whenever you like.",
    Language.SPANISH: "Gracias, nos llegó su mensaje. Nos puede escribir aquí cuando quiera.",
}


def agreed(house: House, ana: HeldPhone, language: Language = Language.ENGLISH, word: str | None = None) -> str:
    """A family that agreed to be texted, a day before its check-in."""
    family = house.enrols(contacts=[NewContact("Ana Morales", ANA, language=language, safe_word=word)])
    house.works()
    ana.texts("1")
    house.clock.tick(hours=24)
    house.works(1)
    return family


def asks(house: House) -> None:
    assert phone_safety.ask_who_reads(house.rt).failed == 0
    house.works(1)


def preference(house: House) -> SafetyPreference:
    only: SafetyPreference
    (only,) = house.all(SafetyPreference)
    return only


@ON_SQLITE
def test_nobody_is_asked_right_behind_their_consent(house, ana):
    house.enrols()
    house.works()
    ana.texts("1")
    house.clock.tick(minutes=10)
    asks(house)
    assert QUESTION[Language.ENGLISH] not in ana.last
    ana.texts("2")
    assert preference(house).mode is SafetyMode.NEUTRAL


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("answer", "mode"), [("1", SafetyMode.SAFE), ("2.", SafetyMode.NEUTRAL)])
def test_they_are_asked_once_and_any_answer_shows_the_same(house, ana, language, answer, mode):
    agreed(house, ana, language)
    asks(house)
    asks(house)
    assert sum(QUESTION[language] in text for text in ana.got) == 1
    ana.texts(answer)
    assert ana.last == NOTED[language]
    assert preference(house).mode is mode


@ON_SQLITE
def test_a_digit_pressed_twice_ends_nothing(house, ana):
    agreed(house, ana)
    asks(house)
    ana.texts("2")
    got = len(ana.got)
    ana.texts("2")
    assert len(ana.got) == got
    assert "declined" not in house.tasks


@ON_SQLITE
def test_something_else_in_reply_is_heard_as_what_it_is(house, ana):
    agreed(house, ana)
    asks(house)
    ana.texts("we need a crib")
    assert ana.last != NOTED[Language.ENGLISH]
    assert preference(house).mode is SafetyMode.NEUTRAL


@ON_SQLITE
def test_they_are_asked_again_when_the_word_has_worn_off_and_not_before(house, ana):
    agreed(house, ana)
    asks(house)
    ana.texts("1")
    promises_one_in_two_days(house)
    asks(house)
    assert sum(QUESTION[Language.ENGLISH] in text for text in ana.got) == 1
    house.clock.tick(days=31)
    promises_one_in_two_days(house)
    asks(house)
    assert sum(QUESTION[Language.ENGLISH] in text for text in ana.got) == 2


def promises_one_in_two_days(house: House) -> None:
    """Nothing else is planned, and nothing is open."""
    with house.rt.store.begin("tests.promises-one") as tx:
        first, *rest = tx.session.query(CheckIn).filter(CheckIn.state == CheckInState.PLANNED).order_by(CheckIn.due_at)
        first.due_at, first.send_before = house.clock.now() + timedelta(days=2), house.clock.now() + timedelta(days=4)
        tx.record("tests.moved", first)
        for each in rest:
            each.due_at, each.send_before = first.due_at + timedelta(days=99), first.due_at + timedelta(days=120)


@ON_SQLITE
@pytest.mark.parametrize("mode", [SafetyMode.UNSAFE, None])
def test_an_unsafe_or_a_shared_phone_is_never_asked(house, ana, mode):
    agreed(house, ana)
    if mode is None:
        house.enrols("24-0119", contacts=[NewContact("Ben Ortiz", ANA)])
    else:
        house.marks_phones(mode)
    asks(house)
    assert not any(QUESTION[Language.ENGLISH] in text for text in ana.got)


@ON_SQLITE
def test_nobody_is_asked_before_they_agreed_or_after_they_want_no_texts(house, ana):
    house.enrols()
    house.works()
    house.clock.tick(hours=24)
    asks(house)
    ana.texts("STOP")
    asks(house)
    assert not any(QUESTION[Language.ENGLISH] in text for text in ana.got)


@ON_SQLITE
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("answer", "mode", "task"),
    [
        ("Blue HERON!", SafetyMode.SAFE, False),
        ("heron blue", SafetyMode.NEUTRAL, True),
        ("1", SafetyMode.NEUTRAL, True),
        ("who?", SafetyMode.NEUTRAL, True),
    ],
)
def test_whoever_agreed_on_a_word_is_asked_for_it_and_a_wrong_one_learns_nothing(
    house, ana, language, answer, mode, task
):
    agreed(house, ana, language, word="blue héron")
    asks(house)
    assert WORD[language] in ana.last
    ana.texts(answer)
    assert ana.last == NOTED[language]
    assert preference(house).mode is mode
    assert ("phone-unsure" in house.tasks) is task


@ON_SQLITE
def test_a_wrong_word_on_a_phone_that_was_safe_ends_that(house, ana):
    family = agreed(house, ana, word="gardenia")
    phone_safety.set_mode(house.rt, family, "lee", SafetyMode.SAFE)
    with house.rt.store.begin("tests.asks") as tx:
        tx.session.query(SafetyPreference).one().said_safe_at = house.clock.now() - timedelta(days=31)
        tx.record("tests.asks", tx.session.query(SafetyPreference).one())
    needs_what_gives_them_away(house, ana)
    ana.texts("daisy")
    assert preference(house).said_safe_at is None
    assert preference(house).mode is SafetyMode.NEUTRAL


def needs_what_gives_them_away(house: House, ana: HeldPhone) -> None:
    house.assistant.says_next = Turn("state_need", 1.0, [d.OfferResources("partner-violence")])
    ana.texts("a place where he does not find us")


@ON_SQLITE
def test_what_would_give_them_away_waits_for_the_word_and_a_person_has_it_meanwhile(house, ana):
    agreed(house, ana, word="gardenia")
    needs_what_gives_them_away(house, ana)
    assert WORD[Language.ENGLISH] in ana.last
    assert "unmet-need" in house.tasks
    ana.texts("gardenia")
    assert preference(house).mode is SafetyMode.SAFE
    needs_what_gives_them_away(house, ana)
    assert WORD[Language.ENGLISH] not in ana.last


@ON_SQLITE
def test_the_wrong_word_gets_nothing_of_what_was_asked_for(house, ana):
    agreed(house, ana, word="gardenia")
    needs_what_gives_them_away(house, ana)
    ana.texts("daisy")
    needs_what_gives_them_away(house, ana)
    assert WORD[Language.ENGLISH] in ana.last


@ON_SQLITE
def test_what_became_unsafe_after_the_question_is_not_made_safe_by_its_answer(house, ana):
    agreed(house, ana)
    asks(house)
    house.marks_phones(SafetyMode.UNSAFE)
    ana.texts("1")
    assert preference(house).mode is SafetyMode.UNSAFE


@ON_SQLITE
def test_one_contact_that_cannot_be_read_keeps_nobody_else_from_being_asked(house, ana):
    agreed(house, ana)
    house.enrols("24-0119", contacts=[NewContact("Ben Ortiz", "+13145550102")])
    house.works()
    ben = house.phone("+13145550102")
    ben.texts("1")
    house.clock.tick(hours=1)
    unreadable = update(Contact).where(Contact.id == house.all(Contact)[0].id)
    with house.rt.store.engine.begin() as connection:
        connection.execute(unreadable.values(name=type_coerce(b"?", LargeBinary)))
    assert phone_safety.ask_who_reads(house.rt).failed == 1
    assert phone_safety.ask_who_reads(house.rt).failed == 0


def test_whoever_may_not_be_asked_stands_in_nobodys_way(house, ana):
    """As many as are looked at in one go, and more: each is looked at once."""
    agreed(house, ana)
    house.enrols("24-0119", contacts=[NewContact("Ben Ortiz", "+13145550102")])
    house.works()
    house.phone("+13145550102").texts("1")
    house.clock.tick(hours=21)
    now = house.clock.now()
    window = now, now + timedelta(days=9)
    looked_at, after = [], None
    with house.rt.store.read() as tx:
        for _ in range(2):
            (after,) = people.to_ask_who_reads(tx, now, window, now - timedelta(hours=20), after=after, limit=1)
            looked_at.append(after)
        assert people.to_ask_who_reads(tx, now, window, now - timedelta(hours=20), after=after) == []
    assert set(looked_at) == {contact.id for contact in house.all(Contact)}


def test_whoever_has_just_written_is_left_in_peace(house, ana):
    agreed(house, ana)
    ana.texts("thank you")
    asks(house)
    assert QUESTION[Language.ENGLISH] not in ana.last
    (contact,), now = house.all(Contact), house.clock.now()
    with house.rt.store.read() as tx:
        window = now, now + timedelta(days=9)
        assert people.to_ask_who_reads(tx, now, window, now - timedelta(hours=20)) == []
        assert people.to_ask_who_reads(tx, now, window, now) == [contact.id]


def test_a_promise_that_waits_for_the_morning_is_not_put_off_by_our_question(house, ana):
    """One text a day: asked overnight, the question would go first, and what was promised not at all."""
    house.enrols()
    house.works()
    ana.texts("1")
    house.sets_clock(datetime(2026, 3, 5, 19, 50, tzinfo=ST_LOUIS))
    house.works(1)
    asks(house)
    house.sets_clock(datetime(2026, 3, 6, 9, 0, tzinfo=ST_LOUIS))
    house.works()
    asks(house)
    assert not any(QUESTION[Language.ENGLISH] in text for text in ana.got)
    assert house.check_in.state is CheckInState.ASKED


@pytest.mark.parametrize(("hours", "is_asked"), [(24, True), (48, False)])
def test_the_day_of_a_check_in_is_no_day_for_our_question(house, ana, hours, is_asked):
    """On the day before, and eight hours before it."""
    house.enrols(promise_hours=56)
    house.works()
    ana.texts("1")
    house.clock.tick(hours=hours)
    house.works(1)
    asks(house)
    assert (QUESTION[Language.ENGLISH] in ana.last) is is_asked
    house.sets_clock(house.check_in.due_at)
    house.works()
    assert house.check_in.state is CheckInState.ASKED
