"""How a statement is meant: denied, of the past, settled, in a story, or only a manner of speaking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from checkback.distress.findings import Danger, Level
from checkback.distress.hearing import Heard
from checkback.distress.phrasing import BUT, END, START, STOP

_FARTHEST_DENIAL = 6
_SUBJECT_NEAR = 3
_TURNS = BUT | {STOP, START, END, "now", "ahora", "today", "hoy", "still", "todavia"}
_SETTLEABLE = {Danger.PARTNER_VIOLENCE, Danger.CHILD_ABUSE, Danger.VIOLENCE_NOW, Danger.DURESS}


class Manner(StrEnum):
    """What a statement turned out to be."""

    STATED = "stated"
    DENIED = "denied"
    PAST = "past"
    SETTLED = "settled"
    STORY = "story"


@dataclass(frozen=True)
class Context:
    """What surrounds the statements of one reading."""

    words: tuple[str, ...]
    lists: Mapping[str, frozenset[str]]
    heard: tuple[Heard, ...]
    """The context rules that spoke."""

    def manner(self, one: Heard) -> Manner:
        if self._is_denied(one):
            return Manner.DENIED
        if self._is_story(one):
            return Manner.STORY
        if one.rule.holds:
            return Manner.STATED
        if self._is_past(one):
            return Manner.PAST
        if one.rule.danger in _SETTLEABLE and self._is_settled(one):
            return Manner.SETTLED
        return Manner.STATED

    def _of(self, kind: str) -> Iterable[Heard]:
        return (heard for heard in self.heard if heard.rule.context == kind)

    def _is_denied(self, one: Heard) -> bool:
        """A negation right in front, with nothing but light words between, and no `if` or `why` before it."""
        light, negators = self.lists["light"], self.lists["negators"]
        for at in range(one.start - 1, max(-1, one.start - 1 - _FARTHEST_DENIAL), -1):
            word = self.words[at]
            if word in negators:
                return not self._is_open(at) and not self._is_bare_no(at)
            if word not in light:
                return False
        return False

    def _is_open(self, at: int) -> bool:
        """`if I don't …`, `why not …`, `por qué no …` deny nothing."""
        return bool(set(self.words[max(0, at - 3) : at]) & self.lists["opens"])

    def _is_bare_no(self, at: int) -> bool:
        """`no I want to die` answers something else."""
        follows = self.words[at + 1]
        is_spanish_have = follows == "he" and self.words[at + 2] in self.lists["participles"]
        return self.words[at] == "no" and follows in self.lists["subjects"] and not is_spanish_have

    def _is_past(self, one: Heard) -> bool:
        start, end = self._stretch(one, _TURNS)
        return self._any("past", start, end) and not self._any("now", start, end)

    def _is_settled(self, one: Heard) -> bool:
        start, end = self._stretch(one, frozenset({STOP, START, END}))
        return self._any("settled", start, end) and not self._any("now", 0, len(self.words))

    def _is_story(self, one: Heard) -> bool:
        """Somebody else's doing, in the same sentence as a film, a song, a game, the news."""
        start, end = self._stretch(one, frozenset({STOP, START, END}))
        near = self.words[max(start, one.start - _SUBJECT_NEAR) : one.end]
        return self._any("story", start, end) and not self.lists["first-person"].intersection(near)

    def _any(self, kind: str, start: int, end: int) -> bool:
        return any(start <= heard.start < end for heard in self._of(kind))

    def _stretch(self, one: Heard, ends: frozenset[str]) -> tuple[int, int]:
        start, end = one.start, one.end
        while start > 0 and self.words[start - 1] not in ends:
            start -= 1
        while end < len(self.words) and self.words[end] not in ends:
            end += 1
        return start, end


def level_left(one: Heard, manner: Manner) -> Level:
    """The past is never nothing; a denial leaves what its rule says; a story is no danger of its own."""
    match manner:
        case Manner.STATED:
            return one.rule.level
        case Manner.DENIED:
            return one.rule.denied
        case Manner.STORY:
            return min(one.rule.level, Level.LOW, key=lambda level: level.rank)
        case Manner.PAST | Manner.SETTLED:
            return min(one.rule.level, Level.HIGH, key=lambda level: level.rank)
