"""A text comes in: kept, screened and, where needed, escalated in one unit of work, before the assistant sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from checkback.care.flows import canary, responding, staff_texts
from checkback.care.flows.hearing import Reading, listen, read
from checkback.care.flows.responding import Heard
from checkback.care.model import Contact, Conversation, InboundMessage, Phone
from checkback.care.ports import Assessment
from checkback.care.rules import keywords
from checkback.care.rules.writers import Writer, writer
from checkback.care.runtime import Runtime
from checkback.care.steps import closed_question, numbers, phone_safety
from checkback.care.steps.aftermath import it_can_text_after_all
from checkback.care.store import Transaction, messages, people
from checkback.care.terms import DistressLevel, InboundState, Sender

log = structlog.get_logger()

#: Texts this close together are read as one: people press send in the middle of a thought.
READ_TOGETHER = timedelta(minutes=10)


class Received(StrEnum):
    """What became of a webhook."""

    KEPT = "kept"
    DUPLICATE = "duplicate"
    NOT_OURS = "not-ours"
    JOURNALLED = "journalled"


@dataclass(frozen=True)
class ReceivedText:
    """A text as the carrier brought it. `carrier_sid` is the carrier's id of it; the same id again is the same text.

    `media` is where its pictures are, a JSON list of addresses and types; `media_count` counts also those not kept.
    """

    carrier_sid: str
    from_number: str
    to_number: str
    body: str
    media_count: int = 0
    media: str | None = None
    opt_out_type: str | None = None
    received_at: datetime | None = None
    """When it came, if that is not now: it waited on disk while the database was gone."""


def receive_text(rt: Runtime, text: ReceivedText) -> Received:
    """Keep a text and do at once what cannot wait for the assistant.

    Returns only after it is kept durably. The same `carrier_sid` again changes nothing.

    Raises:
        StoreUnavailable: it was not kept.
    """
    if canary.is_one(rt, text.from_number, text.to_number):
        return Received.KEPT if canary.hear(rt, text.from_number, text.body) else Received.NOT_OURS
    sender, from_ = _our_sender(rt, text), writer(text.from_number)
    if sender is None:
        log.warning("text.not-ours", sid=text.carrier_sid)
        return Received.NOT_OURS
    reading = read(text.body)
    with rt.store.begin("inbound.receive-text") as tx:
        if messages.seen(tx, text.carrier_sid):
            return Received.DUPLICATE
        # Locked, so that one phone's texts are handled one at a time, in the order they came.
        phone = tx.lock(people.phone_or_new(tx, from_.number))
        it_can_text_after_all(tx, phone)
        numbers.wrote(tx, phone)
        stranger = _heard_of_a_stranger(tx, rt, phone, text, reading) if sender is Sender.ALERT else None
        if sender is Sender.ALERT and not _is_a_familys(tx, rt, phone, reading, stranger):
            return Received.KEPT if _keep_staff_text(tx, rt, phone, text, reading) else Received.DUPLICATE
        heard = _keep(tx, rt, phone, from_, text, reading, stranger)
        if heard is None:
            return Received.DUPLICATE
        responding.respond(tx, rt, heard)
    log.info("text.received", sid=text.carrier_sid, distress=heard.assessment.level, state=heard.inbound.state)
    return Received.KEPT


def _heard_of_a_stranger(
    tx: Transaction, rt: Runtime, phone: Phone, text: ReceivedText, reading: Reading
) -> Assessment | None:
    """What somebody we do not know writes to the staff line, screened; None where the line itself decides."""
    if _is_the_lines_own(tx, rt, phone, reading) or people.contacts_of(tx, phone):
        return None
    return _assess(rt, reading, text.media_count, messages.recent_bodies(tx, phone, tx.now - READ_TOGETHER))


def _is_the_lines_own(tx: Transaction, rt: Runtime, phone: Phone, reading: Reading) -> bool:
    """Of staff and the on-call; and the carrier's keywords, which are about the number they were written to."""
    if keywords.stops(reading.body) or keywords.starts(reading.body, blocked=True):
        return True
    return people.staff_of(tx, phone) is not None or phone.number == rt.on_call_number


