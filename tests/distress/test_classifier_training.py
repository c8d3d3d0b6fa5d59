"""Training: what it learns from is checked, what is left out is judged unseen, and twice gives the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from checkback.distress import Danger, Level
from checkback.distress.classifier import TRAINED, load_classifier
from checkback.distress.encoding import Encoder
from checkback.distress.examples import EXAMPLES, LANGUAGES, BrokenExample, Example, read_examples, read_files
from checkback.distress.heads import likeness
from checkback.distress.splitting import near_twins
from checkback.distress.training import STIFFNESS, WORDING, balanced, learn, left_out, material_of, train, write

PAGE = """
source: "a test"
writer: T
language: en
danger: suicide
ideas:
"""


def example(text: str, level: Level = Level.NONE, *, writer: str = "T", idea: str = "an idea") -> Example:
    return Example(text, level, None, Danger.SUICIDE, False, "en", writer, f"{writer}/{idea}")


def page(folder: Path, ideas: str, name: str = "page.yml") -> Path:
    file = folder / name
    file.write_text(PAGE + ideas, encoding="utf-8")
    return file


def test_there_are_thousands_of_examples_of_every_kind_in_both_languages():
    examples = read_examples()
    assert len(examples) >= 2500
    acute = {(one.language, one.danger) for one in examples if one.level is Level.ACUTE}
    kinds = set(Danger) - {Danger.DISTRESS, Danger.UNSCREENED}
    assert acute >= {(language, danger) for language in LANGUAGES for danger in kinds}


def test_harmless_texts_stand_beside_dangerous_ones_in_like_number():
    levels = [one.level for one in read_examples()]
    assert sum(level is not Level.ACUTE for level in levels) >= sum(level is Level.ACUTE for level in levels)


def test_every_file_of_examples_says_where_it_comes_from():
    files = [file for language in LANGUAGES for file in (EXAMPLES / language).glob("*.yml")]
    assert all("source:" in file.read_text(encoding="utf-8") for file in files)


@pytest.mark.parametrize(
    ("idea", "complaint"),
    [
        ('  - {idea: x, level: acute, texts: ["a b"]}', "urgency is said exactly when"),
        ('  - {idea: x, level: low, urgency: urgent, texts: ["a b"]}', "urgency is said exactly when"),
        ('  - {idea: x, level: grave, texts: ["a b"]}', "'grave' is not a valid Level"),
        ('  - {idea: x, level: low, sure: no, texts: ["a b"]}', "unknown field 'sure'"),
        ('  - {idea: x, level: low, texts: ["a b"]}\n  - {idea: y, level: high, texts: ["A b"]}', "something else in"),
    ],
)
def test_an_example_that_contradicts_itself_is_refused_by_name(tmp_path: Path, idea: str, complaint: str):
    with pytest.raises(BrokenExample, match=complaint):
        read_files([page(tmp_path, idea)])


def test_a_text_nearly_the_same_on_both_sides_is_found():
    known = [example("my brother took all the pills from the cabinet", writer="A")]
    twin = example("My brother took ALL the pills from the cabinet!!", writer="B")
    other = example("the cabinet was empty when my sister looked for them", writer="B")
    assert list(near_twins(known, [twin, other])) == [(known[0], twin)]


def test_what_is_left_out_is_judged_as_if_it_had_never_been_learned(few: list[Example]):
    encoder = Encoder()
    material = material_of(few, {}, encoder)
    learned = learn(material, with_meaning=True)
    idea = few[0].idea
    found = left_out(material, learned, [one.idea for one in few])
    own = np.array([one.idea == idea for one in few])
    alike = np.asarray((WORDING * (material.counted @ material.counted.T)).toarray()) + likeness(
        material.vectors, material.vectors
    )
    distrust = np.diag((STIFFNESS / balanced(material.targets[:, 0]))[~own])
    anew = np.linalg.solve(alike[np.ix_(~own, ~own)] + distrust, material.targets[~own])
    assert found[own] == pytest.approx(alike[np.ix_(own, ~own)] @ anew, abs=0.01)


@pytest.fixture(scope="module")
def few() -> list[Example]:
    """A few ideas of every file."""
    examples = read_examples()
    ideas = sorted({one.idea for one in examples})[::25]
    return [one for one in examples if one.idea in ideas]


def test_the_same_examples_give_the_same_classifier(tmp_path: Path, few: list[Example]):
    encoder = Encoder()
    said = []
    for name in ("once", "again"):
        write(train(few, {}, encoder), few, tmp_path / name)
        said.append(json.loads((tmp_path / name / "classifier.json").read_text(encoding="utf-8")))
    assert said[0] == said[1]
    shutil.copy(TRAINED / "thresholds.yml", tmp_path / "once")
    seen = [one.text for one in few if one.level is Level.ACUTE][:20]
    assert np.mean(load_classifier({}, tmp_path / "once").probabilities(seen)[:, 0]) > 0.6
