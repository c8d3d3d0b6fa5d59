"""What was answered to questionnaires over time, as it is drawn: a bar for each sum, with the line of its cut-off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from checkback.care.flows.screenings import Scored, SeenScreening

#: In the drawing's own units: a row has its label above its bar.
ROW, WIDTH, BAR = 44, 320, 14
LABEL_Y, BAR_Y = 14, 20


@dataclass(frozen=True)
class DrawnSum:
    """One sum of one screening. From `cut_off_x` on a clinician looks; something is never drawn as nothing."""

    title: str
    scale: str
    person: str
    day: date
    sum: int
    most: int
    is_over: bool
    label_y: int
    bar_y: int
    width: float
    cut_off_x: float


@dataclass(frozen=True)
class Drawing:
    """Every sum there is, the oldest on top."""

    rows: Sequence[DrawnSum]
    width: int = WIDTH
    bar: int = BAR

    @property
    def height(self) -> int:
        return len(self.rows) * ROW


def drawn(found: Sequence[SeenScreening]) -> Drawing:
    """Each form's sums beside one another over time; what has no score is in the table alone."""
    by_form = sorted(found, key=lambda each: (each.person, each.title, each.started_at))
    sums = [(each, scale) for each in by_form for scale in each.scales]
    return Drawing([_row(at, each, scale) for at, (each, scale) in enumerate(sums)])


def _row(at: int, each: SeenScreening, scale: Scored) -> DrawnSum:
    return DrawnSum(
        title=each.title,
        scale=scale.name,
        person=each.person,
        day=(each.ended_at or each.started_at).astimezone(ZoneInfo(each.zone)).date(),
        sum=scale.sum,
        most=scale.most,
        is_over=scale.is_over,
        label_y=at * ROW + LABEL_Y,
        bar_y=at * ROW + BAR_Y,
        width=round(max(WIDTH * scale.sum / scale.most, 2.0), 1) if scale.sum else 0.0,
        cut_off_x=round(WIDTH * scale.concern_from / scale.most, 1),
    )
