"""Every text of the next seven days, day by day, and what a hold would keep back of them, before it happens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from checkback.care.errors import NotFound
from checkback.care.flows import board, forecast, holds
from checkback.care.flows.board import Coming
from checkback.care.flows.forecast import ComingText, Fate
from checkback.care.flows.holds import Ended, Placed, StandingHold
from checkback.care.model import CareTeam, CheckIn, CheckInPlan, Contact, Family, StaffMember
from checkback.care.rules.pace import Queue
from checkback.care.rules.segments import fit, segments
from checkback.care.runtime import Runtime
from checkback.care.steps.sight import sight_of
from checkback.care.steps.words import mode_of
from checkback.care.store import Transaction, ahead, console, messages, people, staffing
from checkback.care.store.ahead import Place, Which
from checkback.care.store.sights import EVERYTHING, Sight
from checkback.care.terms import Dialogue, HoldScope, Language
from checkback.care.wording import WordingError

AHEAD = timedelta(days=7)
_MAY_GO = frozenset({Fate.GOES, Fate.WAITS})


#: So many texts are on a page of the week ahead, and so many of the outbox; a look at a hold shows as many.
PAGE, MOST_QUEUED = 100, 12


@dataclass(frozen=True)
class Wishes:
    """Which texts somebody wants to see; an empty wish is none.

    Those of a team, a plan, a language, a family, a kind of question, due on a day of the programme's clock; and those
    behind the end of the page before.
    """

    team: str = ""
    plan: str = ""
    language: str = ""
    family: str = ""
    kind: str = ""
    day: str = ""
    after: str = ""

    @property
    def is_any(self) -> bool:
        """Whether anything but a further page is wished for."""
        return replace(self, after="") != Wishes()


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
    """What can be wished for."""

    teams: Sequence[str]
    plans: Sequence[str]
    kinds: Sequence[Dialogue]
    days: Sequence[date]


@dataclass(frozen=True)
class Tomorrow:
    """A page of the next seven days at one moment. `stopped`: what of it will not go as promised, and why."""

    now: datetime
    zone: str
    days: Sequence[Day]
    stopped: Sequence[PlannedText]
    queued: Sequence[Coming]
    queued_in_all: int
    holds: Sequence[StandingHold]
    choices: Choices
    falling_due: Mapping[date, int]
    """How many texts that nobody holds fall due on which day of the programme's clock, of those that are wished for."""
    in_all: int
    """How many texts are promised for these days, of those that are wished for and in sight, on all pages."""
    busiest: int
    elsewhere: int
    """Planned texts to families that are not for who looks, where nothing was wished for."""
    is_estimate: bool
    """Whether texts that are not on this page go before some of it: their places in the pace are reckoned with as if
    all of them went.
    """
    next_page: str = ""
    """What to wish for behind this page; empty on the last."""

    @property
    def count(self) -> int:
        """How many planned texts of this page go, or may go."""
        return sum(len(day.texts) for day in self.days)

    @property
    def everything_is_held(self) -> StandingHold | None:
        """A hold on the whole house or programme."""
        wide = (HoldScope.EVERYTHING, HoldScope.PROGRAMME)
        return next((hold for hold in self.holds if hold.scope in wide), None)


@dataclass(frozen=True)
class Reach:
    """What a hold would keep back of the next seven days; nothing has happened yet.

    `texts` are the first of those to families that are for who looks, `count` is how many there are of these;
    `elsewhere` and `queued` count the others, whosever they are.
    """

    scope: HoldScope
    which: str
    named: str
    texts: Sequence[PlannedText]
    count: int
    queued: int
    elsewhere: int

    @property
    def in_all(self) -> int:
        """How many planned texts it would keep back."""
        return self.count + self.elsewhere


