"""How hard a text is to read, as a US school grade: formulas of the text's own language, by the textstat library.

English: the Automated Readability Index (Senter and Smith, 1967), which is a grade. Spanish: Fernández Huerta (1959),
an ease from 0 to 100 whose table puts 90 to 100 at grade 4, 80 to 90 at grade 5, 70 to 80 at grade 6 and so on down;
read here as 14 less a tenth of it. Formulas are made for passages: of one text they say easy or hard, not the grade.
"""

from __future__ import annotations

from threading import Lock

import textstat

from checkback.care.terms import Language

_FIRST_YEAR = 0.0
#: textstat keeps the language for the whole process.
_alone = Lock()


def reading_grade(text: str, language: Language) -> float:
    """The school grade that reads this with ease, to a tenth; 0 is easier than first grade. Works offline."""
    grade = _of_spanish(text) if language is Language.SPANISH else textstat.automated_readability_index(text)
    return round(max(_FIRST_YEAR, float(grade)), 1)


def _of_spanish(text: str) -> float:
    with _alone:
        textstat.set_lang(Language.SPANISH)
        return 14 - float(textstat.fernandez_huerta(text)) / 10
