"""What became of each text is known in the end, however reports come; and who waited for it is seen to."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import pytest
from sqlalchemy import text as sql

from checkback.care.errors import SendFailed
from checkback.care.flows import outbound
from checkback.care.flows.outbound import DeliveryReport
from checkback.care.model import Consent, EscalationNotice, OutboundMessage, Programme
from checkback.care.ports import OutgoingText
from checkback.care.terms import CheckInState, ConsentState, Lane, NoticeState, OutboundKind, OutboundState
from tests.fakes import Crash
from tests.story import ANA, DR_LEE, FAMILY_LINE, HeldPhone, House


@pytest.fixture
def promised(house: House, ana: HeldPhone) -> House:
    """Agreed, and the promised moment has come."""
    house.enrols()
    house.works()
    ana.texts("1")
    house.clock.tick(hours=48)
    return house


@pytest.fixture
def asked(promised: House) -> House:
    promised.works()
    return promised


def last_text(house: House) -> OutgoingText:
    return house.carrier.taken[-1]


def reports(house: House, status: str, error_code: int | None = None) -> bool:
    text = last_text(house)
    return outbound.record_delivery(house.rt, DeliveryReport(text.id, house.carrier.sid_of(text), status, error_code))


def kept(house: House, kind: OutboundKind) -> OutboundMessage:
    return [message for message in house.outbox() if message.kind is kind][-1]


def test_reports_in_any_order_and_doubled_end_at_delivered(asked):
    for order in list(permutations(["queued", "sent", "delivered"]))[:6]:
        for status in (*order, *order):
            assert reports(asked, status)
    check_in_text = kept(asked, OutboundKind.CHECK_IN)
    assert check_in_text.state is OutboundState.DELIVERED
    assert asked.check_in.state is CheckInState.ASKED


@pytest.mark.parametrize(
    ("first", "then"), [("delivered", "undelivered"), ("undelivered", "delivered"), ("failed", "sent")]
)
def test_an_end_is_an_end(asked, first, then):
    reports(asked, first)
    state = kept(asked, OutboundKind.CHECK_IN).state
    tasks = asked.tasks
    reports(asked, then)
    reports(asked, first)
    assert kept(asked, OutboundKind.CHECK_IN).state is state
    assert asked.tasks == tasks


def test_an_undelivered_check_in_is_the_task_of_whoever_promised_it(asked):
    reports(asked, "undelivered", 21612)
    assert asked.check_in.state is CheckInState.HANDED_OVER
    assert asked.tasks == ["undelivered"]
    assert kept(asked, OutboundKind.CHECK_IN).error_code == 21612


def test_a_report_that_comes_before_our_own_note_of_the_sending_counts(promised, points):
    points.crash_at("outbound.keep-accepted.before-commit")
    with pytest.raises(Crash):
        promised.works()
    assert reports(promised, "delivered")
    assert promised.check_in.state is CheckInState.ASKED
    promised.clock.tick(minutes=2)
    promised.works()
    assert len([text for text in promised.carrier.taken if "How are things" in text.body]) == 1


def test_a_report_of_a_text_nobody_knows_is_no_error(house):
    assert not outbound.record_delivery(house.rt, DeliveryReport(uuid4(), "SM" + "9" * 32, "delivered"))
    assert not outbound.record_delivery(house.rt, DeliveryReport(None, "SM" + "9" * 32, "delivered"))


def test_a_status_nobody_knows_changes_nothing(asked):
    assert reports(asked, "partially_delivered")
    assert kept(asked, OutboundKind.CHECK_IN).state is OutboundState.ACCEPTED


def test_a_text_is_known_by_the_carriers_id_when_ours_is_lacking(asked):
    sid = asked.carrier.sid_of(last_text(asked))
    assert outbound.record_delivery(asked.rt, DeliveryReport(None, sid, "delivered"))
    assert kept(asked, OutboundKind.CHECK_IN).state is OutboundState.DELIVERED


def test_a_crash_after_the_carriers_yes_is_settled_by_asking_and_nothing_is_sent_twice(promised, points):
    points.crash_at("carrier.send.after")
    with pytest.raises(Crash):
        promised.works()
    assert kept(promised, OutboundKind.CHECK_IN).state is OutboundState.SENDING
    promised.clock.tick(seconds=61)
    promised.works()
    assert kept(promised, OutboundKind.CHECK_IN).state is OutboundState.UNCLEAR
    promised.clock.tick(seconds=31)
    promised.works()
    assert kept(promised, OutboundKind.CHECK_IN).state is OutboundState.ACCEPTED
    assert promised.check_in.state is CheckInState.ASKED
    assert len([text for text in promised.carrier.taken if "How are things" in text.body]) == 1


def test_a_text_nobody_can_tell_of_is_a_named_persons_task_and_not_sent_again(promised):
    promised.carrier.loses_next()
    promised.works()
    for _ in range(12):
        promised.clock.tick(seconds=31)
        promised.works(rounds=1)
    assert promised.check_in.state is CheckInState.HANDED_OVER
    assert promised.tasks == ["unclear-send"]
    assert not [text for text in promised.carrier.taken if "How are things" in text.body]


def test_who_wrote_while_nobody_knew_of_a_question_that_never_went_has_a_person_who_asks(promised, ana):
    """Their text counts as the answer, since the question may have come; then it turns out that it had not."""
    promised.carrier.loses_next()
    promised.works(rounds=1)
    ana.texts("we need a crib")
    assert promised.check_in.state is CheckInState.ANSWERED
    for _ in range(12):
        promised.clock.tick(seconds=31)
        promised.works(rounds=1)
    assert not [text for text in promised.carrier.taken if "How are things" in text.body]
    assert promised.tasks.count("unclear-send") == 1


def test_an_alert_that_hangs_but_was_reported_meanwhile_is_not_sent_again(house):
    """The carrier's report is faster than its answer, which is lost: it is clear what became of the alert."""
    house.enrols()
    house.works()
    house.receives("he has a gun", from_=ANA, to=FAMILY_LINE)
    for _ in range(2):
        house.carrier.swallows_next(meanwhile=lambda: reports(house, "sent"))
    house.works(rounds=2)
    assert [text.to for text in house.carrier.taken].count(DR_LEE) == 1
    assert kept(house, OutboundKind.NOTICE).state is OutboundState.SENT


