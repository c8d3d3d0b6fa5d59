"""The directory of help: brought in, searched, and kept true."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from checkback.care.errors import CareError, NotFound
from checkback.care.model import Resource, StaffMember
from checkback.care.program import NeedsTable
from checkback.care.rules.listings import Listing
from checkback.care.rules.matching import STALE_AFTER, Match, Wanted
from checkback.care.rules.nearness import Spot, circles, spot
from checkback.care.rules.openings import Opening, opening, opens_on
from checkback.care.runtime import Runtime
from checkback.care.steps.directories import Diff, apply, compare
from checkback.care.steps.helping import as_help, search
from checkback.care.steps.staff_work import actor
from checkback.care.store import SYSTEM, people, resources, setup
from checkback.care.terms import HelpOutcome, Language, SafetyMode, TaskKind

#: An import that takes away more than this part of what is kept is more likely a broken export than the truth.
MOST_GONE = 0.5
#: Below so many entries, half of them is no sign.
_FEW = 10
_LANGUAGES = {
    Language.SPANISH: re.compile(r"\b(spanish|espanol|español)\b", re.IGNORECASE),
    Language.ENGLISH: re.compile(r"\b(english|ingles|inglés)\b", re.IGNORECASE),
}
_ZIP = re.compile(r"(?<!\d)\d{5}(?!\d)")


class TooMuchGone(CareError):
    """An import would take more than half of a directory away."""

    def __init__(self, directory: str, gone: int, kept: int) -> None:
        self.gone, self.kept = gone, kept
        super().__init__(
            f"{gone} of the {kept} entries of '{directory}' are not in it: is the export whole, and is it the right "
            "directory? If so, say --sure; another directory is named with --directory"
        )


class NotUnderstood(CareError):
    """What is looked for names no need we know."""


@dataclass(frozen=True)
class Answer:
    """What was understood of a search, and what was found, best first."""

    need: str
    zip: str | None
    language: Language
    found: Sequence[tuple[Match, Resource]]


@dataclass(frozen=True)
class Doubt:
    """An entry somebody should look at, and why."""

    id: UUID
    source_id: str
    name: str
    phone: str
    assured: date | None
    wrong_reports: int
    no_answers: int


@dataclass(frozen=True)
class NeedCount:
    """How often a need was met with a place, went unmet, and how often the place did not help."""

    need: str
    offered: int
    unmet: int
    failed: int


def import_directory(
    rt: Runtime,
    directory: str,
    listings: Sequence[Listing],
    *,
    refused: int = 0,
    dry_run: bool = False,
    sure: bool = False,
    by: str | None = None,
) -> Diff:
    """Bring a directory up to date, in one unit of work; the same directory twice changes nothing.

    Args:
        refused: how many of its rows are left out, for the record of the import.
        sure: also when more than half of what is kept would be gone.
        by: the login of whoever brings it in; none at the command line.

    Raises:
        TooMuchGone: see `sure`.
    """
    with rt.store.read() as tx:
        diff = compare(tx, directory, listings)
    if not sure:
        _refuse_too_much_gone(directory, diff)
    if dry_run or diff.is_empty:
        return diff
    with rt.store.begin("resources.import") as tx:
        setup.alone(tx)  # two imports at once would both find the same entry missing
        diff = compare(tx, directory, listings)
        who = actor(people.must_work_here(tx, by)) if by else SYSTEM
        apply(tx, directory, diff, refused=refused, actor=who)
    return diff


def find(rt: Runtime, needs: NeedsTable, words: str, *, at: datetime | None = None, limit: int = 5) -> Answer:
    """What would be offered to somebody who writes this, as staff may see it: also what is named on a safe phone only.

    Raises:
        NotUnderstood: it names no need we know.
    """
    with rt.store.read() as tx:
        wanted_needs = needs.of_words(words)
        if not wanted_needs:
            raise NotUnderstood(f"no need is named in '{words}'; try one of {', '.join(sorted(needs.terms))}")
        programme = people.the_programme(tx)
        home = _where(words)
        language = next((each for each, said in _LANGUAGES.items() if said.search(words)), Language.ENGLISH)
        wanted = Wanted(wanted_needs[0], home, circles(home), language, at or tx.now, SafetyMode.SAFE)
        found = search(tx, wanted, programme.zone, limit=limit)
    return Answer(wanted.need, home.zip if home else None, language, found)


def assure(rt: Runtime, source_id: str, login: str, directory: str | None = None) -> str:
    """Somebody dialled it and found it true: dated today, and what families said before is settled.

    Raises:
        NotFound: there is no such entry, or member of staff; or two directories have one of this id.
    """
    with rt.store.begin("resources.assure") as tx:
        member = people.staff(tx, login)
        if member is None:
            raise NotFound(f"no member of staff has the login '{login}'")
        found = [r for r in resources.named(tx, source_id) if directory in (None, r.directory)]
        if len(found) != 1:
            where = ", ".join(r.directory for r in found)
            raise NotFound(
                f"'{source_id}' is in {where}: say --directory" if found else f"no entry has the id '{source_id}'"
            )
        resource = resources.held(tx, found[0].id)
        resource.assured_date, resource.assured_by = tx.now.date(), member.id
        resource.wrong_reports = resource.no_answers = 0
        tx.record("resource.assured", resource, str(member.id))
        return resource.name


@dataclass(frozen=True)
class Entry:
    """One entry as staff see it. `week` is the coming seven days, each with its opening and closing times."""

    now: datetime
    zone: str
    resource: Resource
    opening: Opening
    week: Sequence[tuple[date, Sequence[tuple[str, str]]]]
    assured_by: str | None


def entry(rt: Runtime, id_: UUID) -> Entry:
    """All that is kept of one entry. Raises NotFound."""
    with rt.store.read() as tx:
        resource = tx.get(Resource, id_)
        zone = resource.zone or people.the_programme(tx).zone
        schedules = as_help(resource, zone).schedules
        today = tx.now.astimezone(ZoneInfo(zone)).date()
        days = [today + timedelta(days=n) for n in range(7)]
        by = tx.get(StaffMember, resource.assured_by).name if resource.assured_by else None
        week = [(day, opens_on(schedules, day)) for day in days] if schedules else []
        return Entry(tx.now, zone, resource, opening(schedules, zone, tx.now), week, by)


def assure_entry(rt: Runtime, id_: UUID, login: str) -> str:
    """As `assure`, for the one entry of this id of ours."""
    with rt.store.read() as tx:
        resource = tx.get(Resource, id_)
    return assure(rt, resource.source_id, login, resource.directory)


def stale(rt: Runtime, limit: int = 100) -> Sequence[Doubt]:
    """Entries in use that nobody has assured for a year."""
    with rt.store.read() as tx:
        return [_doubt(r) for r in resources.assured_before(tx, (tx.now - STALE_AFTER).date(), limit)]


def failing(rt: Runtime, limit: int = 100) -> Sequence[Doubt]:
    """Entries in use of which families said that nobody answers, or that the number is wrong."""
    with rt.store.read() as tx:
        return [_doubt(r) for r in resources.reported(tx, limit)]


def needs_met(rt: Runtime, days: int = 90) -> Sequence[NeedCount]:
    """How each need fared in the last days, the least met first. Counts only; nobody is named."""
    with rt.store.read() as tx:
        since = tx.now - timedelta(days=days)
        offers = resources.all_offers_since(tx, since)
        offered = Counter(offer.need for offer in offers)
        failed = Counter(o.need for o in offers if o.outcome in (HelpOutcome.NO_ANSWER, HelpOutcome.WRONG_NUMBER))
        unmet = Counter(task.detail or "other" for task in resources.tasks_since(tx, TaskKind.UNMET_NEED, since))
    counted = [NeedCount(n, offered[n], unmet[n], failed[n]) for n in sorted(offered.keys() | unmet.keys())]
    return sorted(counted, key=lambda each: (-each.unmet, -each.failed, each.need))


def _refuse_too_much_gone(directory: str, diff: Diff) -> None:
    kept = len(diff.gone) + len(diff.changed) + diff.unchanged
    if kept >= _FEW and len(diff.gone) > kept * MOST_GONE:
        raise TooMuchGone(directory, len(diff.gone), kept)


def _where(words: str) -> Spot | None:
    zipped = _ZIP.search(words)
    return spot(zipped.group()) if zipped else None


def _doubt(resource: Resource) -> Doubt:
    return Doubt(
        resource.id,
        resource.source_id,
        resource.name,
        resource.phone or "",
        resource.assured_date,
        resource.wrong_reports,
        resource.no_answers,
    )
