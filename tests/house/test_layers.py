"""The floors of the house are guarded: an import that breaks a rule is found."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house import tree

PACKAGES = ("checkback", "scheduler", "bot", "actions")
LINT = Path(sys.executable).with_name("lint-imports")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A copy of the packages, to break rules in."""
    copy = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(tree.ROOT / package, copy / package, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    shutil.copy(tree.ROOT / "pyproject.toml", copy)
    return copy


def lint(house: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(house), "COLUMNS": "200"}
    command: list[str | Path] = [LINT, "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=house, env=environment, capture_output=True, text=True, check=False)


def test_the_house_stands(house):
    assert lint(house).returncode == 0, lint(house).stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("checkback/care/flows", "import checkback.gateway", "each floor uses the floors below it"),
        ("checkback/gateway", "import checkback.console", "each floor uses the floors below it"),
        ("scheduler", "import checkback.worker", "each floor uses the floors below it"),
        ("checkback/care/steps", "import checkback.care.flows", "inside care"),
        ("checkback/care/rules", "import checkback.care.model", "inside care"),
        ("checkback/care/rules", "import sqlalchemy", "rules are pure"),
        ("checkback/care/steps", "import sqlalchemy", "SQL is spoken"),
        ("checkback/worker", "import twilio", "no vendor outside"),
        ("checkback/assembly", "import checkback.distress", "only adapters import the distress screen"),
        ("checkback/simulator", "import checkback.care.terms", "the simulator imports nothing of ours"),
        ("checkback/demo.py", "import checkback.care.terms", "the demo stands outside"),
        ("checkback/care", "import starlette", "care knows no web framework"),
        ("actions", "import checkback.care.terms", "the assistant knows the contract"),
    ],
)
def test_an_import_that_breaks_a_rule_is_found(house, module, line, contract):
    path = house / module if module.endswith(".py") else house / module / "__init__.py"
    sound = path.read_text(encoding="utf-8")
    path.write_text(f"{sound}\n{line}\n", encoding="utf-8")
    try:
        verdict = lint(house)
    finally:
        path.write_text(sound, encoding="utf-8")
    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    assert any(said.startswith(contract) and said.endswith("BROKEN") for said in verdict.stdout.splitlines()), (
        verdict.stdout
    )


def test_every_part_of_the_application_has_its_floor():
    contracts = tomllib.loads((tree.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    floors = " ".join(next(contract["layers"] for contract in contracts if contract["id"] == "floors"))
    parts = {
        path.relative_to(tree.ROOT / "checkback").parts[0]
        for path in tree.named(".py")
        if path.is_relative_to(tree.ROOT / "checkback")
    }
    homeless = {part.removesuffix(".py") for part in parts - {"__init__.py", "__main__.py"}} - set(
        floors.replace("checkback.", "").translate(str.maketrans("()|", "   ")).split()
    )
    assert homeless == set()
