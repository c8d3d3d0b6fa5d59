"""What is about to go out, before it does: what falls due soon, and what the end of a hold would let go.

One look at what is kept, with everything known now taken into account: hours, days, dates, caps, pauses, holds, pace.
It sends nothing, and an answer, a STOP or a crisis changes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from checkback.care.errors import NotFound
from checkback.care.model import CheckIn, Contact, Family
from checkback.care.rules.caps import Caps
from checkback.care.rules.events import Effect, Standing, effect_of
from checkback.care.rules.hours import NeverOpen
from checkback.care.runtime import Runtime
from checkback.care.steps.consent import may_be_texted, permits
from checkback.care.steps.events import Obstacle, obstacles
from checkback.care.steps.planning import no_longer_for_them
from checkback.care.steps.timing import LOOK_BACK, caps_of, first_start, hours_for_promise
from checkback.care.store import Transaction, check_ins, holds, messages, people
from checkback.care.store.gathering import Gathering
from checkback.care.terms import CheckInState, Dialogue, LatePolicy, Sender

MOST = 2000
#: What does not change any more, or not by itself: such a text is taken back when its time comes.
_SETTLED = frozenset({"consent-answered", "other-language", "no-such-child", "other-safety-mode"})


class Fate(StrEnum):
    """What becomes of a promise by what is known now."""

    GOES = "goes"
    WAITS = "waits"
    """It goes if what it waits for happens before: their yes, an answer, a silence."""
    HELD = "held"
    DROPPED = "dropped"
    TASK = "task"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class ComingText:
    """One promise. `at` is when it goes, where it goes; `why` says what stands against it or has moved it."""

    family: str
    step: str
    fate: Fate
    due_at: datetime
    zone: str
    at: datetime | None = None
    why: str | None = None
    check_in: UUID | None = None
    contact: UUID | None = None
    wording: str = ""
    plan: UUID | None = None

    @property
    def local(self) -> datetime | None:
        """When it goes, by the contact's own clock."""
        return self.at.astimezone(ZoneInfo(self.zone)) if self.at else None


@dataclass(frozen=True)
class Forecast:
    """What comes, in the order in which it goes. `busiest` is how many go in the fullest minute."""

    texts: Sequence[ComingText]
    busiest: int
    queued: int

    def count(self, fate: Fate) -> int:
        """How many come to this."""
        return sum(text.fate is fate for text in self.texts)


@dataclass
class _Room:
    """What the texts before this one have taken: days of a phone or a contact, and places in the pace."""

    caps: Caps
    gap: timedelta
    sent: dict[UUID, list[tuple[int, datetime]]] = field(default_factory=lambda: defaultdict(list))
    """By contact and by phone, numbered: what stands under both is one text."""
    count: int = 0
    taken: set[int] = field(default_factory=set)

    def sent_to(self, tx: Transaction, contact_id: UUID, phone_id: UUID) -> list[datetime]:
        """When automatic texts went, or by this forecast will go, to this contact or phone."""
        went = holds.sent_to(tx, contact_id, phone_id, tx.now - LOOK_BACK)
        theirs = {*self.sent.get(contact_id, ()), *self.sent.get(phone_id, ())}
        return [*went, *(at for _, at in theirs)]

    def place(self, goes: datetime) -> datetime:
        """The first place from this moment on that is free at the programme's pace."""
        place = int(goes.timestamp() / self.gap.total_seconds())
        while place in self.taken:
            place += 1
        self.taken.add(place)
        return max(goes, datetime.fromtimestamp(place * self.gap.total_seconds(), tz=UTC))

    def keep(self, contact_id: UUID, phone_id: UUID, goes: datetime) -> None:
        """It goes then, and counts once for what comes after it."""
        self.count += 1
        for each in (contact_id, phone_id):
            self.sent[each].append((self.count, goes))


def coming(rt: Runtime, until: datetime, incident: str | None = None) -> Forecast:
    """Every promise that falls due by then; of one event only those whose incident's reference begins so.

    Raises NotFound when no incident's does.
    """
    with rt.store.read() as tx:
        rows = [check_in for check_in in check_ins.coming(tx, until, MOST)]
        if incident is not None:
            theirs = holds.contacts_of_incident(tx, incident)
            if not theirs:
                raise NotFound(f"no incident's reference begins with {incident}")
            rows = [check_in for check_in in rows if check_in.contact_id in theirs]
        return _forecast(tx, rt, rows, but=())


def all_coming(tx: Transaction, rt: Runtime, until: datetime) -> Forecast:
    """The same within somebody's unit of work."""
    return _forecast(tx, rt, check_ins.coming(tx, until, MOST), but=())


