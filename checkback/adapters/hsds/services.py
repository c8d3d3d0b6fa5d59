"""One service of a directory as a listing: dialable, in local time, and without what must not be known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from zoneinfo import available_timezones

from checkback.adapters.hsds.rows import Joined
from checkback.adapters.hsds.schedules import schedules_of, written_hours
from checkback.adapters.hsds.tables import Row
from checkback.care.program import NeedsTable
from checkback.care.rules import tidying
from checkback.care.rules.listings import Listing, Place, Remark, Schedule
from checkback.care.rules.matching import DISCLOSING
from checkback.care.rules.nearness import ANYWHERE, cell, reach_of, spot

#: What our columns hold; PostgreSQL keeps to it.
LONGEST_ID, LONGEST_NAME, LONGEST_URL, LONGEST_REACH, LONGEST_LANGUAGES = 80, 200, 400, 120, 30
_SCHEDULES = ("schedule", "regular_schedule", "holiday_schedule")
#: HSDS has no flag for a private address; the software that writes it has, each its own.
_PRIVACY = re.compile(r"(^|_)(private|confidential|hidden|undisclosed|suppressed|is_public)(_|$)")
_SECRET = re.compile(r"\b(confidential|undisclosed|secret|private|withheld)\b.{0,20}\b(location|address|site)\b", re.I)
_STREET = re.compile(
    r"\b\d{1,6}\s+(?:[NSEW]\.?\s+)?(?:\w+\s+){1,4}(?:st|street|ave|avenue|rd|road|blvd|boulevard|dr|drive|ln|lane|"
    r"ct|court|pl|place|way|hwy|highway|pkwy|parkway|ter|terrace|cir|circle)\b",
    re.IGNORECASE,
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass
class _Reading:
    """What is found on the way to one listing."""

    service: Row
    all: Joined
    needs: NeedsTable
    remarks: list[Remark] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.service.get("id")

    @property
    def organization(self) -> Row | None:
        return self.all.organizations.get(self.service.get("organization_id"))


def listing(service: Row, all_: Joined, needs: NeedsTable) -> tuple[Listing | None, Sequence[Remark]]:
    """The listing of a service's row and all that belongs to it; None when it is refused, and what was found."""
    at = _Reading(service, all_, needs)
    refusal = _refusal(service)
    if refusal is not None:
        return None, [refusal]
    whole = _whole(at)
    return (_without_what_is_secret(whole, at) if _is_secret(at, whole) else whole), at.remarks


def _refusal(service: Row) -> Remark | None:
    if not service.get("id"):
        return service.remark("id", "it is missing; without it the next import cannot know the service", refused=True)
    if len(service.get("id")) > LONGEST_ID:
        return service.remark("id", f"longer than {LONGEST_ID} letters; give it a shorter one", refused=True)
    if not service.first("name", "alternate_name"):
        return service.remark("name", "it is missing; families must know whom they call", refused=True)
    return None


