"""The style sheets are read by every page, so a name in two of them is one page's mistake on another."""

from __future__ import annotations

import re
from pathlib import Path

STATIC = Path(__file__).parents[2] / "checkback" / "console" / "static"


def test_no_two_sheets_begin_a_rule_with_the_same_class():
    """The steps of a policy once broke the steps of the second factor, and a turn on call the texts of a family."""
    names = {sheet: set(re.findall(r"^\.([\w-]+) \{", sheet.read_text("utf-8"), re.MULTILINE)) for sheet in sheets()}
    assert len(names) > 1
    seen: dict[str, Path] = {}
    for sheet, classes in names.items():
        for name in classes:
            assert name not in seen, f".{name} stands in {sheet.name} and in {seen[name].name}"
            seen[name] = sheet


def sheets() -> list[Path]:
    return sorted(STATIC.glob("*.css"))
