"""What the commands print of the screen's reviews: lines for people, or a line of JSON each."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from checkback.care.flows.reviewing import ListedText, ScreenedAgain, VersionResult
from checkback.care.terms import DistressLevel

_SURE = 1.96  # 95 %


def differences(again: ScreenedAgain, *, as_json: bool) -> Iterator[str]:
    """What is heard otherwise now; what is heard as less comes first."""
    for each in again.differences:
        if as_json:
            yield _json(asdict(each))
        else:
            sign = "LESS" if each.is_quieter else "more"
            yield f"{sign}  {each.inbound_id}  {each.received_at:%Y-%m-%d %H:%M}Z  {each.was} -> {each.now}"
    if not as_json:
        less = sum(each.is_quieter for each in again.differences)
        yield f"{again.read} texts screened again, {len(again.differences)} heard otherwise, {less} of them as less"
        if again.unreadable:
            yield f"{again.unreadable} texts could not be opened and were left out"


def readings(listed: Sequence[ListedText], *, as_json: bool) -> Iterator[str]:
    """The list of a week."""
    for each in listed:
        if as_json:
            yield _json(asdict(each))
            continue
        said = f"{each.urgency or each.level}"
        rules = f"  by {', '.join(each.rules)}" if each.rules else ""
        judged = f"  [{each.verdict}]" if each.verdict else ""
        family = each.family or "unknown number"
        yield f"{each.inbound_id}  {each.received_at:%Y-%m-%d %H:%M}Z  {said}  {family}  {each.reason}{rules}{judged}"
        if each.body is not None:
            yield f"    {' '.join(each.body.split())}"
    if not as_json:
        left = sum(each.verdict is None for each in listed)
        yield f"{len(listed)} texts, {left} not judged yet"


def versions(found: Sequence[VersionResult], *, as_json: bool) -> Iterator[str]:
    """A few lines a version; shares with their 95 % interval (Wilson)."""
    for each in found:
        if as_json:
            yield _json(asdict(each))
            continue
        counts = ", ".join(f"{each.texts.get(level, 0)} {level}" for level in reversed(DistressLevel))
        yield f"{each.version or 'not screened'}: {sum(each.texts.values())} texts ({counts})"
        if each.loud_judged:
            right = share(each.loud_judged - each.false_alarms, each.loud_judged)
            yield f"    of {each.loud_judged} judged high or acute, rightly {right}"
        if each.sample_judged:
            missed = share(each.sample_missed, each.sample_judged)
            yield f"    of {each.sample_judged} read at random, missed {missed}"
        if each.missed:
            yield f"    {each.missed} missed in all that anybody named"


def share(part: int, whole: int) -> str:
    """A share in per cent with its 95 % interval: E. B. Wilson, Probable inference, JASA 22 (1927)."""
    p, z = part / whole, _SURE
    middle = (p + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z / (1 + z * z / whole) * math.sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole))
    return f"{100 * p:.0f} % ({100 * max(0.0, middle - half):.0f} to {100 * min(1.0, middle + half):.0f})"


def _json(fields: dict[str, object]) -> str:
    return json.dumps(fields, default=str, ensure_ascii=False)
