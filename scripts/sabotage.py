"""Takes each promised mechanism out, one at a time in a copy of the tree, and expects the test named for it to fail.

A test that still passes without the mechanism proves nothing. `tests/sabotage.yml` lists what is taken out.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from xml.etree import ElementTree

import yaml

LIST = Path("tests/sabotage.yml")
LONGEST = 600
PACKAGES = ("checkback", "scheduler", "bot", "actions")
# Made by set-up: not part of the tree, and too large to copy.
BORROWED = (".venv", "bot/.venv")
# Made by training: copied, since a test may train what was sabotaged.
TRAINED = "models"
BROKEN_PROGRAM = ("ImportError", "ModuleNotFoundError", "SyntaxError", "IndentationError", "NameError")


class UnusableEntry(Exception):
    """The list does not fit the tree; the message says which entry and how."""


class Verdict(Enum):
    """What became of one act of sabotage."""

    NOTICED = "noticed"
    SURVIVED = "SURVIVED"
    UNUSABLE = "UNUSABLE"


@dataclass(frozen=True)
class Sabotage:
    """One mechanism to take out: the exact text, what stands there instead, and the test that must notice."""

    name: str
    promise: int
    file: str
    take_out: str
    put_in: str
    test: str
    why: str

    def applied(self, tree: Path) -> str:
        """The file without the mechanism.

        Raises:
            UnusableEntry: the mechanism is not there, there twice, or what is left is no program.
        """
        path = tree / self.file
        source = path.read_text(encoding="utf-8") if path.is_file() else ""
        if source.count(self.take_out) != 1:
            raise UnusableEntry(f"`take_out` stands {source.count(self.take_out)} times in {self.file}, not once")
        changed = source.replace(self.take_out, self.put_in)
        if path.suffix == ".py":
            _parse(changed, self.file)
        return changed


@dataclass(frozen=True)
class Report:
    """What one test run said."""

    passed: int
    failures: tuple[str, ...]
    errors: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of one entry, and why."""

    entry: Sabotage
    verdict: Verdict
    reason: str
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """0 if every sabotage was noticed, 1 if one was not, 2 if the list is wrong."""
    asked = _parse_arguments(arguments)
    try:
        entries = read(asked.root / LIST, asked.only)
    except UnusableEntry as problem:
        print(f"sabotage: {problem}")
        return 2
    if asked.list:
        print("\n".join(f"{entry.name:<40} promise {entry.promise}  {entry.test}" for entry in entries))
        return 0
    outcomes = [_tell(outcome) for outcome in carry_out(entries, asked.root)]
    return _conclude(outcomes)


def _parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sabotage", description=__doc__)
    parser.add_argument("--only", metavar="NAME", help="this entry alone")
    parser.add_argument("--list", action="store_true", help="say what is in the list and end")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def read(path: Path, only: str | None = None) -> list[Sabotage]:
    """The entries of the list, each whole and named once.

    Raises:
        UnusableEntry: the list is missing, empty or has an entry that is not whole.
    """
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except (OSError, yaml.YAMLError) as error:
        raise UnusableEntry(f"{path} cannot be read: {error}") from error
    entries = [_entry(number, row) for number, row in enumerate(rows, start=1)]
    names = [entry.name for entry in entries]
    if len(set(names)) < len(names):
        raise UnusableEntry("two entries have one name: " + ", ".join(sorted({n for n in names if names.count(n) > 1})))
    chosen = [entry for entry in entries if only in (None, entry.name)]
    if not chosen:
        raise UnusableEntry(f"{path} has no entry" + (f" called {only}" if only else ""))
    return chosen


def _entry(number: int, row: dict[str, object]) -> Sabotage:
    try:
        return Sabotage(**row)  # type: ignore[arg-type]
    except TypeError as error:
        raise UnusableEntry(f"entry {number} of {LIST} is not whole: {error}") from error


def carry_out(entries: Sequence[Sabotage], root: Path) -> Iterator[Outcome]:
    """Sabotage one copy of the tree after the other."""
    passes_untouched: dict[str, Report] = {}
    for number, entry in enumerate(entries, start=1):
        print(f"sabotage: {number} of {len(entries)}: {entry.name} (promise {entry.promise})", flush=True)
        begun = time.monotonic()
        try:
            with _copy_of(root) as tree:
                sabotaged = entry.applied(tree)
                if entry.test not in passes_untouched:
                    passes_untouched[entry.test] = _must_pass(run_test(entry.test, tree, root))
                (tree / entry.file).write_text(sabotaged, encoding="utf-8")
                verdict, reason = judge(run_test(entry.test, tree, root))
        except UnusableEntry as problem:
            verdict, reason = Verdict.UNUSABLE, str(problem)
        yield Outcome(entry, verdict, reason, time.monotonic() - begun)


