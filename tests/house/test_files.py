"""What no file may hold, and what every module says of itself."""

from __future__ import annotations

import ast
import csv
import json
import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.house import tree

PYTHON_FILES = tree.named(".py")
PACKAGE_REGISTRIES = ("pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "yarn" + "pkg.com")
THIS_MACHINE = re.compile(r"(?<![\w.~$}-])/(?:work/(?:main|shared|\.)|root/|tmp/brief|home/\w+/)")
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}
BODY = re.compile(r"^\s*-?\s*text:", re.MULTILINE)


def test_no_file_names_a_package_registry():
    assert [(path, host) for path, text in tree.texts() for host in PACKAGE_REGISTRIES if host in text] == []


def test_no_file_names_a_path_of_the_machine_it_was_written_on():
    written_elsewhere = [(path, text) for path, text in tree.texts() if path != tree.short(Path(__file__))]
    assert [(path, found[0]) for path, text in written_elsewhere if (found := THIS_MACHINE.search(text))] == []


def test_the_assistant_writes_no_sentence():
    """Responses are blocks that name a wording, so that staff can approve a sentence without training anew."""
    domain = tree.ROOT / "domain.yml"
    assert BODY.findall(domain.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", PYTHON_FILES, ids=tree.short)
def test_every_module_says_in_its_first_line_what_it_is_for(path):
    module = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(module), "no docstring"
    assert module.body[0].lineno == 1


def test_no_module_has_a_name_that_says_nothing():
    assert [tree.short(path) for path in PYTHON_FILES if SAYS_NOTHING & {path.stem, path.parent.name}] == []


def test_the_contract_of_both_runtimes_needs_the_standard_library_only():
    module = ast.parse((tree.ROOT / "bot" / "directives.py").read_text(encoding="utf-8"))
    assert _imported(module) <= sys.stdlib_module_names
    assert _imported(ast.parse((tree.ROOT / "bot" / "__init__.py").read_text(encoding="utf-8"))) == set()


def test_set_up_needs_the_standard_library_only():
    module = ast.parse((tree.ROOT / "scripts" / "bootstrap.py").read_text(encoding="utf-8"))
    assert _imported(module) <= sys.stdlib_module_names


def _imported(module: ast.Module) -> set[str]:
    plain = {name.name for node in ast.walk(module) if isinstance(node, ast.Import) for name in node.names}
    parts = {node.module or "." for node in ast.walk(module) if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in plain | parts}


def _yaml(text: str) -> list[object]:
    return list(yaml.safe_load_all(text))


PARSERS: dict[str, Callable[[str], object]] = {
    ".yml": _yaml,
    ".yaml": _yaml,
    ".json": json.loads,
    ".toml": tomllib.loads,
    ".csv": lambda text: list(csv.DictReader(text.splitlines(), strict=True)),
}
DATA_FILES = [path for path in tree.files() if path.suffix in PARSERS]


@pytest.mark.parametrize("path", DATA_FILES, ids=tree.short)
def test_every_data_file_can_be_read(path):
    assert PARSERS[path.suffix](path.read_text(encoding="utf-8")) is not None
