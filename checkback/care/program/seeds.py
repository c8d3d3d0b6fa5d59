"""The tables a clinical lead reviews and the demo's people, as values to seed a database with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from checkback.care.errors import said
from checkback.care.program.entry import Entry, ProgramError, read
from checkback.care.rules.matching import DISCLOSING
from checkback.care.terms import DistressLevel, Language, Role, StepHours, Urgency, Whom

#: What a family may need, as the assistant names it and the directory files it.
NEEDS = frozenset(
    {
        "baby-things",
        "food",
        "housing",
        "utilities",
        "counselling",
        "child-counselling",
        "locks-and-repairs",
        "funeral-costs",
        "crime-victim-compensation",
        "legal-help",
        "transport",
        "health-care",
        "clothing",
        "school",
        "substance-use",
        "hiv",
        "work",
        "immigration",
        "partner-violence",
        "other",
    }
)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
#: The longest a step may wait for somebody, in minutes, by urgency or level: a slip of the hand must not leave anybody.
LONGEST_WAIT: Mapping[Urgency | DistressLevel, int] = {
    Urgency.EMERGENT: 60,
    Urgency.URGENT: 240,
    DistressLevel.HIGH: 1440,
}
_STATUSES = frozenset({"active", "inactive", "defunct", "temporarily closed"})
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
_ZIP = re.compile(r"\d{5}")
_E164 = re.compile(r"\+[1-9]\d{7,14}")


@dataclass(frozen=True)
class PolicyStepSeed:
    """Whom a step tells, and how many minutes it waits for them."""

    whom: Whom
    minutes: int
    role: Role | None = None
    hours: StepHours = StepHours.ANY


@dataclass(frozen=True)
class PolicySeed:
    """Who is told of one level of distress, in order. `urgency` is set exactly when the level is acute."""

    level: DistressLevel
    urgency: Urgency | None
    steps: tuple[PolicyStepSeed, ...]
    only_in_hours: bool = False


@dataclass(frozen=True)
class ScheduleSeed:
    """Weekly opening times in local wall time, `09:00`; `24:00` is the end of the day."""

    days: tuple[str, ...]
    opens_at: str
    closes_at: str


@dataclass(frozen=True)
class ResourceSeed:
    """A `service` of the Human Services Data Specification.

    No `service_areas`: it serves everywhere. No `needs`: it is never offered by text.
    """

    id: str
    name: str
    description: str
    status: str
    phone: str
    languages: tuple[Language, ...]
    schedules: tuple[ScheduleSeed, ...]
    service_areas: tuple[str, ...]
    needs: tuple[str, ...]
    confidential: bool
    assured_date: date
    url: str | None = None
    taxonomy: str | None = None
    minimum_age: int | None = None
    maximum_age: int | None = None
    discloses: str = ""


@dataclass(frozen=True)
class StaffSeed:
    """Somebody of the demo's staff. `phone` is E.164."""

    login: str
    name: str
    role: Role
    languages: tuple[Language, ...]
    team: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class TurnSeed:
    """So many days on call for one member of staff, named by login."""

    staff: str
    days: int


@dataclass(frozen=True)
class RotaSeed:
    """Who is on call for a team: turns that follow one another, round and round."""

    name: str
    team: str
    turns: tuple[TurnSeed, ...]


@dataclass(frozen=True)
class ProgrammeSeed:
    """The demo's programme, its teams, staff and rotas."""

    name: str
    zone: str
    opens: int
    closes: int
    on_call_number: str
    teams: tuple[str, ...]
    staff: tuple[StaffSeed, ...]
    rotas: tuple[RotaSeed, ...]


def load_policies(path: Path) -> tuple[PolicySeed, ...]:
    """Read who is told of what.

    Raises:
        ProgramError: something is missing, misspelt, there twice, or a level that needs a policy has none.
    """
    policies = tuple(_policy(entry) for entry in read(path).entries("policies"))
    found = [(p.level, p.urgency) for p in policies]
    for wanted in [(DistressLevel.ACUTE, u) for u in Urgency] + [(DistressLevel.HIGH, None)]:
        if found.count(wanted) != 1:
            raise ProgramError(
                path.name, "policies", f"there must be one policy for {' '.join(w for w in wanted if w)}"
            )
    return policies


def load_resources(paths: Iterable[Path]) -> tuple[ResourceSeed, ...]:
    """Read directories of help. Raises ProgramError as `load_policies`, or when two entries share an id."""
    found: dict[str, ResourceSeed] = {}
    for path in paths:
        for entry in read(path).entries("resources"):
            resource = _resource(entry)
            if resource.id in found:
                entry.refuse("id", f"'{resource.id}' is there twice; give one another id")
            found[resource.id] = resource
    return tuple(found.values())


