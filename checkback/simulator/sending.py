"""The life of a text of the application's: accepted, perhaps scheduled, queued, sent, delivered or not, and told so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from uuid import uuid4

from checkback.simulator.account import Account, OwnNumber, Service, Webhook
from checkback.simulator.clock import MovableClock
from checkback.simulator.config import Pace
from checkback.simulator.creation import Order
from checkback.simulator.faults import Fault, FaultKind, Faults
from checkback.simulator.lanes import Lanes
from checkback.simulator.queues import SenderQueues
from checkback.simulator.refusals import Refusal
from checkback.simulator.segments import count_segments
from checkback.simulator.texts import Direction, Text, Texts, new_sid
from checkback.simulator.webhooks import Webhooks

_LOOK_AT_CLOCK_EVERY = 0.05
_DAY = timedelta(days=1)
_NO_REGION, _NOT_VERIFIED, _OPTED_OUT, _QUEUE_FULL, _DAILY_LIMIT = 21408, 21608, 21610, 21611, 63038
_EMPTY_POOL, _NOT_CANCELABLE, _NOT_REDACTABLE, _NOT_FINISHED = 21704, 30409, 30400, 20009
_QUEUE_OVERFLOW, _SUSPENDED, _TOO_LATE = 30001, 30002, 30036
_INVALID, _LANDLINE = 21211, 30006
_TOLL_FREE_UNVERIFIED, _UNREGISTERED = 30032, 30034
_TRIAL_PREFIX = "Sent from your Twilio trial account - "


@dataclass(frozen=True)
class Surroundings:
    """What sending stands on."""

    account: Account
    clock: MovableClock
    texts: Texts
    faults: Faults
    webhooks: Webhooks
    pace: Pace
    keep: Callable[[Text], Text]
    """Keeps a text as it stands now and tells who watches."""


class Sending:
    """Texts on their way from the application to the phones. Used from one event loop only."""

    def __init__(self, around: Surroundings, hand_over: Callable[[Text], object]) -> None:
        """`hand_over` gets each text that has reached another number of the account's."""
        self._around, self._hand_over = around, hand_over
        self._account, self._clock = around.account, around.clock
        self._carrying = Lanes()
        self._telling = Lanes()
        self._queues = SenderQueues()
        self._rotation = count()
        self._held_back: dict[str, Text] = {}

    async def close(self) -> None:
        await self._carrying.close()
        await self._telling.close()

    def accept(self, order: Order, direction: Direction = Direction.OUTBOUND_API) -> Text:
        """Take a text of the application's to carry. Raises Refusal."""
        service = self._account.services.get(order.service_sid or "")
        ours = order.ours or self._choose(service, order.to)
        self._check(order, ours)
        text = self._keep(self._new(order, ours, service, direction))
        self.take_up(text)
        return text

    def take_up(self, text: Text) -> None:
        """Carry on with a text that was accepted."""
        if text.status == "scheduled":
            self._carrying.add(text.sid, lambda: self._wait_for_its_time(text))
        else:
            self._carrying.add((text.phone, text.ours), lambda: self._carry(text))

    def cancel(self, text: Text) -> Text:
        """Take back a scheduled text. Raises Refusal once it is anything else."""
        if text.status != "scheduled":
            raise Refusal(_NOT_CANCELABLE)
        return self._move(text, "canceled")

    def redact(self, text: Text) -> Text:
        """Forget the words as far as the application can see; what is on a phone stays there. Raises Refusal."""
        if not text.is_final:
            raise Refusal(_NOT_REDACTABLE)
        return self._keep(replace(text, redacted=True, updated_at=self._clock.now()))

    def delete(self, text: Text) -> None:
        """Take the resource away; what is on a phone stays there. Raises Refusal."""
        if not text.is_final:
            raise Refusal(_NOT_FINISHED)
        self._keep(replace(text, deleted=True))

    def delete_media(self, text: Text, media_sid: str) -> None:
        """Take one picture's resource away."""
        self._keep(replace(text, media_gone=(*text.media_gone, media_sid)))

    # --- accepting -----------------------------------------------------------------------------------------------

    def _choose(self, service: Service | None, phone: str) -> str:
        """The sender out of the pool: a sticky one stays who it was, otherwise each has its turn."""
        if service is None or not service.numbers:
            raise Refusal(_EMPTY_POOL)
        before = [text.ours for text in self._around.texts.of_phone(phone) if text.ours in service.numbers]
        if service.sticky_sender and before:
            return before[-1]
        return service.numbers[next(self._rotation) % len(service.numbers)]

    def _check(self, order: Order, ours: str) -> None:
        standing = self._account.standing
        if not self._account.line(order.to).is_valid:
            raise Refusal(_INVALID)
        if not order.to.startswith(standing.prefixes):
            raise Refusal(_NO_REGION)
        if standing.type == "Trial" and order.to not in standing.verified:
            raise Refusal(_NOT_VERIFIED)
        if self._around.texts.is_blocked(order.to, ours):
            raise Refusal(_OPTED_OUT)
        if order.ours and self._queues.is_full(self._account.numbers[ours], count_segments(order.body), self._now()):
            raise Refusal(_QUEUE_FULL)
        if standing.daily_limit is not None and self._sent_today() >= standing.daily_limit:
            raise Refusal(_DAILY_LIMIT)

    def _sent_today(self) -> int:
        since = self._now() - _DAY
        return sum(
            text.direction is not Direction.INBOUND and text.created_at > since
            for text in self._around.texts.resources()
        )

    def _new(self, order: Order, ours: str, service: Service | None, direction: Direction) -> Text:
        now = self._now()
        prefix = _TRIAL_PREFIX if self._account.standing.type == "Trial" else ""
        sid = new_sid("MM" if order.num_media else "SM")
        text = Text(sid, direction, order.to, ours, prefix + order.body, _first_status(order), now, now)
        return replace(
            text,
            num_media=order.num_media,
            status_callback=order.status_callback or (service.status_callback if service else None),
            valid_for=min(order.valid_for, service.validity_period) if service else order.valid_for,
            service_sid=order.service_sid,
            send_at=order.send_at,
            sender_shown=order.ours is not None,
        )

    # --- carrying ------------------------------------------------------------------------------------------------

    async def _wait_for_its_time(self, text: Text) -> None:
        await self._until(text.send_at or text.created_at)
        text = self._around.texts.now(text)
        if text.status == "scheduled":
            self._carrying.add((text.phone, text.ours), lambda: self._carry(text))

    async def _carry(self, text: Text) -> None:
        if text.status in ("accepted", "scheduled") and not self._queue(text):
            return
        text = self._around.texts.now(text)
        if text.status == "queued" and not await self._leaves_queue(text):
            return
        if text.status in ("queued", "sending"):
            text = self._around.texts.now(text)
            await asyncio.sleep(self._around.pace.to_sent)
            if fault := self._fault(FaultKind.FAILED, text):
                self._move(text, "failed", fault.code)
                return
            text = self._move(text, "sent")
        await self._reach_phone(text)

    def _queue(self, text: Text) -> bool:
        """Let a service hand the text to the sender it chose; False when that one's queue is full."""
        text = replace(text, sender_shown=True)
        if self._queues.is_full(self._sender(text), count_segments(text.body), self._now()):
            self._keep(text)
            self._move(text, "failed", _QUEUE_OVERFLOW)
            return False
        self._keep(text)
        self._move(text, "queued")
        return True

    async def _leaves_queue(self, text: Text) -> bool:
        """Wait in the queue; False when it ended there: too late, blocked meanwhile, or the account suspended."""
        await asyncio.sleep(self._around.pace.to_sending)
        until = text.enters_queue_at + timedelta(seconds=text.valid_for)
        await self._until(min(self._turn(text), until))
        if self._now() > until:
            self._move(text, "failed", _TOO_LATE)
        elif self._around.texts.is_blocked(text.phone, text.ours):
            self._move(text, "failed", _OPTED_OUT)
        elif self._account.standing.status != "active":
            self._move(text, "failed", _SUSPENDED)
        else:
            self._move(text, "sending")
        return not self._around.texts.now(text).is_final

    def _turn(self, text: Text) -> datetime:
        """When it is this text's turn: as the sender's queue has it, or a fault holds it."""
        hold = self._fault(FaultKind.HOLD, text)
        released = text.enters_queue_at + timedelta(seconds=hold.seconds) if hold else text.enters_queue_at
        return max(released, self._queues.join(self._sender(text), count_segments(text.body), self._now()))

    async def _reach_phone(self, text: Text) -> None:
        await asyncio.sleep(self._around.pace.to_delivered)
        if late := self._fault(FaultKind.LATE_DELIVERY, text):
            await self._until(text.updated_at + timedelta(seconds=late.seconds))
        if fault := self._fault(FaultKind.UNDELIVERED, text):
            self._move(text, "undelivered", fault.code)
        elif self._account.line(text.phone).line_type == "landline":
            self._move(text, "undelivered", _LANDLINE)
        elif unregistered := self._registration_missing(text):
            self._move(text, "undelivered", unregistered)
        elif self._fault(FaultKind.NO_RECEIPT, text):
            self._keep(replace(self._around.texts.now(text), arrived_at=self._now()))
        else:
            self._move(text, "delivered")
        if self._around.texts.now(text).arrived_at is not None and text.phone in self._account.numbers:
            self._hand_over(text)

    def _registration_missing(self, text: Text) -> int | None:
        """The code with which carriers drop a text of an unregistered sender, where they ask for registration."""
        service = self._account.service_of(text.ours)
        if not self._account.standing.carriers_ask_registration or (service and service.is_registered):
            return None
        return _TOLL_FREE_UNVERIFIED if self._sender(text).is_toll_free else _UNREGISTERED

    async def _until(self, moment: datetime) -> None:
        # Polled, because another process may move the clock.
        while self._now() < moment:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_AT_CLOCK_EVERY)

    # --- telling -------------------------------------------------------------------------------------------------

    def _move(self, text: Text, status: str, error_code: int | None = None) -> Text:
        now = self._now()
        text = replace(self._around.texts.now(text), status=status, updated_at=now, error_code=error_code)
        if status == "sent":
            text = replace(text, sent_at=now)
        elif status == "delivered":
            text = replace(text, arrived_at=now)
        self._keep(text)
        self._call_back_later(text)
        return text

    def _call_back_later(self, text: Text) -> None:
        """Tell the application, unless a fault loses, doubles, delays or reorders it."""
        if text.status_callback is None or self._fault(FaultKind.LOSE_CALLBACK, text):
            return
        before = self._held_back.pop(text.sid, None)
        if late := self._fault(FaultKind.LATE_CALLBACK, text):
            # In a lane of its own, so that those after it overtake it.
            self._telling.add(object(), lambda: self._call_back_late(text, late))
        elif not text.is_final and self._fault(FaultKind.REORDER_CALLBACK, text):
            self._held_back[text.sid] = text
        else:
            self._queue_callback(text)
        if before is not None:
            self._queue_callback(before)

    def _queue_callback(self, text: Text) -> None:
        for _ in range(2 if self._fault(FaultKind.DOUBLE_CALLBACK, text) else 1):
            self._telling.add((text.phone, text.ours), lambda: self._call_back(text))

    async def _call_back_late(self, text: Text, late: Fault) -> None:
        await self._until(text.updated_at + timedelta(seconds=late.seconds))
        await self._call_back(text)

    async def _call_back(self, text: Text) -> None:
        if text.status_callback is not None:
            fields = callback_fields(text, self._account.sid)
            webhook = Webhook(text.status_callback)
            await self._around.webhooks.call("status", text.sid, webhook, fields, str(uuid4()))

    # --- small words ---------------------------------------------------------------------------------------------

    def _fault(self, kind: FaultKind, text: Text) -> Fault | None:
        return self._around.faults.take({kind}, text.phone, text.ours)

    def _sender(self, text: Text) -> OwnNumber:
        return self._account.numbers[text.ours]

    def _keep(self, text: Text) -> Text:
        return self._around.keep(text)

    def _now(self) -> datetime:
        return self._clock.now()


def _first_status(order: Order) -> str:
    if order.send_at is not None:
        return "scheduled"
    return "queued" if order.ours else "accepted"


def callback_fields(text: Text, account_sid: str) -> list[tuple[str, str]]:
    """The form of a status callback for the text as it stood then."""
    fields = [
        ("SmsSid", text.sid),
        ("SmsStatus", text.status),
        ("MessageStatus", text.status),
        ("To", text.phone),
        ("MessageSid", text.sid),
        ("AccountSid", account_sid),
        ("From", text.ours),
        ("ApiVersion", "2010-04-01"),
    ]
    if text.service_sid:
        fields.append(("MessagingServiceSid", text.service_sid))
    if text.error_code is not None:
        fields.append(("ErrorCode", str(text.error_code)))
    if text.status in ("delivered", "undelivered"):
        fields.append(("RawDlrDoneDate", text.updated_at.strftime("%y%m%d%H%M")))
    return fields
