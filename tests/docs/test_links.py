"""Whatever a page leads to is there."""

from __future__ import annotations

import re

import pytest

from tests.docs import pages
from tests.house.tree import ROOT, files, short

TOPS = {path.relative_to(ROOT).parts[0] for path in files()}
#: What running or setting up makes.
MADE = (".venv/", "bot/.venv", "var/")
PNG = b"\x89PNG\r\n"


def _own(link: str) -> bool:
    return "://" not in link


@pytest.mark.parametrize("page", pages.PAGES, ids=short)
def test_every_link_leads_somewhere(page):
    for link in filter(_own, pages.links(page)):
        if link.endswith(".png"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in pages.anchors(target), link


def test_every_picture_is_a_picture():
    wanted = [page.parent / link for page in pages.PAGES for link in pages.links(page) if link.endswith(".png")]
    assert wanted
    assert [short(path) for path in wanted if not path.exists() or not path.read_bytes().startswith(PNG)] == []


@pytest.mark.parametrize("page", pages.PAGES, ids=short)
def test_every_path_that_is_named_is_there(page):
    named = {span.rstrip("/") for span in pages.spans(page) if re.fullmatch(r"[\w.-]+(?:/[\w.-]+)+/?", span)}
    ours = {path for path in named if path.split("/")[0] in TOPS and not path.startswith(MADE)}
    assert [path for path in sorted(ours) if not (ROOT / path).exists() and not _below_checkback(path)] == []


def _below_checkback(path: str) -> bool:
    """`care/steps/directives.py` and `flows/setting_up.py`, said shorter than they are."""
    return any((ROOT / "checkback" / home / path).exists() for home in ("", "care"))


@pytest.mark.parametrize("page", pages.PAGES, ids=short)
def test_a_path_said_short_is_found_too(page):
    short_ones = {s for s in pages.spans(page) if re.fullmatch(r"(?:flows|steps|rules|store|model|care)/[\w/]+\.py", s)}
    assert [path for path in sorted(short_ones) if not _below_checkback(path)] == []


def test_decisions_are_numbered_without_a_gap_and_each_is_listed():
    numbers = [int(record.name[:4]) for record in pages.RECORDS]
    assert numbers == list(range(1, len(numbers) + 1))
    assert set(pages.links(ROOT / "docs" / "adr" / "README.md")) == {record.name for record in pages.RECORDS}


@pytest.mark.parametrize("record", pages.RECORDS, ids=short)
def test_every_decision_has_the_one_form(record):
    assert pages.text(record).startswith(f"# {record.name[:4]} ")
    parts = re.findall(r"^\*\*(\w+)\.\*\*", pages.text(record), re.MULTILINE)
    assert parts == ["Context", "Options", "Decision", "Good", "Bad"]
