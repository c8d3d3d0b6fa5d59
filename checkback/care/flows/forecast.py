"""What is about to go out, before it does: what falls due soon, and what the end of a hold would let go.

One look at what is kept, with everything known now taken into account: hours, days, dates, caps, pauses, holds, pace.
It sends nothing, and an answer, a STOP or a crisis changes it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from checkback.care.errors import NotFound
from checkback.care.model import CheckIn, Contact, Family, Hold
from checkback.care.rules.caps import Caps
from checkback.care.rules.events import Effect, Standing, effect_of
from checkback.care.rules.hours import Hours, NeverOpen
from checkback.care.rules.pace import Places, Queue
from checkback.care.runtime import Runtime
from checkback.care.steps.consent import may_be_texted, permits
from checkback.care.steps.events import Obstacle, obstacles
from checkback.care.steps.planning import no_longer_for_them
from checkback.care.steps.timing import LOOK_BACK, caps_of, first_start, hours_for_promise
from checkback.care.store import Transaction, ahead, holds, messages, people
from checkback.care.store.ahead import Place, Which
from checkback.care.store.gathering import Gathering
from checkback.care.terms import CheckInState, Dialogue, LatePolicy, Sender

#: So many promises are judged together: what they hang on is gathered for as many at once.
STRETCH = 2000
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
class _Ledger:
    """What texts have taken: days of a phone or a contact, and places in the pace."""

    sent: dict[UUID, list[tuple[int, datetime]]] = field(default_factory=lambda: defaultdict(list))
    """By contact and by phone, numbered: what stands under both is one text."""
    count: int = 0
    places: Places = field(default_factory=Places)

    def keep(self, contact_id: UUID, phone_id: UUID, goes: datetime, place: int) -> None:
        """It goes then, and counts once for what comes after it."""
        self.count += 1
        self.places.take(place)
        for each in (contact_id, phone_id):
            self.sent[each].append((self.count, goes))


@dataclass
class _Room:
    """What the texts before this one leave: those that go leave less, those that may go leave less to each other."""

    caps: Caps
    gap: timedelta
    queue: Queue
    going: _Ledger = field(default_factory=_Ledger)
    waiting: _Ledger = field(default_factory=_Ledger)
    is_estimate: bool = False
    """Whether some text had to wait for its turn behind others that are not judged here."""

    def start(
        self, tx: Transaction, contact_id: UUID, phone_id: UUID, start: datetime, hours: Hours, *, waits: bool
    ) -> tuple[datetime, int]:
        """When a text may go that may go from `start` on, and its place in the pace. Raises NeverOpen."""
        ledgers = (self.going, self.waiting) if waits else (self.going,)
        sent = list(holds.sent_to(tx, contact_id, phone_id, tx.now - LOOK_BACK))
        for ledger in ledgers:
            sent += [at for _, at in {*ledger.sent.get(contact_id, ()), *ledger.sent.get(phone_id, ())}]
        goes = first_start(start, hours, sent, self.caps)
        while True:
            turn = self.queue.turn(goes)
            self.is_estimate |= turn > goes
            place = self._place(turn, ledgers)
            at = max(goes, datetime.fromtimestamp(place * self.gap.total_seconds(), tz=UTC))
            # The pace may have pushed it out of the hours, and over midnight onto a day that has none left.
            goes = first_start(at, hours, sent, self.caps)
            if goes == at:
                return goes, place

    def _place(self, goes: datetime, ledgers: Sequence[_Ledger]) -> int:
        place = int(goes.timestamp() / self.gap.total_seconds())
        while (free := max(ledger.places.free_from(place) for ledger in ledgers)) != place:
            place = free
        return place


def coming(rt: Runtime, until: datetime, incident: str | None = None) -> Forecast:
    """Every promise that falls due by then; of one event only those whose incident's reference begins so.

    Raises NotFound when no incident's does.
    """
    with rt.store.read() as tx:
        theirs = None
        if incident is not None:
            theirs = holds.contacts_of_incident(tx, incident)
            if not theirs:
                raise NotFound(f"no incident's reference begins with {incident}")
        return all_coming(tx, rt, until, theirs)


def all_coming(tx: Transaction, rt: Runtime, until: datetime, contacts: Collection[UUID] | None = None) -> Forecast:
    """The same within somebody's unit of work."""
    which = Which(until, contacts=contacts)

    def read(last: CheckIn | None) -> Sequence[CheckIn]:
        return ahead.page(tx, which.behind(last) if last else which, STRETCH)

    return _forecast(tx, rt, read, but=())


@dataclass(frozen=True)
class Some:
    """What becomes of some promises, in the order in which they go. `is_estimate`: texts that are not among them go
    before some, and are reckoned with as if all of them went.
    """

    texts: Sequence[ComingText]
    is_estimate: bool


