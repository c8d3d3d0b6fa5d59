"""One phone that two incidents name: a person is asked once, and nobody's yes is another's."""

from __future__ import annotations

from checkback.care.errors import SendFailed
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import Consent, Task
from checkback.care.terms import CheckInState, ConsentState
from tests.story import ANA, HeldPhone, House

QUESTION = "Reply 1"


def enrols_another(house: House) -> str:
    """Another incident, another team, the same person on the same phone."""
    return house.enrols("24-0118", clinician="bauer", team="South Team", contacts=[NewContact("Ana  MORALES", ANA)])


def questions(phone: HeldPhone) -> int:
    return sum(QUESTION in text for text in phone.got)


def consents(house: House) -> list[ConsentState]:
    return [consent.state for consent in house.all(Consent)]


def ends(house: House) -> list[tuple[CheckInState, str | None]]:
    return sorted((check_in.state, check_in.reason) for check_in in house.promises())


def test_an_open_question_is_not_asked_again_and_its_answer_counts_for_both(house: House, ana: HeldPhone):
    house.enrols()
    house.works()
    house.clock.tick(minutes=1)
    enrols_another(house)
    house.works()
    assert questions(ana) == 1
    ana.texts("1")
    assert consents(house) == [ConsentState.GIVEN, ConsentState.GIVEN]


def test_both_families_of_one_phone_get_what_they_were_promised(house: House, ana: HeldPhone):
    house.enrols()
    ana.texts("1")
    house.clock.tick(hours=3)
    enrols_another(house)
    assert questions(ana) == 1
    assert consents(house) == [ConsentState.GIVEN, ConsentState.GIVEN]
    for hours in (45, 24):  # one a day is the most for one phone
        house.clock.tick(hours=hours)
        house.works()
        ana.texts("we are fine")
    assert sum("How are things going" in text for text in ana.got) == 2
    assert ends(house) == [(CheckInState.ANSWERED, None), (CheckInState.ANSWERED, None)]


def test_a_no_counts_for_both_and_both_who_promised_have_a_task(house: House, ana: HeldPhone):
    house.enrols()
    enrols_another(house)
    ana.texts("2")
    assert consents(house) == [ConsentState.DECLINED, ConsentState.DECLINED]
    assert ends(house) == [(CheckInState.CANCELLED, "consent-declined")] * 2
    assert house.tasks == ["declined", "declined"]
    assert len({task.owner_id for task in house.all(Task)}) == 2


def test_a_phone_that_has_declined_is_sent_nothing_and_the_promise_is_kept_by_a_person(house: House, ana: HeldPhone):
    house.enrols()
    ana.texts("2")
    got = len(ana.got)
    enrols_another(house)
    house.works()
    assert len(ana.got) == got
    assert house.tasks == ["cannot-text", "declined"]
    assert (CheckInState.HANDED_OVER, "consent-declined") in ends(house)


def test_a_phone_that_has_opted_out_is_sent_nothing_and_the_promise_is_kept_by_a_person(house: House, ana: HeldPhone):
    house.enrols()
    ana.texts("STOP")
    got = len(ana.got)
    enrols_another(house)
    house.works()
    assert len(ana.got) == got
    assert house.tasks == ["cannot-text", "opted-out"]


def test_a_phone_known_to_be_unsafe_is_unsafe_for_the_next_family_too(house: House, ana: HeldPhone):
    house.enrols()
    ana.texts("1")
    ana.texts("he reads my phone")
    got = len(ana.got)
    enrols_another(house)
    house.clock.tick(hours=49)
    house.works()
    assert len(ana.got) == got
    assert house.tasks.count("cannot-text") == 2


def test_a_consent_that_has_run_out_is_asked_for_again(house: House, ana: HeldPhone):
    house.enrols()
    ana.texts("1")
    house.clock.tick(days=397)
    enrols_another(house)
    house.works()
    assert questions(ana) == 2


def test_a_question_of_weeks_ago_is_asked_again(house: House, ana: HeldPhone):
    house.enrols()
    house.works()
    house.clock.tick(days=15)
    enrols_another(house)
    house.works()
    assert questions(ana) == 2


def test_a_question_that_never_arrived_is_asked_again(house: House, ana: HeldPhone):
    house.enrols()
    house.carrier.refuses_numbers[ANA] = SendFailed(30007, permanent=True)
    house.works()
    assert ana.got == []
    del house.carrier.refuses_numbers[ANA]
    enrols_another(house)
    house.works()
    assert questions(ana) == 1


def test_whoever_was_the_wrong_person_said_nothing_for_the_right_one(house: House, ana: HeldPhone):
    house.enrols()
    house.works()
    ana.texts("wrong number")
    enrols_another(house)
    house.works()
    assert questions(ana) == 2


def test_a_no_after_a_yes_counts_for_both(house: House, ana: HeldPhone):
    house.enrols()
    enrols_another(house)
    ana.texts("1")
    ana.texts("2")
    assert consents(house) == [ConsentState.DECLINED, ConsentState.DECLINED]


def enrols_ben(house: House) -> str:
    """Another incident, another person, the same phone."""
    return house.enrols("24-0119", clinician="bauer", team="South Team", contacts=[NewContact("Ben Ortiz", ANA)])


def test_somebody_elses_yes_on_this_phone_is_not_theirs_and_a_person_asks_them(house: House, ana: HeldPhone):
    house.enrols()
    ana.texts("1")
    enrols_ben(house)
    house.clock.tick(hours=49)
    house.works()
    assert questions(ana) == 1
    assert consents(house) == [ConsentState.GIVEN]
    assert (CheckInState.HANDED_OVER, "shared-phone") in ends(house)
    assert house.tasks == ["consent-wanted"]


def test_while_one_has_not_answered_the_other_is_not_asked_on_the_same_phone(house: House, ana: HeldPhone):
    """Nobody could tell who of them answered."""
    house.enrols()
    enrols_ben(house)
    house.works()
    assert questions(ana) == 1
    ana.texts("1")
    assert consents(house) == [ConsentState.GIVEN]


def test_somebody_elses_no_on_this_phone_counts_for_all_who_use_it(house: House, ana: HeldPhone):
    house.enrols()
    house.works()
    ana.texts("2")
    enrols_ben(house)
    house.works()
    assert questions(ana) == 1
    assert (CheckInState.HANDED_OVER, "consent-declined") in ends(house)
