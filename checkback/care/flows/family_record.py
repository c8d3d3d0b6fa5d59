"""Everything that is kept about a family, for them to have: as data, and as a page to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from checkback.care.errors import NotAllowed, said
from checkback.care.flows.consents import writer_of
from checkback.care.runtime import Runtime
from checkback.care.steps.staff_work import actor
from checkback.care.store import giving_out, people
from checkback.care.terms import Role

Row = Mapping[str, Any]

_MAY = (Role.ADMIN, Role.COORDINATOR)


@dataclass(frozen=True)
class WholeRecord:
    """What is kept about one family: rows by table, and who did or read what of theirs."""

    family: str
    programme: str
    made_at: datetime
    made_by: str
    rows: Mapping[str, Sequence[Row]]
    audit: Sequence[Row]


def whole(rt: Runtime, reference: str, by: str) -> WholeRecord:
    """Everything about a family, and the audit line that says who took it. Members of staff stand there by login.

    Raises:
        NotFound: no such family or login.
        NotAllowed: neither an administrator nor a coordinator.
    """
    with rt.store.begin("family-record.whole") as tx:
        writer, family = writer_of(tx, by), people.family(tx, reference)
        if writer.role not in _MAY:
            raise NotAllowed(said("A family's whole record is given out by an administrator or a coordinator."))
        tx.record("family.given-out", family, actor(writer))
    with rt.store.read() as tx:
        family, staff = people.family(tx, reference), giving_out.logins(tx)
        found = giving_out.everything_of(tx, family)
        return WholeRecord(
            family=family.reference,
            programme=people.the_programme(tx).name,
            made_at=tx.now,
            made_by=by,
            rows={table: [_plain(row, staff) for row in rows] for table, rows in sorted(found.items()) if rows},
            audit=[_plain(row, staff) for row in giving_out.audit_of(tx, family)],
        )


def _plain(row: Row, staff: Mapping[UUID, str]) -> Row:
    """Values that JSON can say; a member of staff by login, what is empty left out."""
    return {name: _said(value, staff) for name, value in row.items() if value is not None and value != ""}


def _said(value: object, staff: Mapping[UUID, str]) -> object:
    if isinstance(value, UUID):
        return staff.get(value, str(value))
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, bool | int | float) else str(value)
