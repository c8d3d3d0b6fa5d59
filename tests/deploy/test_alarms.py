"""Each alarm and each panel asks for metrics that exist, and each alarm has its page in the runbook."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from prometheus_client import REGISTRY

import checkback.assembly.gauges
import checkback.assembly.loops
import checkback.assembly.timed_screen
import checkback.gateway.counting  # noqa: F401 - each of them names its metrics when it is loaded
from tests.house.tree import ROOT

ALARMS = yaml.safe_load((ROOT / "deploy/prometheus/alarms.yml").read_text(encoding="utf-8"))
DASHBOARD = json.loads((ROOT / "deploy/grafana/checkback.json").read_text(encoding="utf-8"))
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
RULES = [rule for group in ALARMS["groups"] for rule in group["rules"]]
METRIC = re.compile(r"\bcheckback_\w+")
#: Labels that could say who: none of them is on any metric.
PERSONAL = {"phone", "number", "name", "body", "family", "contact", "login", "reference", "to", "from"}


def known() -> set[str]:
    """Every name that a scrape can show."""
    names: set[str] = set()
    for metric in REGISTRY.collect():
        names |= {metric.name, *(sample.name for sample in metric.samples)}
        names |= {f"{metric.name}_{ending}" for ending in ("total", "bucket", "sum", "count")}
    return names


def test_every_metric_an_alarm_asks_for_exists():
    asked = {name for rule in RULES for name in METRIC.findall(rule["expr"])}
    assert len(asked) > 10
    assert asked - known() == set()


def test_every_metric_on_the_dashboard_exists():
    asked = {name for panel in DASHBOARD["panels"] for t in panel["targets"] for name in METRIC.findall(t["expr"])}
    assert len(asked) > 15
    assert asked - known() == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_every_alarm_has_a_page_that_says_what_to_do_and_how_to_drill_it(rule):
    section = RUNBOOK.split(f"### {rule['alert']}\n", 1)[1].split("\n#", 1)[0]
    assert "*Do*:" in section
    assert "*Drill*:" in section
    assert rule["labels"]["severity"] in ("page", "look")


def test_the_runbook_has_no_page_of_an_alarm_that_does_not_exist():
    told = set(re.findall(r"^### (\w+)$", RUNBOOK.split("## Alarms", 1)[1].split("\n## ", 1)[0], re.MULTILINE))
    assert told == {rule["alert"] for rule in RULES}


def test_no_label_can_say_who():
    ours = [metric for metric in REGISTRY.collect() if metric.name.startswith("checkback_")]
    labels = {label for metric in ours for sample in metric.samples for label in sample.labels}
    assert labels & PERSONAL == set()
