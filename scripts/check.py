"""Runs every check of the house, names each with its time, and fails at the end with the names of those that failed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPLICATION = ROOT / ".venv" / "bin"
ASSISTANT = ROOT / "bot" / ".venv" / "bin"
LONGEST = 900


@dataclass(frozen=True)
class Check:
    """One thing that must hold, and the program that says whether it does."""

    name: str
    command: tuple[str | Path, ...]


@dataclass(frozen=True)
class Outcome:
    """What a check said."""

    check: Check
    holds: bool
    seconds: float
    output: str


CHECKS = (
    Check("format", (APPLICATION / "ruff", "format", "--check", ".")),
    Check("lint", (APPLICATION / "ruff", "check", ".")),
    Check("types", (APPLICATION / "mypy",)),
    Check("layers", (APPLICATION / "lint-imports",)),
    Check("house", (APPLICATION / "pytest", "--quiet", "--tb=short", "tests/house")),
    Check("texts", (APPLICATION / "python", "-m", "checkback.distress.linting")),
    Check("assistant", (ASSISTANT / "rasa", "data", "validate", "--fail-on-warnings", "--data", "data", "--quiet")),
    Check("migrations", (APPLICATION / "checkback", "db", "check")),
)


def main(names: Sequence[str]) -> int:
    """Run the checks named, or all; 0 if all hold."""
    unknown = set(names) - {check.name for check in CHECKS}
    if unknown:
        print(f"no check is called {', '.join(sorted(unknown))}; there are {', '.join(c.name for c in CHECKS)}")
        return 2
    chosen = [check for check in CHECKS if not names or check.name in names]
    # Two at a time: the assistant's check is mostly one long import.
    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = [tell(outcome) for outcome in pool.map(carry_out, chosen)]
    return _conclude(outcomes)


def carry_out(check: Check) -> Outcome:
    """Run one check to its end."""
    begun = time.monotonic()
    try:
        done = subprocess.run(
            [str(part) for part in check.command],
            cwd=ROOT,
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=LONGEST,
            check=False,
        )
        holds, output = done.returncode == 0, done.stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        holds, output = False, str(error)
    return Outcome(check, holds, time.monotonic() - begun, output)


def _environment() -> dict[str, str]:
    return {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}


def tell(outcome: Outcome) -> Outcome:
    """Print a line for a check that holds, and all it said for one that does not."""
    verdict = "holds" if outcome.holds else "FAILS"
    print(f"check: {outcome.check.name:<12} {verdict}  {outcome.seconds:6.1f} s", flush=True)
    if not outcome.holds:
        print(outcome.output.rstrip(), flush=True)
    return outcome


def _conclude(outcomes: Sequence[Outcome]) -> int:
    failed = [outcome.check.name for outcome in outcomes if not outcome.holds]
    print(
        f"check: {len(outcomes) - len(failed)} of {len(outcomes)} hold"
        + (f"; failed: {', '.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
