"""The tables of a directory under the one name each has for us, whichever generation of HSDS wrote them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from checkback.adapters.hsds.files import File, Unreadable
from checkback.care.rules.listings import Remark

#: A cell longer than this is no cell: a quotation mark is missing.
csv.field_size_limit(1024 * 1024)

#: What HSDS 1.x and 2.x call otherwise, or in the plural; 3.x's own names stand for themselves.
_SAME = {
    "organizations": "organization", "services": "service", "locations": "location", "programs": "program",
    "phones": "phone", "contacts": "contact", "languages": "language", "service_areas": "service_area",
    "services_at_location": "service_at_location", "services_at_locations": "service_at_location",
    "service_at_locations": "service_at_location", "physical_address": "address", "physical_addresses": "address",
    "addresses": "address", "schedules": "schedule", "regular_schedules": "regular_schedule",
    "holiday_schedules": "holiday_schedule", "eligibilities": "eligibility", "taxonomies": "taxonomy",
    "services_taxonomy": "service_taxonomy", "services_taxonomies": "service_taxonomy",
    "service_taxonomies": "service_taxonomy", "service_attributes": "service_attribute",
    "attributes": "attribute", "taxonomy_terms": "taxonomy_term", "cost_options": "cost_option",
    "required_documents": "required_document",
}  # fmt: skip
KNOWN = frozenset(_SAME.values()) | {"address", "postal_address", "postal_addresses", "metadata"}


@dataclass(frozen=True)
class Row:
    """One row, with where it stands. Cells without a value are not there."""

    file: str
    place: str
    cells: Mapping[str, str]

    def get(self, name: str) -> str:
        return self.cells.get(name, "")

    def first(self, *names: str) -> str:
        """The first of these cells that has a value."""
        return next((self.cells[name] for name in names if self.cells.get(name)), "")

    def remark(self, field_: str, mend: str, *, refused: bool = False) -> Remark:
        return Remark(self.file, self.place, field_, mend, refused)


@dataclass
class Tables:
    """Every row of a directory, by table, and what could not be read of it."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    def of(self, *names: str) -> Iterator[Row]:
        for name in names:
            yield from self.rows.get(name, ())

    def add(self, table: str, row: Row) -> None:
        self.rows.setdefault(table, []).append(row)


def read_tables(files: Iterable[File], tables: Tables) -> None:
    """Bring the CSV files in. A `datapackage.json` beside them says which is which, else their names do."""
    listed = list(files)
    named = _packaged(listed)
    for file in listed:
        if file.name.lower().endswith((".csv", ".tsv")):
            table = table_named(named.get(file.name) or file.stem)
            if table is not None:
                _read_csv(file, table, tables)


def table_named(name: str) -> str | None:
    """Our name for a table; None for one we do not read."""
    plain = re.sub(r"[^a-z]+", "_", name.lower()).strip("_")
    table = _SAME.get(plain, plain)
    return table if table in KNOWN else None


def clean(value: object) -> str:
    """A cell's text without what no database takes; the nothing of many programs is nothing."""
    if value is None or isinstance(value, dict | list):
        return ""
    words = str(value).replace("\x00", "").encode("utf-8", "replace").decode().strip()
    return "" if words.lower() in ("null", "none", "nan", "n/a", "\\n") else words


def _packaged(files: list[File]) -> dict[str, str]:
    """What `datapackage.json` calls each file. A path of it that leads elsewhere names no file of ours."""
    found: dict[str, str] = {}
    for file in files:
        if PurePosixPath(file.name).name == "datapackage.json":
            folder = PurePosixPath(file.name).parent
            try:
                resources = json.loads(file.text)["resources"]
                for each in resources:
                    path = each["path"][0] if isinstance(each["path"], list) else each["path"]
                    found[(folder / path).as_posix()] = str(each["name"])
            except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
                raise Unreadable(f"{file.name}: it lists no resources with name and path; mend or remove it") from error
    return found


def _read_csv(file: File, table: str, tables: Tables) -> None:
    for row in read_lines(file, tables, is_service=table == "service"):
        tables.add(table, row)


def read_lines(file: File, tables: Tables, *, is_service: bool) -> Iterator[Row]:
    """The rows of a CSV file. A line that cannot be one is remarked, and refused where it should be a service.

    Raises:
        Unreadable: two columns have one heading.
    """
    head = file.text.partition("\n")[0]
    delimiter = max(",\t;|", key=head.count)
    reader = csv.reader(io.StringIO(file.text, newline=""), delimiter=delimiter)
    try:
        names = [_column(each) for each in next(reader, [])]
        _refuse_double(file, names)
        last = reader.line_num
        for cells in reader:
            line, last = f"line {last + 1}", reader.line_num
            if any(cell.strip() for cell in cells[len(names) :]):
                mend = f"{len(cells)} cells under {len(names)} headings; put cells with a comma in quotes"
                tables.remarks.append(Remark(file.name, line, "", mend, is_refusal=is_service))
            elif any(cell.strip() for cell in cells):
                yield Row(file.name, line, cells_of(zip(names, cells, strict=False)))
    except csv.Error as error:
        line = f"line {reader.line_num}"
        tables.remarks.append(Remark(file.name, line, "", f"not CSV from here on ({error}); mend it", is_refusal=True))


def cells_of(pairs: Iterable[tuple[str, object]]) -> dict[str, str]:
    """The cells that have a value."""
    return {name: value for name, raw in pairs if name and (value := clean(raw))}


def _column(heading: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", heading.strip().lower()).strip("_")


def _refuse_double(file: File, names: list[str]) -> None:
    double = next((name for name in names if name and names.count(name) > 1), None)
    if double is not None:
        raise Unreadable(f"{file.name}: line 1: '{double}' heads two columns; give each a name of its own")
