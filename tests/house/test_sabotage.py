"""Sabotage is noticed where a test keeps a promise, and told where none does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scripts import sabotage
from tests.house import tree

DOOR = '''"""A door."""


def may_enter(key):
    return key == "ours"
'''
TESTS = '''"""The door is kept."""

import pytest

from checkback import door


@pytest.fixture
def broken():
    raise RuntimeError("no such luck")


def test_a_wrong_key_opens_nothing():
    assert not door.may_enter("theirs")


def test_our_key_opens():
    assert door.may_enter("ours")


def test_that_fails_anyway():
    assert not door.may_enter("ours")


def test_that_cannot_begin(broken):
    pass


@pytest.mark.skip
def test_that_is_left_out():
    pass
'''
OPEN_DOOR = {
    "name": "open-door",
    "promise": 1,
    "file": "checkback/door.py",
    "take_out": 'key == "ours"',
    "put_in": "True",
    "test": "tests/test_door.py::test_a_wrong_key_opens_nothing",
    "why": "anybody walks in",
}


@pytest.fixture
def small_house(tmp_path):
    """A house of one door, with its own git and its own list."""
    for name, content in {
        "checkback/__init__.py": '"""A small house."""\n',
        "checkback/door.py": DOOR,
        "tests/test_door.py": TESTS,
        "pyproject.toml": '[tool.pytest]\npythonpath = ["."]\n',
        ".gitignore": "secret\n",
        "secret": "not to be copied",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    return tmp_path


def sabotaged(
    house: Path, *entries: dict[str, object], arguments: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    (house / sabotage.LIST).write_text(yaml.safe_dump(list(entries)), encoding="utf-8")
    command = [sys.executable, "-m", "scripts.sabotage", "--root", str(house), *arguments]
    # The small house needs none of our plugins, and starts in half the time without.
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=tree.ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_mechanism_taken_out_is_noticed_and_the_house_left_as_it_was(small_house):
    done = sabotaged(small_house, OPEN_DOOR)
    assert (done.returncode, "1 of 1 noticed" in done.stdout) == (0, True), done.stdout + done.stderr
    assert (small_house / "checkback/door.py").read_text(encoding="utf-8") == DOOR


def test_a_mechanism_no_test_misses_is_told(small_house):
    done = sabotaged(small_house, OPEN_DOOR | {"test": "tests/test_door.py::test_our_key_opens"})
    assert done.returncode == 1
    assert "SURVIVED" in done.stdout


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"take_out": "no such text"}, "stands 0 times"),
        ({"take_out": "e"}, "times in checkback/door.py, not once"),
        ({"file": "checkback/window.py"}, "stands 0 times"),
        ({"put_in": "True ("}, "no Python any more"),
        ({"put_in": "nobody_knows"}, "the program is broken"),
        ({"test": "tests/test_door.py::test_that_fails_anyway"}, "does not pass untouched"),
        ({"test": "tests/test_door.py::test_that_cannot_begin"}, "does not pass untouched"),
        ({"test": "tests/test_door.py::test_that_is_left_out"}, "left out"),
        ({"test": "tests/test_door.py::test_nobody_wrote"}, "no such test"),
        ({"test": "tests/test_window.py"}, "no such test"),
    ],
)
def test_an_entry_that_proves_nothing_is_no_success(small_house, change, reason):
    done = sabotaged(small_house, OPEN_DOOR | change)
    assert done.returncode == 1
    assert "UNUSABLE" in done.stdout
    assert reason in done.stdout


def test_one_entry_alone_can_be_asked_for(small_house):
    other = OPEN_DOOR | {"name": "other", "test": "tests/test_door.py::test_our_key_opens"}
    assert sabotaged(small_house, OPEN_DOOR, other, arguments=("--only", "open-door")).returncode == 0
    assert "open-door" not in sabotaged(small_house, OPEN_DOOR, other, arguments=("--list", "--only", "other")).stdout


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([], "has no entry"),
        ([{"name": "half"}], "not whole"),
        ([OPEN_DOOR, OPEN_DOOR], "one name"),
    ],
)
def test_a_list_that_is_wrong_is_refused_in_one_line(small_house, entries, reason):
    done = sabotaged(small_house, *entries)
    assert done.returncode == 2
    assert reason in done.stdout
    assert done.stderr == ""


def test_every_entry_of_ours_still_stands_in_the_code():
    """The list is long and run whole only now and then: an entry that no longer fits would prove nothing unseen."""
    for entry in yaml.safe_load((tree.ROOT / sabotage.LIST).read_text("utf-8")):
        source = (tree.ROOT / entry["file"]).read_text("utf-8")
        assert source.count(entry["take_out"]) == 1, entry["name"]
        path, _, name = entry["test"].partition("::")
        assert f"def {name.partition('[')[0]}(" in (tree.ROOT / path).read_text("utf-8"), entry["name"]
