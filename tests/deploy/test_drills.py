"""Each of the worst is made to happen, and its alarm of deploy/prometheus/alarms.yml rings; before it did not."""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY

from checkback.adapters.certificate import days_left
from checkback.assembly.gauges import show, tell_assistant, tell_certificate
from checkback.care.flows import canary, figures, heartbeat
from checkback.care.terms import Sender
from tests.adapters.test_certificate import Answering, now, write_certificate
from tests.gateway.calling import Twilio
from tests.gateway.conftest import settings, twilio
from tests.house.tree import ROOT
from tests.story import FAMILY_LINE, House, sender_numbers

__all__ = ["settings", "twilio"]

RULES = {
    rule["alert"]: rule
    for group in yaml.safe_load((ROOT / "deploy/prometheus/alarms.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
}
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
CANARY_LINE = "+13145550197"
_CLAUSE = re.compile(r"(?:sum\()?(increase\()?(\w+)(?:\{(.*?)\})?(?:\[\w+\]\))?\)?\s*(==|>|<)\s*([\d.]+)")
_LABEL = re.compile(r'(\w+)(=~|!~|=)"([^"]*)"')
_COMPARES = {"==": operator.eq, ">": operator.gt, "<": operator.lt}
Seen = Mapping[tuple[str, tuple[tuple[str, str], ...]], float]


def scrape() -> Seen:
    """What Prometheus would see now."""
    samples = (sample for metric in REGISTRY.collect() for sample in metric.samples)
    return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value for sample in samples}


def rings(alarm: str, before: Seen) -> bool:
    """Whether its expression is true now; an increase counts from `before`, summed over what it names."""
    assert f"\n### {alarm}\n" in RUNBOOK
    return any(_is_so(clause, before, scrape()) for clause in RULES[alarm]["expr"].split(" or "))


def _is_so(clause: str, before: Seen, seen: Seen) -> bool:
    read = _CLAUSE.fullmatch(clause.strip())
    assert read is not None, f"a drill cannot read {clause!r}"
    increase, name, labels, compares, limit = read.groups()
    values = [
        value - (before.get(key, 0.0) if increase else 0.0)
        for key, value in seen.items()
        if key[0] == name and _match(labels or "", dict(key[1]))
    ]
    values = [sum(values)] if increase else values
    return any(_COMPARES[compares](value, float(limit)) for value in values)


def _match(wanted: str, labels: Mapping[str, str]) -> bool:
    for label, how, words in _LABEL.findall(wanted):
        fits = re.fullmatch(words, labels.get(label, "")) is not None
        if fits == (how == "!~"):
            return False
    return True


@pytest.fixture
def before() -> Seen:
    return scrape()


def look(house: House) -> None:
    show(figures.look(house.rt))


def test_inbound_silence(house, ana, before):
    house.enrols()
    ana.texts("hello")
    look(house)
    assert not rings("InboundSilence", before)
    house.clock.tick(hours=25)
    look(house)
    assert rings("InboundSilence", before)


def test_forged_webhooks(twilio: Twilio, before):
    twilio.texts()
    assert not rings("ForgedWebhooks", before)
    twilio.token = "of-somebody-else"
    for _ in range(21):
        twilio.texts()
    assert rings("ForgedWebhooks", before)


@pytest.mark.parametrize(("days", "is_told"), [(30, False), (10, True), (-1, True)])
def test_a_certificate_near_its_end(tmp_path: Path, before, days, is_told):
    answering = Answering(write_certificate(tmp_path, ends=now() + timedelta(days=days)))
    tell_certificate(lambda: days_left(answering.url, now(), answering.trust))
    answering.close()
    assert rings("CertificateEnds", before) is is_told


def test_a_number_that_is_not_registered(house, before):
    look(house)
    assert not rings("NumberNotRegistered", before)
    house.enrols()
    house.carrier.refuses_next(30034)
    house.works()
    look(house)
    assert rings("NumberNotRegistered", before)
    assert not rings("CarrierTrouble", before), "it has a page of its own"


def test_a_canary_that_does_not_come_back(house, before):
    house.rt = replace(house.rt, senders={**sender_numbers(), Sender.CANARY: CANARY_LINE})
    canary.fly(house.rt)
    look(house)
    assert not rings("CanaryMissing", before)
    house.clock.tick(minutes=2)
    look(house)
    assert rings("CanaryMissing", before)
    (code,) = [text.body.split()[3].rstrip(",") for text in house.outbox() if text.kind == "canary"]
    house.receives(f"text {code} was heard", from_=FAMILY_LINE, to=CANARY_LINE)
    look(house)
    assert not rings("CanaryMissing", before)
    house.clock.tick(hours=3)  # and no clock sends the next one
    look(house)
    assert rings("CanaryMissing", before)


@pytest.mark.parametrize("process", ["worker", "scheduler"])
def test_a_process_without_a_sign_of_life(house, before, process):
    for each in ("worker", "scheduler"):
        heartbeat.beat(house.rt, each)
    look(house)
    assert not rings("WorkerStandsStill", before)
    house.clock.tick(minutes=3)
    heartbeat.beat(house.rt, {"worker": "scheduler", "scheduler": "worker"}[process])
    look(house)
    assert rings("WorkerStandsStill", before)


def test_an_alert_that_waits_and_that_nobody_takes(house, ana, before):
    house.enrols()
    look(house)
    assert not rings("AlertsWait", before)
    house.carrier.is_down = True
    ana.texts("I want to kill myself")
    house.clock.tick(minutes=3)
    look(house)
    assert rings("AlertsWait", before)
    assert not rings("NobodyTookIt", before)
    house.clock.tick(minutes=15)
    look(house)
    assert rings("NobodyTookIt", before)


def test_an_assistant_that_is_gone(before):
    tell_assistant(lambda: True)
    assert not rings("AssistantDown", before)
    tell_assistant(lambda: False)
    assert rings("AssistantDown", before)
