"""One entry of a directory of help as we keep it: a `service` of HSDS with its field names, freed of its traps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum


class Departure(StrEnum):
    """How a schedule changes the ordinary week: not at all, shut on those days, or open at other hours instead."""

    NONE = ""
    CLOSED = "closed"
    INSTEAD = "instead"


@dataclass(frozen=True)
class Schedule:
    """When something is open, in HSDS's words. Times are local wall times, `09:00`, `24:00` the end of the day; a
    closing time that is not after the opening one is on the next day. No zone and no UTC offset: HSDS gives the offset
    as a number, which is wrong by an hour for half of the year.
    """

    opens_at: str = "00:00"
    closes_at: str = "24:00"
    byday: str = ""
    freq: str = "WEEKLY"
    interval: int = 1
    bymonthday: str = ""
    dtstart: str = ""
    until: str = ""
    count: int = 0
    valid_from: str = ""
    valid_to: str = ""
    departure: Departure = Departure.NONE


@dataclass(frozen=True)
class Place:
    """Where something is, no closer than about a kilometre: a street address is never kept."""

    city: str = ""
    state_province: str = ""
    postal_code: str = ""
    latitude: float | None = None
    longitude: float | None = None
    phone: str = ""
    schedules: tuple[Schedule, ...] = ()


@dataclass(frozen=True)
class Listing:
    """A service. `reach` says for whom: `zip:63106`, `county:MO:…`, `cell:…`, `any`; see `nearness`.

    `discloses` names what its name alone would give away to whoever holds the phone; `confidential` is never texted.
    """

    id: str
    name: str
    description: str = ""
    status: str = "active"
    phone: str = ""
    organization_name: str = ""
    alert: str = ""
    url: str = ""
    application_process: str = ""
    fees_description: str = ""
    eligibility_description: str = ""
    minimum_age: float | None = None
    maximum_age: float | None = None
    languages: tuple[str, ...] = ("en",)
    schedules: tuple[Schedule, ...] = ()
    places: tuple[Place, ...] = ()
    service_areas: tuple[str, ...] = ()
    taxonomy: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    reach: tuple[str, ...] = ("any",)
    zone: str = ""
    narrow: bool = False
    confidential: bool = False
    discloses: str = ""
    assured_date: date | None = None
    last_modified: str = ""

    @property
    def digest(self) -> str:
        """Changes with anything in the entry; the same entry read twice has the same."""
        words = json.dumps(asdict(self), sort_keys=True, default=str)
        return hashlib.sha256(words.encode()).hexdigest()


@dataclass(frozen=True)
class Remark:
    """Something in a directory's file: a row that is refused, or a detail that could not be used.

    `place` is a line of a table or a path in a JSON document; `mend` says what to write instead.
    """

    file: str
    place: str
    field: str
    mend: str
    is_refusal: bool = False

    def __str__(self) -> str:
        where = f"{self.file}: {self.place}" if self.place else self.file
        return f"{where}: {self.field}: {self.mend}" if self.field else f"{where}: {self.mend}"


def schedules_as_json(schedules: Sequence[Schedule]) -> str:
    """As they are kept: only what differs from the ordinary."""
    plain = Schedule()
    return json.dumps([{k: v for k, v in asdict(s).items() if v != getattr(plain, k)} for s in schedules])


def schedules_from_json(kept: str) -> tuple[Schedule, ...]:
    return tuple(_schedule(each) for each in json.loads(kept))


def places_as_json(places: Sequence[Place]) -> str:
    return json.dumps([{**asdict(p), "schedules": json.loads(schedules_as_json(p.schedules))} for p in places])


def places_from_json(kept: str) -> tuple[Place, ...]:
    return tuple(
        Place(**{**each, "schedules": tuple(_schedule(s) for s in each["schedules"])}) for each in json.loads(kept)
    )


_FIELDS = frozenset(field.name for field in fields(Schedule))


def _schedule(kept: Mapping[str, object]) -> Schedule:
    known = {name: value for name, value in kept.items() if name in _FIELDS}
    if "departure" in known:
        known["departure"] = Departure(str(known["departure"]))
    return Schedule(**known)  # type: ignore[arg-type]
