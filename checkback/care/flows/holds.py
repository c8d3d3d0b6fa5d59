"""Holding all sending for a family, a plan, the programme, everything; keeping a date free; and letting go again.

Alerts, safety wording, the confirmation of an opt-out and what staff write themselves go on whatever is held.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from checkback.care.errors import HoldRefused, NotFound, said
from checkback.care.flows.due import Tally, each
from checkback.care.model import CheckIn, Family, Hold, StaffMember
from checkback.care.runtime import Runtime
from checkback.care.steps import holding
from checkback.care.steps.holding import What
from checkback.care.store import Transaction, check_ins, holds, messages, people
from checkback.care.terms import CheckInState, HoldKind, HoldScope, OutboundState

#: How much is let go in one look; with a look every ten seconds, sixty a minute. Starting them has a pace of its own.
LET_GO_AT_ONCE = 10
LONGEST_DATE = timedelta(days=60)
_NOT_GONE = (CheckInState.PLANNED, CheckInState.DUE)


@dataclass(frozen=True)
class Placed:
    """A hold that stands. `beyond_recall`: texts the carrier has, which nobody can take back.

    Twilio cancels scheduled messages only, and ours are never scheduled (Twilio Docs, "Message Scheduling"); it drops
    what it has not delivered by `dropped_by`.
    """

    reference: str
    already: bool
    ends_at: datetime | None
    beyond_recall: int
    dropped_by: datetime | None


@dataclass(frozen=True)
class StandingHold:
    """A hold as the list shows it; `reason` is for staff only."""

    reference: str
    kind: HoldKind
    scope: HoldScope
    family: str | None
    plan: str | None
    since: datetime
    starts_at: datetime
    ends_at: datetime | None
    by: str | None
    reason: str
    step: str | None = None
    """Of a hold on one text: which one."""


@dataclass(frozen=True)
class Ended:
    """A hold that stands no more."""

    reference: str
    already: bool


def hold_family(rt: Runtime, reference: str, reason: str, login: str, until: datetime | None = None) -> Placed:
    """Hold everything automatic to a family. Safe to say twice. Raises NotFound, WordsRefused, HoldRefused."""
    with rt.store.begin("holds.place") as tx:
        family = held_family(tx, reference)
        return _place(tx, What(HoldKind.STOP, HoldScope.FAMILY, family), login, reason, until)


def hold_text(rt: Runtime, check_in_id: UUID, reason: str, login: str, until: datetime | None = None) -> Placed:
    """Hold one promise and its text; everything else to the family goes on.

    Raises:
        NotFound, WordsRefused: as `hold_family`.
        HoldRefused: it has gone out, or has ended.
    """
    with rt.store.begin("holds.place") as tx:
        found = people.family_of(tx, tx.get(CheckIn, check_in_id).contact_id)
        if found is None:
            raise NotFound("family")
        family = held_family(tx, found.reference)
        check_in = tx.get(CheckIn, check_in_id)
        if check_in.state not in _NOT_GONE:
            raise HoldRefused(said("this text has gone out or was taken back; there is nothing to hold"))
        return _place(tx, What(HoldKind.STOP, HoldScope.TEXT, family, check_in=check_in), login, reason, until)


def hold_step(
    rt: Runtime,
    reference: str,
    step: str,
    reason: str,
    login: str,
    until: datetime | None = None,
    place: int | None = None,
) -> Placed:
    """Hold the one text of a family that `coming` shows under this step.

    Raises:
        NotFound: no such family, no person at this place, or no text of theirs is called so; the message names those
            that are to come.
        WordsRefused, HoldRefused: as `hold_text`; or several of the family are promised it and no place was named.
    """
    with rt.store.read() as tx:
        family = held_family(tx, reference)
        places = {contact.id: number for number, contact in enumerate(people.contacts_in(tx, family), 1)}
        theirs = [contact.id for contact in people.people_at(tx, family, place)]
        promised = [each for each in check_ins.all_of(tx, theirs) if each.state in _NOT_GONE]
        found = [each for each in promised if each.step == step]
        if not found:
            names = ", ".join(dict.fromkeys(each.step for each in promised)) or "none"
            raise NotFound(f"{reference} has no text to come called {step}; there are: {names}")
        if len(found) > 1:
            who = " or ".join(sorted(f"--person {places[each.contact_id]}" for each in found))
            raise HoldRefused(
                said(
                    "several of %(family)s are promised %(step)s; say which with %(options)s",
                    family=reference,
                    step=step,
                    options=who,
                ),
                field="person",
            )
        text = found[0].id
    return hold_text(rt, text, reason, login, until)


def hold_plan(rt: Runtime, name: str, reason: str, login: str, until: datetime | None = None) -> Placed:
    """Hold the check-ins of a plan. Raises as `hold_family`."""
    with rt.store.begin("holds.place") as tx:
        if not holds.has_plan(tx, name):
            raise NotFound(f"no plan is called {name}")
        return _place(tx, What(HoldKind.STOP, HoldScope.PLAN, plan=name), login, reason, until)


def hold_programme(rt: Runtime, reason: str, login: str, until: datetime | None = None) -> Placed:
    """Hold everything automatic of the programme. Raises as `hold_family`."""
    with rt.store.begin("holds.place") as tx:
        return _place(tx, What(HoldKind.STOP, HoldScope.PROGRAMME), login, reason, until)


def hold_everything(rt: Runtime, reason: str, login: str, until: datetime | None = None) -> Placed:
    """Hold everything automatic, also to numbers we do not know. Raises as `hold_family`."""
    with rt.store.begin("holds.place") as tx:
        return _place(tx, What(HoldKind.STOP, HoldScope.EVERYTHING), login, reason, until)


def keep_date_free(rt: Runtime, reference: str, first: date, last: date, reason: str, login: str) -> Placed:
    """No check-in to a family from the first of these local days to the end of the last: a funeral, an anniversary, a
    day in court. What was promised for then moves behind it.

    Raises:
        NotFound, WordsRefused: as `hold_family`.
        HoldRefused: the days are turned round, over, or more than sixty.
    """
    with rt.store.begin("holds.place") as tx:
        family = held_family(tx, reference)
        if not timedelta() <= last - first <= LONGEST_DATE:
            raise HoldRefused(said("name a first and a last day, at most sixty days apart"))
        zones = [
            zone for contact in people.contacts_in(tx, family) for zone in (contact.zone, *contact.other_zones.split())
        ]
        starts_at = min(_midnight(first, zone) for zone in zones)
        ends_at = max(_midnight(last + timedelta(days=1), zone) for zone in zones)
        what = What(HoldKind.DATE, HoldScope.FAMILY, family)
        return _place(tx, what, login, reason, ends_at, starts_at=starts_at)


def end(rt: Runtime, reference: str, login: str) -> Ended:
    """End a hold. What it kept back goes at the programme's pace, each judged by its own lateness. Raises NotFound."""
    with rt.store.begin("holds.end") as tx:
        staff, hold = member(tx, login), numbered(tx, reference)
        return Ended(hold.reference, already=not holding.end(tx, hold, staff))