def test_an_undelivered_alert_is_a_notice_that_failed(house, ana):
    house.enrols()
    house.works()
    ana.texts("he has a gun")
    alert = next(text for text in house.carrier.taken if text.to == DR_LEE)
    outbound.record_delivery(house.rt, DeliveryReport(alert.id, house.carrier.sid_of(alert), "failed", 30006))
    assert [notice.state for notice in house.all(EscalationNotice)] == [NoticeState.FAILED]
    assert house.escalation.next_at == house.clock.now()


def test_a_refusal_for_a_while_is_tried_again_and_one_for_good_is_not(promised):
    promised.carrier.refuses_next(20429, times=2)
    promised.works()
    for _ in range(4):
        promised.clock.tick(seconds=10)
        promised.works(rounds=1)
    assert promised.check_in.state is CheckInState.ASKED
    assert kept(promised, OutboundKind.CHECK_IN).attempts == 3


def test_a_number_that_cannot_be_texted_is_a_task_at_once(promised):
    promised.carrier.refuses_numbers[ANA] = SendFailed(21614, permanent=True)
    promised.works()
    assert promised.check_in.state is CheckInState.HANDED_OVER
    assert promised.tasks == ["cannot-text"]
    assert kept(promised, OutboundKind.CHECK_IN).error_code == 21614


def test_a_carrier_that_is_down_past_the_promises_time_leaves_a_task(promised):
    promised.carrier.is_down = True
    promised.works()
    for _ in range(26):
        promised.clock.tick(hours=1)
        promised.works(rounds=1)
    assert promised.check_in.state is CheckInState.HANDED_OVER
    assert promised.tasks == ["promise-late"]


def test_after_a_long_refusal_a_lost_text_is_looked_for_the_whole_time(promised):
    """Five minutes are counted from when it was handed over last, not from the first refusal an hour ago."""
    promised.carrier.is_down = True
    promised.works()
    promised.clock.tick(hours=1)
    promised.carrier.is_down = False
    promised.carrier.loses_next()
    promised.works()
    promised.clock.tick(minutes=2)
    promised.works()
    assert kept(promised, OutboundKind.CHECK_IN).state is OutboundState.UNCLEAR
    promised.clock.tick(minutes=4)
    promised.works()
    assert promised.tasks == ["unclear-send"]


def test_a_queued_text_nobody_can_read_stops_no_other_is_counted_and_ends_as_a_task(promised, ana):
    promised.carrier.is_down = True
    promised.works()
    with promised.rt.store.begin("test.poison") as tx:
        tx.session.execute(
            sql("UPDATE outbound_message SET body = :lost WHERE state = 'queued'"), {"lost": b"\x63" + b"x" * 40}
        )
    promised.carrier.is_down = False
    promised.clock.tick(minutes=5)
    assert outbound.deliver_due(promised.rt, Lane.FAMILIES).failed == 1
    promised.receives("we need a crib", from_="+13145550102", to=FAMILY_LINE)
    promised.works()
    assert promised.phone("+13145550102").got
    for _ in range(25):
        promised.clock.tick(hours=1)
        outbound.deliver_due(promised.rt, Lane.FAMILIES)
    assert promised.check_in.state is CheckInState.HANDED_OVER


