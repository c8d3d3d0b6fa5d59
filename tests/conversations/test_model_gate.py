"""A new model goes in use only when it understands no worse, and can be taken back."""

from __future__ import annotations

import io
import shutil
import tarfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from scripts import model as gate
from scripts.model import Figures, Refused, why_not
from scripts.understanding import Example

MEANINGS = "meanings.npz"


@pytest.fixture(scope="module")
def asked() -> Sequence[Example]:
    """Some of the held-out texts, of every label."""
    return gate.fresh_texts()[::3]


@pytest.fixture
def models(model: Path, tmp_path: Path) -> Path:
    """A folder with the model in use, and the same again as a candidate."""
    for name in ("checkback", "candidate"):
        shutil.copy2(model, tmp_path / f"{name}.tar.gz")
        (tmp_path / f"{name}.hash").write_text(f"{name}\n")
    return tmp_path


def spoil(model: Path) -> None:
    """What it has learned stands under the wrong labels: a mistake in the data could do that."""
    with tarfile.open(model) as archive:
        kept = [(m, f.read() if (f := archive.extractfile(m)) else None) for m in archive.getmembers()]
    with tarfile.open(model, "w:gz") as archive:
        for member, content in kept:
            spoiled = _with_labels_moved(content) if content and member.name.endswith(MEANINGS) else content
            member.size = len(spoiled or b"")
            archive.addfile(member, io.BytesIO(spoiled) if spoiled is not None else None)


def _with_labels_moved(content: bytes) -> bytes:
    with np.load(io.BytesIO(content)) as learned:
        parts = {name: learned[name] for name in learned.files}
    parts["labels"] = np.roll(parts["labels"], 1)
    out = io.BytesIO()
    np.savez_compressed(out, **parts)
    return out.getvalue()


def test_one_that_understands_as_well_goes_in_use_and_can_be_taken_back(models, asked):
    old = (models / "checkback.tar.gz").read_bytes()
    figures = gate.activate(models, asked)
    assert figures.macro > gate.FLOOR
    assert (models / "checkback.hash").read_text() == "candidate\n"
    assert not (models / "candidate.tar.gz").exists()
    gate.rollback(models)
    assert (models / "checkback.tar.gz").read_bytes() == old
    assert (models / "checkback.hash").read_text() == "checkback\n"


def test_a_spoiled_one_is_refused_and_the_one_in_use_stays(models, asked):
    spoil(models / "candidate.tar.gz")
    old = (models / "checkback.tar.gz").read_bytes()
    with pytest.raises(Refused, match="macro F1"):
        gate.activate(models, asked)
    assert (models / "checkback.tar.gz").read_bytes() == old
    assert not (models / "before.tar.gz").exists()


def test_the_command_says_why_and_ends_with_one(models, capsys):
    (models / "candidate.tar.gz").write_bytes(b"half a file")
    assert gate.main(["activate", "--models", str(models)]) == 1
    assert "cannot be read" in capsys.readouterr().err
    (models / "candidate.tar.gz").unlink()
    assert gate.main(["activate", "--models", str(models)]) == 1
    assert gate.main(["rollback", "--models", str(models)]) == 1


@pytest.mark.parametrize(
    ("new", "running", "reasons"),
    [
        (Figures(0.93, {"deny": 0.9}), Figures(0.935, {"deny": 0.95}), 0),
        (Figures(0.92, {"deny": 0.9}), Figures(0.935, {"deny": 0.9}), 1),
        (Figures(0.84, {"deny": 0.9}), None, 1),
        (Figures(0.93, {"wrong_person": 0.7}), Figures(0.93, {"wrong_person": 0.9}), 1),
        (Figures(0.93, {}), Figures(0.93, {"wrong_person": 0.9}), 1),
        (Figures(0.93, {"deny": 0.5}), None, 1),
    ],
    ids=["a-little-worse", "worse", "below-the-floor", "one-label-worse", "a-label-forgotten", "one-label-below"],
)
def test_what_speaks_against_a_model(new, running, reasons):
    assert len(why_not(new, running)) == reasons
