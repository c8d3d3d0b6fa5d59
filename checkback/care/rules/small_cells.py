"""Which counts of a table may be shown when its total is: no group so small that somebody of it could be recognised.

A count from 1 to 4 is hidden, and so is one that leaves 1 to 4 of its whole (18 of 20 answered: two did not). Where one
hidden count could be worked out from the total, the next smallest is hidden with it, until what is hidden together is
five or more and belongs to two groups at least.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

#: The smallest count that is shown. 45 CFR 164.514(b) sets none; health departments use 5 to 11.
LEAST = 5


def hidden(
    counts: Sequence[int],
    *,
    of: Sequence[int] | None = None,
    besides: Collection[int] = (),
) -> frozenset[int]:
    """Which of these counts, by their place, stay untold beside their total.

    Args:
        of: what each is a part of; the rest of it is as telling as the part.
        besides: places that stay untold whatever they count, since the group itself is small.
    """
    rests = [whole - count for whole, count in zip(of, counts, strict=True)] if of is not None else [0] * len(counts)
    found = {at for at, count in enumerate(counts) if at in besides or _is_small(count) or _is_small(rests[at])}
    others = sorted(set(range(len(counts))) - found, key=lambda at: (counts[at] + rests[at], at))
    while found and others and not _is_covered(found, counts, rests):
        found.add(others.pop(0))
    return frozenset(found)


def _is_small(count: int) -> bool:
    return 0 < count < LEAST


def _is_covered(places: Collection[int], counts: Sequence[int], rests: Sequence[int]) -> bool:
    """Whether the total, less all that is shown, tells nothing of any one of these."""
    together, rest = sum(counts[at] for at in places), sum(rests[at] for at in places)
    return len(places) > 1 and together >= LEAST and not _is_small(rest)
