"""Reads the fields of a message to be sent, or of a call to be made, and refuses what Twilio would refuse."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from checkback.simulator.account import Account, OwnNumber, Service
from checkback.simulator.calls import Call, CallStatus, Script
from checkback.simulator.numbering import is_e164
from checkback.simulator.overrides import read_overrides
from checkback.simulator.refusals import Refusal
from checkback.simulator.texts import new_sid

LONGEST_BODY = 1600
MOST_MEDIA = 10
LONGEST_VALIDITY = 36_000
SOONEST, LATEST = timedelta(minutes=5), timedelta(days=35)
LONGEST_RINGING = 600
LONGEST_TWIML = 4000
# Accepting these and doing nothing would be a lie, so they are refused as not done here.
_NOT_DONE_HERE = ("ContentSid", "ContentVariables", "ApplicationSid", "SipAuthUsername", "Byoc", "CallToken")
_NOT_TRUE_HERE = ("Record", "AsyncAmd")
_EVENTS = ("initiated", "ringing", "answered", "completed")
_MACHINE_DETECTION = ("", "Enable", "DetectMessageEnd")

Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Order:
    """A message that may be sent. `ours` is None when the messaging service is to choose the sender."""

    to: str
    ours: str | None
    body: str
    num_media: int = 0
    status_callback: str | None = None
    valid_for: int = LONGEST_VALIDITY
    service_sid: str | None = None
    send_at: datetime | None = None


def read_order(fields: Fields, account: Account, now: datetime) -> Order:
    """The message these form fields ask for. Raises Refusal."""
    _refuse_what_is_not_done_here(fields)
    to, service = _to(fields), _service(fields, account.services)
    ours = _sender(fields, account.numbers, service)
    return _order(fields, to, ours, service, now)


def read_test_order(fields: Fields, sender: str, now: datetime) -> Order:
    """The same for test credentials, which have one number and no service. Raises Refusal."""
    _refuse_what_is_not_done_here(fields)
    return _order(fields, _to(fields), _sender(fields, {sender: OwnNumber(sender)}, None), None, now)


def _order(fields: Fields, to: str, ours: str | None, service: Service | None, now: datetime) -> Order:
    if to == ours:
        raise Refusal(21266)
    return Order(
        to=to,
        ours=ours,
        body=_body(fields),
        num_media=_num_media(fields),
        status_callback=_address(fields, "StatusCallback", 21609),
        valid_for=_valid_for(fields),
        service_sid=service.sid if service else None,
        send_at=_send_at(fields, service, now),
    )


def read_call(fields: Fields, numbers: Mapping[str, OwnNumber], now: datetime) -> Call:
    """The call these form fields ask for. Raises Refusal."""
    _refuse_what_is_not_done_here(fields)
    to, caller = _one(fields, "To"), _one(fields, "From")
    if not to:
        raise Refusal(21201)
    if not is_e164(to):
        raise Refusal(21211)
    if not caller:
        raise Refusal(21213)
    if caller not in numbers or not numbers[caller].voice:
        raise Refusal(21210)
    if _one(fields, "MachineDetection") not in _MACHINE_DETECTION:
        raise Refusal(20001, "'MachineDetection' must be Enable or DetectMessageEnd")
    return Call(
        new_sid("CA"),
        "outbound-api",
        to,
        caller,
        CallStatus.QUEUED,
        now,
        now,
        script=read_script(fields),
        status_callback=_address(fields, "StatusCallback", 21609),
        status_callback_method=_method(fields, "StatusCallbackMethod"),
        status_callback_events=_events(fields),
        timeout=_whole(fields, "Timeout", 60, 1, LONGEST_RINGING),
        time_limit=_time_limit(fields),
        # Twilio leaves out the one where the other is given.
        machine_detection=None if _one(fields, "SendDigits") else _one(fields, "MachineDetection") or None,
        send_digits=_digits(fields),
    )


def read_script(fields: Fields) -> Script:
    """What a new call is to play: `Url` counts before `Twiml`, as Twilio has it. Raises Refusal."""
    url, twiml = _address(fields, "Url", 21205), _one(fields, "Twiml")
    if url is None and not twiml:
        raise Refusal(21205)
    if len(twiml) > LONGEST_TWIML:
        raise Refusal(20001, f"'Twiml' is longer than {LONGEST_TWIML} characters")
    if url is None:
        return Script(twiml=twiml)
    fallback = _address(fields, "FallbackUrl", 21205)
    return Script(None, url, _method(fields, "Method"), fallback, _method(fields, "FallbackMethod"))


def read_call_change(fields: Fields) -> tuple[Script, dict[str, Any]]:
    """What a call in progress is to play instead, and who is told from now on. Raises Refusal."""
    if _one(fields, "Url") and _one(fields, "Twiml"):
        raise Refusal(20001, "'Url' and 'Twiml' exclude each other")
    changes: dict[str, Any] = {}
    if callback := _address(fields, "StatusCallback", 21609):
        changes["status_callback"] = callback
        changes["status_callback_method"] = _method(fields, "StatusCallbackMethod")
    if _one(fields, "TimeLimit"):
        changes["time_limit"] = _time_limit(fields)
    return read_script(fields), changes


def _time_limit(fields: Fields) -> int:
    return _whole(fields, "TimeLimit", 14_400, 1, 86_400)


def _digits(fields: Fields) -> str | None:
    digits = _one(fields, "SendDigits")
    if re.fullmatch(r"[0-9A-D#*wW]{0,32}", digits) is None:
        raise Refusal(20001, "'SendDigits' must be at most 32 of 0-9, A-D, #, *, w and W")
    return digits or None


def _one(fields: Fields, name: str) -> str:
    return fields[name][-1] if fields.get(name) else ""


def _refuse_what_is_not_done_here(fields: Fields) -> None:
    for name in _NOT_DONE_HERE:
        if _one(fields, name):
            raise Refusal(20001, f"This simulator does not do '{name}'")
    for name in _NOT_TRUE_HERE:
        if _one(fields, name).lower() == "true":
            raise Refusal(20001, f"This simulator does not do '{name}'")


def _to(fields: Fields) -> str:
    to = _one(fields, "To")
    if not to:
        raise Refusal(21604)
    if not is_e164(to):
        raise Refusal(21211)
    return to


def _service(fields: Fields, services: Mapping[str, Service]) -> Service | None:
    """The messaging service, which may also stand as the sender."""
    sender = _one(fields, "From")
    sid = _one(fields, "MessagingServiceSid") or (sender if sender.startswith("MG") else "")
    if sid and sid not in services:
        raise Refusal(21701)
    return services[sid] if sid else None


def _sender(fields: Fields, numbers: Mapping[str, OwnNumber], service: Service | None) -> str | None:
    sender = _one(fields, "From")
    if service is not None and sender in ("", service.sid):
        return None
    if not sender:
        raise Refusal(21603)
    if not is_e164(sender):
        raise Refusal(21212)
    if sender not in numbers or not numbers[sender].sms or (service and sender not in service.numbers):
        raise Refusal(21606)
    return sender


def _body(fields: Fields) -> str:
    body = _one(fields, "Body")
    if not body.strip() and not fields.get("MediaUrl"):
        raise Refusal(21602)
    if len(body) > LONGEST_BODY:
        raise Refusal(21617)
    return body


def _num_media(fields: Fields) -> int:
    addresses = fields.get("MediaUrl", ())
    if len(addresses) > MOST_MEDIA:
        raise Refusal(21623)
    if not all(_is_address(address) for address in addresses):
        raise Refusal(21620)
    return len(addresses)


def _is_address(said: str) -> bool:
    try:
        parts = urlsplit(said)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _address(fields: Fields, name: str, code: int) -> str | None:
    url = _one(fields, name)
    if not url:
        return None
    try:
        target, _ = read_overrides(url)
        if "_" in (urlsplit(target).hostname or ""):
            raise ValueError("the host's name must have no underscore")
    except ValueError as error:
        raise Refusal(code, f"Invalid '{name}': {error}") from error
    return url


def _valid_for(fields: Fields) -> int:
    said = _one(fields, "ValidityPeriod")
    if not said:
        return LONGEST_VALIDITY
    try:
        seconds = int(said)
    except ValueError as error:
        raise Refusal(90014) from error
    if not 1 <= seconds <= LONGEST_VALIDITY:
        raise Refusal(90007)
    return seconds


def _send_at(fields: Fields, service: Service | None, now: datetime) -> datetime | None:
    """When a scheduled message is to go. Twilio's pages on 35114, 35115 and 35117 describe one and the same; which of
    them is answered when is our reading, and an application has to treat them alike."""
    kind, said = _one(fields, "ScheduleType"), _one(fields, "SendAt")
    if not kind and not said:
        return None
    if service is None:
        raise Refusal(35118)
    if kind != "fixed":
        raise Refusal(20001, "'ScheduleType' must be fixed")
    if not said:
        raise Refusal(35111)
    try:
        moment = datetime.strptime(said, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise Refusal(35114) from error
    if moment < now + SOONEST:
        raise Refusal(35117)
    if moment > now + LATEST:
        raise Refusal(35115)
    return moment


def _events(fields: Fields) -> tuple[str, ...]:
    """The client sends one field for each; somebody by hand may write them into one, apart by blanks."""
    said = [event for value in fields.get("StatusCallbackEvent", ()) for event in value.split()]
    _refuse_unknown(said, _EVENTS)
    return tuple(said) or ("completed",)


def _refuse_unknown(said: Collection[str], known: Collection[str]) -> None:
    if not set(said) <= set(known):
        raise Refusal(21626)


def _method(fields: Fields, name: str) -> str:
    said = _one(fields, name).upper() or "POST"
    if said not in ("GET", "POST"):
        raise Refusal(20001, f"'{name}' must be GET or POST")
    return said


def _whole(fields: Fields, name: str, default: int, low: int, high: int) -> int:
    said = _one(fields, name) or str(default)
    if not said.isascii() or not said.isdigit() or len(said) > len(str(high)) or not low <= int(said) <= high:
        raise Refusal(20001, f"'{name}' must be a whole number from {low} to {high}")
    return int(said)
