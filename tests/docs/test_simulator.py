"""The page for testers names every door of the simulator and every fault, and none that is not there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checkback.simulator.app import make_app
from checkback.simulator.faults import FaultKind
from tests.docs import pages
from tests.house.tree import ROOT
from tests.simulator.application import running_application
from tests.simulator.conftest import make_config

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGE = ROOT / "docs" / "simulator.md"


def _cells(after: str) -> Iterable[str]:
    return (span for row in pages.rows(PAGE, after) for span in re.findall(r"`([^`]+)`", row[0]))


def test_every_door_is_named_and_none_that_is_not_there():
    with running_application() as application:
        routes = make_app(make_config(application)).routes
    there = {
        f"{method} {route.path}"  # type: ignore[attr-defined]
        for route in routes
        for method in getattr(route, "methods", None) or ()
        if getattr(route, "path", "").startswith("/_/") and method != "HEAD"
    }
    assert there
    assert set(_cells("The doors")) == there


def test_every_fault_is_named_and_none_that_is_not_there():
    assert set(_cells("Faults")) == set(FaultKind)
