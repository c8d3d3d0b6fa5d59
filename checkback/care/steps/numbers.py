"""Numbers change hands: in doubt a number gets one neutral question and nothing else, until somebody says whose it is.

About 35 million numbers a year are given back in the United States, and a number may have a new holder 45 days later
(FCC, Reassigned Numbers Database; 47 CFR 52.15(f)(1)(ii)).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from checkback.care.model import Contact, Family, OutboundMessage, Phone
from checkback.care.ports import Reassigned
from checkback.care.steps.aftermath import take_back
from checkback.care.steps.check_ins import hand_over
from checkback.care.steps.outbox import cancel
from checkback.care.steps.phone_safety import set_mode
from checkback.care.steps.questions import ask
from checkback.care.steps.tasks import open_task
from checkback.care.steps.telling import Pager
from checkback.care.store import Transaction, check_ins, messages, numbers, people
from checkback.care.terms import OutboundKind, OutboundState, PhoneDoubt, SafetyMode, Sender, TaskKind
from checkback.care.wording import Wording

QUESTION, OF_A_NEW_NUMBER = "number.confirm", "number.new"
#: What may be asked on a number in doubt, and nothing else of ours.
QUESTIONS = frozenset({QUESTION, OF_A_NEW_NUMBER})
SILENT_AFTER = timedelta(days=45)
#: Carriers sell the answer one by one; what it says does not change from day to day.
LOOKED_UP_EVERY = timedelta(days=30)
#: What is promised within so long is worth finding out about.
AHEAD = timedelta(days=3)
TRY_AGAIN_AFTER = timedelta(hours=1)
#: For so long a doubt may keep a promise waiting; then whoever promised finds out in another way. A text that was due
#: three days after the question can still go four days late.
ANSWERED_WITHIN = timedelta(days=7)
#: Never while in doubt: what is ours to say first, and what a person of ours writes.
_CONTENT = frozenset({OutboundKind.CHECK_IN, OutboundKind.WELCOME, OutboundKind.PERSONAL})


def doubt(tx: Transaction, phone: Phone) -> None:
    """Nobody was heard from on this number for so long that somebody else may have it."""
    phone.doubt, phone.doubt_since = PhoneDoubt.TO_LOOK_UP, tx.now
    tx.record("phone.in-doubt", phone)


def forbids(phone: Phone, message: OutboundMessage) -> bool:
    """Whether this text may not go because somebody else may have the number."""
    return phone.doubt is not None and message.kind in _CONTENT and message.wording not in QUESTIONS


def nobody_answers(phone: Phone, now: datetime) -> bool:
    """Whether a number has been in doubt for so long that no promise waits for the answer any more."""
    return phone.doubt is not None and phone.doubt_since is not None and now >= phone.doubt_since + ANSWERED_WITHIN


def looked_up(tx: Transaction, wording: Wording, phone: Phone, answer: Reassigned) -> None:
    """Keep what the carriers say of a number in doubt."""
    phone.looked_up_at, phone.look_up_after = tx.now, None
    tx.record(f"phone.reassigned-{answer}", phone)
    if answer is Reassigned.YES:
        changed_hands(tx, phone, "looked-up")
    elif phone.doubt is PhoneDoubt.TO_LOOK_UP:
        ask_whose(tx, wording, phone)


def ask_whose(tx: Transaction, wording: Wording, phone: Phone) -> None:
    """Ask whoever holds it whether they know us: once, and nothing of whom we mean."""
    contacts = people.contacts_of(tx, phone)
    conversation = messages.latest_conversation(tx, phone, contacts)
    phone.doubt = PhoneDoubt.TO_CONFIRM
    tx.record("phone.asked-whose", phone)
    if conversation is None or conversation.contact_id is None:
        return
    contact = tx.get(Contact, conversation.contact_id)
    if not people.safety_of(tx, contact).may_text:
        return
    ask(tx, wording, contact, conversation, QUESTION, f"whose:{phone.id}:{phone.doubt_since or tx.now:%Y-%m-%d}")


def move_to(tx: Transaction, pager: Pager, contact: Contact, phone: Phone) -> None:
    """They have another number: nothing more goes to the old one, and the new one is asked whether it knows us before
    anything of theirs goes there. What was said of the old phone's safety does not hold for the new one.
    """
    for use in numbers.uses_by(tx, contact):
        if use.phone_id == phone.id:
            continue
        use.until = tx.now
        for message in messages.queued_for(tx, use.phone_id, Sender.FAMILY):
            if message.contact_id == contact.id and message.state is OutboundState.QUEUED:
                take_back(tx, pager, message, "number-changed")
    numbers.take_up(tx, contact, phone)
    if people.safety_of(tx, contact).mode is SafetyMode.SAFE:
        set_mode(tx, contact, SafetyMode.NEUTRAL)
    phone.doubt, phone.doubt_since = PhoneDoubt.TO_CONFIRM, tx.now
    tx.record("contact.number-changed", contact)
    conversation = messages.conversation_with(tx, phone, contact)
    tx.session.flush()
    if people.safety_of(tx, contact).may_text:
        ask(tx, pager.wording, contact, conversation, OF_A_NEW_NUMBER, f"new-number:{phone.id}:{tx.now:%Y-%m-%dT%H:%M}")


def not_looked_up(tx: Transaction, phone: Phone) -> None:
    """Nobody says: hold everything, ask again later, and tell whoever promised."""
    phone.look_up_after = tx.now + TRY_AGAIN_AFTER
    tx.record("phone.not-looked-up", phone)
    for contact in people.contacts_of(tx, phone):
        _task(tx, TaskKind.NUMBER_UNCHECKED, phone, contact, None)


def confirmed(tx: Transaction, phone: Phone) -> None:
    """It is still theirs."""
    phone.doubt = phone.doubt_since = None
    phone.sure_at = tx.now
    tx.record("phone.confirmed", phone)


def changed_hands(tx: Transaction, phone: Phone, how: str) -> None:
    """Somebody else has it: nothing of a family goes there any more, whoever writes from it is a stranger, and a person
    finds the right number.
    """
    phone.doubt, phone.doubt_since = PhoneDoubt.CHANGED_HANDS, phone.doubt_since or tx.now
    tx.record("phone.changed-hands", phone)
    for message in messages.queued_for(tx, phone.id, Sender.FAMILY):
        if message.kind in _CONTENT and message.state is OutboundState.QUEUED:
            cancel(tx, message, "number-changed-hands")
    for use in numbers.uses_of(tx, phone):
        contact = tx.get(Contact, use.contact_id)
        use.until = tx.now
        task = _task(tx, TaskKind.NUMBER_CHANGED_HANDS, phone, contact, how)
        for check_in in check_ins.open_of(tx, contact)[:1]:
            hand_over(tx, check_in, TaskKind.CANNOT_TEXT, "number-changed-hands")
        tx.record("contact.phone-ended" if task else "contact.phone-ended-again", contact)


def wrote(tx: Transaction, phone: Phone) -> None:
    """A text came from a number that was silent and not asked yet: whoever writes of their own accord knows us."""
    if phone.doubt is PhoneDoubt.TO_LOOK_UP:
        phone.doubt = phone.doubt_since = None
        tx.record("phone.heard-from", phone)


def given_anew(tx: Transaction, phone: Phone, contact: Contact) -> bool:
    """Whether a number in doubt is certain again, since somebody gave it just now and nobody else uses it."""
    others = [use for use in numbers.uses_of(tx, phone) if use.contact_id != contact.id]
    if others:
        return False
    confirmed(tx, phone)
    return True


def last_certain_day(tx: Transaction, phone: Phone) -> date:
    """The day it was last certain whose number this is."""
    return numbers.last_certain(tx, phone).date()


def _task(tx: Transaction, kind: TaskKind, phone: Phone, contact: Contact, detail: str | None) -> bool:
    family = tx.get(Family, contact.family_id)
    key = f"{kind}:{phone.id.hex[:16]}:{contact.id}:{phone.doubt_since or tx.now:%Y-%m-%d}"
    return open_task(tx, kind, dedupe_key=key, family=family, detail=detail) is not None
