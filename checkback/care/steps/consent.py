"""Whether a person wants to be texted: asking them, keeping what they said, and what ends with it.

Consent is a person's, not a phone's: what one said on a shared phone gives nobody else's. A no counts for all of them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

from checkback.care.errors import Said, WordsRefused, said
from checkback.care.model import Consent, Contact, Conversation, Family, Phone, StaffMember
from checkback.care.model.sealing import folded_words
from checkback.care.rules.events import Event
from checkback.care.steps import events
from checkback.care.steps.questions import say_beside
from checkback.care.steps.tasks import open_task, task_key
from checkback.care.store import Transaction, check_ins, consents, messages, people
from checkback.care.terms import (
    ConsentScope,
    ConsentSource,
    ConsentState,
    TaskKind,
)
from checkback.care.wording import Wording

#: Thirteen months: the last text of the standard plan comes a year after the incident, and may come a month late.
CONSENT_LASTS = timedelta(days=396)
#: A question that waits for its answer so long is asked anew when there is a reason to: they may not remember it.
QUESTION_STANDS = timedelta(days=14)
#: The same digit again within so long is the same answer, pressed twice.
SAME_ANSWER_WITHIN = timedelta(hours=1)
QUESTION, AGAIN = "consent.ask", "consent.again"
YES, NO = "1", "2"
IN_PERSON = "in-person"
"""What stands for the wording's version where none of our wordings was used."""


class Asking(Enum):
    """What became of asking somebody whether they want texts."""

    DONE = "asked, or answered before by themselves"
    NOT_WANTED = "this phone has said no"
    OF_A_PERSON = "somebody else was asked on this phone: nobody can tell by text who of them answers"
    OF_A_GUARDIAN = "a minor: a guardian comes first"


def ask(
    tx: Transaction, wording: Wording, contact: Contact, phone: Phone, *, not_before: datetime | None = None
) -> Asking:
    """Ask by text, unless it would be of no use, or twice, or of the wrong person."""
    # Held in one order: an answer that comes just now is waited for, and seen.
    others = [tx.lock(each) for each in consents.latest_of_others_on(tx, phone, contact)]
    said_no = next((each for each in others if each.state is ConsentState.DECLINED), None)
    if said_no is not None:
        _keep_of_phone(tx, contact, said_no)
        return Asking.NOT_WANTED
    standing = [each for each in others if _stands(tx, each, phone)]
    theirs = [each for each in standing if _is_same_person(contact, tx.get(Contact, each.contact_id))]
    if contact.is_minor and not any(each.guardian_id for each in theirs):
        _want_guardian(tx, contact)
        return Asking.OF_A_GUARDIAN
    if theirs:
        _keep_of_phone(tx, contact, theirs[0])
        return Asking.DONE
    if standing:
        return Asking.OF_A_PERSON
    _ask_by_text(tx, wording, contact, phone, not_before=not_before)
    return Asking.DONE


def permits(tx: Transaction, contact: Contact) -> bool:
    """Whether this person has agreed to be texted, and it has not ended; of a minor, whether a guardian has too."""
    consent = people.consent_of(tx, contact)
    if consent is None or not consent.permits(tx.now):
        return False
    return not contact.is_minor or _guardian_stands(tx, consent)


def may_be_texted(tx: Transaction, contact: Contact) -> bool:
    """Whether somebody may be asked at all: a minor only by the word of a guardian."""
    consent = people.consent_of(tx, contact)
    return not contact.is_minor or (consent is not None and _guardian_stands(tx, consent))


def answer_consent(tx: Transaction, contact: Contact, conversation: Conversation, answer: str) -> None:
    """Keep the answer, `1` or `2`, in every incident for which this person was asked. A no ends every promise to them,
    and whoever gave it is told.
    """
    consent = people.consent_of(tx, contact)
    if consent is None:
        return
    tx.lock(consent)  # whoever enrols this phone once more just now waits, and sees the answer
    for each in (consent, *people.asked_with(tx, consent, conversation.phone_id)):
        if answer == YES and each.state is ConsentState.GIVEN and each.asked_again_at is not None:
            _go_on(tx, each)
        else:
            _answer(tx, each, conversation, given=answer == YES)


def takes_back_consent(tx: Transaction, contact: Contact, conversation: Conversation, body: str) -> bool:
    """Whether this is a `2` to our first text after a `1`: nothing else was asked since, so it means no.

    Once a check-in has asked how they are, a `2` may be what they feel on a scale: it ends nothing.
    """
    if conversation.asked is not None or _digit(body) != NO:
        return False
    consent = people.consent_of(tx, contact)
    if consent is None or consent.state is not ConsentState.GIVEN or consent.answered_at is None:
        return False
    since = consent.answered_at
    was_asked = any(each.asked_at and each.asked_at >= since for each in check_ins.all_of(tx, [contact.id]))
    return since > tx.now - QUESTION_STANDS and not was_asked


