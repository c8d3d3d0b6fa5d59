"""The calls on the pretend network: what each is, as it stands now, and what the application may ask of it.

REST places, redirects and ends calls through `Calls`. What rings the phones and plays the TwiML stands behind `Line`
and moves a call on with `Calls.move`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Protocol

from checkback.simulator.refusals import Refusal

CallDirection = Literal["inbound", "outbound-api"]
_NOT_UNDER_WAY = 21220


class CallStatus(StrEnum):
    """Where a call stands, in Twilio's words."""

    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"


ENDED = frozenset({CallStatus.COMPLETED, CallStatus.BUSY, CallStatus.FAILED, CallStatus.NO_ANSWER, CallStatus.CANCELED})


@dataclass(frozen=True)
class Script:
    """What a call plays: TwiML given outright, or the address that tells it, with a second one for when it fails."""

    twiml: str | None = None
    url: str | None = None
    method: str = "POST"
    fallback_url: str | None = None
    fallback_method: str = "POST"


@dataclass(frozen=True)
class Call:
    """One call between a phone and a number of ours, as it stands now."""

    sid: str
    direction: CallDirection
    phone: str
    ours: str
    status: CallStatus
    created_at: datetime
    updated_at: datetime
    script: Script = field(default_factory=Script)
    status_callback: str | None = None
    status_callback_method: str = "POST"
    status_callback_events: tuple[str, ...] = ("completed",)
    """Which of initiated, ringing, answered and completed are told; by default only the last."""
    timeout: int = 60
    """For how many seconds the phone rings before the call ends as no-answer."""
    time_limit: int = 14_400
    machine_detection: str | None = None
    """Enable or DetectMessageEnd where the application asked who or what answers."""
    send_digits: str | None = None
    dialed_at: datetime | None = None
    """When the phone was first tried, which Twilio calls the start."""
    started_at: datetime | None = None
    """When it was answered; the duration is counted from here."""
    ended_at: datetime | None = None
    answered_by: str | None = None
    """human, machine_start, … where machine detection was asked for."""

    @property
    def is_ended(self) -> bool:
        return self.status in ENDED

    @property
    def seconds(self) -> int | None:
        """How long it was, once it is over; nothing for a call that nobody answered."""
        if self.ended_at is None or self.started_at is None:
            return None
        return round((self.ended_at - self.started_at).total_seconds())


class Line(Protocol):
    """What rings the phones and plays the TwiML. It is told at once, on the event loop, and must not block."""

    def ring(self, call: Call) -> None:
        """The application placed this call."""

    def hang_up(self, call: Call) -> None:
        """The application ended this call; it stands as completed or canceled already."""

    def play_instead(self, call: Call) -> None:
        """The application gave the call in progress another script, `call.script`, to play from now on."""


class Calls:
    """Every call of this run, in memory: no call outlives the network it runs over. Used from one event loop only."""

    def __init__(self, now: Callable[[], datetime], tell: Callable[[Call], None]) -> None:
        self._calls: dict[str, Call] = {}
        self._gone: set[str] = set()
        self._line: Line | None = None
        self._now = now
        self._tell = tell

    def connect(self, line: Line) -> None:
        """Let `line` ring the phones from now on."""
        self._line = line

    def place(self, call: Call) -> Call:
        """Take a call of the application's and ring the phone."""
        self.keep(call)
        if self._line is not None:
            self._line.ring(call)
        return self._calls[call.sid]

    def keep(self, call: Call) -> Call:
        """Keep the call as it stands now, and tell who watches."""
        self._calls[call.sid] = call
        self._tell(call)
        return call

    def move(self, sid: str, status: CallStatus, **changes: Any) -> Call:
        """The call one step on, with its times: answered when it first is in progress, ended when it ends. A call that
        ended stays as it ended."""
        call = self._calls[sid]
        if call.is_ended:
            return call
        return self.keep(replace(call, status=status, **{**_times(call, status, self._now()), **changes}))

    def end(self, call: Call, status: CallStatus) -> Call:
        """End it as the application asks: `canceled` only before an answer, `completed` at any time. Raises Refusal."""
        if call.is_ended or (status is CallStatus.CANCELED and call.status is CallStatus.IN_PROGRESS):
            raise Refusal(_NOT_UNDER_WAY)
        ended = self.move(call.sid, status)
        if self._line is not None:
            self._line.hang_up(ended)
        return ended

    def redirect(self, call: Call, script: Script, **changes: Any) -> Call:
        """Play something else in a call in progress. Raises Refusal."""
        if call.status is not CallStatus.IN_PROGRESS:
            raise Refusal(_NOT_UNDER_WAY)
        changed = self.keep(replace(call, script=script, updated_at=self._now(), **changes))
        if self._line is not None:
            self._line.play_instead(changed)
        return changed

    def forget(self, call: Call) -> None:
        """Take the resource away; the phone remembers the call. Raises Refusal while it is under way."""
        if not call.is_ended:
            raise Refusal(_NOT_UNDER_WAY)
        self._gone.add(call.sid)

    def find(self, sid: str) -> Call | None:
        return None if sid in self._gone else self._calls.get(sid)

    def of_phone(self, number: str) -> list[Call]:
        """Every call to and from this phone, oldest first."""
        return [call for call in self._calls.values() if call.phone == number]

    def resources(self) -> list[Call]:
        """What the account can list, newest first."""
        return [call for call in self._calls.values() if call.sid not in self._gone][::-1]


def _times(call: Call, status: CallStatus, now: datetime) -> Mapping[str, datetime]:
    """The times that a step to this status adds to the call."""
    times = {"updated_at": now}
    if call.dialed_at is None and status not in (CallStatus.QUEUED, CallStatus.CANCELED):
        times["dialed_at"] = now
    if status is CallStatus.IN_PROGRESS and call.started_at is None:
        times["started_at"] = now
    if status in ENDED:
        times["ended_at"] = now
    return times
