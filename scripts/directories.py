"""Makes invented directories of help, of any size and every generation of HSDS, with the mess real ones have.

Deterministic: the same seed makes the same bytes. All names are invented, all numbers 555-01xx; no real export is
copied. What is messy follows what is measured on public exports: phones with text in them or none, a blank status,
descriptions of hundreds of letters, free-text languages, private addresses, service areas in words.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import sys
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

GENERATIONS = ("1", "2", "3", "3-json", "icarol")
_FIRST = ("Amber", "Bright", "Cedar", "Dove", "Elm", "Fern", "Golden", "Harvest", "Ivy", "Juniper", "Lark", "Meadow",
          "North", "Opal", "Prairie", "Quiet", "River", "Silver", "Thistle", "Violet")  # fmt: skip
_SECOND = ("Bridge", "Corner", "Door", "Garden", "Harbor", "House", "Lantern", "Mill", "Orchard", "Path", "Porch",
           "Table", "Well", "Window", "Yard")  # fmt: skip
#: A term of the taxonomy, what such a service is called, and what it says of itself.
_KINDS = (
    ("Food Pantry", "Pantry", "Groceries for a week for anybody who asks."),
    ("Diapers & Formula", "Baby Shelf", "Diapers, formula and cribs for families with small children."),
    ("Help Pay for Housing", "Rent Fund", "Help with rent that is behind."),
    ("Help Pay for Utilities", "Light and Heat", "Pays part of an electric or gas bill."),
    ("Counseling", "Talking Rooms", "Counselors for grown-ups, alone or together."),
    ("Child Counseling", "Kids Talk", "Counselors for children who worry or sleep badly."),
    ("Maintenance & Repairs", "Fix-it Crew", "Puts in locks and mends doors and windows."),
    ("Burial & Funeral Help", "Farewell Fund", "Help with the costs of a funeral."),
    ("Advocacy & Legal Aid", "Law Desk", "Free talks with a lawyer."),
    ("Transportation", "Rides", "Rides to the doctor and to court."),
    ("Primary Care", "Clinic", "Doctors and nurses; you pay what you can."),
    ("Clothing", "Closet", "Coats, shoes and clothes for all sizes."),
    ("Tutoring", "Study Room", "Help with homework."),
    ("Detox", "Recovery", "Talks, groups and medicine."),
    ("HIV Treatment", "Health Rooms", "Tests and medicine."),
    ("Domestic Violence Shelters", "Safe House", "A safe place to stay, told by phone only."),
)
_ZIPS = ("63106", "63107", "63113", "63115", "63118", "63120", "63031", "63136", "65101", "64106")
_LANGUAGES = ("English", "English; Spanish", "Spanish", "Creole", "Others available upon request", "", "en", "Español")
_PHONES = ("(314) 555-{n}", "314.555.{n}", "1-314-555-{n} ext 012", "Call 314-555-{n} (Spanish: press 2)",
           "314-555-{n} or 314-555-0199", "314555{n}")  # fmt: skip
_NO_PHONES = ("", "N/A", "see website", "555-01")
_AREAS = ("St. Louis City, MO", "St. Louis County, Missouri", "Missouri", "63106", "All who need us", "Nationwide")
_PADDING = ("Open to all. Bring a letter or a bill with your name. Staff will sit down with you and go through what is "
            "needed, step by step, and call other places when they can not help themselves. ")  # fmt: skip


@dataclass
class Set:
    """The tables of one directory."""

    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _indexed: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = field(default_factory=dict)

    def of(self, table: str, column: str, value: str) -> list[dict[str, Any]]:
        """The rows of a table with this value in a column."""
        if (table, column) not in self._indexed:
            index: dict[str, list[dict[str, Any]]] = {}
            for row in self.tables.get(table, ()):
                index.setdefault(row[column], []).append(row)
            self._indexed[table, column] = index
        return self._indexed[table, column].get(value, [])

    def add(self, table: str, **row: Any) -> None:
        self.tables.setdefault(table, []).append({k: v for k, v in row.items() if v is not None})


def make(services: int, links: int, seed: int = 1) -> Set:
    """A directory in plain HSDS 3 tables; other generations are written from it."""
    chance, made = random.Random(seed), Set()  # noqa: S311 - not a secret, a repeatable mess
    terms = [str(UUID(int=900_000 + at)) for at in range(len(_KINDS))]
    for id_, (name, _, _) in zip(terms, _KINDS, strict=True):
        made.add("taxonomy_term", id=id_, name=name, taxonomy="Open Eligibility")
    each_has = links // services if services else 0
    for at in range(services):
        _service(made, at, chance, terms, each_has + (at < links - each_has * services))
    return made


def _service(made: Set, at: int, chance: random.Random, terms: Sequence[str], links: int) -> None:
    id_, location = str(UUID(int=1_000_000 + at)), str(UUID(int=2_000_000 + at))
    organization = str(UUID(int=3_000_000 + at // 4))
    kind = at % len(_KINDS)
    term, called, says = _KINDS[kind]
    name = f"{chance.choice(_FIRST)} {chance.choice(_SECOND)} {called}"
    secret = term == "Domestic Violence Shelters"
    if at % 4 == 0:
        made.add("organization", id=organization, name=f"{chance.choice(_FIRST)} {chance.choice(_SECOND)} Neighbors")
    made.add(
        "service",
        id=id_,
        organization_id=organization,
        name=name,
        description=says + (" " + _PADDING * chance.randint(1, 4) if chance.random() < 0.87 else ""),  # noqa: PLR2004
        status=chance.choice(("", "active", "active", "inactive")) if at % 7 == 0 else "",
        url=f"https://{name.lower().replace(' ', '-')}.example",
        eligibility_description=chance.choice(("", "Anybody", "Veterans and their families", "Families with children")),
        minimum_age=3 if term == "Child Counseling" else None,
        maximum_age=17 if term == "Child Counseling" else None,
        assured_date=f"20{chance.choice((24, 25, 26, 26))}-{chance.randint(1, 11):02}-{chance.randint(1, 28):02}",
    )
    zip_code = chance.choice(_ZIPS)
    north, east = 38.6 + chance.random() / 5, -90.4 + chance.random() / 5
    made.add("location", id=location, name=name, latitude=north, longitude=east)
    made.add(
        "address",
        id=f"{id_}-a",
        location_id=location,
        address_1=f"{chance.randint(1, 99)} Invented Street",
        city="Saint Louis",
        state_province="MO",
        postal_code=zip_code,
        country="US",
        address_type="physical",
        is_private="yes" if secret else None,
    )
    made.add("service_at_location", id=f"{id_}-l", service_id=id_, location_id=location)
    number = f"01{at % 100:02}"
    said = chance.choice(_NO_PHONES) if at % 18 == 17 else chance.choice(_PHONES).format(n=number)  # noqa: PLR2004
    made.add("phone", id=f"{id_}-p", service_id=id_, number=said, type="voice")
    made.add("phone", id=f"{id_}-f", service_id=id_, number="314-555-0198", type="fax")
    _hours(made, id_, at, chance)
    made.add("language", id=f"{id_}-g", service_id=id_, name=chance.choice(_LANGUAGES))
    if at % 3:
        made.add("service_area", id=f"{id_}-s", service_id=id_, name=chance.choice(_AREAS))
    for more in range(links):
        made.add("attribute", id=f"{id_}-t{more}", link_id=id_, link_entity="service",
                 taxonomy_term_id=terms[kind if more == 0 or secret else (kind + 3 * (more % 2)) % 13])  # fmt: skip


def _hours(made: Set, id_: str, at: int, chance: random.Random) -> None:
    opens, closes = chance.choice((("09:00", "17:00"), ("08:30-06:00", "16:30-06:00"), ("10:00 AM", "6:00 PM"),
                                   ("22:00", "06:00"), ("00:00", "23:59"), ("9am", "5pm")))  # fmt: skip
    for day in ("MO", "TU", "WE", "TH", "FR") if at % 5 else ("MO,TU,WE,TH,FR,SA,SU",):
        made.add("schedule", id=f"{id_}-{day}", service_id=id_, freq="WEEKLY", byday=day, timezone=-6,
                 opens_at=opens, closes_at=closes)  # fmt: skip


# Written as each generation has it.


def write(made: Set, generation: str, folder: Path) -> None:
    """The directory as files of one generation, the folder made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files_of(made, generation):
        folder.joinpath(name).write_text(text, "utf-8")


