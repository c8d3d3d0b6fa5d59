"""Charts as SVG, drawn here: one file, no script, a title and a table of words for whoever does not see it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from checkback.care.flows.resources import NeedCount

_ROW, _LEFT, _WIDTH, _TOP = 26, 190, 420, 46
_PARTS = (("named", "#2f6f8f"), ("failed", "#b7791f"), ("unmet", "#9b2c2c"))


def needs_chart(counts: Sequence[NeedCount], days: int) -> str:
    """How often each need was met with a place, and how often not, as bars beside each other."""
    height = _TOP + _ROW * max(1, len(counts)) + 12
    most = max((each.offered + each.unmet for each in counts), default=0) or 1
    rows = "".join(_row(at, each, most) for at, each in enumerate(counts))
    words = "; ".join(f"{e.need}: {e.offered} named, {e.failed} of them failed, {e.unmet} unmet" for e in counts)
    title = f"Needs of the last {days} days"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + 60}" height="{height}" role="img" '
        f'aria-labelledby="title words" font-family="sans-serif" font-size="13">'
        f'<title id="title">{title}</title><desc id="words">{escape(words) or "No need was named."}</desc>'
        f'<text x="8" y="20" font-size="15">{title}</text>{_legend()}{rows}</svg>\n'
    )


def _legend() -> str:
    at, parts = _LEFT, []
    for name, colour in _PARTS:
        parts.append(f'<rect x="{at}" y="28" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{at + 14}" y="38">{name}</text>')
        at += 90
    return "".join(parts)


def _row(at: int, count: NeedCount, most: int) -> str:
    top, left, parts = _TOP + at * _ROW, float(_LEFT), []
    shown = {"named": count.offered - count.failed, "failed": count.failed, "unmet": count.unmet}
    for name, colour in _PARTS:
        width = _WIDTH * shown[name] / most
        if width:
            parts.append(f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="16" fill="{colour}"/>')
        left += width
    total = count.offered + count.unmet
    label = f'<text x="8" y="{top + 13}">{escape(count.need)}</text>'
    return f'{label}{"".join(parts)}<text x="{left + 6:.1f}" y="{top + 13}">{total}</text>'
