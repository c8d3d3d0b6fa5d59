"""Words mean what the person means; and once they want no texts, none follows."""

from __future__ import annotations

import pytest

from checkback.care.errors import SendFailed
from checkback.care.flows import outbound
from checkback.care.flows.enrolment import NewContact
from checkback.care.flows.outbound import DeliveryReport
from checkback.care.model import CheckIn, InboundMessage, OptOut, OutboundMessage, Task
from checkback.care.terms import CheckInState, InboundState, OutboundKind, OutboundState, Sender
from tests.care.conftest import ON_SQLITE
from tests.story import ALERT_LINE, ANA, FAMILY_LINE, HeldPhone, House


@pytest.fixture
def agreed(house: House, ana: HeldPhone) -> House:
    """A family that agreed to be texted."""
    house.enrols()
    house.works()
    ana.texts("1")
    return house


def cancelled(house: House) -> list[OutboundMessage]:
    return [message for message in house.outbox() if message.state is OutboundState.CANCELLED]


@ON_SQLITE
@pytest.mark.parametrize("word", ["STOP", "stop ", "Unsubscribe", "QUIT", "END", "cancel"])
def test_after_the_carriers_keyword_nothing_of_ours_follows(agreed, ana, word):
    before = len(ana.got)
    ana.texts(word)
    agreed.clock.tick(hours=48)
    agreed.works()
    ana.texts("are you there?")
    assert len(ana.got) == before
    assert agreed.check_in.state is CheckInState.CANCELLED
    assert agreed.check_in.reason == "opted-out"
    assert agreed.tasks == ["opted-out", "text-to-read"]


def test_what_the_carrier_took_for_an_opt_out_is_one(agreed, ana):
    ana.texts("basta", opt_out_type="STOP")
    assert [opt_out.source for opt_out in agreed.all(OptOut)] == ["keyword"]
    ana.texts("otra vez", opt_out_type="START")
    assert agreed.all(OptOut)[0].ended_at is not None


def test_what_is_queued_is_taken_back_with_the_reason(house, ana):
    house.enrols()
    assert ana.texts("STOP")
    (welcome,) = cancelled(house)
    assert (welcome.kind, welcome.reason) == (OutboundKind.WELCOME, "opted-out")
    assert ana.got == []


def test_not_even_an_answer_to_a_crisis_that_waits_is_sent_after_a_stop(agreed, ana, dr_lee):
    before = len(ana.got)
    agreed.receives("I want to kill myself", from_=ANA, to=FAMILY_LINE)
    agreed.receives("STOP", from_=ANA, to=FAMILY_LINE)
    agreed.works()
    assert len(ana.got) == before
    assert "E-12" in dr_lee.last


def test_an_answer_nobody_knows_of_is_not_sent_again_after_a_stop(agreed, ana):
    before = len(ana.got)
    agreed.receives("I want to kill myself", from_=ANA, to=FAMILY_LINE)
    agreed.carrier.swallows_next(lambda: agreed.receives("STOP", from_=ANA, to=FAMILY_LINE))
    agreed.works()
    assert len(ana.got) == before + 1


def test_a_turn_that_was_being_answered_says_nothing_after_a_stop(agreed, ana):
    before = len(ana.got)
    agreed.receives("we can't sleep", from_=ANA, to=FAMILY_LINE)
    agreed.receives("STOP", from_=ANA, to=FAMILY_LINE)
    agreed.works()
    assert len(ana.got) == before


def test_an_opt_out_in_words_has_one_confirmation_and_then_nothing(agreed, ana):
    ana.texts("please stop texting me")
    assert "no more texts from us" in ana.last
    before = len(ana.got)
    ana.texts("I said stop texting")
    agreed.clock.tick(hours=48)
    agreed.works()
    assert ana.got[before:] == []
    assert agreed.check_in.state is CheckInState.CANCELLED


def test_a_confirmation_that_the_carrier_would_block_is_not_sent(agreed, ana):
    before = len(ana.got)
    agreed.receives("please stop texting me", from_=ANA, to=FAMILY_LINE)
    agreed.receives("STOP", from_=ANA, to=FAMILY_LINE)
    agreed.works()
    assert len(ana.got) == before


def test_the_carriers_block_at_sending_is_an_opt_out_of_ours(agreed, ana):
    agreed.carrier.refuses_numbers[ANA] = SendFailed(21610, permanent=True)
    agreed.clock.tick(hours=48)
    agreed.works()
    (opt_out,) = agreed.all(OptOut)
    assert (opt_out.source, opt_out.sender) == ("carrier", Sender.FAMILY)
    assert agreed.check_in.state is CheckInState.CANCELLED
    assert agreed.tasks == ["opted-out"]


