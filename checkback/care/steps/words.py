"""Finding the sentence: in the contact's language and safety mode, with the programme's name where it stands."""

from __future__ import annotations

from datetime import timedelta

from checkback.care.model import Contact, SafetyPreference
from checkback.care.model.sealing import folded_words
from checkback.care.store import Transaction, people
from checkback.care.terms import Language, SafetyMode
from checkback.care.wording import Wording


def mode_of(tx: Transaction, contact: Contact | None) -> SafetyMode:
    """What may be shown on this contact's phone now; of somebody we do not know, as little as of anybody.

    *Safe* is a word that wears off, and counts for nothing where another person uses the phone or may have its number;
    *unsafe* for one who uses it is unsafe for all.
    """
    if contact is None:
        return SafetyMode.NEUTRAL
    safety, others = people.safety_of(tx, contact), people.users_of_the_same_phones(tx, contact)
    if SafetyMode.UNSAFE in (safety.mode, *(theirs.mode for _, theirs in others)):
        return SafetyMode.UNSAFE
    if safety.mode is not SafetyMode.SAFE or not counts_as_safe(tx, safety):
        return SafetyMode.NEUTRAL
    name = folded_words(contact.name)  # two incidents may name the same person
    is_shared = any(folded_words(other.name) != name for other, _ in others)
    return SafetyMode.NEUTRAL if is_shared or people.is_in_doubt(tx, contact) else SafetyMode.SAFE


def counts_as_safe(tx: Transaction, safety: SafetyPreference) -> bool:
    """Whether their word that only they read the phone is young enough to go by."""
    lasts = timedelta(days=people.the_programme(tx).safe_days)
    return safety.said_safe_at is not None and tx.now < safety.said_safe_at + lasts


def say(tx: Transaction, wording: Wording, key: str, contact: Contact | None, **slots: str) -> str:
    """The sentence under this key for this contact; in English for somebody we do not know."""
    language = contact.language if contact else Language.ENGLISH
    programme = people.the_programme(tx).name
    return wording.render(key, language, mode_of(tx, contact), **{"programme": programme, **slots})


def say_to_a_stranger(tx: Transaction, wording: Wording, key: str, language: Language) -> str:
    """The sentence under this key for somebody we do not know, in the language they seem to write."""
    return wording.render(key, language, SafetyMode.NEUTRAL, programme=people.the_programme(tx).name)
