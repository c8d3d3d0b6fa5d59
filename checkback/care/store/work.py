"""Finding tasks, notes, audit rows, and signs of life."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from checkback.care.model import Counter, Family, Heartbeat, Note, Task
from checkback.care.store.database import HELD, Transaction
from checkback.care.store.sights import Sight, of_family
from checkback.care.terms import TaskState


def count_open_tasks_beyond(tx: Transaction, sight: Sight) -> int:
    """How many tasks nobody has done lie out of this sight."""
    unseen = ~of_family(sight, Task.family_id)
    return tx.session.scalar(select(func.count()).select_from(Task).where(Task.state == TaskState.OPEN, unseen)) or 0


def tasks_of(tx: Transaction, family: Family) -> Sequence[Task]:
    return tx.session.scalars(select(Task).where(Task.family_id == family.id).order_by(Task.opened_at.desc())).all()


def notes_of(tx: Transaction, family: Family) -> Sequence[Note]:
    return tx.session.scalars(select(Note).where(Note.family_id == family.id).order_by(Note.written_at)).all()


def keep_counter(tx: Transaction, name: str, start: int) -> None:
    """Make sure a counter is there; one that has begun goes on where it is."""
    if tx.session.get(Counter, name) is None:
        tx.session.add(Counter(name=name, last=start))


def beat(tx: Transaction, name: str, *, failed: bool = False) -> None:
    """A process or a job is alive; or it was, and failed."""
    found = tx.session.get(Heartbeat, name, with_for_update=HELD)
    if found is None and tx.add_if_new(Heartbeat(name=name, at=tx.now, failures=int(failed))):
        return
    # Two processes of one name may beat for the first time together.
    found = found or tx.session.get_one(Heartbeat, name, with_for_update=HELD)
    found.at = tx.now
    found.failures += int(failed)


def heartbeats(tx: Transaction) -> Sequence[Heartbeat]:
    return tx.session.scalars(select(Heartbeat).order_by(Heartbeat.name)).all()
