"""A person's own words to a family: what in them gives somebody away, and who stands below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from checkback.care.errors import GivesAway
from checkback.care.model import Contact, Conversation, Family, StaffMember
from checkback.care.model.sealing import folded_words
from checkback.care.rules.private_words import PrivateWords
from checkback.care.steps.words import mode_of, say
from checkback.care.store import Transaction, console, messages, people
from checkback.care.terms import SafetyMode, SentAnyway
from checkback.care.wording import Wording

SIGNATURE = "person.signature"
#: A text of the same hand in the same talk is not signed again.
SIGNED_EVERY = timedelta(hours=12)


@dataclass(frozen=True)
class Anyway:
    """They send it all the same: why, and which words they were shown. What they were not shown is kept back again."""

    why: SentAnyway
    seen: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class OwnText:
    """What they wrote; one `key` is sent once, however often it comes."""

    body: str
    key: UUID
    anyway: Anyway | None = None


def given_away(
    tx: Transaction, private: PrivateWords, contact: Contact, writer: StaffMember, body: str
) -> Sequence[str]:
    """What in this text tells whoever else reads the phone whom or what it is about; nothing, if only they read it."""
    if mode_of(tx, contact) is SafetyMode.SAFE:
        return ()
    kinds = [incident.kind for incident in people.incidents_of(tx, tx.get(Family, contact.family_id))]
    return private.found_in(body, names=[*_family(tx, contact), *_staff(tx, contact, writer)], kinds=kinds)


def must_not_give_away(
    tx: Transaction,
    private: PrivateWords,
    contact: Contact,
    writer: StaffMember,
    body: str,
    anyway: Anyway | None,
) -> SentAnyway | None:
    """Why this text goes though it gives away; None where it does not. Raises GivesAway."""
    found = given_away(tx, private, contact, writer, body)
    if not found:
        return None
    if anyway is None or not anyway.seen.issuperset(found):
        raise GivesAway(found)
    return anyway.why


def signed(
    tx: Transaction, wording: Wording, conversation: Conversation, contact: Contact, writer: StaffMember, words: str
) -> str:
    """These words with who writes below: their first name where only the contact reads it, else the programme's.

    Once in a talk, and not where it stands in the words already.
    """
    if messages.wrote_since(tx, conversation, writer, tx.now - SIGNED_EVERY):
        return words
    first_name = writer.name.split()[0]
    own = {first_name} if mode_of(tx, contact) is SafetyMode.SAFE else set()
    if any(_stands_in(name, words) for name in (people.the_programme(tx).name, *own)):
        return words
    return f"{words}\n{say(tx, wording, SIGNATURE, contact, first_name=first_name)}"


def _stands_in(name: str, words: str) -> bool:
    return folded_words(name) <= folded_words(words)


def _family(tx: Transaction, contact: Contact) -> Sequence[str]:
    others = [other.name for other, _ in people.users_of_the_same_phones(tx, contact)]
    return [*(each.name for each in people.contacts_in(tx, tx.get(Family, contact.family_id))), *others]


def _staff(tx: Transaction, contact: Contact, writer: StaffMember) -> Sequence[str]:
    family = tx.get(Family, contact.family_id)
    caring = (assignment.staff_id for assignment in console.assignments_of(tx, family.id))
    officers = (incident.officer_id for incident in people.incidents_of(tx, family))
    return [writer.name, *(each.name for each in console.by_id(tx, StaffMember, [*caring, *officers]).values())]
