"""A sender sends no faster than its rate, however many workers there are; and a crisis does not wait for check-ins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from checkback.care.flows import outbound
from checkback.care.model import EscalationNotice, OutboundMessage, SenderBucket
from checkback.care.rules.priorities import AHEAD, Priority, priority_of
from checkback.care.rules.segments import segments
from checkback.care.runtime import Runtime
from checkback.care.store import buckets, people
from checkback.care.terms import Lane, OutboundKind, Sender
from tests.care.store.test_claims import all_at_once, another
from tests.story import ANA, FAMILY_LINE, HeldPhone, House

HOUR = timedelta(hours=1)


def paced(house: House, rate: float = 1.0) -> House:
    """The same house, its senders at this many segments a second."""
    return replace(house, rt=replace(house.rt, pace={Sender.FAMILY: rate, Sender.ALERT: rate}))


def queue(house: House, kind: OutboundKind, many: int, *, parts: int = 1, lane: Lane = Lane.FAMILIES) -> None:
    """So many texts of a kind that are due, to as many phones."""
    with house.rt.store.begin("test.queue") as tx:
        for n in range(many):
            phone = people.phone_or_new(tx, f"+1314556{n:04d}")
            message = tx.add(
                OutboundMessage(
                    kind=kind,
                    lane=lane,
                    sender=Sender.FAMILY,
                    phone_id=phone.id,
                    body=f"{kind} {n}",
                    dedupe_key=f"test:{kind}:{n}",
                    queued_at=tx.now,
                    due_at=tx.now,
                    not_after=tx.now + HOUR,
                    priority=priority_of(kind),
                    segments=parts,
                )
            )
            tx.record("text.queued", message)


def sent_by(house: House, rts: Mapping[str, Runtime], rounds: int, seconds: float) -> list[tuple[datetime, str]]:
    """Every worker looks at its lanes, then some time passes; what went, and when."""
    went: list[tuple[datetime, str]] = []
    for _ in range(rounds):
        before = len(house.carrier.taken)
        for lane in Lane:
            all_at_once(*(lambda rt=rt, lane=lane: outbound.deliver_due(rt, lane, 5) for rt in rts.values()))
        went += [(house.clock.now(), text.body) for text in house.carrier.taken[before:]]
        house.clock.tick(seconds=seconds)
    return went


@pytest.mark.parametrize(("rate", "parts"), [(1.0, 1), (1.0, 3), (3.0, 1), (0.5, 2)])
def test_two_workers_together_never_send_faster_than_the_sender_may(house, home, tmp_path, rate, parts):
    house = paced(house, rate)
    queue(house, OutboundKind.CHECK_IN, 60, parts=parts)
    began = house.clock.now()
    with another(house, home.url, tmp_path) as second:
        rts = {"one": house.rt, "two": paced(second, rate).rt}
        went = sent_by(house, rts, rounds=40, seconds=0.5)
    for count, (at, _) in enumerate(went):  # before this one went, all before it had their time
        assert count * parts <= rate * (at - began + AHEAD[Priority.CHECK_IN]).total_seconds() + 1e-6
    assert len(went) >= min(60, 20 * rate / parts) - 1


def test_sixty_families_of_check_ins_do_not_delay_the_answer_to_a_crisis(house, ana: HeldPhone):
    house.enrols()
    house.works()
    house = paced(house)
    queue(house, OutboundKind.CHECK_IN, 60, parts=2)
    sent_by(house, {"one": house.rt}, rounds=10, seconds=0.5)
    house.receives("I want to kill myself", from_=ANA, to=FAMILY_LINE)
    outbound.deliver_due(house.rt, Lane.ALERTS)
    assert "988" in ana.last
    assert len(house.carrier.taken) < 10


def test_a_check_in_waits_for_the_time_that_a_crisis_answer_took(house, ana):
    house = paced(house)
    queue(house, OutboundKind.SAFETY, 10, lane=Lane.ALERTS)
    queue(house, OutboundKind.CHECK_IN, 1)
    went = sent_by(house, {"one": house.rt}, rounds=24, seconds=0.5)
    began = went[0][0]
    assert len([body for at, body in went if at == began and body.startswith("safety")]) == 5, "one look of a worker"
    (check_in_at,) = [at for at, body in went if body.startswith("check-in")]
    assert check_in_at - began >= timedelta(seconds=10) - AHEAD[Priority.CHECK_IN]


def test_the_most_urgent_of_what_is_due_goes_first(house):
    house = paced(house)
    for kind in (OutboundKind.CHECK_IN, OutboundKind.WELCOME, OutboundKind.ANSWER, OutboundKind.PERSONAL):
        house.clock.tick(seconds=1)  # the least urgent is the oldest
        queue(house, kind, 1)
    went = sent_by(house, {"one": house.rt}, rounds=12, seconds=0.5)
    assert [body.split()[0] for _, body in went] == ["personal", "answer", "welcome", "check-in"]


def test_what_is_too_late_is_handed_to_a_person_though_its_sender_has_no_room(house):
    house.enrols()
    house = paced(house, 0.01)
    queue(house, OutboundKind.SAFETY, 1, parts=2, lane=Lane.ALERTS)
    sent_by(house, {"one": house.rt}, rounds=1, seconds=1)
    house.clock.tick(hours=40)
    with house.rt.store.begin("test.fill") as tx:
        buckets.take(tx, Sender.FAMILY, 6000, 0.01, Priority.SAFETY)
    outbound.deliver_due(house.rt, Lane.FAMILIES)
    assert "undelivered" in house.tasks
    assert house.carrier.to(ANA) == []


def test_a_text_takes_as_many_places_as_it_has_segments(house, ana):
    house = paced(house)
    house.enrols()
    outbound.deliver_due(house.rt, Lane.FAMILIES)
    (message,) = house.outbox()
    (bucket,) = house.all(SenderBucket)
    assert message.segments == segments(message.body)
    assert bucket.free_at - house.clock.now() == timedelta(seconds=message.segments)


def test_what_one_sender_sends_takes_nothing_from_the_other(house, ana, dr_lee):
    house = paced(house)
    house.enrols()
    house.works()
    queue(house, OutboundKind.CHECK_IN, 30)
    ana.house = dr_lee.house = house
    ana.texts("he has a gun")
    assert "EMERGENT" in dr_lee.last


def test_an_emergency_overtakes_every_note_of_a_night(house, ana, dr_lee):
    house.enrols()
    house.works()
    house = paced(house)
    for n in range(20):  # strangers, each a note to who is on call
        house.receives("I cannot cope", from_=f"+131455501{71 + n}", to=FAMILY_LINE)
    house.clock.tick(hours=1)
    sent_by(house, {"one": house.rt}, rounds=4, seconds=0.5)
    told = len(dr_lee.got)
    house.receives("he has a gun", from_=ANA, to=FAMILY_LINE)
    outbound.deliver_due(house.rt, Lane.ALERTS)
    assert "EMERGENT" in "".join(dr_lee.got[told:])


def test_what_a_stranger_writes_short_of_a_crisis_is_told_to_one_and_a_crisis_to_every_team(house):
    house.receives("I cannot cope", from_="+13145550171", to=FAMILY_LINE)
    assert len([notice for notice in house.all(EscalationNotice) if notice.staff_id]) == 1
    house.receives("he has a gun", from_="+13145550172", to=FAMILY_LINE)
    assert len({notice.staff_id for notice in house.all(EscalationNotice) if notice.staff_id}) > 1


def test_a_sender_that_is_not_paced_sends_at_once(house):
    queue(house, OutboundKind.CHECK_IN, 20)
    outbound.deliver_due(house.rt, Lane.FAMILIES, 20)
    assert len(house.carrier.taken) == 20
