"""Who is near what: ZIP codes, miles, and the names under which a service and a family find each other."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import zipcodes

EARTH_IN_MILES = 3958.8
#: Beyond this, what has no service area of its own is not offered.
FARTHEST = 50.0
ANYWHERE = "any"
_MILES_A_DEGREE = 69.0
#: The side of a cell in degrees: some seventeen miles from north to south.
_PER_DEGREE = 4
_RINGS = (1, 3)
_NATION = re.compile(r"\b(nationwide|national|nation|united states|usa|u\.s\.a?\.|all states)\b", re.IGNORECASE)
_STATEWIDE = re.compile(r"\b(state ?wide|entire state|state of|all counties)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Spot:
    """A ZIP code's middle, and what it belongs to."""

    zip: str
    city: str
    county: str
    state: str
    zone: str
    latitude: float
    longitude: float


def spot(zip_code: str) -> Spot | None:
    """What is known of a ZIP code, `63106` or `63106-1234`; None of one that is not in the table."""
    return _table().get(zip_code.strip()[:5])


def spot_named(place: str, home: Spot | None) -> Spot | None:
    """The middle of a town somebody named, in the state of their home; a ZIP code is found as such."""
    if re.fullmatch(r"\d{5}(-\d{4})?", place.strip()):
        return spot(place)
    if home is None:
        return None
    return _towns().get((home.state, fold(place)))


def miles(one: Spot, latitude: float, longitude: float) -> float:
    """The great-circle distance in miles."""
    a, b = math.radians(one.latitude), math.radians(latitude)
    across = math.radians(longitude - one.longitude)
    h = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(across / 2) ** 2
    return 2 * EARTH_IN_MILES * math.asin(min(1.0, math.sqrt(h)))


def zones_near(home: Spot, within: float) -> frozenset[str]:
    """The zones of every ZIP code whose middle lies within so many miles of this one's."""
    north_south = within / _MILES_A_DEGREE
    east_west = north_south / max(math.cos(math.radians(home.latitude)), 0.1)
    return frozenset(
        each.zone
        for each in _table().values()
        if each.zone != home.zone
        and abs(each.latitude - home.latitude) <= north_south
        and abs(each.longitude - home.longitude) <= east_west
        and miles(home, each.latitude, each.longitude) <= within
    )


def cell(latitude: float, longitude: float) -> str:
    """The square of the map a place lies in."""
    return f"cell:{math.floor(latitude * _PER_DEGREE)}:{math.floor(longitude * _PER_DEGREE)}"


def circles(home: Spot | None) -> Sequence[Sequence[str]]:
    """The names under which help for this home is filed, the nearest first; one list is looked at after the other."""
    if home is None:
        return [[ANYWHERE]]
    town = [f"zip:{home.zip}", f"city:{home.state}:{fold(home.city)}", f"county:{home.state}:{_bare(home.county)}"]
    near, wide = (_cells(home, ring) for ring in _RINGS)
    return [[*town, *near], [each for each in wide if each not in near], [f"state:{home.state}"], [ANYWHERE]]


def reach_of(area: str, states: Sequence[str]) -> str | None:
    """The name under which a written service area is filed; None when we cannot tell.

    `states` are where the service itself is: a bare county means the one there.
    """
    words = area.strip()
    if found := re.search(r"(?<!\d)(\d{5})(?!\d)", words):
        return f"zip:{found.group(1)}"
    if _NATION.search(words):
        return ANYWHERE
    stated = _state_in(words)
    if stated and (_STATEWIDE.search(words) or fold(words) in _STATES or words.upper() in _CODES):
        return f"state:{stated}"
    state = stated or (states[0] if len(set(states)) == 1 else None)
    return _county_or_town(words, state) if state else None


def _county_or_town(words: str, state: str) -> str | None:
    name = re.split(r"[,;(]", words)[0]
    county = f"county:{state}:{_bare(name)}" if (state, _bare(name)) in _counties() else None
    town = f"city:{state}:{fold(name)}" if (state, fold(name)) in _towns() else None
    # "Saint Louis" alone is the town, "Saint Louis County" the county around it.
    return county if _bare(name) != fold(name) else town or county


def fold(name: str) -> str:
    """Lower case, without accents and signs; `Saint` and `St.` are one."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"\bsaint\b", "st", " ".join(re.findall(r"[a-z0-9]+", plain)))


def _bare(county: str) -> str:
    return re.sub(r" (county|parish|borough|census area|municipio)$", "", fold(county))


def _cells(home: Spot, ring: int) -> list[str]:
    side = range(-ring, ring + 1)
    return [cell(home.latitude + n / _PER_DEGREE, home.longitude + e / _PER_DEGREE) for n in side for e in side]


@lru_cache(maxsize=1)
def _table() -> dict[str, Spot]:
    listed = zipcodes.list_all()  # type: ignore[no-untyped-call]
    return {
        each["zip_code"]: Spot(
            each["zip_code"],
            each["city"],
            each["county"],
            each["state"],
            each["timezone"],
            float(each["lat"]),
            float(each["long"]),
        )
        for each in listed
        if each["lat"] and each["long"]
    }


@lru_cache(maxsize=1)
def _towns() -> dict[tuple[str, str], Spot]:
    found: dict[tuple[str, str], Spot] = {}
    for each in _table().values():
        found.setdefault((each.state, fold(each.city)), each)
    return found


@lru_cache(maxsize=1)
def _counties() -> frozenset[tuple[str, str]]:
    return frozenset((each.state, _bare(each.county)) for each in _table().values())


def _state_in(words: str) -> str | None:
    """The state a written area names: its code, or its name at the end. "Washington County, MO" is in Missouri."""
    codes: list[str] = [each for each in re.findall(r"\b[A-Z]{2}\b", words) if each in _CODES]
    if codes:
        return codes[-1]
    folded = fold(words)
    return next((code for name, code in _LONGEST_FIRST if re.search(rf"\b{name}$", folded)), None)


_STATES = {
    "alabama": "AL", "alaska": "AK", "arizona": "AZ", "arkansas": "AR", "california": "CA", "colorado": "CO",
    "connecticut": "CT", "delaware": "DE", "district of columbia": "DC", "florida": "FL", "georgia": "GA",
    "hawaii": "HI", "idaho": "ID", "illinois": "IL", "indiana": "IN", "iowa": "IA", "kansas": "KS",
    "kentucky": "KY", "louisiana": "LA", "maine": "ME", "maryland": "MD", "massachusetts": "MA",
    "michigan": "MI", "minnesota": "MN", "mississippi": "MS", "missouri": "MO", "montana": "MT",
    "nebraska": "NE", "nevada": "NV", "new hampshire": "NH", "new jersey": "NJ", "new mexico": "NM",
    "new york": "NY", "north carolina": "NC", "north dakota": "ND", "ohio": "OH", "oklahoma": "OK",
    "oregon": "OR", "pennsylvania": "PA", "puerto rico": "PR", "rhode island": "RI", "south carolina": "SC",
    "south dakota": "SD", "tennessee": "TN", "texas": "TX", "utah": "UT", "vermont": "VT", "virginia": "VA",
    "washington": "WA", "west virginia": "WV", "wisconsin": "WI", "wyoming": "WY",
}  # fmt: skip
_CODES = frozenset(_STATES.values())
_LONGEST_FIRST: list[tuple[str, str]] = sorted(_STATES.items(), key=lambda state: -len(state[0]))
