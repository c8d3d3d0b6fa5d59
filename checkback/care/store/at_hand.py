"""Look-ups of many at once: what a reading has gathered is taken from there, and not looked for again.

The steps that judge one text judge a week of them too, and ask the same questions; only where the answers come from
differs. Only a reading gathers: in a unit of work that changes something each look-up sees what stands there now.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from checkback.care.store.database import Transaction

P = ParamSpec("P")
R = TypeVar("R")
LookUp = Callable[Concatenate[Transaction, P], R]

_MISSING = object()


def may_be_at_hand(key: Callable[P, Hashable]) -> Callable[[LookUp[P, R]], LookUp[P, R]]:
    """A look-up whose answers may have been gathered, each under this key of what was asked."""

    def answers(look_up: LookUp[P, R]) -> LookUp[P, R]:
        @wraps(look_up)
        def answer(tx: Transaction, *args: P.args, **kwargs: P.kwargs) -> R:
            gathered = _gathered(tx, _name(look_up))
            found = gathered.get(key(*args, **kwargs), _MISSING) if gathered is not None else _MISSING
            return look_up(tx, *args, **kwargs) if found is _MISSING else found  # type: ignore[return-value]

        return cast(LookUp[P, R], answer)

    return answers


def put(tx: Transaction, look_up: LookUp[P, R], gather: Callable[[], Mapping[Hashable, R]]) -> None:
    """Gather the answers the first time one is asked for, and keep them at hand until the reading ends."""
    if not tx.is_reading:
        raise RuntimeError("only a reading gathers: what is changed must be looked up as it stands")
    tx.at_hand[_name(look_up)] = gather


def _gathered(tx: Transaction, name: str) -> Mapping[Hashable, object] | None:
    found = tx.at_hand.get(name)
    if callable(found):
        found = tx.at_hand[name] = found()
    return found


def _name(look_up: Callable[..., object]) -> str:
    return f"{look_up.__module__}.{look_up.__qualname__}"
