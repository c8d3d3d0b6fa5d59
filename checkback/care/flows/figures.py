"""The house at a glance, in numbers: for metrics, alarms and `checkback status`. Nothing personal is in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from checkback.care.flows import canary
from checkback.care.runtime import Runtime
from checkback.care.store import canaries, figures, work
from checkback.care.store.figures import Waiting
from checkback.care.terms import Lane, Sender


@dataclass(frozen=True)
class Figures:
    """Counts and ages, as they are `at` that moment. An age is None where there is nothing that could be old."""

    at: datetime
    due: Mapping[Lane, Waiting]
    unclear: int
    unanswered: Waiting
    untaken: Waiting
    overdue_tasks: int
    last_heard_at: datetime | None
    paused: Mapping[Sender, int]
    troubles: Mapping[tuple[str, str], int]
    alive: Mapping[str, datetime]
    canary_is_missing: bool
    canary_returned_at: datetime | None

    def seconds_since(self, moment: datetime | None) -> float | None:
        """How long ago that was; None where it never was."""
        return None if moment is None else max(0.0, (self.at - moment).total_seconds())


def look(rt: Runtime) -> Figures:
    """Count once. Changes nothing. Raises StoreUnavailable."""
    with rt.store.read() as tx:
        return Figures(
            at=tx.now,
            due=figures.due_texts(tx),
            unclear=figures.unclear_texts(tx),
            unanswered=figures.unanswered_texts(tx),
            untaken=figures.untaken_escalations(tx),
            overdue_tasks=figures.overdue_tasks(tx),
            last_heard_at=figures.last_heard_at(tx),
            paused=figures.pauses(tx),
            troubles=figures.carrier_troubles(tx),
            alive={beat.name: beat.at for beat in work.heartbeats(tx)},
            canary_is_missing=canary.missing(tx) is not None,
            canary_returned_at=canaries.returned_at(tx),
        )