@dataclass(frozen=True)
class Release:
    """What the end of a hold would do: the first texts with their new times and fates; nothing has happened yet."""

    hold: StandingHold
    texts: Sequence[PlannedText]
    count: int
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
    """A page of the texts that will go by what is known now, and that will not, to the families that are for this
    member of staff, in the order in which they fall due. It reads nobody's words and names nobody.
    """
    wanted = wishes or Wishes()
    with rt.store.read() as tx:
        zone, sight = people.the_programme(tx).zone, sight_of(tx, tx.get(StaffMember, reader_id))
        week = Which(tx.now + AHEAD)
        which = _which(tx, wanted, replace(week, sight=sight), zone)
        everything = ahead.falling_due(tx, week)
        wished = everything if which == week else ahead.falling_due(tx, which)
        found = ahead.page(tx, replace(which, after=_place(wanted.after)), PAGE + 1)
        some = forecast.of_some(tx, rt, found[:PAGE], everything.minutes)
        seen = _planned(tx, rt, some.texts)
        until, theirs, language = week.until, which.contacts, which.language
        return Tomorrow(
            now=tx.now,
            zone=zone,
            days=_by_day(seen),
            stopped=[text for text in seen if text.fate not in _MAY_GO],
            queued=board.queued_texts(
                tx, messages.coming(tx, until, MOST_QUEUED, sight=sight, contacts=theirs, language=language)
            ),
            queued_in_all=messages.count_coming(tx, until, sight=sight, contacts=theirs, language=language),
            holds=[hold for hold in holds.standing_in(tx) if _may_see(tx, hold, sight)],
            choices=_choices(tx, sight, zone),
            falling_due=_by_date(tx.now, zone, wished.minutes),
            in_all=wished.in_all,
            busiest=Queue(forecast.gap(tx, rt), everything.minutes).busiest(),
            elsewhere=0 if wanted.is_any else everything.in_all - wished.in_all,
            is_estimate=some.is_estimate,
            next_page=_written(found[PAGE - 1]) if len(found) > PAGE else "",
        )


def reach(rt: Runtime, reader_id: UUID, scope: HoldScope, which: str) -> Reach:
    """What a hold on this would keep back. `which`: a promise's id, a family's reference, a plan's name, or nothing.

    Raises NotFound, also where the family is not for this member of staff.
    """
    with rt.store.read() as tx:
        sight = sight_of(tx, tx.get(StaffMember, reader_id))
        named = _named(tx, scope, which, sight)
        week = Which(tx.now + AHEAD, is_free=True)
        reached = _reached(tx, scope, which, week)
        mine = replace(reached, sight=sight)
        found = ahead.page(tx, mine, PAGE)
        until = found[-1].due_at + timedelta(minutes=1) if found else tx.now
        before = ahead.falling_due(tx, replace(week, until=until)).minutes
        texts = forecast.of_some(tx, rt, found, before).texts
        kept = [text for text in texts if text.fate in _MAY_GO]
        count = ahead.count(tx, mine)
        return Reach(
            scope=scope,
            which=which,
            named=named,
            texts=_planned(tx, rt, kept),
            count=count - (len(texts) - len(kept)),
            queued=_count_queued(tx, scope, reached),
            elsewhere=0 if sight.is_wide else ahead.count(tx, reached) - count,
        )


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
    with rt.store.read() as tx:
        sight, hold = sight_of(tx, tx.get(StaffMember, reader_id)), holds.numbered(tx, standing.reference)
        if not _may_see(tx, standing, sight):
            raise NotFound(standing.reference)
        found = ahead.kept_back_by(tx, hold, PAGE, sight=sight)
        some = forecast.of_some(tx, rt, found, but=(hold.id,))
        count = ahead.count_kept_back_by(tx, hold, sight)
        return Release(
            hold=standing,
            texts=_planned(tx, rt, some.texts),
            count=count,
            elsewhere=0 if sight.is_wide else ahead.count_kept_back_by(tx, hold) - count,
        )


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


