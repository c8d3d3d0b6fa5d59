"""Two of each process on one database: sixty texts and forty promises at once, and nothing is done twice."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from checkback.care.model import DialogueTurn, InboundMessage
from checkback.care.terms import InboundState, OutboundState
from tests.system.processes import until
from tests.system.real_house import RealHouse

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

PROMISED, TEXTS = 40, 60
#: A worker that SQLite kept waiting for too long gives a turn back when its claim ends, after fifty seconds.
PATIENCE = 90
CLOCKED = ("worker", "worker-2", "scheduler", "scheduler-2")


def test_sixty_texts_and_forty_promises_at_once_are_each_done_once(doubled_house: RealHouse) -> None:
    house = doubled_house
    house.is_day()
    said_before = {name: len(house.process(name).log.read_text("utf-8")) for name in CLOCKED}  # in other stories
    phones = [house.new_phone() for _ in range(PROMISED)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(house.enrols, phones))
    house.agree(phones, within=PATIENCE)
    for phone in phones:
        phone.looks()

    house.promises_fall_due()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: phones[n % PROMISED].writes(f"text {n}"), range(TEXTS)))
    until("every promise kept", lambda: all(came(phone.got, "We said we would check in") for phone in phones), PATIENCE)
    until("every text answered", lambda: waiting(house) == 0, PATIENCE)
    until("nothing under way", lambda: not any(house.states_of(phone) - {OutboundState.DELIVERED} for phone in phones))

    assert {came(phone.got, "We said we would check in") for phone in phones} == {1}
    kept = Counter(text.body for phone in phones for text in house.texts_of(phone))
    assert kept == Counter({"1": PROMISED, **{f"text {n}": 1 for n in range(TEXTS)}})
    threads = {text.conversation_id for phone in phones for text in house.texts_to(phone)}
    turns = sum(turn.conversation_id in threads for turn in house.all(DialogueTurn))  # other families have theirs
    assert sum(len(phone.got) for phone in phones) == turns + len(phones)  # a welcome each, which is no turn
    for name in CLOCKED:
        assert failures(house.process(name).log.read_text("utf-8")[said_before[name] :]) == [], name


def came(got: list[str], words: str) -> int:
    return sum(words in text for text in got)


def waiting(house: RealHouse) -> int:
    return sum(text.state in (InboundState.WAITING, InboundState.IN_TURN) for text in house.all(InboundMessage))


def failures(log: str) -> list[str]:
    """What failed, but for a round that SQLite kept waiting too long: the next one does what was due."""
    failed = [line for line in log.splitlines() if ".failed" in line]
    return [line for line in failed if "database-gone" not in line]
