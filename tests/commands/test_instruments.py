"""`checkback instruments`, typed at a terminal; it needs no database and no settings."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from checkback.cli import app
from tests.conftest import PROGRAM


def says(*words: object) -> Result:
    return CliRunner().invoke(app, ["instruments", *(str(word) for word in words)])


def test_what_is_shipped_is_listed_with_its_languages_and_who_asks_it():
    lines = {line.split()[0]: line for line in says("list").stdout.splitlines()}
    assert sorted(lines) == ["asq", "pc-ptsd-5", "phq-2", "phq-4"]
    assert "en es  by text" in lines["phq-2"]
    assert "by person" in lines["asq"]
    assert "from day 30" in lines["pc-ptsd-5"]


def test_an_instrument_is_shown_as_published():
    shown = says("show", "phq-2").stdout
    assert "Feeling down, depressed, or hopeless" in shown
    assert "Se ha sentido decaído(a), deprimido(a) o sin esperanzas" in shown


def test_answers_come_to_a_score_and_what_is_missing_is_named():
    scored = says("score", "phq-4", 1, 2, 0, 0)
    assert json.loads(scored.stdout) == {
        "total": 3,
        "scales": {"worry": 3, "mood": 0},
        "over": ["worry"],
        "band": "mild",
        "concern": True,
        "acute": False,
    }
    missing = says("score", "asq", 0, 1, 0, 0)
    assert (missing.exit_code, "item 5 has no answer" in missing.stderr) == (1, True)
    acute = says("score", "asq", 0, 1, 0, 0, "-")
    assert json.loads(acute.stdout)["acute"] is True
    for typed in (("score", "phq-2", 9, 0), ("score", "phq-2", "yes", 0), ("score", "phq-2", 0, 0, 0)):
        assert says(*typed).exit_code == 2


def test_a_file_of_ones_own_is_checked_by_the_same_rules(tmp_path: Path):
    mine = tmp_path / "mine.yml"
    mine.write_text((PROGRAM / "instruments" / "phq-2.yml").read_text("utf-8"), "utf-8")
    assert says("check", mine).exit_code == 0
    mine.write_text(mine.read_text("utf-8").replace("hopeless", "Hopeless"), "utf-8")
    refused = says("check", mine)
    assert (refused.exit_code, "checksum" in refused.stderr) == (1, True)
    assert says("check", tmp_path / "nothing.yml").exit_code == 1