def _which(tx: Transaction, wanted: Wishes, week: Which, zone: str) -> Which:
    """What is wished for, as a question to the database; what nobody knows finds nothing."""
    found = week
    if wanted.team:
        team = people.team(tx, wanted.team)
        found = replace(found, team=team.id) if team else replace(found, contacts=frozenset())
        if team and team.id in found.sight.teams:
            found = replace(found, sight=EVERYTHING)  # what is of this team is in sight
    if wanted.plan:
        found = replace(found, plans=ahead.versions_called(tx, wanted.plan))
    if wanted.language:
        known = wanted.language in set(Language)
        found = replace(found, language=Language(wanted.language)) if known else replace(found, contacts=frozenset())
    if wanted.kind:
        known = wanted.kind in set(Dialogue)
        found = replace(found, dialogue=Dialogue(wanted.kind)) if known else replace(found, contacts=frozenset())
    if wanted.family.strip():
        found = replace(found, contacts=ahead.contacts_of(tx, wanted.family.strip().upper()))
    day = _day(wanted.day)
    if day is not None:
        since, until = (datetime.combine(each, time(), ZoneInfo(zone)) for each in (day, day + timedelta(days=1)))
        found = replace(found, since=since, until=min(until - timedelta.resolution, week.until))
    return found


def _reached(tx: Transaction, scope: HoldScope, which: str, week: Which) -> Which:
    match scope:
        case HoldScope.TEXT:
            return replace(week, one=_uuid(which))
        case HoldScope.FAMILY:
            return replace(week, contacts=ahead.contacts_of(tx, which.strip().upper()))
        case HoldScope.PLAN:
            return replace(week, plans=ahead.versions_called(tx, which))
        case _:
            return week


def _count_queued(tx: Transaction, scope: HoldScope, reached: Which) -> int:
    if scope in (HoldScope.TEXT, HoldScope.PLAN):
        return 0
    return messages.count_coming(tx, reached.until, contacts=reached.contacts)


def _choices(tx: Transaction, sight: Sight, zone: str) -> Choices:
    return Choices(
        teams=[team.name for team in staffing.teams(tx) if sight.is_wide or team.id in sight.teams],
        plans=ahead.names_of_plans(tx),
        kinds=list(Dialogue),
        days=_dates(tx.now, zone),
    )


def _planned(tx: Transaction, rt: Runtime, found: Sequence[ComingText]) -> Sequence[PlannedText]:
    """These texts with what they say and whose they are."""
    contacts = console.by_id(tx, Contact, (text.contact for text in found))
    families = console.by_id(tx, Family, (contact.family_id for contact in contacts.values()))
    names = _Names(
        contacts,
        families,
        console.by_id(tx, CareTeam, (family.team_id for family in families.values())),
        console.by_id(tx, CheckInPlan, (text.plan for text in found)),
        people.the_programme(tx).name,
    )
    return [_text(tx, rt, text, names) for text in found]


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


def _by_day(texts: Sequence[PlannedText]) -> Sequence[Day]:
    """What goes, by the day of the clock on the family's wall."""
    days: dict[date, list[PlannedText]] = defaultdict(list)
    for text in texts:
        if text.fate in _MAY_GO and text.coming.local is not None:
            days[text.coming.local.date()].append(text)
    return [Day(each, days[each]) for each in sorted(days)]


def _by_date(now: datetime, zone: str, falling_due: Mapping[datetime, int]) -> Mapping[date, int]:
    """Every day of the week ahead, those without a text too; what is overdue counts today."""
    wall, dates = ZoneInfo(zone), _dates(now, zone)
    found = dict.fromkeys(dates, 0)
    for minute, many in falling_due.items():
        found[max(dates[0], minute.astimezone(wall).date())] += many
    return found


def _dates(now: datetime, zone: str) -> Sequence[date]:
    today = now.astimezone(ZoneInfo(zone)).date()
    return [today + timedelta(days=each) for each in range(AHEAD.days + 1)]


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _written(last: CheckIn) -> str:
    return f"{last.due_at.isoformat()}~{last.id}"


def _place(written: str) -> Place | None:
    moment, _, row = written.partition("~")
    try:
        found = Place(datetime.fromisoformat(moment), UUID(row))
    except ValueError:
        return None
    return found if found.due_at.tzinfo else None


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
