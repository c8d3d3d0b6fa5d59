"""Runs every test where it belongs: the application's side by side, the running house and the assistant alone.

A test that fails in the crowd is run once more by itself. If it holds then, it is named as unsteady and the run goes
on: a machine that was busy for a moment says nothing about a promise. Never more than a few, and never one of the
proofs of the promises themselves, where a failure in a thousand is what they look for.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
TESTS_FAILED, NOTHING_COLLECTED = 1, 5
DATABASES = ("sqlite", "postgresql")
UNSTEADY_AT_MOST = 3
PROOFS = ("tests.chaos.", "tests.system.test_kills")
"""Modules whose tests have no second try."""
MAY_BE_LACKING = "CHECKBACK_TWILIO_SPEC"
"""Twilio's API documents are not ours to ship: the one thing for the lack of which CI may leave a test out."""


@dataclass(frozen=True)
class Report:
    """What pytest counted, and why it left tests out."""

    passed: int = 0
    failed: int = 0
    errors: int = 0
    left_out: tuple[str, ...] = ()
    on: tuple[tuple[str, int], ...] = ()
    """How many ran on each database."""
    broken: tuple[str, ...] = ()
    """The module and name of every test that failed."""

    def __str__(self) -> str:
        counts = f"{self.passed} passed, {self.failed} failed, {self.errors} errors, {len(self.left_out)} left out"
        return ", ".join([counts, *(f"{count} on {database}" for database, count in self.on if count)])


@dataclass(frozen=True)
class Suite:
    """Tests that run in one runtime."""

    name: str
    python: Path
    folder: str
    options: tuple[str, ...] = ()

    def problem(self, arguments: Sequence[str]) -> str | None:
        """Let pytest run, its own output is what the reader sees; then what is wrong with this suite, or None."""
        print(f"test: {self.name}", flush=True)
        code, report = self._run([*self.options, *arguments])
        print(f"test: {self.name}: {report}", flush=True)
        if may_be_tried_again(code, report):
            names = ", ".join(report.broken)
            print(f"test: {self.name}: once more, alone: {names}", flush=True)
            again, alone = self._run(["--last-failed", "--last-failed-no-failures=none", *self._alone(), *arguments])
            if again == 0 and alone.passed == len(report.broken):
                print(f"test: {self.name}: UNSTEADY, failed in the crowd and held alone: {names}", flush=True)
                code = 0
        return judge(code, report, chosen=bool(arguments), complete=os.environ.get("CI") == "true")

    def _alone(self) -> list[str]:
        return [option for option in self.options if not option.startswith("--numprocesses")]

    def _run(self, options: Sequence[str]) -> tuple[int, Report]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "report.xml"
            command = [str(self.python), "-m", "pytest", f"--junit-xml={path}", *options, self.folder]
            return subprocess.run(command, cwd=ROOT, check=False).returncode, read(path)


_APPLICATION = ROOT / ".venv" / "bin" / "python"
SUITES = (
    Suite("the application", _APPLICATION, "tests", ("--ignore=tests/system", "--numprocesses=auto")),
    # Real processes that take the machine for themselves: one test at a time.
    Suite("the running house", _APPLICATION, "tests/system"),
    Suite("the assistant", ROOT / "bot" / ".venv" / "bin" / "python", "tests/conversations"),
)


def main(arguments: Sequence[str]) -> int:
    """Run every suite, also when one fails; `arguments` go on to pytest."""
    problems = [f"{suite.name} {problem}" for suite in SUITES if (problem := suite.problem(arguments))]
    print(f"test: FAILED: {'; '.join(problems)}" if problems else "test: all passed")
    return 1 if problems else 0


def read(path: Path) -> Report:
    """Pytest's report; an empty one if it did not get as far as writing it."""
    try:
        cases = list(ElementTree.parse(path).iter("testcase"))  # noqa: S314 - pytest wrote it just now
    except (OSError, ElementTree.ParseError):
        return Report()
    failed, errors = (sum(case.find(kind) is not None for case in cases) for kind in ("failure", "error"))
    left_out = tuple(skip.get("message") or "no reason given" for case in cases for skip in case.iter("skipped"))
    ran = [case.get("name", "") for case in cases if case.find("skipped") is None]
    on = tuple((database, sum(f"[{database}" in name for name in ran)) for database in DATABASES)
    broken = tuple(
        f"{case.get('classname')}.{case.get('name')}"
        for case in cases
        if case.find("failure") is not None or case.find("error") is not None
    )
    return Report(len(cases) - failed - errors - len(left_out), failed, errors, left_out, on, broken)


def may_be_tried_again(code: int, report: Report) -> bool:
    """Whether so few failed, and none of the proofs, that the machine may be at fault."""
    some = code == TESTS_FAILED and 0 < len(report.broken) <= UNSTEADY_AT_MOST
    return some and not any(name.startswith(PROOFS) for name in report.broken)


def judge(code: int, report: Report, *, chosen: bool, complete: bool) -> str | None:
    """What is wrong, if anything. `chosen`: words chose the tests, so one suite may have none of them.
    `complete`: the machine lacks nothing, so a test that was left out is a failure.
    """
    if code and not (chosen and code == NOTHING_COLLECTED):
        return f"ended with code {code} ({report})"
    missing = [reason for reason in report.left_out if MAY_BE_LACKING not in reason]
    if complete and missing:
        return f"left {len(missing)} tests out, which CI does not allow: {missing[0]}"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
