"""Somebody wants no check-ins for a while: it ends by itself, on a day that is said back to them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from checkback.care.model import Contact
from checkback.care.rules.events import Event
from checkback.care.steps import events
from checkback.care.store import SYSTEM, Transaction


def pause(tx: Transaction, contact: Contact, day: date, actor: str = SYSTEM) -> datetime:
    """No check-in to this contact before that local day begins; what was promised meanwhile moves behind it.

    A later wish counts, also one for an earlier day. Returns the moment from which they may be texted again.
    """
    until = datetime.combine(day, time(), ZoneInfo(contact.zone)).astimezone(UTC)
    contact.paused_until = until
    tx.record("contact.paused", contact, actor)
    events.happened(tx, Event.PAUSED, contact, until=until)
    return until


def resume(tx: Transaction, contact: Contact, actor: str = SYSTEM) -> bool:
    """They may be texted again from now on; False when nothing was paused. What was moved stays where it is."""
    if contact.paused_until is None or contact.paused_until <= tx.now:
        return False
    contact.paused_until = None
    tx.record("contact.resumed", contact, actor)
    return True
