"""The pages for people, and what they name: links, code, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.house.tree import ROOT, short

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
RECORDS = sorted((ROOT / "docs" / "adr").glob("0*.md"))

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_ROW = re.compile(r"^\|(.+)\|$", re.MULTILINE)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@cache
def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def links(page: Path) -> list[str]:
    """Where the page leads, fenced code left out."""
    return _LINK.findall(_FENCE.sub("", text(page)))


def spans(page: Path) -> list[str]:
    """What stands in `code` within a line."""
    return _SPAN.findall(_FENCE.sub("", text(page)))


def code() -> Iterator[tuple[str, str]]:
    """Page and line of everything written as code, in a line or in a block of its own."""
    for page in PAGES:
        for block in _FENCE.findall(text(page)):
            yield from ((short(page), line) for line in block.splitlines()[1:-1])
        yield from ((short(page), span) for span in spans(page))


def rows(page: Path, after: str) -> list[list[str]]:
    """The rows of the first table after this heading, without its head, cell by cell."""
    rest = text(page).split(f"# {after}\n", 1)[1]
    first = next(_ROW.finditer(rest)).start()
    table = rest[first:].split("\n\n", 1)[0]
    return [[cell.strip() for cell in row.split("|")] for row in _ROW.findall(table)][2:]


def anchors(page: Path) -> set[str]:
    """The names under which the headings of a page are found."""
    plain = (re.sub(r"[^\w\s-]", "", heading.lower()) for heading in _HEADING.findall(_FENCE.sub("", text(page))))
    return {re.sub(r"\s", "-", heading.strip()) for heading in plain}
