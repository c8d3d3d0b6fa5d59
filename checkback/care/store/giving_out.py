"""Everything that is kept about a family, read row by row to be given out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select

from checkback.care.model import AuditEvent, Family, StaffMember
from checkback.care.store.belonging import PHONE, of_family, phones_of
from checkback.care.store.database import Transaction
from checkback.care.store.personal import COLUMNS

Row = Mapping[str, Any]

#: Ids in one question; SQLite takes some thousands of values.
_AT_ONCE = 500


def everything_of(tx: Transaction, family: Family) -> Mapping[str, Sequence[Row]]:
    """Each table's rows of a family, with the columns that are given out; a phone they share is among them."""
    rows = dict(of_family(tx, family))
    shared = [each for each in phones_of(tx, family) if each not in set(rows[PHONE])]
    found = {table.name: _rows(tx, table, ids) for table, ids in rows.items() if COLUMNS[table.name].given_out}
    return {**found, PHONE.name: [*found[PHONE.name], *_rows(tx, PHONE, shared)]}


def audit_of(tx: Transaction, family: Family) -> Sequence[Row]:
    """Who did or read what of theirs, the first first."""
    wanted = select(AuditEvent.at, AuditEvent.action, AuditEvent.actor, AuditEvent.subject, AuditEvent.subject_id)
    lines = [
        row._asdict()
        for table, ids in of_family(tx, family).items()
        for some in _slices(ids)
        for row in tx.session.execute(wanted.where(AuditEvent.subject == table.name, AuditEvent.subject_id.in_(some)))
    ]
    return sorted(lines, key=lambda line: (line["at"], line["action"]))


def logins(tx: Transaction) -> Mapping[UUID, str]:
    """Who staff are, as colleagues name them."""
    return {staff_id: login for staff_id, login in tx.session.execute(select(StaffMember.id, StaffMember.login))}


def _rows(tx: Transaction, table: Table, ids: Sequence[UUID]) -> Sequence[Row]:
    columns = [column for column in table.columns if column.name in COLUMNS[table.name].given_out]
    return [
        dict(row._mapping)
        for some in _slices(ids)
        for row in tx.session.execute(select(*columns).where(table.c.id.in_(some)).order_by(table.c.id))
    ]


def _slices(ids: Sequence[UUID]) -> Sequence[Sequence[UUID]]:
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]
