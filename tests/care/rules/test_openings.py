"""Open now, until when, and when next: a table checked by hand against a paper calendar and the zones' own clocks."""

from __future__ import annotations

from datetime import datetime

import pytest

from checkback.care.rules.listings import Departure, Schedule
from checkback.care.rules.openings import opening

OFFICE = (Schedule("09:00", "17:00", "MO,TU,WE,TH,FR"),)
ALWAYS = (Schedule("00:00", "24:00", "MO,TU,WE,TH,FR,SA,SU"),)
NIGHT = (Schedule("22:00", "06:00", "FR,SA"),)
LUNCH = (Schedule("08:00", "12:00", "TU"), Schedule("13:00", "16:30", "TU"))
SMALL_HOURS = (Schedule("01:30", "02:30", "SU"),)
UNTIL_HALF_PAST_ONE = (Schedule("00:30", "01:30", "SU"),)
AROUND_TWO = (Schedule("00:30", "03:30", "SU"),)
IN_SUMMER = (Schedule("09:00", "17:00", "WE", valid_from="2026-06-01", valid_to="2026-08-31"),)
FIRST_MONDAY = (Schedule("10:00", "11:00", "1MO", freq="MONTHLY"),)
LAST_FRIDAY = (Schedule("10:00", "11:00", "-1FR", freq="MONTHLY"),)
EVERY_OTHER = (Schedule("10:00", "11:00", "WE", interval=2, dtstart="2026-11-04"),)
FIFTEENTH = (Schedule("10:00", "11:00", freq="MONTHLY", bymonthday="15"),)
ENDED = (Schedule("10:00", "11:00", "WE", until="2026-11-11", dtstart="2026-11-04"),)
SHUT_FOR_A_DAY = (*OFFICE, Schedule(valid_from="2026-11-24", valid_to="2026-11-24", departure=Departure.CLOSED))
SHORT_DAY = (
    *OFFICE,
    Schedule("09:00", "12:00", freq="DAILY", valid_from="2026-11-25", valid_to="2026-11-25",
             departure=Departure.INSTEAD),
)  # fmt: skip
OPEN_ON_THANKSGIVING = (
    *OFFICE,
    Schedule("11:00", "14:00", freq="DAILY", valid_from="2026-11-26", valid_to="2026-11-26",
             departure=Departure.INSTEAD),
)  # fmt: skip

CHICAGO, NEW_YORK, PHOENIX, HONOLULU, ANCHORAGE, SAN_JUAN = (
    "America/Chicago", "America/New_York", "America/Phoenix", "Pacific/Honolulu", "America/Anchorage",
    "America/Puerto_Rico",
)  # fmt: skip

