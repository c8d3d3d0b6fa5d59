"""Files the pages need, all of them our own; and the page for whatever is not there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from starlette.responses import Response

from checkback.care.errors import NotFound
from checkback.console.desk import Visit

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_LASTS = "public, max-age=86400"


def _read() -> Mapping[str, tuple[bytes, str]]:
    folder = Path(__file__).parent / "static"
    return {file.name: (file.read_bytes(), _TYPES[file.suffix]) for file in folder.iterdir() if file.suffix in _TYPES}


_FILES = _read()


async def show(visit: Visit) -> Response:
    name = visit.request.path_params["name"]
    if name not in _FILES:
        raise NotFound(name)
    content, media_type = _FILES[name]
    return Response(content, media_type=media_type, headers={"Cache-Control": _LASTS})


async def nothing_here(visit: Visit) -> Response:
    raise NotFound