def agrees_after_all(tx: Transaction, contact: Contact, conversation: Conversation, body: str) -> bool:
    """Whether this is a `1` after a `2`, while they may remember what was asked: it means yes after all."""
    consent = people.consent_of(tx, contact)
    if consent is None or consent.state is not ConsentState.DECLINED or consent.answered_at is None:
        return False
    is_recent = consent.answered_at > tx.now - QUESTION_STANDS
    return is_recent and conversation.asked is None and _digit(body) == YES


def repeats_answer(tx: Transaction, contact: Contact, conversation: Conversation, body: str) -> bool:
    """Whether this is the digit they have just answered with, pressed again."""
    consent = people.consent_of(tx, contact)
    if consent is None or consent.answered_at is None or conversation.asked is not None:
        return False
    same = {ConsentState.GIVEN: YES, ConsentState.DECLINED: NO}.get(consent.state)
    return _digit(body) == same and consent.answered_at > tx.now - SAME_ANSWER_WITHIN


def plan_anew(tx: Transaction, contact: Contact, conversation: Conversation) -> None:
    """They agreed after all: what was cancelled stays so, and a person plans anew."""
    consent = people.consent_of(tx, contact)
    if consent is not None:
        key = f"{TaskKind.OPTED_IN}:{consent.id}:{tx.now:%Y-%m-%d}"
        family = tx.get(Family, contact.family_id)
        open_task(tx, TaskKind.OPTED_IN, dedupe_key=key, family=family, conversation=conversation)


def keep_in_person(
    tx: Transaction,
    wording: Wording,
    contact: Contact,
    staff: StaffMember,
    source: ConsentSource,
    *,
    scope: ConsentScope = ConsentScope.THIS_PROGRAMME,
    until: datetime | None = None,
) -> Consent:
    """A member of staff heard or read it; a text confirms it. Raises WordsRefused: of a minor a guardian says it."""
    if contact.is_minor:
        raise WordsRefused(
            said("This is a minor: a guardian agrees first (`--guardian`), and then we ask them by text.")
        )
    consent = tx.add(
        Consent(
            contact_id=contact.id,
            state=ConsentState.GIVEN,
            source=source,
            wording_version=IN_PERSON,
            asked_at=tx.now,
            answered_at=tx.now,
            scope=scope,
            ends_at=_end(tx.now, until),
            recorded_by=staff.id,
        )
    )
    tx.session.flush()
    tx.record("consent.given", consent, f"staff:{staff.id}")
    phone = people.phone_of(tx, contact)
    if phone is not None:
        conversation = messages.conversation_with(tx, phone, contact)
        tx.session.flush()
        _queue(tx, wording, contact, conversation, "consent.thanks", f"consent:{consent.id}")
    return consent


def keep_of_guardian(
    tx: Transaction,
    wording: Wording,
    minor: Contact,
    guardian: Contact,
    staff: StaffMember,
    *,
    until: datetime | None = None,
) -> Consent:
    """A guardian agreed for a minor, who is now asked themselves. Raises WordsRefused."""
    why_not = _against_guardian(tx, minor, guardian)
    if why_not is not None:
        raise WordsRefused(why_not)
    phone = people.phone_of(tx, minor)
    if phone is None:
        raise WordsRefused(said("They have no phone of their own."))
    consent = _ask_by_text(tx, wording, minor, phone)
    consent.guardian_id, consent.recorded_by, consent.ends_at = guardian.id, staff.id, _end(tx.now, until)
    tx.record("consent.guardian-agreed", consent, f"staff:{staff.id}")
    return consent


def end_consent(tx: Transaction, contact: Contact, reason: str) -> bool:
    """It holds no longer: every promise to them ends, and whoever gave it has a task. False when none held."""
    consent = people.consent_of(tx, contact)
    if consent is None or tx.lock(consent).state not in (ConsentState.GIVEN, ConsentState.ASKED):
        return False
    consent.state = ConsentState.ENDED
    consent.ends_at = min(consent.ends_at or tx.now, tx.now)
    tx.record("consent.ended", consent)
    events.happened(tx, Event.CONSENT_ENDED, contact, reason=reason)
    kind = TaskKind.GUARDIAN_WANTED if contact.is_minor else TaskKind.CONSENT_ENDED
    family = tx.get(Family, contact.family_id)
    open_task(tx, kind, dedupe_key=task_key(kind, consent.id), family=family, detail=reason)
    return True


def ask_again(
    tx: Transaction, wording: Wording, consent: Consent, contact: Contact, conversation: Conversation
) -> None:
    """It ends soon: ask whether it goes on."""
    conversation.asked = QUESTION
    consent.asked_again_at, consent.asked_again_version = tx.now, wording.version
    tx.record("consent.asked-again", consent)
    _queue(tx, wording, contact, conversation, AGAIN, f"consent-again:{consent.id}")


