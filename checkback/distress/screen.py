"""The screen: reads a text in both languages, hears the rules, asks the classifier, weighs what they say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from spacy.vocab import Vocab

from checkback.distress.combining import (
    Classifier,
    Opinion,
    Together,
    Unlearned,
    combine,
    end_of,
    is_read_together,
    news_of,
    opinion_on,
    unheard,
)
from checkback.distress.context import Context, Manner, level_left
from checkback.distress.filling import Filler
from checkback.distress.findings import Danger, Evidence, Finding, Level, Urgency, weigh
from checkback.distress.folding import Folded, fold_in_place
from checkback.distress.hearing import Ear, Heard, vocabulary
from checkback.distress.reading import MOST_WORDS, Piece, Reader, Reading, pieces_of
from checkback.distress.rulebook import LANGUAGES, Rulebook
from checkback.distress.tongues import Tongues, Unread

LONGEST = 1600
"""Characters read of one text. Of a longer one the beginning and the end are, and it counts as unscreened."""


RUNS_ON = 240
"""Characters of the earlier texts that are read once more, together with a new one."""
RUNS_INTO = 240
"""Characters of the new text into which a sentence of the earlier ones may run on."""

_STOP_BEFORE_MORE = re.compile(r"\W*(?:stop|alto|para|unsubscribe)\b\W+(?=\w+\W+\w)", re.IGNORECASE)
"""The carrier's word with something else behind it, which is judged by itself, too: "STOP he is hitting her"."""


class Mend(Protocol):
    """Says what a misspelt word was likely meant to be; `more` are words that may be meant besides the usual ones."""

    def __call__(self, word: str, more: frozenset[str], /) -> str: ...


@dataclass(frozen=True)
class _Listener:
    reader: Reader
    ear: Ear
    filler: Filler


class DistressScreen:
    """Judges texts. Deterministic, shared by threads without a lock, its work bounded whatever the text."""

    def __init__(self, book: Rulebook, classifier: Classifier | None = None, mended: Mend | None = None) -> None:
        """`mended` says what a misspelt word was likely meant to be; without it the rules hear words as written."""
        self._book = book
        self._mended = mended
        self._classifier = classifier or Unlearned()
        self._version = f"{book.version}+{self._classifier.version}"
        vocab = vocabulary(book.lexicon)
        self._listeners = tuple(_listener(book, language, vocab) for language in LANGUAGES)
        self._tongues = Tongues(self._knows, book.others)

    def assess(self, text: str, recent: Sequence[str] = ()) -> Finding:
        """Judge `text` alone and joined to `recent`, the texts just before it, oldest first; the worse counts.

        Only `text` itself can opt out.
        """
        if not any(recent) or not text:
            return self._assess_one(text, self._classifier)
        joint = _joint(text, recent)
        asked = Together(self._classifier, (_cut(text)[0], *joint.asked))
        alone = self._assess_one(text, asked)
        if alone.urgency is Urgency.EMERGENT:
            return alone
        joined = self._assess_joined(text, joint, asked)
        return replace(joined, opt_out=alone.opt_out) if joined.weight > alone.weight else alone

    def _assess_one(self, text: str, classifier: Classifier) -> Finding:
        if not text:
            return Finding(version=self._version)
        kept, places = _cut(text)
        folded = fold_in_place(kept, self._book.signs)
        pieces = self._pieces(folded)
        unread = self._tongues.unreadable(folded.text, pieces)
        if len(text) > LONGEST or len(pieces) >= MOST_WORDS:
            unread = unread or Unread.LENGTH
        listened = self._listen(pieces, text, places)
        evidence = list(listened.evidence)
        if unread:
            evidence.append(_unscreened(unread, text))
        explained = listened.explained if len(text) <= LONGEST else ()
        heard = weigh(evidence, opt_out=listened.opt_out, version=self._version)
        return _completed(heard, text, lambda: _opinion(classifier, kept, explained, listened))

    def _assess_joined(self, text: str, joint: _Joint, classifier: Classifier) -> Finding:
        """What this text says as the end of the earlier ones.

        What stands in the earlier texts alone was judged when they came: it is not heard again, and only their end is
        read, from which a sentence may run on into this one.
        """
        first = len(joint.earlier) + 1
        folded = fold_in_place(joint.read, self._book.signs)
        listened = self._listen(self._pieces(folded), joint.read, range(len(joint.read)))
        ended_now = [one for one in listened.evidence if one.end > first]
        moved = [_moved(one, first) if len(text) <= LONGEST else _unplaced(one) for one in ended_now]
        heard = weigh(_distinct(moved), opt_out=listened.opt_out, version=self._version)
        return _completed(heard, text, lambda: news_of(classifier, joint.earlier, joint.whole, listened.explained))

    def _pieces(self, folded: Folded) -> list[Piece]:
        pieces = pieces_of(folded)
        return [self._as_meant(piece) for piece in pieces] if self._mended else pieces

    def _as_meant(self, piece: Piece) -> Piece:
        """A word that no rule knows may be one that a rule knows, with one slip of the thumb."""
        if self._mended is None or not piece.seen.isalpha() or self._knows(piece.seen):
            return piece
        meant = self._mended(piece.seen, self._book.lists["grave"])
        return replace(piece, seen=meant) if meant != piece.seen and self._knows(meant) else piece

    def _listen(self, pieces: list[Piece], text: str, places: Sequence[int]) -> _Listened:
        """Both languages hear the text; an idiom or a denial that one of them heard holds for the other, too."""
        said = [one for listener in self._listeners for one in self._said(listener, pieces, places)]
        idioms = [one.place for one in said if one.heard.rule.context == "idiom"]
        meant = [one for one in said if not one.is_within(idioms)]
        denied = [one for one in meant if one.is_denied_danger]
        found = [one for one in meant if one.heard.rule.danger and not one.is_denied_by(denied)]
        evidence = _distinct([_evidence(one, text) for one in _loudest(found)])
        stated = [one.place for one in found if one.level is Level.ACUTE]
        explained = (*idioms, *(one.place for one in denied if not one.is_within(stated)))
        opt_outs = [one.place for one in meant if one.is_opt_out]
        wants_texts = any(one.heard.rule.context == "wants-texts" and not one.is_inside(opt_outs) for one in said)
        return _Listened(tuple(evidence), explained, bool(opt_outs), wants_texts)

    def _said(self, listener: _Listener, pieces: list[Piece], places: Sequence[int]) -> list[_Said]:
        reading = listener.reader.read(pieces)
        heard = [*listener.ear.hear(reading), *listener.filler.hear(reading)]
        context = Context(reading.words, self._book.lists, tuple(one for one in heard if one.rule.context))
        return [
            _Said(one, Manner.STATED if one.rule.context else context.manner(one), _place(one, reading, places))
            for one in heard
        ]

    def _knows(self, word: str) -> bool:
        return any(listener.reader.knows(word) for listener in self._listeners)


