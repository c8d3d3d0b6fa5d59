"""Nobody waits for somebody who waits for them: staff act, phones are blocked and families write at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from checkback.care.errors import CareError, SendFailed, StoreUnavailable
from checkback.care.flows import escalations, outbound
from checkback.care.flows.enrolment import NewContact
from checkback.care.flows.inbound import ReceivedText, receive_text
from checkback.care.flows.outbound import DeliveryReport
from checkback.care.model import Escalation, EscalationNotice, StaffMember
from checkback.care.runtime import Runtime
from checkback.care.store import Store, messages
from checkback.care.store import escalations as escalations_kept
from checkback.care.terms import Lane, NoticeState, OutboundState
from tests.care.conftest import ON_POSTGRESQL
from tests.care.store.test_claims import all_at_once, another
from tests.story import ALERT_LINE, ANA, DR_LEE, FAMILY_LINE


def waits_for_a_lock(store: Store) -> bool:
    """Whether some connection to this database waits for a row that another holds."""
    with store.read() as tx:
        found = tx.session.connection().exec_driver_sql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(found.scalar())


def until(holds: Callable[[], bool]) -> None:
    waiting = threading.Event()
    for _ in range(200):
        if holds():
            return
        waiting.wait(0.05)
    raise AssertionError("it never came to that")


@ON_POSTGRESQL
def test_taking_an_alert_and_finding_its_pager_blocked_do_not_wait_for_each_other(house, home, tmp_path):
    """The alert waits in the outbox, the pager has opted out, and just then a colleague takes the escalation."""
    house.enrols()
    house.receives("he has a gun", from_=ANA, to=FAMILY_LINE)
    outbound.deliver_due(house.rt, Lane.ALERTS, 1)  # the answer to the family
    house.receives("STOP", from_=DR_LEE, to=ALERT_LINE)
    with another(house, home.url, tmp_path) as second, ThreadPoolExecutor(1) as pool:
        with house.rt.store.begin("test.take") as tx:
            escalation = escalations_kept.numbered(tx, 12)
            assert escalation is not None
            delivering = pool.submit(outbound.deliver_due, second.rt, Lane.ALERTS, 1)
            until(lambda: waits_for_a_lock(house.rt.store))
            assert len(messages.queued_notices(tx, escalation.id)) == 1
            tx.record("test.took", escalation)
        assert delivering.result().failed == 0
    assert [notice.state for notice in house.all(EscalationNotice)] == [NoticeState.FAILED]


@pytest.mark.parametrize("round_", range(3))
@ON_POSTGRESQL
def test_trouble_of_every_kind_at_once_turns_nobody_away(house, home, tmp_path, round_):
    """Families in distress, a carrier that blocks them, staff who take and end alerts, two processes."""
    numbers = [f"+1314555{n:04d}" for n in range(200, 206)]
    for n, number in enumerate(numbers):
        house.enrols(f"24-{n}", contacts=[NewContact("Ana Morales", number)])
    house.works()
    done = threading.Event()
    turned_away: list[str] = []

    def safely(work: Callable[..., object], *given: object) -> None:
        try:
            work(*given)
        except StoreUnavailable as error:
            turned_away.append(type(error.__cause__).__name__)
        except CareError:
            pass  # somebody else was faster

    def writes(rt: Runtime, half: Sequence[str]) -> None:
        for word in ("he has a gun", "I want to kill myself", "STOP", "he has a gun again"):
            for number in half:
                safely(receive_text, rt, ReceivedText(f"SM{word}{number}", number, FAMILY_LINE, word))

    def delivers(rt: Runtime) -> None:
        while not done.is_set():
            for lane in Lane:
                safely(outbound.deliver_due, rt, lane, 5)
            safely(escalations.advance_overdue, rt)

    def staff_act(rt: Runtime, staff: UUID) -> None:
        while not done.is_set():
            for escalation in house.all(Escalation):
                safely(escalations.acknowledge, rt, escalation.number, staff)
                safely(escalations.hand_on, rt, escalation.number, staff)

    def reports() -> None:
        while not done.is_set():
            for text in list(house.carrier.taken)[-20:]:
                code = (21610, 30003, 30006, 30005)[text.id.int % 4]
                report = DeliveryReport(text.id, house.carrier.sid_of(text), "undelivered", code)
                safely(outbound.record_delivery, house.rt, report)

    def ends(rt: Runtime, half: Sequence[str]) -> None:
        try:
            writes(rt, half)
        finally:
            done.set()

    house.carrier.refuses_numbers[DR_LEE] = SendFailed(30006, permanent=True)
    (staff,) = {member.id for member in house.all(StaffMember) if member.login == "ortiz"}
    with another(house, home.url, tmp_path) as second:
        all_at_once(
            lambda: ends(house.rt, numbers[:3]),
            lambda: writes(second.rt, numbers[3:]),
            lambda: delivers(house.rt),
            lambda: delivers(second.rt),
            lambda: staff_act(second.rt, staff),
            reports,
        )
    assert turned_away == []
    assert {message.state for message in house.outbox()} <= set(OutboundState)
