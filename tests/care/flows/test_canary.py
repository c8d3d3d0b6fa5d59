"""A text of ours goes a family's way once an hour; one that does not come back is told, and no family notices."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from checkback.care.flows import auditing, canary, figures, heartbeat, outbound, summoning
from checkback.care.flows.inbound import Received
from checkback.care.model import Canary, Contact, Conversation, Family, InboundMessage, OutboundMessage
from checkback.care.terms import Lane, OutboundKind, Sender
from scheduler.jobs import jobs
from tests.fakes.telling import FakeCaller
from tests.story import ALERT_LINE, ANA, FAMILY_LINE, ON_CALL, House, sender_numbers

CANARY_LINE = "+13145550197"


@pytest.fixture
def flying(house: House) -> House:
    """The house with a second number."""
    house.rt = replace(house.rt, senders={**sender_numbers(), Sender.CANARY: CANARY_LINE})
    return house


def delivers(house: House) -> None:
    """The worker hands over what is due, and the carrier brings what goes from one number of ours to another."""
    before = len(house.carrier.taken)
    for lane in Lane:
        outbound.deliver_due(house.rt, lane, limit=100)
    for text in house.carrier.taken[before:]:
        if text.to in house.rt.senders.values():
            house.receives(text.body, from_=house.rt.senders[text.sender], to=text.to)
    house.clock.tick(seconds=3)


def pages(house: House) -> list[str]:
    canary.watch(house.rt)
    outbound.deliver_due(house.rt, Lane.ALERTS)
    return [text for text in house.phone(ON_CALL).got if "test text" in text]


def pings(house: House) -> int:
    heard: list[str] = []
    (job,) = [each for each in jobs(house.rt, lambda: heard.append("ping")) if each.name == "watch-escalations"]
    job.work()
    return len(heard)


def test_it_is_heard_at_the_family_line_and_its_answer_comes_back(flying):
    assert canary.fly(flying.rt)
    delivers(flying)
    delivers(flying)
    (one,) = flying.all(Canary)
    assert one.heard_at
    assert one.returned_at
    assert [text.to for text in flying.carrier.taken] == [FAMILY_LINE, CANARY_LINE]
    flying.clock.tick(minutes=3)
    assert pages(flying) == []
    assert not figures.look(flying.rt).canary_is_missing
    assert pings(flying) == 1


@pytest.mark.parametrize("legs", [0, 1], ids=["nobody-heard-it", "its-answer-did-not-come-back"])
def test_one_that_is_missing_pages_before_two_minutes_have_passed(flying, legs):
    caller = FakeCaller()
    flying.rt = replace(flying.rt, caller=caller)
    canary.fly(flying.rt)
    for _ in range(legs):
        delivers(flying)
    (one,) = flying.all(Canary)
    flying.clock.set(one.sent_at + timedelta(seconds=90))
    assert pages(flying) == []
    flying.clock.set(one.sent_at + timedelta(seconds=110))
    assert len(pages(flying)) == 1
    assert len(pages(flying)) == 1, "once"
    summoning.make_due(flying.rt)
    assert [call.to for call in caller.rang] == [ON_CALL]
    assert figures.look(flying.rt).canary_is_missing
    assert pings(flying) == 0, "whoever listens outside has another way to a person"


def test_one_goes_an_hour_whatever_the_number_of_clocks(flying):
    assert canary.fly(flying.rt)
    assert not canary.fly(flying.rt)
    flying.clock.tick(hours=1)
    assert canary.fly(flying.rt)
    assert len(flying.all(Canary)) == 2


def test_it_is_nobodys_family_and_nobody_answers_it(flying):
    flying.enrols()
    flying.works()
    before = {kind: len(flying.all(kind)) for kind in (Family, Contact, Conversation, InboundMessage)}
    heard_before = figures.look(flying.rt).last_heard_at
    canary.fly(flying.rt)
    for _ in range(3):
        delivers(flying)
    flying.works()
    assert {kind: len(flying.all(kind)) for kind in before} == before
    assert figures.look(flying.rt).last_heard_at == heard_before, "it must not hide that no family writes"
    assert flying.tasks == []
    assert auditing.audit_promises(flying.rt).failed == 0


def test_it_stands_behind_every_text_to_a_family(flying):
    canary.fly(flying.rt)
    flying.receives("Checkback test text", from_=CANARY_LINE, to=FAMILY_LINE)
    flying.enrols()
    flying.ticks()
    outbound.deliver_due(flying.rt, Lane.FAMILIES, limit=1)
    assert [text.to for text in flying.carrier.taken] == [ANA]


def test_one_that_only_waits_behind_families_is_not_missing_while_a_worker_sends(flying):
    flying.enrols()
    flying.ticks()
    canary.fly(flying.rt)
    flying.clock.tick(minutes=3)
    assert len(flying.outbox()) > 1
    heartbeat.beat(flying.rt, "worker")
    assert pages(flying) == []
    flying.clock.tick(minutes=2)  # and the worker is gone
    assert len(pages(flying)) == 1


def test_it_goes_by_night_and_is_bound_to_nobodys_hours(flying):
    flying.clock.tick(hours=12)
    for _ in range(24):
        flying.clock.tick(hours=1)
        assert canary.fly(flying.rt)
        delivers(flying)
        delivers(flying)
    assert all(one.returned_at for one in flying.all(Canary))


def test_two_numbers_of_ours_never_talk_for_ever(flying):
    canary.fly(flying.rt)
    for _ in range(20):
        delivers(flying)
    (one,) = flying.all(Canary)
    for _ in range(3):
        flying.receives(f"Checkback test text {one.code} was heard.", from_=FAMILY_LINE, to=CANARY_LINE)
        flying.receives(f"Checkback test text {one.code}", from_=CANARY_LINE, to=FAMILY_LINE)
        delivers(flying)
    assert len(flying.carrier.taken) == 2


def test_words_of_ours_that_we_did_not_send_are_not_ours(flying):
    assert flying.receives("hello", from_=CANARY_LINE, to=FAMILY_LINE) is Received.NOT_OURS
    assert flying.receives("text 0123ABCD", from_=CANARY_LINE, to=FAMILY_LINE) is Received.NOT_OURS
    assert flying.receives("hello", from_=ALERT_LINE, to=FAMILY_LINE) is Received.NOT_OURS


def test_whoever_writes_to_the_second_number_is_heard_as_at_the_family_line(flying):
    flying.enrols()
    flying.works()
    assert flying.receives("I want to kill myself", from_=ANA, to=CANARY_LINE) is Received.KEPT
    flying.works()
    assert flying.escalation
    assert "988" in flying.phone(ANA).last


def test_none_goes_while_the_carrier_is_known_to_take_nothing(flying):
    flying.enrols()
    flying.carrier.refuses_next(30034, permanent=False)
    flying.works()
    assert not canary.fly(flying.rt)


def test_a_house_without_a_second_number_sends_none(house):
    assert not canary.fly(house.rt)
    assert [text for text in house.all(OutboundMessage) if text.kind is OutboundKind.CANARY] == []