@contextmanager
def _copy_of(root: Path) -> Iterator[Path]:
    """A copy of everything git knows or would take in, with the environments of the original borrowed."""
    with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
        tree = Path(folder).resolve()
        for name in _files(root):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, tree / name, follow_symlinks=False)
        for name in BORROWED:
            if (root / name).exists():
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                (tree / name).symlink_to(root / name)
        if (root / TRAINED).is_dir():
            shutil.copytree(root / TRAINED, tree / TRAINED, dirs_exist_ok=True)
        yield tree


def _files(root: Path) -> list[str]:
    command = ["git", "-C", str(root), "ls-files", "-coz", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    if listed.returncode:
        raise UnusableEntry(f"git does not list the files of {root}: {listed.stderr.strip()}")
    return [name for name in listed.stdout.split("\0") if name and (root / name).is_file()]


def run_test(test: str, tree: Path, root: Path) -> Report:
    """Run one test in the copy, with the original's pytest and the copy's code."""
    python = _python_for(test, root)
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    _must_import_from(tree, python, environment)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junit-xml={report}", test]
        try:
            output = subprocess.run(
                command,
                cwd=tree,
                env=environment,
                timeout=LONGEST,
                check=False,
                text=True,
                errors="replace",
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            ).stdout
        except subprocess.TimeoutExpired:
            raise UnusableEntry(f"{test} took more than {LONGEST} s") from None
        return _read_report(report, output)


def _python_for(test: str, root: Path) -> Path:
    """Conversations are tested in the assistant's environment; without one of its own a tree uses the running one."""
    home = root / "bot" / ".venv" if test.startswith("tests/conversations") else root / ".venv"
    return home / "bin" / "python" if home.exists() else Path(sys.executable)


def _must_import_from(tree: Path, python: Path, environment: dict[str, str]) -> None:
    """The original is installed editable; a test that imported it would test nothing of the copy."""
    packages = [name for name in PACKAGES if (tree / name / "__init__.py").exists()]
    asks = "import importlib.util, sys; print(*(importlib.util.find_spec(name).origin for name in sys.argv[1:]))"
    command = [str(python), "-c", asks, *packages]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    origins = done.stdout.split()
    if not origins or not all(Path(origin).is_relative_to(tree) for origin in origins):
        raise UnusableEntry(f"the copy's code is not what is imported: {done.stdout or done.stderr}")


def _read_report(report: Path, output: str) -> Report:
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314 - pytest's own report, written just now
    except (OSError, ElementTree.ParseError):
        raise UnusableEntry(f"pytest ran no test: {_gist(output)}") from None

    def messages(kind: str) -> tuple[str, ...]:
        return tuple(found.get("message") or "" for case in cases for found in case.iter(kind))

    left_out = len(messages("skipped"))
    failures, errors = messages("failure"), messages("error")
    return Report(len(cases) - len(failures) - len(errors) - left_out, failures, errors)


def _must_pass(report: Report) -> Report:
    problems = (*report.errors, *report.failures)
    if problems:
        raise UnusableEntry(f"the test does not pass untouched: {_gist(problems[0])}")
    if not report.passed:
        raise UnusableEntry("the test is left out (skipped) or there is no such test")
    return report


def judge(report: Report) -> tuple[Verdict, str]:
    """Noticed means that a test failed over what it promises, not that the program fell apart."""
    if report.errors:
        return Verdict.UNUSABLE, f"the test could not begin: {_gist(report.errors[0])}"
    if not report.failures:
        return Verdict.SURVIVED, "the test passes without the mechanism"
    if all(message.lstrip().startswith(BROKEN_PROGRAM) for message in report.failures):
        return Verdict.UNUSABLE, f"the program is broken, not sabotaged: {_gist(report.failures[0])}"
    return Verdict.NOTICED, _gist(report.failures[0])


def _parse(source: str, file: str) -> None:
    try:
        compile(source, file, "exec")
    except SyntaxError as error:
        raise UnusableEntry(f"with `put_in`, {file} is no Python any more: {error}") from error


def _gist(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0][:160] if lines else "it said nothing"


def _tell(outcome: Outcome) -> Outcome:
    print(f"sabotage:   {outcome.verdict.value}, {outcome.seconds:.1f} s: {outcome.reason}", flush=True)
    return outcome


def _conclude(outcomes: Sequence[Outcome]) -> int:
    print()
    for outcome in outcomes:
        print(f"{outcome.verdict.value:<9} {outcome.entry.promise:>2}  {outcome.entry.name:<40} {outcome.entry.test}")
    missed = [outcome for outcome in outcomes if outcome.verdict is not Verdict.NOTICED]
    print(f"sabotage: {len(outcomes) - len(missed)} of {len(outcomes)} noticed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
