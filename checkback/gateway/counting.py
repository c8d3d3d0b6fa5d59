"""What the gateway counts: webhooks by kind and outcome, and what waits on its disk. No label says who or what."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

from checkback.care.ports import Journal

_WEBHOOKS = Counter("checkback_webhooks", "Webhooks by kind and outcome", ["kind", "outcome"])
_WAITING = Gauge("checkback_journal_waiting", "Entries on disk that wait for the database")
_OLDEST = Gauge("checkback_journal_oldest_seconds", "How long the oldest of them has waited")
_ASIDE = Gauge("checkback_journal_aside", "Entries on disk that cannot be brought into the database")


def count(kind: str, outcome: str) -> None:
    """One webhook has had its answer."""
    _WEBHOOKS.labels(kind, outcome).inc()


def watch(journal: Journal) -> None:
    """From now on the gauges tell of this journal, as it is when they are read."""
    _WAITING.set_function(lambda: journal.state().waiting)
    _OLDEST.set_function(lambda: journal.state().oldest)
    _ASIDE.set_function(lambda: journal.state().aside)
