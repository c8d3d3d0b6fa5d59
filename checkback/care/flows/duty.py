"""Who is here, who is off and who stands in for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from checkback.care.errors import NotFound, WordsRefused, said
from checkback.care.model import Absence, StaffMember, TeamBackup
from checkback.care.runtime import Runtime
from checkback.care.steps.staff_work import actor
from checkback.care.store import Transaction, duties, people
from checkback.care.terms import Role

LONGEST_ABSENCE = timedelta(days=366)
_WHO_CARES = (Role.CLINICIAN, Role.COORDINATOR)


@dataclass(frozen=True)
class Away:
    """When somebody is off, and the login of whoever has their work."""

    starts_at: datetime
    ends_at: datetime
    backup: str | None


def who_is(rt: Runtime, login: str) -> UUID:
    """The member of staff with this login, who may see tasks. Raises NotFound, WordsRefused."""
    with rt.store.read() as tx:
        member = people.must_work_here(tx, login)
    if member.role is Role.OFFICER:
        raise WordsRefused(said("An officer sees nothing of what families write, and has no tasks here."))
    return member.id


def zone(rt: Runtime) -> str:
    """The programme's zone."""
    with rt.store.read() as tx:
        return people.the_programme(tx).zone


def set_away(rt: Runtime, login: str, starts_at: datetime, ends_at: datetime, backup: str | None, by: str) -> Away:
    """Somebody is off: their tasks go to their backup meanwhile, or to their team's. Raises NotFound, WordsRefused."""
    with rt.store.begin("duty.set-away") as tx:
        member, writer = people.must_work_here(tx, login), people.must_work_here(tx, by)
        if not starts_at < ends_at or ends_at <= tx.now or ends_at - starts_at > LONGEST_ABSENCE:
            raise WordsRefused(said("An absence ends after it begins, lies ahead, and lasts at most a year."))
        stand_in = _stand_in(tx, backup, other_than=member) if backup else None
        kept = tx.add(
            Absence(
                staff_id=member.id,
                starts_at=starts_at,
                ends_at=ends_at,
                backup_id=stand_in.id if stand_in else None,
            )
        )
        tx.session.flush()
        tx.record("absence.kept", kept, actor(writer))
    return Away(starts_at, ends_at, stand_in.login if stand_in else None)


def set_back(rt: Runtime, login: str, by: str) -> int:
    """Somebody is here again: every absence of theirs ends now or never begins. How many there were."""
    with rt.store.begin("duty.set-back") as tx:
        member, writer = people.must_work_here(tx, login), people.must_work_here(tx, by)
        found = duties.absences_from(tx, member.id)
        for absence in found:
            absence.starts_at, absence.ends_at = min(absence.starts_at, tx.now), tx.now
            tx.record("absence.ended", absence, actor(writer))
    return len(found)


def set_backup(rt: Runtime, team: str, login: str, by: str) -> None:
    """Who has the work of a colleague of this team who is off and named nobody. Raises NotFound, WordsRefused."""
    with rt.store.begin("duty.set-backup") as tx:
        writer, found = people.must_work_here(tx, by), people.team(tx, team)
        if found is None:
            raise NotFound(f"no team is called {team[:80]}")
        member = _stand_in(tx, login)
        kept = duties.backup_of_team(tx, found.id)
        if kept is None:
            kept = tx.add(TeamBackup(team_id=found.id, staff_id=member.id))
        kept.staff_id = member.id
        tx.session.flush()
        tx.record("team.backup-named", kept, actor(writer))


def _stand_in(tx: Transaction, login: str, other_than: StaffMember | None = None) -> StaffMember:
    member = people.must_work_here(tx, login)
    if member.role not in _WHO_CARES or member is other_than:
        raise WordsRefused(
            said("%(login)s cannot stand in here: name another clinician or coordinator.", login=member.login)
        )
    return member
