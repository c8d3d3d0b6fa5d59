"""Named points at which a test can make the house crash, wait or fail.

Every commit and every call to the outside passes one, so that "what if we stop here?" is a question a test can ask.
"""

from __future__ import annotations

from typing import Protocol


class Points(Protocol):
    """Told each point as it is reached."""

    def reach(self, name: str) -> None:
        """Pass, wait, raise or end the process. `name` reads like `inbound.receive-text.before-commit`."""


class NoFaults:
    """The points of a house in use: nothing happens at them."""

    def reach(self, name: str) -> None:
        pass
