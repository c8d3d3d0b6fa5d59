"""What a directory's cells really say: phones with text in them, times, days, languages and a state left blank."""

from __future__ import annotations

import re
from collections.abc import Iterable

import phonenumbers

from checkback.care.rules.nearness import fold
from checkback.care.rules.openings import DAYS, END_OF_DAY

#: Dialled as they are: 47 CFR 52.15 (N11 codes) and the 988 Lifeline.
SHORT_CODES = frozenset({"211", "311", "511", "711", "811", "911", "988"})
#: Types and words of a phone that no one can talk on.
_NOT_TO_TALK_ON = re.compile(r"\b(fax|tty|tdd|pager|modem|video ?phone|sms|text only|textphone)\b", re.IGNORECASE)
_NANP = re.compile(r"[2-9]\d{2}[2-9]\d{6}")
_STATUSES = frozenset({"active", "inactive", "defunct", "temporarily closed"})
_CLOCK = re.compile(
    r"(\d{1,2})(?:[:.]?([0-5]\d))?(?::[0-5]\d(?:\.\d+)?)?\s*([ap])?\.?\s?(?(3)m?\.?)\s*(z|[+-]\d{2}(?::?\d{2})?)?",
    re.IGNORECASE,
)
_ONE_DAY = r"[+-]?[1-5]?(?:MO|TU|WE|TH|FR|SA|SU)"
_BY_RULE = re.compile(rf"{_ONE_DAY}(?:\s*,\s*{_ONE_DAY})*")
_NOON, _LAST_HOUR = 12, 24
_OFTEN = {"": "WEEKLY", "WEEKLY": "WEEKLY", "DAILY": "DAILY", "MONTHLY": "MONTHLY", "YEARLY": "YEARLY"}
_DAY_WORDS = {
    **{name: day for day in DAYS for name in (day.lower(),)},
    "monday": "MO", "mon": "MO", "tuesday": "TU", "tue": "TU", "tues": "TU", "wednesday": "WE", "wed": "WE",
    "weds": "WE", "thursday": "TH", "thu": "TH", "thur": "TH", "thurs": "TH", "friday": "FR", "fri": "FR",
    "saturday": "SA", "sat": "SA", "sunday": "SU", "sun": "SU",
    "0": "SU", "1": "MO", "2": "TU", "3": "WE", "4": "TH", "5": "FR", "6": "SA", "7": "SU",
}  # fmt: skip
_MANY_DAYS = {"weekdays": DAYS[:5], "weekends": DAYS[5:], "daily": DAYS, "everyday": DAYS, "every": DAYS}
_LANGUAGES = {
    "english": "en", "eng": "en", "ingles": "en", "spanish": "es", "spa": "es", "espanol": "es", "castilian": "es",
    "creole": "ht", "haitian": "ht", "kreyol": "ht", "french": "fr", "portuguese": "pt", "vietnamese": "vi",
    "chinese": "zh", "mandarin": "zh", "cantonese": "yue", "arabic": "ar", "bosnian": "bs", "russian": "ru",
    "korean": "ko", "tagalog": "tl", "somali": "so", "swahili": "sw", "nepali": "ne", "pashto": "ps", "dari": "prs",
    "burmese": "my", "german": "de", "italian": "it", "polish": "pl", "japanese": "ja", "hindi": "hi", "urdu": "ur",
    "asl": "ase", "sign": "ase",
}  # fmt: skip
_CODES = frozenset(_LANGUAGES.values())
_NO = frozenset({"", "no", "n", "false", "f", "0", "public", "none", "null"})


def phone(written: str, extension: str = "", kind: str = "", about: str = "") -> str | None:
    """A number that can be dialled and talked on, `314-555-0111`, `314-555-0111 ext. 012`, `211`; None of all else.

    The first number counts where several stand in one cell.
    """
    if _NOT_TO_TALK_ON.search(f"{kind} {about} {written}") and not re.match(r"\s*voice", kind, re.IGNORECASE):
        return None
    if re.sub(r"\D", "", written) in SHORT_CODES:
        return re.sub(r"\D", "", written)
    number = _parsed(written) or next((m.number for m in _found(written) if _is_dialled(m.number)), None)
    if number is None:
        return None
    digits = str(number.national_number)
    shown = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    inner = extension.strip() or number.extension or ""
    return f"{shown} ext. {inner}" if re.fullmatch(r"\d{1,8}", inner) else shown