def _whole(at: _Reading) -> Listing:
    service, places = at.service, list(_places(at))
    terms = tuple(dict.fromkeys(_terms(at)))
    name = service.first("name", "alternate_name")
    found = at.needs.of_terms(terms) or at.needs.of_terms([name])
    gives_away = next((need for need in found if need in DISCLOSING), "")
    least, most = _age(at, "minimum_age"), _age(at, "maximum_age")
    areas = _areas(at)
    return Listing(
        id=at.id,
        name=name[:LONGEST_NAME],
        description=service.get("description"),
        status=_status(at),
        phone=_service_phone(at, places),
        organization_name=(at.organization.get("name") if at.organization else "")[:LONGEST_NAME],
        alert=service.get("alert"),
        url=service.get("url") if len(service.get("url")) <= LONGEST_URL else "",
        application_process=service.get("application_process"),
        fees_description=service.first("fees_description", "fees"),
        eligibility_description=_eligibility(at),
        minimum_age=least,
        maximum_age=most,
        languages=_languages(at, places),
        schedules=_own_schedules(at, places),
        places=tuple(places),
        service_areas=areas,
        taxonomy=terms,
        needs=(gives_away,) if gives_away else found,
        reach=_reach(at, areas, places),
        zone=_zone(places),
        narrow=at.needs.is_narrow(f"{name} {' '.join(terms)}"),
        confidential=at.needs.is_confidential(f"{name} {' '.join(terms)} {service.get('alternate_name')}"),
        discloses=gives_away,
        assured_date=_day(at, "assured_date") or _day(at, "last_modified"),
        last_modified=service.get("last_modified")[: LONGEST_ID // 2],
    )


def _status(at: _Reading) -> str:
    written = at.service.get("status")
    read = tidying.status(written)
    if read == "inactive" and written.strip().lower() != "inactive":
        at.remarks.append(at.service.remark("status", f"'{written}' is no state of HSDS; it is taken for inactive"))
    return read


# Where it is. A street address is read only to see whether it is private.


def _places(at: _Reading) -> Iterator[Place]:
    rows = at.all.at.get(at.id, ())
    for row in rows:
        location = at.all.locations.get(row.get("location_id"))
        if location is None or _is_private_place(at, row):
            continue
        yield _place(at, row, location, at.all.location_rows("address", row.get("location_id")))


def _place(at: _Reading, row: Row, location: Row, addresses: Sequence[Row]) -> Place:
    address = next(iter(addresses), location)
    latitude, longitude = _degrees(location, "latitude", 90), _degrees(location, "longitude", 180)
    home = spot(address.get("postal_code")) if address.get("postal_code") else None
    if latitude is None or longitude is None or (latitude, longitude) == (0, 0):
        latitude, longitude = (home.latitude, home.longitude) if home else (None, None)
    ids = (row.get("id"), row.get("location_id"))
    phones = [*at.all.place_rows("phone", ids[0]), *at.all.location_rows("phone", ids[1])]
    return Place(
        city=address.get("city")[:LONGEST_REACH],
        state_province=address.get("state_province")[:LONGEST_REACH],
        postal_code=address.get("postal_code")[:10],
        latitude=None if latitude is None else round(latitude, 2),
        longitude=None if longitude is None else round(longitude, 2),
        phone=_phone(phones) or "",
        schedules=_place_schedules(at, *ids),
    )


def _degrees(row: Row, name: str, most: int) -> float | None:
    try:
        value = float(row.get(name))
    except ValueError:
        return None
    return value if -most <= value <= most else None


def _is_private(*rows: Row) -> bool:
    for row in rows:
        for name, value in row.cells.items():
            if _PRIVACY.search(name):
                public = "public" in name
                if tidying.is_private(value) is not public:
                    return True
            elif name.startswith("address") and _is_secret_words(value):
                return True
    return False


def _is_secret_words(words: str) -> bool:
    return bool(_SECRET.search(words)) or words.strip().lower() in (
        "confidential",
        "undisclosed",
        "private",
        "withheld",
    )


def _is_secret(at: _Reading, whole: Listing) -> bool:
    """Whether a place of it must not be known: it is named so, flagged so, or says so itself."""
    rows = [at.service, *([at.organization] if at.organization else [])]
    return (
        whole.confidential
        or _is_private(*rows)
        or any(_is_private_place(at, row) for row in at.all.at.get(at.id, ()))
        or bool(_SECRET.search(whole.description))
    )


def _is_private_place(at: _Reading, row: Row) -> bool:
    location = at.all.locations.get(row.get("location_id"))
    addresses = at.all.location_rows("address", row.get("location_id"))
    return location is not None and _is_private(location, *addresses, row)


def _without_what_is_secret(whole: Listing, at: _Reading) -> Listing:
    """What may be kept of it: whom to call. A shelter is never texted; what only has a private address may be, by its
    service area, which is no secret.
    """
    kept = replace(
        whole,
        description=_streetless(whole.description),
        alert=_streetless(whole.alert),
        application_process=_streetless(whole.application_process),
        fees_description=_streetless(whole.fees_description),
        eligibility_description=_streetless(whole.eligibility_description),
    )
    return _named_only(kept) if whole.confidential or _is_private(at.service) else kept


def _named_only(kept: Listing) -> Listing:
    return replace(
        kept,
        description="",
        alert="",
        application_process="",
        fees_description="",
        eligibility_description="",
        url="",
        places=(),
        zone="",
        service_areas=(),
        needs=(),
        reach=(ANYWHERE,),
        confidential=True,
    )


def _streetless(words: str) -> str:
    return "" if _STREET.search(words) or _SECRET.search(words) else words


# Whom to call.


def _service_phone(at: _Reading, places: Sequence[Place]) -> str:
    own = _phone(at.all.service_rows("phone", at.id))
    if own or any(place.phone for place in places):
        return own or ""
    organization = at.service.get("organization_id")
    theirs = _phone([r for r in at.all.organization_rows("phone", organization) if not r.get("service_id")])
    if theirs is None:
        at.remarks.append(at.service.remark("phone", "no number that can be dialled; it is kept, and never offered"))
    return theirs or ""


def _phone(rows: Iterable[Row]) -> str | None:
    """The first number one can talk on; one that says it is a hotline or for voice before one that says nothing."""
    shown = [row for row in rows if not _is_private(row)]
    ranked = sorted(shown, key=lambda row: row.get("type").lower() not in ("hotline", "voice", "main"))
    read = (
        tidying.phone(
            r.get("number"),
            r.get("extension").removesuffix(".0"),
            r.get("type"),
            f"{r.get('description')} {r.get('department')}",
        )
        for r in ranked
    )
    return next((number for number in read if number), None)


# When it is open.


def _own_schedules(at: _Reading, places: Sequence[Place]) -> tuple[Schedule, ...]:
    several = len(places) > 1
    rows = [
        row
        for name in _SCHEDULES
        for row in at.all.service_rows(name, at.id)
        if not (several and row.first("service_at_location_id", "location_id"))
    ]
    written = [s for row in at.all.service_rows("written_hours", at.id) for s in written_hours(row, at.remarks)]
    return tuple(dict.fromkeys([*schedules_of(rows, at.remarks), *written]))


def _place_schedules(at: _Reading, place_id: str, location_id: str) -> tuple[Schedule, ...]:
    rows = [
        row
        for name in _SCHEDULES
        for row in (*at.all.place_rows(name, place_id), *at.all.location_rows(name, location_id))
        if row.get("service_id") in ("", at.id)
    ]
    return tuple(dict.fromkeys(schedules_of(rows, at.remarks)))


# For whom it is.


def _areas(at: _Reading) -> tuple[str, ...]:
    rows = at.all.service_rows("service_area", at.id)
    return tuple(dict.fromkeys(row.first("service_area", "name", "description", "extent") for row in rows if row.cells))


def _reach(at: _Reading, areas: Sequence[str], places: Sequence[Place]) -> tuple[str, ...]:
    states = [place.state_province for place in places if place.state_province]
    named = [(area, reach_of(area, states)) for area in areas]
    for area, read in named:
        if read is None and area:
            mend = "write a ZIP code, a county with its state, or a state"
            at.remarks.append(at.service.remark("service_area", f"'{area[:60]}' is no place we know; {mend}"))
    reach = [read for _, read in named if read and len(read) <= LONGEST_REACH]
    cells = [cell(p.latitude, p.longitude) for p in places if p.latitude is not None and p.longitude is not None]
    return tuple(dict.fromkeys(reach or cells or [ANYWHERE]))


def _zone(places: Sequence[Place]) -> str:
    zones = {found.zone for place in places if (found := spot(place.postal_code))} & _known_zones()
    return zones.pop() if len(zones) == 1 else ""


@lru_cache(maxsize=1)
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())  # it walks through files, so only once


