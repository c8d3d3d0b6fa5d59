"""The units for systemd say what a hardened service says, and start what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from checkback.assembly.houses import _EVERYWHERE as PROCESSES
from checkback.cli import app
from tests.house.tree import ROOT

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
HARDENED = {
    "LimitCORE=0",
    "MemorySwapMax=0",
    "ProtectSystem=strict",
    "NoNewPrivileges=true",
    "CapabilityBoundingSet=",
    "UMask=0077",
    "User=checkback",
    "LoadCredential=secrets:/etc/checkback/secrets",
}


def lines(unit: Path) -> list[str]:
    return unit.read_text(encoding="utf-8").splitlines()


def test_each_process_of_a_live_house_has_a_unit():
    named = {unit.stem.removeprefix("checkback-") for unit in UNITS}
    assert named == {*PROCESSES, "backup"}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_it_starts_a_command_that_exists(unit):
    (start,) = [line for line in lines(unit) if line.startswith("ExecStart=")]
    words = re.split(r"\.venv/bin/checkback ", start)[1].split()
    command = typer.main.get_command(app)
    for word in words[:2]:
        command = command.commands[word]  # type: ignore[attr-defined]
    assert command.name == words[1]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_it_is_hardened_and_holds_no_secret_itself(unit):
    assert HARDENED - set(lines(unit)) == set()
    assert not re.search(r"(?i)(token|secret_key|password)=", unit.read_text(encoding="utf-8"))


@pytest.mark.parametrize("unit", [u for u in UNITS if u.stem != "checkback-backup"], ids=lambda unit: unit.stem)
def test_a_process_that_ends_is_started_again(unit):
    assert "Restart=always" in lines(unit)


def test_only_the_gateways_webhooks_are_public():
    proxy = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    assert re.findall(r"reverse_proxy (\S+)", proxy) == ["127.0.0.1:8000", "127.0.0.1:8001"]
    assert "path /twilio/*" in proxy
