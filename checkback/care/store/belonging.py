"""What belongs to a family: every row that points at it, or at a row that does, found by the foreign keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, exists, or_, select

from checkback.care.model import Base, Contact, ContactPhone, Family, Phone, StaffMember, StaffWay
from checkback.care.store.database import Transaction

Rows = Mapping[Table, Sequence[UUID]]

FAMILY = Base.metadata.tables[Family.__tablename__]
PHONE = Base.metadata.tables[Phone.__tablename__]


def of_family(tx: Transaction, family: Family) -> Rows:
    """The rows of a family, its own phones, and what hangs on either; in the order in which tables depend."""
    return hanging_on(tx, {FAMILY: [family.id], PHONE: own_phones(tx, family)})


def phones_of(tx: Transaction, family: Family) -> Sequence[UUID]:
    """Every phone that somebody of the family uses or used."""
    return tx.session.scalars(
        select(ContactPhone.phone_id)
        .join(Contact, Contact.id == ContactPhone.contact_id)
        .where(Contact.family_id == family.id)
        .distinct()
        .order_by(ContactPhone.phone_id)
    ).all()


def own_phones(tx: Transaction, family: Family) -> Sequence[UUID]:
    """Those of them that nobody else here ever used: what was written from them is this family's alone."""
    elsewhere = (
        exists().where(
            ContactPhone.phone_id == Phone.id, Contact.id == ContactPhone.contact_id, Contact.family_id != family.id
        ),
        exists().where(StaffMember.phone_id == Phone.id),
        exists().where(StaffWay.phone_id == Phone.id),
    )
    wanted = select(Phone.id).where(Phone.id.in_(phones_of(tx, family)), ~or_(*elsewhere))
    return tx.session.scalars(wanted.order_by(Phone.id)).all()


def hanging_on(tx: Transaction, begin: Rows) -> Rows:
    """The rows to begin with, and those that point at them or at a row that does, table by table."""
    found: dict[Table, Sequence[UUID]] = dict(begin)
    for table in Base.metadata.sorted_tables:
        pointing = [column.in_(found[target]) for column, target in pointers(table) if target in found]
        if pointing and table not in found:
            ids = tx.session.scalars(select(table.c.id).where(or_(*pointing)).order_by(table.c.id)).all()
            if ids:
                found[table] = ids
    return found


def pointers(table: Table) -> Iterator[tuple[ColumnElement[Any], Table]]:
    """Each foreign key of a table: its column, and the table it points at."""
    for key in table.foreign_keys:
        yield key.parent, key.column.table