def standing(rt: Runtime) -> Sequence[StandingHold]:
    """Every hold that has not ended, the oldest first."""
    with rt.store.read() as tx:
        return standing_in(tx)


def standing_in(tx: Transaction) -> Sequence[StandingHold]:
    """The same within somebody's unit of work."""
    return [_shown(tx, hold) for hold in holds.all_standing(tx)]


def one(rt: Runtime, number: int) -> StandingHold:
    """The hold of this number. Raises NotFound when none stands under it."""
    with rt.store.read() as tx:
        hold = holds.numbered(tx, number)
        if hold is None or hold.ended_at is not None:
            raise NotFound(f"H-{number}")
        return _shown(tx, hold)


def end_run_out(rt: Runtime) -> Tally:
    """End every hold whose own end has come."""
    with rt.store.read() as tx:
        ids = holds.run_out(tx)
    return each(rt, "holds.run-out", ids, lambda hold_id: _end_run_out(rt, hold_id), _leave)


def let_go(rt: Runtime) -> Tally:
    """Let go of some that no hold keeps back any more: the rest follows at the next looks."""
    with rt.store.read() as tx:
        promises, texts = holds.free_again(tx, LET_GO_AT_ONCE)
    return each(rt, "holds.let-go", promises, _promise(rt), _leave) + each(
        rt, "holds.let-text-go", texts, _text(rt), _leave
    )


