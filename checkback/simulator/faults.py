"""Faults to order at the control door: what goes wrong at the pretend Twilio, how often, and for whom.

POST a JSON object to `/_/faults`: `{"kind": …, "count": 2, "number": "+13145550101"}` is "the next two, for that
phone". `count` may be "always"; `number` may be a phone or a number of ours, and left out it is everybody. GET lists
what is still to happen, each with its count; DELETE clears all, or those of a kind or number: `?kind=`, `?number=`.

These befall a REST request, before it is judged, of the sort that `request` names: create, read, update, call, lookup
or any of them.

    refuse-429            too many at once, 20429; `retry_after` seconds in that header, or without it
    error-503-html        a page instead of JSON
    error-html            the same with another `status`, 500 to 599
    refuse                an error in Twilio's envelope, with `code`
    hang                  slow: waits `seconds` of real time and then goes on
    reset                 the connection is cut, and nothing was taken
    accepted-then-silent  taken; then no answer for `seconds` (0 if left out), and the connection is cut

These befall the answer to such a request, after it was carried out:

    trickle               the answer comes piece by piece, over `seconds`: a time-out between pieces never strikes
    cut-answer            half of the answer comes, and the connection is cut
    garbled-answer        the answer is a page and no JSON, though its status says that all is well

These befall a text that was accepted:

    hold                  stays in the queue for `seconds` of the movable clock
    failed                ends as failed with `code`, and was never sent
    undelivered           was sent and ends as undelivered with `code`
    late-delivery         was sent, and comes to the phone only `seconds` of the movable clock later
    no-receipt            comes to the phone, but stays `sent` for ever: its carrier gives no receipts
    error                 with `code`: refuse, failed or undelivered, whichever Twilio's documentation has for the code

These befall what the application is told:

    lose-callback         a status callback is never made
    double-callback       made twice
    late-callback         made `seconds` of the movable clock later; those after it overtake it
    reorder-callback      made after the next one of the same text
    double-webhook        a text from a phone is handed on twice
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from checkback.simulator.codes import FAILED, UNDELIVERED
from checkback.simulator.numbering import is_e164


class FaultKind(StrEnum):
    """What goes wrong."""

    REFUSE_429 = "refuse-429"
    ERROR_503_HTML = "error-503-html"
    ERROR_HTML = "error-html"
    REFUSE = "refuse"
    HANG = "hang"
    RESET = "reset"
    ACCEPTED_THEN_SILENT = "accepted-then-silent"
    TRICKLE = "trickle"
    CUT_ANSWER = "cut-answer"
    GARBLED_ANSWER = "garbled-answer"
    HOLD = "hold"
    FAILED = "failed"
    UNDELIVERED = "undelivered"
    LATE_DELIVERY = "late-delivery"
    NO_RECEIPT = "no-receipt"
    LOSE_CALLBACK = "lose-callback"
    DOUBLE_CALLBACK = "double-callback"
    LATE_CALLBACK = "late-callback"
    REORDER_CALLBACK = "reorder-callback"
    DOUBLE_WEBHOOK = "double-webhook"


REQUEST_FAULTS = frozenset(
    {
        FaultKind.REFUSE_429,
        FaultKind.ERROR_503_HTML,
        FaultKind.ERROR_HTML,
        FaultKind.REFUSE,
        FaultKind.HANG,
        FaultKind.RESET,
        FaultKind.ACCEPTED_THEN_SILENT,
        FaultKind.TRICKLE,
        FaultKind.CUT_ANSWER,
        FaultKind.GARBLED_ANSWER,
    }
)
REQUESTS = ("create", "read", "update", "call", "lookup", "any")
# Only these take something that the lost answer would have told of.
_TAKING = frozenset({"create", "call"})

_FIELDS = frozenset({"kind", "count", "number", "seconds", "code", "retry_after", "request", "status"})
_BY_CODE = "error"
_MOST = 1_000_000


@dataclass(frozen=True)
class Fault:
    """`count` more times, or for ever where it is None, for `number` or for everybody."""

    kind: FaultKind
    count: int | None = 1
    number: str | None = None
    seconds: float = 30.0
    code: int = 30003
    retry_after: int | None = None
    request: str = "create"
    status: int = 503

    def befalls(self, numbers: Collection[str]) -> bool:
        return self.number is None or self.number in numbers

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "count": "always" if self.count is None else self.count}


class Faults:
    """The faults still to happen, in the order they were asked for."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def clear(self, *, kind: str | None = None, number: str | None = None) -> None:
        """Forget all of them, or only those of a kind, or for a number."""
        self._waiting = [
            fault
            for fault in self._waiting
            if (kind is not None and fault.kind != kind) or (number is not None and fault.number != number)
        ]

    def waiting(self) -> list[Fault]:
        return list(self._waiting)

    def take(self, kinds: Collection[FaultKind], *numbers: str, request: str = "create") -> Fault | None:
        """The next fault of one of these kinds that befalls one of `numbers`; it counts as happened."""
        for index, fault in enumerate(self._waiting):
            if fault.kind in kinds and fault.befalls(numbers) and fault.request in (request, "any"):
                self._use_up(index)
                return fault
        return None

    def _use_up(self, index: int) -> None:
        fault = self._waiting[index]
        if fault.count is None:
            return
        if fault.count > 1:
            self._waiting[index] = replace(fault, count=fault.count - 1)
        else:
            del self._waiting[index]


