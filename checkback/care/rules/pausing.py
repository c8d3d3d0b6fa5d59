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
    "seis": 6, "un par de": 2, "par de": 2, "unos cuantos": 3, "seven": 7, "siete": 7, "eight": 8, "ocho": 8, "ten": 10,
    "diez": 10, "twelve": 12, "doce": 12, "fifteen": 15, "quince": 15, "twenty": 20, "veinte": 20, "thirty": 30,
    "treinta": 30,
}  # fmt: skip
_UNITS = {
    "hour": 0, "hora": 0, "rato": 0, "day": 1, "dia": 1, "week": 7, "wk": 7, "semana": 7, "month": 30, "mes": 30,
    "fortnight": 14, "quincena": 15,
}  # fmt: skip
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
_NUMBERS_OF_MONTHS = {
    name: number
    for names in (
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
    )
    for number, name in enumerate(names, 1)
}
_MONTH = (
    r"(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|ene|abr|ago|dic|"
    r"january|february|march|april|june|july|august|september|october|november|december|"
    r"enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre)\b"
)
_DAY = r"(3[01]|[12]\d|0?[1-9])"
_DATED = (
    re.compile(rf"\b{_DAY}(?:st|nd|rd|th)? (?:of |de )?(?P<month>{_MONTH})"),
    re.compile(rf"\b(?P<month>{_MONTH})\.? (?:the )?{_DAY}(?:st|nd|rd|th)?\b"),
)
#: As the families here write it, in either language: the month first.
_SLASHED = re.compile(rf"\b(1[0-2]|0?[1-9])/{_DAY}\b(?!\s*[ap]\.?m)")
_DAY_OF_MONTH = re.compile(
    rf"\b(?:the {_DAY}(?:st|nd|rd|th)|{_DAY}(?:st|nd|rd|th)|(?:el|dia) (?:dia )?{_DAY})\b(?! (?:de|of)\b)(?![:/])"
)
_MONTH_ALONE = re.compile(rf"\b(?:until|till?|in|hasta|en|para) (?P<month>{_MONTH})")
_TO_COME = r"(?:que |q |k )?(?:viene|entra|entrante|proxim[ao]|siguiente)"
#: The week behind the next, after the weekend, the weekend, next week, next month or the end of this one, next year.
_SPANS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\bweek after next\b",
        r"\b(after|despues del?|pasando|past) (the |el |este )?(weekend|wknd|fin de semana|finde)\b",
        r"\b(weekend|wknd|fin de semana|finde)\b",
        rf"\b(next|nxt|this|proxima|otra|esta|siguiente) (week|semana)\b|semana {_TO_COME}\b",
        rf"\b(next|proximo|otro|siguiente) (month|mes)\b|\bmes {_TO_COME}\b"
        r"|\bend of (the|this) month\b|\b(fin|fines|finales) del? (este )?mes\b",
        rf"\b(next|proximo|otro|siguiente) (year|ano)\b|\bano {_TO_COME}\b",
    )
)
#: "Monday morning", "el lunes por la manana": a part of the day, and not tomorrow.
_IN_THE_MORNING = re.compile(r"\b(?:(?:en|por|x|de|a) la|todas? las?|las|la) manana(?:s|\b)")


def resumes_on(words: str | None, today: date) -> date | None:
    """The first local day on which they may be texted again; None when their words name none we understand.

    Never before tomorrow, and never later than the longest pause.
    """
    said = re.sub(r"\s+", " ", (words or "").lower().translate(_PLAIN)).replace("primero de ", "1 de ").strip()
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
    for read in (_dated, _week_or_month, _counted, _feast, _near, _weekday, _day_of_month):
        day = read(said, today)
        if day is not None:
            return day
    return None


def _dated(said: str, today: date) -> date | None:
    for pattern in _DATED:
        if found := pattern.search(said):
            return _coming(_month(found["month"]), int(next(part for part in found.groups() if part.isdigit())), today)
    if found := _SLASHED.search(said):
        return _coming(int(found[1]), int(found[2]), today)
    if found := _MONTH_ALONE.search(said):
        return _coming(_month(found["month"]), 1, today)
    return None


def _day_of_month(said: str, today: date) -> date | None:
    """ "the 5th", "el 5": of this month, or of the next."""
    found = _DAY_OF_MONTH.search(said)
    if found is None:
        return None
    number = int(next(part for part in found.groups() if part))
    first = today.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    days = (_of_month(start, number) for start in (first, following, (following + timedelta(days=32)).replace(day=1)))
    return next((day for day in days if day is not None and day > today), None)


def _week_or_month(said: str, today: date) -> date | None:
    monday = today + timedelta(days=7 - today.weekday())
    saturday = today + timedelta(days=(5 - today.weekday() - 1) % 7 + 1)
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    begins = (monday + timedelta(days=7), monday, saturday, monday, first, date(today.year + 1, 1, 1))
    return next((day for pattern, day in zip(_SPANS, begins, strict=True) if pattern.search(said)), None)


def _counted(said: str, today: date) -> date | None:
    found = _COUNTED.search(said)
    if found is None:
        return None
    count = _COUNTS.get(found[1]) or int(found[1])
    return today + timedelta(days=count * _UNITS[found[2]])


def _feast(said: str, today: date) -> date | None:
    if re.search(r"christmas|navidad", said):
        return _next(_DECEMBER, 26, today)
    if re.search(r"\breyes\b", said):
        return _next(1, 7, today)
    if re.search(r"new year|ano nuevo|holidays|fiestas", said):
        return _next(1, 2, today)
    if re.search(r"thanksgiving|accion de gracias", said):
        years = (_after_thanksgiving(today.year), _after_thanksgiving(today.year + 1))
        return next(day for day in years if day > today)
    return None


def _near(said: str, today: date) -> date | None:
    if re.search(r"pasado manana|day after tom", said):
        return today + timedelta(days=2)
    said = _IN_THE_MORNING.sub("", said)
    if re.search(
        r"tomm?orr?ow|tmrw|manana|today|tonight|hoy|esta (tarde|noche)|this (morning|afternoon|evening)", said
    ):
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


def _month(name: str) -> int:
    return _NUMBERS_OF_MONTHS[name[:3]]


def _coming(month: int, day: int, today: date) -> date | None:
    """This date as it comes next; None for the 31st of June."""
    years = (_of_month(date(year, month, 1), day) for year in (today.year, today.year + 1))
    return next((each for each in years if each is not None and each > today), None)


def _of_month(first: date, day: int) -> date | None:
    try:
        return first.replace(day=day)
    except ValueError:
        return None


def _after_thanksgiving(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)
