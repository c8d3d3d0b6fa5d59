"""A bounded run of the noise that learns (scripts/fuzz.py), with a fixed seed: it ends well, or shows the input."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.house.tree import ROOT

RUNS = 20_000


@pytest.mark.parametrize("target", ["form", "phone", "text"])
def test_noise_that_learns_finds_nothing(target, tmp_path):
    command = [sys.executable, "-m", "scripts.fuzz", target, f"--runs={RUNS}", "--seed=1", f"--corpus={tmp_path}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"Done {RUNS} runs" in done.stderr
    assert not list(tmp_path.glob("crash-*"))


def test_a_parser_that_lets_something_else_through_is_found_and_its_input_kept(tmp_path):
    """The same run without the refusal that the form's target allows for."""
    breaks = (
        "import sys, scripts.fuzz as fuzz; fuzz.TARGETS = {'form': fuzz.read_form};"
        f" sys.argv = ['fuzz', 'form', '--runs={RUNS}', '--corpus={tmp_path}']; fuzz.main()"
    )
    command = [sys.executable, "-c", breaks]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode != 0
    assert list(tmp_path.glob("crash-*"))
