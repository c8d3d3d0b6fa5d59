"""Opening times of every generation in one form: local wall time, RFC 5545's words, no UTC offset."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from checkback.adapters.hsds.tables import Row
from checkback.care.rules import tidying
from checkback.care.rules.listings import Departure, Remark, Schedule

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SPAN = re.compile(r"^(?P<days>[^\d]*?)[:\s]*(?P<opens>\d[\d:.\s]*[apm.]*|noon|midnight)\s*(?:-|–|to)\s*"
                   r"(?P<closes>\d[\d:.\s]*[apm.]*|noon|midnight)$", re.IGNORECASE)  # fmt: skip
_ALWAYS = re.compile(r"24\s*(/|hours|hrs|x)\s*7?|around the clock|24 hours", re.IGNORECASE)
_ALL_DAYS = "MO,TU,WE,TH,FR,SA,SU"


class _Unclear(Exception):
    """What a schedule does not say plainly; the message is the mend."""


def schedules_of(rows: Iterable[Row], remarks: list[Remark]) -> Iterator[Schedule]:
    """The schedules of these rows; one that cannot be understood is remarked and left out, never guessed."""
    for row in rows:
        try:
            found = _holiday(row) if row.first("start_date", "closed") else _regular(row)
        except _Unclear as unclear:
            remarks.append(row.remark("schedule", str(unclear)))
        else:
            yield from found


def _regular(row: Row) -> list[Schedule]:
    opens, closes = row.get("opens_at"), row.get("closes_at")
    if not opens and not closes:
        return []  # a description without times, which HSDS 3.x allows, says nothing that we could answer with
    times = tidying.hours(opens, closes)
    if times is None:
        raise _Unclear(f"'{opens[:20]}' to '{closes[:20]}' are no times; write 09:00 and 17:00")
    freq, byday, bymonthday = _frequency(row), _byday(row), row.get("bymonthday").replace(" ", "")
    if bymonthday and not re.fullmatch(r"-?\d{1,2}(,-?\d{1,2})*", bymonthday):
        raise _Unclear(f"'{bymonthday[:20]}' are no days of a month")
    if freq != "DAILY" and not (byday or bymonthday or row.get("dtstart")):
        raise _Unclear("it does not say on which days; write byday")
    interval, count = _number(row.get("interval")) or 1, _number(row.get("count"))
    plain = Schedule(*times, byday=byday, freq=freq, interval=interval, bymonthday=bymonthday, count=count)
    return [_dated(row, plain)]


def _frequency(row: Row) -> str:
    freq = tidying.frequency(row.get("freq"))
    if freq is None:
        raise _Unclear(f"'{row.get('freq')[:20]}' is no frequency; write WEEKLY or MONTHLY")
    return freq


def _byday(row: Row) -> str:
    written = row.first("byday", "weekday")
    byday = tidying.days(written) if written else ""
    if byday is None:
        raise _Unclear(f"'{written[:30]}' are no days; write MO,TU,WE")
    return byday


def _dated(row: Row, schedule: Schedule) -> Schedule:
    days = {name: _day(row, name) for name in ("dtstart", "until", "valid_from", "valid_to")}
    is_week = schedule.interval == 1 and schedule.freq == "WEEKLY" and schedule.byday
    if is_week and not (days["until"] or schedule.count):
        # "Every Monday from then on" is an ordinary week with a first day.
        days["valid_from"], days["dtstart"] = days["valid_from"] or days["dtstart"], ""
    return replace(schedule, **days)  # type: ignore[arg-type]


def _holiday(row: Row) -> list[Schedule]:
    first = _day(row, "start_date")
    last = _day(row, "end_date") or first
    if not first:
        raise _Unclear("it names no day; write start_date as 2026-11-23")
    times = tidying.hours(row.get("opens_at"), row.get("closes_at"))
    if times is None or (row.get("closed") and tidying.is_private(row.get("closed"))):
        return [Schedule(valid_from=first, valid_to=last, departure=Departure.CLOSED)]
    return [Schedule(*times, byday=_ALL_DAYS, valid_from=first, valid_to=last, departure=Departure.INSTEAD)]


def written_hours(row: Row, remarks: list[Remark]) -> Iterator[Schedule]:
    """Hours in a sentence, "Mon-Fri 9am-5pm; Sat 10-2": only what is plain is taken, all of it or nothing."""
    words = row.get("text")
    if _ALWAYS.fullmatch(words.strip(" .")):
        yield Schedule("00:00", "24:00", _ALL_DAYS)
        return
    found = [_span(part.strip()) for part in re.split(r"[;\n|]", words) if part.strip()]
    if any(each is None for each in found):
        remarks.append(row.remark("hours", f"'{words[:60]}' is not plain enough; they are unknown"))
        return
    yield from (each for each in found if each is not None)


def _span(part: str) -> Schedule | None:
    match = _SPAN.match(part)
    if match is None:
        return None
    byday = tidying.days(match["days"].strip(" ,:"))
    halved = match["opens"] if re.search("[ap]m", match["opens"] + match["closes"], re.I) else ""
    if byday is None or not halved:
        return None  # "9-5" may be morning or evening: nobody is sent to a shut door on a guess
    times = tidying.hours(match["opens"], match["closes"])
    return Schedule(*times, byday) if times else None


def _day(row: Row, name: str) -> str:
    """An ISO day, "" for none. What some exports count in a date's column is refused."""
    written = row.get(name)
    found = _DAY.match(written)
    if written and not found:
        raise _Unclear(f"{name} '{written[:20]}' is no day; write 2026-11-23")
    try:
        return str(date.fromisoformat(found[0])) if found else ""
    except ValueError as error:
        raise _Unclear(f"{name} '{written[:20]}' is no day; write 2026-11-23") from error


def _number(written: str) -> int:
    return int(written) if re.fullmatch(r"\d{1,3}", written.removesuffix(".0")) else 0
