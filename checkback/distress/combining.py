"""Puts together what the rules heard and what the classifier takes a text to be: either may raise, the worse counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from checkback.distress.findings import (
    CLASSIFIER_FAILED,
    CLASSIFIER_RULE,
    Danger,
    Evidence,
    Finding,
    Level,
    Urgency,
    weigh,
)

FRAME = ".frame."
UNSURE = ":unsure"

_SURE = 0.95
_SHORT = 60
_LOOKED_BACK = 100
"""Characters: of the end that is read with what came before, and of what came before."""


@dataclass(frozen=True)
class Opinion:
    """What the classifier takes one text to be. `urgency` is set exactly when the level is acute."""

    level: Level
    danger: Danger
    probability: float
    """That the text is acute."""
    urgency: Urgency | None = None
    opt_out: bool = False
    is_unsure: bool = False
    """Too likely acute to let pass, not likely enough to page: a person looks, and one closed question is asked."""
    doubts_frames: bool = False
    """So unlikely acute that a frame alone does not page: it heard words that often stand in harmless sentences."""
    doubts_opt_out: bool = False
    """What a rule took for a wish for no more texts is likely another: for a call, for somebody else to stop."""
    doubts_patterns: bool = False
    """So very unlikely acute that a pattern whose words stand in harmless texts as often does not either."""
    doubts_distress: bool = False
    """So unlikely any marked distress that what a rule heard of it, or in a frame, is no more than worth a mention."""

    finds_nothing: bool = False
    """Neither danger nor marked distress is anything but most unlikely: a weighed pattern, too, is only a mention."""

    @property
    def weight(self) -> tuple[int, bool, bool, float]:
        return (self.level.rank, self.urgency is Urgency.EMERGENT, self.is_unsure, self.probability)


class Classifier(Protocol):
    """Hears indirect and never-seen wording."""

    @property
    def version(self) -> str:
        """Changes with what it learned."""

    def judge(self, texts: Sequence[str]) -> Sequence[Opinion]:
        """An opinion on each text. Deterministic, shared by threads, bounded by the length of the texts."""


class Unlearned:
    """No classifier: the rules alone. For trying out rules, and for measuring what a classifier adds."""

    version = "none"

    def judge(self, texts: Sequence[str]) -> Sequence[Opinion]:
        return [Opinion(Level.NONE, Danger.DISTRESS, 0.0) for _ in texts]


class Together:
    """Asks a classifier about all the texts at once that will be needed: it reads its weights once for all of them."""

    def __init__(self, classifier: Classifier, texts: Iterable[str]) -> None:
        self._classifier = classifier
        self._asked = list(dict.fromkeys(texts))
        self._found: dict[str, Opinion] = {}
        self.version = classifier.version

    def judge(self, texts: Sequence[str]) -> Sequence[Opinion]:
        asked, self._asked = self._asked, []
        for some in (asked, [text for text in texts if text not in self._found and text not in asked]):
            if some:
                self._found.update(zip(some, self._classifier.judge(some), strict=True))
        return [self._found[text] for text in texts]


def opinion_on(classifier: Classifier, text: str, explained: Iterable[tuple[int, int]]) -> Opinion:
    """What the classifier says of the text, and of what is left of it without the words that are explained.

    Only an idiom or a denial that a rule heard explains words, and nothing beyond its own: "this traffic is killing me
    and he hit me again" is still judged by its second half. The milder of the two opinions counts; but where the
    classifier is all but sure, no rule explains it away: "send police has gun" is no talk of a policeman's gun.
    """
    whole = classifier.judge([text])[0]
    rest = _without(text, explained)
    if whole.level is Level.NONE or whole.probability >= _SURE or rest == text:
        return whole
    if not any(char.isalpha() for char in rest):
        return Opinion(Level.NONE, Danger.DISTRESS, 0.0)
    return min(whole, classifier.judge([rest])[0], key=lambda opinion: opinion.weight)


def news_of(classifier: Classifier, earlier: str, joined: str, explained: Iterable[tuple[int, int]]) -> Opinion:
    """What the end of the joined text says with the earlier texts that they did not say by themselves.

    Only a short end is read so: a thought cut in two by the send key. A longer one was judged by itself, and reading
    everything again for each text would take the time of three.
    """
    if not is_read_together(earlier, joined):
        return Opinion(Level.NONE, Danger.DISTRESS, 0.0)
    start = _start_of_end(earlier)
    moved = [(first - start, last - start) for first, last in explained if first >= start]
    now = opinion_on(classifier, joined[start:], moved)
    if now.level is Level.NONE:
        return now
    before = classifier.judge([earlier[start:]])[0]
    return now if now.weight[:3] > before.weight[:3] else Opinion(Level.NONE, Danger.DISTRESS, 0.0)


def is_read_together(earlier: str, joined: str) -> bool:
    return len(joined) - len(earlier) <= _SHORT


def end_of(earlier: str, joined: str) -> str:
    """What the classifier reads of the joined text."""
    return joined[_start_of_end(earlier) :]


def _start_of_end(earlier: str) -> int:
    return max(0, len(earlier) - _LOOKED_BACK)


def combine(heard: Finding, opinion: Opinion, text: str) -> Finding:
    """Either may raise. Where a rule heard acute danger, the rule says which kind: it went by plain words.

    A pattern of plain words pages by itself, unless it is one to be weighed. A frame is broader, a verb over a class of
    words. Where the classifier doubts these, a person looks and one closed question is asked.
    """
    heard = _doubted(heard, opinion)
    opt_out = opinion.opt_out or (heard.opt_out and not opinion.doubts_opt_out)
    if opinion.level is Level.NONE:
        return replace(heard, opt_out=opt_out)
    if heard.danger is Danger.UNSCREENED and opinion.level is not Level.ACUTE:
        return replace(heard, opt_out=opt_out)
    whole = weigh([*heard.evidence, _evidence(opinion, text)], opt_out=opt_out, version=heard.version)
    danger = heard.danger if heard.level is Level.ACUTE else whole.danger
    # The words a rule heard stand before an opinion that is no worse: a clinician sees them first.
    ordered = sorted(
        whole.evidence, key=lambda one: (-one.weight[0], -one.weight[1], one.rule.startswith(CLASSIFIER_RULE))
    )
    review = (opinion.is_unsure or heard.review) and whole.level is Level.HIGH
    return replace(whole, danger=danger, evidence=tuple(ordered), review=review)


def _doubted(heard: Finding, opinion: Opinion) -> Finding:
    """As far as the classifier lets it stand. What it doubts is marked so; plain words of danger reach a person."""
    evidence = [_left_of(one, opinion) for one in heard.evidence]
    if evidence == list(heard.evidence):
        return heard
    weighed = weigh(evidence, opt_out=heard.opt_out, version=heard.version)
    asked = any(one.level is Level.HIGH and one.rule.endswith(UNSURE) for one in evidence)
    return replace(weighed, review=asked and weighed.level is Level.HIGH)


def _left_of(one: Evidence, opinion: Opinion) -> Evidence:
    is_frame = FRAME in one.rule
    if one.danger is Danger.UNSCREENED or one.level.rank < Level.HIGH.rank:
        return one
    if one.level is Level.ACUTE and not (
        opinion.doubts_frames if is_frame else one.weighed and opinion.doubts_patterns
    ):
        return one
    if one.level is Level.HIGH and not opinion.doubts_distress:
        return one
    is_plain = one.level is Level.ACUTE and not is_frame and not opinion.finds_nothing
    left = Level.HIGH if is_plain or not opinion.doubts_distress else Level.LOW
    return replace(one, rule=f"{one.rule}{UNSURE}", level=left, urgency=None)


def unheard(heard: Finding, text: str) -> Finding:
    """The classifier broke: the rules still page, and where they heard nothing a person reads the text."""
    failed = Evidence(CLASSIFIER_FAILED, Danger.UNSCREENED, 0, len(text), text, Level.HIGH)
    return weigh([*heard.evidence, failed], opt_out=heard.opt_out, version=heard.version)


def _evidence(opinion: Opinion, text: str) -> Evidence:
    """The opinion as a clinician sees it: the whole text, and how likely it is acute."""
    rule = f"{CLASSIFIER_RULE}{opinion.danger}:{opinion.probability:.2f}"
    return Evidence(rule, opinion.danger, 0, len(text), text, opinion.level, opinion.urgency)


def _without(text: str, explained: Iterable[tuple[int, int]]) -> str:
    letters = list(text)
    for start, end in explained:
        letters[start:end] = " " * (end - start)
    return "".join(letters)
