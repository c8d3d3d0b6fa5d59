"""The classifier as it was trained: reads the committed artefact and gives an opinion on a text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from checkback.distress.combining import Opinion
from checkback.distress.encoding import Encoder, EncoderUnavailable
from checkback.distress.findings import Danger, Level, Urgency
from checkback.distress.heads import (
    DANGERS,
    SCORES,
    WHOLE,
    ByMeaning,
    ByWording,
    Calibration,
    Floats,
    Squeezed,
)
from checkback.distress.ngrams import count, words_of
from checkback.distress.plainly import Plainly

TRAINED = Path(__file__).parent / "trained"
FORMAT = 3
"""Of the artefact. Raise it when what is counted, encoded or added up changes its meaning."""


_OPT_OUT = WHOLE.index("opt-out")
_A_WORD_AND_A_COURTESY = 3
"""The carrier's words so written are an opt-out whatever the classifier thinks."""

BY_WORDS = "-words"
"""How the version ends where the encoder is missing."""


class BrokenArtefact(ValueError):
    """The trained classifier cannot be used; the message says why. Train it anew."""


@dataclass(frozen=True)
class Thresholds:
    """From which probability on a text is what. Set on texts by other writers than those it learned from."""

    page: float
    ask: float
    frame: float
    pattern: float
    mention: float
    distress: float
    high: float
    low: float
    emergent: float
    opt_out: float
    opt_out_heard: float


@dataclass(frozen=True)
class Way:
    """One way to judge: with the encoder, or by wording alone."""

    meaning: ByMeaning | None
    wording: ByWording
    calibration: Calibration
    thresholds: Thresholds


class TrainedClassifier:
    """Implements `combining.Classifier`."""

    def __init__(self, way: Way, rarity: Floats, plainly: Plainly, encoder: Encoder | None, version: str) -> None:
        self._way = way
        self._rarity = rarity
        self._plainly = plainly
        self._encoder = encoder
        self.version = version

    @property
    def thresholds(self) -> Thresholds:
        return self._way.thresholds

    def mended(self, word: str, more: frozenset[str] = frozenset()) -> str:
        """A folded word as it was likely meant; `more` are words it does not know that may be meant."""
        return self._plainly.mended(word, more)

    def judge(self, texts: Sequence[str]) -> list[Opinion]:
        return [self.opinion(text, row) for text, row in zip(texts, self.probabilities(texts), strict=True)]

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """A row a text, a column for each of `SCORES`."""
        texts = [self._plainly.write(text) for text in texts]
        scores = self._way.wording.scores([count(words_of(text, {}), self._rarity) for text in texts])
        if self._encoder is not None and self._way.meaning is not None:
            scores = scores + self._way.meaning.scores(self._encoder.encode(texts))
        # Rounded, so that the last bit of a sum, which differs between processors, decides nothing.
        found: Floats = np.round(self._way.calibration.probabilities(scores), 4)
        found[[not text.strip() for text in texts]] = 0
        return found

    def opinion(self, text: str, row: Floats) -> Opinion:
        """On a text with these probabilities."""
        found, at = self._opinion(row), self.thresholds
        words = sum(word.isalpha() or word.startswith("#") for word in words_of(text, {}))
        found = replace(
            found,
            doubts_frames=found.probability < at.frame,
            doubts_patterns=found.probability < at.pattern,
            doubts_distress=float(row[WHOLE.index("high")]) < at.distress,
            doubts_opt_out=words > _A_WORD_AND_A_COURTESY and float(row[_OPT_OUT]) < at.opt_out_heard,
        )
        found = replace(found, finds_nothing=found.doubts_distress and found.probability < at.mention)
        if found.level is Level.ACUTE and words == 1:
            # A lone "help" or "911" may be anything: that is what the closed question is for. Rules know plain ones.
            return replace(found, level=Level.HIGH, urgency=None, is_unsure=True)
        return found

    def _opinion(self, row: Floats) -> Opinion:
        at = self._way.thresholds
        acute, high, low, emergent = (float(row[column]) for column in range(4))
        danger = DANGERS[int(np.argmax(row[len(WHOLE) :]))]
        opt_out = float(row[_OPT_OUT]) >= at.opt_out
        if acute >= at.page:
            urgency = Urgency.EMERGENT if emergent >= at.emergent else Urgency.URGENT
            return Opinion(Level.ACUTE, danger, acute, urgency, opt_out)
        if acute >= at.ask:
            return Opinion(Level.HIGH, danger, acute, opt_out=opt_out, is_unsure=True)
        level = Level.HIGH if high >= at.high else Level.LOW if low >= at.low else Level.NONE
        return Opinion(level, Danger.DISTRESS, acute, opt_out=opt_out)


def load_classifier(signs: Mapping[str, str], folder: Path = TRAINED, *, encode: bool = True) -> TrainedClassifier:
    """With the encoder if it is there and the right one, else by wording alone. Raises BrokenArtefact."""
    said = _read_description(folder)
    encoder = _encoder() if encode else None
    with np.load(folder / "classifier.npz", allow_pickle=False) as kept:
        name = "whole" if encoder else "words"
        meaning = _meaning(kept) if encoder else None
        wording = ByWording(Squeezed(kept[f"{name}-bytes"], kept[f"{name}-scales"]))
        calibration = Calibration(kept[f"{name}-calibration"], kept[f"{name}-constants"])
        rarity = kept["rarity"].astype(np.float32)
        often = dict(zip(kept["known"].tolist(), kept["often"].tolist(), strict=True))
    way = Way(meaning, wording, calibration, said["thresholds"][name])
    version = f"classifier-{said['version']}{'' if encoder else BY_WORDS}"
    plainly = Plainly(signs, often, encoder.words if encoder else frozenset())
    return TrainedClassifier(way, rarity, plainly, encoder, version)


def _encoder() -> Encoder | None:
    try:
        return Encoder()
    except EncoderUnavailable:
        return None


def _meaning(kept: Mapping[str, Any]) -> ByMeaning:
    vectors = Squeezed(kept["vectors-bytes"], kept["vectors-scales"]).full()
    return ByMeaning(kept["directions"].astype(np.float32), vectors, kept["meaning"].astype(np.float32))


def _read_description(folder: Path) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads((folder / "classifier.json").read_text(encoding="utf-8"))
        found = hashlib.sha256((folder / "classifier.npz").read_bytes()).hexdigest()
    except (OSError, ValueError) as error:
        raise BrokenArtefact(f"the trained classifier cannot be read ({type(error).__name__})") from error
    if said.get("format") != FORMAT:
        raise BrokenArtefact(f"the trained classifier has format {said.get('format')}, not {FORMAT}")
    if found != said["sha256"] or said["scores"] != list(SCORES):
        raise BrokenArtefact("the trained classifier is not the one its description speaks of")
    return said | _read_thresholds(folder / "thresholds.yml", found)


def _read_thresholds(file: Path, trained: str) -> dict[str, Any]:
    """As people set them, for both ways to judge; they are part of the version."""
    try:
        page = yaml.safe_load(file.read_text(encoding="utf-8"))
        found = {name: Thresholds(**page[name]) for name in ("whole", "words")}
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise BrokenArtefact(f"{file.name} cannot be used ({type(error).__name__})") from error
    digest = hashlib.sha256(f"{trained} {found}".encode()).hexdigest()
    return {"thresholds": found, "version": digest[:12]}