def of_these(tx: Transaction, rt: Runtime, rows: Sequence[CheckIn]) -> Sequence[ComingText]:
    """What becomes of these promises, of those that wait for their time, as if nobody else were promised anything."""
    return _forecast(tx, rt, [row for row in rows if row.state is CheckInState.PLANNED], but=()).texts


def after(rt: Runtime, reference: str) -> Forecast:
    """What the end of this hold would let go. Raises NotFound."""
    with rt.store.read() as tx:
        digits = reference.strip().upper().removeprefix("H-")
        hold = holds.numbered(tx, int(digits)) if digits.isdecimal() else None
        if hold is None:
            raise NotFound(f"no hold is called {reference}")
        return _forecast(tx, rt, holds.kept_back_by(tx, hold), but=(hold.id,))


def _forecast(tx: Transaction, rt: Runtime, rows: Sequence[CheckIn], *, but: Collection[UUID]) -> Forecast:
    wanted, carries = people.the_programme(tx).starts_a_minute / 60, rt.pace.get(Sender.FAMILY)
    calm_since = tx.now - timedelta(hours=people.the_programme(tx).calm_hours)
    # Held to the end: a session forgets rows that nobody holds.
    known = Gathering(tx, rows, tx.now - LOOK_BACK, calm_since, but) if tx.is_reading else None
    room = _Room(caps_of(tx), timedelta(seconds=1 / (min(wanted, carries) if carries else wanted)))
    texts = [_text(tx, check_in, room, but) for check_in in sorted(rows, key=lambda row: row.due_at)]
    del known
    minutes: dict[datetime, int] = defaultdict(int)
    for text in texts:
        if text.at is not None:
            minutes[text.at.replace(second=0, microsecond=0)] += 1
    in_order = sorted(texts, key=lambda text: (text.at is None, text.at or text.due_at))
    return Forecast(in_order, max(minutes.values(), default=0), messages.count_queued(tx))


def _text(tx: Transaction, check_in: CheckIn, room: _Room, but: Collection[UUID]) -> ComingText:
    contact = tx.get(Contact, check_in.contact_id)
    reference = tx.get(Family, contact.family_id).reference

    def says(fate: Fate, why: str | None = None, at: datetime | None = None) -> ComingText:
        return ComingText(
            reference,
            check_in.step,
            fate,
            check_in.due_at,
            contact.zone,
            at,
            why,
            check_in=check_in.id,
            contact=contact.id,
            wording=check_in.wording,
            plan=check_in.plan_id,
        )

    phone = people.phone_of(tx, contact)
    if phone is None or phone.trouble is not None:
        return says(Fate.TASK, "cannot-text")
    found = obstacles(tx, contact, phone.id, check_in, but=but)
    gravest = found[0] if found else None
    effect = effect_of(gravest.event, Standing.PLANNED) if gravest else Effect.LEAVE
    if gravest is not None and effect in (Effect.CANCEL, Effect.HOLD):
        return says(Fate.HELD if effect is Effect.HOLD else Fate.CANCELLED, gravest.event)
    unmet = _unmet(tx, check_in, contact)
    if unmet in _SETTLED:
        return says(Fate.CANCELLED, unmet)
    start, last = _from_when(tx, check_in, gravest, effect)
    try:
        goes = first_start(
            start, hours_for_promise(tx, check_in, contact), room.sent_to(tx, contact.id, phone.id), room.caps
        )
    except NeverOpen:
        goes = last
    if unmet is None:
        goes = room.place(goes)
    if goes >= last:
        fate = Fate.DROPPED if check_in.late_policy is LatePolicy.DROP else Fate.TASK
        return says(fate, gravest.event if gravest else "too-late")
    if unmet is not None:
        return says(Fate.WAITS, unmet, goes)
    room.keep(contact.id, phone.id, goes)
    return says(Fate.GOES, gravest.event if gravest else None, goes)


def _unmet(tx: Transaction, check_in: CheckIn, contact: Contact) -> str | None:
    """What does not hold yet, or not any more, for this text to go; None when all does."""
    not_for_them = no_longer_for_them(tx, check_in, contact)
    if not_for_them is not None:
        return not_for_them
    may_be_asked = check_in.dialogue is Dialogue.CONSENT and may_be_texted(tx, contact)
    return None if may_be_asked or permits(tx, contact) else "no-consent"


def _from_when(
    tx: Transaction, check_in: CheckIn, gravest: Obstacle | None, effect: Effect
) -> tuple[datetime, datetime]:
    """From when on it may go, and from when on it is too late."""
    start = max(tx.now, check_in.due_at)
    if gravest is None or gravest.until <= start:
        return start, check_in.send_before
    moved = gravest.until - check_in.due_at if effect is Effect.MOVE else timedelta()
    return gravest.until, check_in.send_before + max(moved, timedelta())
