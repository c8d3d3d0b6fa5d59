"""Which rows belong to which service: by service, by where it is, by whose it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from checkback.adapters.hsds.tables import Row, Tables

Index = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Joined:
    """The rows of a directory by what they belong to."""

    services: Sequence[Row]
    organizations: Mapping[str, Row]
    locations: Mapping[str, Row]
    terms: Mapping[str, Row]
    at: Index
    """Where each service is: its rows of `service_at_location`."""
    of_service: Mapping[str, Index]
    of_location: Mapping[str, Index]
    of_place: Mapping[str, Index]
    """By `service_at_location_id`."""
    of_organization: Mapping[str, Index]

    def service_rows(self, table: str, id_: str) -> Sequence[Row]:
        return self.of_service[table].get(id_, ())

    def location_rows(self, table: str, id_: str) -> Sequence[Row]:
        return self.of_location[table].get(id_, ())

    def place_rows(self, table: str, id_: str) -> Sequence[Row]:
        return self.of_place[table].get(id_, ())

    def organization_rows(self, table: str, id_: str) -> Sequence[Row]:
        return self.of_organization[table].get(id_, ())


_CHILDREN = (
    "phone", "schedule", "regular_schedule", "holiday_schedule", "language", "address", "service_area", "eligibility",
    "named_term", "written_hours", "service_taxonomy", "service_attribute", "attribute",
)  # fmt: skip


def joined(tables: Tables) -> Joined:
    """Index every row once; a directory of a state has some hundred thousand."""
    every = {name: list(tables.of(name)) for name in _CHILDREN}
    return Joined(
        services=list(tables.of("service")),
        organizations=_by_id(tables.of("organization")),
        locations=_by_id(tables.of("location")),
        terms=_by_id(tables.of("taxonomy", "taxonomy_term")),
        at=_by(tables.of("service_at_location"), "service_id"),
        of_service={name: _by(rows, "service_id", "link_id") for name, rows in every.items()},
        of_location={name: _by(rows, "location_id") for name, rows in every.items()},
        of_place={name: _by(rows, "service_at_location_id") for name, rows in every.items()},
        of_organization={name: _by(rows, "organization_id") for name, rows in every.items()},
    )


def _by_id(rows: Iterable[Row]) -> dict[str, Row]:
    return {row.get("id"): row for row in rows if row.get("id")}


def _by(rows: Iterable[Row], *columns: str) -> Index:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        owner = row.first(*columns)
        if owner:
            found[owner].append(row)
    return found
