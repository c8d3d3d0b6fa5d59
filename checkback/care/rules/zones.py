"""Which time zones a person may live in: by their ZIP code, from a table that ships with the `zipcodes` library, or by
the area code of their number, from the tables of `phonenumbers`.

A number is kept when people move, so the ZIP comes first. Where several zones are possible, all of them bind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
import zipcodes
from phonenumbers.timezone import time_zones_for_geographical_number

from checkback.care.errors import said
from checkback.care.rules.hours import Hours, is_ever_open
from checkback.care.rules.nearness import spot, zones_near

#: An area code of more zones than this says nothing: it is that of a whole country, or of none (800, 888).
MOST_ZONES = 4
#: Miles between the middles of two ZIP codes: a rural one reaches so far.
NEAR_A_BORDER = 25.0


def zone_of_zip(zip_code: str) -> str | None:
    """The IANA zone of a US ZIP code, or None when the table does not know it. Raises ValueError when it is none."""
    zones = _zones_of_places(_five(zip_code))
    return zones[0] if len(zones) == 1 else None


def zones_of_zip(zip_code: str) -> Sequence[str]:
    """Every zone this ZIP code may lie in: its own, then those that begin close by; of one that the table does not
    know, those of all that share its first three digits; else none.

    A ZIP code is a set of delivery routes and no area (US Census Bureau, "ZIP Code Tabulation Areas"): the table puts
    each into one zone, and near a border of zones some of its homes lie in the other.

    Raises ValueError when it is no ZIP code.
    """
    five = _five(zip_code)
    own = _zones_of_places(five)
    if len(own) != 1:
        return own or _zones_of_region(five[:3])
    return (*own, *_zones_across_the_border(five, own[0]))


def zones_of_number(number: str) -> Sequence[str]:
    """Every zone the area code of an E.164 number reaches into; none when it says nothing of a place."""
    found = time_zones_for_geographical_number(phonenumbers.parse(number))
    known = tuple(sorted(set(found) & available_timezones()))
    return known if len(known) <= MOST_ZONES else ()


def possible_together(zones: Sequence[str]) -> bool:
    """Whether an ordinary day has an hour that is decent in each of these zones."""
    return bool(zones) and is_ever_open(Hours(zones[0], other_zones=tuple(zones[1:])))


def _five(zip_code: str) -> str:
    if not re.fullmatch(r"[0-9]{5}(-[0-9]{4})?", zip_code.strip()):
        raise ValueError(said("a ZIP code has five digits"))
    return zip_code.strip()[:5]


@lru_cache(maxsize=4096)
def _zones_of_places(five: str) -> tuple[str, ...]:
    found: list[dict[str, str]] = zipcodes.matching(five)  # type: ignore[no-untyped-call]
    return _known(found)


@lru_cache(maxsize=1024)
def _zones_of_region(three: str) -> tuple[str, ...]:
    found: list[dict[str, str]] = zipcodes.similar_to(three)  # type: ignore[no-untyped-call]
    return _known(found)


@lru_cache(maxsize=4096)
def _zones_across_the_border(five: str, own: str) -> tuple[str, ...]:
    home = spot(five)
    near = zones_near(home, NEAR_A_BORDER) & available_timezones() if home else frozenset()
    clocks = {_clock(zone): zone for zone in sorted(near, reverse=True) if _clock(zone) != _clock(own)}
    return tuple(sorted(clocks.values()))


def _clock(zone: str) -> tuple[timedelta | None, ...]:
    """How a zone goes in winter and in summer: zones that go alike are no two zones to us."""
    return tuple(datetime(2026, month, 15, 12, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7))


def _known(places: Sequence[dict[str, str]]) -> tuple[str, ...]:
    return tuple(sorted({place["timezone"] for place in places} & available_timezones()))


def area_of_zip(zip_code: str) -> str | None:
    """The three digits that name a ZIP code's area: coarse enough to be kept in the clear, which the code is not.

    45 CFR 164.514(b)(2)(i)(B) lets the three digits stand where more than 20,000 people live in their area.
    """
    three = zip_code.strip()[:3]
    return three if len(three) == len("631") and three.isascii() and three.isdecimal() else None


@lru_cache(maxsize=4096)
def state_of_zip(zip_code: str) -> str | None:
    """The US state of a ZIP code, `MO`, or None when the table does not know it or it is none."""
    five = zip_code.strip()[:5]
    if not re.fullmatch(r"[0-9]{5}", five):
        return None
    found: list[dict[str, str]] = zipcodes.matching(five)  # type: ignore[no-untyped-call]
    states = {place["state"] for place in found}
    return min(states) if len(states) == 1 else None


def is_zone(name: str) -> bool:
    """Whether this is an IANA zone, `America/Chicago`."""
    return name in available_timezones()
