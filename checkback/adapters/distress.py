"""The distress screen behind its port: what it finds, in our terms; what it cannot read, for a person to read."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from threading import BoundedSemaphore, Thread
from typing import Protocol

import structlog

from checkback.care.errors import CareError
from checkback.care.ports import Assessment, Evidence
from checkback.care.terms import Danger, DistressLevel, Urgency
from checkback.distress import Finding, load
from checkback.distress.classifier import BY_WORDS
from checkback.distress.encoding import Encoder, EncoderUnavailable
from checkback.distress.report import as_json

__all__ = ["UNSCREENED", "Library", "PatternScreen", "ScreenHalfDeaf", "as_json", "must_have_its_encoder"]

log = structlog.get_logger()

#: More than the threads that bring texts, so that only texts that hang ever fill it.
_MOST_AT_ONCE = 64


def must_have_its_encoder() -> None:
    """Raises ScreenHalfDeaf: without it the screen still pages, but misses much that is said indirectly."""
    try:
        Encoder()
    except EncoderUnavailable as error:
        raise ScreenHalfDeaf(
            f"judges by words alone, and misses more: {error}; install the locked requirements"
        ) from error


class ScreenHalfDeaf(CareError):
    """The screen's encoder is missing."""


class Library(Protocol):
    """The part of `checkback.distress.DistressScreen` used here."""

    def assess(self, text: str, recent: Sequence[str] = ()) -> Finding: ...


class PatternScreen:
    """Implements `checkback.care.ports.Screen`. Whatever goes wrong in the library, the text goes to a person.

    Args:
        patience: seconds a text may take. The library's work is bounded, this is the second lock: a text waits in a
            unit of work meanwhile, and a webhook has fifteen seconds in all.
    """

    def __init__(self, library: Library, *, patience: float = 3.0) -> None:
        self._library = library
        self._patience = patience
        self._room = BoundedSemaphore(_MOST_AT_ONCE)

    @classmethod
    def loaded(cls) -> PatternScreen:
        """With the patterns and the classifier of this package; takes a second or two, once per process."""
        library = load()
        if library.assess("").version.endswith(BY_WORDS):
            log.warning("screen.by-words")
        return cls(library)

    def assess(self, text: str, recent: Sequence[str] = ()) -> Assessment:
        try:
            return _assessment(self._in_time(text, recent))
        except Exception as error:
            # Only the kind of error: its message may hold the text.
            log.error("screen.failed", error=type(error).__name__)
            return UNSCREENED

    def _in_time(self, text: str, recent: Sequence[str]) -> Finding:
        """What the library finds. Raises whatever it raises, and TimeoutError."""
        if not self._room.acquire(blocking=False):
            raise TimeoutError  # the threads before this one hang; no more are given to it
        done: Future[Finding] = Future()

        def work() -> None:
            try:
                done.set_result(self._library.assess(text, recent))
            except BaseException as error:
                done.set_exception(error)
            finally:
                self._room.release()

        # Its own thread, and one that stops nobody from leaving: what hangs cannot be ended, only left behind.
        Thread(target=work, name="screen", daemon=True).start()
        return done.result(self._patience)


UNSCREENED = Assessment(DistressLevel.HIGH, danger=Danger.UNSCREENED, version="unscreened")
"""What is said of a text that the screen failed on."""


def _assessment(finding: Finding) -> Assessment:
    return Assessment(
        level=DistressLevel(finding.level),
        urgency=Urgency(finding.urgency) if finding.urgency else None,
        danger=Danger(finding.danger) if finding.danger else None,
        opt_out=finding.opt_out,
        evidence=tuple(
            Evidence(one.rule, Danger(one.danger), one.start, one.end, one.words) for one in finding.evidence
        ),
        version=finding.version,
        review=finding.review,
    )
