"""What the scheduler tells Prometheus of the whole house. Labels name a lane, a sender, a code, a process of ours."""

from __future__ import annotations

import math
from collections.abc import Callable

from prometheus_client import Gauge

from checkback.care.flows.figures import Figures, look
from checkback.care.runtime import Runtime
from checkback.care.store.figures import Waiting

_DUE = Gauge("checkback_texts_due", "Texts of ours that could go now and have not", ["lane"])
_DUE_FOR = Gauge("checkback_oldest_due_text_seconds", "How long the oldest of them has been due", ["lane"])
_UNCLEAR = Gauge("checkback_texts_unclear", "Texts of which nobody knows whether they went")
_UNANSWERED = Gauge("checkback_texts_unanswered", "Texts of families that wait for the assistant")
_UNANSWERED_FOR = Gauge("checkback_oldest_unanswered_text_seconds", "How long the oldest of them has waited")
_UNTAKEN = Gauge("checkback_escalations_untaken", "Escalations that nobody has acknowledged")
_UNTAKEN_FOR = Gauge("checkback_oldest_untaken_escalation_seconds", "How long the oldest of them has been open")
_TASKS = Gauge("checkback_tasks_overdue", "Tasks whose time has passed")
_SILENCE = Gauge("checkback_inbound_silence_seconds", "How long nobody has written to us; NaN before the first text")
_PAUSED = Gauge(
    "checkback_sender_paused", "The sender stands still because of this code of the carrier", ["sender", "code"]
)
_TROUBLES = Gauge("checkback_carrier_troubles", "Troubles at the carrier that nobody has mended", ["sender", "code"])
_ALIVE = Gauge("checkback_process_seen_seconds", "How long ago a process last showed a sign of life", ["process"])
_CANARY = Gauge("checkback_canary_missing", "1 while the hourly text to ourselves has not come back in time, else 0")
_CANARY_AGE = Gauge("checkback_canary_returned_seconds", "How long ago one came back; NaN where none ever did")
_ASSISTANT = Gauge("checkback_assistant_up", "1 while the assistant answers, else 0")
_CERTIFICATE = Gauge("checkback_certificate_days", "Days until the gateway's certificate ends; NaN if it was not seen")


def tell_figures(rt: Runtime) -> bool:
    """Look once and let the gauges say it. Raises StoreUnavailable."""
    show(look(rt))
    return False


def show(figures: Figures) -> None:
    """Let the gauges say these figures."""
    for lane, waiting in figures.due.items():
        _DUE.labels(lane).set(waiting[0])
        _DUE_FOR.labels(lane).set(_age(figures, waiting))
    _UNCLEAR.set(figures.unclear)
    _UNANSWERED.set(figures.unanswered[0])
    _UNANSWERED_FOR.set(_age(figures, figures.unanswered))
    _UNTAKEN.set(figures.untaken[0])
    _UNTAKEN_FOR.set(_age(figures, figures.untaken))
    _TASKS.set(figures.overdue_tasks)
    silent = figures.seconds_since(figures.last_heard_at)
    _SILENCE.set(math.nan if silent is None else silent)
    _CANARY.set(int(figures.canary_is_missing))
    returned = figures.seconds_since(figures.canary_returned_at)
    _CANARY_AGE.set(math.nan if returned is None else returned)
    _PAUSED.clear()  # what has passed must not be told on
    for sender, code in figures.paused.items():
        _PAUSED.labels(sender, str(code)).set(1)
    _TROUBLES.clear()
    for (about, trouble), count in figures.troubles.items():
        _TROUBLES.labels(about, trouble).set(count)
    for name, seen_at in figures.alive.items():
        _ALIVE.labels(name).set(figures.seconds_since(seen_at) or 0)


def tell_assistant(answers: Callable[[], bool]) -> bool:
    """Ask whether the assistant answers, and let the gauge say it."""
    _ASSISTANT.set(int(answers()))
    return False


def tell_certificate(days_left: Callable[[], float | None]) -> bool:
    """Ask how long the gateway's certificate still holds, and let the gauge say it."""
    left = days_left()
    _CERTIFICATE.set(math.nan if left is None else left)
    return False


def _age(figures: Figures, waiting: Waiting) -> float:
    return figures.seconds_since(waiting[1]) or 0
