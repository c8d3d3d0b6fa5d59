"""Looking through the audit: who did what to what, and when; whoever looks leaves a line there too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from checkback.care.errors import NotFound, said
from checkback.care.model import AuditEvent, Family, StaffMember
from checkback.care.runtime import Runtime
from checkback.care.steps.staff_work import actor
from checkback.care.store import Transaction, audit_lines, people
from checkback.care.store.audit_lines import Sought
from checkback.care.store.database import SYSTEM

A_PAGE = 50
#: Somebody looked at something and changed nothing.
LOOKS = (
    "family.read",
    "escalation.read",
    "escalation.number-read",
    "contact.number-read",
    "consent.read",
    "safety.read",
    "task.read",
    "text.read-again",
    "audit.read",
    "report.downloaded",
)
#: Asks for LOOKS in place of a topic.
LOOKED = "looked"


@dataclass(frozen=True)
class Wishes:
    """What was typed into the form, as it was typed."""

    family: str = ""
    staff: str = ""
    topic: str = ""
    since: str = ""
    until: str = ""
    before: str = ""


@dataclass(frozen=True)
class AuditLine:
    """One line, with the references people know. `who` is None for the house itself; `is_staff`: it is a login."""

    at: datetime
    who: str | None
    is_staff: bool
    action: str
    subject: str
    family: str | None
    escalation: int | None
    member: str | None
    flow: str


@dataclass(frozen=True)
class AuditPage:
    """A page of lines, the latest first. `older` asks for what came before them; `problems` by field."""

    zone: str
    lines: Sequence[AuditLine]
    older: str | None
    staff: Sequence[str]
    problems: Mapping[str, str]


def look(rt: Runtime, staff_id: UUID, wishes: Wishes) -> AuditPage:
    """The lines that fit. A wish that cannot be read is a problem under its field, and then there are no lines."""
    with rt.store.begin("audit-page.look") as tx:
        member = tx.get(StaffMember, staff_id)
        zone = people.the_programme(tx).zone
        logins = audit_lines.staff_logins(tx)
        problems: dict[str, str] = {}
        sought, family = _sought(tx, wishes, ZoneInfo(zone), logins, problems)
        found: Sequence[AuditEvent] = () if problems else audit_lines.lines(tx, sought, A_PAGE + 1)
        shown = found[:A_PAGE]
        page = AuditPage(
            zone=zone,
            lines=_told(tx, shown, logins, family),
            older=_mark(shown[-1]) if len(found) > A_PAGE else None,
            staff=sorted(logins.values()),
            problems=problems,
        )
        tx.record("audit.read", family or member, actor(member))
        return page


def _sought(
    tx: Transaction, wishes: Wishes, zone: ZoneInfo, logins: Mapping[UUID, str], problems: dict[str, str]
) -> tuple[Sought, Family | None]:
    family = None
    if wishes.family:
        try:
            family = people.family(tx, wishes.family.upper())
        except NotFound:
            problems["family"] = said("There is no such family. Write its reference, as in F-12.")
    staff = next((each for each, login in logins.items() if login == wishes.staff), None)
    if wishes.staff and staff is None:
        problems["staff"] = said("Nobody signs in by this name. Choose one from the list.")
    since, until = (_day(getattr(wishes, each), each, problems) for each in ("since", "until"))
    if since and until and until < since:
        problems["until"] = said("This day is before the first. Choose a later one.")
    return (
        Sought(
            family_id=family.id if family else None,
            actor=f"staff:{staff}" if staff else None,
            actions=LOOKS if wishes.topic == LOOKED else (),
            topic=wishes.topic if wishes.topic not in ("", LOOKED) else None,
            since=datetime.combine(since, time(), zone) if since else None,
            until=datetime.combine(until + timedelta(days=1), time(), zone) if until else None,
            before=_unmarked(wishes.before),
        ),
        family,
    )


def _day(typed: str, field: str, problems: dict[str, str]) -> date | None:
    if not typed:
        return None
    try:
        # No audit is older, and a day after the last there is has no end.
        return min(max(date.fromisoformat(typed), date(1970, 1, 2)), date(9000, 1, 1))
    except ValueError:
        problems[field] = said("This is no day. Write it as in 2026-03-31.")
        return None


def _mark(line: AuditEvent) -> str:
    return f"{line.at.isoformat()}_{line.id.hex}"


def _unmarked(mark: str) -> tuple[datetime, UUID] | None:
    """The line a mark names; none where it is not one of ours."""
    at, _, line_id = mark.partition("_")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, UUID(hex=line_id)) if moment.tzinfo else None
    except ValueError:
        return None


def _told(
    tx: Transaction, found: Sequence[AuditEvent], logins: Mapping[UUID, str], family: Family | None
) -> Sequence[AuditLine]:
    # A phone may be shared: what was looked for by one family is told of that one.
    families = {} if family else audit_lines.families_of(tx, found)
    numbers = audit_lines.escalation_numbers(tx, found)
    told = []
    for line in found:
        who = _who(line.actor, logins)
        told.append(
            AuditLine(
                at=line.at,
                who=who,
                is_staff=who in logins.values(),
                action=line.action,
                subject=line.subject,
                family=family.reference if family else families.get((line.subject, line.subject_id)),
                escalation=numbers.get(line.subject_id),
                member=logins.get(line.subject_id) if line.subject == "staff_member" else None,
                flow=line.flow,
            )
        )
    return told


def _who(named: str, logins: Mapping[UUID, str]) -> str | None:
    """The login behind `staff:<id>`; None for the house; else as it was kept."""
    if named == SYSTEM:
        return None
    try:
        return logins.get(UUID(named.removeprefix("staff:")), named)
    except ValueError:
        return named
