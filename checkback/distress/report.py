"""A finding as the `checkback screen` command prints it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol


class Reason(Protocol):
    """A rule that spoke and the words it heard, whoever's class it is."""

    @property
    def rule(self) -> str: ...
    @property
    def danger(self) -> StrEnum: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def words(self) -> str: ...


class Judgement(Protocol):
    """A `Finding`, or what an adapter made of one."""

    @property
    def level(self) -> StrEnum: ...
    @property
    def urgency(self) -> StrEnum | None: ...
    @property
    def opt_out(self) -> bool: ...
    @property
    def evidence(self) -> Sequence[Reason]: ...


def as_json(judgement: Judgement) -> dict[str, object]:
    """Exactly level, urgency, opt_out and evidence, ready for `json.dumps`."""
    return {
        "level": judgement.level.value,
        "urgency": judgement.urgency.value if judgement.urgency else None,
        "opt_out": judgement.opt_out,
        "evidence": [_reason(one) for one in judgement.evidence],
    }


def _reason(one: Reason) -> dict[str, object]:
    return {"rule": one.rule, "danger": one.danger.value, "start": one.start, "end": one.end, "words": one.words}
