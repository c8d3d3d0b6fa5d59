"""Every text of the next seven days, day by day, and what a hold would keep back of them, before it happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from checkback.care.errors import NotFound
from checkback.care.flows import forecast, holds
from checkback.care.flows.board import Coming, queued_texts
from checkback.care.flows.forecast import ComingText, Fate
from checkback.care.flows.holds import Ended, Placed, StandingHold
from checkback.care.model import CareTeam, CheckIn, CheckInPlan, Contact, Family, StaffMember
from checkback.care.rules.segments import fit, segments
from checkback.care.runtime import Runtime
from checkback.care.steps.sight import sight_of
from checkback.care.steps.words import mode_of
from checkback.care.store import Transaction, console, people
from checkback.care.store.sights import EVERYTHING, Sight
from checkback.care.terms import HoldScope, Language
from checkback.care.wording import WordingError

AHEAD = timedelta(days=7)
_MAY_GO = frozenset({Fate.GOES, Fate.WAITS})


@dataclass(frozen=True)
class Wishes:
    """Which texts somebody wants to see: those of a team, a plan, a language, a family; an empty wish is none."""

    team: str = ""
    plan: str = ""
    language: str = ""
    family: str = ""


@dataclass(frozen=True)
class PlannedText:
    """One text that is planned. `text` is what it says as the sentence stands now."""

    coming: ComingText
    team: str
    plan: str
    language: Language
    text: str
    segments: int

    @property
    def fate(self) -> Fate:
        return self.coming.fate


@dataclass(frozen=True)
class Day:
    """The texts that go on one day of the clock on the family's wall."""

    date: date
    texts: Sequence[PlannedText]


@dataclass(frozen=True)
class Choices:
    """What can be wished for: what there is among the texts that come."""

    teams: Sequence[str]
    plans: Sequence[str]
    families: Sequence[str]


@dataclass(frozen=True)
class Tomorrow:
    """The next seven days at one moment. `stopped`: what will not go as promised, and why."""

    now: datetime
    zone: str
    days: Sequence[Day]
    stopped: Sequence[PlannedText]
    queued: Sequence[Coming]
    holds: Sequence[StandingHold]
    choices: Choices
    busiest: int
    elsewhere: int
    """Planned texts to families that are not for who looks."""

    @property
    def count(self) -> int:
        """How many planned texts go, or may go."""
        return sum(len(day.texts) for day in self.days)

    @property
    def everything_is_held(self) -> StandingHold | None:
        """A hold on the whole house or programme."""
        wide = (HoldScope.EVERYTHING, HoldScope.PROGRAMME)
        return next((hold for hold in self.holds if hold.scope in wide), None)


@dataclass(frozen=True)
class Reach:
    """What a hold would keep back of the next seven days; nothing has happened yet.

    `texts` are those to families that are for who looks; `elsewhere` and `queued` count, whosever they are.
    """

    scope: HoldScope
    which: str
    named: str
    texts: Sequence[PlannedText]
    queued: int
    elsewhere: int


@dataclass(frozen=True)
class Release:
    """What the end of a hold would do: the texts with their new times and fates; nothing has happened yet."""

    hold: StandingHold
    texts: Sequence[PlannedText]
    elsewhere: int


@dataclass
class _Names:
    """Looked up once for all texts."""

    contacts: Mapping[UUID, Contact]
    families: Mapping[UUID, Family]
    teams: Mapping[UUID, CareTeam]
    plans: Mapping[UUID, CheckInPlan]
    programme: str
    by_wording: dict[tuple[str, Language, str], str] = field(default_factory=dict)