#: The moment in UTC; then "open until" or "opens", as a local wall clock there shows it, or "unknown" or "shut".
CASES = [
    # The same moment in six zones. 23 November 2026 is a Monday; 15:30 UTC.
    ("Monday in New York", OFFICE, NEW_YORK, "2026-11-23T15:30", "open until Mon 23 17:00"),
    ("Monday in St. Louis", OFFICE, CHICAGO, "2026-11-23T15:30", "open until Mon 23 17:00"),
    ("Monday in Phoenix, which never changes its clocks", OFFICE, PHOENIX, "2026-11-23T15:30", "opens Mon 23 09:00"),
    ("Monday in Anchorage, half past six", OFFICE, ANCHORAGE, "2026-11-23T15:30", "opens Mon 23 09:00"),
    ("Monday in Honolulu, half past five", OFFICE, HONOLULU, "2026-11-23T15:30", "opens Mon 23 09:00"),
    ("Monday in San Juan", OFFICE, SAN_JUAN, "2026-11-23T15:30", "open until Mon 23 17:00"),
    # Phoenix in winter is an hour behind St. Louis, in summer two.
    ("Phoenix in July", OFFICE, PHOENIX, "2026-07-06T15:30", "opens Mon 06 09:00"),
    ("St. Louis in July", OFFICE, CHICAGO, "2026-07-06T15:30", "open until Mon 06 17:00"),
    # To the minute.
    ("the minute before", OFFICE, CHICAGO, "2026-11-23T14:59", "opens Mon 23 09:00"),
    ("the first minute", OFFICE, CHICAGO, "2026-11-23T15:00", "open until Mon 23 17:00"),
    ("the last minute", OFFICE, CHICAGO, "2026-11-23T22:59", "open until Mon 23 17:00"),
    ("closing time", OFFICE, CHICAGO, "2026-11-23T23:00", "opens Tue 24 09:00"),
    ("Friday evening: on Monday again", OFFICE, CHICAGO, "2026-11-21T02:00", "opens Mon 23 09:00"),
    ("Monday in UTC is Sunday in Honolulu", OFFICE, HONOLULU, "2026-11-23T09:00", "opens Mon 23 09:00"),
    # Over lunch, over night, never closing, and nothing known.
    ("before lunch", LUNCH, CHICAGO, "2026-11-24T17:30", "open until Tue 24 12:00"),
    ("at lunch", LUNCH, CHICAGO, "2026-11-24T18:30", "opens Tue 24 13:00"),
    ("Friday night", NIGHT, CHICAGO, "2026-11-21T05:00", "open until Sat 21 06:00"),
    ("Saturday morning, still Friday's night", NIGHT, CHICAGO, "2026-11-21T11:59", "open until Sat 21 06:00"),
    ("Saturday at noon", NIGHT, CHICAGO, "2026-11-21T18:00", "opens Sat 21 22:00"),
    ("Sunday morning, Saturday's night", NIGHT, CHICAGO, "2026-11-22T11:00", "open until Sun 22 06:00"),
    ("Monday morning: no Sunday night", NIGHT, CHICAGO, "2026-11-23T11:00", "opens Fri 27 22:00"),
    ("around the clock", ALWAYS, CHICAGO, "2026-11-23T09:00", "always open"),
    ("nothing known", (), CHICAGO, "2026-11-23T15:30", "unknown"),
    # 8 March 2026: 02:00 becomes 03:00. 1 November 2026: 02:00 becomes 01:00.
    ("Monday after the spring change", OFFICE, CHICAGO, "2026-03-09T14:00", "open until Mon 09 17:00"),
    ("Friday before the spring change", OFFICE, CHICAGO, "2026-03-06T14:30", "opens Fri 06 09:00"),
    ("a span that ends in the hour that is not", SMALL_HOURS, CHICAGO, "2026-03-08T07:45", "open until Sun 08 03:00"),
    ("in the hour after it", SMALL_HOURS, CHICAGO, "2026-03-08T08:00", "opens Sun 15 01:30"),
    ("three wall hours are two in spring", AROUND_TWO, CHICAGO, "2026-03-08T08:29", "open until Sun 08 03:30"),
    ("and over at half past three", AROUND_TWO, CHICAGO, "2026-03-08T08:30", "opens Sun 15 00:30"),
    ("in autumn the first half past one", SMALL_HOURS, CHICAGO, "2026-11-01T06:30", "open until Sun 01 02:30"),
    ("and the second", SMALL_HOURS, CHICAGO, "2026-11-01T07:30", "open until Sun 01 02:30"),
    ("until the second half past one", UNTIL_HALF_PAST_ONE, CHICAGO, "2026-11-01T07:15", "open until Sun 01 01:30"),
    ("Sunday night of the autumn change", ALWAYS, CHICAGO, "2026-11-01T07:30", "always open"),
    ("Monday after the autumn change", OFFICE, CHICAGO, "2026-11-02T14:59", "opens Mon 02 09:00"),
    ("Phoenix has no change", SMALL_HOURS, PHOENIX, "2026-03-08T09:00", "open until Sun 08 02:30"),
    # Seasons and rules of RFC 5545.
    ("in its season", IN_SUMMER, CHICAGO, "2026-08-26T15:00", "open until Wed 26 17:00"),
    ("out of its season", IN_SUMMER, CHICAGO, "2026-11-25T16:00", "shut"),
    ("the first Monday", FIRST_MONDAY, CHICAGO, "2026-12-07T16:30", "open until Mon 07 11:00"),
    ("the second Monday", FIRST_MONDAY, CHICAGO, "2026-11-09T16:30", "opens Mon 07 10:00"),
    ("the last Friday", LAST_FRIDAY, CHICAGO, "2026-11-20T16:30", "opens Fri 27 10:00"),
    ("the Wednesday that counts", EVERY_OTHER, CHICAGO, "2026-11-18T16:30", "open until Wed 18 11:00"),
    ("the Wednesday between", EVERY_OTHER, CHICAGO, "2026-11-25T16:30", "opens Wed 02 10:00"),
    ("the fifteenth", FIFTEENTH, CHICAGO, "2026-12-01T16:30", "opens Tue 15 10:00"),
    ("a rule that has ended", ENDED, CHICAGO, "2026-11-18T16:30", "shut"),
    # Days off. Thanksgiving is Thursday, 26 November 2026; 4 July 2026 is a Saturday, kept on Friday the third.
    ("shut that day", SHUT_FOR_A_DAY, CHICAGO, "2026-11-24T16:00", "opens Wed 25 09:00"),
    ("other hours that day", SHORT_DAY, CHICAGO, "2026-11-25T16:00", "open until Wed 25 12:00"),
    ("Thanksgiving", OFFICE, CHICAGO, "2026-11-26T16:00", "opens Fri 27 09:00"),
    ("the eve of Thanksgiving", OFFICE, CHICAGO, "2026-11-26T01:00", "opens Fri 27 09:00"),
    ("open on Thanksgiving, and says so", OPEN_ON_THANKSGIVING, CHICAGO, "2026-11-26T18:00", "open until Thu 26 14:00"),
    ("around the clock on Thanksgiving", ALWAYS, CHICAGO, "2026-11-26T16:00", "always open"),
    ("the Friday for the Fourth", OFFICE, CHICAGO, "2026-07-03T16:00", "opens Mon 06 09:00"),
    ("Christmas in New York", OFFICE, NEW_YORK, "2026-12-25T16:00", "opens Mon 28 09:00"),
]  # fmt: skip


@pytest.mark.parametrize(("schedules", "zone", "at", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_open_now(schedules: tuple[Schedule, ...], zone: str, at: str, expected: str) -> None:
    state = opening(schedules, zone, datetime.fromisoformat(f"{at}+00:00"))
    if not state.is_known:
        said = "unknown"
    elif state.is_open:
        said = f"open until {state.until:%a %d %H:%M}" if state.until else "always open"
    else:
        said = f"opens {state.opens:%a %d %H:%M}" if state.opens else "shut"
    assert said == expected
