"""The auditor: every few minutes it looks at the rows themselves for a broken promise, and pages when it finds one.

It runs in the scheduler and in every worker, since a process that stands still cannot say so. It mends nothing: what it
finds is a mistake of ours or a process that is gone, and a person must look.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from checkback.care.flows.check_ins import SILENCE
from checkback.care.flows.due import Tally
from checkback.care.rules.hours import EARLIEST_HOUR, LATEST_HOUR
from checkback.care.runtime import Runtime
from checkback.care.steps.outbox import queue_alarm
from checkback.care.steps.tasks import open_task
from checkback.care.store import Transaction, audits, people
from checkback.care.terms import Breach, Lane, OutboundKind, Sender, TaskKind

log = structlog.get_logger()

#: How late each may be before it counts: longer than any lease, retry and round of the clock together.
GRACE = timedelta(minutes=15)
#: Alerts go before everything else; check-ins of a whole street may wait for their turn at the sender's pace.
ALERT_GRACE, PACED_GRACE = timedelta(minutes=5), timedelta(minutes=45)
#: A silent question is looked for every half minute.
CLOSING_GRACE = timedelta(hours=1)
LOOKS_BACK = timedelta(days=1)
_BOUND = (OutboundKind.WELCOME, OutboundKind.CHECK_IN, OutboundKind.ANSWER)


@dataclass(frozen=True)
class Finding:
    """One row that must not be as it is."""

    breach: Breach
    row: UUID


def findings(rt: Runtime) -> Sequence[Finding]:
    """What is broken at this moment; looks, and changes nothing."""
    with rt.store.read() as tx:
        return list(_all(tx))


def audit_promises(rt: Runtime) -> Tally:
    """Look for broken promises; each becomes one task; new ones are told to the one on call, once an hour.

    Returns what was found as failed, so that it is counted where failures are.
    """
    found = findings(rt)
    if not found:
        return Tally()
    with rt.store.begin("auditing.report") as tx:
        new = [each for each in found if _open_task(tx, each)]
        if new:
            _page(tx, rt)
    for breach in Breach:
        count = sum(each.breach is breach for each in found)
        if count:
            log.error("audit.broken-promise", breach=breach, count=count)
    return Tally(failed=len(new))


def _all(tx: Transaction) -> Iterator[Finding]:
    late, now = tx.now - GRACE, tx.now
    rows = {
        Breach.NOT_STARTED: audits.not_started(tx, late),
        Breach.LEFT_DUE: audits.left_due(tx, late),
        Breach.NOT_CLOSED: audits.not_closed(tx, now - SILENCE - CLOSING_GRACE),
        Breach.HANDED_TO_NOBODY: audits.handed_to_nobody(tx, now - LOOKS_BACK),
        Breach.NOT_ANSWERED: audits.not_answered(tx, late),
        Breach.TURN_LEFT_OPEN: audits.turns_left_open(tx, late),
        Breach.NOT_HANDED_OVER: [
            *audits.not_handed_over(tx, Lane.ALERTS, now - ALERT_GRACE),
            *audits.not_handed_over(tx, Lane.FAMILIES, now - PACED_GRACE),
        ],
        Breach.UNSETTLED: audits.unsettled(tx, late),
        Breach.OUTSIDE_HOURS: [
            row for row, at, zone in audits.handed_over_since(tx, now - LOOKS_BACK, _BOUND) if not _by_day(at, zone)
        ],
    }
    for breach, ids in rows.items():
        yield from (Finding(breach, row) for row in ids)


def _by_day(moment: datetime, zone: str) -> bool:
    """Whether a text may go at this hour at all: 8 to 21 local to the person (47 CFR 64.1200(c)(1))."""
    return EARLIEST_HOUR <= moment.astimezone(ZoneInfo(zone)).hour < LATEST_HOUR


def _open_task(tx: Transaction, found: Finding) -> bool:
    key = f"{TaskKind.PROMISE_BROKEN}:{found.breach}:{found.row}"
    return open_task(tx, TaskKind.PROMISE_BROKEN, dedupe_key=key, detail=f"{found.breach} {found.row}") is not None


def _page(tx: Transaction, rt: Runtime) -> None:
    if rt.on_call_number is None:
        log.error("audit.nobody-to-tell")
        return
    phone = people.phone_or_new(tx, rt.on_call_number)
    if people.opt_out_of(tx, phone.id, Sender.ALERT):
        log.error("audit.nobody-to-tell")
        return
    queue_alarm(tx, phone, rt.wording.staff("alarm.promise", url=rt.console_url), f"audit:{tx.now:%Y-%m-%dT%H}")