def test_the_carriers_block_in_a_report_is_an_opt_out_of_ours(agreed, ana):
    agreed.clock.tick(hours=48)
    agreed.works()
    text = agreed.carrier.taken[-1]
    outbound.record_delivery(agreed.rt, DeliveryReport(text.id, agreed.carrier.sid_of(text), "undelivered", 21610))
    assert [opt_out.source for opt_out in agreed.all(OptOut)] == ["carrier"]
    assert agreed.check_in.state.is_over


def test_start_ends_it_and_a_person_plans_anew(agreed, ana):
    ana.texts("STOP")
    ana.texts("START")
    assert agreed.all(OptOut)[0].ended_at is not None
    assert agreed.check_in.state is CheckInState.CANCELLED
    assert "opted-in" in agreed.tasks
    ana.texts("we need a crib")
    assert "555-01" in ana.last


def test_yes_ends_only_an_opt_out_the_carrier_made(agreed, ana):
    ana.texts("please stop texting me")
    ana.texts("YES")
    assert agreed.all(OptOut)[0].ended_at is None
    ana.texts("STOP")
    ana.texts("YES")
    assert agreed.all(OptOut)[0].ended_at is not None


def test_yes_and_start_from_somebody_who_never_opted_out_change_nothing(agreed, ana):
    ana.texts("START")
    ana.texts("YES")
    assert agreed.all(OptOut) == []
    assert agreed.assistant.asked[-1] == "YES"


def test_an_opt_out_in_distress_is_told_as_blocked_and_not_answered(agreed, ana, dr_lee):
    before = len(ana.got)
    ana.texts("stop texting me, I want to kill myself")
    assert "blocked: CALL" in dr_lee.last
    assert agreed.escalation.texts_blocked
    assert len(ana.got) == before


def test_distress_after_an_opt_out_is_told_as_blocked(agreed, ana, dr_lee):
    ana.texts("STOP")
    ana.texts("he has a gun")
    assert "blocked: CALL" in dr_lee.last


def test_both_families_of_a_shared_phone_are_stopped_and_both_are_somebodys_task(house, ana):
    house.enrols("24-1")
    house.enrols("24-2", contacts=[NewContact("Ana Morales", ANA)])
    house.works()
    ana.texts("STOP")
    assert {check_in.state for check_in in house.all(CheckIn)} == {CheckInState.CANCELLED}
    ana.texts("START")
    assert house.tasks == ["opted-in", "opted-in", "opted-out", "opted-out"]
    assert len({task.family_id for task in house.all(Task)}) == 2


def test_a_stop_to_the_staff_line_is_not_one_to_the_family_line(agreed, ana):
    agreed.phone(ANA, ALERT_LINE).texts("STOP")
    assert [opt_out.sender for opt_out in agreed.all(OptOut)] == [Sender.ALERT]
    agreed.clock.tick(hours=48)
    agreed.works()
    assert "How are things going" in ana.last


def test_a_text_of_somebody_who_opted_out_is_still_read_by_a_person(agreed, ana):
    ana.texts("STOP")
    ana.texts("we found the cat")
    assert agreed.tasks == ["opted-out", "text-to-read"]
    assert [text.state for text in agreed.all(InboundMessage) if "cat" in text.body] == [InboundState.WITH_A_PERSON]


def test_a_wrong_number_gets_no_more_and_is_looked_into(agreed, ana):
    ana.texts("sorry, wrong number")
    assert "Sorry for the mix-up" in ana.last
    before = len(ana.got)
    agreed.clock.tick(hours=48)
    agreed.works()
    assert len(ana.got) == before
    assert agreed.check_in.reason == "wrong-person"
    assert agreed.tasks == ["wrong-person"]


def test_somebody_who_declines_is_checked_on_by_a_person(house, ana):
    house.enrols()
    house.works()
    ana.texts("2")
    assert "We will not check in by text" in ana.last
    assert house.check_in.reason == "consent-declined"
    assert house.tasks == ["declined"]


def test_a_check_in_that_is_taken_back_while_its_text_waits_is_not_sent(agreed, ana):
    """The carrier refuses for a while; meanwhile they say it is the wrong number; then the carrier is back."""
    agreed.clock.tick(hours=48)
    agreed.carrier.is_down = True
    agreed.works()
    agreed.receives("wrong number", from_=ANA, to=FAMILY_LINE)
    agreed.works()
    agreed.carrier.is_down = False
    agreed.clock.tick(minutes=5)
    agreed.works()
    assert [text for text in ana.got if "How are things going" in text] == []
    assert agreed.check_in.state.is_over
