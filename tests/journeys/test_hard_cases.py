"""Slips of a thumb, second thoughts, a phone that two families share, somebody who reads along."""

from __future__ import annotations

import pytest

from checkback.care.errors import InvalidEnrolment
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import CheckIn, Consent, SafetyPreference, Task
from checkback.care.terms import CheckInState, ConsentState, EscalationOutcome, EscalationState, SafetyMode, TaskKind
from tests.story import ALERT_LINE, ANA, FAMILY_LINE, HeldPhone, House

OKAFOR = "+13145550145"
BAUER = "+13145550143"


@pytest.fixture
def in_crisis(house: House, ana: HeldPhone) -> House:
    house.enrols()
    ana.texts("I want to kill myself")
    return house


@pytest.mark.parametrize("number", [OKAFOR, BAUER])
def test_an_officer_or_another_team_cannot_end_it_by_a_slip(in_crisis: House, number: str) -> None:
    phone = in_crisis.phone(number, ALERT_LINE)
    phone.texts("reached 12")
    phone.texts("ack 12")
    assert in_crisis.escalation.state is EscalationState.OPEN
    assert "No open alert of yours" in phone.last


def test_a_colleague_cannot_end_what_somebody_has_in_hand(
    in_crisis: House, dr_lee: HeldPhone, ortiz: HeldPhone
) -> None:
    dr_lee.texts("ack 12 20")
    ortiz.texts("reached 12")
    assert in_crisis.escalation.state is EscalationState.ACKNOWLEDGED
    assert "taken by a colleague" in ortiz.last


def test_tried_ends_it_and_leaves_the_task_to_try_again(in_crisis: House, dr_lee: HeldPhone) -> None:
    dr_lee.texts("tried 12")
    assert in_crisis.escalation.outcome is EscalationOutcome.TRIED
    assert in_crisis.tasks == ["call-back"]


def test_nobody_promises_to_call_an_emergency_in_four_hours(house: House, ana: HeldPhone, dr_lee: HeldPhone) -> None:
    house.enrols()
    ana.texts("he has a gun")
    dr_lee.texts("ack 12 240")
    assert "calling in 20 min" in dr_lee.last


def test_new_danger_ends_a_snooze_and_the_next_person_follows(
    house: House, ana: HeldPhone, dr_lee: HeldPhone, ortiz: HeldPhone
) -> None:
    house.enrols()
    ana.texts("he has a gun")
    dr_lee.texts("ack 12 20")
    house.clock.tick(minutes=1)
    ana.texts("the gun is in his hand")
    assert "more was heard" in dr_lee.last
    house.clock.tick(minutes=6)
    house.works()
    house.clock.tick(minutes=6)
    house.works()
    assert any("E-12" in text for text in ortiz.got)


def test_whoever_answers_the_news_keeps_it(house: House, ana: HeldPhone, dr_lee: HeldPhone, ortiz: HeldPhone) -> None:
    house.enrols()
    ana.texts("he has a gun")
    dr_lee.texts("ack 12")
    house.clock.tick(minutes=1)
    ana.texts("the gun is in his hand")
    dr_lee.texts("ack 12")
    house.clock.tick(minutes=6)
    house.works()
    assert ortiz.got == []


def test_the_other_family_of_a_shared_phone_is_not_forgotten(house: House, ana: HeldPhone) -> None:
    first = house.enrols()
    house.enrols("24-0118", clinician="bauer", team="South Team", contacts=[NewContact("Ben Ortiz", ANA)])
    ana.texts("he has a gun")
    (distress,) = [task for task in house.all(Task) if task.kind is TaskKind.DISTRESS]
    assert distress.family_id != house.escalation.family_id
    assert first == "F-12"


def test_a_no_after_a_yes_is_a_no(house: House, ana: HeldPhone) -> None:
    house.enrols()
    ana.texts("1")
    ana.texts("2")
    assert [consent.state for consent in house.all(Consent)] == [ConsentState.DECLINED]
    assert house.check_in.state is CheckInState.CANCELLED
    assert "We will not check in" in ana.last


def test_a_yes_is_kept_while_a_person_has_the_conversation(house: House, ana: HeldPhone, dr_lee: HeldPhone) -> None:
    house.enrols()
    ana.texts("I want to kill myself")
    ana.texts("1")
    dr_lee.texts("reached 12")
    assert [consent.state for consent in house.all(Consent)] == [ConsentState.GIVEN]
    house.clock.tick(hours=48)
    house.works()
    assert "How are things going" in ana.last


def test_a_phone_somebody_reads_along_is_sent_nothing_more(house: House, ana: HeldPhone) -> None:
    house.enrols()
    ana.texts("1")
    ana.texts("he reads my phone")
    house.clock.tick(hours=48)
    house.works()
    assert [safety.mode for safety in house.all(SafetyPreference)] == [SafetyMode.UNSAFE]
    assert house.check_in.state is CheckInState.HANDED_OVER
    assert {check_in.reason for check_in in house.all(CheckIn)} == {"somebody-reads-along"}
    assert house.tasks.count("cannot-text") == 1
    assert "How are things going" not in ana.last


def test_a_family_that_writes_to_the_wrong_number_of_ours_is_heard(house: House, dr_lee: HeldPhone) -> None:
    house.enrols()
    house.phone(ANA, ALERT_LINE).texts("I want to kill myself")
    assert "E-12" in dr_lee.last


@pytest.mark.parametrize("number", [FAMILY_LINE, ALERT_LINE, BAUER, "+13145550190"])
def test_a_number_of_ours_is_nobodys_family(house: House, number: str) -> None:
    with pytest.raises(InvalidEnrolment) as refused:
        house.enrols(contacts=[NewContact("Ana Morales", number)])
    assert "contacts[0].phone" in refused.value.problems


def test_a_number_nobody_ever_gave_out_is_no_escalation(in_crisis: House, dr_lee: HeldPhone) -> None:
    dr_lee.texts("ack 999999")
    assert in_crisis.escalation.state is EscalationState.OPEN
