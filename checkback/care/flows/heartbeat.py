"""Signs of life, kept where the console can see them."""

from __future__ import annotations

from checkback.care.runtime import Runtime
from checkback.care.store import work


def beat(rt: Runtime, name: str) -> bool:
    """This process is alive and can write. Raises StoreUnavailable."""
    with rt.store.begin("heartbeat.beat") as tx:
        work.beat(tx, name)
    return False
