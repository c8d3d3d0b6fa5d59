"""What the screen says of a text, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How much distress the words show, by the words alone; ordered by `rank`."""

    NONE = "none"
    LOW = "low"
    HIGH = "high"
    ACUTE = "acute"

    @property
    def rank(self) -> int:
        return list(Level).index(self)


class Urgency(StrEnum):
    """Emergent is danger now, intent, or means in hand; urgent is the rest of acute."""

    EMERGENT = "emergent"
    URGENT = "urgent"


class Danger(StrEnum):
    """The kinds of danger. Of two equally grave ones the earlier here leads: where another person may be reading the
    phone, the careful answer must win.
    """

    DURESS = "duress"
    PARTNER_VIOLENCE = "partner-violence"
    CHILD_ABUSE = "child-abuse"
    VIOLENCE_NOW = "violence-now"
    MEDICAL = "medical"
    CHILD_IN_DANGER = "child-in-danger"
    SUICIDE = "suicide"
    HARM_TO_OTHERS = "harm-to-others"
    OTHERS_SUICIDE = "others-suicide"
    SELF_HARM = "self-harm"
    DISTRESS = "distress"
    UNSCREENED = "unscreened"


_DANGERS = list(Danger)

CLASSIFIER_RULE = "classifier."
"""What the rule of the classifier's evidence begins with; the kind of danger and the probability follow."""
CLASSIFIER_FAILED = "unread.classifier"
BY_THE_WHOLE = (CLASSIFIER_RULE, CLASSIFIER_FAILED)
"""What speaks of the text as a whole swallows no rule that went by some of its words."""


@dataclass(frozen=True)
class Evidence:
    """One rule that spoke, and the words it heard; or the classifier, which goes by the whole text.

    `text[start:end] == words`, or 0, 0 when they lie in an earlier text.
    `rule` ends in `:denied`, `:past`, `:settled` or `:story` where that took it down to `level`.
    """

    rule: str
    danger: Danger
    start: int
    end: int
    words: str
    level: Level = field(compare=False)
    urgency: Urgency | None = field(default=None, compare=False)
    weighed: bool = field(default=False, compare=False)
    """Pages only where the classifier does not doubt it."""

    @property
    def weight(self) -> tuple[int, bool, int]:
        """The worse is the greater; ties fall to the danger that asks for the more careful answer."""
        return (self.level.rank, self.urgency is Urgency.EMERGENT, -_DANGERS.index(self.danger))

    def is_part_of(self, other: Evidence) -> bool:
        """The other rule heard the same words and more of the sentence, and says something no less grave."""
        if other.rule.startswith(BY_THE_WHOLE):
            return False
        inside = other.start <= self.start < self.end <= other.end and len(self.words) < len(other.words)
        return inside and self.danger is not other.danger and other.weight[:2] >= self.weight[:2]


@dataclass(frozen=True)
class Finding:
    """What the screen heard in one text. `urgency` is set exactly when the level is acute; worst evidence first."""

    level: Level = Level.NONE
    urgency: Urgency | None = None
    danger: Danger | None = None
    opt_out: bool = False
    evidence: tuple[Evidence, ...] = ()
    version: str = ""
    review: bool = False
    """Between passing and paging: a person should look, and the writer be asked one closed question."""

    @property
    def weight(self) -> tuple[int, bool]:
        return (self.level.rank, self.urgency is Urgency.EMERGENT)


def weigh(evidence: list[Evidence], *, opt_out: bool, version: str) -> Finding:
    """The worst of the evidence speaks for the text."""
    whole = [one for one in evidence if not any(one.is_part_of(other) for other in evidence)]
    ordered = tuple(sorted(whole, key=lambda e: (*(-part for part in e.weight), e.start, e.rule)))
    if not ordered:
        return Finding(opt_out=opt_out, version=version)
    worst = ordered[0]
    return Finding(worst.level, worst.urgency, worst.danger, opt_out, ordered, version)
