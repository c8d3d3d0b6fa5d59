"""The board: who needs somebody now, what is to be done, who went silent, what goes out next, what failed, and whether
the house is alive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID

from checkback.care.flows.rotas import WARN_AHEAD
from checkback.care.model import (
    CheckIn,
    CheckInPlan,
    Contact,
    Escalation,
    EscalationNotice,
    Family,
    OutboundMessage,
    StaffMember,
    Task,
)
from checkback.care.rules.sending import HandOver, Wait, judge
from checkback.care.runtime import Runtime
from checkback.care.steps.sight import sight_of
from checkback.care.steps.timing import hours_of
from checkback.care.store import (
    Transaction,
    ahead,
    console,
    escalations,
    gathering,
    messages,
    people,
    rotas,
    today,
    work,
)
from checkback.care.store.ahead import Which
from checkback.care.store.sights import Sight
from checkback.care.store.today import Silence
from checkback.care.terms import (
    CheckInState,
    ConsentState,
    DistressLevel,
    EscalationOutcome,
    EscalationState,
    Language,
    NoticeState,
    OutboundKind,
    OutboundState,
    TaskKind,
    Urgency,
)

#: What goes out in so long is on the board; what comes after it on a page of its own.
AHEAD = timedelta(days=1)
COUNTED = timedelta(days=1)
#: A silence older than this is no news; the family's page says it.
SILENT_SINCE = timedelta(days=30)
#: So many of each stand on the board: what is beyond them no glance takes in.
MOST_TASKS, MOST_COMING, MOST_SILENT, MOST_LOST = 30, 12, 12, 12
#: A process whose last sign of life is older than this is taken for dead.
SILENT_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class OpenEscalation:
    """Somebody in distress, and who has it. `family` is None for a number we do not know."""

    number: int
    reference: str
    level: DistressLevel
    urgency: Urgency | None
    state: EscalationState
    opened_at: datetime
    family: str | None
    taken_by: str | None
    taken_by_id: UUID | None
    taken_at: datetime | None
    told: Sequence[str]
    next_at: datetime | None
    texts_blocked: bool
    outcome: EscalationOutcome | None = None
    ended_at: datetime | None = None


class Whose(IntEnum):
    """To whom a task is nearest, seen from who looks; the nearest first."""

    MINE = 0
    MY_TEAMS = 1
    OTHERS = 2


@dataclass(frozen=True)
class OpenTask:
    """Something a person is asked to do."""

    id: UUID
    kind: TaskKind
    opened_at: datetime
    due_at: datetime
    is_late: bool
    family: str | None
    owner: str | None
    whose: Whose = Whose.OTHERS


@dataclass(frozen=True)
class LostText:
    """A text to a family that did not arrive, or of which nobody knows whether it did; without its words."""

    at: datetime
    family: str | None
    wording: str
    kind: OutboundKind
    state: OutboundState
    error_code: int | None


@dataclass(frozen=True)
class Coming:
    """A text that will go out, without its words: when, for whom, in which language, under which wording key."""

    at: datetime
    zone: str
    family: str | None
    language: Language | None
    wording: str
    kind: OutboundKind
    is_queued: bool
    waits_for_consent: bool


@dataclass(frozen=True)
class NobodyOnCall:
    """A time ahead, or now, in which a rota has nobody."""

    rota: str
    starts_at: datetime
    ends_at: datetime
    is_now: bool


@dataclass(frozen=True)
class Counts:
    """What happened since a moment."""

    since: datetime
    texts_in: int
    texts_out: int
    texts_lost: int
    escalations: int


@dataclass(frozen=True)
class Board:
    """All of it at one moment, in the programme's zone. `silent` names processes that show no sign of life."""

    now: datetime
    zone: str
    programme: str
    escalations: Sequence[OpenEscalation]
    tasks: Sequence[OpenTask]
    tasks_in_all: int
    coming: Sequence[Coming]
    coming_in_all: int
    gone_silent: Sequence[Silence]
    lost: Sequence[LostText]
    counts: Counts
    silent: Sequence[str]
    is_alive: bool
    gaps: Sequence[NobodyOnCall]
    tasks_elsewhere: int
    """Open tasks of families that are not for who looks."""
    is_new: bool = False
    """Whether no family was ever enrolled here."""


