"""Values as people and spreadsheets write them: one meaning is taken, two are refused with the mend."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from checkback.care.errors import said

ISO = "2026-03-01 21:15"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?\s*(?P<half>[ap]\.?m\.?)?"
_NUMERIC = re.compile(rf"(?P<a>\d{{1,2}})(?P<cut>[/.-])(?P<b>\d{{1,2}})(?P=cut)(?P<year>\d+),?\s+{_TIME}", re.I)
_NAMED = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s.-]+(?P<month>[a-z]{{3,9}})\.?|"
    rf"(?P<month2>[a-z]{{3,9}})\.?\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?),?[\s-]+(?P<year>\d{{4}}),?\s+{_TIME}",
    re.I,
)
_SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d+))?e\+?0?(\d{1,2})", re.I)
_YEAR_DIGITS, _NOON = 4, 12
#: How many digits a number of North America has, with its country's one before them.
_DIGITS = (10, 11)


def moment(written: str, zone: str) -> datetime:
    """When it was: aware; in `zone` unless it names its own.

    Raises ValueError with the mend: no time of day, a day and a month that could be each other, a year of two digits, a
    bare number, a moment that a clock change makes twice or leaves out.
    """
    text = written.strip()
    if re.fullmatch(r"\d+([.,]\d+)?", text):
        raise ValueError(
            said("the spreadsheet has made a number of it; format the column as text and write %(iso)s", iso=ISO)
        )
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}", text):
        raise ValueError(said("add the time of day, as in %(iso)s", iso=ISO))
    found = _iso(text) or _numeric(text) or _named(text)
    if found is None:
        raise ValueError(said("write it as %(iso)s", iso=ISO))
    return found if found.tzinfo else _in_zone(found, zone)


def phone(written: str) -> str:
    """A number with the marks of a spreadsheet taken off. Raises ValueError where digits are lost."""
    text = written.strip()
    scientific = _SCIENTIFIC.fullmatch(text)
    if scientific:
        first, rest, power = scientific[1], scientific[2] or "", int(scientific[3])
        if power + 1 not in _DIGITS or len(rest) != power:
            raise ValueError(said("the spreadsheet has cut this number; format the column as text and write it again"))
        return first + rest
    return text[:-2] if re.fullmatch(r"\d{10,11}\.0", text) else text


def zip_code(written: str) -> str:
    """A ZIP code. Raises ValueError where a leading zero is lost."""
    text = written.strip().removesuffix(".0")
    if re.fullmatch(r"\d{3,4}", text):
        raise ValueError(said("the spreadsheet has dropped a zero in front; write %(zip)s", zip=text.zfill(5)))
    return text


def ages(written: str) -> list[int]:
    """The ages of children, `3; 7`. Raises ValueError."""
    text = written.strip().lower().replace(" and ", ",").replace(" y ", ",")
    parts = [part for part in re.split(r"[,;\s]+", text) if part]
    if not all(re.fullmatch(r"\d{1,2}", part) for part in parts):
        raise ValueError(said("write ages in years with semicolons, as in 3; 7"))
    return [int(part) for part in parts]


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d{2}:?\d{2}$)", "", text))
    except ValueError:
        return None


def _numeric(text: str) -> datetime | None:
    found = _NUMERIC.fullmatch(text)
    if found is None:
        return None
    a, b = int(found["a"]), int(found["b"])
    if len(found["year"]) != _YEAR_DIGITS:
        raise ValueError(said("write the year with four digits, as in %(iso)s", iso=ISO))
    if a <= _NOON and b <= _NOON and a != b:
        raise ValueError(said("this may be month %(a)s or month %(b)s; write it as %(iso)s", a=a, b=b, iso=ISO))
    day, month = (a, b) if a > _NOON else (b, a)
    return _moment(int(found["year"]), month, day, found.groupdict())


def _named(text: str) -> datetime | None:
    found = _NAMED.fullmatch(text)
    if found is None:
        return None
    month = (found["month"] or found["month2"]).lower()[:3]
    if month not in _MONTHS:
        return None
    day = int(found["day"] or found["day2"])
    return _moment(int(found["year"]), _MONTHS.index(month) + 1, day, found.groupdict())


def _moment(year: int, month: int, day: int, said: Mapping[str, str | None]) -> datetime | None:
    hour = int(said["hour"] or 0)
    half = (said["half"] or "").lower().replace(".", "")
    if half and not 1 <= hour <= _NOON:
        return None
    if half:
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    try:
        return datetime.combine(date(year, month, day), time(hour, int(said["minute"] or 0), int(said["second"] or 0)))
    except ValueError:
        return None


def _in_zone(local: datetime, zone: str) -> datetime:
    first, second = (local.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        twice = first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local
        why = said("this hour came twice that night") if twice else said("the clocks left this hour out")
        raise ValueError(said("%(why)s; add the offset, as in %(iso)s-05:00", why=why, iso=ISO))
    return first
