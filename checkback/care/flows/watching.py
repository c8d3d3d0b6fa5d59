"""Who watches the watchman: proof that each open escalation moves, a second route when one does not, a heartbeat for
whoever listens outside, and a page a day that shows that alerts arrive.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from checkback.care.errors import Refusal, StoreUnavailable, said
from checkback.care.flows.due import each
from checkback.care.flows.paging import page_on_call, pager_of
from checkback.care.model import Escalation, StaffMember
from checkback.care.runtime import Runtime
from checkback.care.steps.escalating import REMIND_AFTER
from checkback.care.steps.finding import routes_to
from checkback.care.steps.outbox import queue_alarm
from checkback.care.steps.staff_work import actor
from checkback.care.steps.summoning import queue_summons
from checkback.care.steps.tasks import alerts_do_not_arrive
from checkback.care.store import Transaction, escalations, people, rotas, tellings
from checkback.care.terms import DistressLevel, EscalationState, NoticeState, OutboundState, Way

log = structlog.get_logger()

#: The scheduler looks every second, so a minute late is late by far.
STANDS_STILL_AFTER = timedelta(minutes=2)
#: The hour of the programme's day at which whoever is on call gets the test page.
TEST_PAGE_AT = 10
_SEE_AGAIN = timedelta(minutes=15)
#: Who has something that is not acute in hand is reminded in working hours.
_OVER_A_WEEKEND = timedelta(days=4)

#: So often at most somebody sends themselves a test: a phone that rings all day is put away.
OWN_TEST_EVERY = timedelta(minutes=15)

Ping = Callable[[], None]


class NoTestNow(Refusal):
    """A test cannot be sent now; the message says why."""


@dataclass(frozen=True)
class OwnTest:
    """A test somebody sent themselves: when they asked, and how far it came."""

    at: datetime
    state: OutboundState


def still(rt: Runtime) -> Sequence[str]:
    """References of open escalations that do not move: nobody's turn has come, or nobody was told."""
    with rt.store.read() as tx:
        return [escalation.reference for escalation in escalations.all_open(tx) if _looks_still(tx, escalation)]


def watch(rt: Runtime, ping: Ping | None = None) -> bool:
    """Prove that every open escalation moves, and say so outside. Where one does not, page by a second route instead.

    Returns whether all moved. What listens outside tells a person when it hears nothing: so nothing is said to it while
    an escalation stands still, nor when this cannot look.
    """
    found = still(rt)
    if found:
        log.error("escalation.stands-still", count=len(found))
        with rt.store.begin("watching.page") as tx:
            _page_by_a_second_route(tx, rt, found)
    elif ping is not None:
        ping()
    return not found


def send_test_page(rt: Runtime) -> bool:
    """Once a day, at ten, whoever is on call gets a page that says it is a test. True when it was sent now."""
    with rt.store.read() as tx:
        local = tx.now.astimezone(ZoneInfo(people.the_programme(tx).zone))
        if local.hour != TEST_PAGE_AT:
            return False
        members = _on_call_now(tx)
    sent = []

    def page(staff_id: UUID) -> None:
        sent.append(_send_test_page(rt, staff_id, local))

    each(rt, "watching.test-page", members, page, lambda _tx, _id: None)
    return any(sent)


