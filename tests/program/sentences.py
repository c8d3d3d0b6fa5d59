"""The sentences as shipped, filled in as they stand on a phone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from checkback.care.terms import Language, SafetyMode
from checkback.care.wording import AnswerTable, Wording

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "program"
WORDING = Wording.load(PROGRAM / "wording")
ANSWERS = AnswerTable.load(PROGRAM / "answers.yml")

#: Long ones, so that what fits here fits.
SLOTS = {
    "programme": "Riverbend Families",
    "name": "Evergreen Farewell Fund of North County",
    "phone": "1-800-555-0124",
    "hours": "Mon-Fri 9 am-5 pm; Sat 10 am-2 pm",
    "opens": "Wednesday at 10:30 am",
    "what": "A doctor or clinic",
    "about": "Groceries for a week, no papers asked.",
    "day": "Wednesday, Nov 30",
    "by": "Wednesday at 10:30 am",
    "back": "Wednesday at 10:30 am",
    "question": "Being so restless that it is hard to sit still",
    "answers": "0 Not at all, 1 Several days, 2 Most, 3 Nearly every day",
    "topic": "how your kids sleep",
    "first_name": "Maximiliana",
}
OTHERS_MAY_READ = (SafetyMode.NEUTRAL, SafetyMode.UNSAFE)


@dataclass(frozen=True)
class Sentence:
    """One sentence in one language, for one kind of phone."""

    key: str
    language: Language
    mode: SafetyMode
    text: str

    def __str__(self) -> str:
        return f"{self.language}-{self.key}-{self.mode}"


def sentences(*languages: Language, slots: Mapping[str, str] = SLOTS) -> Iterator[Sentence]:
    """All of them, or those of these languages."""
    for language in languages or Language:
        for key in sorted(WORDING.keys()):
            for mode in SafetyMode:
                yield Sentence(key, language, mode, WORDING.render(key, language, mode, **slots))
