"""The only door to the assistant: the application tells it a turn and gets back what to say and what to do.

    GET  /webhooks/checkback/         ready or not
    POST /webhooks/checkback/turn     {turn_id, conversation_id, text, language, mode, asked}
    POST /webhooks/checkback/start    {turn_id, conversation_id, language, mode}: a check-in begins
    POST /webhooks/checkback/forget   {conversation_id}

All POSTs want `Authorization: Bearer <token>`. A turn is told as often as one likes: the second time its answer comes
from the store and nothing moves. Rasa's stock REST channel is not built on: it answers 200 to errors and logs texts.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.channels.rest import RestInput
from rasa.core.tracker_store import FailSafeTrackerStore
from sanic import Blueprint, Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json

from bot import directives, quiet, reading
from bot.folding import without_commands
from bot.stores import BadSetting, KeptTurn, SealedTrackerStore
from bot.wishes import OPENS, Parsed, in_clauses, wishes_of

log = logging.getLogger(__name__)

LONGEST_TEXT = 1600
LARGEST_BODY = 32_768
#: The application waits fifteen seconds.
TURN_SECONDS = 10.0
#: The dialogue stands in the slot `asked`, so a session may end between any two turns. This many events cost little.
LONGEST_SESSION = 120
#: No question was asked. A categorical slot cannot be told apart from "never told" when it is empty.
NOTHING = "nothing"

_LANGUAGES = ("en", "es")
_MODES = ("neutral", "safe", "unsafe")
_QUESTION = re.compile(r"[a-z0-9_.-]{1,64}")


class BadField(ValueError):
    """A field of the request is missing or wrong; `field` names it, the message is the mend."""

    def __init__(self, name: str, mend: str) -> None:
        super().__init__(mend)
        self.field = name


class NotReady(Exception):
    """No model is loaded, or the tracker store is not ours or does not answer."""


class EmptyTurn(Exception):
    """The dialogue answered with nothing at all; a family would be left in silence."""


@dataclass(frozen=True)
class Told:
    """One turn as the application tells it."""

    turn_id: str
    conversation_id: str
    language: str
    mode: str
    asked: str
    text: str | None
    """What the family wrote; None when the application starts a check-in."""

    def context(self, parsed: Parsed) -> list[dict[str, Any]]:
        """What the application knows and what the words say, in the shape in which Rasa fills slots.

        Every slot is told every time: what an earlier text said must not be taken for what this one says.
        """
        words = str(parsed.get("text") or "")
        score = reading.score_in(words) if self.text is not None else reading.NONE
        known = {
            "asked": self.asked,
            "language": self.language,
            "mode": self.mode,
            "need": str(parsed.get("need_of") or reading.NONE),
            "score": score,
            "band": reading.band_of(score),
            "theme": reading.theme_of(words),
            "wish": reading.wish_of(words),
            "failure": reading.failure_of(words),
        }
        return [{"entity": name, "value": value, "extractor": "checkback"} for name, value in known.items()]


@dataclass
class _Line:
    """Who waits for a conversation, and the lock that lets one through."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class Turnstile:
    """Lets one turn of a conversation through at a time; different conversations do not wait for each other."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def one_at_a_time(self, conversation_id: str) -> AsyncIterator[None]:
        line = self._lines.setdefault(conversation_id, _Line())
        line.waiting += 1
        try:
            async with line.lock:
                yield
        finally:
            line.waiting -= 1
            if not line.waiting:
                del self._lines[conversation_id]


class CheckbackChannel(RestInput):
    """Rasa's input channel `checkback`."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._turnstile = Turnstile()

    @classmethod
    def name(cls) -> str:
        return "checkback"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> CheckbackChannel:
        """Refuses to be built without a token."""
        token = str((credentials or {}).get("token") or "").strip()
        if not token:
            raise BadSetting("CHECKBACK_ASSISTANT_TOKEN is empty: set it to a long random text")
        # Ours hold ids and counts only. Loading a model raises the root level, which they would take over.
        log.setLevel(logging.INFO)
        return cls(token)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        door = Blueprint("checkback")
        door.add_route(_ready, "/", methods=["GET"])
        door.add_route(self._guarded(self._turn), "/turn", methods=["POST"], name="turn")
        door.add_route(self._guarded(self._start), "/start", methods=["POST"], name="start")
        door.add_route(self._guarded(self._forget), "/forget", methods=["POST"], name="forget")
        return door

    def _guarded(
        self, answer: Callable[[Sanic, dict[str, Any]], Awaitable[HTTPResponse]]
    ) -> Callable[[Request], Awaitable[HTTPResponse]]:
        """`answer` behind the token, with every error told by its name alone."""

        async def guarded(request: Request) -> HTTPResponse:
            quiet.install()
            if not hmac.compare_digest((request.headers.get("authorization") or "").encode(), b"Bearer " + self._token):
                return json({"error": "Unauthorized"}, 401)
            try:
                return await answer(request.app, _fields(request))
            except BadField as error:
                return json({"error": "BadField", "field": error.field, "mend": str(error)}, 422)
            except NotReady:
                return json({"error": "NotReady"}, 503)
            except Exception as error:
                log.error("turn.failed error=%s", type(error).__name__)
                return json({"error": type(error).__name__}, 500)

        return guarded

    async def _turn(self, app: Sanic, given: dict[str, Any]) -> HTTPResponse:
        told = Told(*_ids(given), *_contact(given), asked=_asked(given), text=_text(given))
        return await self._answer(app, told)

    async def _start(self, app: Sanic, given: dict[str, Any]) -> HTTPResponse:
        return await self._answer(app, Told(*_ids(given), *_contact(given), asked=NOTHING, text=None))

    async def _forget(self, app: Sanic, given: dict[str, Any]) -> HTTPResponse:
        conversation_id = _uuid(given, "conversation_id")
        async with self._turnstile.one_at_a_time(conversation_id):
            _store(_agent(app)).forget(conversation_id)
        return empty(204)

    async def _answer(self, app: Sanic, told: Told) -> HTTPResponse:
        agent = _agent(app)
        async with self._turnstile.one_at_a_time(told.conversation_id):
            kept, repeated = await asyncio.wait_for(_kept_turn(agent, told), TURN_SECONDS)
        log.info("turn.answered id=%s blocks=%d repeated=%s", told.turn_id, len(kept.blocks), repeated)
        if not kept.blocks:
            raise EmptyTurn
        intent = {"name": kept.intent, "confidence": kept.confidence}
        answer = {"turn_id": told.turn_id, "intent": intent, "also": kept.also, "blocks": kept.blocks}
        return json({**answer, "repeated": repeated})


