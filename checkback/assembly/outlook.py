"""What the scheduler looks at for Prometheus beside its work: the figures, the assistant, our own certificate."""

from __future__ import annotations

from functools import partial

import httpx2

from checkback.adapters.certificate import days_left
from checkback.assembly.gauges import tell_assistant, tell_certificate, tell_figures
from checkback.assembly.loops import Loop
from checkback.assembly.settings import Settings
from checkback.care.runtime import Runtime

_FIGURES_EVERY, _ASSISTANT_EVERY, _CERTIFICATE_EVERY = 10.0, 15.0, 3600.0
_SECONDS = 5.0


def telling(rt: Runtime, settings: Settings) -> list[Loop]:
    """Loops that look and let the gauges say what they saw; each alone, since any of them may hang for a while."""
    return [
        Loop("figures", partial(tell_figures, rt), _FIGURES_EVERY),
        Loop("assistant-state", partial(tell_assistant, partial(assistant_answers, settings)), _ASSISTANT_EVERY),
        Loop("certificate", partial(tell_certificate, partial(_days_left, rt, settings)), _CERTIFICATE_EVERY),
    ]


def assistant_answers(settings: Settings) -> bool:
    """Whether the assistant is there and has a model."""
    try:
        return httpx2.get(f"{settings.assistant_url}/webhooks/checkback/", timeout=_SECONDS).is_success
    except httpx2.HTTPError:
        return False


def _days_left(rt: Runtime, settings: Settings) -> float | None:
    return days_left(settings.public_url, rt.clock.now())
