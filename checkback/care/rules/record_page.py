"""A family's whole record as a page that a person can read and print, with nothing fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1d1d1f;
  background: #fff }}
section {{ margin: 2rem 0 }} dl {{ border-top: 1px solid #ccc; margin: 0; padding: .5rem 0 }}
dl div {{ display: flex; flex-wrap: wrap; gap: 0 1rem }} dt {{ flex: 0 0 12rem; color: #595959 }}
dd {{ margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; flex: 1 1 16rem }}
</style></head><body>
"""


def as_page(title: str, lead: Sequence[str], chapters: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """The page: its title, what must be known first, and each chapter with its rows."""
    said = "".join(f"<p>{escape(line)}</p>\n" for line in lead)
    body = "".join(_chapter(name, rows) for name, rows in chapters.items())
    return f"{_HEAD.format(title=escape(title))}<h1>{escape(title)}</h1>\n{said}{body}</body></html>\n"


def _chapter(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    words = name.replace("_", " ").capitalize()
    return f"<section><h2>{escape(words)} ({len(rows)})</h2>\n{''.join(_row(row) for row in rows)}</section>\n"


def _row(row: Mapping[str, Any]) -> str:
    fields = "".join(
        f"<div><dt>{escape(name.replace('_', ' '))}</dt><dd>{escape(str(value))}</dd></div>"
        for name, value in row.items()
    )
    return f"<dl>{fields}</dl>\n"
