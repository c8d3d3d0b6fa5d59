"""Two workers, or ten, side by side: what one has taken the others leave alone."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from checkback.care.errors import ClaimLost
from checkback.care.flows import check_ins, conversation, escalations, outbound
from checkback.care.flows.enrolment import NewContact
from checkback.care.flows.inbound import Received, ReceivedText, receive_text
from checkback.care.flows.outbound import DeliveryReport, Share
from checkback.care.model import (
    CheckIn,
    Conversation,
    DialogueTurn,
    Escalation,
    Family,
    InboundMessage,
    OutboundMessage,
    Phone,
)
from checkback.care.store import Store, messages, people
from checkback.care.terms import CheckInState, Lane, OutboundKind, OutboundState, Sender, TurnKind
from tests.care.conftest import ON_POSTGRESQL
from tests.furnished import house_on
from tests.story import ALERT_LINE, ANA, FAMILY_LINE, House

HOUR = timedelta(hours=1)


@contextmanager
def another(house: House, database_url: str, folder: Path) -> Iterator[House]:
    """A second process of the same house: its own connections, the same outside world."""
    made = house_on(
        database_url,
        folder,
        clock=house.clock,
        carrier=house.carrier,
        assistant=house.assistant,
        points=house.rt.points,
    )
    try:
        yield made
    finally:
        made.rt.store.close()


def all_at_once(*works: Callable[[], object]) -> list[object]:
    """Start every work in the same moment; what each returned. One that raises fails the story."""
    start = threading.Barrier(len(works))

    def after_the_start(work: Callable[[], object]) -> object:
        start.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(after_the_start, work) for work in works]]


def queue(store: Store, many: int) -> None:
    """So many texts that are due, to as many phones."""
    with store.begin("test.queue") as tx:
        for n in range(many):
            phone = people.phone_or_new(tx, f"+1314556{n:04d}")
            tx.add(
                OutboundMessage(
                    kind=OutboundKind.PERSONAL,
                    lane=Lane.FAMILIES,
                    sender=Sender.FAMILY,
                    phone_id=phone.id,
                    body=f"text {n}",
                    dedupe_key=f"test:{n}",
                    queued_at=tx.now,
                    due_at=tx.now,
                    not_after=tx.now + HOUR,
                )
            )


def test_two_workers_over_two_hundred_due_texts_send_each_once(house, home, tmp_path):
    queue(house.rt.store, 200)
    with another(house, home.url, tmp_path) as second:

        def works(rt) -> None:
            while outbound.deliver_due(rt, Lane.FAMILIES, limit=25).done:
                pass

        all_at_once(lambda: works(house.rt), lambda: works(second.rt), lambda: works(house.rt))
    bodies = Counter(text.body for text in house.carrier.taken)
    assert len(bodies) == 200
    assert set(bodies.values()) == {1}
    assert {message.state for message in house.outbox()} == {OutboundState.ACCEPTED}


def test_several_senders_begin_with_texts_of_their_own(house):
    queue(house.rt.store, 60)
    shares = [Share(n, 3) for n in range(3)]
    ids = {message.id for message in house.outbox()}
    for share in shares:
        before = len(house.carrier.taken)
        outbound.deliver_due(house.rt, Lane.FAMILIES, 60, share)
        assert {text.id for text in house.carrier.taken[before:]} == {each for each in ids if share.holds(each)}
    assert len(house.carrier.taken) == 60


def test_a_sender_whose_own_texts_are_sent_helps_with_the_others(house):
    queue(house.rt.store, 30)
    share = Share(1, 3)
    while outbound.deliver_due(house.rt, Lane.FAMILIES, 4, share).done:
        pass
    assert len({text.id for text in house.carrier.taken}) == len(house.carrier.taken) == 30


@ON_POSTGRESQL
def test_who_takes_a_turn_does_not_wait_for_who_takes_another(house, home, tmp_path):
    for n in range(2):
        house.enrols(f"24-{n}", contacts=[NewContact("Ana Morales", f"+131455502{n:02d}")])
        house.receives("hello", from_=f"+131455502{n:02d}", to=FAMILY_LINE)
    house.clock.tick(seconds=3)
    conversation.gather_turns(house.rt)
    lease = timedelta(seconds=50)
    with another(house, home.url, tmp_path) as second, house.rt.store.begin("test.claim") as tx:
        mine = messages.claim_turn(tx, lease)
        with second.rt.store.begin("test.claim-beside") as beside:  # the first has not ended yet
            theirs = messages.claim_turn(beside, lease)
            assert mine is not None and theirs is not None
            assert theirs.id != mine.id
            beside.record("test.claimed", theirs)
        tx.record("test.claimed", mine)


def test_the_same_text_fifty_times_at_once_is_kept_once(house, home, tmp_path):
    text = ReceivedText("SM" + "a" * 32, ANA, FAMILY_LINE, "I want to kill myself")
    with another(house, home.url, tmp_path) as second:
        houses = [house, second] * 25
        outcomes = all_at_once(*(lambda rt=h.rt: receive_text(rt, text) for h in houses))
    assert Counter(outcomes) == {Received.KEPT: 1, Received.DUPLICATE: 49}
    assert len(house.all(InboundMessage)) == len(house.all(Escalation)) == len(house.all(Conversation)) == 1
    assert len([phone for phone in house.all(Phone) if phone.number == ANA]) == 1


def test_texts_of_a_stranger_at_once_are_one_conversation(house, home, tmp_path):
    house.receives("hello", from_=ANA, to=ALERT_LINE)  # the phone is known from then on, but nobody who holds it
    texts = [ReceivedText(f"SM{n}", ANA, FAMILY_LINE, "hello") for n in range(12)]
    with another(house, home.url, tmp_path) as second:
        houses = [house, second] * 6
        all_at_once(*(lambda rt=h.rt, t=t: receive_text(rt, t) for h, t in zip(houses, texts, strict=True)))
    assert len(house.all(InboundMessage)) == 13
    assert len(house.all(Conversation)) == 1
    assert len([message for message in house.outbox() if message.wording == "unknown.hello"]) == 1


def test_two_people_of_one_family_in_crisis_at_once_open_one_escalation(house, home, tmp_path):
    ben = "+13145550102"
    house.enrols(contacts=[NewContact("Ana Morales", ANA), NewContact("Ben Morales", ben)])
    with another(house, home.url, tmp_path) as second:
        all_at_once(
            lambda: receive_text(house.rt, ReceivedText("SM1", ANA, FAMILY_LINE, "he has a gun")),
            lambda: receive_text(second.rt, ReceivedText("SM2", ben, FAMILY_LINE, "he has a gun")),
        )
    assert len(house.all(Escalation)) == 1


def test_the_same_incident_enrolled_at_once_makes_one_family(house, home, tmp_path):
    with another(house, home.url, tmp_path) as second:
        families = all_at_once(house.enrols, second.enrols, house.enrols, second.enrols)
    assert set(families) == {"F-12"}
    assert len(house.all(Family)) == 1
    steps = [check_in.step for check_in in house.all(CheckIn)]
    assert len(steps) == len(set(steps))


def test_every_clock_beside_another_starts_a_check_in_once_and_tells_a_step_once(house, ana, home, tmp_path):
    house.enrols()
    house.works()
    ana.texts("1")
    house.clock.tick(hours=48)
    house.receives("he has a gun", from_="+13145550177", to=FAMILY_LINE)
    house.clock.tick(minutes=6)
    with another(house, home.url, tmp_path) as second:
        both = [house.rt, second.rt] * 2
        all_at_once(*(lambda rt=rt: check_ins.start_due(rt) for rt in both))
        all_at_once(*(lambda rt=rt: escalations.advance_overdue(rt) for rt in both))
    assert len([turn for turn in house.all(DialogueTurn) if turn.kind is TurnKind.CHECK_IN]) == 1
    told = [message for message in house.outbox() if message.kind is OutboundKind.NOTICE]
    assert len(told) == 2 + 2, "both on call for a stranger, then the others of both teams, once"


def test_a_claim_that_was_lost_keeps_nothing(house):
    queue(house.rt.store, 1)
    (message,) = house.outbox()
    with house.rt.store.begin("test.claim") as tx:
        mine = messages.queued(tx, message.id)
        assert mine is not None
        assert messages.claim_to_send(tx, mine, HOUR)
        assert not messages.claim_to_send(tx, mine, HOUR)
    with pytest.raises(ClaimLost), house.rt.store.begin("test.keep") as tx:
        messages.claimed_text(tx, message.id, UUID(int=0))


def test_a_text_in_somebodys_hand_is_taken_for_left_only_when_the_lease_is_over(house):
    queue(house.rt.store, 1)
    (message,) = house.outbox()
    with house.rt.store.begin("test.claim") as tx:
        mine = messages.queued(tx, message.id)
        assert mine is not None
        assert messages.claim_to_send(tx, mine, HOUR)
        tx.record("test.claimed", mine)
    for minutes, left in ((59, []), (2, [message.id])):
        house.clock.tick(minutes=minutes)
        with house.rt.store.read() as tx:
            assert messages.left_sending(tx) == left


def test_a_turn_is_taken_by_one_and_again_only_when_the_lease_is_over(house, ana):
    house.enrols()
    house.receives("hello", from_=ANA, to=FAMILY_LINE)
    house.clock.tick(seconds=3)
    conversation.gather_turns(house.rt)

    def claim() -> DialogueTurn | None:
        with house.rt.store.begin("test.claim") as tx:
            return messages.claim_turn(tx, timedelta(seconds=50))

    first = claim()
    assert first is not None
    assert claim() is None
    house.clock.tick(seconds=51)
    second = claim()
    assert second is not None
    assert (second.id, second.attempts) == (first.id, 2)
    with pytest.raises(ClaimLost), house.rt.store.begin("test.keep") as tx:
        messages.claimed_turn(tx, first.id, first.claim)


@ON_POSTGRESQL
def test_texts_answers_reports_and_the_clock_never_wait_for_each_other_in_a_circle(house, home, tmp_path):
    """Eight families write while the house answers, sends and hears back, in two processes: nobody is turned away.

    On PostgreSQL, where many write at once; SQLite lets one write at a time.
    """
    numbers = [f"+1314555{n:04d}" for n in range(200, 208)]
    for n, number in enumerate(numbers):
        house.enrols(f"24-{n}", contacts=[NewContact("Ana Morales", number)])
    house.works()
    for number in numbers:
        house.receives("1", from_=number, to=FAMILY_LINE)
    house.works()
    house.clock.tick(hours=48)
    check_ins.start_due(house.rt)
    done = threading.Event()

    def writes(rt, half) -> None:
        for word in ("we can't sleep", "we need a crib", "he has a gun", "thank you", "call me"):
            for number in half:
                receive_text(rt, ReceivedText(f"SM{word}{number}", number, FAMILY_LINE, word))

    def answers(rt) -> None:
        while not done.is_set():
            conversation.gather_turns(rt)
            conversation.answer_text(rt)

    def delivers(rt) -> None:
        while not done.is_set():
            for lane in Lane:
                outbound.deliver_due(rt, lane, limit=5)

    def reports() -> None:
        while not done.is_set():
            for text in list(house.carrier.taken)[-20:]:
                outbound.record_delivery(house.rt, DeliveryReport(text.id, house.carrier.sid_of(text), "delivered"))

    def ends_when_all_have_written(rt, half) -> None:
        try:
            writes(rt, half)
        finally:
            done.set()

    with another(house, home.url, tmp_path) as second:
        all_at_once(
            lambda: ends_when_all_have_written(house.rt, numbers[:4]),
            lambda: writes(second.rt, numbers[4:]),
            lambda: answers(house.rt),
            lambda: answers(second.rt),
            lambda: delivers(house.rt),
            lambda: delivers(second.rt),
            reports,
        )
    assert len(house.all(InboundMessage)) == 48
    assert len(house.all(Escalation)) == 8
    sent_once = Counter(text.id for text in house.carrier.taken)
    assert set(sent_once.values()) == {1}
    for check_in in house.promises():
        # Not started where their crisis was heard first: what is planned waits for calm then.
        assert check_in.state not in (CheckInState.CANCELLED, CheckInState.CLOSED_AFTER_SILENCE)
        assert (check_in.ended_at is not None) is check_in.state.is_over