def send_own_test(rt: Runtime, staff_id: UUID) -> None:
    """A real alert, marked as a test, to whoever asks for it: by the way they would be told of an emergency first.

    Raises NoTestNow: one went to them lately, or no alert would arrive; the latter becomes a task of a coordinator.
    """
    with rt.store.begin("watching.own-test") as tx:
        member = tx.get(StaffMember, staff_id)
        slot = int(tx.now.timestamp() // OWN_TEST_EVERY.total_seconds())
        words = rt.wording.staff("test_own", url=f"{rt.console_url}/")
        sent = _test_page(tx, rt, member, f"{_own_tests(staff_id)}{slot}", words, "call.test_own")
        if sent:
            tx.record("staff.tested-themselves", member, actor(member))
    if sent is None:
        raise NoTestNow(said("No way to you is proven, so no alert would reach you. Ask a coordinator to set one up."))
    if not sent:
        raise NoTestNow(said("A test went to you a moment ago. Wait a quarter of an hour, then ask again."))


def last_own_test(rt: Runtime, staff_id: UUID) -> OwnTest | None:
    """What came of the last test somebody sent themselves."""
    with rt.store.read() as tx:
        last = tellings.last_of(tx, _own_tests(staff_id))
        return OwnTest(last.queued_at, last.state) if last else None


def _own_tests(staff_id: UUID) -> str:
    return f"own-test:{staff_id}:"


def _looks_still(tx: Transaction, escalation: Escalation) -> bool:
    try:
        return _stands_still(tx, escalation)
    except StoreUnavailable:
        raise
    except Exception as error:  # what cannot be looked at is shown to a person, and hides none of the others
        log.error("watching.cannot-look", id=str(escalation.id), error=type(error).__name__)
        return True


def _stands_still(tx: Transaction, escalation: Escalation) -> bool:
    """Nobody's turn comes, nobody was told, or it is long since: what fails at each try is put off again and
    again, and its next moment proves nothing.
    """
    too_long_ago = tx.now - STANDS_STILL_AFTER
    if escalation.next_at is None or escalation.next_at < too_long_ago:
        return True
    notices = escalations.notices_of(tx, escalation)
    moments = [escalation.opened_at, escalation.acknowledged_at, escalation.calling_by, *(n.told_at for n in notices)]
    if max(each for each in moments if each is not None) + _longest_pause(tx, escalation) < too_long_ago:
        return True
    if escalation.state is EscalationState.ACKNOWLEDGED:
        return False
    was_told = any(notice.state in (NoticeState.TOLD, NoticeState.BUNDLED) for notice in notices)
    return not was_told and escalation.opened_at < too_long_ago


def _longest_pause(tx: Transaction, escalation: Escalation) -> timedelta:
    """How long it may be between two people who are told, or two reminders."""
    is_acute = escalation.level is DistressLevel.ACUTE
    if escalation.state is EscalationState.ACKNOWLEDGED:
        return REMIND_AFTER if is_acute else _OVER_A_WEEKEND
    delays = [step.delay for step in escalations.steps_of(tx, escalation)]
    return max(delays) if not escalation.only_in_hours else max(*delays, timedelta(days=1))


def _page_by_a_second_route(tx: Transaction, rt: Runtime, found: Sequence[str]) -> None:
    """Once in a quarter of an hour."""
    slot = int(tx.now.timestamp() // _SEE_AGAIN.total_seconds())
    page_on_call(tx, rt, "alarm.still", "call.still", f"still:{slot}", count=str(len(found)))


def _on_call_now(tx: Transaction) -> Sequence[UUID]:
    # By id: a row that cannot be read must not keep the others from their page.
    found = (staff_id for rota in rotas.all_rotas(tx) for staff_id in rotas.on_call_ids(tx, rota.team_id, tx.now))
    return list(dict.fromkeys(found))


def _send_test_page(rt: Runtime, staff_id: UUID, local: datetime) -> bool:
    with rt.store.begin("watching.test-page") as tx:
        member = tx.get(StaffMember, staff_id)
        key = f"test-page:{member.id}:{local:%Y-%m-%d}"
        words = rt.wording.staff("test_page", url=f"{rt.console_url}/")
        return bool(_test_page(tx, rt, member, key, words, "call.test"))


def _test_page(tx: Transaction, rt: Runtime, member: StaffMember, key: str, words: str, call: str) -> bool | None:
    """Whether it goes now: False when it went before under this key, None when no way to them is proven."""
    for route in routes_to(tx, pager_of(rt), member, "emergent")[:1]:
        if route.way is Way.SMS and route.phone is not None:
            return queue_alarm(tx, route.phone, words, key) is not None
        spoken = rt.wording.staff(call) if route.way is Way.VOICE else words
        return queue_summons(tx, route.way, spoken, key, staff=member, phone=route.phone) is not None
    alerts_do_not_arrive(tx, member)
    tx.record("staff.no-test-page", member)
    log.error("watching.no-way-to-on-call", id=str(member.id))
    return None
