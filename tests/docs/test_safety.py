"""What the safety page and the runbook tell is what the code and the programme's files do."""

from __future__ import annotations

import ast
import re

import pytest
import yaml

from checkback.care.model import Base
from checkback.care.model.base import Sealed
from checkback.care.program import load_policies
from checkback.care.terms import Danger, DistressLevel, SafetyMode
from checkback.care.wording import AnswerTable
from tests.docs import pages
from tests.house.tree import ROOT, named, short

SAFETY = ROOT / "docs" / "safety.md"
SABOTAGE = ROOT / "tests" / "sabotage.yml"
RUNBOOK = ROOT / "docs" / "runbook.md"
ANSWERS = AnswerTable.load(ROOT / "program" / "answers.yml")
LOGGED = re.compile(r'log\.(?:debug|info|warning|error|exception|critical)\(\s*"([a-z-]+\.[a-z-]+)')


def _cells(key: str | None) -> str:
    return "silence" if key is None else f"`{key}`"


@pytest.mark.parametrize("danger", list(Danger))
def test_the_answer_to_each_danger_is_told_as_it_is_given(danger):
    (told,) = [row[1:] for row in pages.rows(SAFETY, "What is answered to distress") if row[0] == danger.value]
    assert told == [_cells(ANSWERS.answer(danger, DistressLevel.ACUTE, mode)) for mode in SafetyMode]


def test_nothing_is_told_of_a_danger_that_is_none():
    told = {row[0] for row in pages.rows(SAFETY, "What is answered to distress")}
    assert {name for name in told if " " not in name} == {danger.value for danger in Danger}


def test_the_times_of_each_level_are_those_of_the_policy():
    told = {row[0]: row[2] for row in pages.rows(SAFETY, "Levels, and who is told when")}
    for policy in load_policies(ROOT / "program" / "escalation.yml"):
        minutes = policy.steps[0].minutes
        name = ", ".join(word for word in (policy.level, policy.urgency) if word)
        wanted = f"{minutes} minutes" if policy.urgency else "four hours"
        assert policy.urgency or minutes == 240
        assert wanted in told[name]


def test_every_sealed_column_is_told_and_no_other():
    columns = [(table.name, column) for table in Base.metadata.tables.values() for column in table.columns]
    sealed = {f"{table}.{column.name}" for table, column in columns if isinstance(column.type, Sealed)}
    (told,) = [
        row[1] for row in pages.rows(SAFETY, "What lies where") if "AES-256-GCM" in row[2] and "column" in row[2]
    ]
    assert set(re.findall(r"`([\w.]+)`", told)) == sealed


def test_every_event_of_the_log_is_explained_and_no_other():
    homes = [path for path in named(".py") if path.relative_to(ROOT).parts[0] in ("checkback", "scheduler", "bot")]
    logged = {event for path in homes for event in LOGGED.findall(path.read_text(encoding="utf-8"))}
    assert {row[0].strip("`") for row in pages.rows(RUNBOOK, "What the log says")} == logged


def test_there_are_eight_promises_and_each_names_its_tests_or_says_that_they_are_to_come():
    told = pages.rows(SAFETY, "Eight promises")
    assert [row[0] for row in told] == [str(number) for number in range(1, 9)]
    assert [row[0] for row in told if "tests/" not in row[2] and "to come" not in row[2]] == []


def test_every_test_that_is_named_is_there():
    named_tests = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", pages.text(SAFETY))
    assert named_tests
    assert [f"{file}::{name}" for file, name in named_tests if name not in _tests_in(file)] == []


THREATS = "Who might harm them, and what stops them"


def test_each_threat_is_stopped_by_what_a_named_test_shows_and_an_entry_takes_out():
    """In each line the entries prove the tests beside them, one by one."""
    entries = {entry["name"]: entry["test"].partition("[")[0] for entry in yaml.safe_load(SABOTAGE.read_text("utf-8"))}
    told = pages.rows(SAFETY, THREATS)
    assert told
    for _who, could, _by, shown, taken_out in told:
        assert _quoted(taken_out), could
        assert [entries.get(name) for name in _quoted(taken_out)] == _quoted(shown), could


def test_each_of_those_who_might_harm_them_is_looked_at():
    assert [row[0] for row in pages.rows(SAFETY, THREATS) if row[0]] == [
        "an abuser with the phone",
        "a curious colleague",
        "a forged carrier",
        "a thief of the disk or a backup",
        "a compromised assistant",
        "a subpoena",
    ]


def _quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def _tests_in(file: str) -> set[str]:
    path = ROOT / file
    if not path.exists():
        return set()
    return {
        node.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)
    }


def test_what_is_sabotaged_is_of_a_promise_the_page_makes():
    entries = yaml.safe_load((ROOT / "tests" / "sabotage.yml").read_text(encoding="utf-8"))
    assert [entry["name"] for entry in entries if not 1 <= int(entry["promise"]) <= 8] == []


def test_no_page_claims_what_nobody_has_shown():
    """The one allowed way to speak of validation is to say that there is none."""
    claims = re.compile(r"(?<!not )(?<!not been )\bclinically (?:validated|proven|tested)", re.IGNORECASE)
    said = [(short(page), sentence) for page in pages.PAGES for sentence in _sentences(page) if claims.search(sentence)]
    denied = re.compile(r"\b(?:nothing|never|nobody|no |not )", re.IGNORECASE)
    assert [(page, sentence) for page, sentence in said if not denied.search(sentence)] == []


def _sentences(page):
    return re.split(r"(?<=[.!?:])\s+", " ".join(pages.text(page).split()))
