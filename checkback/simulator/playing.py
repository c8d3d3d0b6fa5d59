"""Plays TwiML to a phone: says, waits for keys, goes where the script leads, until it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urljoin

from checkback.simulator.account import Webhook
from checkback.simulator.calls import Script
from checkback.simulator.clock import MovableClock
from checkback.simulator.handset import Handset
from checkback.simulator.twiml import Gather, Hangup, Pause, Play, Redirect, Reject, Say, Verb

_LOOK_EVERY = 0.05
# A script that leads to itself without ever waiting for anybody has to end at some time.
_MOST_DOCUMENTS = 200
_BROKEN = "Sorry, something went wrong here. Goodbye."

Fields = Sequence[tuple[str, str]]
Ask = Callable[[Webhook, Fields], Awaitable[tuple[Verb, ...] | None]]
"""Fetches a script from the application, or None when it cannot be played."""
Read = Callable[[str], tuple[Verb, ...] | None]
"""Reads a script that the application gave outright, or None when it cannot be played."""


@dataclass(frozen=True)
class _Next:
    """Where the script goes on."""

    url: str
    method: str
    fields: Fields = ()


@dataclass(frozen=True)
class Player:
    """Plays to one handset. `seconds_a_word` is how slowly it speaks, by the movable clock."""

    handset: Handset
    clock: MovableClock
    seconds_a_word: float
    ask: Ask
    read: Read

    async def play(self, script: Script) -> None:
        """The whole script, from its beginning."""
        await self.go_on(await self.open(script), script.url or "")

    async def open(self, script: Script) -> tuple[Verb, ...] | None:
        """The script's first document."""
        if script.twiml is not None:
            return self.read(script.twiml)
        webhook = Webhook(script.url or "", script.method, script.fallback_url, script.fallback_method)
        return await self.ask(webhook, ())

    async def go_on(self, verbs: tuple[Verb, ...] | None, url: str) -> None:
        """Play `verbs`, which came from `url`, and whatever they lead to."""
        for _ in range(_MOST_DOCUMENTS):
            if verbs is None:
                self.handset.hear(_BROKEN)
                return
            following = await self._play(verbs)
            if following is None:
                return
            url = urljoin(url, following.url)
            verbs = await self.ask(Webhook(url, following.method), following.fields)
            await asyncio.sleep(0)

    async def _play(self, verbs: tuple[Verb, ...]) -> _Next | None:
        """Play one document; where it leads, or None at its end, where Twilio hangs up."""
        for verb in verbs:
            match verb:
                case Say() | Play() | Pause():
                    await self._say(verb)
                case Gather():
                    keys = await self._gather(verb)
                    if keys or verb.asks_when_empty:
                        return _Next(verb.action, verb.method, [("Digits", keys)])
                case Redirect():
                    return _Next(verb.url, verb.method)
                case Hangup() | Reject():
                    return None
        return None

    async def _say(self, verb: Say | Play | Pause, *, until_key: bool = False) -> None:
        match verb:
            case Say(words=words):
                self.handset.hear(words)
                await self._let_pass(len(words.split()) * self.seconds_a_word, until_key=until_key)
            case Play(what=what):
                self.handset.hear(f"[plays {what}]")
            case Pause(seconds=seconds):
                await self._let_pass(seconds, until_key=until_key)

    async def _gather(self, verb: Gather) -> str:
        """The keys pressed, without the one that finishes; the first key ends what is being said."""
        self.handset.wait_for_keys(waits=True)
        for prompt in verb.prompts:
            if not self.handset.keys:
                await self._say(prompt, until_key=True)
        pressed = ""
        while verb.num_digits is None or len(pressed) < verb.num_digits:
            await self._let_pass(verb.timeout, until_key=True)
            if not self.handset.keys:
                break
            key = self.handset.keys.popleft()
            if key == verb.finish_on:
                break
            pressed += key
        self.handset.wait_for_keys(waits=False)
        return pressed

    async def _let_pass(self, seconds: float, *, until_key: bool = False) -> None:
        """Wait, by the movable clock."""
        until = self.clock.now() + timedelta(seconds=seconds)
        # Polled, because another process may move the clock.
        while self.clock.now() < until and not (until_key and self.handset.keys):  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_EVERY)