def load_programme(path: Path) -> ProgrammeSeed:
    """Read the demo's programme. Raises ProgramError as `load_policies`, or when a name leads nowhere."""
    entry = read(path)
    teams = entry.texts("teams")
    staff = tuple(_staff(each, teams) for each in entry.entries("staff"))
    logins = [s.login for s in staff]
    return entry.done(
        ProgrammeSeed(
            name=entry.text("name"),
            zone=entry.text("zone"),
            opens=entry.number("opens"),
            closes=entry.number("closes"),
            on_call_number=entry.text("on_call_number", shape=_E164),
            teams=teams,
            staff=staff,
            rotas=tuple(_rota(each, teams, logins) for each in entry.entries("rotas")),
        )
    )


def read_policy(fields: Mapping[str, object]) -> PolicySeed:
    """One policy as values, with the fields of the file. Raises ProgramError as `load_policies`."""
    return _policy(Entry("", "", fields))


def _policy(entry: Entry) -> PolicySeed:
    level = entry.word("level", DistressLevel)
    urgency = entry.word("urgency", Urgency) if entry.has("urgency") else None
    most = LONGEST_WAIT.get(urgency or level, LONGEST_WAIT[DistressLevel.HIGH])
    steps = tuple(_policy_step(step, most) for step in entry.entries("steps"))
    if level is DistressLevel.ACUTE and all(step.hours is not StepHours.ANY for step in steps):
        entry.refuse("steps", said("somebody in danger is told of at any hour: let one step be taken at all hours"))
    return entry.done(PolicySeed(level, urgency, steps, _only_in_hours(entry)))


def _policy_step(step: Entry, most: int) -> PolicyStepSeed:
    whom, has_role = step.word("whom", Whom), step.has("role")
    if has_role != (whom is Whom.ROLE):
        step.refuse("role", said("choose one where a role is told, and none elsewhere"))
    role = step.word("role", Role) if has_role else None
    if role not in (None, Role.CLINICIAN, Role.COORDINATOR):
        step.refuse("role", said("only a clinician or a coordinator may take an escalation"))
    minutes = step.number("minutes", least=1)
    if minutes > most:
        step.refuse("minutes", said("write %(most)s or fewer; the next person waits behind this one", most=most))
    return step.done(
        PolicyStepSeed(
            whom,
            minutes,
            role,
            step.word("hours", StepHours) if step.has("hours") else StepHours.ANY,
        )
    )


def _only_in_hours(entry: Entry) -> bool:
    is_only = entry.flag("only_in_hours", default=False)
    if is_only and entry.word("level", DistressLevel) is DistressLevel.ACUTE:
        entry.refuse("only_in_hours", said("somebody in danger is not left until the morning; take it out"))
    return is_only


def _resource(entry: Entry) -> ResourceSeed:
    return entry.done(
        ResourceSeed(
            id=entry.text("id"),
            name=entry.text("name"),
            description=entry.text("description"),
            status=entry.one_of("status", _STATUSES),
            phone=entry.text("phone"),
            languages=entry.words("languages", Language),
            schedules=tuple(_schedule(each) for each in entry.entries("schedules")),
            service_areas=entry.texts("service_areas", shape=_ZIP),
            needs=entry.some_of("needs", NEEDS),
            confidential=entry.flag("confidential"),
            assured_date=entry.day("assured_date"),
            url=entry.text("url") if entry.has("url") else None,
            taxonomy=entry.text("taxonomy") if entry.has("taxonomy") else None,
            minimum_age=entry.number("minimum_age") if entry.has("minimum_age") else None,
            maximum_age=entry.number("maximum_age") if entry.has("maximum_age") else None,
            discloses=entry.one_of("discloses", DISCLOSING) if entry.has("discloses") else "",
        )
    )


def _schedule(entry: Entry) -> ScheduleSeed:
    schedule = ScheduleSeed(
        days=entry.some_of("days", WEEKDAYS),
        opens_at=entry.text("opens_at", shape=_CLOCK),
        closes_at=entry.text("closes_at", shape=_CLOCK),
    )
    if schedule.opens_at >= schedule.closes_at:
        entry.refuse("closes_at", "it closes after it opens; a night is two entries, until 24:00 and from 00:00")
    return entry.done(schedule)


def _staff(entry: Entry, teams: Sequence[str]) -> StaffSeed:
    return entry.done(
        StaffSeed(
            login=entry.text("login"),
            name=entry.text("name"),
            role=entry.word("role", Role),
            languages=entry.words("languages", Language),
            team=entry.one_of("team", teams) if entry.has("team") else None,
            phone=entry.text("phone", shape=_E164) if entry.has("phone") else None,
        )
    )


def _rota(entry: Entry, teams: Sequence[str], logins: Sequence[str]) -> RotaSeed:
    turns = tuple(
        turn.done(TurnSeed(turn.one_of("staff", logins), turn.number("days", least=1)))
        for turn in entry.entries("turns")
    )
    return entry.done(RotaSeed(entry.text("name"), entry.one_of("team", teams), turns))