def look(rt: Runtime, reader_id: UUID, wishes: Wishes | None = None) -> Tomorrow:
    """Every text that will go by what is known now, and what will not, to the families that are for this member of
    staff. It reads nobody's words and names nobody.
    """
    wanted = wishes or Wishes()
    with rt.store.read() as tx:
        programme, sight = people.the_programme(tx), sight_of(tx, tx.get(StaffMember, reader_id))
        found = forecast.all_coming(tx, rt, tx.now + AHEAD)
        texts, elsewhere = _planned(tx, rt, found.texts, sight)
        queued = queued_texts(tx, tx.now + AHEAD, sight)
        standing = [hold for hold in holds.standing_in(tx) if _may_see(tx, hold, sight)]
        seen = [text for text in texts if _is_wanted(text, wanted)]
        now, zone = tx.now, programme.zone
    return Tomorrow(
        now=now,
        zone=zone,
        days=_by_day(now, zone, seen),
        stopped=[text for text in seen if text.fate not in _MAY_GO],
        queued=[text for text in queued if _is_asked_for(text, wanted)],
        holds=standing,
        choices=Choices(*(sorted({name for name in names if name}) for names in _names(texts))),
        busiest=found.busiest,
        elsewhere=elsewhere,
    )


def reach(rt: Runtime, reader_id: UUID, scope: HoldScope, which: str) -> Reach:
    """What a hold on this would keep back. `which`: a promise's id, a family's reference, a plan's name, or nothing.

    Raises NotFound, also where the family is not for this member of staff.
    """
    with rt.store.read() as tx:
        sight = sight_of(tx, tx.get(StaffMember, reader_id))
        named = _named(tx, scope, which, sight)
        coming = forecast.all_coming(tx, rt, tx.now + AHEAD).texts
        every, _none = _planned(tx, rt, [text for text in coming if text.fate in _MAY_GO], EVERYTHING)
        kept = [text for text in every if _reaches(scope, which, text)]
        seen, elsewhere = _planned(tx, rt, [text.coming for text in kept], sight)
        queued = queued_texts(tx, tx.now + AHEAD, EVERYTHING)
    return Reach(scope, which, named, seen, _count(scope, which, queued), elsewhere)


def hold(rt: Runtime, scope: HoldScope, which: str, reason: str, login: str, until: datetime | None = None) -> Placed:
    """Place it. Raises NotFound, WordsRefused, HoldRefused as the flows of `holds`.

    NotFound also where the family is not for whoever places it.
    """
    with rt.store.read() as tx:
        _named(tx, scope, which, sight_of(tx, holds.member(tx, login)))
    match scope:
        case HoldScope.TEXT:
            return holds.hold_text(rt, _uuid(which), reason, login, until)
        case HoldScope.FAMILY:
            return holds.hold_family(rt, which, reason, login, until)
        case HoldScope.PLAN:
            return holds.hold_plan(rt, which, reason, login, until)
        case HoldScope.PROGRAMME:
            return holds.hold_programme(rt, reason, login, until)
        case HoldScope.EVERYTHING:
            return holds.hold_everything(rt, reason, login, until)


def release(rt: Runtime, reader_id: UUID, number: int) -> Release:
    """What the end of this hold would let go.

    Raises NotFound when none stands under this number, or it is of a family that is not for this member of staff.
    """
    standing = holds.one(rt, number)
    found = forecast.after(rt, standing.reference)
    with rt.store.read() as tx:
        sight = sight_of(tx, tx.get(StaffMember, reader_id))
        if not _may_see(tx, standing, sight):
            raise NotFound(standing.reference)
        return Release(standing, *_planned(tx, rt, found.texts, sight))


def let_go(rt: Runtime, login: str, number: int) -> Ended:
    """End a hold. Raises NotFound when there is none of this number, or its family is not for whoever ends it."""
    with rt.store.read() as tx:
        hold = holds.numbered(tx, f"H-{number}")
        family = tx.get(Family, hold.family_id) if hold.family_id else None
        if not sight_of(tx, holds.member(tx, login)).covers(family):
            raise NotFound(f"H-{number}")
    return holds.end(rt, f"H-{number}", login)


def _may_see(tx: Transaction, hold: StandingHold, sight: Sight) -> bool:
    return sight.covers(people.family(tx, hold.family) if hold.family else None)


