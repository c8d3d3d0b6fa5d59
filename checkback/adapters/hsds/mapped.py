"""CSV of one line a service, as 211 software exports it, laid out as HSDS tables by a mapping file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from checkback.adapters.hsds.files import File
from checkback.adapters.hsds.tables import Row, Tables, read_lines
from checkback.care.program import read

#: How a cell with several values is cut apart, by the table its values become rows of.
_SPLIT = {"language": "name", "service_area": "name", "named_term": "name", "written_hours": "text"}
_ONE_EACH = ("service", "organization", "location", "address")


@dataclass(frozen=True)
class Mapping:
    """Which column is which field. `rows` has one entry for each row a line becomes, `phone` perhaps four."""

    files: str
    rows: tuple[tuple[str, dict[str, str]], ...]
    private: tuple[str, ...]
    separators: str

    @classmethod
    def load(cls, path: Path) -> Mapping:
        """Raises ProgramError when a field is missing or misspelt."""
        file = read(path)
        tables = file.entry("tables")
        rows: list[tuple[str, dict[str, str]]] = []
        for table in tables.names():
            if table not in (*_ONE_EACH, *_SPLIT, "phone"):
                tables.refuse(
                    table, f"there is no such table; write one of {', '.join((*_ONE_EACH, *_SPLIT, 'phone'))}"
                )
            for entry in tables.entries(table):
                rows.append((table, {name: _column(entry.text(name)) for name in entry.names()}))
        if not any(table == "service" and {"id", "name"} <= fields.keys() for table, fields in rows):
            tables.refuse("service", "say which columns are its id and its name")
        return file.done(
            cls(
                file.text("files"),
                tuple(rows),
                tuple(_column(c) for c in file.texts("private")),
                file.text("separators"),
            )
        )


def read_mapped(files: Iterable[File], mapping: Mapping, tables: Tables) -> None:
    """Bring the files the mapping names in."""
    for file in files:
        if fnmatch(file.name.rsplit("/", 1)[-1], mapping.files):
            for line in read_lines(file, tables, is_service=True):
                for table, row in _rows(line, mapping):
                    tables.add(table, row)


def _rows(line: Row, mapping: Mapping) -> Iterator[tuple[str, Row]]:
    id_ = next(line.get(fields["id"]) for table, fields in mapping.rows if table == "service")
    flags = {f"is_private_{at}": line.get(column) for at, column in enumerate(mapping.private) if line.get(column)}
    for table, fields in mapping.rows:
        cells = {name: line.get(column) for name, column in fields.items() if line.get(column)}
        if table in _SPLIT:
            for each in _cut(table, cells.values(), mapping.separators):
                yield table, Row(line.file, line.place, {"service_id": id_, _SPLIT[table]: each})
        elif cells:
            yield table, Row(line.file, line.place, {**_link(table, id_), **cells, **_own(table, id_, flags)})
    link = {"id": id_, "service_id": id_, "location_id": id_}
    yield "service_at_location", Row(line.file, line.place, link)


def _link(table: str, id_: str) -> dict[str, str]:
    """Each line is one service of one organization at one place, all under its id."""
    if table == "phone":
        return {"service_id": id_}
    return {"location_id": id_} if table == "address" else {"service_id": id_, "organization_id": id_}


def _own(table: str, id_: str, flags: dict[str, str]) -> dict[str, str]:
    own = {"id": id_} if table in ("organization", "location") else {}
    return {**own, **flags} if table in ("location", "address") else own


def _cut(table: str, cells: Iterable[str], separators: str) -> Iterator[str]:
    for words in cells:
        parts = [words]
        for separator in separators if table != "written_hours" else "":
            parts = [piece for part in parts for piece in part.split(separator)]
        yield from (part.strip() for part in parts if part.strip())


def _column(heading: str) -> str:
    return "_".join("".join(c if c.isalnum() else " " for c in heading.lower()).split())
