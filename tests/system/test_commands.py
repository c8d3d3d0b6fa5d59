"""The commands a person types: the demonstration, starts that cannot be, and the log of a house in use."""

from __future__ import annotations

import base64
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from tests.conftest import PROGRAM
from tests.system.processes import ROOT, until
from tests.system.real_house import EVERYTHING, FAMILY_LINE, OURS, RealHouse
from tests.system.twilio import Twilio

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

USAGE = 2
PUBLIC = "https://care.example.org"


@pytest.mark.usefixtures("model")
def test_the_demonstration_tells_its_story_and_a_second_time_too(tmp_path: Path) -> None:
    with RealHouse(tmp_path) as house:
        for _ in range(2):
            done = demo(house)
            assert done.returncode == 0, done.stdout[-1500:] + done.stderr
            assert "Every step was seen" in done.stdout
            assert done.stderr == ""
            assert not any(is_taken(port) for port in house.ports())


@pytest.mark.parametrize("name", ["gateway", "simulator", "assistant", "actions"])
def test_the_demonstration_says_in_one_line_that_a_port_is_taken(tmp_path: Path, name: str) -> None:
    with RealHouse(tmp_path) as house, socket.create_server(("127.0.0.1", house.process(name).port)):
        done = demo(house)
    assert done.returncode == USAGE
    assert "the port is taken" in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_process_without_its_settings_says_in_one_line_which_are_missing(name: str, tmp_path: Path) -> None:
    done = checkback("serve", name, environment={**bare(), "CHECKBACK_VAR": str(tmp_path)})
    assert done.returncode == USAGE
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "CHECKBACK_SECRET_KEY is missing" in line and "TWILIO_AUTH_TOKEN is missing" in line


def test_a_house_in_use_has_no_pretend_carrier(tmp_path: Path) -> None:
    done = checkback("serve", "simulator", environment=in_use(RealHouse(tmp_path)))
    assert (done.returncode, len(done.stderr.splitlines())) == (USAGE, 1)


def test_a_house_in_use_that_was_not_set_up_says_which_command_does_it(tmp_path: Path) -> None:
    with RealHouse(tmp_path) as house, ThreadPoolExecutor(2) as pool:
        start = lambda name: checkback("serve", name, environment=in_use(house))  # noqa: E731
        for done in pool.map(start, OURS):
            assert done.returncode == 1
            assert "checkback db upgrade" in done.stderr.splitlines()[-1]


def test_a_demo_refuses_a_programme_that_it_would_not_read(tmp_path: Path) -> None:
    file = str(PROGRAM / "programme.yml")
    done = checkback("db", "upgrade", "--programme", file, environment=RealHouse(tmp_path).environment)
    assert (done.returncode, done.stdout) == (USAGE, "")
    (line,) = done.stderr.splitlines()
    assert "leave --programme out" in line


def test_every_line_of_a_house_in_use_is_json(tmp_path: Path) -> None:
    with RealHouse(tmp_path, **in_use_settings(tmp_path)) as house:
        upgraded = checkback(
            "db", "upgrade", "--programme", str(PROGRAM / "programme.yml"), environment=house.environment
        )
        assert upgraded.returncode == 0, upgraded.stderr
        house.starts(*OURS)
        knock(house)
        until("the worker trying to tell somebody", lambda: "severity" in house.process("worker").log.read_text())
        for name in OURS:
            house.process(name).stop()
        for name in OURS:
            lines = house.process(name).log.read_text("utf-8").splitlines()
            assert {frozenset(json.loads(line)) >= {"event", "process", "severity", "timestamp"} for line in lines} <= {
                True
            }
        events = [json.loads(line)["event"] for line in house.process("gateway").log.read_text("utf-8").splitlines()]
        assert {"text.received", "webhook.not-signed"} <= set(events)


def test_the_screen_is_reviewed_from_the_command_line(tmp_path: Path) -> None:
    with RealHouse(tmp_path) as house:

        def review(*arguments: str) -> subprocess.CompletedProcess[str]:
            return checkback("review", *arguments, environment=house.environment)

        refused = review("mode", "silent", "--by", "lee")  # which sets the demo's house up, and says so
        assert refused.returncode == 1
        assert refused.stderr.splitlines()[-1] == (
            "checkback: name a clinical lead with a phone first: checkback review lead LOGIN"
        )
        assert review("lead", "ortiz").stdout == "ortiz is the clinical lead\n"
        assert review("mode", "silent", "--by", "lee").stdout == "screening is silent\n"
        unknown = review("lead", "nobody")
        assert (unknown.returncode, unknown.stderr) == (1, "checkback: nobody signs in as nobody\n")
        assert review("judge", "not-an-id", "right", "--by", "lee").returncode == USAGE
        assert review("week", "--by", "lee").stdout == "0 texts, 0 not judged yet\n"
        assert "0 texts screened again, 0 heard otherwise" in review("again").stdout
        assert review("results").returncode == 0


def knock(house: RealHouse) -> None:
    """A crisis from a number nobody knows, and a webhook that Twilio did not sign."""
    twilio, path = Twilio(house), "/twilio/inbound"
    form = twilio.inbound("+13145550171", "I want to kill myself", to=FAMILY_LINE)
    gateway = f"http://127.0.0.1:{house.process('gateway').port}"
    codes = [
        httpx2.post(gateway + path, data=form, headers={"X-Twilio-Signature": signature}, trust_env=False).status_code
        for signature in (twilio.signs(path, form), "forged")
    ]
    assert codes == [204, 403]


def demo(house: RealHouse) -> subprocess.CompletedProcess[str]:
    return checkback("demo", environment={**house.environment, "DEMO_EXIT": "1"})


def checkback(*arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, and whatever it started with it."""
    command: Sequence[str] = [sys.executable, "-m", "checkback.cli", *arguments]
    started = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip
    try:
        stdout, stderr = started.communicate(timeout=140)
    finally:
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGTERM)  # it stops what it started
            started.communicate(timeout=40)
    return subprocess.CompletedProcess(command, started.returncode, stdout, stderr)


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def bare() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("CHECKBACK_", "TWILIO_"))}


def in_use(house: RealHouse) -> dict[str, str]:
    """The environment of a real programme on this machine; its carrier is not there."""
    return {**house.environment, **in_use_settings(house.folder)}


def in_use_settings(folder: Path) -> dict[str, str]:
    return {
        "CHECKBACK_MODE": "live",
        "CHECKBACK_VAR": str(folder / "var"),
        "CHECKBACK_PUBLIC_URL": PUBLIC,
        "CHECKBACK_CONSOLE_URL": "https://staff.example.org",
        "CHECKBACK_FAMILY_SENDER": FAMILY_LINE,
        "CHECKBACK_ALERT_SENDER": "+13145550198",
        "CHECKBACK_ON_CALL_NUMBER": "+13145550190",
        "CHECKBACK_ASSISTANT_URL": "http://127.0.0.1:9",
        "CHECKBACK_ACTIONS_URL": "http://127.0.0.1:9/webhook",
        **{f"CHECKBACK_{name}": f"1:{key()}" for name in ("SECRET_KEY", "INDEX_KEY")},
        **{f"CHECKBACK_{name}": key() for name in ("SESSION_KEY", "API_TOKEN", "ASSISTANT_TOKEN", "ASSISTANT_KEY")},
        "CHECKBACK_ACTIONS_TOKEN": key(),
        "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "HTTPS_PROXY": "http://127.0.0.1:9",  # Twilio's address is the only one, and there is no way to it
    }


def key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