def look(rt: Runtime, reader_id: UUID) -> Board:
    """What the board shows a member of staff, of the families that are for them: references, never a name, a number or
    a body.
    """
    with rt.store.read() as tx:
        reader = tx.get(StaffMember, reader_id)
        sight = sight_of(tx, reader)
        programme = people.the_programme(tx)
        beats = work.heartbeats(tx)
        silent = [beat.name for beat in beats if beat.at < tx.now - SILENT_AFTER]
        return Board(
            now=tx.now,
            zone=programme.zone,
            programme=programme.name,
            # In a crisis every family is for everybody who cares.
            escalations=open_escalations(tx, escalations.all_open(tx)),
            tasks=_tasks(tx, today.open_tasks(tx, reader.id, reader.team_id, sight, MOST_TASKS)),
            tasks_in_all=today.count_open_tasks(tx, reader.id, sight),
            tasks_elsewhere=work.count_open_tasks_beyond(tx, sight),
            is_new=not console.is_lived_in(tx),
            coming=_coming(tx, sight),
            coming_in_all=_count_coming(tx, sight),
            gone_silent=today.silences(tx, tx.now - SILENT_SINCE, sight, MOST_SILENT),
            lost=_lost(tx, sight),
            counts=_counts(tx),
            silent=silent,
            is_alive=bool(beats) and not silent,
            gaps=_gaps(tx),
        )


def _gaps(tx: Transaction) -> Sequence[NobodyOnCall]:
    """As days ahead as the task for it is opened; so that a board shows it to whoever could fill it."""
    until = tx.now + WARN_AHEAD
    return [
        NobodyOnCall(rota.name, gap.starts_at, gap.ends_at, gap.starts_at <= tx.now)
        for rota in rotas.all_rotas(tx)
        for gap in rotas.in_force(tx, rota, tx.now, until).gaps(tx.now, until)
    ]


def open_escalations(tx: Transaction, found: Sequence[Escalation]) -> Sequence[OpenEscalation]:
    """These escalations with the names of those who have them or were told, in their order."""
    notices = escalations.notices_of_all(tx, [escalation.id for escalation in found])
    staff = console.by_id(tx, StaffMember, _everybody(found, notices))
    families = console.by_id(tx, Family, (escalation.family_id for escalation in found))
    return [_open(escalation, notices.get(escalation.id, ()), staff, families) for escalation in found]


def open_tasks(tx: Transaction, found: Sequence[Task]) -> Sequence[OpenTask]:
    """These tasks with the names of their owners, in their order."""
    families = console.by_id(tx, Family, (task.family_id for task in found))
    staff = console.by_id(tx, StaffMember, (task.owner_id for task in found))
    return [
        OpenTask(
            id=task.id,
            kind=task.kind,
            opened_at=task.opened_at,
            due_at=task.due_at,
            is_late=task.due_at < tx.now,
            family=families[task.family_id].reference if task.family_id else None,
            owner=staff[task.owner_id].name if task.owner_id else None,
        )
        for task in found
    ]


def _tasks(tx: Transaction, found: Sequence[tuple[Task, int]]) -> Sequence[OpenTask]:
    seen = open_tasks(tx, [task for task, _ in found])
    return [replace(task, whose=Whose(whose)) for task, (_, whose) in zip(seen, found, strict=True)]


def _lost(tx: Transaction, sight: Sight) -> Sequence[LostText]:
    found = today.lost_texts(tx, tx.now - COUNTED, sight, MOST_LOST)
    contacts = console.by_id(tx, Contact, (message.contact_id for message in found))
    families = console.by_id(tx, Family, (contact.family_id for contact in contacts.values()))
    return [
        LostText(
            at=message.ended_at or message.handed_at or message.due_at,
            family=families[contacts[message.contact_id].family_id].reference if message.contact_id else None,
            wording=message.wording or str(message.kind),
            kind=message.kind,
            state=message.state,
            error_code=message.error_code,
        )
        for message in found
    ]


def _everybody(
    found: Sequence[Escalation], notices: Mapping[UUID, Sequence[EscalationNotice]]
) -> Sequence[UUID | None]:
    told = [notice.staff_id for each in notices.values() for notice in each]
    return [*told, *(escalation.acknowledged_by for escalation in found)]


def _open(
    escalation: Escalation,
    notices: Sequence[EscalationNotice],
    staff: Mapping[UUID, StaffMember],
    families: Mapping[UUID, Family],
) -> OpenEscalation:
    taken_by = staff.get(escalation.acknowledged_by) if escalation.acknowledged_by else None
    return OpenEscalation(
        number=escalation.number,
        reference=escalation.reference,
        level=escalation.level,
        urgency=escalation.urgency,
        state=escalation.state,
        opened_at=escalation.opened_at,
        family=families[escalation.family_id].reference if escalation.family_id else None,
        taken_by=taken_by.name if taken_by else None,
        taken_by_id=escalation.acknowledged_by,
        taken_at=escalation.acknowledged_at,
        told=_told(notices, staff),
        next_at=escalation.next_at,
        texts_blocked=escalation.texts_blocked,
        outcome=escalation.outcome,
        ended_at=escalation.resolved_at,
    )


