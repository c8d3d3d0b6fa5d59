"""Reads a request's body: bounded, and with every field kept."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

_LARGEST = 64 * 1024


class BadBody(Exception):
    """The body cannot be read; the message says what to mend."""


async def read_form(request: Request) -> dict[str, list[str]]:
    """The fields of a form, blank ones too. Raises BadBody."""
    fields: dict[str, list[str]] = {}
    for name, value in _pairs(await _read(request)):
        fields.setdefault(name, []).append(value)
    return fields


async def read_json(request: Request) -> dict[str, Any]:
    """A JSON object. Raises BadBody."""
    try:
        said = json.loads(await _read(request))
    except ValueError as error:
        raise BadBody("the body is not JSON") from error
    if not isinstance(said, dict):
        raise BadBody("the body must be a JSON object")
    return said


async def _read(request: Request) -> bytes:
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > _LARGEST:
            raise BadBody("the body is larger than 64 kB")
    return content


def _pairs(content: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(content.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=200)
    except ValueError as error:
        raise BadBody("the body is not a form in UTF-8") from error