def pack(made: Set, generation: str, archive: Path) -> None:
    """The directory as one archive."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files_of(made, generation):
            packed.writestr(name, text)


def files_of(made: Set, generation: str) -> Iterable[tuple[str, str]]:
    """Each file of a generation: its name and its text."""
    if generation == "3-json":
        yield "services.json", json.dumps([_tree(made, each) for each in made.tables["service"]], indent=1)
        return
    if generation == "icarol":
        yield "export.csv", _csv([_line(made, each) for each in made.tables["service"]])
        return
    tables = _as_1(made.tables) if generation == "1" else _as_2(made.tables) if generation == "2" else made.tables
    names = {name: _plural(name) if generation == "3" else name for name in tables}
    if generation == "3":
        listed = [{"name": name, "path": f"{names[name]}.csv"} for name in tables]
        yield "datapackage.json", json.dumps({"name": "invented", "resources": listed}, indent=1)
    for name, rows in tables.items():
        yield f"{names[name]}.csv", _csv(rows)


def _plural(name: str) -> str:
    """How HSDS names the file of these."""
    return name if name.endswith("y") else f"{name}es" if name.endswith("s") else f"{name}s"


Rows = dict[str, list[dict[str, Any]]]
_DAYS = {
    "MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday",
    "SU": "Sunday",
}  # fmt: skip
_NOT_IN_1 = ("eligibility_description", "minimum_age", "maximum_age", "assured_date")


def _as_1(tables: Rows) -> Rows:
    renamed = {"address": "physical_addresses", "service_at_location": "services_at_location",
               "attribute": "services_taxonomy",
               "schedule": "regular_schedules", "taxonomy_term": "taxonomy"}  # fmt: skip
    return {
        renamed.get(name, _plural(name)): [each for row in rows for each in _row_1(name, row)]
        for name, rows in tables.items()
    } | {"eligibility": [{"id": f"{r['id']}-e", "service_id": r["id"], "eligibility": r["eligibility_description"]}
                         for r in tables["service"] if r["eligibility_description"]]}  # fmt: skip


def _row_1(name: str, row: dict[str, Any]) -> Iterable[dict[str, Any]]:
    match name:
        case "schedule":
            for day in row["byday"].split(","):
                yield {"id": f"{row['id']}-{day}", "service_id": row["service_id"], "weekday": _DAYS[day],
                       "opens_at": row["opens_at"], "closes_at": row["closes_at"]}  # fmt: skip
        case "attribute":
            yield {"id": row["id"], "service_id": row["link_id"], "taxonomy_id": row["taxonomy_term_id"]}
        case "language":
            yield {"id": row["id"], "service_id": row["service_id"], "language": row["name"]}
        case "service_area":
            yield {"id": row["id"], "service_id": row["service_id"], "service_area": row["name"]}
        case "service":
            yield {k: v for k, v in row.items() if k not in _NOT_IN_1}
        case _:
            yield row


def _as_2(tables: Rows) -> Rows:
    older = _as_1(tables)
    newer = {"regular_schedules": "schedule", "services_taxonomy": "service_attribute", "taxonomy": "taxonomy_term",
             "physical_addresses": "physical_address", "services_at_location": "service_at_location"}  # fmt: skip
    made = {newer.get(name, name.removesuffix("s")): rows for name, rows in older.items()}
    made["schedule"] = [dict(row) for row in tables["schedule"]]
    made["service_attribute"] = [
        {"id": r["id"], "service_id": r["link_id"], "taxonomy_term_id": r["taxonomy_term_id"]}
        for r in tables["attribute"]
    ]
    return made


def _tree(made: Set, service: dict[str, Any]) -> dict[str, Any]:
    terms = {each["id"]: each for each in made.tables["taxonomy_term"]}
    owned = {f"{name}s": made.of(name, "service_id", service["id"]) for name in _NESTED}
    links = made.of("attribute", "link_id", service["id"])
    return {
        **service,
        **owned,
        "organization": {"id": service["organization_id"], "name": "Invented Neighbors"},
        "attributes": [{**each, "taxonomy_term": terms[each["taxonomy_term_id"]]} for each in links],
        "service_at_locations": [{"location": _place(made, service)}],
    }


_NESTED = ("phone", "schedule", "language", "service_area")


def _place(made: Set, service: dict[str, Any]) -> dict[str, Any]:
    (at,) = made.of("service_at_location", "service_id", service["id"])
    (location,) = made.of("location", "id", at["location_id"])
    return {**location, "addresses": made.of("address", "location_id", location["id"])}


def _line(made: Set, service: dict[str, Any]) -> dict[str, Any]:
    """One line a service, under the headings of `program/resources/icarol.yml`."""
    place = _place(made, service)
    (address,) = place["addresses"]
    phones = made.of("phone", "service_id", service["id"])
    terms = {each["id"]: each["name"] for each in made.tables["taxonomy_term"]}
    links = made.of("attribute", "link_id", service["id"])
    return {
        "ResourceAgencyNum": service["id"],
        "PublicName": service["name"],
        "AgencyDescription": service["description"],
        "AgencyStatus": service["status"],
        "PhysicalAddress1": address["address_1"],
        "PhysicalCity": address["city"],
        "PhysicalStateProvince": address["state_province"],
        "PhysicalPostalCode": address["postal_code"],
        "PhysicalAddressIsPrivate": "Yes" if address.get("is_private") else "No",
        "Latitude": place["latitude"],
        "Longitude": place["longitude"],
        "HoursOfOperation": "Mon-Fri 9:00am-5:00pm; Sat 10am-2pm",
        "Phone1Number": phones[0]["number"],
        "Phone1Type": "Voice",
        "Phone2Number": phones[1]["number"],
        "Phone2Type": "Fax",
        "LanguagesOffered": "; ".join(each["name"] for each in made.of("language", "service_id", service["id"])),
        "CoverageArea": "; ".join(each["name"] for each in made.of("service_area", "service_id", service["id"])),
        "TaxonomyTerms": "; ".join(terms[each["taxonomy_term_id"]] for each in links),
        "LastVerifiedOn": service["assured_date"],
    }


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def main(arguments: Sequence[str]) -> int:
    """Write one directory, `scripts.directories 3 folder --services 40 --links 90`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("generation", choices=GENERATIONS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--services", type=int, default=16)
    parser.add_argument("--links", type=int, default=40)
    given = parser.parse_args(arguments)
    write(make(given.services, given.links), given.generation, given.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
