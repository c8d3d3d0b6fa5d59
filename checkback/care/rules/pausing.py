"""Until when somebody wants no texts, by the words they wrote it in; and how that day is said back to them."""

from __future__ import annotations

import re
from datetime import date, timedelta

from checkback.care.terms import Language

#: Whoever names no day is left in peace for so long.
PAUSE_LASTS = timedelta(days=7)
#: A pause that runs longer is an end; a person asks them.
LONGEST_PAUSE = timedelta(days=90)

_WEEKDAYS = (
    ("monday", "lunes"),
    ("tuesday", "martes"),
    ("wednesday", "miercoles"),
    ("thursday", "jueves"),
    ("friday", "viernes"),
    ("saturday", "sabado"),
    ("sunday", "domingo"),
)
_COUNTS = {
    "a": 1, "an": 1, "one": 1, "un": 1, "una": 1, "two": 2, "couple of": 2, "a couple of": 2, "dos": 2, "three": 3,
    "few": 3, "a few": 3, "unos": 3, "unas": 3, "tres": 3, "four": 4, "cuatro": 4, "five": 5, "cinco": 5, "six": 6,
    "seis": 6,
}  # fmt: skip
_UNITS = {"hour": 0, "hora": 0, "day": 1, "dia": 1, "week": 7, "semana": 7, "month": 30, "mes": 30}
_COUNTED = re.compile(
    rf"\b({'|'.join(sorted(_COUNTS, key=len, reverse=True))}|\d{{1,2}}) ({'|'.join(_UNITS)})(?:e?s)?\b"
)
_MONTHS = {
    Language.ENGLISH: ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    Language.SPANISH: (
        "enero", "febrero", "marzo", "abril", "mayo", "junio",
        "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
    ),
}  # fmt: skip
_NAMES = {
    Language.ENGLISH: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    Language.SPANISH: ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
#: The day stands right behind it: "estoy hasta la madre de ustedes, hoy mismo me quejo" names none.
_UNTIL = re.compile(r"\b(?:until|till?|hasta)\s+((?:\S+\s*){1,4})", re.IGNORECASE)
_PLAIN = str.maketrans("áéíóúñ", "aeioun")
_DECEMBER = 12


def resumes_on(words: str | None, today: date) -> date | None:
    """The first local day on which they may be texted again; None when their words name none we understand.

    Never before tomorrow, and never later than the longest pause.
    """
    said = re.sub(r"\s+", " ", (words or "").lower().translate(_PLAIN)).strip()
    day = _named(said, today)
    if day is None:
        return None
    return min(max(day, today + timedelta(days=1)), today + LONGEST_PAUSE)


def pauses_until(text: str, today: date) -> date | None:
    """The day up to which a text wants no texts, where it names one: "don't text me until Monday" is no end of them."""
    said = _UNTIL.search(text)
    return resumes_on(said[1], today) if said else None


def day_in_words(day: date, language: Language) -> str:
    """`Monday, Nov 30`, or `el lunes 30 de noviembre`: true whenever it is read."""
    name, month = _NAMES[language][day.weekday()], _MONTHS[language][day.month - 1]
    return f"{name}, {month} {day.day}" if language is Language.ENGLISH else f"el {name} {day.day} de {month}"


def _named(said: str, today: date) -> date | None:
    for day in (_week_or_month(said, today), _counted(said, today), _feast(said, today), _near(said, today)):
        if day is not None:
            return day
    return _weekday(said, today)


def _week_or_month(said: str, today: date) -> date | None:
    if re.search(r"\b(next|this|proxima|otra|esta) (week|semana)\b|semana que (viene|entra)", said):
        return today + timedelta(days=7 - today.weekday())
    if re.search(r"\b(next|proximo|otro) (month|mes)\b|mes que (viene|entra)", said):
        return (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return date(today.year + 1, 1, 1) if "next year" in said else None


def _counted(said: str, today: date) -> date | None:
    found = _COUNTED.search(said)
    if found is None:
        return None
    count = _COUNTS.get(found[1]) or int(found[1])
    return today + timedelta(days=count * _UNITS[found[2]])


def _feast(said: str, today: date) -> date | None:
    if re.search(r"christmas|navidad", said):
        return _next(_DECEMBER, 26, today)
    if re.search(r"new year|ano nuevo|holidays|fiestas", said):
        return _next(1, 2, today)
    if "thanksgiving" in said:
        years = (_after_thanksgiving(today.year), _after_thanksgiving(today.year + 1))
        return next(day for day in years if day > today)
    return None


def _near(said: str, today: date) -> date | None:
    if "pasado manana" in said:
        return today + timedelta(days=2)
    if re.search(r"tomorrow|manana|today|tonight|hoy|esta (tarde|noche)|this (morning|afternoon|evening)", said):
        return today + timedelta(days=1)
    return None


def _weekday(said: str, today: date) -> date | None:
    for number, names in enumerate(_WEEKDAYS):
        if any(re.search(rf"\b{name}", said) for name in names):
            return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    return None


def _next(month: int, day: int, today: date) -> date:
    this_year = date(today.year, month, day)
    return this_year if this_year > today else date(today.year + 1, month, day)


def _after_thanksgiving(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)
