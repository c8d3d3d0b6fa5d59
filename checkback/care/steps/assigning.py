"""Who answers for a family: handed on for good, or covered for a while by a colleague, whose time ends by itself.

A cover is an assignment with an end ahead. While it lasts, whoever covers is the first who is told of the family's
distress and has its new tasks; the clinician they cover for stays theirs, and is again when it ends.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from checkback.care.errors import WordsRefused, said
from checkback.care.model import Assignment, Family, Note, StaffMember
from checkback.care.steps.staff_work import LONGEST_REASON, actor, written
from checkback.care.steps.tasks import pass_to
from checkback.care.store import Transaction, console, duties, staffing
from checkback.care.terms import Role, TaskMoveKind

LONGEST_COVER = timedelta(days=60)


def transfer(tx: Transaction, family: Family, to: StaffMember, by: StaffMember, reason: str) -> None:
    """A colleague answers for this family from now on, and has the open tasks of whoever did. A note says why.

    Raises WordsRefused: no reason, somebody who cannot, or who does so already.
    """
    words = _why(reason)
    _must_be_able(tx, to)
    standing = console.assignments_of(tx, family.id)
    lasting = [each for each in standing if each.until is None]
    if [each.staff_id for each in lasting] == [to.id]:
        raise WordsRefused(said("%(name)s answers for them already.", name=to.name))
    for assignment in standing:
        if assignment.until is None or assignment.staff_id == to.id:
            _end(tx, assignment, by)
    tx.session.flush()
    _give(tx, family, to, by, None)
    for task in staffing.open_tasks_in(tx, family.id, [each.staff_id for each in lasting]):
        if task.owner_id != to.id:
            pass_to(tx, task, to, TaskMoveKind.HANDED_OVER, by=by)
    _note(tx, family, by, f"{to.name} answers for them from now on. {words}")


def cover(tx: Transaction, family: Family, by_whom: StaffMember, by: StaffMember, until: datetime, reason: str) -> None:
    """A colleague answers for this family until then. Tasks that are there stay whose they are.

    Raises WordsRefused: no reason, an end that is over or too far, somebody who cannot, or who answers for them anyway.
    """
    words = _why(reason)
    _must_be_able(tx, by_whom)
    if not tx.now < until <= tx.now + LONGEST_COVER:
        raise WordsRefused(said("Name a last day that lies ahead, at most %(most)s days.", most=LONGEST_COVER.days))
    for assignment in console.assignments_of(tx, family.id):
        if assignment.until is not None:
            _end(tx, assignment, by)  # one covers at a time; the last that was agreed counts
        elif assignment.staff_id == by_whom.id:
            raise WordsRefused(said("%(name)s answers for them already.", name=by_whom.name))
    tx.session.flush()
    _give(tx, family, by_whom, by, until)
    _note(tx, family, by, f"{by_whom.name} covers until {until:%Y-%m-%d %H:%M} UTC. {words}")


def end_cover(tx: Transaction, family: Family, by: StaffMember) -> bool:
    """The cover is over now; False when there is none."""
    covers = [each for each in console.assignments_of(tx, family.id) if each.until is not None]
    for each in covers:
        _end(tx, each, by)
    return bool(covers)


def _must_be_able(tx: Transaction, staff: StaffMember) -> None:
    if staff.role is Role.OFFICER:
        raise WordsRefused(said("An officer sees nothing of what families write. Choose somebody else."))
    if not duties.is_here(tx, staff):
        raise WordsRefused(said("%(name)s is off. Choose somebody who is here.", name=staff.name))


def _why(reason: str) -> str:
    return written(reason, longest=LONGEST_REASON, lacking=said("Say in a few words why."))


def _give(tx: Transaction, family: Family, to: StaffMember, by: StaffMember, until: datetime | None) -> None:
    given = tx.add(Assignment(family_id=family.id, staff_id=to.id, since=tx.now, until=until))
    tx.session.flush()
    tx.record("assignment.given" if until is None else "assignment.covered", given, actor(by))


def _end(tx: Transaction, assignment: Assignment, by: StaffMember) -> None:
    assignment.until = tx.now
    tx.record("assignment.ended", assignment, actor(by))


def _note(tx: Transaction, family: Family, by: StaffMember, words: str) -> None:
    note = tx.add(Note(family_id=family.id, author_id=by.id, written_at=tx.now, text=words))
    tx.session.flush()
    tx.record("note.written", note, actor(by))
