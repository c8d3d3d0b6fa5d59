"""What the carrier answers is carried out: for the text, for the phone, for whoever waits. Each row of the table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from checkback.care.errors import SendFailed
from checkback.care.flows import outbound
from checkback.care.flows.enrolment import NewContact
from checkback.care.flows.outbound import DeliveryReport
from checkback.care.model import (
    Contact,
    Conversation,
    EscalationNotice,
    OptOut,
    OutboundMessage,
    Phone,
    SenderBucket,
    Task,
)
from checkback.care.rules.carrier_answers import (
    BAD_CREDENTIALS,
    CARRIER_ANSWERS,
    OPTED_OUT,
    TOO_MANY_AT_ONCE,
    Fate,
    PhoneFinding,
    refused_for_good,
)
from checkback.care.steps.outbox import queue_for_family
from checkback.care.terms import (
    CheckInState,
    EscalationState,
    NoticeState,
    OptOutSource,
    OutboundKind,
    OutboundState,
    PhoneTrouble,
    Sender,
)
from tests.story import ANA, DR_LEE, ON_CALL, HeldPhone, House

BEN = "+13145550102"
ALL = sorted(CARRIER_ANSWERS)
ENDING = [code for code in ALL if CARRIER_ANSWERS[code].fate is Fate.ENDS]
TRIED_AGAIN = [code for code in ALL if CARRIER_ANSWERS[code].fate in (Fate.TRIED_AGAIN, Fate.SLOWED)]
WAITING = [code for code in ALL if CARRIER_ANSWERS[code].fate is Fate.WAITS]
PAUSING = [code for code in ALL if CARRIER_ANSWERS[code].pauses is not None]
SLOWING = [code for code in ALL if CARRIER_ANSWERS[code].fate is Fate.SLOWED]
ALARMING = [code for code in ALL if CARRIER_ANSWERS[code].alarm]
OPTING_OUT: dict[PhoneFinding | None, OptOutSource] = {
    PhoneFinding.OPTED_OUT: OptOutSource.CARRIER,
    PhoneFinding.BLOCKS_US: OptOutSource.BLOCKED,
}
UNREACHABLE: dict[PhoneFinding | None, PhoneTrouble] = {
    PhoneFinding.UNKNOWN: PhoneTrouble.UNKNOWN,
    PhoneFinding.LANDLINE: PhoneTrouble.LANDLINE,
}


@pytest.fixture
def promised(house: House, ana: HeldPhone) -> House:
    """Agreed, and the promised moment has come."""
    house.enrols()
    house.works()
    ana.texts("1")
    house.clock.tick(hours=48)
    return house


def check_ins_of(house: House) -> list[OutboundMessage]:
    return [message for message in house.outbox() if message.kind is OutboundKind.CHECK_IN]


def comes_back(house: House, code: int | None, to: str = ANA) -> None:
    """The carrier reports that the last text to this phone did not arrive."""
    text = next(text for text in reversed(house.carrier.taken) if text.to == to)
    outbound.record_delivery(house.rt, DeliveryReport(text.id, house.carrier.sid_of(text), "undelivered", code))


def asked(house: House) -> list[str]:
    return [body for body in house.carrier.to(ANA) if "How are things" in body]


def works_for(house: House, step: int = 15, **how_long: float) -> None:
    """Time passes, some minutes at a time."""
    for _ in range(int(timedelta(**how_long) / timedelta(minutes=step))):
        house.clock.tick(minutes=step)
        house.works(rounds=1)


@pytest.mark.parametrize("code", ENDING)
def test_a_code_that_ends_a_text_hands_the_promise_over_whichever_way_it_comes(promised, code):
    if code % 2:
        promised.carrier.refuses_next(code, permanent=refused_for_good(code))
        promised.works()
    else:
        promised.works()
        comes_back(promised, code)
    works_for(promised, hours=4)
    assert len(asked(promised)) == 1 - code % 2
    (text,) = check_ins_of(promised)
    assert (text.state.is_over, text.error_code) == (True, code)
    opted_out = CARRIER_ANSWERS[code].phone in OPTING_OUT
    assert promised.check_in.state is (CheckInState.CANCELLED if opted_out else CheckInState.HANDED_OVER)
    assert promised.tasks


@pytest.mark.parametrize("code", TRIED_AGAIN)
def test_a_code_that_passes_is_tried_again_later_and_arrives(promised, code):
    promised.works()
    comes_back(promised, code)
    assert promised.check_in.state is CheckInState.DUE
    promised.works()
    assert len(asked(promised)) == 1, "not at once"
    works_for(promised, hours=2 if code != TOO_MANY_AT_ONCE else 1)
    assert len(asked(promised)) == 2
    assert (promised.check_in.state, promised.tasks) == (CheckInState.ASKED, [])


@pytest.mark.parametrize("code", TRIED_AGAIN)
def test_a_code_that_does_not_pass_ends_as_the_task_of_whoever_promised_it(promised, code):
    promised.works()
    for _ in range(48):
        if promised.check_in.state is CheckInState.ASKED:
            comes_back(promised, code)
        promised.clock.tick(minutes=30)
        promised.works(rounds=1)
    tries = 1 + len(CARRIER_ANSWERS[code].again_after)
    assert 2 <= len(asked(promised)) <= tries
    assert promised.check_in.state is CheckInState.HANDED_OVER
    assert "undelivered" in promised.tasks


@pytest.mark.parametrize("code", WAITING)
def test_what_waits_for_a_mend_goes_by_itself_once_it_is_mended(promised, code):
    promised.carrier.refuses_numbers[ANA] = SendFailed(code, permanent=refused_for_good(code))
    promised.works()
    works_for(promised, hours=2)
    assert (asked(promised), promised.check_in.state) == ([], CheckInState.DUE)
    del promised.carrier.refuses_numbers[ANA]
    works_for(promised, hours=1.5)
    assert len(asked(promised)) == 1
    assert promised.check_in.state is CheckInState.ASKED


@pytest.mark.parametrize("code", WAITING)
def test_what_waits_too_long_is_a_task_and_never_sent_late(promised, code):
    promised.carrier.refuses_numbers[ANA] = SendFailed(code, permanent=False)
    promised.works()
    works_for(promised, step=60, hours=26)
    assert promised.check_in.state is CheckInState.HANDED_OVER
    assert "promise-late" in promised.tasks


@pytest.mark.parametrize("code", ALARMING)
def test_the_team_is_told_once_and_not_once_a_text(house, code):
    house.enrols(contacts=[NewContact("Ana Morales", ANA), NewContact("Ben Morales", BEN)])
    house.enrols(reference="24-0118", contacts=[NewContact("Cal Morales", "+13145550103")])
    for number in (ANA, BEN, "+13145550103"):
        house.carrier.refuses_numbers[number] = SendFailed(code, permanent=refused_for_good(code))
    house.works()
    assert house.tasks.count("carrier-trouble") == 1
    assert len([body for body in house.carrier.to(ON_CALL) if str(code) in body]) == 1


@pytest.mark.parametrize("code", PAUSING)
def test_a_sender_that_stands_still_tries_one_text_and_leaves_the_rest(house, code):
    enrol_many(house, 5)
    house.carrier.refuses_next(code, permanent=refused_for_good(code), times=1)
    house.works(rounds=2)
    assert house.carrier.taken == [text for text in house.carrier.taken if text.sender is Sender.ALERT]
    tried = [message for message in house.outbox() if message.attempts]
    assert [message.kind for message in tried if message.sender is Sender.FAMILY] == [OutboundKind.WELCOME]
    (bucket,) = [bucket for bucket in house.all(SenderBucket) if bucket.sender is Sender.FAMILY]
    assert bucket.paused_by == code
    house.clock.tick(hours=1, minutes=1)
    house.works()
    assert len([text for text in house.carrier.taken if text.sender is Sender.FAMILY]) == 5


@pytest.mark.parametrize("code", PAUSING)
def test_a_crisis_is_answered_and_told_though_everything_else_stands_still(house, ana, dr_lee, code):
    house.enrols()
    house.works()
    enrol_many(house, 2)
    house.carrier.refuses_next(code, permanent=False)
    house.works(rounds=1)
    ana.texts("I want to kill myself")
    assert "988" in ana.last
    assert "URGENT" in dr_lee.last


@pytest.mark.parametrize("code", SLOWING)
def test_a_carrier_that_asks_for_less_gets_less(house, code):
    slowed = paced(house, families=1.0)
    enrol_many(slowed, 12)
    slowed.carrier.refuses_next(code, permanent=False)
    slowed.works(rounds=8)  # 24 seconds
    assert 2 <= len(slowed.carrier.taken) <= 7
    slowed.clock.tick(hours=1)
    slowed.works(rounds=12)
    assert len(slowed.carrier.taken) == 12


@pytest.mark.parametrize("code", [code for code in ALL if CARRIER_ANSWERS[code].phone in OPTING_OUT])
def test_a_phone_that_wants_nothing_of_us_gets_nothing_more(house, ana, code):
    house.enrols()
    house.works()
    ana.texts("1")
    came = list(ana.got)
    comes_back(house, code)
    (opted_out,) = house.all(OptOut)
    assert opted_out.source is OPTING_OUT[CARRIER_ANSWERS[code].phone]
    assert house.check_in.state is CheckInState.CANCELLED
    assert "opted-out" in house.tasks
    ana.texts("we need a crib")
    assert ana.got == came


@pytest.mark.parametrize("code", [code for code in ALL if CARRIER_ANSWERS[code].phone in UNREACHABLE])
def test_a_phone_that_cannot_be_texted_gets_nothing_more_and_its_promise_is_handed_over(house, ana, code):
    house.enrols()
    house.works()
    ana.texts("1")
    comes_back(house, code)
    (phone,) = [phone for phone in house.all(Phone) if phone.number == ANA]
    assert phone.trouble is UNREACHABLE[CARRIER_ANSWERS[code].phone]
    assert "cannot-text" in house.tasks
    came = list(ana.got)
    house.clock.tick(hours=48)
    house.works()
    assert ana.got == came
    assert house.check_in.state is CheckInState.HANDED_OVER


def test_a_phone_that_writes_can_be_texted_after_all(house, ana):
    house.enrols()
    house.works()
    comes_back(house, 30006)
    ana.texts("1")
    assert "Thank you" in ana.last
    assert {phone.trouble for phone in house.all(Phone)} == {None}


def test_a_code_nobody_knows_is_a_task_and_not_tried_again(promised):
    promised.works()
    comes_back(promised, 39999)
    works_for(promised, step=60, hours=20)
    assert (len(asked(promised)), promised.tasks) == (1, ["undelivered"])


def test_a_phone_that_is_off_in_the_evening_is_tried_in_the_morning_and_not_at_night(promised):
    promised.clock.tick(hours=8)  # six in the evening
    promised.works()
    comes_back(promised, 30003)
    hours = set()
    for _ in range(60):
        promised.clock.tick(minutes=15)
        before = len(asked(promised))
        promised.works(rounds=1)
        if len(asked(promised)) > before:
            hours.add(promised.clock.now().hour)
    assert hours == {15}  # nine in St. Louis, in UTC


def test_a_report_that_comes_again_does_not_count_as_another_try(promised):
    promised.works()
    first = promised.carrier.taken[-1]
    sid = promised.carrier.sid_of(first)
    for _ in range(3):
        outbound.record_delivery(promised.rt, DeliveryReport(first.id, sid, "undelivered", 30003))
    works_for(promised, hours=3)
    outbound.record_delivery(promised.rt, DeliveryReport(first.id, sid, "undelivered", 30003))
    assert len(asked(promised)) == 2
    assert promised.check_in.state is CheckInState.ASKED


def test_a_text_that_arrived_after_all_does_not_go_again(promised):
    promised.works()
    first = promised.carrier.taken[-1]
    sid = promised.carrier.sid_of(first)
    outbound.record_delivery(promised.rt, DeliveryReport(first.id, sid, "undelivered", 30003))
    outbound.record_delivery(promised.rt, DeliveryReport(first.id, sid, "delivered"))
    works_for(promised, hours=12)
    assert len(asked(promised)) == 1
    assert check_ins_of(promised)[0].state is OutboundState.DELIVERED
    assert promised.check_in.state is CheckInState.ASKED


# Somebody in distress


@pytest.mark.parametrize("code", [OPTED_OUT, 30004, 30006, 30005])
def test_when_no_text_of_ours_gets_through_to_somebody_in_distress_whoever_was_told_calls(house, ana, dr_lee, code):
    house.enrols()
    house.works()
    ana.texts("I want to kill myself")
    comes_back(house, code)
    house.works()
    assert "blocked: CALL" in dr_lee.last
    assert house.escalation.texts_blocked


def test_a_stop_after_a_cry_for_help_tells_whoever_took_it_to_call(house, ana, dr_lee):
    house.enrols()
    house.works()
    ana.texts("I want to kill myself")
    dr_lee.texts("ack")
    ana.texts("STOP")
    assert "blocked: CALL" in dr_lee.last


@pytest.mark.parametrize("code", [30003, 30008, 30001, 30034])
def test_an_answer_to_a_crisis_that_did_not_arrive_goes_once_more_and_whoever_was_told_calls(house, ana, dr_lee, code):
    house.enrols()
    house.works()
    ana.texts("I want to kill myself")
    came = len(ana.got)
    comes_back(house, code)
    house.works()
    assert len(ana.got) == came + 1
    assert "did not reach their phone: CALL" in dr_lee.last
    told = len(dr_lee.got)
    comes_back(house, code)
    house.works()
    assert (len(ana.got), len(dr_lee.got)) == (came + 1, told)
    assert "undelivered" in house.tasks


@pytest.mark.parametrize("code", [30007, 21612, 39999, None])
def test_an_answer_to_a_crisis_that_cannot_arrive_is_told_at_once(house, ana, dr_lee, code):
    house.enrols()
    house.works()
    ana.texts("I want to kill myself")
    dr_lee.texts("ack")
    came = len(ana.got)
    comes_back(house, code)
    house.works()
    assert len(ana.got) == came
    assert "did not reach their phone: CALL" in dr_lee.last


def test_an_answer_to_a_crisis_that_is_refused_twice_is_told_while_it_is_tried_on(house, ana, dr_lee):
    house.enrols()
    house.works()
    house.carrier.refuses_numbers[ANA] = SendFailed(TOO_MANY_AT_ONCE, permanent=False)
    ana.texts("I want to kill myself")
    house.works()
    assert [body for body in dr_lee.got if "did not reach their phone" in body] == [dr_lee.last]
    del house.carrier.refuses_numbers[ANA]
    house.clock.tick(minutes=2)
    house.works()
    assert "988" in ana.last


@pytest.mark.parametrize("code", ALL)
def test_an_alert_that_does_not_arrive_tells_the_next_person_at_once(house, ana, ortiz, code):
    house.enrols()
    house.works()
    ana.texts("he has a gun")
    assert ortiz.got == []
    comes_back(house, code, to=DR_LEE)
    house.works()
    assert "E-12" in ortiz.got[0]
    assert NoticeState.FAILED in {notice.state for notice in house.all(EscalationNotice)}


@pytest.mark.parametrize("code", [code for code in ALL if CARRIER_ANSWERS[code].phone is not None])
def test_a_pager_that_cannot_be_texted_is_a_task_and_is_left_out_from_then_on(house, ana, dr_lee, ortiz, code):
    house.enrols()
    house.works()
    house.carrier.refuses_numbers[DR_LEE] = SendFailed(code, permanent=True)
    ana.texts("he has a gun")
    assert "E-12" in ortiz.got[0]
    assert "pager-blocked" in house.tasks
    del house.carrier.refuses_numbers[DR_LEE]
    ortiz.texts("reached 12")
    ana.texts("he has a gun again")
    assert dr_lee.got == []
    assert len([body for body in ortiz.got if "E-13" in body]) == 1


def test_a_pager_that_texts_stop_is_told_no_more_and_somebody_else_is_at_once(house, ana, dr_lee, ortiz):
    house.enrols()
    house.works()
    ana.texts("he has a gun")
    dr_lee.texts("STOP")
    assert "E-12" in ortiz.last
    assert house.escalation.state is EscalationState.OPEN
    assert "pager-blocked" in house.tasks


def test_a_persons_own_reply_that_did_not_arrive_is_their_task_and_not_sent_behind_their_back(house, ana):
    house.enrols()
    house.works()
    ana.texts("1")
    with house.rt.store.begin("test.personal") as tx:
        thread, contact = tx.session.query(Conversation).one(), tx.session.query(Contact).one()
        queue_for_family(tx, thread, contact, OutboundKind.PERSONAL, "I will call at five.", dedupe_key="personal:1")
    house.works()
    comes_back(house, 30003)
    works_for(house, hours=4)
    assert len([body for body in ana.got if "at five" in body]) == 1
    assert "undelivered" in house.tasks


def test_refused_credentials_hold_everything_and_lose_nothing(promised):
    promised.carrier.refuses_next(BAD_CREDENTIALS, permanent=False, times=3)
    works_for(promised, hours=1)
    assert len(asked(promised)) == 1
    # One for each of our numbers that met it: a reminder of the task itself is a text too.
    assert {task.detail for task in promised.all(Task) if str(task.kind) == "carrier-trouble"} == {
        "The carrier answers 20003: our credentials are refused."
    }


def enrol_many(house: House, count: int) -> None:
    for n in range(count):
        house.enrols(reference=f"24-9{n:03d}", contacts=[NewContact("Ana Morales", f"+1314555{110 + n:04d}")])


def paced(house: House, *, families: float) -> House:
    return replace(house, rt=replace(house.rt, pace={Sender.FAMILY: families, Sender.ALERT: families}))


def test_a_text_queued_for_a_phone_that_cannot_be_texted_does_not_go(house, ana):
    """The phone was found to be a landline after this text was queued for it."""
    house.enrols()
    with house.rt.store.begin("test.landline") as tx:
        (phone,) = [phone for phone in tx.session.query(Phone) if phone.number == ANA]
        phone.trouble = PhoneTrouble.LANDLINE
        tx.record("phone.landline", phone)
    house.works()
    assert ana.got == []
