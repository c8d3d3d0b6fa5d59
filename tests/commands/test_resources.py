"""`checkback import resources` and `checkback resources …`: said, answered, and ended with the right code."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from checkback.cli import app
from tests.conftest import PROGRAM

DIRECTORIES = Path(__file__).parent.parent / "directories"
Says = Callable[..., Result]


@pytest.fixture
def says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Says:
    """A demo's house of its own, and a person at its terminal."""
    monkeypatch.setenv("CHECKBACK_MODE", "demo")
    monkeypatch.setenv("CHECKBACK_VAR", str(tmp_path / "var"))
    runner = CliRunner()

    def say(*words: object) -> Result:
        return runner.invoke(app, [str(word) for word in words])

    assert say("db", "upgrade").exit_code == 0
    return say


def test_a_directory_is_shown_brought_in_and_the_second_time_nothing_changes(says):
    shown = says("import", "resources", DIRECTORIES / "3", "--dry-run")
    assert shown.exit_code == 0
    assert "16 new, 0 changed, 0 gone, 0 as before" in shown.stdout and "nothing was changed" in shown.stdout
    assert "16 new" in says("import", "resources", DIRECTORIES / "3").stdout
    again = says("import", "resources", DIRECTORIES / "3")
    assert again.exit_code == 0
    assert "0 new, 0 changed, 0 gone, 16 as before" in again.stdout


def test_a_refused_row_is_named_and_keeps_all_out_until_it_is_left_out_on_purpose(says, tmp_path):
    tmp_path.joinpath("services.csv").write_text("id,name\n1,Elm Food Pantry\n2,\n", "utf-8")
    refused = says("import", "resources", tmp_path / "services.csv")
    assert refused.exit_code == 1
    assert "refused: services.csv: line 3: name: it is missing" in refused.stderr
    assert "1 new" in says("import", "resources", tmp_path / "services.csv", "--dry-run", "--skip-refused").stdout
    rest = says("import", "resources", tmp_path / "services.csv", "--skip-refused")
    assert (rest.exit_code, "'local' is up to date" in rest.stdout) == (1, True)


def test_a_csv_of_another_making_comes_in_by_its_mapping(says):
    mapped = says("import", "resources", DIRECTORIES / "icarol", "--mapping", PROGRAM / "resources" / "icarol.yml")
    assert (mapped.exit_code, "16 new" in mapped.stdout) == (0, True)


@pytest.mark.parametrize(
    ("path", "code", "word"), [("nowhere", 2, "not there"), ("empty", 1, "no service"), ("torn.zip", 1, "neither")]
)
def test_what_is_no_directory_ends_in_one_line(says, tmp_path, path, code, word):
    tmp_path.joinpath("empty").mkdir()
    tmp_path.joinpath("torn.zip").write_bytes(b"PK\x03\x04 torn")
    ended = says("import", "resources", tmp_path / path)
    assert ended.exit_code == code
    (line,) = ended.stderr.splitlines()
    assert word in line


def test_help_is_found_best_first_with_the_reasons(says):
    found = says("resources", "find", "need a crib, 63106, spanish", "--json")
    assert found.exit_code == 0
    first = json.loads(found.stdout.splitlines()[0])
    assert (first["name"], first["phone"], first["need"]) == ("Cradle Corner", "314-555-0111", "baby-things")
    assert first["reasons"]["place"] == "zip:63106" and "es" in first["languages"]
    at_noon = says("resources", "find", "crib 63106", "--at", "2026-03-03T18:00", "--json").stdout.splitlines()[0]
    assert json.loads(at_noon)["until"] == "2026-03-03T17:00:00-06:00"
    assert "Cradle Corner  314-555-0111" in says("resources", "find", "crib 63106").stdout


def test_a_search_without_a_need_is_a_question_back(says):
    asked = says("resources", "find", "63106")
    assert asked.exit_code == 2
    assert "try one of" in asked.stderr


def test_an_entry_is_assured_by_somebody_who_works_here(says):
    assert says("resources", "assure", "sample-cradle-corner", "--by", "lee").exit_code == 0
    assert says("resources", "assure", "sample-cradle-corner", "--by", "nobody").exit_code == 1
    assert says("resources", "assure", "no-such-entry", "--by", "lee").exit_code == 1


def test_the_lists_and_the_chart_can_be_had(says, tmp_path):
    assert says("resources", "failing").stdout == ""
    assert says("resources", "stale", "--json").exit_code == 0
    chart = tmp_path / "needs.svg"
    assert says("resources", "needs", "--svg", chart).exit_code == 0
    drawn = ET.parse(chart).getroot()  # noqa: S314 - we have just drawn it
    assert [each.tag.rpartition("}")[2] for each in drawn][:2] == ["title", "desc"]
