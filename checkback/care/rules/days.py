"""Which days are holidays, from the rules that ship with the `holidays` library."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from holidays import country_holidays, list_supported_countries

from checkback.care.errors import said

#: The federal holidays of the United States (5 USC 6103), with the days on which they are observed.
FEDERAL = "US"
NONE = ""


@lru_cache(maxsize=256)
def holidays_of(place: str, year: int) -> frozenset[date]:
    """The holidays of a place in a year: `US` for the federal ones, `US-MO` with those of a state, empty for none.

    Raises ValueError when there is no such place.
    """
    if place == NONE:
        return frozenset()
    country, _, state = place.partition("-")
    states = list_supported_countries().get(country)
    if states is None or country != FEDERAL or (state and state not in states):
        raise ValueError(
            said("'%(place)s' is no place whose holidays we know; write US, US-MO for a state, or none", place=place)
        )
    return frozenset(country_holidays(country, subdiv=state or None, years=year))


def is_holiday(day: date, place: str) -> bool:
    """Whether nothing automatic goes on this local day. Raises ValueError as `holidays_of`."""
    return day in holidays_of(place, day.year)
