"""What a member of staff may see of all families: as a question about one that is here, and as a condition on rows."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from checkback.care.model import Contact, Family


@dataclass(frozen=True)
class Sight:
    """The families that are for somebody: all of them, those of some teams, and those they are called to."""

    is_wide: bool
    teams: frozenset[UUID] = frozenset()
    called_to: frozenset[UUID] = frozenset()

    def covers(self, family: Family | None) -> bool:
        """Whether this family is for them. What is of no family we know is for everybody who cares."""
        return self.is_wide or family is None or family.team_id in self.teams or family.id in self.called_to


EVERYTHING = Sight(is_wide=True)


def is_in_sight(sight: Sight) -> ColumnElement[bool]:
    """The same as a condition on families."""
    return true() if sight.is_wide else or_(Family.team_id.in_(sight.teams), Family.id.in_(sight.called_to))


def of_family(
    sight: Sight, family_id: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None]
) -> ColumnElement[bool]:
    """The same as a condition on rows that belong to a family, or to none."""
    if sight.is_wide:
        return true()
    of_teams = select(Family.id).where(Family.team_id.in_(sight.teams))
    return or_(family_id.is_(None), family_id.in_(of_teams), family_id.in_(sight.called_to))


def of_contact(
    sight: Sight, contact_id: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None]
) -> ColumnElement[bool]:
    """The same for rows that belong to a contact, or to nobody we know."""
    if sight.is_wide:
        return true()
    theirs = select(Contact.id).join(Family, Family.id == Contact.family_id).where(is_in_sight(sight))
    is_theirs = contact_id.in_(theirs)
    return or_(contact_id.is_(None), is_theirs) if contact_id.nullable else is_theirs
