"""A way to somebody is proven before its first alert, and anew after every change of where it leads."""

from __future__ import annotations

from checkback.care.model import StaffWay


def is_unproven(way: StaffWay) -> None:
    """It leads elsewhere now. The code that went to the old address must not prove the new one."""
    way.verified_at = way.code_index = way.code_until = None