def _is_a_familys(tx: Transaction, rt: Runtime, phone: Phone, reading: Reading, stranger: Assessment | None) -> bool:
    """A family, and anybody in distress, may write to either of our numbers: what they write is heard all the same."""
    if stranger is not None:
        return stranger.level.rank >= DistressLevel.HIGH.rank
    return not _is_the_lines_own(tx, rt, phone, reading)


def _our_sender(rt: Runtime, text: ReceivedText) -> Sender | None:
    if writer(text.from_number).number in rt.senders.values():
        return None  # our own number texting us would answer itself for ever
    to = writer(text.to_number).number
    found = next((sender for sender, number in rt.senders.items() if number == to), None)
    # Whoever dials one digit wrong, or kept a number from the carrier's list, is heard as at the family line.
    return Sender.FAMILY if found is Sender.CANARY else found


def _keep_staff_text(tx: Transaction, rt: Runtime, phone: Phone, text: ReceivedText, reading: Reading) -> bool:
    inbound = InboundMessage(
        carrier_sid=text.carrier_sid,
        sender=Sender.ALERT,
        phone_id=phone.id,
        body=reading.body,
        as_delivered=reading.as_delivered,
        received_at=text.received_at or tx.now,
        state=InboundState.NOTHING_TO_ANSWER,
    )
    if not tx.add_if_new(inbound):
        return False
    tx.record("text.received", inbound)
    staff_texts.receive(tx, rt, phone, inbound)
    return True


def _keep(
    tx: Transaction,
    rt: Runtime,
    phone: Phone,
    from_: Writer,
    text: ReceivedText,
    reading: Reading,
    screened: Assessment | None,
) -> Heard | None:
    """The text as a family's, with what the screen says of it; `screened` is that, where it was asked before."""
    writer_ = phone_safety.who_says_duress(tx, phone, reading.body)
    conversation, contact = _conversation(tx, phone, writer_)
    tx.lock(conversation)  # before its check-ins, as everybody else holds them: so that nobody waits in a circle
    since = max(tx.now - READ_TOGETHER, conversation.seen_to_at or tx.now - READ_TOGETHER)
    recent = messages.recent_bodies(tx, phone, since)
    assessment = screened or _assess(rt, reading, text.media_count, recent)
    assessment = closed_question.with_answer(conversation, reading.body, assessment)
    if writer_ is not None:
        assessment = phone_safety.under_duress(reading.body, assessment)
    inbound = InboundMessage(
        carrier_sid=text.carrier_sid,
        sender=Sender.FAMILY,
        phone_id=phone.id,
        body=reading.body,
        as_delivered=reading.as_delivered,
        received_at=text.received_at or tx.now,
        state=InboundState.NOTHING_TO_ANSWER,
        conversation_id=conversation.id,
        media_count=text.media_count,
        media=text.media,
        level=assessment.level,
        urgency=assessment.urgency,
        danger=assessment.danger,
        opt_out=assessment.opt_out,
        screen_version=assessment.version,
    )
    if not tx.add_if_new(inbound):
        return None
    tx.record("text.received", inbound)
    conversation.last_text_at = tx.now
    return Heard(inbound, phone, conversation, contact, assessment, text.opt_out_type, from_.can_be_texted)


def _conversation(tx: Transaction, phone: Phone, known: Contact | None) -> tuple[Conversation, Contact | None]:
    """Whose text this is; `known` has said so by a word that only they know."""
    contacts = [known] if known is not None else people.contacts_of(tx, phone)
    if len(contacts) > 1:
        # A shared phone: whoever was written to last is answering.
        latest = messages.latest_conversation(tx, phone, contacts)
        if latest is not None and latest.contact_id is not None:
            return latest, tx.get(Contact, latest.contact_id)
    contact = contacts[0] if contacts else None
    return messages.conversation_with(tx, phone, contact), contact


def _assess(rt: Runtime, reading: Reading, pictures: int, recent: Sequence[str]) -> Assessment:
    if not reading.body.strip() and pictures:
        return Assessment(DistressLevel.NONE)  # a picture alone: answered, and a person looks at it
    return listen(rt, reading, recent)
