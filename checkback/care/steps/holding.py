"""Placing and ending holds, and letting go what they kept back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkback.care.errors import HoldRefused, said
from checkback.care.model import CheckIn, Family, Hold, OutboundMessage, StaffMember
from checkback.care.rules.events import Event
from checkback.care.steps import events
from checkback.care.steps.staff_work import actor, written
from checkback.care.steps.tasks import open_task, task_key
from checkback.care.store import Transaction, holds, people, work
from checkback.care.terms import HoldKind, HoldScope, TaskKind

HOLD_COUNTER = "hold"
FIRST_NUMBER = 12
LONGEST_REASON = 400
_EVENTS = {HoldKind.STOP: Event.HELD, HoldKind.DEATH: Event.DEATH, HoldKind.DATE: Event.DATE_KEPT_FREE}


@dataclass(frozen=True)
class What:
    """What a hold keeps back: one text, everything of a family, of a plan, of the programme, or all there is."""

    kind: HoldKind
    scope: HoldScope
    family: Family | None = None
    plan: str | None = None
    check_in: CheckIn | None = None

    @property
    def key(self) -> str:
        """While a hold stands under it, no second one is placed."""
        of = self.check_in.id if self.check_in else self.family.id if self.family else self.plan or ""
        return f"{self.kind}:{self.scope}:{of}"


def place(
    tx: Transaction,
    what: What,
    staff: StaffMember,
    reason: str,
    *,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> tuple[Hold, bool]:
    """Place a hold, or find the one that stands for the same; then only its end is set anew. True when it is new.

    Raises:
        WordsRefused: no reason was given.
        HoldRefused: it would be over already.
    """
    words = written(reason, longest=LONGEST_REASON, lacking=said("Say in a few words why."))
    if ends_at is not None and ends_at <= max(tx.now, starts_at or tx.now):
        raise HoldRefused(said("that end has passed already; name a later one"))
    key = what.key if what.kind is not HoldKind.DATE else f"{what.key}:{starts_at:%Y%m%d%H}:{ends_at:%Y%m%d%H}"
    standing = holds.standing(tx, key)
    if standing is not None:
        _set_end(tx, standing, staff, ends_at)
        return standing, False
    hold = _new(tx, what, key, staff, words, starts_at or tx.now, ends_at)
    if not tx.add_if_new(hold):
        raise HoldRefused(said("somebody placed the same hold in this moment; look at what is held now"))
    tx.record(f"hold.placed-{what.kind}", hold, actor(staff))
    _take_effect(tx, what, hold)
    return hold, True


def end(tx: Transaction, hold: Hold, staff: StaffMember | None) -> bool:
    """End a hold; what it kept back is let go bit by bit. False when it had ended before."""
    if not hold.end(tx.now, staff.id if staff else None):
        return False
    tx.record("hold.ended", hold, actor(staff) if staff else "system")
    return True


def let_go(tx: Transaction, check_in: CheckIn) -> bool:
    """A promise that no hold keeps back any more is due again, and judged by its own lateness. True when it was."""
    contact_family = people.family_of(tx, check_in.contact_id)
    if contact_family is None or holds.over(tx, contact_family.id, check_in.plan_id, check_in.id) is not None:
        return False
    check_in.held_at = None
    tx.record("check-in.let-go", check_in)
    return True


def let_text_go(tx: Transaction, message: OutboundMessage) -> bool:
    """The same for a queued text."""
    plan_id = tx.get(CheckIn, message.check_in_id).plan_id if message.check_in_id else None
    if holds.over(tx, message.family_id, plan_id, message.check_in_id) is not None:
        return False
    message.held_at = None
    tx.record("text.let-go", message)
    return True


def _new(
    tx: Transaction,
    what: What,
    key: str,
    staff: StaffMember,
    words: str,
    starts_at: datetime,
    ends_at: datetime | None,
) -> Hold:
    work.keep_counter(tx, HOLD_COUNTER, FIRST_NUMBER - 1)
    tx.session.flush()
    return Hold(
        number=tx.next_number(HOLD_COUNTER),
        programme_id=people.the_programme(tx).id,
        kind=what.kind,
        scope=what.scope,
        key=key,
        reason=words,
        placed_at=tx.now,
        starts_at=starts_at,
        ends_at=ends_at,
        family_id=what.family.id if what.family else None,
        plan=what.plan,
        check_in_id=what.check_in.id if what.check_in else None,
        placed_by=staff.id,
    )


def _set_end(tx: Transaction, hold: Hold, staff: StaffMember, ends_at: datetime | None) -> None:
    if hold.ends_at != ends_at and hold.kind is not HoldKind.DATE:
        hold.ends_at = ends_at
        tx.record("hold.end-changed", hold, actor(staff))


def _take_effect(tx: Transaction, what: What, hold: Hold) -> None:
    """One text and a family's are taken hold of at once; of what reaches further each is when its time comes."""
    if what.check_in is not None:
        events.happened_to(tx, _EVENTS[hold.kind], what.check_in)
    elif what.family is not None and hold.starts_at <= tx.now:
        for contact in people.contacts_in(tx, what.family):
            events.happened(tx, _EVENTS[hold.kind], contact, until=hold.ends_at)
    elif what.family is not None and hold.ends_at is not None:
        _move_what_falls_into(tx, what.family, hold.starts_at, hold.ends_at)
    if hold.ends_at is None:
        open_task(
            tx, TaskKind.HELD, dedupe_key=task_key(TaskKind.HELD, hold.id), family=what.family, detail=_asks(hold)
        )


def _move_what_falls_into(tx: Transaction, family: Family, starts_at: datetime, ends_at: datetime) -> None:
    for contact in people.contacts_in(tx, family):
        for check_in in holds.planned_between(tx, contact.id, starts_at, ends_at):
            events.move(tx, check_in, ends_at, Event.DATE_KEPT_FREE)


def _asks(hold: Hold) -> str:
    if hold.kind is HoldKind.DEATH:
        return f"{hold.reference}: a death in the family. Nothing automatic goes. Read what was planned, and decide."
    return f"{hold.reference}: texts are held until somebody ends it. Is it still wanted?"


def by_id(tx: Transaction, hold_id: UUID) -> Hold:
    """This hold, held. Raises NotFound."""
    return tx.lock(tx.get(Hold, hold_id))
