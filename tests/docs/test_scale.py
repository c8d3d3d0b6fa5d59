"""The arithmetic of docs/scale.md comes out as it stands there."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import ROOT

PAGE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (a \w+) \| ([\d,]+) \| ([\d,]+) \| ([\d.]+) \| ([\d.]+) \| ([\d,]+) \|$", PAGE, re.MULTILINE)
TEXTS, SEGMENTS_EACH, WRITTEN = (
    int(re.search(pattern, PAGE).group(1))  # type: ignore[union-attr]
    for pattern in (r"gets (\d+) texts", r"weeks, (\d+) segments each", r"It writes (\d+)\.")
)
BUSIEST = 0.25 / 3600


def test_there_are_three_sizes():
    assert [name for name, *_ in ROWS] == ["a city", "a state", "a country"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_follows_from_what_is_assumed(row):
    families, segments, sent, heard, mobile = (float(cell.replace(",", "")) for cell in row[1:])
    assert segments == families * TEXTS * SEGMENTS_EACH
    assert sent == pytest.approx(segments * BUSIEST, abs=0.005)
    assert heard == pytest.approx(families * WRITTEN * BUSIEST, abs=0.005)
    assert mobile == segments / 3