def member(tx: Transaction, login: str) -> StaffMember:
    """Whoever signs in so. Raises NotFound."""
    found = people.staff(tx, login)
    if found is None:
        raise NotFound(f"nobody signs in as {login}")
    return found


def held_family(tx: Transaction, reference: str) -> Family:
    """The family of this reference with its conversations, held in the order everybody holds them. Raises NotFound."""
    family = people.family(tx, reference)
    contacts = people.contacts_in(tx, family)
    for conversation in sorted(messages.conversations_of(tx, [c.id for c in contacts]), key=lambda each: each.id):
        tx.lock(conversation)
    return tx.lock(family)


def _place(
    tx: Transaction, what: What, login: str, reason: str, until: datetime | None, *, starts_at: datetime | None = None
) -> Placed:
    hold, is_new = holding.place(tx, what, member(tx, login), reason, starts_at=starts_at, ends_at=until)
    gone = holds.with_the_carrier(
        tx, what.family.id if what.family else None, what.check_in.id if what.check_in else None
    )
    dropped = [message.valid_until for message in gone if message.valid_until is not None]
    return Placed(hold.reference, not is_new, hold.ends_at, len(gone), max(dropped, default=None))


def numbered(tx: Transaction, reference: str) -> Hold:
    """The hold people call so, held. Raises NotFound."""
    digits = reference.strip().upper().removeprefix("H-")
    found = holds.numbered(tx, int(digits)) if digits.isdecimal() else None
    if found is None:
        raise NotFound(f"no hold is called {reference}")
    return found


def _shown(tx: Transaction, hold: Hold) -> StandingHold:
    return StandingHold(
        reference=hold.reference,
        kind=hold.kind,
        scope=hold.scope,
        family=tx.get(Family, hold.family_id).reference if hold.family_id else None,
        plan=hold.plan,
        since=hold.placed_at,
        starts_at=hold.starts_at,
        ends_at=hold.ends_at,
        by=tx.get(StaffMember, hold.placed_by).login if hold.placed_by else None,
        reason=hold.reason,
        step=tx.get(CheckIn, hold.check_in_id).step if hold.check_in_id else None,
    )


def _end_run_out(rt: Runtime, hold_id: UUID) -> None:
    with rt.store.begin("holds.run-out") as tx:
        hold = holding.by_id(tx, hold_id)
        if hold.ends_at is not None and hold.ends_at <= tx.now:
            holding.end(tx, hold, None)


def _promise(rt: Runtime) -> Callable[[UUID], None]:
    def let_one_go(check_in_id: UUID) -> None:
        with rt.store.begin("holds.let-go") as tx:
            check_in = check_ins.locked(tx, check_in_id, CheckInState.PLANNED)
            if check_in is not None:
                holding.let_go(tx, check_in)

    return let_one_go


def _text(rt: Runtime) -> Callable[[UUID], None]:
    def let_one_go(message_id: UUID) -> None:
        with rt.store.begin("holds.let-text-go") as tx:
            message = messages.text_in(tx, message_id, OutboundState.QUEUED)
            if message is not None:
                holding.let_text_go(tx, message)

    return let_one_go


def _leave(_tx: Transaction, _row_id: UUID) -> None:
    """It stays kept back, and is looked at again: nothing is sent by mistake."""


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))
