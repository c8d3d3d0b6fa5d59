"""Keeps training and measuring apart: never the same words on both sides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from checkback.distress.examples import Example
from checkback.distress.ngrams import PLACES, Counted, count, words_of

NEAREST = 0.85
"""From this likeness of words and pieces on, two texts are the same text written twice."""
_FEW_WORDS = 3
_BATCH = 256


def near_twins(learned: Sequence[Example], measured: Sequence[Example]) -> Iterator[tuple[Example, Example]]:
    """Pairs across the two sides that are nearly the same words."""
    known, asked = ([one for one in side if len(words_of(one.text, {})) > _FEW_WORDS] for side in (learned, measured))
    if not known or not asked:
        return
    left = _spread(known)
    for start in range(0, len(asked), _BATCH):
        near = _spread(asked[start : start + _BATCH]) @ left.T
        for row, column in zip(*np.nonzero(near > NEAREST), strict=True):
            yield known[column], asked[start + row]


def _spread(examples: Iterable[Example]) -> npt.NDArray[np.float32]:
    """Counted words in fewer places than the classifier's: likeness needs no more."""
    rarity = np.ones(PLACES, dtype=np.float32)
    rows = [count(words_of(one.text, {}), rarity) for one in examples]
    return np.stack([_row(row) for row in rows])


def _row(counted: Counted, places: int = 4096) -> npt.NDArray[np.float32]:
    row = np.bincount(counted.places % places, weights=counted.weights, minlength=places).astype(np.float32)
    return row / max(float(np.linalg.norm(row)), 1e-9)
