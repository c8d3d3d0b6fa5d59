"""A database that neither answers nor refuses: the carrier is answered all the same, and nothing is kept twice."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from checkback.assembly.settings import Settings
from checkback.care.flows import taking_in
from checkback.care.points import Points
from checkback.gateway import make_app
from checkback.gateway.patience import Patience
from tests.assembly.serving import served
from tests.fakes import FrozenClock
from tests.furnished import RING, house_on, set_up
from tests.gateway.calling import Twilio, kept
from tests.story import House

CONNECTIONS = 4


class Hanging(Points):
    """Points at which every unit of work that keeps something waits until it is let go."""

    def __init__(self) -> None:
        self.hold = Event()
        self.go_on = Event()
        self.waiting = 0

    def reach(self, name: str) -> None:
        if self.hold.is_set() and name.endswith(".before-commit"):
            self.waiting += 1
            self.go_on.wait(60)

    def let_go(self) -> None:
        self.hold.clear()
        self.go_on.set()


@pytest.fixture
def points() -> Hanging:
    return Hanging()


@pytest.fixture
def house(database_url: str, tmp_path, clock: FrozenClock, points: Hanging) -> Iterator[House]:
    set_up(database_url, tmp_path)
    made = house_on(database_url, tmp_path, clock=clock, points=points, keyring=RING)
    yield made
    points.let_go()
    made.rt.store.close()


@pytest.fixture
def twilio(house: House, settings: Settings) -> Iterator[Twilio]:
    with served(make_app(house.rt, settings, Patience(CONNECTIONS, for_database=0.3))) as door:
        yield Twilio(door)


def test_a_text_is_answered_while_the_database_still_hangs_and_kept_once(twilio, house, points):
    points.hold.set()
    assert twilio.texts().status_code == 204
    assert kept(house) == [], "the unit of work is under way, and nobody waits for it"
    assert [entry.fields["body"] for entry in house.rt.journal.pending()] == ["Hola, ¿cómo están? 😀"]

    points.let_go()
    taking_in.replay(house.rt)
    assert kept(house) == ["Hola, ¿cómo están? 😀"]
    assert house.rt.journal.is_empty()


def test_more_texts_than_threads_are_all_answered(twilio, house, points):
    points.hold.set()
    sids = [f"SM{n:032x}" for n in range(CONNECTIONS * 5)]
    with ThreadPoolExecutor(len(sids)) as many:
        answers = list(many.map(lambda sid: twilio.texts(MessageSid=sid, Body=sid).status_code, sids))
    assert answers == [204] * len(sids)
    assert points.waiting <= CONNECTIONS
    points.let_go()
    while not house.rt.journal.is_empty():
        taking_in.replay(house.rt)
    assert sorted(kept(house)) == sids


def test_a_report_too(twilio, house, points):
    house.enrols()
    house.works()
    (message,) = house.outbox()
    points.hold.set()
    assert twilio.reports(message.id, "delivered", MessageSid=str(message.carrier_sid)).status_code == 204
    points.let_go()
    taking_in.replay(house.rt)
    assert house.outbox()[0].state == "delivered"


def test_once_it_answers_again_texts_go_straight_into_it(twilio, house, points):
    points.hold.set()
    twilio.texts(MessageSid=f"SM{1:032x}")
    points.let_go()
    taking_in.replay(house.rt)
    assert twilio.texts(MessageSid=f"SM{2:032x}").status_code == 204
    assert len(kept(house)) == 2
    assert house.rt.journal.is_empty()
