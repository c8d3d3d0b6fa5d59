"""`checkback plans`, `rehearse` of a version and of a family, and `import undo`, typed on a house of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from checkback.cli import app

HEADER = "reference,occurred_at,kind,zip,clinician,contact_name,phone,language,role,child_ages"
Says = Callable[..., Result]


@pytest.fixture
def says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Says:
    """A demo's house of its own with one family in it, and a person at its terminal."""
    monkeypatch.setenv("CHECKBACK_MODE", "demo")
    monkeypatch.setenv("CHECKBACK_VAR", str(tmp_path / "var"))
    runner = CliRunner()

    def say(*words: object) -> Result:
        return runner.invoke(app, [str(word) for word in words])

    assert say("db", "upgrade").exit_code == 0
    happened = (datetime.now(UTC) - timedelta(hours=14)).isoformat(timespec="seconds")
    row = f"24-0117,{happened},burglary,63106,lee,Ana Morales,+13145550101,es,mother,9"
    (tmp_path / "families.csv").write_text(f"{HEADER}\n{row}\n", "utf-8")
    say.batch = say("import", "families", tmp_path / "families.csv").stdout.split()[-1]  # type: ignore[attr-defined]
    return say


def test_a_plan_is_ended_started_and_moved_after_a_look_and_never_without_yes(says):
    shown = says("plans", "end", "F-12", "--by", "lee")
    assert (shown.exit_code, "say --yes" in shown.stdout) == (0, True)
    assert "standard@1" in says("plans", "who").stdout
    assert "done" in says("plans", "end", "F-12", "--by", "lee", "--yes").stdout
    assert "no plan -> short@1; 4 texts" in says("plans", "start", "F-12", "short", "--by", "lee", "--yes").stdout
    moved = says("plans", "move", "F-12", "standard", "--by", "lee", "--yes")
    assert (moved.exit_code, "short@1 -> standard@1" in moved.stdout) == (0, True)
    assert "F-12  standard@1" in says("plans", "who").stdout


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("start", "F-12", "short", "--by", "lee"), "follows a plan already"),
        (("move", "F-99", "short", "--by", "lee"), "there is no family F-99"),
        (("move", "F-12", "nosuch", "--by", "lee"), "there is no plan 'nosuch'"),
        (("move", "F-12", "standard@9", "--by", "lee"), "there is no plan 'standard@9'"),
        (("move", "F-12", "short", "--by", "nobody"), "nobody who works here"),
    ],
)
def test_what_cannot_be_done_to_a_plan_is_one_line_and_changes_nothing(says, typed, said):
    refused = says("plans", *typed, "--yes")
    assert refused.exit_code == 1
    (line,) = refused.stderr.splitlines()
    assert said in line
    assert "F-12  standard@1" in says("plans", "who").stdout


def test_a_version_and_a_familys_own_texts_are_rehearsed(says):
    here = ("--incident-at", "2026-03-07T22:30", "--zone", "America/Chicago", "--language", "es")
    version = says("rehearse", "standard@1", *here, "--json")
    assert (version.exit_code, len(version.stdout.splitlines())) == (0, 12)
    unknown = says("rehearse", "standard@7", *here)
    assert (unknown.exit_code, "there is no plan 'standard@7'" in unknown.stderr) == (2, True)
    theirs = says("rehearse", "short", "--family", "F-12", "--json")
    assert [json.loads(line)["step"] for line in theirs.stdout.splitlines()] == ["hello", "promised", "day-7", "day-14"]
    assert "Somos" in theirs.stdout, "Ana reads Spanish"
    assert "there is no family F-77" in says("rehearse", "short", "--family", "F-77").stderr


def test_an_import_is_taken_out_again_once(says):
    batch = says.batch
    assert "1 families taken out again" in says("import", "undo", batch).stdout
    assert says("plans", "who").stdout == ""
    again = says("import", "undo", batch)
    assert (again.exit_code, "taken back before" in again.stderr) == (1, True)
    assert says("import", "undo", "nonsense").exit_code == 1
