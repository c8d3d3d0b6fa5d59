"""Everything that can go wrong at the carrier, each for one family, all in one house: the first three promises hold.

For each fault: a check-in reaches its family once or ends with a person, and never twice; then a cry for help is kept,
escalated and told, and its answer arrives or somebody is told to call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from checkback.care.model import Escalation, EscalationNotice, OutboundMessage, Task
from checkback.care.terms import CheckInState, NoticeState, OutboundKind, OutboundState
from checkback.simulator.faults import FaultKind
from tests.system.processes import comes, until
from tests.system.real_house import HeldPhone, RealHouse

pytestmark = pytest.mark.slow

#: By what is ordered at the simulator. Codes by the way in which each befalls a text.
MATRIX: Mapping[str, Mapping[str, Any]] = {
    "nothing goes wrong": {},
    "too many at once": {"kind": "refuse-429", "count": 2},
    "too many at once, with a time": {"kind": "refuse-429", "count": 2, "retry_after": 2},
    "a page instead of an answer": {"kind": "error-503-html"},
    "another page": {"kind": "error-html", "status": 500},
    "no answer, and taken afterwards": {"kind": "hang", "seconds": 20},
    "cut before it was taken": {"kind": "reset"},
    "taken in silence": {"kind": "accepted-then-silent"},
    "an answer that is no JSON": {"kind": "garbled-answer"},
    "an answer that breaks off": {"kind": "cut-answer"},
    "an answer that trickles": {"kind": "trickle"},
    "refused: opted out": {"kind": "refuse", "code": 21610},
    "refused: a landline": {"kind": "refuse", "code": 21614},
    "refused: the queue is full": {"kind": "refuse", "code": 21611},
    "refused: a code nobody knows": {"kind": "refuse", "code": 21999},
    "held in the queue": {"kind": "hold", "seconds": 120},
    "failed: too late": {"kind": "failed", "code": 30036},
    "undelivered: off": {"kind": "undelivered", "code": 30003},
    "undelivered: blocked": {"kind": "undelivered", "code": 30004},
    "undelivered: not in use": {"kind": "undelivered", "code": 30005},
    "undelivered: filtered": {"kind": "undelivered", "code": 30007},
    "undelivered: not said why": {"kind": "undelivered", "code": 30008},
    "no receipt of the network": {"kind": "no-receipt"},
    "delivered late": {"kind": "late-delivery", "seconds": 60},
    "reports lost": {"kind": "lose-callback", "count": 9},
    "reports doubled": {"kind": "double-callback", "count": 9},
    "reports late": {"kind": "late-callback", "count": 9, "seconds": 60},
    "reports out of order": {"kind": "reorder-callback", "count": 9},
    "texts brought twice": {"kind": "double-webhook", "count": 9},
}
STANDS = (CheckInState.ASKED, CheckInState.HANDED_OVER, CheckInState.CANCELLED)


def test_every_fault_of_the_simulator_is_in_the_matrix() -> None:
    assert {str(how["kind"]) for how in MATRIX.values() if how} == {str(kind) for kind in FaultKind}


@pytest.fixture(scope="module")
def told(common_house: RealHouse) -> Iterator[Mapping[str, HeldPhone]]:
    """A family for each fault, its check-in tried while the fault stood."""
    house = common_house
    house.is_whole_again()
    house.is_day()
    phones = {name: house.new_phone() for name in MATRIX}
    for phone in phones.values():
        house.enrols(phone, promise_hours=48)
    house.agree(list(phones.values()))
    order(house, phones)
    house.promises_fall_due()
    until("every check-in tried", lambda: sum(was_tried(m) for m in house.all(OutboundMessage)) >= len(MATRIX), 90)
    yield phones
    house._http.delete(f"{house.settings.twilio_base_url}/_/faults")


def test_each_check_in_reaches_its_family_once_or_ends_with_a_person(
    common_house: RealHouse, told: Mapping[str, HeldPhone]
) -> None:
    house = common_house
    house.passes(minutes=6)  # whoever asked the carrier has an answer, or gives it to a person
    until("nothing unclear", lambda: not any(is_unclear(message) for message in house.all(OutboundMessage)))
    # What is tried again waits for its time, and for a time after that: hours, of which each look lets some pass.
    for _ in range(3):
        house.passes(hours=2)
        if comes(lambda: not unsettled(house, told), within=25):
            break
    assert unsettled(house, told) == {}
    # A text tried again is asked for the carrier before it has come.
    asked = [phone for phone in told.values() if states_of(house, phone) == {CheckInState.ASKED}]
    until("every text asked for has come", lambda: all(check_ins_got(phone) for phone in asked), 60)
    for name, phone in told.items():
        if phone in asked:
            assert check_ins_got(phone) == 1, (name, phone.got)
        else:
            assert check_ins_got(phone) <= 1, (name, phone.got)
            assert has_a_person(house, phone), name


def test_each_cry_for_help_is_told_and_its_answer_arrives_or_somebody_calls(
    common_house: RealHouse, told: Mapping[str, HeldPhone]
) -> None:
    house = common_house
    order(house, told)
    before = {phone.number: len(phone.got) for phone in told.values()}
    for phone in told.values():
        phone.writes("I want to kill myself")
    until("every cry told", lambda: all(was_told(house, phone) for phone in told.values()), 60)
    house.passes(minutes=3)

    def is_seen_to(phone: HeldPhone) -> bool:
        answered = any("988" in text for text in phone.got[before[phone.number] :])
        return answered or somebody_is_told_to_call(house, phone) or is_in_a_bundle(house, phone)

    until("an answer or a call for each", lambda: all(is_seen_to(phone) for phone in told.values()), 60)
    assert house.complaints() == []


def order(house: RealHouse, phones: Mapping[str, HeldPhone]) -> None:
    """Each fault for its family."""
    for name, phone in phones.items():
        if MATRIX[name]:
            house.carrier_does(**MATRIX[name], number=phone.number)


def check_ins_got(phone: HeldPhone) -> int:
    return sum("We said we would check in" in text for text in phone.got)


def was_tried(message: OutboundMessage) -> bool:
    return message.kind is OutboundKind.CHECK_IN and message.attempts > 0


def states_of(house: RealHouse, phone: HeldPhone) -> set[CheckInState]:
    return {check_in.state for check_in in house.promises_to(phone)}


def unsettled(house: RealHouse, told: Mapping[str, HeldPhone]) -> dict[str, set[CheckInState]]:
    """The faults under which a check-in is still to be sent."""
    states = {name: states_of(house, phone) for name, phone in told.items()}
    return {name: found for name, found in states.items() if not found <= set(STANDS)}


def is_unclear(message: OutboundMessage) -> bool:
    return message.state in (OutboundState.UNCLEAR, OutboundState.SENDING)


def has_a_person(house: RealHouse, phone: HeldPhone) -> bool:
    """Whether somebody has a task of this family."""
    families = {message.family_id for message in house.texts_to(phone)}
    return any(task.family_id in families for task in house.all(Task))


def escalations_of(house: RealHouse, phone: HeldPhone) -> list[Escalation]:
    ids = {message.conversation_id for message in house.texts_to(phone)}
    return [escalation for escalation in house.all(Escalation) if escalation.conversation_id in ids]


def was_told(house: RealHouse, phone: HeldPhone) -> bool:
    """Whether an alert of this family's escalation is with the carrier."""
    notices = {
        notice.id
        for escalation in escalations_of(house, phone)
        for notice in house.all(EscalationNotice)
        if notice.escalation_id == escalation.id and notice.state is NoticeState.TOLD
    }
    texts = [message for message in house.all(OutboundMessage) if message.notice_id in notices]
    return any(message.state in (OutboundState.SENT, OutboundState.DELIVERED) for message in texts)


def is_in_a_bundle(house: RealHouse, phone: HeldPhone) -> bool:
    """Whether the news of this escalation, whose first alert arrived, is told together with that of others."""
    ids = {escalation.id for escalation in escalations_of(house, phone)}
    notices = [notice for notice in house.all(EscalationNotice) if notice.escalation_id in ids]
    return any(notice.state is NoticeState.BUNDLED for notice in notices)


def somebody_is_told_to_call(house: RealHouse, phone: HeldPhone) -> bool:
    ids = {escalation.id for escalation in escalations_of(house, phone)}
    notices = {notice.id for notice in house.all(EscalationNotice) if notice.escalation_id in ids}
    alerts = [m for m in house.all(OutboundMessage) if m.kind is OutboundKind.NOTICE and m.notice_id in notices]
    return any("CALL" in alert.body for alert in alerts)
