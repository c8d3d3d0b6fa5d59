"""`checkback wording --sheet`: what whoever reviews the sentences reads."""

from __future__ import annotations

from typer.testing import CliRunner

from checkback.care.terms import Language, SafetyMode
from checkback.cli import app
from tests.program.sentences import WORDING

WHERE = ["--directory", "program/wording"]


def sheet(*more: str) -> list[list[str]]:
    done = CliRunner().invoke(app, ["wording", "--sheet", *WHERE, *more])
    assert done.exit_code == 0, done.output
    return [line.split("\t") for line in done.output.splitlines()[2:]]


def test_every_sentence_stands_there_for_every_language_and_kind_of_phone() -> None:
    stands = {(language, key, mode) for language, key, modes, *_ in sheet() for mode in modes.split()}
    assert stands == {(ln, key, mode) for ln in Language for key in sorted(WORDING.keys()) for mode in SafetyMode}


def test_each_has_its_parts_and_its_grade() -> None:
    rows = {
        (key, modes.split()[0]): (parts, grade, text) for _, key, modes, parts, grade, text in sheet("--language", "en")
    }
    parts, grade, text = rows["check_in.glad", "neutral"]
    assert (parts, text) == ("1", "We are glad to hear that. Thank you for telling us.")
    assert 0 <= float(grade) <= 6


def test_a_language_we_do_not_write_is_named() -> None:
    done = CliRunner().invoke(app, ["wording", "--language", "fr", *WHERE])
    assert done.exit_code == 2
    assert "fr" in done.output
