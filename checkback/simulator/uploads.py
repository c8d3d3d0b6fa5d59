"""Reads the form a phone's text comes in, with the pictures chosen for it."""

from __future__ import annotations

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from checkback.simulator.body import BadBody
from checkback.simulator.creation import MOST_MEDIA
from checkback.simulator.pictures import LARGEST, Picture, read_picture

# All pictures of one text together are no larger than one may be.
_LARGEST_FORM = LARGEST + 64 * 1024


async def read_text_form(request: Request) -> tuple[dict[str, str], list[Picture]]:
    """The form's fields, and its pictures. Raises BadBody, or ValueError naming the field that is wrong."""
    length = request.headers.get("content-length", "")
    if not length.isascii() or not length.isdigit() or int(length) > _LARGEST_FORM:
        raise BadBody("the pictures are larger than 5 MB together")
    try:
        async with request.form(max_files=MOST_MEDIA, max_fields=20) as form:
            return _fields(form), await _pictures(form)
    except (MultiPartException, HTTPException, UnicodeDecodeError) as error:
        raise BadBody(f"the form cannot be read, or has more than {MOST_MEDIA} pictures") from error


def _fields(form: FormData) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str)}


async def _pictures(form: FormData) -> list[Picture]:
    chosen = [value for value in form.getlist("picture") if isinstance(value, UploadFile)]
    contents = [await upload.read() for upload in chosen]
    # A browser sends an empty file where nobody chose one.
    return [read_picture(content) for content in contents if content]
