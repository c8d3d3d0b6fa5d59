"""One closed question after a text of which the screen was unsure, and what a digit in answer to it means."""

from __future__ import annotations

from checkback.care.model import Conversation
from checkback.care.ports import Assessment, Evidence
from checkback.care.terms import Danger, DistressLevel, Urgency

QUESTION = "safety.ask"
"""The wording that asks for 1 (safe), 2 (not safe) or 3 (a call)."""
SAFE, NOT_SAFE, CALL_ME = "1", "2", "3"


def reply_to(conversation: Conversation, body: str) -> str | None:
    """The digit, if ours was the last question; a 2 to anything else is a 2 like any other."""
    digit = body.strip(" .!)")
    return digit if conversation.asked == QUESTION and digit in (SAFE, NOT_SAFE, CALL_ME) else None


def with_answer(conversation: Conversation, body: str, assessment: Assessment) -> Assessment:
    """Not safe is danger, said as plainly as can be; the screen, which sees a lone digit, cannot know."""
    if reply_to(conversation, body) != NOT_SAFE:
        return assessment
    words = Evidence("answer.not-safe", Danger.DISTRESS, 0, len(body), body)
    said = Assessment(DistressLevel.ACUTE, Urgency.EMERGENT, evidence=(words,), version=assessment.version)
    return max(said, assessment, key=lambda one: one.weight)
