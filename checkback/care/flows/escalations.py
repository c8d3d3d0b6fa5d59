"""Advancing escalations, and what staff do with them in the console."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from checkback.care.errors import NotFound
from checkback.care.flows.due import Tally, each
from checkback.care.flows.paging import pager_of
from checkback.care.model import Escalation, StaffMember
from checkback.care.runtime import Runtime
from checkback.care.steps import escalating
from checkback.care.steps.calling import say_when
from checkback.care.steps.handing_back import resolve_and_hand_back
from checkback.care.store import Transaction, escalations
from checkback.care.terms import EscalationOutcome

#: A poisoned escalation is tried again soon: somebody is waiting.
_SET_ASIDE = timedelta(minutes=1)


def advance_overdue(rt: Runtime) -> Tally:
    """Tell the next person in every escalation where nobody acted in time."""
    with rt.store.read() as tx:
        ids = escalations.overdue(tx)

    def advance(escalation_id: UUID) -> None:
        with rt.store.begin("escalations.advance") as tx:
            escalation = escalations.still_overdue(tx, escalation_id)
            if escalation is not None:
                escalating.advance(tx, pager_of(rt), escalation)

    return each(
        rt,
        "escalations.advance",
        ids,
        advance,
        lambda tx, row_id: escalations.set_aside(tx, row_id, tx.now + _SET_ASIDE),
    )


def hand_over_ended_shifts(rt: Runtime) -> Tally:
    """Hand over what somebody took while on call, once they are on call no more."""
    with rt.store.read() as tx:
        ids = escalations.taken(tx)

    def hand_over(escalation_id: UUID) -> bool:
        with rt.store.begin("escalations.hand-over") as tx:
            escalation = tx.lock(tx.get(Escalation, escalation_id))
            return escalating.hand_over_at_end_of_shift(tx, pager_of(rt), escalation)

    handed = []
    tally = each(
        rt,
        "escalations.hand-over",
        ids,
        lambda escalation_id: handed.append(hand_over(escalation_id)),
        lambda _tx, _id: None,
    )
    return Tally(sum(handed), tally.failed)


def acknowledge(rt: Runtime, number: int, staff_id: UUID, minutes: int | None = None) -> None:
    """A signed-in member of staff takes it. Raises NotFound, AlreadyResolved, AlreadyAcknowledged."""
    with rt.store.begin("escalations.acknowledge") as tx:
        escalation = _numbered(tx, number)
        escalating.acknowledge(tx, escalation, tx.get(StaffMember, staff_id), minutes=minutes)
        say_when(tx, rt.wording, rt.answers, escalation)


def resolve(rt: Runtime, number: int, staff_id: UUID, outcome: EscalationOutcome) -> None:
    """A signed-in member of staff says what came of it. Raises NotFound, AlreadyResolved."""
    with rt.store.begin("escalations.resolve") as tx:
        staff = tx.get(StaffMember, staff_id)
        resolve_and_hand_back(tx, rt.wording, rt.answers, _numbered(tx, number), staff, outcome)


def hand_on(rt: Runtime, number: int, staff_id: UUID) -> None:
    """A signed-in member of staff cannot take it, or not any more. Raises NotFound, AlreadyResolved."""
    with rt.store.begin("escalations.hand-on") as tx:
        escalating.hand_on(tx, pager_of(rt), _numbered(tx, number), tx.get(StaffMember, staff_id))


def _numbered(tx: Transaction, number: int) -> Escalation:
    found = escalations.numbered(tx, number)
    if found is None:
        raise NotFound(f"E-{number}")
    return found