@dataclass(frozen=True)
class _Joint:
    """A text and the end of those before it."""

    earlier: str
    read: str
    """By the rules: `earlier` and as much of the text as a sentence may run on into."""
    whole: str

    @property
    def asked(self) -> Iterable[str]:
        """What the classifier will be asked about them."""
        return (end_of(self.earlier, self.whole),) if is_read_together(self.earlier, self.whole) else ()


def _joint(text: str, recent: Sequence[str]) -> _Joint:
    now = _cut(text)[0]
    earlier = _end_of(" ".join(recent), min(RUNS_ON, LONGEST - len(now)))
    return _Joint(earlier, f"{earlier} {_start_of(now, RUNS_INTO)}", f"{earlier} {now}")


def _opinion(classifier: Classifier, text: str, explained: Sequence[tuple[int, int]], listened: _Listened) -> Opinion:
    opinion = opinion_on(classifier, text, explained)
    behind = _STOP_BEFORE_MORE.match(text)
    if behind:
        blanks = " " * behind.end()
        told = opinion_on(classifier, f"{blanks}{text[behind.end() :]}", explained)
        opinion = replace(max(opinion, told, key=lambda one: one.weight), opt_out=opinion.opt_out)
    return replace(opinion, opt_out=opinion.opt_out and not listened.wants_texts)


def _listener(book: Rulebook, language: str, vocab: Vocab) -> _Listener:
    rules = [rule for rule in book.rules if rule.language == language]
    reader = Reader(book.spellings[language], book.lexicon, book.lists["grave"])
    frames = [frame for frame in book.frames if frame.rule.language == language]
    filler = Filler(frames, book.classes, book.lists["common"])
    return _Listener(reader, Ear(vocab, rules, book.lexicon, book.lists["common"]), filler)


def _completed(heard: Finding, text: str, ask: Callable[[], Opinion]) -> Finding:
    """With the classifier's opinion. A classifier that breaks silences no rule."""
    try:
        opinion = ask()
    except Exception:  # whatever it is, the rules must still page and a person see the text
        return unheard(heard, text)
    return combine(heard, opinion, text)


def _end_of(text: str, most: int) -> str:
    """Whole words of its end."""
    if len(text) <= most:
        return text
    return text[-most:].partition(" ")[2] if most > 0 else ""


