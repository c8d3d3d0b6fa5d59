"""Two records of one person become one: which of their promises stand, so that none is lost and none goes twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkback.care.rules.plans import PROMISED


@dataclass(frozen=True)
class Promise:
    """A promise that has not ended. `is_of_plan`: a step of a plan, which the other record's plan has as well.

    What stands beside a plan, such as whether they got through to a place of help, is about one thing alone.
    """

    id: UUID
    step: str
    due_at: datetime
    is_asked: bool = False
    is_of_plan: bool = True


@dataclass(frozen=True)
class Standing:
    """What becomes of each promise of either record: it stands, or it ends."""

    stands: Sequence[Promise]
    ends: Sequence[Promise]


def what_stands(ones: Sequence[Promise], others: Sequence[Promise]) -> Standing:
    """Of two plans one goes on: the one that reaches further; the other's steps end.

    What was asked waits for its answer whichever plan it is of, and what stands beside a plan stands. Of what was
    promised at the door the earliest stands: it keeps both promises, since it comes before the other was due.
    """
    goes_on = ones if _reach(ones) >= _reach(others) else others
    every = [*ones, *others]
    at_the_door = [each for each in every if _is_promised(each) and not each.is_asked]
    earliest = min(at_the_door, key=lambda each: (each.due_at, each.id), default=None)
    stands = [
        each
        for each in every
        if each.is_asked
        or not each.is_of_plan
        or (each is earliest if _is_promised(each) else any(each is it for it in goes_on))
    ]
    return Standing(stands, [each for each in every if not any(each is it for it in stands)])


def _reach(promises: Sequence[Promise]) -> float:
    """How far their steps reach that wait; nothing where none does."""
    ahead = [each.due_at.timestamp() for each in promises if each.is_of_plan and not each.is_asked]
    return max(ahead, default=float("-inf"))


def _is_promised(promise: Promise) -> bool:
    return promise.step.partition(".")[0] == PROMISED
