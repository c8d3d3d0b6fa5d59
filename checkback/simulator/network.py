"""The pretend network: takes texts from the application and from phones, carries them, and tells the application."""

from __future__ import annotations

from checkback.simulator.account import Account
from checkback.simulator.calls import Call, Calls
from checkback.simulator.clock import MovableClock
from checkback.simulator.config import SimulatorConfig
from checkback.simulator.creation import Order
from checkback.simulator.faults import Faults
from checkback.simulator.inbound import Inbound, Written
from checkback.simulator.live import Live
from checkback.simulator.optouts import OptOuts
from checkback.simulator.pictures import Pictures
from checkback.simulator.sending import Sending, Surroundings
from checkback.simulator.texts import Direction, Text, Texts, media_sids
from checkback.simulator.voice import Voice
from checkback.simulator.webhooks import Webhooks


class Network:
    """Everything that happens between the application and the phones. Used from one event loop only."""

    def __init__(self, config: SimulatorConfig) -> None:
        self.clock = MovableClock(config.clock_file)
        self.texts = Texts(config.state_file)
        self.faults = Faults()
        self.live = Live()
        self.account = Account(config, self.clock.now())
        self.webhooks = Webhooks(
            self.clock, lambda: self.account.standing.primary_token, lambda: self.live.tell("complaint")
        )
        self.calls = Calls(self.clock.now, self._tell_of_call)
        self.pictures = Pictures(config.state_file.with_suffix(".pictures") if config.state_file else None)
        self.opt_outs = OptOuts(self.account, self.texts)
        around = Surroundings(self.account, self.clock, self.texts, self.faults, self.webhooks, config.pace, self._keep)
        self.sending = Sending(around, self._reached_our_own)
        self.held_phones = {phone.number: phone for phone in config.phones_to_hold}
        self._config = config
        self.voice = Voice(around, self.calls)
        self._inbound = Inbound(around, self.opt_outs, self.pictures, self.sending, config.address)

    def resume(self) -> None:
        """Take up again what an earlier run left unfinished."""
        self.pictures.load({sid for text in self.texts.resources() for sid in media_sids(text)})
        for text in self.texts.unfinished():
            if text.ours not in self._config.numbers:
                continue
            if text.direction is Direction.INBOUND:
                self._inbound.hand_on_later(text)
            else:
                self.sending.take_up(text)

    async def close(self) -> None:
        await self.sending.close()
        await self._inbound.close()
        await self.voice.close()
        await self.webhooks.close()
        self.texts.close()

    def accept(self, order: Order, direction: Direction = Direction.OUTBOUND_API) -> Text:
        """Take a text of the application's to carry. Raises Refusal."""
        return self.sending.accept(order, direction)

    def write(self, phone: str, ours: str, written: Written) -> Text:
        """A phone's holder writes to a number of ours."""
        return self._inbound.write(phone, ours, written)

    def _reached_our_own(self, text: Text) -> None:
        """A text to another number of the account: there it is an inbound text like any other, with its own SID."""
        self._inbound.write(text.ours, text.phone, Written(text.body))

    def _keep(self, text: Text) -> Text:
        self.texts.keep(text)
        self.live.tell("phone", number=text.phone, sid=text.sid, status=text.status)
        return text

    def _tell_of_call(self, call: Call) -> None:
        self.live.tell("call", number=call.phone, sid=call.sid, status=call.status)
