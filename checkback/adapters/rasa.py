"""The assistant behind its own channel of a Rasa server: a turn goes there, a whole answer comes back or none."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bot.directives import BadBlock, Block, check_expected, parse
from checkback.adapters.outside import Call, Limits, NoAnswer, NotSent, call
from checkback.care.errors import AssistantUnavailable, TurnRejected
from checkback.care.points import Points
from checkback.care.ports import Assistant, Turn, TurnContext

LONGEST_TEXT = 1600

_OK = 200
_FORGOTTEN = 204


class RasaAssistant(Assistant):
    """Speaks to one Rasa server.

    Args:
        base_url: where it listens, e.g. `http://127.0.0.1:5005`.
        token: what our channel asks for.
        timeout: seconds until a whole answer must have come.
    """

    def __init__(self, base_url: str, token: str, points: Points, timeout: float = 15.0) -> None:
        self._base = base_url.rstrip("/") + "/webhooks/checkback"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._points = points
        self._limits = Limits(total=timeout)

    def converse(self, conversation_id: UUID, turn_id: UUID, text: str, context: TurnContext) -> Turn:
        words = without_commands(text)
        if not words:
            raise TurnRejected("there is nothing in the text for the assistant to read")
        told = {"text": words[:LONGEST_TEXT], "asked": context.asked}
        return self._turn("turn", conversation_id, turn_id, context, told)

    def start_check_in(self, conversation_id: UUID, turn_id: UUID, context: TurnContext) -> Turn:
        return self._turn("start", conversation_id, turn_id, context, {})

    def forget(self, conversation_id: UUID) -> None:
        status, _ = self._post("forget", {"conversation_id": str(conversation_id)})
        if status != _FORGOTTEN:
            raise AssistantUnavailable(f"the assistant answered {status}")

    def _turn(
        self, what: str, conversation_id: UUID, turn_id: UUID, context: TurnContext, told: Mapping[str, str | None]
    ) -> Turn:
        common = {"turn_id": str(turn_id), "conversation_id": str(conversation_id)}
        self._points.reach("assistant.converse.before")
        status, content = self._post(what, {**common, "language": context.language, "mode": context.mode, **told})
        self._points.reach("assistant.converse.after")
        if status != _OK:
            raise AssistantUnavailable(f"the assistant answered {status}")
        return _read_turn(content, turn_id)

    def _post(self, what: str, body: Mapping[str, str | None]) -> tuple[int, bytes]:
        request = Call("POST", f"{self._base}/{what}", self._headers, json.dumps(body).encode())
        try:
            answer = call(request, self._limits)
        except (NotSent, NoAnswer) as error:
            raise AssistantUnavailable from error
        return answer.status, answer.content


def without_commands(text: str) -> str:
    """The text without leading blanks, slashes and signs nobody sees: Rasa takes `/need{…}` for a command."""
    start = next((place for place, sign in enumerate(text) if not _is_skipped(sign)), len(text))
    return text[start:].rstrip()


def _is_skipped(sign: str) -> bool:
    # Cc and Cf: controls, zero-width and direction marks. The fullwidth slash folds to one.
    return (
        sign.isspace()
        or unicodedata.category(sign) in ("Cc", "Cf")
        or unicodedata.normalize("NFKC", sign) in ("/", "\\")
    )


def _read_turn(content: bytes, turn_id: UUID) -> Turn:
    answer = _object(content)
    if answer.get("turn_id") != str(turn_id):
        raise TurnRejected("the assistant answered another turn")
    try:
        intent, confidence = _intent(answer["intent"])
        blocks = [_block(custom) for custom in answer["blocks"]]
        check_expected(intent, blocks)
    except BadBlock as error:
        raise TurnRejected from error
    except (KeyError, TypeError, ValueError):
        raise TurnRejected from None
    if not blocks:
        raise TurnRejected("the assistant left a silence")
    return Turn(intent, confidence, blocks)


def _intent(given: Any) -> tuple[str, float]:
    name, confidence = given["name"], float(given["confidence"])
    if not (isinstance(name, str) and name and 0.0 <= confidence <= 1.0):
        raise ValueError
    return name, confidence


def _block(custom: Any) -> Block:
    if not isinstance(custom, dict):
        raise BadBlock("a block that is no object")
    return parse(custom)


def _object(content: bytes) -> dict[str, Any]:
    # The decoder's error would carry the whole answer along.
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        raise AssistantUnavailable("the assistant answered something that is not JSON") from None
    if not isinstance(answer, dict):
        raise AssistantUnavailable("the assistant answered JSON that is no object")
    return answer
