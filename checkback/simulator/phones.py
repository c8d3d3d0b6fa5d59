"""The phones one can hold: what is on each, what goes wrong with it, and writing from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from checkback.simulator.calls import Call
from checkback.simulator.config import PhoneToHold, Side, SimulatorConfig
from checkback.simulator.creation import LONGEST_BODY, MOST_MEDIA
from checkback.simulator.faults import FaultKind, read_fault
from checkback.simulator.handset import Line, Manner
from checkback.simulator.inbound import Written
from checkback.simulator.network import Network
from checkback.simulator.numbering import is_e164
from checkback.simulator.pictures import Picture
from checkback.simulator.texts import Text

_SIDES: Mapping[str, Side] = {"family": "family", "clinician": "clinician"}
_ADD_ONS = '{"status":"successful","message":null,"code":null,"results":{}}'


@dataclass(frozen=True)
class PhoneCall:
    """A call as its holder sees it: under way, or what is left of it in the thread."""

    call: Call
    lines: tuple[Line, ...]
    waits_for_keys: bool
    is_voicemail: bool

    @property
    def sid(self) -> str:
        return self.call.sid

    @property
    def ours(self) -> str:
        return self.call.ours

    @property
    def shown_at(self) -> datetime:
        return self.call.ended_at or self.call.updated_at


@dataclass(frozen=True)
class Phone:
    """A phone as its holder sees it. `side` is "other" for one that nobody put on the page."""

    number: str
    label: str
    side: str
    texts: tuple[Text, ...]
    """What can be read on it, in the order it came."""
    not_arrived: tuple[Text, ...]
    """What was sent to it and is still under way, or never came."""
    blocks: tuple[str, ...]
    """Our numbers it told the carrier to stop."""
    writes_to: str
    call: PhoneCall | None
    """The call it is in, or that rings it."""
    past_calls: tuple[PhoneCall, ...]
    trouble: int | None
    """The code with which every text to it fails, if somebody ordered that."""
    manner: Manner
    """What happens when it is called."""

    @property
    def thread(self) -> list[Text | PhoneCall]:
        """What the page shows: what can be read on the phone, and in its place what is on its way or never came."""
        return sorted([*self.texts, *self.not_arrived, *self.past_calls], key=lambda item: item.shown_at)

    @property
    def anchor(self) -> str:
        return f"phone-{self.number[1:]}"


class Phones:
    """Every phone on the network, those on the page first."""

    def __init__(self, config: SimulatorConfig, network: Network) -> None:
        self._config = config
        self._network = network
        # Shared by all who ask, since a phone can be added while the simulator runs.
        self._held = network.held_phones

    def all(self) -> list[Phone]:
        return [self._phone(number) for number in self._numbers()]

    def add(self, number: str, label: str, side: str) -> None:
        """Put one more phone on the page. Raises ValueError naming the field that is wrong."""
        if not is_e164(number) or number in self._config.numbers or number in self._held:
            raise ValueError("number: must be E.164, such as +13145550101, and neither ours nor here already")
        if side not in _SIDES:
            raise ValueError("side: must be family or clinician")
        self._held[number] = PhoneToHold(number, label.strip() or number, _SIDES[side])

    def find(self, number: str) -> Phone | None:
        """The phone with this number, if it is on the page or ever took part."""
        return self._phone(number) if number in self._held or number in self._numbers() else None

    def trouble(self, number: str, code: int | None) -> None:
        """From now on every text to this phone ends with this code; with None they arrive again."""
        for kind in (FaultKind.UNDELIVERED, FaultKind.FAILED):
            self._network.faults.clear(kind=kind, number=number)
        if code is not None:
            self._network.faults.add(read_fault({"kind": "error", "code": code, "number": number, "count": "always"}))

    def block(self, number: str, *, blocks: bool) -> None:
        """Stop or allow texts from all our numbers, without a word to anybody."""
        for ours in self._config.numbers:
            if blocks:
                self._network.texts.block(number, ours)
            else:
                self._network.texts.unblock(number, ours)

    def write(self, number: str, to: Any, written: Written) -> Text:
        """Send a text from any phone to a number of ours. Raises ValueError naming the field that is wrong."""
        self.check(number, to)
        return self._network.write(number, to, written)

    def check(self, number: str, to: Any) -> None:
        """Whether this can be a phone's number, and `to` one of ours. Raises ValueError."""
        if not is_e164(number) or number in self._config.numbers:
            raise ValueError("number: must be E.164 and not one of ours, for example +13145550101")
        if not isinstance(to, str) or to not in self._config.numbers:
            raise ValueError(f"to: must be one of {', '.join(self._config.numbers)}")

    def _phone(self, number: str) -> Phone:
        held = self._held.get(number)
        texts = self._network.texts.of_phone(number)
        arrived = [text for text in texts if text.arrived_at]
        return Phone(
            number=number,
            label=held.label if held else number,
            side=held.side if held else "other",
            texts=tuple(sorted(arrived, key=lambda text: text.shown_at)),
            not_arrived=tuple(text for text in texts if not text.arrived_at),
            blocks=tuple(ours for ours in self._config.numbers if self._network.texts.is_blocked(number, ours)),
            writes_to=self._writes_to(held, texts),
            call=self._call(self._network.voice.call_at(number)),
            past_calls=tuple(call for call in map(self._call, self._past_calls(number)) if call),
            trouble=self._trouble_of(number),
            manner=self._network.voice.manner(number),
        )

    def _numbers(self) -> dict[str, None]:
        callers = (call.phone for call in self._network.calls.resources()[::-1])
        return dict.fromkeys([*self._held, *self._network.texts.phone_numbers(), *callers])

    def _past_calls(self, number: str) -> list[Call]:
        return [call for call in self._network.calls.of_phone(number) if call.is_ended]

    def _call(self, call: Call | None) -> PhoneCall | None:
        handset = self._network.voice.handset(call.sid) if call else None
        if call is None or handset is None:
            return None
        return PhoneCall(call, tuple(handset.heard), handset.waits_for_keys, handset.is_voicemail)

    def _trouble_of(self, number: str) -> int | None:
        lasting = (FaultKind.UNDELIVERED, FaultKind.FAILED)
        for fault in self._network.faults.waiting():
            if fault.number == number and fault.count is None and fault.kind in lasting:
                return fault.code
        return None

    def _writes_to(self, held: PhoneToHold | None, texts: list[Text]) -> str:
        """Who an answer goes to: who was last talked with, or whom the phone is meant for."""
        if texts:
            return texts[-1].ours
        return (held.writes_to if held else None) or next(iter(self._config.numbers))


