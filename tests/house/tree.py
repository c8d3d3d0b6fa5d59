"""The files of the project, as git sees them."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {".venv", ".tools", ".git", "var", "models", "__pycache__"}


@cache
def files() -> tuple[Path, ...]:
    """Every file that is or would be committed; outside a git checkout, every file that set-up did not make."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-coz", "--exclude-standard"], capture_output=True, text=True, check=False
    )
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not NOT_OURS & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in found if path.is_file()))


def named(*endings: str) -> list[Path]:
    """The files whose name ends so."""
    return [path for path in files() if path.name.endswith(endings)]


def texts() -> list[tuple[str, str]]:
    """Path and content of every file that is text."""
    return [(short(path), content) for path in files() if (content := _text(path)) is not None]


def short(path: Path) -> str:
    """The path inside the checkout."""
    return path.relative_to(ROOT).as_posix()


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
