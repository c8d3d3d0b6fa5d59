"""Twilio's magic numbers, for test credentials: https://www.twilio.com/docs/iam/test-credentials. Nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from checkback.simulator.account import OwnNumber
from checkback.simulator.calls import Call
from checkback.simulator.creation import Order, read_call, read_test_order
from checkback.simulator.refusals import Refusal
from checkback.simulator.texts import Direction, Text, new_sid

GOOD_SENDER = "+15005550006"
_MESSAGE_FROM = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
_MESSAGE_TO = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
_CALL_FROM = {"+15005550001": 21212}
_CALL_TO = {"+15005550001": 21217, "+15005550002": 21214, "+15005550003": 21215, "+15005550004": 21216}
_NO_SENDER, _NO_CALLER = 21606, 21210

Fields = Mapping[str, Sequence[str]]


def judge_test_message(fields: Fields, now: datetime) -> Text:
    """The text that would have been sent; kept nowhere. Raises Refusal."""
    _refuse_magic(fields, _MESSAGE_FROM, _MESSAGE_TO, other_sender=_NO_SENDER)
    order: Order = read_test_order(fields, GOOD_SENDER, now)
    sid = new_sid("MM" if order.num_media else "SM")
    text = Text(sid, Direction.OUTBOUND_API, order.to, GOOD_SENDER, order.body, "queued", now, now)
    return replace(text, num_media=order.num_media)


def judge_test_call(fields: Fields, now: datetime) -> Call:
    """The call that would have been made; it rings nowhere. Raises Refusal."""
    _refuse_magic(fields, _CALL_FROM, _CALL_TO, other_sender=_NO_CALLER)
    return read_call(fields, {GOOD_SENDER: OwnNumber(GOOD_SENDER)}, now)


def _refuse_magic(fields: Fields, senders: Mapping[str, int], phones: Mapping[str, int], *, other_sender: int) -> None:
    sender, to = _one(fields, "From"), _one(fields, "To")
    if sender and sender != GOOD_SENDER:
        raise Refusal(senders.get(sender, other_sender))
    if to in phones:
        raise Refusal(phones[to])


def _one(fields: Fields, name: str) -> str:
    return fields[name][-1] if fields.get(name) else ""
