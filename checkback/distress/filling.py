"""Fills frames: finds which of them a reading says, and looks at nothing whose words do not occur."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from checkback.distress.findings import Level, Urgency
from checkback.distress.frames import Part
from checkback.distress.hearing import Heard
from checkback.distress.phrasing import END, START, STOP
from checkback.distress.reading import Reading
from checkback.distress.rulebook import Frame, Rule
from checkback.distress.wordclasses import Stretches, WordClasses

_ENDS = frozenset({START, END, STOP})


@dataclass(frozen=True)
class _Asked:
    """One row of one frame."""

    frame: Frame
    row: Part
    needs: tuple[frozenset[str], ...]


class Filler:
    """Hears the frames of one language."""

    def __init__(self, frames: Iterable[Frame], classes: WordClasses, common: frozenset[str]) -> None:
        self._classes = classes
        self._common = common | {f"<{name}>" for name, said in classes.phrases.items() if {(w,) for w in common} & said}
        self._asked: dict[str, list[int]] = defaultdict(list)
        self._rows: list[_Asked] = []
        for frame in frames:
            for row in frame.rows:
                self._learn(frame, row)

    def hear(self, reading: Reading) -> list[Heard]:
        """Every frame that is filled, once for each place where it begins; in the order of the files."""
        text = self._classes.stretches(reading.words)
        present = text.present
        asked = sorted({at for symbol in present for at in self._asked.get(symbol, ())})
        likely = [row for row in map(self._rows.__getitem__, asked) if _may_occur(row, present)]
        return [one for row in likely if _holds(row.frame, present) for one in _filled(row, text, present)]

    def _learn(self, frame: Frame, row: Part) -> None:
        needs = tuple(row.needs())
        for symbol in min(needs, key=lambda need: (len(need & self._common), len(need))):
            self._asked[symbol].append(len(self._rows))
        self._rows.append(_Asked(frame, row, needs))


def _may_occur(row: _Asked, present: frozenset[str]) -> bool:
    return all(not need.isdisjoint(present) for need in row.needs)


def _holds(frame: Frame, present: frozenset[str]) -> bool:
    """What must be said somewhere in the text is said."""
    return all(not some.isdisjoint(present) for some in frame.also)


def _filled(asked: _Asked, text: Stretches, present: frozenset[str]) -> Iterable[Heard]:
    everywhere = (1 << len(text.words)) - 1
    if not asked.row.reach(text, everywhere):
        return
    frame = asked.frame
    rule = _graver(frame.rule) if not frame.emergent_with.isdisjoint(present) else frame.rule
    for start in range(len(text.words)):
        ends = asked.row.reach(text, 1 << start)
        if ends and not _is_spoken_against(frame, text, start, ends.bit_length() - 1, present):
            yield Heard(rule, start, ends.bit_length() - 1)


def _graver(rule: Rule) -> Rule:
    return replace(rule, urgency=Urgency.EMERGENT) if rule.level is Level.ACUTE else rule


def _is_spoken_against(frame: Frame, text: Stretches, start: int, end: int, present: frozenset[str]) -> bool:
    """Whether one of the symbols of `unless` stands in the same sentence."""
    against = frame.unless & present
    if not against:
        return False
    while start > 0 and text.words[start - 1] not in _ENDS:
        start -= 1
    while end < len(text.words) and text.words[end] not in _ENDS:
        end += 1
    sentence = (1 << end) - (1 << start)
    return any(begins & sentence for symbol in against for begins in text.classes[symbol[1:-1]].values())
