"""Numbers that were silent for long, or unknown to the carrier, are looked up and asked for before any content."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from checkback.care.errors import LookupUnavailable
from checkback.care.flows.due import SET_ASIDE, Tally, each
from checkback.care.model import Phone
from checkback.care.runtime import Runtime
from checkback.care.steps import numbers as steps
from checkback.care.store import Transaction, numbers
from checkback.care.terms import PhoneDoubt


def check(rt: Runtime) -> Tally:
    """Hold what goes to numbers that may have changed hands, and find out.

    A number is looked up at most once in thirty days, and only where something is promised within three.
    """
    with rt.store.read() as tx:
        silent = numbers.silent(tx, tx.now - steps.SILENT_AFTER, tx.now + steps.AHEAD)
    held = each(rt, "numbers.doubt", silent, lambda phone_id: _doubt(rt, phone_id), _set_aside)
    with rt.store.read() as tx:
        due = numbers.to_look_up(tx, tx.now - steps.LOOKED_UP_EVERY)
    return held + each(rt, "numbers.look-up", due, lambda phone_id: _look_up(rt, phone_id), _set_aside)


def _doubt(rt: Runtime, phone_id: UUID) -> None:
    with rt.store.begin("numbers.doubt") as tx:
        phone = tx.lock(tx.get(Phone, phone_id))
        if phone.doubt is not None or numbers.last_certain(tx, phone) > tx.now - steps.SILENT_AFTER:
            return
        steps.doubt(tx, phone)
        if phone.looked_up_at is not None and phone.looked_up_at > tx.now - steps.LOOKED_UP_EVERY:
            steps.ask_whose(tx, rt.wording, phone)  # the answer of some days ago holds


def _look_up(rt: Runtime, phone_id: UUID) -> None:
    claimed = _claim(rt, phone_id)
    if claimed is None:
        return
    number, since = claimed
    try:
        answer = rt.lookup.reassigned(number, since)
    except LookupUnavailable:
        with rt.store.begin("numbers.not-looked-up") as tx:
            steps.not_looked_up(tx, tx.lock(tx.get(Phone, phone_id)))
        return
    with rt.store.begin("numbers.looked-up") as tx:
        steps.looked_up(tx, rt.wording, tx.lock(tx.get(Phone, phone_id)), answer)


def _claim(rt: Runtime, phone_id: UUID) -> tuple[str, date] | None:
    """The number and since when; nobody else asks meanwhile, and after a crash it is asked again an hour later."""
    with rt.store.begin("numbers.claim") as tx:
        phone = tx.lock(tx.get(Phone, phone_id))
        if phone.look_up_after is not None and phone.look_up_after > tx.now:
            return None
        if phone.doubt not in (None, PhoneDoubt.TO_LOOK_UP):
            return None
        phone.look_up_after = tx.now + steps.TRY_AGAIN_AFTER
        tx.record("phone.being-looked-up", phone)
        return phone.number, steps.last_certain_day(tx, phone)


def _set_aside(tx: Transaction, phone_id: UUID) -> None:
    numbers.leave_aside(tx, phone_id, tx.now + SET_ASIDE)
