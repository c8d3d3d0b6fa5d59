"""Two families that are one: a look at what would move, what ends and what stands in the way, and the merge itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkback.care.errors import HoldRefused, NotAllowed, Said, said
from checkback.care.model import CareTeam, CheckIn, CheckInPlan, Contact, Family, StaffMember
from checkback.care.runtime import Runtime
from checkback.care.steps import merging as steps
from checkback.care.steps.merging import Pair
from checkback.care.steps.sight import in_sight
from checkback.care.steps.staff_work import actor
from checkback.care.store import Transaction, merging, people
from checkback.care.terms import Role

_MAY = (Role.COORDINATOR, Role.ADMIN)


@dataclass(frozen=True)
class Somebody:
    """One person of the family that goes. `same_as` names whom they share a phone with in the one that stays."""

    id: UUID
    name: str
    role: str
    phone: str | None
    same_as: str | None
    is_the_same: bool


@dataclass(frozen=True)
class Ending:
    """A promise that ends, since the other record of the same person goes on with its own."""

    step: str
    due_at: datetime
    zone: str
    name: str


@dataclass(frozen=True)
class Outlook:
    """What a merge would do. `moves` counts rows by table; with something `in_the_way` nothing is done."""

    here: str
    away: str
    here_team: str
    away_team: str
    plan: str | None
    people: Sequence[Somebody]
    people_here: Sequence[str]
    moves: Mapping[str, int]
    ends: Sequence[Ending]
    goes_on: int
    in_the_way: Sequence[Said]


def look(rt: Runtime, reference: str, other: str, reader_id: UUID, same: Collection[UUID] | None = None) -> Outlook:
    """What would become of `other` in `reference`; reading both leaves an audit row each.

    Args:
        same: the people of `other` who are the same as somebody in `reference`; those whose names agree unless said.

    Raises NotFound, NotAllowed.
    """
    with rt.store.begin("merging.look") as tx:
        reader = _merger(tx, reader_id)
        for each in dict.fromkeys((reference, other)):
            tx.record("family.read", in_sight(tx, each, reader_id), actor(reader))
    with rt.store.read() as tx:
        here, away = people.family(tx, reference), people.family(tx, other)
        found = steps.pairs(tx, away, here) if away.id != here.id else []
        meant = steps.chosen(found, same if same is not None else {p.away.id for p in found if p.looks_the_same})
        return _outlook(tx, here, away, found, meant)


def merge(rt: Runtime, reference: str, other: str, same: Collection[UUID], staff_id: UUID) -> None:
    """Everything of `other` is of `reference` from now on, in one unit of work; `other` is closed.

    Raises:
        NotFound: a family is not there, or not for them.
        NotAllowed: neither a coordinator nor an administrator.
        HoldRefused: something has to be settled first; the message says what. Nothing was changed.
    """
    with rt.store.begin("merging.merge") as tx:
        staff = _merger(tx, staff_id)
        here, away = in_sight(tx, reference, staff_id), in_sight(tx, other, staff_id)
        for family in sorted({here, away}, key=lambda each: each.id):
            tx.lock(family)  # in one order, so that two merges do not wait for each other
        found = steps.pairs(tx, away, here) if here is not away else []
        if not set(same) <= {pair.away.id for pair in found}:
            raise HoldRefused(said("Their phones have changed since you looked. Look again."))
        steps.merge(tx, away, here, steps.chosen(found, same), staff)


def _merger(tx: Transaction, staff_id: UUID) -> StaffMember:
    staff = tx.get(StaffMember, staff_id)
    if staff.role not in _MAY:
        raise NotAllowed(said("A coordinator or an administrator merges families."))
    return staff


def _outlook(tx: Transaction, here: Family, away: Family, found: Sequence[Pair], meant: Sequence[Pair]) -> Outlook:
    by_person = {pair.away.id: pair for pair in found}
    fates = [(pair, steps.standing(tx, pair, is_held=False)) for pair in meant]
    return Outlook(
        here=here.reference,
        away=away.reference,
        here_team=tx.get(CareTeam, here.team_id).name,
        away_team=tx.get(CareTeam, away.team_id).name,
        plan=tx.get(CheckInPlan, plan_id).reference if (plan_id := here.plan_id or away.plan_id) else None,
        people=[_somebody(tx, each, by_person.get(each.id), meant) for each in people.contacts_in(tx, away)],
        people_here=[each.name for each in people.contacts_in(tx, here)],
        moves=merging.counts(tx, away),
        ends=[
            Ending(tx.get(CheckIn, each.id).wording, each.due_at, pair.here.zone, pair.here.name)
            for pair, fate in fates
            for each in fate.ends
        ],
        goes_on=sum(len(fate.stands) for _pair, fate in fates),
        in_the_way=steps.obstacles(tx, away, here, meant),
    )


def _somebody(tx: Transaction, contact: Contact, pair: Pair | None, meant: Sequence[Pair]) -> Somebody:
    phone = people.phone_of(tx, contact)
    return Somebody(
        contact.id,
        contact.name,
        contact.role,
        str(phone.number)[-2:] if phone else None,
        pair.here.name if pair else None,
        pair in meant,
    )