async def _ready(request: Request) -> HTTPResponse:
    try:
        _agent(request.app)
    except NotReady:
        return json({"status": "not ready"}, 503)
    return json({"status": "ok"})


async def _kept_turn(agent: Agent, told: Told) -> tuple[KeptTurn, bool]:
    """The turn as the store holds it, and whether it was there before; moved only if it was not there whole.

    A broken one (an action was dropped) is handed back as it is, for the application to refuse; told again, it moves
    again.
    """
    store = _store(agent)
    kept = store.find_turn(told.conversation_id, told.turn_id)
    if kept is not None and _is_whole(kept):
        return kept, True
    if kept is not None:
        store.undo_turn(told.conversation_id, told.turn_id)
    await _move(agent, told)
    kept = store.find_turn(told.conversation_id, told.turn_id)
    if kept is None:
        raise NotReady
    return kept, False


async def _move(agent: Agent, told: Told) -> None:
    """Let Rasa have the turn: each wish of the text as a message of its own, all kept in one transaction."""
    wishes = await _wishes(agent, told)
    if told.text is None or _store(agent).session_length(told.conversation_id) > LONGEST_SESSION:
        await _begin_session(agent, told.conversation_id)
    processor, output = agent.processor, CollectingOutputChannel()
    tracker = None
    for number, parsed in enumerate(wishes):
        parsed["entities"] = told.context(parsed)
        message = UserMessage(
            parsed["text"],
            output,
            told.conversation_id,
            parse_data=parsed,
            input_channel=CheckbackChannel.name(),
            metadata={"turn_id": told.turn_id} if number == 0 else {"of_turn": told.turn_id},
        )
        if tracker is None:
            tracker = await processor.log_message(message, should_save_tracker=False)
        else:
            await processor._handle_message_with_tracker(message, tracker)  # no public way keeps two as one
        tracker = await processor.run_action_extract_slots(output, tracker)
        await processor._run_prediction_loop(output, tracker)
    await processor.save_tracker(tracker)