def of_some(
    tx: Transaction,
    rt: Runtime,
    rows: Sequence[CheckIn],
    falling_due: Mapping[datetime, int] | None = None,
    *,
    but: Collection[UUID] = (),
) -> Some:
    """What becomes of these promises, with all that goes to the same people and phones before them.

    Args:
        rows: in the order in which they fall due.
        falling_due: how many that nobody holds fall due in which minute, these among them, whoever they are for: they
            take places in the pace.
        but: holds to think away.
    """
    elders, wanted = ahead.before(tx, rows), {row.id for row in rows}
    judged = sorted([*rows, *elders], key=_in_line)
    room = _room(tx, rt, Queue(gap(tx, rt), _others_before(tx, judged, falling_due or {})))
    texts = _judged(tx, judged, room, but)
    return Some(_in_order([text for text in texts if text.check_in in wanted]), room.is_estimate)


def _others_before(
    tx: Transaction, rows: Sequence[CheckIn], falling_due: Mapping[datetime, int]
) -> Mapping[datetime, int]:
    """What falls due before the last of these and is none of these."""
    if not rows or not falling_due:
        return {}
    last = rows[-1]
    minute = _minute(last.due_at)
    behind = Which(
        minute + timedelta(minutes=1) - timedelta.resolution, after=Place(last.due_at, last.id), is_free=True
    )
    ours = Counter(_minute(row.due_at) for row in rows if row.held_at is None)
    ours[minute] += ahead.count(tx, behind)
    before = {at: many - ours[at] for at, many in falling_due.items() if at <= minute}
    return {at: many for at, many in before.items() if many > 0}


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def gap(tx: Transaction, rt: Runtime) -> timedelta:
    """How far apart two check-ins begin: by the programme's pace, and by what the carrier takes."""
    wanted, carries = people.the_programme(tx).starts_a_minute / 60, rt.pace.get(Sender.FAMILY)
    return timedelta(seconds=1 / (min(wanted, carries) if carries else wanted))


def of_these(tx: Transaction, rt: Runtime, rows: Sequence[CheckIn]) -> Sequence[ComingText]:
    """What becomes of these promises, of those that wait for their time, as if nobody else were promised anything."""
    planned = sorted((row for row in rows if row.state is CheckInState.PLANNED), key=_in_line)
    return _in_order(_judged(tx, planned, _room(tx, rt), ()))


def after(rt: Runtime, reference: str) -> Forecast:
    """What the end of this hold would let go. Raises NotFound."""
    with rt.store.read() as tx:
        digits = reference.strip().upper().removeprefix("H-")
        hold = holds.numbered(tx, int(digits)) if digits.isdecimal() else None
        if hold is None:
            raise NotFound(f"no hold is called {reference}")
        held: Hold = hold

        def read(last: CheckIn | None) -> Sequence[CheckIn]:
            return ahead.kept_back_by(tx, held, STRETCH, after=Place(last.due_at, last.id) if last else None)

        return _forecast(tx, rt, read, but=(hold.id,))


def _forecast(
    tx: Transaction, rt: Runtime, read: Callable[[CheckIn | None], Sequence[CheckIn]], *, but: Collection[UUID]
) -> Forecast:
    """All that is read, a stretch at a time; what goes leaves less room to what comes after it."""
    room = _room(tx, rt)
    texts = [text for rows in _stretches(read) for text in _judged(tx, rows, room, but)]
    minutes = Counter(_minute(text.at) for text in texts if text.at is not None)
    return Forecast(_in_order(texts), max(minutes.values(), default=0), messages.count_queued(tx))


def _stretches(read: Callable[[CheckIn | None], Sequence[CheckIn]]) -> Iterator[Sequence[CheckIn]]:
    last = None
    while rows := read(last):
        yield rows
        last = rows[-1]


def _room(tx: Transaction, rt: Runtime, queue: Queue | None = None) -> _Room:
    apart = gap(tx, rt)
    return _Room(caps_of(tx), apart, queue or Queue(apart))


def _judged(tx: Transaction, rows: Sequence[CheckIn], room: _Room, but: Collection[UUID]) -> Sequence[ComingText]:
    """These promises in their order."""
    calm_since = tx.now - timedelta(hours=people.the_programme(tx).calm_hours)
    # Held to the end: a session forgets rows that nobody holds.
    known = Gathering(tx, rows, tx.now - LOOK_BACK, calm_since, but) if tx.is_reading else None
    texts = [_text(tx, check_in, room, but) for check_in in rows]
    del known
    return texts


def _in_line(row: CheckIn) -> tuple[datetime, UUID]:
    return row.due_at, row.id


def _in_order(texts: Sequence[ComingText]) -> Sequence[ComingText]:
    return sorted(texts, key=lambda text: (text.at is None, text.at or text.due_at))


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
    hours = hours_for_promise(tx, check_in, contact)
    try:
        goes, place = room.start(tx, contact.id, phone.id, start, hours, waits=unmet is not None)
    except NeverOpen:
        goes, place = last, 0
    if goes >= last:
        fate = Fate.DROPPED if check_in.late_policy is LatePolicy.DROP else Fate.TASK
        return says(fate, gravest.event if gravest else "too-late")
    if unmet is not None:
        room.waiting.keep(contact.id, phone.id, goes, place)
        return says(Fate.WAITS, unmet, goes)
    room.going.keep(contact.id, phone.id, goes, place)
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
