"""While nobody is at work a family is told when somebody is, by a named day and hour. A crisis pages all the same."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from checkback.care.model import Contact
from checkback.care.rules.hours import next_working_moment
from checkback.care.rules.opening_words import moment_in_words
from checkback.care.steps.words import say
from checkback.care.store import Transaction, people
from checkback.care.wording import Wording

#: Sentences that say a person will see to it, and what stands for them while nobody is at work.
WHILE_AWAY = {
    "fallback.heard": "away.heard",
    "callback.promised": "away.call",
    "picture.received": "away.picture",
    "voice.received": "away.picture",
    "card.received": "away.picture",
}


def back_at(tx: Transaction, contact: Contact | None) -> str | None:
    """When the team is back, in the contact's language and by their clock; None while it is at work."""
    if contact is None:
        return None
    opens = next_working_moment(tx.now, people.the_programme(tx).zone)
    if opens <= tx.now:
        return None
    return moment_in_words(opens.astimezone(ZoneInfo(contact.zone)), contact.language)


def say_truly(tx: Transaction, wording: Wording, key: str, contact: Contact | None, **facts: str) -> str:
    """The sentence, or while nobody is at work the one that says when somebody is."""
    back = back_at(tx, contact) if key in WHILE_AWAY else None
    return say(tx, wording, WHILE_AWAY[key], contact, back=back) if back else say(tx, wording, key, contact, **facts)
