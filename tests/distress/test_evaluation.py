"""Measuring: honest intervals, texts apart from the training texts, and a page that says how it was made."""

from __future__ import annotations

from pathlib import Path

import pytest

from checkback.distress.examples import read_examples, read_files
from checkback.distress.splitting import near_twins
from scripts import evaluate

BLIND = read_files(sorted(evaluate.HELD_OUT.glob("blind3-*.yml")))


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    # Worked by hand from Wilson's formula with z = 1.96.
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (95, 100, 0.8882, 0.9785)],
)
def test_a_share_has_wilsons_interval(count: int, of: int, low: float, high: float):
    assert evaluate.Share(count, of).interval == pytest.approx((low, high), abs=0.0005)


def test_a_share_of_nothing_is_no_figure():
    assert str(evaluate.Share(0, 0)) == "-"


def test_the_held_out_texts_are_by_other_writers_than_the_training_texts():
    assert not {one.writer for one in BLIND} & {one.writer for one in read_examples()}


def test_few_held_out_texts_stand_in_the_training_texts_and_those_are_left_out():
    twins = list(near_twins(read_examples(), BLIND))
    assert len(twins) < len(BLIND) / 20
    _, fresh, left_out = evaluate._part("blind3", read_examples(), small=False)
    assert left_out == len({(other.idea, other.text) for _, other in twins})
    assert len(fresh) == len(BLIND) - left_out


@pytest.mark.slow
def test_the_page_says_what_was_measured_with_what_and_how_to_do_it_again(tmp_path: Path):
    out = tmp_path / "distress.md"
    assert evaluate.main(["--small", "--out", str(out)]) == 0
    page = out.read_text(encoding="utf-8")
    assert "make evaluate ARGS=" in page
    for line in ("patterns alone", "classifier alone", "no encoder", "Speed", "What goes wrong on the blind3 texts"):
        assert line in page
