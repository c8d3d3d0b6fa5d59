"""Every sentence to families as a row: for whom, in how many parts, how hard to read, and the words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checkback.adapters.reading_grade import reading_grade
from checkback.care.rules.segments import segments
from checkback.care.terms import Language, SafetyMode
from checkback.care.wording import Wording


def rows(wording: Wording, languages: Sequence[Language]) -> Iterator[tuple[str, ...]]:
    """Language, key, safety mode, parts, grade, text; the modes whose words are the same share a row.

    A slot stands as `{slot}` and counts as it is written: what is filled in may be longer.
    """
    for language in languages:
        for key in sorted(wording.keys()):
            as_written = {slot: f"{{{slot}}}" for slot in wording.slots(key)}
            said: dict[str, list[str]] = {}
            for mode in SafetyMode:
                said.setdefault(wording.render(key, language, mode, **as_written), []).append(mode)
            for text, modes in said.items():
                grade = f"{reading_grade(text, language):.1f}"
                yield (language, key, " ".join(modes), str(segments(text)), grade, text)