async def _wishes(agent: Agent, told: Told) -> list[Parsed]:
    """What the text wants, most often one thing; a check-in that starts is one too."""
    if told.text is None:
        return [{"text": "EXTERNAL: start_check_in", "intent": {"name": "start_check_in", "confidence": 1.0}}]
    whole = await agent.parse_message(told.text)
    if told.asked == OPENS and reading.is_a_score(told.text):
        whole["intent"] = {"name": "give_scale", "confidence": 1.0}
        return [whole]
    parts = [await agent.parse_message(part) for part in in_clauses(told.text)]
    return wishes_of(whole, parts, told.asked)


async def _begin_session(agent: Agent, conversation_id: str) -> None:
    """A new session drops active forms, slots and what came before; the store reads only the latest."""
    await agent.execute_action(conversation_id, "action_session_start", CollectingOutputChannel(), None, 1.0)


def _is_whole(kept: KeptTurn) -> bool:
    try:
        blocks = [directives.parse(block) for block in kept.blocks]
        for intent in (kept.intent, *kept.also):
            directives.check_expected(intent, blocks)
    except directives.BadBlock:
        return False
    return bool(blocks)


def _agent(app: Sanic) -> Agent:
    agent = getattr(app.ctx, "agent", None)
    if agent is None or not agent.is_ready() or not _store(agent).is_reachable():
        raise NotReady
    return agent


def _store(agent: Agent) -> SealedTrackerStore:
    """Our store, taken out of Rasa's wrapper, which answers from memory when the database is broken, and forgets.

    Rasa puts a plain memory store in the place of one it cannot import; that is no store to answer from either.
    """
    store = agent.tracker_store
    if isinstance(store, FailSafeTrackerStore):
        store = store._tracker_store  # there is no public way to it, and Rasa's version is pinned
    if not isinstance(store, SealedTrackerStore):
        raise NotReady
    agent.tracker_store = agent.processor.tracker_store = store
    return store


def _fields(request: Request) -> dict[str, Any]:
    if len(request.body) > LARGEST_BODY:
        raise BadField("body", f"at most {LARGEST_BODY} bytes")
    try:
        given = request.json
    except SanicException:
        given = None
    if not isinstance(given, dict):
        raise BadField("body", "a JSON object")
    return given


def _ids(given: dict[str, Any]) -> tuple[str, str]:
    return _uuid(given, "turn_id"), _uuid(given, "conversation_id")


def _contact(given: dict[str, Any]) -> tuple[str, str]:
    return _one_of(given, "language", _LANGUAGES), _one_of(given, "mode", _MODES)


def _uuid(given: dict[str, Any], name: str) -> str:
    try:
        return str(UUID(given[name]))
    except (KeyError, ValueError, TypeError, AttributeError):
        raise BadField(name, "a UUID") from None


def _one_of(given: dict[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    value = given.get(name)
    if value not in allowed:
        raise BadField(name, f"one of {', '.join(allowed)}")
    return str(value)


def _asked(given: dict[str, Any]) -> str:
    asked = given.get("asked")
    if asked is None:
        return NOTHING
    if not isinstance(asked, str) or not _QUESTION.fullmatch(asked):
        raise BadField("asked", "a wording key such as need.ask, or null")
    return asked


def _text(given: dict[str, Any]) -> str:
    text = given.get("text")
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise BadField("text", f"a text of at most {LONGEST_TEXT} characters")
    text = without_commands(text)
    if not text:
        raise BadField("text", "something beside blanks and slashes")
    return text
