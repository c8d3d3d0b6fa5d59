"""What an officer sees of the families of their own incidents: whether somebody has come back to them, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkback.care.runtime import Runtime
from checkback.care.store import console, people


@dataclass(frozen=True)
class KeptPromise:
    """An incident, under the records system's own reference, and whether its family was contacted yet."""

    incident: str
    occurred_at: datetime
    contacted: bool


@dataclass(frozen=True)
class OfficerPage:
    """The officer's own incidents, the latest first."""

    zone: str
    promises: Sequence[KeptPromise]


def show(rt: Runtime, officer_id: UUID) -> OfficerPage:
    """Never a name, a word of theirs, or how they are."""
    with rt.store.read() as tx:
        found = console.families_of_officer(tx, officer_id)
        contacted = console.contacted(tx, [family.id for _, family in found])
        promises = [KeptPromise(i.reference, i.occurred_at, family.id in contacted) for i, family in found]
        return OfficerPage(people.the_programme(tx).zone, promises)
