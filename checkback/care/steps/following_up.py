"""Two days after a place was named, we ask whether they got through: a check-in like any other, so that their hours,
their consent and every hold bind it.
"""

from __future__ import annotations

from datetime import timedelta

from checkback.care.model import CheckIn, Contact, Family, ResourceOffer
from checkback.care.rules.help_replies import THROUGH
from checkback.care.store import Transaction, check_ins, people
from checkback.care.terms import CheckInState, Dialogue, LatePolicy, SafetyMode

ASKED_AFTER = timedelta(days=2)
#: Asked later than this, nobody remembers which place is meant.
STALE_AFTER = timedelta(days=5)
STEP = "help-"


def plan_follow_up(tx: Transaction, contact: Contact, offer: ResourceOffer) -> None:
    """Ask about this offer in two days. Places named before then are asked about together, once."""
    if people.safety_of(tx, contact).mode is SafetyMode.UNSAFE:
        return  # nothing goes to such a phone by itself
    planned = next((c for c in check_ins.open_of(tx, contact) if is_follow_up(c)), None)
    if planned is not None and planned.state is CheckInState.PLANNED:
        offer.check_in_id = planned.id
        return
    incidents = people.incidents_of(tx, tx.get(Family, contact.family_id))
    if not incidents:
        return
    check_in = tx.add(
        CheckIn(
            contact_id=contact.id,
            incident_id=incidents[0].id,
            step=f"{STEP}{offer.id.hex[:12]}",
            due_at=tx.now + ASKED_AFTER,
            send_before=tx.now + STALE_AFTER,
            wording=THROUGH,
            dialogue=Dialogue.HELP,
            late_policy=LatePolicy.DROP,
        )
    )
    tx.session.flush()
    tx.record("check-in.planned", check_in)
    offer.check_in_id = check_in.id


def is_follow_up(check_in: CheckIn) -> bool:
    """Whether this check-in asks about help."""
    return check_in.wording == THROUGH
