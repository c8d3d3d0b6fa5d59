"""The units for systemd say what a hardened service says, and start what exists."""

from __future__ import annotations

import re
import shutil
import subprocess
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
    assert re.findall(r"reverse_proxy (127\S+)", proxy) == ["127.0.0.1:8000", "127.0.0.1:8001"]
    assert "path /twilio/*" in proxy


def test_the_proxy_holds_a_webhook_while_the_gateway_is_restarted():
    """Longer than a start takes, and shorter than the 15 seconds that Twilio waits: tests/system/test_restarts.py."""
    proxy = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    assert re.findall(r"lb_try_duration (\d+)s", proxy) == ["12", "12"]
    assert len(re.findall(r"^\s*(?:buffer_requests|request_buffers \S+)$", proxy, re.MULTILINE)) == 2


needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze on this machine")


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_itself_finds_little_that_is_open(unit):
    """Of ten, where ten is a service that may do everything; docs/deployment.md says what is left and why."""
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=15", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout.splitlines()[-1]


@needs_systemd
def test_systemd_understands_every_line_of_every_unit():
    timers = sorted((ROOT / "deploy" / "systemd").glob("*.timer"))
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, [*UNITS, *timers])],
        capture_output=True,
        text=True,
        check=False,
    )
    # What they start is not installed on this machine.
    complaints = [line for line in said.stderr.splitlines() if "is not executable" not in line]
    assert complaints == []


@pytest.mark.parametrize("name", ["assistant", "actions"])
def test_what_families_wrote_cannot_leave_the_machine_from_the_assistant(name):
    said = lines(ROOT / "deploy" / "systemd" / f"checkback-{name}.service")
    assert "IPAddressDeny=any" in said
    assert [line for line in said if line.startswith("IPAddressAllow=")] == ["IPAddressAllow=localhost"]
