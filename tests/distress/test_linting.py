"""The linter names each mistake in patterns and examples with its file and line, and finds none in ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from checkback.distress.linting import faults_of_examples, faults_of_patterns
from tests.distress.test_pattern_files import copy_patterns

HEAD = 'source: "a test"\nwriter: T\nlanguage: en\ndanger: suicide\nideas:\n'


def test_our_own_files_have_no_fault():
    assert [str(fault) for fault in (*faults_of_examples(), *faults_of_patterns())] == []


@pytest.mark.parametrize(
    ("page", "line", "what"),
    [
        (HEAD.replace('source: "a test"\n', "") + "  - {idea: x, level: low, texts: [a b]}\n", 1, "source is missing"),
        (HEAD + "  - {idea: x, texts: [a b]}\n", 6, "level is missing"),
        (HEAD + "  - {idea: x, level: grave, texts: [a b]}\n", 6, "'grave' is not one of"),
        (HEAD + "  - {idea: x, level: acute, texts: [a b]}\n", 6, "urgency is said exactly when"),
        (HEAD + "  - {idea: x, level: low, sure: no, texts: [a b]}\n", 6, "sure is no field"),
        (HEAD + "  - {idea: x, level: low, texts: [a b]}\n  - {idea: y, level: low, texts: [a b]}\n", 7, "same writer"),
        (HEAD + "  - idea: [\n", 7, "cannot be read"),
    ],
)
def test_a_mistake_in_an_example_is_named_with_its_line(tmp_path: Path, page: str, line: int, what: str):
    (tmp_path / "page.yml").write_text(page, encoding="utf-8")
    (fault,) = faults_of_examples(tmp_path)
    assert fault.line == line
    assert what in fault.what


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("source:", "sauce:", "source is missing"),
        ("says:\n      - ", "says:\n      - <nobody-knows> ", "no class <nobody-knows>"),
        ("catches:\n      - ", "catches:\n      - the weather is fine\n    was: [", "cannot be read"),
    ],
)
def test_a_mistake_in_a_pattern_is_named_with_its_file(tmp_path: Path, old: str, new: str, what: str):
    copy_patterns(tmp_path)
    file = tmp_path / "en" / "frames" / "suicide.yml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    faults = [fault for fault in faults_of_patterns(tmp_path) if fault.file.name == "suicide.yml"]
    assert any(what in fault.what for fault in faults), faults


def test_a_rule_that_hears_none_of_its_own_sentences_is_named(tmp_path: Path):
    copy_patterns(tmp_path)
    (tmp_path / "en" / "medical.yml").write_text(
        'source: "a test"\ndanger: medical\nrules:\n'
        "  - id: en.x\n    means: It hurts.\n    level: high\n    says: [ouch]\n    catches: [fine]\n    leaves: [ok]\n"
    )
    (fault,) = faults_of_patterns(tmp_path)
    assert (fault.file.name, fault.line) == ("medical.yml", 4)
    assert "none of its own sentences" in fault.what
