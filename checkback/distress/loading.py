"""The whole screen of this package: its patterns and its trained classifier."""

from __future__ import annotations

from checkback.distress.classifier import TrainedClassifier, load_classifier
from checkback.distress.rulebook import Rulebook, read_rulebook
from checkback.distress.screen import DistressScreen


def load() -> DistressScreen:
    """Takes a second or two; once per process is enough.

    Raises:
        BrokenRule: a pattern file cannot be used.
        BrokenArtefact: the trained classifier cannot be used.
    """
    book = read_rulebook()
    return whole(book, load_classifier(book.signs))


def whole(book: Rulebook, classifier: TrainedClassifier) -> DistressScreen:
    """Rules and classifier; the rules hear misspelt words as the classifier reads them."""
    return DistressScreen(book, classifier, classifier.mended)
