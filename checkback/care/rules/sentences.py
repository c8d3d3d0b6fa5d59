"""What a sentence to a family must not be: too long, hard to read, an invitation to a reserved word, a word that gives
away what happened, an hour it depends on, a question that yes or no would answer.

The machine flags; a person decides. What it does not flag is not thereby right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from checkback.care.rules.segments import segments
from checkback.care.terms import Language, SafetyMode

#: A US sixth-grade reader, as public-health writing guides ask for.
HIGHEST_GRADE = 6.9
#: Spanish with its accents is UCS-2, where one text has 70 places: two are allowed.
_MOST_PARTS = {Language.ENGLISH: 1, Language.SPANISH: 2}
#: Twilio's default keywords: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
_RESERVED = re.compile(
    r"\b(?:reply|text|write|send|type|responda|escriba|envíe|mande)\b\W+"
    r"(?:yes|no|start|unstop|help|info|stopall|unsubscribe|end|cancel|quit|revoke|optout)\b",
    re.IGNORECASE,
)
_GIVES_AWAY = re.compile(
    r"police|officer|\bcops?\b|sheriff|incident|shoot|\bshot|\bguns?\b|crim|victim|abus|violen|trauma|crisis|suicid|"
    r"\bkill|\bdie|\bdead|death|murder|attack|assault|\brape|domestic|partner|husband|boyfriend|\bchild|weapon|"
    r"polic[ií]a|\bagente|tiroteo|balacera|pistola|delito|v[ií]ctima|maltrat|violar|matar|muert|ataque|"
    r"\bpareja|marido|esposo|novio|\bniñ|\barmas?\b",
    re.IGNORECASE,
)
_OF_AN_HOUR = re.compile(
    r"\b(tonight|today|tomorrow|yesterday|this (?:morning|afternoon|evening|week)|good (?:morning|afternoon|evening)|"
    r"hoy|ayer|mañana|ahora|esta (?:noche|tarde|semana)|buen[oa]s (?:días|tardes|noches))\b",
    re.IGNORECASE,
)
_OPEN = re.compile(r"\b(how|what|which|who|when|where|cómo|qué|cuál|cuándo|quién|dónde)\b", re.IGNORECASE)
_QUESTION = re.compile(r"[^.!?]*\?")


class Flag(StrEnum):
    """What is to be looked at in a sentence."""

    TOO_LONG = "too-long"
    HARD_TO_READ = "hard-to-read"
    RESERVED_WORD = "reserved-word"
    GIVES_AWAY = "gives-away"
    OF_AN_HOUR = "of-an-hour"
    YES_OR_NO = "yes-or-no"


def flags(text: str, language: Language, mode: SafetyMode, grade: float) -> Sequence[Flag]:
    """Everything that is to be looked at, in the order of the list above; `text` as it goes, with its slots filled."""
    found = {
        Flag.TOO_LONG: segments(text) > _MOST_PARTS[language],
        Flag.HARD_TO_READ: grade > HIGHEST_GRADE,
        Flag.RESERVED_WORD: bool(_RESERVED.search(text)),
        Flag.GIVES_AWAY: mode is not SafetyMode.SAFE and bool(_GIVES_AWAY.search(text)),
        Flag.OF_AN_HOUR: bool(_OF_AN_HOUR.search(text)),
        Flag.YES_OR_NO: any(not _OPEN.search(question) for question in _QUESTION.findall(text)),
    }
    return [flag for flag, is_so in found.items() if is_so]
