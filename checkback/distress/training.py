"""Trains the classifier from the examples and writes the artefact that is committed.

    python -m checkback.distress.training

The same examples give the same artefact on the same machine. Nothing here measures the screen: `make evaluate` does, on
texts by other writers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from checkback.distress.classifier import FORMAT, TRAINED
from checkback.distress.encoding import Encoder, Vectors
from checkback.distress.examples import Example, hash_of, read_examples
from checkback.distress.findings import Level, Urgency
from checkback.distress.heads import DANGERS, SCORES, Squeezed, likeness, with_gravest
from checkback.distress.ngrams import PLACES, Counted, count, names_in, place_of, words_of
from checkback.distress.plainly import Plainly, known_words
from checkback.distress.rulebook import read_rulebook

STIFFNESS = 0.2
"""How much the classifier distrusts any one example."""
WORDING = 0.6
"""How much likeness of words counts beside likeness of meaning."""
DIRECTIONS = 192
"""Of the encoder's 512: with fewer, recall suffers; with all, a text takes twice as long."""
_NEVER = -9.0
"""The constant of what no example is."""

Numbers = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Material:
    """Examples as numbers."""

    examples: tuple[Example, ...]
    targets: Numbers
    directions: Vectors
    vectors: Vectors
    """Along the directions."""
    counted: sparse.csr_matrix
    rarity: npt.NDArray[np.float32]
    known: Mapping[str, int]


@dataclass(frozen=True)
class Learned:
    """One way to judge, before it is squeezed: a weight on each example for each score."""

    weights: Singles
    inverse: Singles
    """Of how alike the examples are; from it follows what any of them would be taken for, had it not been learned."""


def material_of(examples: Sequence[Example], signs: Mapping[str, str], encoder: Encoder) -> Material:
    """Write every text plainly, encode and count it."""
    known = known_words((one.text for one in examples), signs)
    plainly = Plainly(signs, known, encoder.words)
    texts = [plainly.write(one.text) for one in examples]
    words = [words_of(text, {}) for text in texts]
    rarity = rarity_in(words)
    vectors = encoded(texts, encoder)
    directions = directions_in(vectors)
    return Material(
        examples=tuple(examples),
        targets=np.stack([targets_of(one) for one in examples]),
        directions=directions,
        vectors=vectors @ directions,
        counted=rows_of([count(each, rarity) for each in words]),
        rarity=rarity,
        known=known,
    )


def encoded(texts: Sequence[str], encoder: Encoder) -> Vectors:
    """A row a text; in small lots, which is fastest."""
    return np.vstack([encoder.encode(texts[at : at + 32]) for at in range(0, len(texts), 32)])


def directions_in(vectors: Vectors) -> Vectors:
    """Along which they differ most."""
    spread = vectors.T.astype(np.float64) @ vectors
    found: Vectors = np.linalg.eigh(spread)[1][:, -DIRECTIONS:].astype(np.float16).astype(np.float32)
    return found


def rarity_in(words: Sequence[list[str]]) -> npt.NDArray[np.float32]:
    """Rarer is heavier; what was seen in one text only, and never, weighs nothing."""
    seen = np.zeros(PLACES)
    for each in words:
        seen[list({place_of(name) for name in names_in(each)})] += 1
    rarity = np.log((1 + len(words)) / (1 + seen)) + 1
    rarity[seen == 0] = 0
    return rarity.astype(np.float16).astype(np.float32)


def rows_of(counted: Sequence[Counted]) -> sparse.csr_matrix:
    """One row a text."""
    ends = np.cumsum([0, *(len(one.places) for one in counted)])
    places, weights = (
        np.concatenate([one.places for one in counted]),
        np.concatenate([one.weights for one in counted]),
    )
    return sparse.csr_matrix((weights, places, ends), shape=(len(counted), PLACES))


def targets_of(example: Example) -> Numbers:
    """What a text is, one for each score: 1 or -1."""
    acute = example.level is Level.ACUTE
    whole = (
        acute,
        example.level.rank >= Level.HIGH.rank,
        example.level.rank >= Level.LOW.rank,
        example.urgency is Urgency.EMERGENT,
        example.opt_out,
    )
    return np.where([*whole, *(acute and example.danger is danger for danger in DANGERS)], 1.0, -1.0)


def learn(material: Material, *, with_meaning: bool) -> Learned:
    """For each score the weights that come nearest to what the examples mean, held back by their size."""
    alike = (WORDING * (material.counted @ material.counted.T)).toarray().astype(np.float32)
    if with_meaning:
        alike += likeness(material.vectors, material.vectors)
    distrust = STIFFNESS / balanced(material.targets[:, 0])
    alike[np.diag_indices(len(alike))] += distrust.astype(np.float32)
    inverse = _inverse(alike)
    return Learned(inverse @ material.targets.astype(np.float32), inverse)


