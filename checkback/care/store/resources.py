"""Finding help, keeping directories of it, and what came of each offer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, or_, select, update

from checkback.care.model import Contact, Resource, ResourceOffer, ResourceReach, Task
from checkback.care.rules.listings import Listing, places_as_json, schedules_as_json
from checkback.care.store.database import Transaction
from checkback.care.terms import TaskKind

#: The programme's own entries, from `program/resources/`.
OWN = "programme"
ACTIVE, INACTIVE = "active", "inactive"
#: So many candidates a circle are judged at the most; more of them no text could name.
MOST = 200
_AT_ONCE = 400


@dataclass(frozen=True)
class Kept:
    """What is known of an entry that is there already."""

    id: UUID
    digest: str
    status: str
    name: str
    phone: str | None
    assured_date: date | None
    assured_by: UUID | None


def kept_in(tx: Transaction, directory: str) -> Mapping[str, Kept]:
    """Every entry of a directory by its own id."""
    found = tx.session.execute(
        select(
            Resource.source_id,
            Resource.id,
            Resource.digest,
            Resource.status,
            Resource.name,
            Resource.phone,
            Resource.assured_date,
            Resource.assured_by,
        ).where(Resource.directory == directory)
    )
    return {
        row.source_id: Kept(row.id, row.digest, row.status, row.name, row.phone, row.assured_date, row.assured_by)
        for row in found
    }


def add(tx: Transaction, directory: str, listings: Sequence[Listing]) -> None:
    """Keep new entries."""
    ids = {listing.id: uuid4() for listing in listings}
    for some in _portions(listings):
        tx.session.execute(
            insert(Resource),
            [{"id": ids[each.id], "directory": directory, **_columns(each), **_unheard_of()} for each in some],
        )
    _file_under_needs(tx, ((ids[each.id], each) for each in listings))


def change(tx: Transaction, listings: Sequence[tuple[Kept, Listing]]) -> None:
    """Keep entries that changed. What families said of an old number is not said of a new one; what a person assured
    on a later day than the directory did stays assured.
    """
    for kept, listing in listings:
        tx.session.execute(update(Resource).where(Resource.id == kept.id).values(**_changed(kept, listing)))
    _forget_needs(tx, [kept.id for kept, _ in listings])
    _file_under_needs(tx, ((kept.id, listing) for kept, listing in listings))


def take_out(tx: Transaction, ids: Sequence[UUID]) -> None:
    """Entries that are gone become inactive; what was offered of them stays told."""
    for some in _portions(ids):
        tx.session.execute(update(Resource).where(Resource.id.in_(some)).values(status=INACTIVE, digest=""))
    _forget_needs(tx, ids)


def candidates(tx: Transaction, need: str, names: Sequence[str], limit: int = MOST) -> Sequence[Resource]:
    """What is filed under a need and any of these places."""
    ids = (
        select(ResourceReach.resource_id)
        .where(ResourceReach.need == need, ResourceReach.reach.in_(names))
        .distinct()
        .limit(limit)
    )
    found = tx.session.scalars(ids).all()
    return tx.session.scalars(select(Resource).where(Resource.id.in_(found), Resource.status == ACTIVE)).all()


def named(tx: Transaction, id_: str) -> Sequence[Resource]:
    """The entries of this id; two directories may have the same."""
    return tx.session.scalars(select(Resource).where(Resource.source_id == id_).order_by(Resource.directory)).all()


def assured_before(tx: Transaction, day: date, limit: int = 200) -> Sequence[Resource]:
    """Entries in use that nobody has assured since, the oldest first."""
    return tx.session.scalars(
        select(Resource)
        .where(Resource.status == ACTIVE, or_(Resource.assured_date.is_(None), Resource.assured_date < day))
        .order_by(Resource.assured_date.asc().nulls_first(), Resource.name)
        .limit(limit)
    ).all()


def reported(tx: Transaction, limit: int = 200) -> Sequence[Resource]:
    """Entries in use of which families said that nobody answers or the number is wrong."""
    return tx.session.scalars(
        select(Resource)
        .where(Resource.status == ACTIVE, or_(Resource.wrong_reports > 0, Resource.no_answers > 0))
        .order_by(Resource.wrong_reports.desc(), Resource.no_answers.desc(), Resource.name)
        .limit(limit)
    ).all()


def offers_since(tx: Transaction, contact: Contact, moment: datetime) -> Sequence[ResourceOffer]:
    """What was offered to a contact since then, the latest first."""
    return tx.session.scalars(
        select(ResourceOffer)
        .where(ResourceOffer.contact_id == contact.id, ResourceOffer.offered_at >= moment)
        .order_by(ResourceOffer.offered_at.desc(), ResourceOffer.id)
    ).all()


def offers_to(tx: Transaction, contact_ids: Sequence[UUID], limit: int) -> Sequence[tuple[ResourceOffer, str]]:
    """What was offered to these contacts, the latest first, each with the name of the place."""
    rows = tx.session.execute(
        select(ResourceOffer, Resource.name)
        .join(Resource, Resource.id == ResourceOffer.resource_id)
        .where(ResourceOffer.contact_id.in_(contact_ids))
        .order_by(ResourceOffer.offered_at.desc(), ResourceOffer.id)
        .limit(limit)
    )
    return [(offer, name) for offer, name in rows]


def all_offers_since(tx: Transaction, moment: datetime) -> Sequence[ResourceOffer]:
    return tx.session.scalars(select(ResourceOffer).where(ResourceOffer.offered_at >= moment)).all()


def tasks_since(tx: Transaction, kind: TaskKind, moment: datetime) -> Sequence[Task]:
    """Tasks of a kind that were opened since then, done or not."""
    return tx.session.scalars(select(Task).where(Task.kind == kind, Task.opened_at >= moment)).all()


def held(tx: Transaction, resource_id: UUID) -> Resource:
    """This entry, held: two families may speak of it at once."""
    return tx.lock(tx.get(Resource, resource_id))


def _changed(kept: Kept, listing: Listing) -> dict[str, Any]:
    new = _columns(listing)
    if kept.phone != new["phone"]:
        return {**new, **_unheard_of()}
    if kept.assured_by is not None and kept.assured_date is not None:
        new["assured_date"] = max(kept.assured_date, listing.assured_date or kept.assured_date)
    return new


def _unheard_of() -> dict[str, Any]:
    return {"wrong_reports": 0, "no_answers": 0, "assured_by": None}


def _columns(listing: Listing) -> dict[str, Any]:
    return {
        "source_id": listing.id,
        "name": listing.name,
        "organization_name": listing.organization_name,
        "description": listing.description,
        "status": listing.status,
        "phone": listing.phone or None,
        "needs": " ".join(listing.needs),
        "languages": " ".join(listing.languages),
        "schedules": schedules_as_json(listing.schedules),
        "places": places_as_json(listing.places),
        "reach": "\n".join(listing.reach),
        "service_areas": "\n".join(listing.service_areas),
        "taxonomy": "\n".join(listing.taxonomy),
        "zone": listing.zone or None,
        "url": listing.url or None,
        "alert": listing.alert or None,
        "application_process": listing.application_process or None,
        "fees_description": listing.fees_description or None,
        "eligibility_description": listing.eligibility_description or None,
        "minimum_age": listing.minimum_age,
        "maximum_age": listing.maximum_age,
        "narrow": listing.narrow,
        "confidential": listing.confidential,
        "discloses": listing.discloses,
        "assured_date": listing.assured_date,
        "last_modified": listing.last_modified,
        "digest": listing.digest,
    }


def _file_under_needs(tx: Transaction, entries: Iterable[tuple[UUID, Listing]]) -> None:
    """Under every need and place it serves; what is never offered by text is filed nowhere."""
    rows = [
        {"need": need, "reach": reach, "resource_id": resource_id}
        for resource_id, listing in entries
        if listing.status == ACTIVE and not listing.confidential
        for need in listing.needs
        for reach in listing.reach
    ]
    for some in _portions(rows):
        tx.session.execute(insert(ResourceReach), some)


def _forget_needs(tx: Transaction, ids: Sequence[UUID]) -> None:
    for some in _portions(ids):
        tx.session.execute(delete(ResourceReach).where(ResourceReach.resource_id.in_(some)))


P = TypeVar("P")


def _portions(all_: Iterable[P]) -> Iterator[list[P]]:
    """Few enough at a time for any database's limit of parameters."""
    rest = iter(all_)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
