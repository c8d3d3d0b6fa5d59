"""A deploy restarts one process after the other while families write: each text is kept, and answered once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

import pytest

from checkback.care.terms import CheckInState, InboundState, OutboundKind
from tests.system.processes import free_port, until
from tests.system.proxy import spread_over
from tests.system.real_house import OURS, WITHOUT_RASA, HeldPhone, RealHouse
from tests.system.stand_in import StandIn

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

PHONES = 6
#: Seconds between two texts of one phone.
PAUSE = 0.3
ENDED = {InboundState.ANSWERED, InboundState.NOTHING_TO_ANSWER}


@dataclass
class Writing:
    """Families that write one after the other until told to stop; what the carrier took from them."""

    phones: list[HeldPhone]
    over: Event = field(default_factory=Event)
    sids: list[str] = field(default_factory=list)

    def goes_on(self) -> None:
        while not self.over.wait(PAUSE):
            self.sids.append(self.phones[len(self.sids) % len(self.phones)].writes("we need a crib for the baby"))

    def until_so_many_more(self, count: int) -> None:
        enough = len(self.sids) + count
        until("families writing", lambda: len(self.sids) >= enough)


@contextmanager
def writing(phones: list[HeldPhone]) -> Iterator[Writing]:
    them = Writing(phones)
    thread = Thread(target=them.goes_on, daemon=True)
    thread.start()
    try:
        yield them
    finally:
        them.over.set()
        thread.join(30)


@pytest.fixture(scope="module")
def proxied(stand_in: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealHouse]:
    """A house behind a proxy that holds what nobody takes, as the one in deploy/Caddyfile does."""
    front = free_port()
    address = {"CHECKBACK_PUBLIC_URL": f"http://127.0.0.1:{front}"}
    with (
        RealHouse(tmp_path_factory.mktemp("restarts"), **stand_in.settings, **address) as house,
        spread_over(front, [house.process("gateway").port], holds=12.0),
    ):
        yield house.starts(*WITHOUT_RASA)


@pytest.fixture
def house(proxied: RealHouse) -> RealHouse:
    proxied.is_whole_again()
    proxied.is_day()
    return proxied


def families(house: RealHouse, promise_hours: int) -> list[HeldPhone]:
    """Who agreed to be texted."""
    phones = [house.new_phone() for _ in range(PHONES)]
    for phone in phones:
        house.enrols(phone, promise_hours=promise_hours)
    house.agree(phones)
    return phones


@pytest.mark.parametrize("name", OURS)
def test_a_process_that_is_restarted_while_families_write_loses_and_doubles_nothing(
    house: RealHouse, name: str
) -> None:
    phones = families(house, promise_hours=24 * 14)
    with writing(phones) as them:
        them.until_so_many_more(3)
        house.process(name).stop()
        them.until_so_many_more(3)
        house.restarts(name)
        them.until_so_many_more(3)
    until("each text kept", lambda: {t.carrier_sid for p in phones for t in house.texts_of(p)} >= set(them.sids))
    kept = Counter(text.carrier_sid for phone in phones for text in house.texts_of(phone))
    assert max(kept.values()) == 1
    until("each text answered", lambda: all(t.state in ENDED for p in phones for t in house.texts_of(p)))
    answers = [m for phone in phones for m in house.texts_to(phone) if m.kind is OutboundKind.ANSWER]
    turns = Counter(message.turn_id for message in answers if message.turn_id is not None)
    bodies = Counter((message.turn_id, message.body) for message in answers if message.turn_id is not None)
    assert turns
    assert max(bodies.values()) == 1
    until("nothing under way", lambda: not any(phone.under_way for phone in phones))
    for phone in phones:
        sids = [text.sid for text in phone.received if not text.automatic]
        known = {sid for m in house.texts_to(phone) for sid in (m.carrier_sid, *m.tries_before) if sid}
        assert len(sids) == len(known & set(sids)), "something is on the phone that the house does not know it sent"


def test_promises_that_fall_due_while_everything_is_restarted_are_asked_once(house: RealHouse) -> None:
    phones = families(house, promise_hours=48)
    house.promises_fall_due()
    for name in OURS:
        house.process(name).stop()
        house.restarts(name)
    for phone in phones:
        phone.gets("We said we would check in")
    assert all(sum("We said we would check in" in text for text in phone.got) == 1 for phone in phones)
    promised = [p for phone in phones for p in house.promises_to(phone)]
    assert {promise.state for promise in promised} == {CheckInState.ASKED}
    assert len(promised) == PHONES