def _inverse(matrix: Singles) -> Singles:
    """Of a symmetric matrix whose every eigenvalue is above 0, in its own place."""
    half, failed = linalg.lapack.spotrf(matrix.T, lower=True, overwrite_a=True)
    if not failed:
        half, failed = linalg.lapack.spotri(half, lower=True, overwrite_c=True)
    if failed:
        raise ArithmeticError("the examples cannot be told apart: raise STIFFNESS")
    lower: Singles = np.tril(half)
    lower += np.tril(half, -1).T
    return lower


def balanced(acute: Numbers) -> Numbers:
    """Acute and the rest weigh alike, whatever their numbers."""
    share = float(np.mean(acute > 0))
    return np.where(acute > 0, 0.5 / share, 0.5 / (1 - share))


def left_out(material: Material, learned: Learned, names: Sequence[str]) -> Numbers:
    """Scores of each example by what was learned from those of other names (ideas, writers) alone.

    Exactly what learning anew without them gives, from one inverse (Seber and Lee, Linear Regression Analysis, on
    residuals of deleted cases).
    """
    found = np.zeros(material.targets.shape)
    for rows in _rows_by(names):
        among = learned.inverse[np.ix_(rows, rows)].astype(np.float64)
        found[rows] = material.targets[rows] - linalg.solve(among, learned.weights[rows], assume_a="pos")
    return found


def _rows_by(names: Sequence[str]) -> Iterator[Rows]:
    each, of = np.unique(np.asarray(names), return_inverse=True)
    order = np.argsort(of, kind="stable")
    yield from np.split(order, np.cumsum(np.bincount(of, minlength=len(each)))[:-1])


def calibrated(scores: Numbers, targets: Numbers) -> tuple[Numbers, Numbers]:
    """For each thing a text may be, how likely it is at these scores: weights and a constant."""
    seen = with_gravest(scores.astype(np.float32))
    weights, constants = np.zeros((seen.shape[1], targets.shape[1])), np.full(targets.shape[1], _NEVER)
    for column in np.flatnonzero((targets > 0).any(axis=0)):
        asked = _asked(int(column), seen.shape[1])
        fitted = LogisticRegression(C=10.0, max_iter=1000).fit(seen[:, asked], targets[:, column] > 0)
        weights[asked, column], constants[column] = fitted.coef_[0], fitted.intercept_[0]
    return weights, constants


def _asked(column: int, gravest: int) -> list[int]:
    """Which scores speak to the question: a danger's its own, and for acute also the gravest danger's."""
    if column == SCORES.index("acute"):
        return [column, SCORES.index("high"), gravest - 1]
    return [column]


def train(examples: Sequence[Example], signs: Mapping[str, str], encoder: Encoder) -> dict[str, npt.NDArray[Any]]:
    """Everything the artefact holds."""
    material = material_of(examples, signs, encoder)
    kept: dict[str, npt.NDArray[Any]] = {
        "rarity": material.rarity.astype(np.float16),
        "known": np.array(sorted(material.known)),
        "often": np.array([material.known[word] for word in sorted(material.known)], dtype=np.int32),
        **_squeezed("vectors", material.vectors),
        "directions": material.directions.astype(np.float16),
    }
    for name, with_meaning in (("whole", True), ("words", False)):
        learned = learn(material, with_meaning=with_meaning)
        kept |= _squeezed(name, WORDING * (material.counted.T @ learned.weights))
        if with_meaning:
            kept["meaning"] = learned.weights.astype(np.float16)
        judged = left_out(material, learned, [one.idea for one in examples])
        weights, constants = calibrated(judged, material.targets)
        kept[f"{name}-calibration"] = weights.astype(np.float32)
        kept[f"{name}-constants"] = constants.astype(np.float32)
    return kept


def _squeezed(name: str, numbers: Numbers | Vectors) -> dict[str, npt.NDArray[Any]]:
    small = Squeezed.of(numbers)
    return {f"{name}-bytes": small.bytes, f"{name}-scales": small.scales}


def write(kept: Mapping[str, npt.NDArray[Any]], examples: Sequence[Example], folder: Path = TRAINED) -> None:
    """The numbers, and beside them what they are and what they were made of."""
    folder.mkdir(exist_ok=True)
    file = folder / "classifier.npz"
    np.savez_compressed(file, allow_pickle=False, **kept)
    said = {
        "format": FORMAT,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "examples": {"sha256": hash_of(tuple(examples)), "texts": len(examples)},
        "scores": list(SCORES),
    }
    (folder / "classifier.json").write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Train on every example of the package."""
    examples = read_examples()
    write(train(examples, read_rulebook().signs, Encoder()), examples)


if __name__ == "__main__":
    main()
