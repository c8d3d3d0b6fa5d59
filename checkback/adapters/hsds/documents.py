"""HSDS 3.x as JSON: services in a tree, checked against the schema and laid out in the same tables as the rest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from jsonschema import Draft202012Validator

from checkback.adapters.hsds.files import File, Unreadable
from checkback.adapters.hsds.tables import Row, Tables, cells_of
from checkback.care.rules.listings import Remark

_SCHEMA = Draft202012Validator(json.loads(Path(__file__).with_name("schema.json").read_text("utf-8")))
#: Where whole lists of services stand: a page of the API, a dump, an organization with what it offers.
_LISTS = ("contents", "services", "service", "data")
_MENDS = {"required": "it is missing; add it", "minLength": "it is empty; fill it in", "maxLength": "it is too long"}
_NUMBERED_LINES = (".jsonl", ".ndjson")


def read_documents(files: Iterable[File], tables: Tables) -> None:
    """Bring the JSON files in. A service that breaks the schema is refused, each thing wrong with it named."""
    for file in files:
        if not file.name.lower().endswith((".json", *_NUMBERED_LINES)) or _is_about_tables(file):
            continue
        for place, tree in _trees(file):
            for at, service in _services(tree, place):
                _lay_out(file.name, at, service, tables)


def _is_about_tables(file: File) -> bool:
    return PurePosixPath(file.name).name == "datapackage.json"


def _trees(file: File) -> Iterator[tuple[str, Any]]:
    if not file.name.lower().endswith(_NUMBERED_LINES):
        yield "$", _parsed(file.name, file.text)
        return
    for number, line in enumerate(file.text.splitlines(), start=1):
        if line.strip():
            yield f"line {number} $", _parsed(f"{file.name}: line {number}", line)


def _parsed(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise Unreadable(f"{name}: nested too deep") from error
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise Unreadable(f"{name}: line {line}: not JSON; mend it") from error


def _services(tree: Any, place: str, organization: Mapping[str, Any] | None = None) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, list):
        for at, each in enumerate(tree):
            yield from _services(each, f"{place}[{at}]", organization)
        return
    lists = [name for name in _LISTS if isinstance(tree, dict) and isinstance(tree.get(name), list)]
    if not lists:
        yield (
            place,
            tree
            if organization is None or not isinstance(tree, dict)
            else {
                "organization": organization,
                **tree,
            },
        )
        return
    own = {k: v for k, v in tree.items() if k not in _LISTS} if "name" in tree else None
    for name in lists:
        yield from _services(tree[name], f"{place}.{name}", own)


def _lay_out(file: str, place: str, service: Any, tables: Tables) -> None:
    wrong = list(_wrong(file, place, service))
    tables.remarks.extend(wrong)
    if wrong:
        return
    id_ = str(service["id"])
    organization = service.get("organization") or {}
    tables.add("service", _row(file, place, {**service, "organization_id": organization.get("id", id_)}))
    if organization:
        tables.add("organization", _row(file, f"{place}.organization", {"id": id_, **organization}))
        _children(
            file, f"{place}.organization", organization, ["phones"], tables, organization_id=organization.get("id", id_)
        )
    _children(file, place, service, ["phones", "schedules", "languages", "service_areas"], tables, service_id=id_)
    for at, each in _each(service, "attributes", place):
        term = each["taxonomy_term"] if isinstance(each.get("taxonomy_term"), dict) else {}
        named = {"name": term.get("name") or each.get("label") or each.get("value"), "service_id": id_}
        tables.add("named_term", _row(file, at, named))
    for at, each in _each(service, "service_at_locations", place):
        _lay_out_place(file, at, id_, each, tables)


def _lay_out_place(file: str, place: str, service_id: str, found: Mapping[str, Any], tables: Tables) -> None:
    location = found.get("location") or {}
    # One location may be shared by services that are each written out; a place of our own keeps them apart.
    id_ = f"{service_id} {place}"
    tables.add("service_at_location", _row(file, place, {"service_id": service_id, "location_id": id_, "id": id_}))
    tables.add("location", _row(file, f"{place}.location", {**location, "id": id_}))
    _children(file, place, found, ["phones", "schedules"], tables, service_at_location_id=id_)
    _children(file, place, found, ["service_areas"], tables, service_id=service_id)
    names = ["addresses", "phones", "schedules", "languages"]
    _children(file, f"{place}.location", location, names, tables, location_id=id_)


def _children(file: str, place: str, parent: Mapping[str, Any], names: list[str], tables: Tables, **link: str) -> None:
    singular = {"phones": "phone", "schedules": "schedule", "languages": "language", "addresses": "address"}
    for name in names:
        for at, each in _each(parent, name, place):
            tables.add(singular.get(name, "service_area"), _row(file, at, {**each, **link}))
            if name == "phones":
                _children(file, at, each, ["languages"], tables, **link)


def _each(parent: Mapping[str, Any], name: str, place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    children = parent.get(name)
    for at, each in enumerate(children if isinstance(children, list) else ()):
        if isinstance(each, dict):
            yield f"{place}.{name}[{at}]", each


def _row(file: str, place: str, fields: Mapping[str, Any]) -> Row:
    return Row(file, place, cells_of((str(name), value) for name, value in fields.items()))


def _wrong(file: str, place: str, service: Any) -> Iterator[Remark]:
    for error in _SCHEMA.iter_errors(service):
        path = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in error.absolute_path)
        field = _missing(error.message) if error.validator == "required" else path.rsplit(".", 1)[-1]
        types = error.validator_value if error.validator == "type" else None
        mend = f"write {types if isinstance(types, str) else ' or '.join(types)}" if types else None
        yield Remark(file, f"{place}{path}", field, mend or _MENDS.get(str(error.validator), "out of bounds"), True)


def _missing(message: str) -> str:
    return message.split("'")[1] if "'" in message else ""
