"""What the plan a promise came from says of it."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

import structlog

from checkback.care.model import CheckIn, CheckInPlan
from checkback.care.program import ProgramError, read_plan
from checkback.care.rules.plans import PROMISE_ONLY, Plan
from checkback.care.store import Transaction

log = structlog.get_logger()

#: The rows of a step that was ended with its plan, and planned anew, are told apart by a number behind the name.
AGAIN = "."


def definition_of(tx: Transaction, plan_id: UUID | None) -> Plan:
    """What this version of a plan says; the promise alone when there is no plan, or none this program can read."""
    if plan_id is None:
        return PROMISE_ONLY
    return read_version(tx.get(CheckInPlan, plan_id))


def read_version(version: CheckInPlan) -> Plan:
    """What a version says; the promise alone when this program cannot read it, which the log tells."""
    try:
        return _read(version.reference, version.definition)
    except ProgramError:
        log.error("plan.unreadable", id=str(version.id))
        return PROMISE_ONLY


@lru_cache(maxsize=64)
def _read(reference: str, definition: str) -> Plan:
    return read_plan(reference, definition)


def step_name(check_in: CheckIn) -> str:
    """The step of the plan a row was planned for."""
    return check_in.step.partition(AGAIN)[0]
