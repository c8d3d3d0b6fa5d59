"""A number that was silent for long may be somebody else's: it is asked whose it is before anything is said."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from checkback.care.errors import WordsRefused
from checkback.care.flows import consents, numbers, staff_work
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import CheckIn, Contact, ContactPhone, Phone, StaffMember
from checkback.care.ports import Reassigned
from checkback.care.terms import CheckInState, PhoneDoubt, PhoneTrouble
from tests.fakes import FakeLookup
from tests.fakes.clock import MORNING
from tests.story import ANA, HeldPhone, House

QUESTION = "We have not been in touch for a while"
CONTENT = "How are things going"


@pytest.fixture
def lookup(rt) -> FakeLookup:
    found: FakeLookup = rt.lookup
    return found


@pytest.fixture
def silent(house: House, ana: HeldPhone) -> None:
    """Ana agreed; a check-in is promised for a day seven weeks later, and she has not written since."""
    house.enrols()
    house.works()
    ana.texts("1")
    with house.rt.store.begin("tests.later") as tx:
        check_in = tx.lock(tx.get(CheckIn, house.check_in.id))
        check_in.due_at, check_in.send_before = MORNING + timedelta(days=48), MORNING + timedelta(days=50)
        tx.record("check-in.moved", check_in)


def phone(house: House) -> Phone:
    found: Phone = next(each for each in house.all(Phone) if each.number == ANA)
    return found


def asked(ana: HeldPhone) -> int:
    return sum(QUESTION in text for text in ana.got)


def content(ana: HeldPhone) -> int:
    return sum(CONTENT in text for text in ana.got)


def days_pass(house: House, days: int) -> None:
    house.clock.tick(days=days)
    house.works()


def test_nothing_is_looked_up_before_45_days_or_where_nothing_is_promised_soon(house, silent, lookup):
    days_pass(house, 44)
    assert lookup.asked == []


def test_after_45_days_it_is_looked_up_and_asked_before_any_content(house, silent, ana, lookup):
    days_pass(house, 46)
    assert lookup.asked == [(ANA, MORNING.date())]
    assert asked(ana) == 1
    days_pass(house, 2)
    assert content(ana) == 0
    ana.texts("1")
    assert ana.last.startswith("Thank you. Good to know")
    house.clock.tick(minutes=20)
    house.works()
    assert content(ana) == 1
    assert len(lookup.asked) == 1


def test_without_an_answer_the_promise_is_a_persons(house, silent, ana):
    days_pass(house, 46)
    days_pass(house, 5)
    assert content(ana) == 0
    assert house.check_in.state is CheckInState.HANDED_OVER
    assert "promise-late" in house.tasks


def test_a_number_that_has_gone_to_somebody_else_is_texted_nothing_and_is_a_strangers(house, silent, ana, lookup):
    lookup.knows[ANA] = Reassigned.YES
    got = len(ana.got)
    days_pass(house, 46)
    days_pass(house, 3)
    assert len(ana.got) == got
    assert phone(house).doubt is PhoneDoubt.CHANGED_HANDS
    assert "number-changed-hands" in house.tasks
    assert house.check_in.state is CheckInState.HANDED_OVER
    ana.texts("hello who is this")
    assert "unknown-sender" in house.tasks
    assert all(use.until is not None for use in house.all(ContactPhone))


def test_a_two_says_that_it_is_the_wrong_number(house, silent, ana):
    days_pass(house, 46)
    ana.texts("2")
    assert ana.last.startswith("Sorry for the mix-up")
    days_pass(house, 3)
    assert content(ana) == 0
    assert "number-changed-hands" in house.tasks


def test_words_instead_of_a_digit_are_read_by_a_person_and_the_number_stays_in_doubt(house, silent, ana, rt):
    days_pass(house, 46)
    ana.texts("who is this please")
    assert "text-to-read" in house.tasks
    days_pass(house, 2)
    assert content(ana) == 0
    consents.confirm_number(rt, "F-12", "lee")
    house.clock.tick(minutes=20)
    house.works()
    assert content(ana) == 1


def test_distress_from_a_number_in_doubt_is_heard_like_any(house, silent, ana, dr_lee):
    days_pass(house, 46)
    ana.texts("I want to kill myself")
    assert "E-12" in dr_lee.last
    assert "988" in ana.last


def test_while_nobody_can_say_everything_is_held_and_whoever_promised_knows(house, silent, ana, lookup):
    lookup.is_down = True
    days_pass(house, 46)
    assert (asked(ana), content(ana)) == (0, 0)
    assert house.tasks.count("number-unchecked") == 1
    house.works(10)
    assert len(lookup.asked) == 1, "not again before an hour"
    days_pass(house, 2)
    assert (asked(ana), content(ana)) == (0, 0)
    assert house.tasks.count("number-unchecked") == 1
    lookup.is_down = False
    house.clock.tick(hours=2)
    house.works()
    assert asked(ana) == 1


def test_a_text_of_theirs_ends_the_silence(house, silent, ana, lookup):
    days_pass(house, 40)
    ana.texts("hello")
    days_pass(house, 8)
    assert lookup.asked == []
    assert content(ana) == 1


def test_whoever_writes_before_they_were_asked_is_in_no_doubt(house, silent, ana, lookup):
    lookup.is_down = True
    days_pass(house, 46)
    ana.texts("hi, we are doing better")
    assert phone(house).doubt is None


def test_a_number_the_carrier_does_not_know_is_looked_up_at_most_once_in_thirty_days(house, ana, lookup):
    house.enrols()
    with house.rt.store.begin("tests.trouble") as tx:
        found = tx.lock(tx.get(Phone, phone(house).id))
        found.trouble, found.trouble_since = PhoneTrouble.UNKNOWN, tx.now
        tx.record("phone.unknown", found)
    for _ in range(5):
        days_pass(house, 7)
    assert len(lookup.asked) == 1
    lookup.knows[ANA] = Reassigned.YES
    days_pass(house, 7)
    assert len(lookup.asked) == 2
    assert "number-changed-hands" in house.tasks


def test_a_person_does_not_write_to_a_number_in_doubt(house, silent, ana, rt):
    days_pass(house, 46)
    lee = next(member for member in house.all(StaffMember) if member.login == "lee")
    with pytest.raises(WordsRefused, match="Somebody else may have"):
        staff_work.reply(rt, "F-12", house.all(Contact)[0].id, lee.id, "Hi Ana, about the break-in", uuid4())


def test_a_number_given_anew_by_its_new_family_is_in_no_doubt(house, silent, ana, lookup):
    lookup.knows[ANA] = Reassigned.YES
    days_pass(house, 46)
    house.enrols("24-0200", contacts=[NewContact("Ben Ruiz", ANA)])
    house.works()
    assert phone(house).doubt is None
    assert "Reply 1" in ana.last


def test_a_number_nobody_can_read_is_held_and_stops_no_other(house, silent, ana):
    from sqlalchemy import text  # noqa: PLC0415

    house.clock.tick(days=46)
    with house.rt.store.begin("tests.break") as tx:
        tx.session.execute(text("UPDATE phone SET number = :broken"), {"broken": b"\x01broken"})
    tally = numbers.check(house.rt)
    assert tally.failed
    with house.rt.store.read() as tx:
        doubts = tx.session.execute(text("SELECT doubt FROM phone WHERE doubt IS NOT NULL")).scalars().all()
    assert doubts == ["to-look-up"]
