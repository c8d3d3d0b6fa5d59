"""A bar chart as values: what each bar says and how long it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from checkback.care.flows.board import Counts
from checkback.console.speaking import gettext as _
from checkback.console.speaking import locale

WIDTH = 100


@dataclass(frozen=True)
class Bar:
    """One bar. `width` is out of 100; something is never drawn as nothing."""

    label: str
    count: int
    width: int


def bars(counts: Counts) -> Sequence[Bar]:
    """What happened, to one scale."""
    return _to_scale(
        {
            _("Texts from families"): counts.texts_in,
            _("Texts to families"): counts.texts_out,
            _("Did not arrive"): counts.texts_lost,
            _("Escalations"): counts.escalations,
        }
    )


def days(falling_due: Mapping[date, int]) -> Sequence[Bar]:
    """How many texts fall due on each day, to one scale."""
    return _to_scale({format_date(day, "EEE d", locale=locale()): count for day, count in falling_due.items()})


def _to_scale(counts: Mapping[str, int]) -> Sequence[Bar]:
    most = max(counts.values(), default=0)
    return [Bar(label, count, _width(count, most)) for label, count in counts.items()]


def _width(count: int, most: int) -> int:
    return max(round(WIDTH * count / most), 2) if count else 0
