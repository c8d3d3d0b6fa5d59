"""An assistant that understands a few plain words, and remembers each turn it was asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from bot import directives as d
from checkback.care.errors import AssistantUnavailable, TurnRejected
from checkback.care.points import NoFaults, Points
from checkback.care.ports import Turn, TurnContext


class FakeAssistant:
    """Keeps the promise of `ports.Assistant`: one `turn_id` twice moves nothing and answers the same.

    It outlives a crash of the house. `says_next` is what it answers to the next turn, whatever was written.
    """

    def __init__(self, points: Points | None = None) -> None:
        self.points = points or NoFaults()
        self.says_next: Turn | None = None
        self.contexts: list[TurnContext] = []
        self.meanwhile: Callable[[], object] | None = None
        """What happens in the house while the next answer is awaited."""
        self.asked: list[str] = []
        self.is_down = False
        self.answers_nonsense = False
        self._turns: dict[UUID, Turn] = {}

    def converse(self, conversation_id: UUID, turn_id: UUID, text: str, context: TurnContext) -> Turn:
        self.contexts.append(context)
        return self._once(turn_id, text, lambda: self._understand(text.strip().lower(), context))

    def start_check_in(self, conversation_id: UUID, turn_id: UUID, context: TurnContext) -> Turn:
        return self._once(turn_id, "(check-in)", lambda: Turn("start_check_in", 1.0, [d.Say("check_in.opening")]))

    def forget(self, conversation_id: UUID) -> None:
        if self.is_down:
            raise AssistantUnavailable

    def _once(self, turn_id: UUID, text: str, understand: Callable[[], Turn]) -> Turn:
        self.points.reach("assistant.converse.before")
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        if self.is_down:
            raise AssistantUnavailable
        if self.answers_nonsense:
            raise TurnRejected("nonsense")
        if turn_id not in self._turns:
            self.asked.append(text)
            self._turns[turn_id] = self.says_next or understand()
            self.says_next = None
        self.points.reach("assistant.converse.after")
        return self._turns[turn_id]

    def _understand(self, text: str, context: TurnContext) -> Turn:
        if context.asked == "consent.ask" and text in ("1", "2"):
            said = "consent.thanks" if text == "1" else "consent.declined"
            return Turn("choose", 1.0, [d.RecordConsent(text), d.Say(said)])
        blocks = self._blocks(text, context)
        return Turn("story", 0.9, blocks)

    def _blocks(self, text: str, context: TurnContext) -> Sequence[d.Block]:
        if "crib" in text or "cuna" in text:
            return [d.OfferResources("baby-things")]
        if "call me" in text or "llámeme" in text:
            return [d.RequestCallback(), d.Say("callback.promised")]
        if "wrong number" in text:
            return [d.MarkWrongPerson(), d.Say("wrong_person.sorry")]
        if context.asked == "check_in.opening":
            return [
                d.RecordAnswer("check_in.opening", "hard"),
                d.CompleteCheckIn(),
                d.Say("check_in.sorry"),
                d.Say("need.ask"),
            ]
        return [d.Say("fallback.heard")]