def _answer(tx: Transaction, consent: Consent, conversation: Conversation, *, given: bool) -> None:
    consent.state = ConsentState.GIVEN if given else ConsentState.DECLINED
    consent.answered_at = tx.now
    consent.ends_at = _end(tx.now, consent.ends_at if consent.guardian_id else None) if given else None
    tx.record(f"consent.{consent.state}", consent)
    if not given:
        contact = tx.get(Contact, consent.contact_id)
        events.happened(tx, Event.CONSENT_ENDED, contact, reason="consent-declined")
        open_task(
            tx,
            TaskKind.DECLINED,
            dedupe_key=task_key(TaskKind.DECLINED, consent.id),
            family=tx.get(Family, contact.family_id),
            conversation=conversation,
        )


def _go_on(tx: Transaction, consent: Consent) -> None:
    """They agreed once more: a row of its own, so that the record shows both."""
    kept = tx.add(
        Consent(
            contact_id=consent.contact_id,
            state=ConsentState.GIVEN,
            source=ConsentSource.BY_TEXT,
            wording_version=consent.asked_again_version or consent.wording_version,
            asked_at=consent.asked_again_at or tx.now,
            answered_at=tx.now,
            scope=consent.scope,
            ends_at=tx.now + CONSENT_LASTS,
            guardian_id=consent.guardian_id,
        )
    )
    tx.session.flush()
    tx.record("consent.given", kept)


def _keep_of_phone(tx: Transaction, contact: Contact, standing: Consent) -> None:
    """Keep in this incident what was asked or said in another."""
    kept = tx.add(
        Consent(
            contact_id=contact.id,
            state=standing.state,
            source=ConsentSource.OF_THIS_PHONE,
            wording_version=standing.wording_version,
            asked_at=standing.asked_at,
            answered_at=standing.answered_at,
            scope=standing.scope,
            ends_at=standing.ends_at,
            guardian_id=standing.guardian_id,
        )
    )
    tx.session.flush()
    tx.record("consent.kept", kept)


def _stands(tx: Transaction, consent: Consent, phone: Phone) -> bool:
    if consent.state is ConsentState.ASKED:
        is_recent = consent.asked_at > tx.now - QUESTION_STANDS
        return is_recent and messages.is_out(tx, phone.id, QUESTION, consent.asked_at)
    return consent.permits(tx.now)


def _is_same_person(one: Contact, other: Contact) -> bool:
    """The same words in the name, in any order and spelling of accents."""
    return folded_words(one.name) == folded_words(other.name)


def _want_guardian(tx: Transaction, contact: Contact) -> None:
    family = tx.get(Family, contact.family_id)
    key = task_key(TaskKind.GUARDIAN_WANTED, contact.id)
    open_task(tx, TaskKind.GUARDIAN_WANTED, dedupe_key=key, family=family)


def _guardian_stands(tx: Transaction, consent: Consent) -> bool:
    return consent.guardian_id is not None and not tx.get(Contact, consent.guardian_id).may_be_danger


def _against_guardian(tx: Transaction, minor: Contact, guardian: Contact) -> Said | None:
    if not minor.is_minor:
        return said("This is no minor: ask them themselves.")
    if guardian.family_id != minor.family_id or guardian.is_minor:
        return said("A guardian is a grown person of the same family.")
    if guardian.may_be_danger:
        return said("This person may be the danger: their word gives nobody else's consent. Ask another guardian.")
    shared = people.phone_of(tx, guardian), people.phone_of(tx, minor)
    if shared[0] is not None and shared[0] is shared[1]:
        return said("They share one phone, and both would read it: ask the guardian to pass our word on instead.")
    return None


def _ask_by_text(
    tx: Transaction, wording: Wording, contact: Contact, phone: Phone, *, not_before: datetime | None = None
) -> Consent:
    conversation = messages.conversation_with(tx, phone, contact)
    tx.session.flush()
    conversation.asked = QUESTION
    consent = tx.add(
        Consent(
            contact_id=contact.id,
            state=ConsentState.ASKED,
            source=ConsentSource.BY_TEXT,
            wording_version=wording.version,
            asked_at=tx.now,
        )
    )
    tx.session.flush()
    tx.record("consent.asked", consent)
    _queue(tx, wording, contact, conversation, QUESTION, f"welcome:{consent.id}", not_before=not_before)
    return consent


def _queue(
    tx: Transaction,
    wording: Wording,
    contact: Contact,
    conversation: Conversation,
    key: str,
    dedupe_key: str,
    *,
    not_before: datetime | None = None,
) -> None:
    queued = say_beside(tx, wording, contact, conversation, key, dedupe_key)
    if queued is not None and not_before is not None:
        queued.due_at = max(queued.due_at, not_before)


def _end(now: datetime, until: datetime | None) -> datetime:
    return min(now + CONSENT_LASTS, until or now + CONSENT_LASTS)


def _digit(body: str) -> str:
    return body.strip(" .!")
