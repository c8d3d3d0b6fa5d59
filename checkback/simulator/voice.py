"""Calls between the application and the phones: rings, plays what the application says, and tells it how it goes.

It is what stands behind `calls.Line`. Calls are described at https://www.twilio.com/docs/voice/api/call-resource and
https://www.twilio.com/docs/voice/twiml; ringing and waiting are measured by the movable clock.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Literal
from uuid import uuid4

from checkback.simulator.account import Webhook
from checkback.simulator.answers import judge_script
from checkback.simulator.calls import Call, Calls, CallStatus, Script
from checkback.simulator.faults import FaultKind
from checkback.simulator.handset import KEYS, Handset, Manner
from checkback.simulator.lanes import Lanes
from checkback.simulator.playing import Fields, Player
from checkback.simulator.sending import Surroundings
from checkback.simulator.texts import new_sid
from checkback.simulator.twiml import Reject, Verb

Event = Literal["initiated", "ringing", "answered", "completed"]

_LOOK_EVERY = 0.05
_NO_VOICE_URL = 11100
_AT_ONCE = {Manner.BUSY: CallStatus.BUSY, Manner.FAILED: CallStatus.FAILED}
_MACHINE = {"Enable": "machine_start", "DetectMessageEnd": "machine_end_beep"}


class Voice:
    """The pretend telephone network. Used from one event loop only."""

    def __init__(self, around: Surroundings, calls: Calls) -> None:
        self._around = around
        self._clock = around.clock
        self._calls = calls
        self._handsets: dict[str, Handset] = {}
        self._manners: dict[str, Manner] = {}
        self._ringing = Lanes()
        self._telling = Lanes()
        calls.connect(self)

    async def close(self) -> None:
        await self._ringing.close()
        await self._telling.close()

    # --- what the application asks -------------------------------------------------------------------------------

    def ring(self, call: Call) -> None:
        """The application placed this call."""
        self._begin(call)
        self._ringing.add(call.sid, lambda: self._place(call))

    def hang_up(self, call: Call) -> None:
        """The application ended this call; it stands as completed or canceled already."""
        self._handsets[call.sid].put_down()

    def play_instead(self, call: Call) -> None:
        """The application gave the call in progress another script."""
        self._handsets[call.sid].has_new_script = True

    # --- what the holder of a phone does ---------------------------------------------------------------------------

    def dial(self, phone: str, ours: str) -> Call:
        """The holder calls a number of ours. Raises ValueError when the phone is in a call already."""
        if self.call_at(phone) is not None:
            raise ValueError("call: the phone is in a call already")
        now, script = self._clock.now(), _script(self._around.account.voice_webhook(ours))
        call = Call(new_sid("CA"), "inbound", phone, ours, CallStatus.RINGING, now, now, script=script)
        self._begin(call)
        self._calls.keep(call)
        self._ringing.add(call.sid, lambda: self._take(call))
        return call

    def pick_up(self, sid: str) -> None:
        """Answer a call that rings. Raises ValueError when it does not."""
        if self._under_way(sid).status is not CallStatus.RINGING:
            raise ValueError("call: it does not ring")
        self._handsets[sid].pick_up()

    def press(self, sid: str, keys: str) -> None:
        """Press keys in a call. Raises ValueError when there are no such keys, or nobody to hear them."""
        if not keys or not KEYS.issuperset(keys):
            raise ValueError("digits: must be some of 0 to 9, * and #")
        if self._under_way(sid).status is not CallStatus.IN_PROGRESS:
            raise ValueError("call: it was not answered yet")
        self._handsets[sid].press(keys)

    def put_down(self, sid: str) -> None:
        """Hang up, or decline a call that rings. Raises ValueError when it is over."""
        self._under_way(sid)
        self._handsets[sid].put_down()

    def behave(self, phone: str, manner: Manner) -> None:
        """From now on the phone meets calls like this."""
        self._manners[phone] = manner

    def manner(self, phone: str) -> Manner:
        return self._manners.get(phone, Manner.HAND)

    def call_at(self, phone: str) -> Call | None:
        """The call this phone is in, or that rings it."""
        under_way = (call for call in self._calls.of_phone(phone) if not call.is_ended and call.sid in self._handsets)
        return next(under_way, None)

    def handset(self, sid: str) -> Handset | None:
        """The phone's end of a call, also after it ended."""
        return self._handsets.get(sid)

    # --- the life of a call ----------------------------------------------------------------------------------------

    def _begin(self, call: Call) -> None:
        def tell() -> None:
            # Kept as it is: whoever watches is told, and looks again.
            if (now := self._calls.find(call.sid)) is not None:
                self._calls.keep(now)

        self._handsets[call.sid] = Handset(self._clock.now, tell)

    def _under_way(self, sid: str) -> Call:
        call = self._calls.find(sid)
        if call is None or call.is_ended or sid not in self._handsets:
            raise ValueError("call: there is no such call under way")
        return call

    async def _place(self, call: Call) -> None:
        """A call of the application's, from the first ring to the end."""
        self._tell_application(call, "initiated")
        manner = self._manner_now(call)
        if manner in _AT_ONCE or self._handsets[call.sid].is_put_down:
            self._end(call, _AT_ONCE.get(manner, CallStatus.CANCELED))
            return
        self._tell_application(self._calls.move(call.sid, CallStatus.RINGING), "ringing")
        if not await self._is_picked_up(call, manner):
            self._end(call, CallStatus.BUSY if self._handsets[call.sid].is_put_down else CallStatus.NO_ANSWER)
            return
        call = self._answered(call, manner)
        self._tell_application(call, "answered")
        await self._talk(call)
        self._end(call, CallStatus.COMPLETED)

    def _manner_now(self, call: Call) -> Manner:
        """A phone that is in another call is busy."""
        in_call = self.call_at(call.phone)
        return self.manner(call.phone) if in_call is None or in_call.sid == call.sid else Manner.BUSY

    async def _is_picked_up(self, call: Call, manner: Manner) -> bool:
        if manner is not Manner.HAND:
            return manner in (Manner.ANSWERS, Manner.VOICEMAIL)
        handset, until = self._handsets[call.sid], self._clock.now() + timedelta(seconds=call.timeout)
        # Polled, because another process may move the clock.
        while self._clock.now() < until and not handset.is_settled:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_EVERY)
        return handset.is_picked_up and not handset.is_put_down

    def _answered(self, call: Call, manner: Manner) -> Call:
        is_machine = manner is Manner.VOICEMAIL
        self._handsets[call.sid].is_voicemail = is_machine
        answered_by = None
        if call.machine_detection is not None:
            answered_by = _MACHINE.get(call.machine_detection, "machine_start") if is_machine else "human"
        return self._calls.move(call.sid, CallStatus.IN_PROGRESS, answered_by=answered_by)

    async def _take(self, call: Call) -> None:
        """A call to a number of ours: what the application answers first decides whether it is picked up."""
        if self._around.account.voice_webhook(call.ours) is None:
            self._around.webhooks.complain("voice", call.sid, _NO_VOICE_URL, "the number has no address for calls")
            self._end(call, CallStatus.FAILED)
            return
        player = self._player(call)
        verbs = await player.open(call.script)
        if verbs and isinstance(verbs[0], Reject):
            self._end(call, CallStatus.BUSY if verbs[0].reason == "busy" else CallStatus.NO_ANSWER)
            return
        call = self._calls.move(call.sid, CallStatus.IN_PROGRESS)
        await self._talk(call, asyncio.create_task(player.go_on(verbs, call.script.url or "")))
        self._end(call, CallStatus.COMPLETED)

    async def _talk(self, call: Call, playing: asyncio.Task[None] | None = None) -> None:
        """Play the call's script until it ends, somebody hangs up, its time is over, or another script takes over."""
        handset, until = self._handsets[call.sid], self._clock.now() + timedelta(seconds=call.time_limit)
        playing = playing or asyncio.create_task(self._player(call).play(call.script))
        try:
            while not playing.done() and not handset.is_interrupted and self._clock.now() < until:
                await asyncio.wait({playing}, timeout=_LOOK_EVERY)
        finally:
            playing.cancel()
            await asyncio.wait({playing})
        if handset.has_new_script and not handset.is_put_down:
            handset.has_new_script = False
            await self._talk(self._calls.find(call.sid) or call)

    def _end(self, call: Call, status: CallStatus) -> None:
        """End it, unless the application ended it meanwhile, and tell how it ended."""
        if self._calls.find(call.sid) is None:
            # The application ended it and deleted the resource before this end noticed: it wants to hear no more.
            return
        ended = self._calls.move(call.sid, status)
        self._tell_application(ended, "completed")

    # --- asking and telling the application ------------------------------------------------------------------------

    def _player(self, call: Call) -> Player:
        async def ask(webhook: Webhook, more: Fields) -> tuple[Verb, ...] | None:
            now = self._calls.find(call.sid) or call
            fields = [*call_fields(now, self._around.account.sid), *more]
            verdict = await self._around.webhooks.call("voice", call.sid, webhook, fields, str(uuid4()))
            return verdict.script

        def read(document: str) -> tuple[Verb, ...] | None:
            verdict = judge_script(document.encode())
            for code, words in verdict.complaints:
                self._around.webhooks.complain("voice", call.sid, code, words)
            return verdict.script

        return Player(self._handsets[call.sid], self._clock, self._around.pace.word, ask, read)

    def _tell_application(self, call: Call, event: Event) -> None:
        """Tell it in order, and as a best effort, if it asked to be told of this."""
        url, method = call.status_callback, call.status_callback_method
        if call.direction == "inbound":
            own = self._around.account.numbers[call.ours]
            url, method = own.status_callback, own.status_callback_method
        if url is None or event not in call.status_callback_events:
            return
        if self._around.faults.take({FaultKind.LOSE_CALLBACK}, call.phone, call.ours):
            return
        fields, webhook = self._callback_fields(call, event), Webhook(url, method)
        if late := self._around.faults.take({FaultKind.LATE_CALLBACK}, call.phone, call.ours):
            # In a lane of its own, so that those after it overtake it.
            until = self._clock.now() + timedelta(seconds=late.seconds)
            self._telling.add(object(), lambda: self._call_back_late(call, webhook, fields, until))
            return
        twice = self._around.faults.take({FaultKind.DOUBLE_CALLBACK}, call.phone, call.ours)
        for _ in range(2 if twice else 1):
            self._telling.add(call.sid, lambda: self._call_back(call, webhook, fields))

    async def _call_back_late(self, call: Call, webhook: Webhook, fields: Fields, until: datetime) -> None:
        # Polled, because another process may move the clock.
        while self._clock.now() < until:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_EVERY)
        await self._call_back(call, webhook, fields)

    async def _call_back(self, call: Call, webhook: Webhook, fields: Fields) -> None:
        await self._around.webhooks.call("call-status", call.sid, webhook, fields, str(uuid4()))

    def _callback_fields(self, call: Call, event: Event) -> Fields:
        handset = self._handsets[call.sid]
        number, handset.callbacks_told = handset.callbacks_told, handset.callbacks_told + 1
        said = dict(call_fields(call, self._around.account.sid))
        if event == "initiated":
            said["CallStatus"] = "initiated"
        said["Timestamp"] = format_datetime(call.updated_at.replace(microsecond=0))
        said["CallbackSource"] = "call-progress-events"
        said["SequenceNumber"] = str(number)
        if call.is_ended:
            said["CallDuration"] = str(call.seconds or 0)
            said["Duration"] = str(-(-(call.seconds or 0) // 60))
        return list(said.items())


def call_fields(call: Call, account_sid: str) -> list[tuple[str, str]]:
    """What every webhook of a call says; what Twilio does not know is blank, but present."""
    ends = (call.phone, call.ours) if call.direction == "inbound" else (call.ours, call.phone)
    fields = [
        ("CallSid", call.sid),
        ("AccountSid", account_sid),
        ("From", ends[0]),
        ("To", ends[1]),
        ("CallStatus", call.status.value),
        ("ApiVersion", "2010-04-01"),
        ("Direction", call.direction),
        ("Caller", ends[0]),
        ("Called", ends[1]),
    ]
    for whose in ("From", "To", "Caller", "Called"):
        fields += [(f"{whose}City", ""), (f"{whose}State", ""), (f"{whose}Zip", ""), (f"{whose}Country", "US")]
    return fields + ([("AnsweredBy", call.answered_by)] if call.answered_by else [])


def _script(webhook: Webhook | None) -> Script:
    if webhook is None:
        return Script()
    return Script(None, webhook.url, webhook.method, webhook.fallback_url, webhook.fallback_method)
