"""How long what is kept about a family stays once its case is closed: `program/retention.yml`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from checkback.care.program.entry import read
from checkback.care.terms import KeptKind


@dataclass(frozen=True)
class RetentionRule:
    """One kind of what is kept, how long after closing it stays, and who says so."""

    kind: KeptKind
    after: timedelta
    source: str


def load_retention(path: Path) -> Sequence[RetentionRule]:
    """Read the clocks, in the order in which things go. Raises ProgramError where one is missing or runs ahead."""
    table = read(path)
    rules: list[RetentionRule] = []
    for kind in KeptKind:
        entry = table.entry(kind)
        rule = entry.done(RetentionRule(kind, timedelta(days=entry.number("days", least=1)), entry.text("source")))
        if rules and rule.after < rules[-1].after:
            entry.refuse("days", f"it goes after {rules[-1].kind}: write {rules[-1].after.days} or more")
        rules.append(rule)
    return table.done(rules)
