"""A sign of life to whoever listens outside (healthchecks and its like): a GET that carries nothing."""

from __future__ import annotations

import structlog

from checkback.adapters.outside import Call, Limits, NoAnswer, NotSent, call

log = structlog.get_logger(__name__)

_LIMITS = Limits(connect=3.0, total=6.0, largest_answer=64 * 1024)


def ping(url: str) -> None:
    """Say that all is well. What does not arrive is logged: the listener's silence is the alarm."""
    try:
        answer = call(Call("GET", url), _LIMITS)
    except (NotSent, NoAnswer):
        log.warning("heartbeat.not-heard")
        return
    if answer.status >= 400:  # noqa: PLR2004 - an HTTP error
        log.warning("heartbeat.refused", status=answer.status)