def read_fault(said: Mapping[str, Any]) -> Fault:
    """The fault that a JSON object describes. Raises ValueError naming the field that is wrong."""
    unknown = sorted(said.keys() - _FIELDS)
    if unknown:
        raise ValueError(f"no such field: {', '.join(unknown)}")
    code = _whole(said, "code", 21612 if said.get("kind") == FaultKind.REFUSE else 30003, 10_000, 99_999)
    kind = _kind(said.get("kind"), code)
    fault = Fault(
        kind=kind,
        count=None if said.get("count") == "always" else _whole(said, "count", 1, 1, _MOST),
        number=_number(said.get("number")),
        seconds=_seconds(said.get("seconds", 0.0 if kind is FaultKind.ACCEPTED_THEN_SILENT else 30.0)),
        code=code,
        retry_after=_whole(said, "retry_after", 1, 0, 3600) if said.get("retry_after") is not None else None,
        request=said.get("request", "create"),
        status=_whole(said, "status", 503, 500, 599),
    )
    _check_request(fault)
    return fault


def _check_request(fault: Fault) -> None:
    if fault.request not in REQUESTS:
        raise ValueError(f"request: must be one of {', '.join(REQUESTS)}")
    if fault.kind not in REQUEST_FAULTS and fault.request != "create":
        raise ValueError(f"request: {fault.kind} befalls no request")
    if fault.kind is FaultKind.ACCEPTED_THEN_SILENT and fault.request not in _TAKING:
        raise ValueError(f"request: {fault.kind} cannot befall a request that takes nothing")


def _kind(said: Any, code: int) -> FaultKind:
    if said == _BY_CODE:
        return _kind_of_code(code)
    try:
        return FaultKind(said)
    except ValueError as error:
        raise ValueError(f"kind: must be one of {', '.join([*FaultKind, _BY_CODE])}") from error


def _kind_of_code(code: int) -> FaultKind:
    """When Twilio tells of this code: later for what carriers find out, at once for the rest."""
    if code in UNDELIVERED:
        return FaultKind.UNDELIVERED
    return FaultKind.FAILED if code in FAILED else FaultKind.REFUSE


def _number(said: Any) -> str | None:
    if said is None or (isinstance(said, str) and is_e164(said)):
        return said
    raise ValueError("number: must be E.164, for example +13145550101")


def _whole(said: Mapping[str, Any], name: str, default: int, low: int, high: int) -> int:
    value = said.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{name}: must be a whole number from {low} to {high}")
    return value


def _seconds(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= _MOST:
        raise ValueError(f"seconds: must be a number from 0 to {_MOST}")
    return float(value)
