"""Lock files: whole, hashed, the same for running and for developing, and silent about where packages come from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house import tree

RUNTIME = tree.ROOT / "requirements.lock"
DEVELOPING = tree.ROOT / "requirements-dev.lock"
ASSISTANT = tree.ROOT / "bot" / "requirements.lock"
LOCKS = (RUNTIME, DEVELOPING, ASSISTANT, tree.ROOT / "scripts" / "requirements.lock")


def entries(lock: Path) -> list[tuple[Requirement, int]]:
    """Each requirement of a lock file and how many hashes it has."""
    text = re.sub(r"^\s*#.*\n", "", lock.read_text(encoding="utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    split = [line.partition(" --hash=") for line in text.splitlines() if line.strip()]
    return [
        (Requirement(requirement), f"{mark}{hashes}".count("--hash=sha256:")) for requirement, mark, hashes in split
    ]


def pins(lock: Path) -> set[tuple[str, str]]:
    return {(canonicalize_name(requirement.name), str(requirement.specifier)) for requirement, _ in entries(lock)}


@pytest.mark.parametrize("lock", LOCKS, ids=tree.short)
def test_every_entry_is_one_version_with_hashes(lock):
    assert entries(lock)
    assert [str(requirement) for requirement, hashes in entries(lock) if not hashes] == []
    assert [version for _, version in pins(lock) if not re.fullmatch(r"==[^,*]+", version)] == []


@pytest.mark.parametrize("lock", LOCKS, ids=tree.short)
def test_no_lock_file_says_where_packages_come_from(lock):
    assert re.findall(r"https?://|--(?:extra-)?index|--find-links|file:", lock.read_text(encoding="utf-8")) == []


def test_developing_runs_what_is_deployed():
    assert pins(RUNTIME) - pins(DEVELOPING) == set()


@pytest.mark.parametrize(
    ("project", "lock", "groups"),
    [
        ("pyproject.toml", RUNTIME, ()),
        ("pyproject.toml", DEVELOPING, ("dev",)),
        ("bot/pyproject.toml", ASSISTANT, ("dev",)),
    ],
    ids=["running", "developing", "the assistant"],
)
def test_the_lock_file_answers_what_the_project_asks_for(project, lock, groups):
    asked = tomllib.loads((tree.ROOT / project).read_text(encoding="utf-8"))
    requirements = [
        *asked["project"]["dependencies"],
        *(requirement for group in groups for requirement in asked["dependency-groups"][group]),
    ]
    assert [wanted for wanted in requirements if not answered(Requirement(wanted), lock)] == []


def answered(wanted: Requirement, lock: Path) -> bool:
    """True if the lock file has versions of it, all of them in the range asked for."""
    versions = [pin.removeprefix("==") for name, pin in pins(lock) if name == canonicalize_name(wanted.name)]
    return bool(versions) and all(wanted.specifier.contains(version, prereleases=True) for version in versions)
