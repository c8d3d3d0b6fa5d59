"""What was sealed or indexed with an older key: counting it, and doing it anew with the newest.

How far a renewal came is kept nowhere: each value says by its first byte which key sealed it, and each index its
version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Column, LargeBinary, Table, delete, func, select, type_coerce, update

from checkback.care.model import Base, Contact, NameToken, NeedNamed, Phone
from checkback.care.model.base import Sealed
from checkback.care.store import people
from checkback.care.store.database import Transaction


@dataclass(frozen=True)
class SealedColumn:
    """A column in which values are sealed, and the place that is bound into them."""

    table: Table
    column: Column[str]
    place: str

    @property
    def key(self) -> Column[UUID]:
        return next(iter(self.table.primary_key))


def sealed_columns() -> Sequence[SealedColumn]:
    """Every sealed column of the model; a new one is among them without being named."""
    return [
        SealedColumn(table, column, column.type.place)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Sealed)
    ]


def by_key(tx: Transaction) -> Mapping[int, int]:
    """How many values are sealed with each key, by its id."""
    counts: dict[int, int] = {}
    for each in sealed_columns():
        first = func.substr(_raw(each), 1, 1)
        for key, number in tx.session.execute(
            select(first, func.count()).where(each.column.is_not(None)).group_by(first)
        ):
            key_id = bytes(key)[0] if key else 0
            counts[key_id] = counts.get(key_id, 0) + number
    return counts


def by_index(tx: Transaction) -> Mapping[int, int]:
    """How many phones, words of names and needs are found by each version of the index."""
    counts: dict[int, int] = {}
    for kind in (Phone, NameToken, NeedNamed):
        for version, number in tx.session.execute(
            select(kind.index_version, func.count()).group_by(kind.index_version)
        ):
            counts[version] = counts.get(version, 0) + number
    return counts


def sealed_before(tx: Transaction, where: SealedColumn, after: UUID | None, most: int) -> Sequence[tuple[UUID, bytes]]:
    """Rows beyond `after`, in the order of their ids, whose value another key than the newest sealed."""
    newest = bytes([max(tx.keyring.sealing)])
    found = select(where.key, _raw(where)).where(
        where.column.is_not(None), func.substr(_raw(where), 1, 1) != type_coerce(newest, LargeBinary)
    )
    if after is not None:
        found = found.where(where.key > after)
    return [(row_id, bytes(value)) for row_id, value in tx.session.execute(found.order_by(where.key).limit(most))]


def replace(tx: Transaction, where: SealedColumn, row_id: UUID, old: bytes, new: bytes) -> bool:
    """Put the value sealed anew where the old one stands; False where somebody wrote another meanwhile."""
    changed = tx.session.execute(
        update(where.table)
        .where(where.key == row_id, _raw(where) == type_coerce(old, LargeBinary))
        .values({where.column: type_coerce(new, LargeBinary)})
        .returning(where.key)
    )
    return changed.first() is not None


def phones_before(tx: Transaction, after: UUID | None, most: int) -> Sequence[UUID]:
    """Phones beyond `after` that an older version of the index finds."""
    found = select(Phone.id).where(Phone.index_version != tx.keyring.index_version)
    if after is not None:
        found = found.where(Phone.id > after)
    return tx.session.scalars(found.order_by(Phone.id).limit(most)).all()


def contacts_before(tx: Transaction, after: UUID | None, most: int) -> Sequence[UUID]:
    """Contacts beyond `after` whose name an older version of the index finds."""
    found = select(NameToken.contact_id).where(NameToken.index_version != tx.keyring.index_version).distinct()
    if after is not None:
        found = found.where(NameToken.contact_id > after)
    return tx.session.scalars(found.order_by(NameToken.contact_id).limit(most)).all()


def index_phone(tx: Transaction, phone_id: UUID) -> None:
    """Let the newest version of the index find this phone. Raises SealBroken where its number does not open."""
    phone = tx.get(Phone, phone_id)
    if phone.number:  # one whose number was taken out is found by none
        phone.number_index = tx.keyring.index(phone.number, "phone")
    phone.index_version = tx.keyring.index_version
    tx.session.flush()


def index_name(tx: Transaction, contact_id: UUID) -> None:
    """Let the newest version of the index find this contact's name. Raises SealBroken where it does not open."""
    contact = tx.get(Contact, contact_id)
    tx.session.execute(delete(NameToken).where(NameToken.contact_id == contact_id))
    people.keep_name(tx, contact)
    tx.session.flush()


def _raw(where: SealedColumn) -> Column[bytes]:
    """The column as bytes, past its own type: what is sealed is not opened."""
    return type_coerce(where.column, LargeBinary)  # type: ignore[return-value]
