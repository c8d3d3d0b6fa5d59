"""Opting out is final, immediate and visible: everything queued is taken back, and the worker is told."""

from __future__ import annotations

from uuid import UUID

from checkback.care.model import Contact, Family, OptOut, Phone
from checkback.care.rules.events import Event
from checkback.care.steps import events
from checkback.care.steps.outbox import cancel
from checkback.care.steps.tasks import open_staff_task, open_task, task_key
from checkback.care.steps.telling import Pager, tell_at_once, tell_news
from checkback.care.store import Transaction, escalations, messages, people
from checkback.care.terms import OptOutSource, OutboundKind, Sender, TaskKind


def opt_out(tx: Transaction, phone: Phone, sender: Sender, source: OptOutSource, pager: Pager | None = None) -> OptOut:
    """This phone wants no more texts from this sender. Safe to say twice.

    Args:
        pager: tells whoever cares for them at once that they must be called, where they are in distress.
    """
    standing = people.opt_out_of(tx, phone.id, sender)
    if standing is not None:
        if source in (OptOutSource.KEYWORD, OptOutSource.CARRIER) and standing.source is OptOutSource.WORDS:
            standing.source = source  # from now on the carrier blocks it too
            tx.record("opt-out.by-carrier-too", standing)
        return standing
    made = tx.add(OptOut(phone_id=phone.id, sender=sender, source=source, began_at=tx.now))
    tx.session.flush()
    tx.record("opt-out.began", made)
    if sender is Sender.FAMILY:
        _say_no_more(tx, phone, made, pager)
    else:
        pager_is_blocked(tx, phone, cause=made.id)
    return made


def pager_is_blocked(tx: Transaction, phone: Phone, cause: UUID) -> None:
    """No alert arrives on this phone any more: the team has a task, and whoever comes next is told at once."""
    open_staff_task(tx, TaskKind.PAGER_BLOCKED, phone, dedupe_key=task_key(TaskKind.PAGER_BLOCKED, cause))
    for escalation in escalations.waiting_for(tx, phone.id):
        tell_at_once(tx, escalation)  # whoever was told on this phone has just stopped listening


def texts_are_blocked(tx: Transaction, phone: Phone, pager: Pager | None) -> None:
    """Who is in distress on this phone gets no text of ours any more: whoever cares for them must call."""
    for escalation in escalations.heard_from(tx, phone.id):
        if escalation.texts_blocked:
            continue
        escalation.texts_blocked = True
        tx.record("escalation.texts-blocked", escalation)
        if pager is not None:
            tell_news(tx, pager, escalation, "alert.blocked")


def _say_no_more(tx: Transaction, phone: Phone, made: OptOut, pager: Pager | None) -> None:
    contacts = people.contacts_of(tx, phone)
    people.hold_families(tx, contacts)  # before their escalations, as everybody holds them
    for message in messages.queued_for(tx, phone.id, Sender.FAMILY):
        cancel(tx, message, "opted-out")
        if message.kind is OutboundKind.PERSONAL:
            open_task(tx, TaskKind.UNDELIVERED, dedupe_key=task_key(TaskKind.UNDELIVERED, message.id))
    for contact in contacts:
        _stop_promises(tx, contact, made)
    texts_are_blocked(tx, phone, pager)


def opt_in(tx: Transaction, phone: Phone, sender: Sender) -> bool:
    """This phone wants texts from this sender again. What was cancelled stays so: a person plans anew."""
    standing = people.opt_out_of(tx, phone.id, sender)
    if standing is None:
        return False
    standing.ended_at = tx.now
    tx.record("opt-out.ended", standing)
    if sender is Sender.FAMILY:
        for contact in people.contacts_of(tx, phone):
            family = tx.get(Family, contact.family_id)
            open_task(
                tx, TaskKind.OPTED_IN, dedupe_key=f"{TaskKind.OPTED_IN}:{standing.id}:{contact.id}", family=family
            )
    return True


def _stop_promises(tx: Transaction, contact: Contact, made: OptOut) -> None:
    events.happened(tx, Event.OPTED_OUT, contact)
    open_task(
        tx,
        TaskKind.OPTED_OUT,
        dedupe_key=f"{TaskKind.OPTED_OUT}:{made.id}:{contact.id}",
        family=tx.get(Family, contact.family_id),
    )
