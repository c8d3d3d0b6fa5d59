"""Changing a key: everything the old one sealed or indexed is done anew with the newest, while the house runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from checkback.care.model.sealing import SealBroken
from checkback.care.runtime import Runtime
from checkback.care.store import chain, people, renewing, report_counts
from checkback.care.store.database import Transaction
from checkback.care.store.renewing import SealedColumn

#: Rows of one unit of work: it holds SQLite's only writer, for which a family's text may be waiting.
BATCH = 100

Progress = Callable[[int], None]


@dataclass(frozen=True)
class KeysInUse:
    """How many values each key holds: a key without any can leave its ring."""

    sealed: Mapping[int, int]
    """By the id of the key."""
    indexed: Mapping[int, int]
    """Phones, words of names and needs, by the version of the index."""
    audit: Mapping[int, int]
    """Seals of the audit's chain, by the version of the index key; they are not made anew."""
    newest_seal: int
    newest_index: int

    @property
    def to_renew(self) -> int:
        """How many values wait for the newest keys."""
        older = (count for key, count in self.sealed.items() if key != self.newest_seal)
        return sum(older) + sum(count for key, count in self.indexed.items() if key != self.newest_index)


@dataclass(frozen=True)
class Renewed:
    """What one renewal did."""

    values: int
    """Sealed anew."""
    found: int
    """Phones, contacts and needs indexed anew."""
    broken: Sequence[str]
    """`table.column row-id` of what no key on the ring opens; it was left as it is."""


def in_use(rt: Runtime) -> KeysInUse:
    """Which keys still hold something."""
    with rt.store.read() as tx:
        ring = tx.keyring
        return KeysInUse(
            renewing.by_key(tx), renewing.by_index(tx), chain.seals_by_key(tx), max(ring.sealing), ring.index_version
        )


def renew(rt: Runtime, progress: Progress = lambda _: None) -> Renewed:
    """Seal and index with the newest keys whatever is not, a hundred rows at a time, beside whoever works.

    It can be broken off anywhere and begun again: what is done is seen in the values themselves. A value that does not
    open is named and left; it stops nothing.

    Args:
        progress: told after each batch how many values it did.
    """
    broken: list[str] = []
    indexed = _index_all(rt, "phone.number_index", renewing.phones_before, renewing.index_phone, broken, progress)
    indexed += _index_all(rt, "name_token.token", renewing.contacts_before, renewing.index_name, broken, progress)
    indexed += _index_needs(rt, progress)
    values = sum(_seal_all(rt, where, broken, progress) for where in renewing.sealed_columns())
    return Renewed(values, indexed, broken)


def _seal_all(rt: Runtime, where: SealedColumn, broken: list[str], progress: Progress) -> int:
    done, after = 0, None
    while True:
        with rt.store.begin("keys.renew") as tx:
            rows = renewing.sealed_before(tx, where, after, BATCH)
            sealed = sum(_seal(tx, where, row_id, value, broken) for row_id, value in rows)
            if sealed:
                tx.record(f"keys.renewed.{where.place}", people.the_programme(tx))
        if not rows:
            return done
        done, after = done + sealed, rows[-1][0]
        progress(sealed)


def _seal(tx: Transaction, where: SealedColumn, row_id: UUID, value: bytes, broken: list[str]) -> bool:
    try:
        clear = tx.keyring.open(value, where.place)
    except SealBroken:
        broken.append(f"{where.place} {row_id}")
        return False
    return renewing.replace(tx, where, row_id, value, tx.keyring.seal(clear, where.place))


def _index_all(
    rt: Runtime,
    what: str,
    older: Callable[[Transaction, UUID | None, int], Sequence[UUID]],
    index: Callable[[Transaction, UUID], None],
    broken: list[str],
    progress: Progress,
) -> int:
    done, after = 0, None
    while True:
        with rt.store.begin("keys.renew") as tx:
            rows = older(tx, after, BATCH)
            found = sum(_index(tx, index, row_id, f"{what} {row_id}", broken) for row_id in rows)
            if found:
                tx.record(f"keys.renewed.{what}", people.the_programme(tx))
        if not rows:
            return done
        done, after = done + found, rows[-1]
        progress(found)


def _index_needs(rt: Runtime, progress: Progress) -> int:
    """All at once: there are a few dozen needs, and no value has to be opened."""
    with rt.store.begin("keys.renew") as tx:
        found = report_counts.index_needs_anew(tx)
        if found:
            tx.record("keys.renewed.need_named.need_index", people.the_programme(tx))
    progress(found)
    return found


def _index(
    tx: Transaction, index: Callable[[Transaction, UUID], None], row_id: UUID, named: str, broken: list[str]
) -> bool:
    try:
        with tx.session.begin_nested():
            index(tx, row_id)
    except SealBroken:
        broken.append(named)
        return False
    return True
