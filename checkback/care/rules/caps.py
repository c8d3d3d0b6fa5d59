"""How often one person is texted by themselves: so many a day and a week, over all plans and senders.

One a day and three a week is what the federal rule allows health care providers that text under its exemption
(47 CFR 64.1200(a)(9)(iv)(F)); we keep to it for every check-in. Answers, safety wording and a person's own reply are
not counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: A week is any seven days in a row.
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Caps:
    """The most automatic texts a day and in any seven days."""

    a_day: int = 1
    a_week: int = 3

    def __post_init__(self) -> None:
        if not 1 <= self.a_day <= self.a_week:
            raise ValueError("at least one text a day, and no fewer a week than a day")


def next_free(moment: datetime, sent: Sequence[datetime], zones: Sequence[str], caps: Caps) -> datetime:
    """The first moment from `moment` on whose local day has room, in each zone the person may be in.

    Args:
        sent: when automatic texts went to this person or their phone.
    """
    free = moment
    while True:
        later = max(_free_in(free, sent, ZoneInfo(zone), caps) for zone in zones)
        if later == free:
            return free
        free = later


def _free_in(moment: datetime, sent: Sequence[datetime], zone: ZoneInfo, caps: Caps) -> datetime:
    days = [each.astimezone(zone).date() for each in sent]
    today = moment.astimezone(zone).date()
    day = today
    while not _has_room(day, days, caps):
        day += timedelta(days=1)
    return moment if day == today else datetime.combine(day, time(), zone).astimezone(UTC)


def _has_room(day: date, days: Sequence[date], caps: Caps) -> bool:
    # A text that went later counts too: a clock that was set back must not let a second one go on the same day.
    in_week = sum(abs(day - each) < WEEK for each in days)
    return sum(day == each for each in days) < caps.a_day and in_week < caps.a_week
