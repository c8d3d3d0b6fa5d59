"""What is done at each tick. The job store is memory: the next tick finds whatever the last one left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from checkback.care.flows import (
    auditing,
    canary,
    check_ins,
    escalations,
    heartbeat,
    holds,
    numbers,
    outbound,
    phone_safety,
    renewals,
    retention,
    reviewing,
    rotas,
    screenings,
    sealing,
    task_care,
    watching,
    wordings,
)
from checkback.care.flows.due import Tally
from checkback.care.flows.watching import Ping
from checkback.care.runtime import Runtime


@dataclass(frozen=True)
class Job:
    """One duty and how often it is looked at."""

    name: str
    work: Callable[[], Tally | bool]
    every: timedelta


def jobs(rt: Runtime, ping: Ping | None = None) -> Sequence[Job]:
    """Every duty of the clock. `ping` tells whoever listens outside that every escalation moves."""
    return [
        Job("advance-escalations", partial(escalations.advance_overdue, rt), timedelta(seconds=1)),
        Job("hand-over-ended-shifts", partial(escalations.hand_over_ended_shifts, rt), timedelta(seconds=60)),
        Job("warn-of-rota-gaps", partial(rotas.warn_of_gaps, rt), timedelta(minutes=30)),
        Job("watch-escalations", partial(_watch, rt, ping), timedelta(minutes=5)),
        Job("fly-canary", partial(canary.fly, rt), timedelta(seconds=60)),
        Job("watch-canary", partial(canary.watch, rt), timedelta(seconds=5)),
        Job("send-test-page", partial(watching.send_test_page, rt), timedelta(minutes=10)),
        Job("start-check-ins", partial(check_ins.start_due, rt), timedelta(seconds=2)),
        Job("settle-unclear-texts", partial(outbound.settle_unclear, rt), timedelta(seconds=5)),
        Job("close-silent-check-ins", partial(check_ins.close_silent, rt), timedelta(seconds=30)),
        Job("see-to-tasks", partial(task_care.see_to_tasks, rt), timedelta(seconds=30)),
        Job("check-numbers", partial(numbers.check, rt), timedelta(minutes=5)),
        Job("ask-who-reads", partial(phone_safety.ask_who_reads, rt), timedelta(minutes=5)),
        Job("renew-consents", partial(renewals.see_to_consents, rt), timedelta(minutes=5)),
        Job("end-old-screenings", partial(screenings.expire, rt), timedelta(minutes=5)),
        Job("gather-the-weeks-reading", partial(reviewing.gather_week, rt), timedelta(minutes=10)),
        Job("audit-promises", partial(auditing.audit_promises, rt), timedelta(minutes=5)),
        Job("seal-audit", partial(sealing.seal_due, rt), timedelta(seconds=30)),
        Job("purge", partial(retention.purge_due, rt), timedelta(minutes=5)),
        Job("end-holds", partial(holds.end_run_out, rt), timedelta(seconds=10)),
        Job("let-go-what-was-held", partial(holds.let_go, rt), timedelta(seconds=10)),
        Job("learn-wording", partial(wordings.refresh, rt), timedelta(seconds=5)),
        Job("heartbeat", partial(heartbeat.beat, rt, "scheduler"), timedelta(seconds=15)),
    ]


def _watch(rt: Runtime, ping: Ping | None) -> Tally:
    """What stands still is counted where failures are. Whoever listens outside hears nothing either while our own test
    text is missing: then no text of ours may arrive at all, and they have another way to a person.
    """
    return Tally() if watching.watch(rt, None if canary.is_missing(rt) else ping) else Tally(failed=1)
