"""The two images and the compose file, as far as that can be known without an engine: whatever they name is there, what
is copied is enough to run on, and nothing runs as root or listens where it should not.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
import yaml

from checkback.assembly.houses import _EVERYWHERE as PROCESSES
from checkback.assembly.settings import Settings, load_settings
from tests.house.tree import ROOT, files
from tests.system.processes import free_port, until

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILES = ("Dockerfile.application", "Dockerfile.assistant")
#: Instructions as the Dockerfile reference has them (docs.docker.com, "Dockerfile reference").
INSTRUCTIONS = {"FROM", "RUN", "COPY", "WORKDIR", "ENV", "USER", "ENTRYPOINT", "CMD"}
#: Of a service, as the Compose specification names them (compose-spec, "Services top-level elements").
_KEYS = (
    "image build command entrypoint user environment env_file secrets volumes depends_on healthcheck restart "
    "read_only tmpfs cap_drop cap_add security_opt stop_grace_period ulimits logging network_mode ports profiles "
    "init shm_size"
)
KEYS = set(_KEYS.split())


def make_secrets(folder: Path) -> dict[str, str]:
    """New ones, by the command of the guide."""
    url, account = "postgresql://checkback:a-long-password@127.0.0.1:5432/checkback", "AC" + "0" * 32
    command = [str(DEPLOY / "make-secrets"), str(folder / "secrets"), url, account]
    subprocess.run(command, input=f"{token_hex(16)}\n", text=True, check=True, capture_output=True)
    lines = (folder / "secrets").read_text(encoding="utf-8").splitlines()
    return {name: shlex.split(value)[0] for name, value in (line.split("=", 1) for line in lines)}


@pytest.fixture
def secrets(tmp_path: Path) -> dict[str, str]:
    return make_secrets(tmp_path)


@cache
def instructions(name: str) -> list[tuple[str, str]]:
    """Each instruction of a Dockerfile with what it says, continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", (DEPLOY / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines if line.strip()]


def copies(name: str) -> list[tuple[list[str], str]]:
    """What is copied, and where it lies then, below the working folder."""
    said = [shlex.split(words) for instruction, words in instructions(name) if instruction == "COPY"]
    return [(words[:-1], words[-1].removeprefix("./")) for words in said]


def build(name: str, folder: Path) -> None:
    """Copy as the engine would, leaving out what it is not sent."""
    ignored = [
        line for line in (ROOT / ".dockerignore").read_text().splitlines() if line.strip() and not line.startswith("#")
    ]
    sent = [p.relative_to(ROOT) for p in files() if not any(_is_below(p.relative_to(ROOT), each) for each in ignored)]
    for sources, target in copies(name):
        for source in sources:
            whole = (ROOT / source).is_dir()
            for path in sent:
                if path == Path(source) or (whole and Path(source) in path.parents):
                    inside = path.relative_to(source) if whole else Path(path.name)
                    renamed = not whole and not target.endswith("/") and target not in ("", ".")
                    to = folder / target if renamed else folder / target / inside
                    to.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(ROOT / path, to)


def _is_below(path: Path, pattern: str) -> bool:
    parts = [path, *path.parents]
    return any(fnmatch(str(part), pattern) or fnmatch(part.name, pattern.removeprefix("**/")) for part in parts)


@pytest.mark.parametrize("name", DOCKERFILES)
def test_every_path_that_is_copied_exists_and_is_sent_to_the_engine(name, tmp_path):
    assert {instruction for instruction, _ in instructions(name)} <= INSTRUCTIONS
    for sources, _ in copies(name):
        assert [source for source in sources if not (ROOT / source).exists()] == []
    build(name, tmp_path)
    for sources, target in copies(name):
        for source in sources:
            landed = tmp_path / target if (ROOT / source).is_dir() or "/" not in target.rstrip("/") else tmp_path
            assert landed.exists(), source


@pytest.mark.parametrize("name", DOCKERFILES)
def test_an_image_runs_as_nobody_special_and_holds_no_key(name):
    said = dict(instructions(name))
    assert said["USER"] == "10001:10001"
    copied = {source for sources, _ in copies(name) for source in sources}
    assert copied & {".", "var", "deploy", "deploy/secrets", "deploy/settings"} == set()
    assert "with-credentials" in said["ENTRYPOINT"]
    requirements = [words for instruction, words in instructions(name) if "pip install" in words]
    assert requirements
    assert all("--require-hashes" in words for words in requirements)


