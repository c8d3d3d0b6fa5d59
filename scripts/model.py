"""Puts a newly trained assistant in use only after it has shown that it understands no worse, and takes one back.

    bot/.venv/bin/python -m bot.train --candidate     trains models/candidate.tar.gz; the one in use stays
    bot/.venv/bin/python -m scripts.model evaluate    what both understand of texts that neither was made from
    bot/.venv/bin/python -m scripts.model activate    puts the candidate in use, or says why not (exit 1)
    bot/.venv/bin/python -m scripts.model rollback    puts the one before in use again

The assistant reads its model when it is started: restart it afterwards. What is asked are the texts of
tests/conversations/heldout without near twins of training texts; the best label counts, as in scripts/understanding.py.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.meaning import Classifier, Encoder
from scripts.understanding import Example, held_out, macro, scores, taught, without_twins

MODELS = Path("models")
IN_USE, CANDIDATE, BEFORE = "checkback", "candidate", "before"
_MEANINGS = "meanings.npz"
#: Macro F1 below which none goes in use, and how much a new one may lose: less than a hundredth is noise of the texts.
FLOOR, MAY_LOSE = 0.85, 0.01
#: The same for each label by itself: some mean that a family is not texted any more, or that a person calls.
LABEL_FLOOR, LABEL_MAY_LOSE = 0.6, 0.1


class Refused(Exception):
    """The candidate stays where it is; the message says why."""


@dataclass(frozen=True)
class Figures:
    """How well one model understands: macro F1, and F1 by label."""

    macro: float
    labels: Mapping[str, float]


def evaluate(model: Path, asked: Sequence[Example]) -> Figures:
    """Let a model understand these texts. Raises Refused when it is no model of ours."""
    with tempfile.TemporaryDirectory() as folder:
        kept = _meanings_of(model, Path(folder) / _MEANINGS)
        classifier = Classifier.load(kept)
    told = classifier.scores(Encoder().encode([one.text for one in asked])).argmax(axis=1)
    labels = [classifier.labels[int(best)] for best in told]
    return Figures(macro(asked, labels), {label: f1 for label, (f1, _) in scores(asked, labels).items()})


def why_not(new: Figures, running: Figures | None) -> list[str]:
    """What speaks against putting it in use; nothing when it may."""
    least = max(FLOOR, running.macro - MAY_LOSE if running else FLOOR)
    found = [] if new.macro >= least else [f"macro F1 is {new.macro:.3f}, and must be {least:.3f}"]
    for label in sorted({*new.labels, *(running.labels if running else ())}):
        told, before = new.labels.get(label, 0.0), running.labels.get(label, 0.0) if running else 0.0
        must_be = max(LABEL_FLOOR, before - LABEL_MAY_LOSE)
        if told < must_be:
            found.append(f"{label}: F1 is {told:.2f}, and must be {must_be:.2f}")
    return found


def activate(models: Path, asked: Sequence[Example]) -> Figures:
    """Put the candidate in use. The one before is kept for `rollback`. Raises Refused, and then nothing has changed."""
    candidate, in_use = _file(models, CANDIDATE), _file(models, IN_USE)
    if not candidate.is_file():
        raise Refused(f"there is no {candidate}: train one with `python -m bot.train --candidate`")
    new = evaluate(candidate, asked)
    reasons = why_not(new, evaluate(in_use, asked) if in_use.is_file() else None)
    if reasons:
        raise Refused("; ".join(reasons))
    for ending in (".tar.gz", ".hash"):
        if (models / f"{IN_USE}{ending}").is_file():
            _copy(models / f"{IN_USE}{ending}", models / f"{BEFORE}{ending}")
    _move(models, CANDIDATE, IN_USE)
    return new


def rollback(models: Path) -> None:
    """Put the one before in use again; the one in use becomes the candidate. Raises Refused when there is none."""
    if not _file(models, BEFORE).is_file():
        raise Refused(f"there is no {_file(models, BEFORE)}: nothing was put in use before this one")
    for ending in (".tar.gz", ".hash"):
        if (models / f"{IN_USE}{ending}").is_file():
            _copy(models / f"{IN_USE}{ending}", models / f"{CANDIDATE}{ending}")
    _move(models, BEFORE, IN_USE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what is asked; 1 with one line a reason when a model is refused."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("evaluate", "activate", "rollback"))
    parser.add_argument("--models", type=Path, default=MODELS, help="the folder of the models")
    asked = parser.parse_args(arguments)
    try:
        if asked.what == "rollback":
            rollback(asked.models)
            _say("the model before is in use again; restart the assistant")
        elif asked.what == "activate":
            _say(f"in use, macro F1 {activate(asked.models, fresh_texts()).macro:.3f}; restart the assistant")
        else:
            _compare(asked.models, fresh_texts())
    except Refused as refused:
        sys.stderr.write(f"model: {refused}\n")
        return 1
    return 0


def fresh_texts() -> list[Example]:
    """The held-out texts that stand nearly word for word in no training text."""
    return without_twins(held_out(), taught())


def _compare(models: Path, asked: Sequence[Example]) -> None:
    for name in (IN_USE, CANDIDATE, BEFORE):
        if _file(models, name).is_file():
            _say(f"{name:<10} macro F1 {evaluate(_file(models, name), asked).macro:.3f} on {len(asked)} texts")


def _meanings_of(model: Path, target: Path) -> Path:
    try:
        with tarfile.open(model) as archive:
            for member in archive:
                inside = archive.extractfile(member) if member.name.endswith(f"/{_MEANINGS}") else None
                if inside is not None:
                    target.write_bytes(inside.read())
                    return target
    except (tarfile.TarError, OSError, EOFError) as error:
        raise Refused(f"{model} cannot be read ({type(error).__name__}); train it anew") from error
    raise Refused(f"{model} is no model of ours: it holds no {_MEANINGS}")


def _move(models: Path, name: str, to: str) -> None:
    """The model first, in one step: whoever starts in between finds a whole one."""
    _file(models, name).replace(_file(models, to))
    (models / f"{to}.hash").unlink(missing_ok=True)
    if (models / f"{name}.hash").is_file():
        (models / f"{name}.hash").replace(models / f"{to}.hash")


def _copy(source: Path, target: Path) -> None:
    half = target.with_name(f".{target.name}.half")
    shutil.copyfile(source, half)
    half.replace(target)


def _file(models: Path, name: str) -> Path:
    return models / f"{name}.tar.gz"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
