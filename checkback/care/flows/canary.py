"""Once an hour a text goes from a second number of ours to the family line, is heard there and answered, and the answer
comes back: the whole way a family's text takes. One that does not come back is told within two minutes.

It belongs to no family, is read by no assistant and counts nowhere as one; its texts stand behind every other.
"""

from __future__ import annotations

import re
from datetime import timedelta
from secrets import token_hex

import structlog

from checkback.care.flows.due import Tally
from checkback.care.flows.paging import page_on_call
from checkback.care.model import Canary
from checkback.care.rules.writers import writer
from checkback.care.runtime import Runtime
from checkback.care.steps.outbox import queue_canary
from checkback.care.store import Transaction, canaries, figures, people, restorations
from checkback.care.terms import Sender

log = structlog.get_logger()

#: With the look every five seconds and the page's own way, whoever is on call knows before two minutes have passed.
MISSING_AFTER = timedelta(seconds=100)
#: One that still stands behind families' texts then is missing all the same.
LONGEST_BEHIND_FAMILIES = timedelta(minutes=15)
_WORKER_IS_THERE = timedelta(seconds=60)
_AN_HOUR = timedelta(hours=1)
_CODE = re.compile(r"\b[0-9A-F]{8}\b")


def fly(rt: Runtime) -> bool:
    """Send this hour's, where this house has a number for it. True when it was sent now.

    None goes while the carrier is known to take nothing from either number, or while a restored database waits for the
    carrier: that is told already, and a text would say nothing new.
    """
    if Sender.CANARY not in rt.senders:
        return False
    with rt.store.read() as tx:
        if _went_this_hour(tx) or _says_nothing_new(tx):
            return False
    with rt.store.begin("canary.fly") as tx:
        canary = Canary(_hour(tx), token_hex(4).upper(), tx.now)
        if not tx.add_if_new(canary):  # another scheduler was quicker
            return False
        words = rt.wording.staff("canary.out", code=canary.code)
        queue_canary(
            tx, Sender.CANARY, people.phone_or_new(tx, rt.senders[Sender.FAMILY]), words, f"{_key(canary)}:out"
        )
        tx.record("canary.sent", canary)
    return True


def is_one(rt: Runtime, from_number: str, to_number: str) -> bool:
    """Whether a text goes between the family line and the second number; nobody holds a phone with either."""
    ends = {rt.senders.get(Sender.FAMILY), rt.senders.get(Sender.CANARY)}
    return {writer(from_number).number, writer(to_number).number} == ends


def hear(rt: Runtime, from_number: str, body: str) -> bool:
    """One came in: answer it at the family line, or know that its answer is back. False when we sent no such text.

    The same text again changes nothing, so that two numbers of ours never talk to each other for ever.
    """
    code = _CODE.search(body)
    came_back = writer(from_number).number == rt.senders[Sender.FAMILY]
    with rt.store.begin("canary.hear") as tx:
        canary = canaries.by_code(tx, code.group()) if code else None
        if canary is None:
            return False
        if came_back:
            _came_back(tx, canary)
        else:
            _answer(tx, rt, canary)
    return True


def watch(rt: Runtime) -> Tally:
    """Tell the one on call of one that is missing, once; by text, and by call where this house can call."""
    if not is_missing(rt):
        return Tally()
    with rt.store.begin("canary.watch") as tx:
        lost = missing(tx)
        if lost is None or lost.told_at is not None:
            return Tally()
        canary = tx.lock(lost)
        canary.told_at = tx.now
        page_on_call(tx, rt, "alarm.canary", "call.canary", _key(canary))
        tx.record("canary.missing", canary)
        log.error("canary.missing", heard=canary.heard_at is not None)
    return Tally(failed=1)


def is_missing(rt: Runtime) -> bool:
    """Whether the last one has not come back in its time."""
    with rt.store.read() as tx:
        return missing(tx) is not None


def _hour(tx: Transaction) -> int:
    return int(tx.now.timestamp() // _AN_HOUR.total_seconds())


def _went_this_hour(tx: Transaction) -> bool:
    before = canaries.last(tx)
    return before is not None and before.hour >= _hour(tx)


def _says_nothing_new(tx: Transaction) -> bool:
    return restorations.unreconciled(tx) is not None or bool({Sender.FAMILY, Sender.CANARY} & set(figures.pauses(tx)))


def missing(tx: Transaction) -> Canary | None:
    """The last one, if it has not come back in its time."""
    canary = canaries.last(tx)
    if canary is None or canary.returned_at is not None or tx.now - canary.sent_at < MISSING_AFTER:
        return None
    waits_its_turn = tx.now - canary.sent_at < LONGEST_BEHIND_FAMILIES and canaries.stands_behind_families(
        tx, canary, tx.now - _WORKER_IS_THERE
    )
    return None if waits_its_turn else canary


def _answer(tx: Transaction, rt: Runtime, canary: Canary) -> None:
    if canary.heard_at is not None:
        return
    canary.heard_at = tx.now
    words = rt.wording.staff("canary.back", code=canary.code)
    queue_canary(tx, Sender.FAMILY, people.phone_or_new(tx, rt.senders[Sender.CANARY]), words, f"{_key(canary)}:back")
    tx.record("canary.heard", canary)


def _came_back(tx: Transaction, canary: Canary) -> None:
    if canary.returned_at is None:
        canary.returned_at = tx.now
        tx.record("canary.returned", canary)


def _key(canary: Canary) -> str:
    return f"canary:{canary.id}"
