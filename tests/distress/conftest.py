"""One loaded screen for all stories, and the two public lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from checkback.distress import DistressScreen
from checkback.distress.rulebook import Rulebook, read_rulebook

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def book() -> Rulebook:
    return read_rulebook()


@pytest.fixture(scope="session")
def screen(book: Rulebook) -> DistressScreen:
    return DistressScreen(book)


def read_list(name: str) -> dict[str, list[Any]]:
    """Every scalar a string: `Yes` and `911` are texts here."""
    lists: dict[str, list[Any]] = yaml.load((HERE / name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    return lists