def _planned(
    tx: Transaction, rt: Runtime, found: Sequence[ComingText], sight: Sight
) -> tuple[Sequence[PlannedText], int]:
    """These texts as far as they are in sight, and how many are not."""
    contacts = console.by_id(tx, Contact, (text.contact for text in found))
    families = console.by_id(tx, Family, (contact.family_id for contact in contacts.values()))
    names = _Names(
        contacts,
        families,
        console.by_id(tx, CareTeam, (family.team_id for family in families.values())),
        console.by_id(tx, CheckInPlan, (text.plan for text in found)),
        people.the_programme(tx).name,
    )
    ours = [(text, contacts[text.contact]) for text in found if text.contact and text.contact in contacts]
    seen = [text for text, contact in ours if sight.covers(families[contact.family_id])]
    return [_text(tx, rt, text, names) for text in seen], len(ours) - len(seen)


def _text(tx: Transaction, rt: Runtime, text: ComingText, names: _Names) -> PlannedText:
    contact = names.contacts[text.contact or UUID(int=0)]
    mode = mode_of(tx, contact)
    known = (text.wording, contact.language, str(mode))
    if known not in names.by_wording:
        try:
            words = rt.wording.render(text.wording, contact.language, mode, programme=names.programme)
        except WordingError:  # it asks for more than is known before it goes
            words = ""
        names.by_wording[known] = fit(words)
    words = names.by_wording[known]
    family = names.families[contact.family_id]
    return PlannedText(
        coming=text,
        team=names.teams[family.team_id].name,
        plan=names.plans[text.plan].reference if text.plan in names.plans and text.plan else "",
        language=contact.language,
        text=words,
        segments=segments(words),
    )


def _by_day(now: datetime, zone: str, texts: Sequence[PlannedText]) -> Sequence[Day]:
    """Every day of the week ahead, those without a text too."""
    today = now.astimezone(ZoneInfo(zone)).date()
    days: dict[date, list[PlannedText]] = {today + timedelta(days=ahead): [] for ahead in range(AHEAD.days + 1)}
    for text in texts:
        if text.fate in _MAY_GO and text.coming.local is not None:
            days.setdefault(text.coming.local.date(), []).append(text)
    return [Day(each, days[each]) for each in sorted(days)]


def _names(texts: Sequence[PlannedText]) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    return (
        [text.team for text in texts],
        [text.plan.partition("@")[0] for text in texts],
        [text.coming.family for text in texts],
    )


def _is_wanted(text: PlannedText, wanted: Wishes) -> bool:
    return (
        wanted.team in ("", text.team)
        and wanted.plan in ("", text.plan.partition("@")[0])
        and wanted.language in ("", text.language)
        and wanted.family.strip().upper() in ("", text.coming.family)
    )


def _is_asked_for(text: Coming, wanted: Wishes) -> bool:
    is_family = wanted.family.strip().upper() in ("", text.family)
    return is_family and wanted.language in ("", text.language)


def _reaches(scope: HoldScope, which: str, text: PlannedText) -> bool:
    match scope:
        case HoldScope.TEXT:
            return str(text.coming.check_in) == which
        case HoldScope.FAMILY:
            return text.coming.family == which.strip().upper()
        case HoldScope.PLAN:
            return text.plan.partition("@")[0] == which
        case _:
            return True


def _count(scope: HoldScope, which: str, queued: Sequence[Coming]) -> int:
    if scope in (HoldScope.TEXT, HoldScope.PLAN):
        return 0
    return sum(scope is not HoldScope.FAMILY or text.family == which.strip().upper() for text in queued)


def _named(tx: Transaction, scope: HoldScope, which: str, sight: Sight) -> str:
    """What people call it. Raises NotFound when there is no such thing, or none for who asks."""
    match scope:
        case HoldScope.TEXT:
            check_in = tx.get(CheckIn, _uuid(which))
            family = people.family_of(tx, check_in.contact_id)
            if not sight.covers(family):
                raise NotFound(which)
            return f"{check_in.step}, {family.reference}" if family else check_in.step
        case HoldScope.FAMILY:
            theirs = people.family(tx, which)
            if not sight.covers(theirs):
                raise NotFound(f"there is no family {theirs.reference}")
            return theirs.reference
        case HoldScope.PLAN:
            return which
        case _:
            return ""


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(text[:40]) from None
