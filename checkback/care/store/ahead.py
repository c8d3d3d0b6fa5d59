"""Promises of the days ahead, counted by the database and read a page at a time, however many there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, and_, cast, extract, func, or_, select
from sqlalchemy.orm import aliased

from checkback.care.model import CheckIn, CheckInPlan, Contact, ContactPhone, Family, Hold
from checkback.care.store import holds
from checkback.care.store.database import Transaction
from checkback.care.store.sights import EVERYTHING, Sight, is_in_sight, of_contact
from checkback.care.terms import CheckInState, Dialogue, Language

_MINUTE = 60


@dataclass(frozen=True)
class Place:
    """Where a page ends: the next begins behind it."""

    due_at: datetime
    id: UUID


@dataclass(frozen=True)
class Which:
    """Planned promises that fall due by `until`, not before `since` and behind `after`; None is no wish.

    `plans` and `contacts` are their ids: nothing is found where they are empty. `one` is a promise's own.
    """

    until: datetime
    since: datetime | None = None
    after: Place | None = None
    sight: Sight = EVERYTHING
    team: UUID | None = None
    plans: Collection[UUID] | None = None
    contacts: Collection[UUID] | None = None
    one: UUID | None = None
    language: Language | None = None
    dialogue: Dialogue | None = None
    is_free: bool = False
    """Only those that no hold keeps back."""

    def behind(self, last: CheckIn) -> Which:
        """The same, behind this promise."""
        return replace(self, after=Place(last.due_at, last.id))


def page(tx: Transaction, which: Which, limit: int) -> Sequence[CheckIn]:
    """The first so many of these promises, in the order in which they fall due."""
    return tx.session.scalars(
        select(CheckIn).where(*_conditions(which, one_by_one=True)).order_by(CheckIn.due_at, CheckIn.id).limit(limit)
    ).all()


def count(tx: Transaction, which: Which) -> int:
    """How many these are."""
    return tx.session.scalar(select(func.count()).select_from(CheckIn).where(*_conditions(which))) or 0


@dataclass(frozen=True)
class FallingDue:
    """How many promises that no hold keeps back fall due in which minute, the soonest first; and how many are held."""

    minutes: Mapping[datetime, int]
    held: int

    @property
    def in_all(self) -> int:
        return sum(self.minutes.values()) + self.held


def falling_due(tx: Transaction, which: Which) -> FallingDue:
    """How many of these fall due when."""
    minute = (cast(extract("epoch", CheckIn.due_at), BigInteger) // _MINUTE).label("minute")
    is_held = CheckIn.held_at.is_not(None).label("is_held")
    found = tx.session.execute(
        select(minute, is_held, func.count()).where(*_conditions(which)).group_by("minute", "is_held")
    ).all()
    free = sorted((at, many) for at, is_kept, many in found if not is_kept)
    return FallingDue(
        {datetime.fromtimestamp(int(at) * _MINUTE, tz=UTC): many for at, many in free},
        sum(many for _, is_kept, many in found if is_kept),
    )


def before(tx: Transaction, rows: Sequence[CheckIn]) -> Sequence[CheckIn]:
    """Promises to the same people and phones that fall due before the last of these, and are none of these."""
    if not rows:
        return ()
    mine, theirs = aliased(ContactPhone), aliased(ContactPhone)
    ids = {row.contact_id for row in rows}
    beside = (
        select(theirs.contact_id)
        .join(mine, mine.phone_id == theirs.phone_id)
        .where(mine.contact_id.in_(ids), mine.until.is_(None), theirs.until.is_(None))
    )
    on_these_phones = {*ids, *tx.session.scalars(beside)}
    return tx.session.scalars(
        select(CheckIn)
        .where(
            CheckIn.contact_id.in_(on_these_phones),
            CheckIn.state == CheckInState.PLANNED,
            CheckIn.due_at <= max(row.due_at for row in rows),
            CheckIn.id.not_in({row.id for row in rows}),
        )
        .order_by(CheckIn.due_at, CheckIn.id)
    ).all()


def kept_back_by(
    tx: Transaction, hold: Hold, limit: int, *, after: Place | None = None, sight: Sight = EVERYTHING
) -> Sequence[CheckIn]:
    """The first so many of the promises in sight, behind this place, that the end of this hold would let go, or that
    wait for another hold too.
    """
    behind = [of_contact(sight, CheckIn.contact_id), *([_behind(after)] if after else [])]
    return tx.session.scalars(
        holds.kept_back(tx, hold, CheckIn).where(*behind).order_by(CheckIn.due_at, CheckIn.id).limit(limit)
    ).all()


def count_kept_back_by(tx: Transaction, hold: Hold, sight: Sight = EVERYTHING) -> int:
    """How many promises in sight the end of this hold would let go, or wait for another hold too."""
    kept = holds.kept_back(tx, hold, CheckIn.id).where(of_contact(sight, CheckIn.contact_id))
    return tx.session.scalar(select(func.count()).select_from(kept.subquery())) or 0


def versions_called(tx: Transaction, name: str) -> frozenset[UUID]:
    """Every version of the plan of this name."""
    return frozenset(tx.session.scalars(select(CheckInPlan.id).where(CheckInPlan.name == name)))


def names_of_plans(tx: Transaction) -> Sequence[str]:
    """The names of all plans there are."""
    return tx.session.scalars(select(CheckInPlan.name).distinct().order_by(CheckInPlan.name)).all()


def contacts_of(tx: Transaction, reference: str) -> frozenset[UUID]:
    """The people of the family of this reference; none where there is no such family."""
    return frozenset(
        tx.session.scalars(
            select(Contact.id).join(Family, Family.id == Contact.family_id).where(Family.reference == reference)
        )
    )


def _conditions(which: Which, *, one_by_one: bool = False) -> list[ColumnElement[bool]]:
    """`one_by_one`: the rows of a page are looked at each by itself; else the people in question are gathered first,
    which is quicker for all rows and slower for a hundred.
    """
    found = [CheckIn.state == CheckInState.PLANNED, CheckIn.due_at <= which.until]
    if which.since is not None:
        found.append(CheckIn.due_at >= which.since)
    if which.after is not None:
        found.append(_behind(which.after))
    if which.plans is not None:
        found.append(CheckIn.plan_id.in_(which.plans))
    if which.contacts is not None:
        found.append(CheckIn.contact_id.in_(which.contacts))
    if which.one is not None:
        found.append(CheckIn.id == which.one)
    if which.dialogue is not None:
        found.append(CheckIn.dialogue == which.dialogue)
    if which.is_free:
        found.append(CheckIn.held_at.is_(None))
    wanted = _of_people(which)
    if not wanted:
        return found
    people = select(Contact.id).where(*wanted)
    if which.team is not None or not which.sight.is_wide:
        people = people.join(Family, Family.id == Contact.family_id)
    if one_by_one:
        return [*found, people.where(Contact.id == CheckIn.contact_id).correlate(CheckIn).exists()]
    return [*found, CheckIn.contact_id.in_(people)]


def _of_people(which: Which) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if which.language is not None:
        found.append(Contact.language == which.language)
    if which.team is not None:
        found.append(Family.team_id == which.team)
    if not which.sight.is_wide:
        found.append(is_in_sight(which.sight))
    return found


def _behind(place: Place) -> ColumnElement[bool]:
    is_later = or_(CheckIn.due_at > place.due_at, and_(CheckIn.due_at == place.due_at, CheckIn.id > place.id))
    return and_(CheckIn.due_at >= place.due_at, is_later)  # the first is what an index is entered by
