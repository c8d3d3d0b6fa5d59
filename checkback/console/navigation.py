"""What stands in the head of every page: where each role can go from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checkback.care.terms import Role
from checkback.console.speaking import gettext, later

_CARE = frozenset({Role.CLINICIAN, Role.COORDINATOR, Role.ADMIN})


@dataclass(frozen=True)
class Place:
    """A page with an entry of its own, what it is called, and for whom it stands there."""

    path: str
    title: str
    roles: frozenset[Role]

    @property
    def name(self) -> str:
        """In the reader's language."""
        return gettext(self.title)


#: In the order in which they stand.
PLACES: Sequence[Place] = (
    Place("/", later("Board"), _CARE),
    Place("/families", later("Families"), _CARE),
    Place("/enrol", later("Enrol"), _CARE),
    Place("/tomorrow", later("Tomorrow"), _CARE),
    Place("/rotas", later("On call"), _CARE),
    Place("/plans", later("Plans"), _CARE),
    Place("/programme", later("Programme"), _CARE),
    Place("/resources", later("Resources"), _CARE),
    Place("/screen", later("Screen"), _CARE),
    Place("/reports", later("Reports"), frozenset({Role.COORDINATOR, Role.ADMIN})),
    Place("/staff", later("Staff"), frozenset({Role.ADMIN})),
    Place("/audit", later("Audit"), frozenset({Role.ADMIN})),
    Place("/officer", later("My incidents"), frozenset({Role.OFFICER})),
)


def places(role: Role) -> Sequence[Place]:
    """Where somebody of this role can go from anywhere."""
    return [place for place in PLACES if role in place.roles]


def home(role: Role) -> str:
    """The first page of this role."""
    return places(role)[0].path


def here(path: str, role: Role) -> str:
    """The entry that stands for this path: the longest that it begins with."""
    found = [p.path for p in places(role) if path == p.path or (p.path != "/" and path.startswith(f"{p.path}/"))]
    return max(found, key=len, default="")
