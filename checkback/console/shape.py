"""Whether a JSON value has the shape a schema describes; each problem by the field's name, with its mend.

The part of JSON Schema that our one document uses. `x-mend` beside a schema says what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

Schema = Mapping[str, Any]
Problem = tuple[str, str]

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_KINDS = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def problems_of(value: Any, schema: Schema) -> Mapping[str, str]:
    """Every problem by its field, as in `contacts[0].phone`; none when the value fits."""
    return dict(_problems(value, schema, ""))


def _problems(value: Any, schema: Schema, at: str) -> Iterator[Problem]:
    kinds = [schema["type"]] if isinstance(schema["type"], str) else list(schema["type"])
    if not any(_is(value, kind) for kind in kinds):
        yield at or "body", f"write {' or '.join(_KINDS[kind] for kind in kinds)}"
    elif isinstance(value, dict):
        yield from _in_object(value, schema, at)
    elif isinstance(value, list):
        yield from _in_list(value, schema, at)
    elif value is not None and not _fits(value, schema):
        yield at, schema["x-mend"]


def _is(value: Any, kind: str) -> bool:
    # To Python a truth value is a number as well.
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _in_object(value: Mapping[str, Any], schema: Schema, at: str) -> Iterator[Problem]:
    known = schema["properties"]
    for name in value:
        if name not in known:
            yield _under(at, _short(name)), "there is no such field; leave it out"
    for name, field in known.items():
        if name in value:
            yield from _problems(value[name], field, _under(at, name))
        elif name in schema["required"]:
            yield _under(at, name), f"is missing: {field.get('x-mend', field['description'])}"


def _in_list(value: list[Any], schema: Schema, at: str) -> Iterator[Problem]:
    if not schema.get("minItems", 0) <= len(value) <= schema["maxItems"]:
        yield at, schema["x-mend"]
        return
    for place, each in enumerate(value):
        yield from _problems(each, schema["items"], f"{at}[{place}]")


def _fits(value: Any, schema: Schema) -> bool:
    if isinstance(value, str):
        return _is_text(value, schema)
    return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))


def _is_text(value: str, schema: Schema) -> bool:
    is_sized = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
    is_whole = re.search(schema.get("pattern", ""), value) is not None and not _has_halves(value)
    return is_sized and is_whole and _is_moment(value, schema) and value in schema.get("enum", [value])


def _has_halves(value: str) -> bool:
    """Half a character, which JSON can write and UTF-8 cannot."""
    return any("\ud800" <= char <= "\udfff" for char in value)


def _is_moment(value: str, schema: Schema) -> bool:
    if schema.get("format") != "date-time":
        return True
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _under(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _short(name: str) -> str:
    return name[:40].encode("ascii", "replace").decode()