def _languages(at: _Reading, places: Sequence[Place]) -> tuple[str, ...]:
    ids = [row.get("location_id") for row in at.all.at.get(at.id, ())]
    rows = [*at.all.service_rows("language", at.id), *(r for id_ in ids for r in at.all.location_rows("language", id_))]
    written = [row.first("code", "language", "name") for row in rows]
    return (tidying.languages(written) or ("en",))[:LONGEST_LANGUAGES]


def _terms(at: _Reading) -> Iterator[str]:
    for row in (*at.all.service_rows("service_taxonomy", at.id), *at.all.service_rows("service_attribute", at.id),
                *at.all.service_rows("attribute", at.id)):  # fmt: skip
        term = at.all.terms.get(row.first("taxonomy_term_id", "taxonomy_id"))
        named = term.first("name", "term") if term else row.first("taxonomy_detail", "label", "value")
        if named:
            yield named
    for row in at.all.service_rows("named_term", at.id):
        if row.get("name"):
            yield row.get("name")


def _eligibility(at: _Reading) -> str:
    older = [row.get("eligibility") for row in at.all.service_rows("eligibility", at.id)]
    return at.service.get("eligibility_description") or "; ".join(dict.fromkeys(each for each in older if each))


def _age(at: _Reading, name: str) -> float | None:
    written = at.service.get(name)
    found = re.match(r"\s*(\d{1,3}(?:\.\d+)?)", written)
    if written and not found:
        at.remarks.append(at.service.remark(name, f"'{written[:20]}' is no number of years; it is left out"))
    return float(found[1]) if found else None


def _day(at: _Reading, name: str) -> date | None:
    written = at.service.get(name)
    found = _DAY.match(written)
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        at.remarks.append(at.service.remark(name, f"'{written[:20]}' is no day; write it as 2026-11-23"))
        return None