def _start_of(text: str, most: int) -> str:
    """Whole words of its beginning."""
    return text if len(text) <= most else text[:most].rpartition(" ")[0]


def _cut(text: str) -> tuple[str, Sequence[int]]:
    """What is read of the text, and where each of its characters stands in it."""
    if len(text) <= LONGEST:
        return text, range(len(text))
    half = LONGEST // 2
    kept = f"{text[: half - 1]}\n{text[-half:]}"
    return kept, [*range(half), *range(len(text) - half, len(text))]


@dataclass(frozen=True)
class _Listened:
    """What the rules heard; `explained` is where idioms and denials stand in the text, for the classifier."""

    evidence: tuple[Evidence, ...]
    explained: tuple[tuple[int, int], ...]
    opt_out: bool
    wants_texts: bool
    """A rule heard that it is something else that should stop, or that the texts should not."""


@dataclass(frozen=True)
class _Said:
    """One match and how it is meant."""

    heard: Heard
    manner: Manner
    place: tuple[int, int]
    """Where its words stand in the original."""

    @property
    def level(self) -> Level:
        return level_left(self.heard, self.manner)

    @property
    def is_opt_out(self) -> bool:
        return self.heard.rule.opt_out and self.manner is not Manner.DENIED

    @property
    def is_denied_danger(self) -> bool:
        return self.heard.rule.danger is not None and self.manner is Manner.DENIED

    def is_within(self, places: Iterable[tuple[int, int]]) -> bool:
        """Whether it shares words with one of the places. A place that has no width lies nowhere."""
        return any(start < self.place[1] and self.place[0] < end for start, end in places)

    def is_inside(self, places: Iterable[tuple[int, int]]) -> bool:
        """Whether one of the places holds its words and more: "no need that you keep writing" wants no texts."""
        start, end = self.place
        return any(first <= start and end <= last and last - first > end - start for first, last in places)

    def is_denied_by(self, denied: Iterable[_Said]) -> bool:
        """The other language heard the same words denied: `he dont want to die`, read as Spanish, denies nothing."""
        theirs = (
            one.place
            for one in denied
            if one.heard.rule.danger is self.heard.rule.danger and one.heard.rule.language != self.heard.rule.language
        )
        return self.manner is Manner.STATED and self.is_within(theirs)


def _loudest(found: list[_Said]) -> list[_Said]:
    """Of each rule the gravest match, then the longest; rules that lean on another danger only if it is there."""
    best: dict[str, _Said] = {}
    for said in found:
        rule = said.heard.rule
        if said.level is Level.NONE or (rule.only_with and not _stands(rule.only_with, found)):
            continue
        if rule.id not in best or _loudness(said) > _loudness(best[rule.id]):
            best[rule.id] = said
    return list(best.values())


def _loudness(said: _Said) -> tuple[int, int, int]:
    return (said.level.rank, said.heard.end - said.heard.start, -said.heard.start)


def _stands(danger: Danger, found: list[_Said]) -> bool:
    return any(
        said.heard.rule.danger is danger and said.level is Level.ACUTE and not said.heard.rule.only_with
        for said in found
    )


def _evidence(said: _Said, text: str) -> Evidence:
    one = said.heard
    start, end = said.place
    rule = one.rule.id if said.manner is Manner.STATED else f"{one.rule.id}:{said.manner}"
    urgency = one.rule.urgency if said.level is Level.ACUTE else None
    danger = one.rule.danger or Danger.DISTRESS
    return Evidence(rule, danger, start, end, text[start:end], said.level, urgency, one.rule.weighed)


def _place(one: Heard, reading: Reading, places: Sequence[int]) -> tuple[int, int]:
    """Where the words stand in the original."""
    inner = [at for at in range(one.start, one.end) if reading.ends[at] > reading.starts[at]]
    if not inner:
        return 0, 0
    return places[reading.starts[inner[0]]], places[reading.ends[inner[-1]] - 1] + 1


def _unscreened(why: Unread, text: str) -> Evidence:
    return Evidence(f"unread.{why}", Danger.UNSCREENED, 0, len(text), text, Level.HIGH)


def _moved(one: Evidence, first: int) -> Evidence:
    """Counted in the current text where the words lie in it."""
    return replace(one, start=one.start - first, end=one.end - first) if one.start >= first else _unplaced(one)


def _unplaced(one: Evidence) -> Evidence:
    return replace(one, start=0, end=0)


def _distinct(evidence: list[Evidence]) -> list[Evidence]:
    return list(dict.fromkeys(evidence))
