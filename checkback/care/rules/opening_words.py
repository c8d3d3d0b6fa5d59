"""Opening times as a family reads them: whole weeks and named days, which stay true however late a text arrives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from checkback.care.rules.listings import Schedule
from checkback.care.rules.openings import Opening, opens_on
from checkback.care.terms import Language

Times = tuple[tuple[str, str], ...]

_ALL_DAY: Times = (("00:00", "24:00"),)
_SHORT = {
    Language.ENGLISH: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    Language.SPANISH: ("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
}
_LONG = {
    Language.ENGLISH: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    Language.SPANISH: ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
_MONTHS = {
    Language.ENGLISH: ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    Language.SPANISH: ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
}
_UNKNOWN = {Language.ENGLISH: "please call to ask", Language.SPANISH: "llame para preguntar"}
_NOON = 12
#: Longer than this, a week is not read but only scrolled past; then the day itself is named.
LONGEST_WEEK = 40
#: Beyond a week a weekday's name alone would mean another day.
_A_WEEK = timedelta(days=7)


def hours_in_words(schedules: Sequence[Schedule], language: Language) -> str:
    """The week in one line, `Mon-Fri 9 am-5 pm; Sat 10 am-2 pm`; `24/7`; or to call and ask, when nothing is known.

    What is not the same every week, such as a first Monday, cannot be said so: then it is to call and ask.
    """
    if any(not s.byday or s.freq != "WEEKLY" or s.interval > 1 or s.valid_from or s.valid_to for s in _week(schedules)):
        return _UNKNOWN[language]
    week = [opens_on(_week(schedules), day) for day in _an_ordinary_week()]
    if not any(week):
        return _UNKNOWN[language]
    if all(times == _ALL_DAY for times in week):
        return "24/7"
    alike = {times: [day for day, each in enumerate(week) if each == times] for times in week if times}
    return "; ".join(f"{_days(days, language)} {_spans(times)}" for times, days in alike.items())


def open_hours_in_words(schedules: Sequence[Schedule], opening: Opening, language: Language) -> str:
    """The week where it is short, else until when it is open, by the name of the day."""
    week = hours_in_words(schedules, language)
    if (len(week) <= LONGEST_WEEK and week != _UNKNOWN[language]) or opening.until is None:
        return week
    until = opening.until
    day, clock = _LONG[language][until.weekday()], _clock(f"{until:%H:%M}")
    return f"{day} until {clock}" if language is Language.ENGLISH else f"{day} hasta {_at(clock)}"


def opens_in_words(opening: Opening, language: Language, now: datetime) -> str:
    """When it next opens, by the name of the day, `Friday at 10:30 am`; or to call and ask, when nothing is known."""
    if opening.opens is None:
        return _UNKNOWN[language]
    at = opening.opens
    day = _LONG[language][at.weekday()]
    if at.date() - now.astimezone(at.tzinfo).date() > _A_WEEK:
        day = f"{day}, {_date(at.date(), language)}"
    clock = _clock(f"{at:%H:%M}")
    return f"{day} at {clock}" if language is Language.ENGLISH else f"el {day} a {_at(clock)}"


def moment_in_words(at: datetime, language: Language) -> str:
    """A moment by the name of its day: `Friday at 10:30 am`, `el viernes a las 10:30 am`."""
    day, clock = _LONG[language][at.weekday()], _clock(f"{at:%H:%M}")
    return f"{day} at {clock}" if language is Language.ENGLISH else f"el {day} a {_at(clock)}"


def _date(day: date, language: Language) -> str:
    month = _MONTHS[language][day.month - 1]
    return f"{month} {day.day}" if language is Language.ENGLISH else f"{day.day} {month}"


def _an_ordinary_week() -> Sequence[date]:
    """A Monday and the days after it in which no holiday falls."""
    return [date(2026, 3, 2) + timedelta(days=ahead) for ahead in range(7)]


def _week(schedules: Sequence[Schedule]) -> Sequence[Schedule]:
    return [s for s in schedules if not s.departure]


def _days(days: Sequence[int], language: Language) -> str:
    """`Mon, Wed, Fri`; days in a row as `Mon-Fri`."""
    names = _SHORT[language]
    runs = [[day for _, day in run] for _, run in groupby(enumerate(days), key=lambda at: at[1] - at[0])]
    return ", ".join(names[run[0]] if len(run) == 1 else f"{names[run[0]]}-{names[run[-1]]}" for run in runs)


def _spans(times: Times) -> str:
    return " & ".join(f"{_clock(opens)}-{_clock(closes)}" for opens, closes in times)


def _clock(at: str) -> str:
    hour, minute = int(at[:2]) % 24, at[3:]
    half = "am" if hour < _NOON else "pm"
    return f"{hour % _NOON or _NOON}{'' if minute == '00' else f':{minute}'} {half}"


def _at(clock: str) -> str:
    return f"{'la' if clock.startswith(('1 ', '1:')) else 'las'} {clock}"
