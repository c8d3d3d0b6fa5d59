"""The arithmetic of the classifier: from a text's vector and its counted words to a score for each thing it may be.

A score is how much the text resembles texts of that kind rather than others: by meaning (nearness of vectors to those
of the training texts) and by wording (weights of words and pieces of words).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from checkback.distress.encoding import Vectors
from checkback.distress.findings import Danger
from checkback.distress.ngrams import Counted

DANGERS = tuple(danger for danger in Danger if danger not in (Danger.DISTRESS, Danger.UNSCREENED))
"""The kinds of which a text can be acute; a score each."""
WHOLE = ("acute", "high", "low", "emergent", "opt-out")
"""Acute of any kind; at least high; at least low; emergent; a wish for no more texts."""
SCORES = (*WHOLE, *(danger.value for danger in DANGERS))
NEARNESS = 1.5
"""How fast resemblance fades with distance."""

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.int8]


def likeness(one: Vectors, other: Vectors) -> Floats:
    """Between 0 and 1 for each pair of vectors of length one."""
    near: Floats = np.exp(2 * NEARNESS * (one @ other.T - 1)).astype(np.float32)
    return near


@dataclass(frozen=True)
class Squeezed:
    """Numbers kept in a byte each, with a scale for each column."""

    bytes: Bytes
    scales: Floats

    @classmethod
    def of(cls, numbers: npt.NDArray[np.floating]) -> Squeezed:
        scales = np.maximum(np.abs(numbers).max(axis=0), 1e-12).astype(np.float32) / 127
        return cls(np.rint(numbers / scales).astype(np.int8), scales)

    def full(self) -> Floats:
        spread: Floats = self.bytes.astype(np.float32) * self.scales
        return spread


@dataclass(frozen=True)
class ByMeaning:
    """Compares with the vectors of the training texts, along the directions in which those differ most: the rest costs
    time and tells nothing.
    """

    directions: Floats
    vectors: Vectors
    weights: Floats

    def scores(self, vectors: Vectors) -> Floats:
        found: Floats = likeness(vectors @ self.directions, self.vectors) @ self.weights
        return found


@dataclass(frozen=True)
class ByWording:
    """Adds up the weights of what was counted."""

    weights: Squeezed

    def scores(self, counted: Sequence[Counted]) -> Floats:
        rows = [one.weights @ self.weights.bytes[one.places].astype(np.float32) for one in counted]
        found: Floats = np.stack(rows) * self.weights.scales
        return found


@dataclass(frozen=True)
class Calibration:
    """Turns scores into probabilities: for each thing it may be, how much each score says about it, and a constant."""

    weights: Floats
    constants: Floats

    def probabilities(self, scores: Floats) -> Floats:
        found: Floats = 1 / (1 + np.exp(-(with_gravest(scores) @ self.weights + self.constants)))
        return found


def with_gravest(scores: Floats) -> Floats:
    """The scores, and behind them the greatest of the dangers'."""
    gravest = scores[:, len(WHOLE) :].max(axis=1, keepdims=True)
    return np.hstack([scores, gravest]).astype(np.float32)