def _told(notices: Sequence[EscalationNotice], staff: Mapping[UUID, StaffMember]) -> Sequence[str]:
    """Whom a notice went out to, each once, the first first."""
    working = [notice for notice in notices if notice.state is NoticeState.TOLD]
    names = (staff[n.staff_id].name if n.staff_id else "the on-call number" for n in working)
    return list(dict.fromkeys(names))


def _coming(tx: Transaction, sight: Sight) -> Sequence[Coming]:
    """The soonest of what is promised or queued."""
    until = tx.now + AHEAD
    promised = ahead.page(tx, Which(until, sight=sight, is_free=True), MOST_COMING)
    queued = messages.coming(tx, until, MOST_COMING, sight=sight)
    contacts = console.by_id(tx, Contact, [*(c.contact_id for c in promised), *(m.contact_id for m in queued)])
    families = console.by_id(tx, Family, (contact.family_id for contact in contacts.values()))
    consents = console.latest_consents(tx, contacts)
    agreed = {contact_id for contact_id, consent in consents.items() if consent.state is ConsentState.GIVEN}
    found = [_promise(c, contacts[c.contact_id], families, agreed) for c in promised]
    found += _queued_all(tx, queued, contacts, families)
    return sorted(found, key=lambda coming: coming.at)[:MOST_COMING]


def _count_coming(tx: Transaction, sight: Sight) -> int:
    until = tx.now + AHEAD
    promised = ahead.count(tx, Which(until, sight=sight, is_free=True))
    return promised + messages.count_coming(tx, until, sight=sight)


def queued_texts(tx: Transaction, queued: Sequence[OutboundMessage]) -> Sequence[Coming]:
    """These texts of the outbox, in the order in which they go."""
    contacts = console.by_id(tx, Contact, (message.contact_id for message in queued))
    families = console.by_id(tx, Family, (contact.family_id for contact in contacts.values()))
    return sorted(_queued_all(tx, queued, contacts, families), key=lambda coming: coming.at)


def _queued_all(
    tx: Transaction,
    queued: Sequence[OutboundMessage],
    contacts: Mapping[UUID, Contact],
    families: Mapping[UUID, Family],
) -> Sequence[Coming]:
    gathering.hours(tx, families)
    # Held to the end: a session forgets rows that nobody holds.
    promises = console.by_id(tx, CheckIn, (message.check_in_id for message in queued))
    plans = console.by_id(tx, CheckInPlan, (promise.plan_id for promise in promises.values()))
    found = [_queued(tx, m, contacts.get(m.contact_id) if m.contact_id else None, families) for m in queued]
    del promises, plans
    return found


def _promise(check_in: CheckIn, contact: Contact, families: Mapping[UUID, Family], agreed: set[UUID]) -> Coming:
    return Coming(
        at=check_in.due_at,
        zone=contact.zone,
        family=families[contact.family_id].reference,
        language=contact.language,
        wording=check_in.wording,
        kind=OutboundKind.CHECK_IN,
        is_queued=check_in.state is not CheckInState.PLANNED,
        waits_for_consent=contact.id not in agreed,
    )


def _queued(
    tx: Transaction, message: OutboundMessage, contact: Contact | None, families: Mapping[UUID, Family]
) -> Coming:
    return Coming(
        at=_goes_at(tx, message),
        zone=contact.zone if contact else "UTC",
        family=families[contact.family_id].reference if contact else None,
        language=contact.language if contact else None,
        wording=message.wording or str(message.kind),
        kind=message.kind,
        is_queued=True,
        waits_for_consent=False,
    )


def _goes_at(tx: Transaction, message: OutboundMessage) -> datetime:
    """When the worker will hand it over, as it will judge it then."""
    hours = hours_of(tx, message)
    looked_at = max(tx.now, message.due_at)
    match judge(message.kind, looked_at, not_after=message.not_after, hours=hours, free_until=message.free_until):
        case Wait(until):
            return until
        case HandOver():
            return looked_at
        case _:
            return message.not_after


def _counts(tx: Transaction) -> Counts:
    since = tx.now - COUNTED
    return Counts(
        since=since,
        texts_in=console.texts_in(tx, since),
        texts_out=console.texts_out(tx, since),
        texts_lost=console.texts_lost(tx, since),
        escalations=console.escalations_opened(tx, since),
    )