def test_an_alert_nobody_can_read_tells_the_next_person_at_once(house, ana, ortiz):
    house.enrols()
    house.works()
    house.receives("he has a gun", from_=ANA, to=FAMILY_LINE)
    with house.rt.store.begin("test.poison") as tx:
        tx.session.execute(
            sql("UPDATE outbound_message SET body = :lost WHERE kind = 'notice'"), {"lost": b"\x63" + b"x" * 40}
        )
    house.works()
    assert "E-12" in ortiz.last


def test_a_text_left_by_a_dead_worker_that_nobody_can_read_stops_no_other(promised, points):
    points.crash_at("carrier.send.before")
    with pytest.raises(Crash):
        promised.works()
    with promised.rt.store.begin("test.poison") as tx:
        tx.session.execute(
            sql("UPDATE outbound_message SET body = :lost WHERE state = 'sending'"), {"lost": b"\x63" + b"x" * 40}
        )
    for _ in range(12):
        promised.clock.tick(minutes=1)
        promised.ticks()
    assert promised.check_in.state is CheckInState.HANDED_OVER
    assert promised.tasks == ["unclear-send"]


def test_the_carrier_is_told_to_drop_what_it_cannot_deliver_in_the_window(promised):
    """One in the afternoon is seven hours before the window closes; the promise itself would wait for a day."""
    promised.clock.tick(hours=3)
    promised.works()
    text = last_text(promised)
    assert "How are things" in text.body
    assert timedelta(hours=6, minutes=59) < text.valid_for <= timedelta(hours=7)


# Two families, one phone, the same words


@pytest.fixture
def shared(house: House, ana: HeldPhone) -> House:
    """Two families with one phone, the promised moment of each has come, and nobody knows what became of the texts."""
    for reference in ("24-0117", "24-0118"):
        house.enrols(reference=reference)
    house.works()
    with house.rt.store.begin("test.agree") as tx:
        tx.session.query(Programme).one().texts_a_day = 2  # else the phone's cap lets one of them wait for a day
        for consent in tx.session.query(Consent):
            consent.state = ConsentState.GIVEN
            tx.record("consent.given", consent)
    house.clock.tick(hours=48)
    return house


def promises(house: House) -> list[str]:
    return sorted(str(check_in.state) for check_in in house.promises())


def time_passes(house: House, *, looks: int) -> None:
    for _ in range(looks):
        house.clock.tick(seconds=31)
        house.works(rounds=1)


def test_one_text_is_not_taken_for_those_of_two_families_with_the_same_words(shared):
    """One was taken and one was lost: which, nobody can know. Neither is sent twice, and each has its person."""
    shared.carrier.swallows_next()
    shared.carrier.loses_next()
    shared.works()
    time_passes(shared, looks=12)
    assert promises(shared) == ["handed-over", "handed-over"]
    assert shared.tasks.count("unclear-send") == 2
    assert len([text for text in shared.carrier.taken if "How are things" in text.body]) == 1


def test_a_report_says_which_of_two_families_texts_it_was_and_the_look_up_settles_the_other(shared):
    shared.carrier.swallows_next()
    shared.carrier.swallows_next()
    shared.works()
    first, second = [text for text in shared.carrier.taken if "How are things" in text.body]
    outbound.record_delivery(shared.rt, DeliveryReport(first.id, shared.carrier.sid_of(first), "sent"))
    time_passes(shared, looks=4)
    assert promises(shared) == ["asked", "asked"]
    kept_as = {message.id: message.carrier_sid for message in shared.outbox()}
    assert kept_as[second.id] == "SM" + str(shared.carrier.taken.index(second) + 1).zfill(32)
    assert kept_as[first.id] != kept_as[second.id]


def test_a_text_that_went_for_one_family_is_not_taken_for_the_others_lost_one(shared):
    shared.carrier.loses_next()
    shared.works()
    time_passes(shared, looks=12)
    assert promises(shared) == ["asked", "handed-over"]


def test_a_later_text_with_the_same_words_is_not_taken_for_a_lost_one(promised, ana):
    """Another house on the same account texted the same an hour later."""
    promised.carrier.loses_next()
    promised.works()
    (lost,) = [message for message in promised.outbox() if message.kind is OutboundKind.CHECK_IN]
    promised.clock.tick(minutes=3)
    promised.carrier.send(OutgoingText(uuid4(), lost.sender, ANA, lost.body, timedelta(hours=1)))
    time_passes(promised, looks=12)
    assert promises(promised) == ["handed-over"]
