"""How well the screen and the people who read after it agree, beyond chance, and how sure that is.

All that the screen called high or acute is read, and of the rest one text in so many: so the two parts are judged each
for itself and put together by how many texts there were of each (Cohen's kappa of what all texts would have given).
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

_DRAWS = 2000
#: The middle 95 of 100 draws.
_LOW, _HIGH = 0.025, 0.975


@dataclass(frozen=True)
class Judged:
    """What readers found: of loud and of quiet texts, how many were read, and of these how many are distress."""

    loud: int
    loud_read: int
    loud_right: int
    quiet: int
    quiet_read: int
    quiet_missed: int


@dataclass(frozen=True)
class Agreement:
    """Cohen's kappa (1: always, 0: as by chance) with its 95 % interval, and on how many read texts it rests."""

    kappa: float
    low: float
    high: float
    read: int


def agreement(judged: Judged) -> Agreement | None:
    """None while nothing of one of the two parts was read: then nobody can say."""
    if not judged.loud_read or not judged.quiet_read:
        return None
    share = judged.loud / (judged.loud + judged.quiet)
    kappa = _kappa(share, judged.loud_right / judged.loud_read, judged.quiet_missed / judged.quiet_read)
    # Seeded: the same readings give the same interval to everybody who looks. Jeffreys' prior, half a text each.
    dice = Random(judged.loud_read * 1_000_003 + judged.quiet_read)  # noqa: S311 - no secret in it
    drawn = sorted(
        _kappa(
            share,
            dice.betavariate(judged.loud_right + 0.5, judged.loud_read - judged.loud_right + 0.5),
            dice.betavariate(judged.quiet_missed + 0.5, judged.quiet_read - judged.quiet_missed + 0.5),
        )
        for _ in range(_DRAWS)
    )
    return Agreement(kappa, drawn[int(_DRAWS * _LOW)], drawn[int(_DRAWS * _HIGH)], judged.loud_read + judged.quiet_read)


def _kappa(share: float, right: float, missed: float) -> float:
    """From the share of loud texts, and the parts of the loud and of the quiet that are distress to a reader."""
    both = share * right + (1 - share) * (1 - missed)
    readers_loud = share * right + (1 - share) * missed
    chance = share * readers_loud + (1 - share) * (1 - readers_loud)
    return (both - chance) / (1 - chance) if chance < 1 else 1.0
