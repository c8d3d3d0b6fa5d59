"""Queueing calls and e-mails to staff. Nothing is made here: a worker makes what was committed."""

from __future__ import annotations

from datetime import datetime, timedelta

from checkback.care.model import EscalationNotice, Phone, StaffMember, StaffWay, Summons
from checkback.care.store import Transaction
from checkback.care.terms import OutboundState, Way

SUMMONS_HOLDS_FOR = timedelta(minutes=10)


def queue_summons(  # noqa: PLR0913 - a row of many columns
    tx: Transaction,
    way: Way,
    words: str,
    dedupe_key: str,
    *,
    staff: StaffMember | None,
    phone: Phone | None,
    due_at: datetime | None = None,
    notice: EscalationNotice | None = None,
    proves: StaffWay | None = None,
) -> Summons | None:
    """Queue one call or e-mail; None when one for the same thing is queued or made already."""
    due = due_at or tx.now
    made = Summons(
        way=way,
        words=words,
        dedupe_key=dedupe_key,
        queued_at=tx.now,
        due_at=due,
        not_after=due + SUMMONS_HOLDS_FOR,
        notice_id=notice.id if notice else None,
        way_id=proves.id if proves else None,
        staff_id=staff.id if staff else None,
        phone_id=phone.id if phone else None,
    )
    if not tx.add_if_new(made):
        return None
    tx.record("summons.queued", made)
    return made


def call_off(tx: Transaction, summons: Summons, reason: str) -> None:
    """Take back a call or e-mail that nobody has begun to make."""
    if summons.state is OutboundState.QUEUED and summons.advance(OutboundState.CANCELLED, tx.now):
        summons.reason = reason
        tx.record("summons.cancelled", summons)