def read_written(said: Mapping[str, Any], pictures: Sequence[Picture] = ()) -> Written:
    """What somebody writes: a `body`, and `media`, a number of pictures; and how Twilio is to hand it on: `encoded` for
    a body in Base64, `add_ons` for a field of that name, `fields` for others. Raises ValueError naming the field."""
    body, media, more = said.get("body", ""), said.get("media", len(pictures)), said.get("fields", {})
    if isinstance(media, bool) or not isinstance(media, int) or not 0 <= media <= MOST_MEDIA:
        raise ValueError(f"media: must be a whole number from 0 to {MOST_MEDIA}")
    if not isinstance(body, str) or len(body) > LONGEST_BODY or not _is_unicode(body):
        raise ValueError(f"body: must be at most {LONGEST_BODY} characters of Unicode text")
    if not body and not media:
        raise ValueError("body: must not be empty, unless the text has media")
    if not isinstance(more, dict) or not all(isinstance(value, str) for value in more.values()):
        raise ValueError("fields: must be an object of names and texts")
    add_ons = {"AddOns": _ADD_ONS} if said.get("add_ons") else {}
    return Written(body, media, pictures, encoded=bool(said.get("encoded")), more_fields={**add_ons, **more})


def _is_unicode(body: str) -> bool:
    """A lone surrogate, which JSON can carry, is no character that a phone could send."""
    return not any("\ud800" <= char <= "\udfff" for char in body)
