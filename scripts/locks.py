"""Resolves the requirements of each runtime anew and writes them down with hashes and without naming an index."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.bootstrap import ROOT, SetupFailed, find_uv, run, say

INDEX_LINES = ("--index", "--extra-index", "--find-links")


@dataclass(frozen=True)
class Lock:
    """One lock file and what it is resolved from, in the folder whose project file says how."""

    name: str
    source: str
    python: str
    folder: Path = ROOT
    options: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        return self.folder / self.name


LOCKS = (
    Lock("requirements.lock", "pyproject.toml", "3.11"),
    # What is developed with is what is deployed, and the tools beside it.
    Lock(
        "requirements-dev.lock",
        "pyproject.toml",
        "3.11",
        options=("--group", "dev", "--constraint", "requirements.lock"),
    ),
    Lock("requirements.lock", "pyproject.toml", "3.10", ROOT / "bot", options=("--group", "dev")),
    Lock("requirements.lock", "requirements.in", "3.9", ROOT / "scripts"),
)


def main(arguments: Sequence[str]) -> int:
    """Recompile every lock file; `arguments` go on to uv, e.g. `--upgrade` or `--upgrade-package=starlette`."""
    try:
        uv = find_uv()
        for lock in LOCKS:
            resolve(uv, lock, arguments)
    except SetupFailed as failure:
        say(str(failure))
        return 2
    return 0


def resolve(uv: Path, lock: Lock, arguments: Sequence[str]) -> None:
    """Write the lock file; what need not change keeps the version it has."""
    say(f"resolving {lock.path.relative_to(ROOT)}")
    where: list[str | Path] = [
        "--directory",
        lock.folder,
        "--quiet",
        "pip",
        "compile",
        lock.source,
        "--output-file",
        lock.name,
    ]
    how = [
        "--universal",
        "--generate-hashes",
        "--python-version",
        lock.python,
        "--custom-compile-command",
        "make locks",
    ]
    run([uv, *where, *how, *lock.options, *arguments], f"{lock.path.relative_to(ROOT)} could not be resolved")
    lines = lock.path.read_text(encoding="utf-8").splitlines(keepends=True)
    lock.path.write_text("".join(line for line in lines if not line.startswith(INDEX_LINES)), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
