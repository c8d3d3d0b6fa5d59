"""How fast each of our numbers may send: a row for each, shared by every worker through the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from checkback.care.model import SenderBucket
from checkback.care.rules.priorities import CANNOT_WAIT, Priority, may_go
from checkback.care.store.database import HELD, Transaction
from checkback.care.terms import Sender

#: How many places a segment takes while the carrier wants less of us.
SLOWED_DOWN = 4
#: How far ahead of their pace check-ins may begin, so that a few do not wait for each other.
STARTS_AHEAD = timedelta(seconds=5)


def open_for(tx: Transaction) -> Mapping[Sender, frozenset[Priority]]:
    """What each sender has room for at this moment; a look that holds nothing."""
    kept = {bucket.sender: bucket for bucket in tx.session.scalars(select(SenderBucket))}
    return {sender: _room(tx, kept[sender]) if sender in kept else frozenset(Priority) for sender in Sender}


def take(tx: Transaction, sender: Sender, segments: int, rate: float | None, priority: Priority) -> bool:
    """Take the places of one text, in the unit of work that claims it; false when there is no room.

    Args:
        rate: segments a second; None: this sender is not paced, only paused.
    """
    bucket = _held(tx, sender)
    if priority not in _room(tx, bucket):
        return False
    if rate is not None:
        bucket.free_at = max(bucket.free_at, tx.now) + timedelta(seconds=segments / rate) * _weight(
            tx, bucket, priority
        )
    return True


def may_start(tx: Transaction) -> bool:
    """Whether one more check-in may begin now; a look that holds nothing."""
    free_at = tx.session.scalar(select(SenderBucket.starts_free_at).where(SenderBucket.sender == Sender.FAMILY))
    return free_at is None or free_at - tx.now <= STARTS_AHEAD


def take_start(tx: Transaction, per_second: float) -> bool:
    """Take the place of one check-in that begins; false when those before it have not had theirs."""
    bucket = _held(tx, Sender.FAMILY)
    free_at = max(bucket.starts_free_at or tx.now, tx.now)
    if free_at - tx.now > STARTS_AHEAD:
        return False
    bucket.starts_free_at = free_at + timedelta(seconds=1 / per_second)
    return True


def slow(tx: Transaction, sender: Sender, until: datetime) -> None:
    """The carrier wants less of this sender for a while."""
    bucket = _held(tx, sender)
    bucket.slow_until = max(bucket.slow_until or until, until)


def pause(tx: Transaction, sender: Sender, until: datetime, code: int | None) -> None:
    """Nothing of this sender arrives: what can wait stands still until then."""
    bucket = _held(tx, sender)
    bucket.paused_until, bucket.paused_by = until, code


def all_of(tx: Transaction) -> Mapping[Sender, SenderBucket]:
    """Every bucket there is, by its sender."""
    return {bucket.sender: bucket for bucket in tx.session.scalars(select(SenderBucket))}


def _room(tx: Transaction, bucket: SenderBucket) -> frozenset[Priority]:
    paused = bucket.paused_until is not None and bucket.paused_until > tx.now
    return may_go(bucket.free_at - tx.now, paused=paused)


def _weight(tx: Transaction, bucket: SenderBucket, priority: Priority) -> int:
    is_slow = bucket.slow_until is not None and bucket.slow_until > tx.now
    return SLOWED_DOWN if is_slow and priority not in CANNOT_WAIT else 1


def _held(tx: Transaction, sender: Sender) -> SenderBucket:
    """The row, held until the unit of work ends. Taken last of all rows, so that nobody waits in a circle."""
    found = tx.session.get(SenderBucket, sender, with_for_update=HELD, populate_existing=True)
    if found is None:
        tx.add_if_new(SenderBucket(sender=sender, free_at=tx.now))  # or somebody else made it in the same moment
        found = tx.session.get_one(SenderBucket, sender, with_for_update=HELD, populate_existing=True)
    return found