def clock(written: str) -> str | None:
    """A wall time, `09:00`. A UTC offset behind it is left out: what stands before it is what stands on the door."""
    words = written.strip().lower()
    if words in ("noon", "12 noon"):
        return "12:00"
    if words in ("midnight", "12 midnight"):
        return "00:00"
    found = _CLOCK.fullmatch(words)
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    return f"{hour:02}:{minute:02}" if hour < _LAST_HOUR or (hour, minute) == (_LAST_HOUR, 0) else None


def hours(opens: str, closes: str) -> tuple[str, str] | None:
    """Both wall times; a minute before midnight is midnight, and from midnight to midnight is the whole day."""
    first, last = clock(opens), clock(closes)
    if first is None or last is None:
        return None
    if first == END_OF_DAY:
        first = "00:00"
    if last == "23:59" or (first, last) == ("00:00", "00:00"):
        last = END_OF_DAY
    return first, last


def days(written: str) -> str | None:
    """Days of the week in RFC 5545's form, `MO,TU` or `1MO,-1FR`; None when they cannot be told."""
    words = written.strip()
    if _BY_RULE.fullmatch(words):
        return ",".join(part.strip().lstrip("+") for part in words.split(","))
    lowered = re.sub(r"\s*(-|–|\bto\b|\bthrough\b|\bthru\b)\s*", "-", words.lower())
    found: list[str] = []
    for part in re.split(r"[,;/&\s]+|\band\b", lowered):
        if part and not (some := _days_in(part)):
            return None
        found.extend(some if part else ())
    return ",".join(day for day in DAYS if day in found) or None


def frequency(written: str) -> str | None:
    """How often, as RFC 5545 says it; None of what we do not know."""
    return _OFTEN.get(written.strip().upper())


def languages(written: Iterable[str]) -> tuple[str, ...]:
    """ISO 639 codes of the languages these words name, English first; "Others available upon request" names none."""
    found: set[str] = set()
    for cell in written:
        for word in fold(cell).split():
            found.update(code for code in (_LANGUAGES.get(word), word if word in _CODES else None) if code)
    return tuple(sorted(found, key=lambda code: (code != "en", code != "es", code)))


def status(written: str) -> str:
    """HSDS's states. Left blank it is active, as whole exports leave it; what we do not know is not offered."""
    words = written.strip().lower().replace("_", " ")
    if not words:
        return "active"
    return words if words in _STATUSES else "inactive"


def is_private(written: str) -> bool:
    """Whether a flag says that something is private. What it does not say plainly counts as yes."""
    return written.strip().lower() not in _NO


def blurb(description: str, longest: int) -> str:
    """The beginning of a long description that ends where a sentence or at least a word does; nothing of HTML."""
    plain = " ".join(re.sub(r"<[^>]{0,200}>|&[a-z]{2,8};", " ", description).split())
    if len(plain) <= longest:
        return plain
    ends = [m.end() for m in re.finditer(r"[.!?](?=\s)", plain[: longest + 1])]
    if ends and ends[-1] >= longest // 3:
        return plain[: ends[-1]]
    return plain[: longest - 3].rsplit(" ", 1)[0].rstrip(" ,;:-(") + "..."


def _days_in(part: str) -> tuple[str, ...]:
    if part in _MANY_DAYS:
        return _MANY_DAYS[part]
    if part == "day":
        return DAYS
    first, _, last = part.partition("-")
    ends = [_DAY_WORDS.get(each.strip(".")) for each in (first, last or first)]
    if None in ends:
        return ()
    start, end = (DAYS.index(str(each)) for each in ends)
    return tuple(DAYS[at % 7] for at in range(start, end + 1 + (7 if end < start else 0)))


def _parsed(written: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(written, "US")
    except phonenumbers.NumberParseException:
        return None
    return number if _is_dialled(number) else None


def _found(written: str) -> Iterable[phonenumbers.PhoneNumberMatch]:
    return phonenumbers.PhoneNumberMatcher(written[:400], "US", leniency=phonenumbers.Leniency.POSSIBLE)


def _is_dialled(number: phonenumbers.PhoneNumber) -> bool:
    """A whole number of the North American plan; the exchange 555 is well, it is kept for fiction."""
    return number.country_code == 1 and bool(_NANP.fullmatch(str(number.national_number)))
