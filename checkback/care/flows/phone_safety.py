"""What staff agree on with a person about their phone: who may read it, and the words that only they know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from checkback.care.errors import InvalidPhone, Said, WordsRefused, said
from checkback.care.flows.consents import person_named, writer_of
from checkback.care.flows.due import Tally, each
from checkback.care.flows.paging import pager_of
from checkback.care.model import Contact, Conversation, Family, Phone
from checkback.care.model.sealing import folded_words
from checkback.care.rules.caps import WEEK
from checkback.care.rules.phones import e164
from checkback.care.runtime import Runtime
from checkback.care.steps import consent, events, numbers
from checkback.care.steps import phone_safety as steps
from checkback.care.steps.staff_work import actor
from checkback.care.steps.timing import leaves_room
from checkback.care.steps.words import mode_of
from checkback.care.store import Transaction, check_ins, messages, people
from checkback.care.terms import SafetyMode, Sender

#: Asked well before a check-in and not long before: it is of use for what we write next. Never at a promise's cost: it
#: counts as a text of its day and week.
SOONEST, AHEAD = timedelta(hours=6), timedelta(days=3)
#: Never into a talk, nor right behind a consent, whose 1 or 2 would be taken for an answer to this.
QUIET_FOR = timedelta(hours=20)


@dataclass(frozen=True)
class Safety:
    """What is known of one person's phone. The words themselves are never shown, only whether there are any.

    `mode` is what was said last, `counts_as` what is gone by now: a word of safety wears off, a shared phone has none.
    """

    person: str
    mode: SafetyMode
    counts_as: SafetyMode
    said_safe_at: datetime | None
    asked_at: datetime | None
    has_safe_word: bool
    has_duress_word: bool
    may_text: bool


def show(rt: Runtime, person: str, by: str) -> Safety:
    """What is known, and the audit row that says who looked. Raises NotFound, WordsRefused."""
    with rt.store.begin("phone-safety.show") as tx:
        writer, contact = writer_of(tx, by), person_named(tx, person)
        safety = people.safety_of(tx, contact)
        tx.record("safety.read", safety, actor(writer))
        return Safety(
            person=contact.reference,
            mode=safety.mode,
            counts_as=mode_of(tx, contact),
            said_safe_at=safety.said_safe_at,
            asked_at=safety.asked_at,
            has_safe_word=bool(safety.safe_word),
            has_duress_word=bool(safety.duress_word),
            may_text=safety.may_text,
        )


def set_mode(rt: Runtime, person: str, by: str, mode: SafetyMode) -> bool:
    """They told a member of staff who reads their phone; whether that is news.

    *Unsafe* hands what was promised to a person, as when they say so by text. *Safe* counts from now on, and wears off.

    Raises:
        NotFound, WordsRefused: no such person or login, or an officer's.
    """
    with rt.store.begin("phone-safety.set-mode") as tx:
        writer, contact = writer_of(tx, by), person_named(tx, person)
        is_news = steps.set_mode(tx, contact, mode, actor(writer))
        if mode is SafetyMode.UNSAFE:
            steps.somebody_reads_along(tx, contact)
        tx.record("safety.said-to-staff", people.safety_of(tx, contact), actor(writer))
    return is_news


def set_words(
    rt: Runtime, person: str, by: str, *, safe_word: str | None = None, duress_word: str | None = None
) -> None:
    """Keep the words agreed on, sealed; an empty one takes it away, None leaves it.

    Raises:
        NotFound: no such person or login.
        WordsRefused: one of them cannot be such a word, and why; nothing was kept.
    """
    with rt.store.begin("phone-safety.set-words") as tx:
        writer, contact = writer_of(tx, by), person_named(tx, person)
        steps.set_words(tx, rt.wording, contact, safe_word=safe_word, duress_word=duress_word, actor=actor(writer))


def change_number(rt: Runtime, person: str, by: str, number: str) -> None:
    """They have another number. The old one is silent from now on; the new one is asked first whether it knows us.

    Raises:
        NotFound: no such person or login.
        WordsRefused: this is no number, or one that cannot be theirs alone, and what to do.
    """
    with rt.store.begin("phone-safety.change-number") as tx:
        writer, contact = writer_of(tx, by), person_named(tx, person)
        phone = tx.lock(people.phone_or_new(tx, _theirs(rt, number)))
        tx.session.flush()
        against = _against_number(tx, rt, contact, phone)
        if against is not None:
            raise WordsRefused(against)
        numbers.move_to(tx, pager_of(rt), contact, phone)
        tx.record("contact.number-changed-by-staff", contact, actor(writer))


def _theirs(rt: Runtime, number: str) -> str:
    try:
        found = e164(number)
    except InvalidPhone as error:
        raise WordsRefused(said("number: give ten digits, as in (314) 555-0101")) from error
    if found in (*rt.senders.values(), rt.on_call_number):
        raise WordsRefused(said("number: this is one of ours; give theirs"))
    return found


def _against_number(tx: Transaction, rt: Runtime, contact: Contact, phone: Phone) -> Said | None:
    users = people.contacts_of(tx, phone)
    if contact in users:
        return said("number: they have this number already")
    if users:
        return said("number: somebody else here uses this phone; agree with them in person how to reach each other")
    if people.staff_of(tx, phone) is not None:
        return said("number: this is a colleague's; give theirs")
    if people.opt_out_of(tx, phone.id, Sender.FAMILY) is not None:
        return said("number: this phone wants no texts of ours; reach them in another way")
    return None


def ask_who_reads(rt: Runtime) -> Tally:
    """Ask those who are promised a check-in soon who reads their phone, as often as a word of safety wears off."""
    tally, looked_at = Tally(), None
    while found := _to_ask(rt, looked_at):
        tally += each(rt, "phone-safety.ask", found, partial(_ask, rt), _leave_unasked)
        looked_at = found[-1]
    return tally


def _to_ask(rt: Runtime, after: UUID | None) -> Sequence[UUID]:
    with rt.store.read() as tx:
        before = tx.now - timedelta(days=people.the_programme(tx).safe_days)
        promised = tx.now + SOONEST, tx.now + AHEAD
        return people.to_ask_who_reads(tx, before, promised, tx.now - QUIET_FOR, after=after)


def _leave_unasked(tx: Transaction, contact_id: UUID) -> None:
    people.leave_unasked(tx, contact_id)


def _ask(rt: Runtime, contact_id: UUID) -> None:
    with rt.store.begin("phone-safety.ask") as tx:
        contact = tx.get(Contact, contact_id)
        phone = people.phone_of(tx, contact)
        if phone is None:
            return
        conversation = messages.conversation_with(tx, phone, contact)
        tx.lock(conversation)
        if _may_be_asked(tx, contact, phone, conversation):
            steps.ask_who_reads(tx, rt.wording, contact, conversation)


def _may_be_asked(tx: Transaction, contact: Contact, phone: Phone, conversation: Conversation) -> bool:
    if phone.trouble or phone.doubt or people.opt_out_of(tx, phone.id, Sender.FAMILY):
        return False
    if conversation.asked is not None or conversation.with_person_since is not None:
        return False
    if messages.has_written(tx, phone, tx.now - QUIET_FOR):
        return False
    if tx.get(Family, contact.family_id).closed_at is not None or not consent.permits(tx, contact):
        return False
    others = people.users_of_the_same_phones(tx, contact)
    is_shared = any(folded_words(other.name) != folded_words(contact.name) for other, _ in others)
    if is_shared or events.obstacles(tx, contact, phone.id, None):
        return False
    coming = [each for each in check_ins.open_of(tx, contact) if each.due_at <= tx.now + AHEAD + WEEK]
    return leaves_room(tx, contact, phone.id, sorted(coming, key=lambda each: each.due_at))
