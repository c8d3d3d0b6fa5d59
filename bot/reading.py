"""What the dialogue must know of a text beside its intent: a number on a scale, a theme, what came of help, what next.

Read by plain words, since they steer which sentence is said and decide nothing about safety: the screen has heard the
text before. Numbers in words are read by text2num (MIT).
"""

from __future__ import annotations

import re

from text_to_num import alpha2digit  # type: ignore[import-untyped]

from bot.folding import fold

NONE = "None"
"""As Rasa writes an empty slot into a `custom:` block; the contract takes it for absent."""

#: In words: "like a 6 maybe".
LONGEST_SCORE = 4
#: Up to here a day is hard, and from there on it is good; between them it is neither.
HARD_UP_TO, GOOD_FROM = 3, 7

_SCORE = re.compile(
    r"(?<![\d.,:/$-])(10|\d)(?:\s?(?:/|of|out of|de|sobre)\s?10)?(?![\d:]|[.,/]\d|\s?(?:am|pm|p\.m|a\.m)\b)"
)

_ARTICLE = re.compile(r"\b(?:an?|un|una|el|the)\s+")

#: Theme → folded words. The first that fits counts, so the more particular stand first.
_THEMES: dict[str, str] = {
    "child-night": r"(?=.*\b(kids?|child(ren)?|sons?|daughters?|boys?|girls?|baby|he|she|they|nin[oa]s?"
    r"|hij[oa]s?|bebe)\b)"
    r".*\b(nightmares?|bad dreams?|sleep\w*|bed ?wet\w*|wet\w* (the|his|her) bed|pesadillas?|duerme\w*"
    r"|dormir|moja\w* la cama"
    r"|se orina|se hace pipi)\b",
    "child": r".*\b(kids?|child(ren)?|sons?|daughters?|little (boys?|girls?)|babies|teens?|toddlers?"
    r"|nin[oa]s?|hij[oa]s?"
    r"|bebe|chiquit[oa]s?|nen[ea]s?|mij[oa])\b",
    "sleep": r".*\b(sleep\w*|slept|insomnia|awake|nightmares?|bad dreams?|dormir|duermo|dormimos|sueno"
    r"|insomnio|pesadillas?"
    r"|desvelad[oa])\b",
    "anger": r".*\b(angry|anger|mad|furious|rage|yell\w*|snap\w*|coraje|enojad[oa]|enojo|rabia|furios[oa]|grit[oa])\b",
    "fear": r".*\b(scared?|afraid|fear\w*|jump\w*|panic\w*|anxi\w*|nervous|worr\w*|safe|miedo"
    r"|asustad[oa]s?|nervios\w*|panico"
    r"|ansiedad|ansios[oa]|sust[oa]|temor|preocupad[oa])\b",
    "sadness": r".*\b(sad\w*|cry\w*|cries|grie\w*|miss (him|her|them)|empty|numb|hopeless|triste\w*"
    r"|llor\w*|vaci[oa]|extran\w*"
    r"|duelo)\b",
}
_PATTERNS = {theme: re.compile(words) for theme, words in _THEMES.items()}
_OTHER = re.compile(
    r"\b(other|others|another|next|different|else|closer|nearer|otr[oa]s?|siguiente|diferente|mas cerca)\b"
)
_OUTCOMES = (
    ("wrong-number", re.compile(r"\b(wrong number|disconnected|out of service|numero equivocado|fuera de servicio)\b")),
    (
        "waiting-list",
        re.compile(
            r"\b(wait(ing)? ?list|wait\w*|weeks? out|appointment .*(month|week)|lista de espera|esperar|cita)\b"
        ),
    ),
)


def score_in(text: str) -> str:
    """The number from 0 to 10 that the text gives, `NONE` where there is none or there are several."""
    found = {int(number) for number in _SCORE.findall(_in_digits(text))}
    return str(found.pop()) if len(found) == 1 else NONE


def is_a_score(text: str) -> bool:
    """Whether the text is a number from 0 to 10 and little else: what it answers when we asked how they are."""
    return score_in(text) != NONE and len(text.split()) <= LONGEST_SCORE


def band_of(score: str) -> str:
    """`hard`, `between` or `good` for a score; `NONE` for none."""
    if score == NONE:
        return NONE
    number = int(score)
    return "hard" if number <= HARD_UP_TO else "good" if number >= GOOD_FROM else "between"


def theme_of(text: str) -> str:
    """What the trouble is: sleep, fear, anger, sadness, a child, a child's nights; `other` when no word says."""
    words = fold(text)
    return next((theme for theme, pattern in _PATTERNS.items() if pattern.match(words)), "other")


def wish_of(text: str) -> str:
    """Of a place that was named: `next`, where they ask for another, else `more`."""
    return "next" if _OTHER.search(fold(text)) else "more"


def failure_of(text: str) -> str:
    """How help failed them: `wrong-number`, `waiting-list`, else `no-answer`."""
    words = fold(text)
    return next((outcome for outcome, pattern in _OUTCOMES if pattern.search(words)), "no-answer")


def _in_digits(text: str) -> str:
    lowered = _ARTICLE.sub("", text.lower())  # "un cuatro" would be read as 1 and 4
    for language in ("en", "es"):
        lowered = alpha2digit(lowered, language, relaxed=False, signed=False)
    return str(lowered)