def test_what_the_application_image_holds_is_enough_to_open_a_house(tmp_path):
    """With these libraries and nothing of ours but what is copied, a database is set up and the gateway is well."""
    build("Dockerfile.application", tmp_path)
    ports = {f"CHECKBACK_{name.upper()}_PORT": str(free_port()) for name in ("gateway", "simulator", "console")}
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("CHECKBACK_", "PYTHON"))},
        **ports,
        "PYTHONPATH": str(tmp_path),
        "CHECKBACK_MODE": "demo",
        "CHECKBACK_VAR": str(tmp_path / "var"),
    }
    python = [sys.executable, "-P", "-m", "checkback.cli"]
    where = subprocess.run(
        [sys.executable, "-P", "-c", "import checkback, scheduler, bot.directives; print(checkback.__file__)"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert Path(where.stdout.strip()).is_relative_to(tmp_path)
    subprocess.run([*python, "db", "upgrade"], env=environment, cwd=tmp_path, check=True, timeout=120)
    with subprocess.Popen([*python, "serve", "gateway"], env=environment, cwd=tmp_path) as gateway:
        try:
            address = f"http://127.0.0.1:{int(ports['CHECKBACK_GATEWAY_PORT']) + 1000}/health"
            asks = [sys.executable, "-c", f"import urllib.request as u; u.urlopen('{address}', timeout=4)"]
            until("health", lambda: subprocess.run(asks, capture_output=True, check=False).returncode == 0, 60)
        finally:
            gateway.terminate()


def test_every_process_of_a_live_house_is_a_service_and_no_service_says_what_compose_does_not_know():
    assert {*PROCESSES, "house", "proxy", "postgres", "upgrade", "backup"} == set(SERVICES)
    for service in SERVICES.values():
        assert set(service) - KEYS == set()
        assert {name for name in service.get("depends_on", {}) if name not in SERVICES} == set()
        assert {each for each in service.get("secrets", []) if each not in COMPOSE["secrets"]} == set()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_is_no_root_and_can_change_nothing_but_its_data(name):
    service = SERVICES[name]
    uid, _, gid = service["user"].partition(":")
    assert int(uid) > 0
    assert int(gid) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert set(service.get("cap_add", [])) <= {"NET_BIND_SERVICE"}
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["ulimits"] == {"core": 0}
    assert "healthcheck" in service


def test_only_the_proxy_can_be_reached_from_outside():
    """One network for all, so that what listens on loopback here does so there too."""
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["house"]
    assert {port.split(":")[-1].split("/")[0] for port in SERVICES["house"]["ports"]} == {"80", "443"}
    shares = {service.get("network_mode") for name, service in SERVICES.items() if name != "house"}
    assert shares == {"service:house"}
    assert "listen_addresses=127.0.0.1" in SERVICES["postgres"]["command"]


def test_health_is_asked_where_each_process_tells_it(secrets):
    settings = load_settings({**example(), **secrets})
    for name in ("gateway", "console", "worker", "scheduler"):
        asked = SERVICES[name]["healthcheck"]["test"][-1]
        assert f"127.0.0.1:{settings.health_port(name)}/health" in asked
    assert f":{settings.assistant_port}/webhooks/checkback/" in SERVICES["assistant"]["healthcheck"]["test"][-1]
    assert f":{settings.actions_port}/health" in SERVICES["actions"]["healthcheck"]["test"][-1]


def test_every_setting_that_is_named_exists():
    known = {f"CHECKBACK_{field.upper()}" for field in Settings.model_fields}
    named = set(re.findall(r"\bCHECKBACK_[A-Z_]+", (DEPLOY / "compose.yml").read_text(encoding="utf-8")))
    for name in DOCKERFILES:
        named |= set(re.findall(r"\bCHECKBACK_[A-Z_]+", (DEPLOY / name).read_text(encoding="utf-8")))
    assert named | set(example()) - {"CREDENTIALS_DIRECTORY"} <= known


def test_the_example_of_the_settings_with_new_secrets_beside_it_is_a_whole_house(secrets):
    settings = load_settings({**example(), **secrets})
    assert not settings.is_demo
    assert len(settings.senders) == 3


def test_secrets_are_readable_by_one_user_alone_and_never_written_over(tmp_path):
    make_secrets(tmp_path)
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o600
    before = (tmp_path / "secrets").read_bytes()
    with pytest.raises(subprocess.CalledProcessError):
        make_secrets(tmp_path)
    assert (tmp_path / "secrets").read_bytes() == before


def test_gateway_and_worker_share_the_folder_of_the_journal_and_only_they_wait_for_the_upgrade():
    assert SERVICES["gateway"]["volumes"] == SERVICES["worker"]["volumes"]
    for name in ("gateway", "console", "worker", "scheduler"):
        assert SERVICES[name]["depends_on"]["upgrade"] == {"condition": "service_completed_successfully"}


def example() -> dict[str, str]:
    """The settings of the example."""
    lines = (DEPLOY / "settings.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
