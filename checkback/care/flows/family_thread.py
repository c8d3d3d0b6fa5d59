"""What was written with a family, a stretch at a time: what the screen heard in it, and what became of each text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkback.care.errors import NotFound
from checkback.care.model import Contact, Conversation, DistressSignal, InboundMessage, OutboundMessage, StaffMember
from checkback.care.ports import Evidence
from checkback.care.rules.media import Media, kinds_of
from checkback.care.rules.strangers import written_in
from checkback.care.runtime import Runtime
from checkback.care.steps.sight import in_sight
from checkback.care.steps.staff_work import actor
from checkback.care.store import Transaction, console, messages, people
from checkback.care.terms import Danger, DistressLevel, Language, OutboundKind, OutboundState, Urgency

#: So many texts stand on a page; those before them on a page of their own.
SHOWN = 40


@dataclass(frozen=True)
class Line:
    """One text of a thread. `author` is a member of staff; without one it is the family's, or ours by the assistant.

    `language` is what it is written in, as far as its small words tell, else the one its person is texted in.
    """

    id: UUID
    at: datetime
    zone: str
    person: str | None
    is_theirs: bool
    body: str
    language: Language | None = None
    media: Sequence[Media] = ()
    level: DistressLevel = DistressLevel.NONE
    urgency: Urgency | None = None
    danger: Danger | None = None
    evidence: Sequence[Evidence] = ()
    author: str | None = None
    kind: OutboundKind | None = None
    state: OutboundState | None = None
    reason: str | None = None
    error_code: int | None = None


@dataclass(frozen=True)
class Stretch:
    """Some texts, oldest first. `older`: the text before which there is more; None where this is the beginning."""

    lines: Sequence[Line]
    older: UUID | None


@dataclass(frozen=True)
class OlderTexts:
    """A page of what was written earlier."""

    reference: str
    has_several: bool
    stretch: Stretch


def older(rt: Runtime, reference: str, before: UUID, reader_id: UUID) -> OlderTexts:
    """The texts before this one, and the audit row that says who read them.

    Raises NotFound: no such family for this member of staff, or no such text in it.
    """
    with rt.store.begin("family-thread.older") as tx:
        family = in_sight(tx, reference, reader_id)
        contacts = people.contacts_in(tx, family)
        conversations = messages.conversations_of(tx, [contact.id for contact in contacts])
        must_be_in(tx, conversations, before)
        tx.record("family.read", family, actor(tx.get(StaffMember, reader_id)))
    with rt.store.read() as tx:
        return OlderTexts(reference, len(contacts) > 1, stretch(tx, conversations, contacts, before))


def must_be_in(tx: Transaction, conversations: Sequence[Conversation], text_id: UUID) -> None:
    """Raises NotFound where no text of these conversations has this id."""
    if messages.place_of(tx, text_id, [conversation.id for conversation in conversations]) is None:
        raise NotFound(f"text {text_id}")


def stretch(
    tx: Transaction, conversations: Sequence[Conversation], contacts: Sequence[Contact], before: UUID | None = None
) -> Stretch:
    """The last texts of these conversations, or the last before that one."""
    ids = [conversation.id for conversation in conversations]
    place = messages.place_of(tx, before, ids) if before else None
    texts = messages.latest(tx, ids, SHOWN + 1, before=place)
    has_more, shown = len(texts) > SHOWN, texts[-SHOWN:]
    return Stretch(lines_of(tx, shown, conversations, contacts), shown[0].id if has_more else None)


def thread(tx: Transaction, conversations: Sequence[Conversation], contacts: Sequence[Contact]) -> Sequence[Line]:
    """Everything written in these conversations, oldest first, with what the screen heard in it."""
    return lines_of(tx, messages.thread(tx, [c.id for c in conversations]), conversations, contacts)


def lines_of(
    tx: Transaction,
    texts: Sequence[InboundMessage | OutboundMessage],
    conversations: Sequence[Conversation],
    contacts: Sequence[Contact],
) -> Sequence[Line]:
    """These texts of these conversations as they are shown."""
    by_id = {contact.id: contact for contact in contacts}
    whose = {c.id: by_id.get(c.contact_id) if c.contact_id else None for c in conversations}
    signals = console.signals_on(tx, [text.id for text in texts if isinstance(text, InboundMessage)])
    authors = console.by_id(tx, StaffMember, [t.author_id for t in texts if isinstance(t, OutboundMessage)])
    zone = people.the_programme(tx).zone
    lines = []
    for text in texts:
        contact = whose.get(text.conversation_id) if text.conversation_id else None
        if isinstance(text, InboundMessage):
            lines.append(_theirs(text, contact, zone, signals.get(text.id)))
        else:
            lines.append(_ours(text, contact, zone, authors))
    return lines


def _theirs(text: InboundMessage, contact: Contact | None, zone: str, signal: DistressSignal | None) -> Line:
    return Line(
        id=text.id,
        at=text.received_at,
        zone=contact.zone if contact else zone,
        person=contact.name if contact else None,
        is_theirs=True,
        body=text.body,
        language=_language(text.body, contact),
        media=kinds_of(text.media, text.media_count),
        level=text.level,
        urgency=text.urgency,
        danger=text.danger,
        evidence=evidence_of(signal),
    )


def _ours(text: OutboundMessage, contact: Contact | None, zone: str, authors: Mapping[UUID, StaffMember]) -> Line:
    return Line(
        id=text.id,
        at=text.handed_at or text.queued_at,
        zone=contact.zone if contact else zone,
        person=contact.name if contact else None,
        is_theirs=False,
        body=text.body,
        language=_language(text.body, contact),
        author=authors[text.author_id].name if text.author_id else None,
        kind=text.kind,
        state=text.state,
        reason=text.reason,
        error_code=text.error_code,
    )


def _language(body: str, contact: Contact | None) -> Language | None:
    return written_in(body, contact.language if contact else None)


def evidence_of(signal: DistressSignal | None) -> Sequence[Evidence]:
    """The words for which the screen raised a text."""
    if signal is None:
        return ()
    return [Evidence(**{**found, "danger": Danger(found["danger"])}) for found in json.loads(signal.evidence)]
