"""Listening to a text before anything else does; a screen that breaks is heard as a text nobody has screened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from checkback.care.ports import Assessment
from checkback.care.rules.readings import decoded
from checkback.care.runtime import Runtime
from checkback.care.terms import Danger, DistressLevel

log = structlog.get_logger()

UNSCREENED = Assessment(DistressLevel.HIGH, danger=Danger.UNSCREENED, version="failed")


@dataclass(frozen=True)
class Reading:
    """What a text says; and, where the carrier delivered it encoded, the letters it came in."""

    body: str
    as_delivered: str | None = None


def read(body: str) -> Reading:
    """The body as the person wrote it."""
    said = decoded(body)
    return Reading(body) if said is None else Reading(said, as_delivered=body)


def listen(rt: Runtime, reading: Reading, recent: Sequence[str] = ()) -> Assessment:
    """What the screen hears in a text, read either way: the worse counts.

    A whole text that is an opt-out in a language the screen cannot read needs nobody to read it.
    """
    heard = _assess(rt, reading.body, recent)
    if reading.as_delivered is not None:
        heard = max(heard, _assess(rt, reading.as_delivered, ()), key=lambda each: each.weight)
    if not rt.opt_out_words.say(reading.body):
        return heard
    understood = replace(heard, opt_out=True)
    if heard.danger is Danger.UNSCREENED:
        return replace(understood, level=DistressLevel.NONE, urgency=None, danger=None, evidence=())
    return understood


def _assess(rt: Runtime, body: str, recent: Sequence[str]) -> Assessment:
    """The screen promises not to raise; should it all the same, the text is kept and a person told."""
    try:
        return rt.screen.assess(body, recent)
    except Exception as error:  # whatever the screen throws, the text must not be lost with it
        log.error("screen.failed", error=type(error).__name__)
        return UNSCREENED
