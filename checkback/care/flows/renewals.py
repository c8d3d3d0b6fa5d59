"""Consent has an end: before it, while something is still promised, we ask whether it goes on; at it, texts stop."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID

from checkback.care.flows.due import Tally, each
from checkback.care.model import Consent, Contact, Family
from checkback.care.runtime import Runtime
from checkback.care.steps.consent import ask_again, end_consent
from checkback.care.store import Transaction, consents, messages, people
from checkback.care.terms import ConsentState, Sender

ASKED_BEFORE_END = timedelta(days=14)


def see_to_consents(rt: Runtime) -> Tally:
    """End those whose time has come, and ask once, two weeks before, those who are still promised something."""
    with rt.store.read() as tx:
        over, soon = consents.ended(tx), consents.ending(tx, tx.now + ASKED_BEFORE_END)
    tally = each(rt, "consents.end", over, partial(_end, rt), lambda _tx, _id: None)
    return tally + each(rt, "consents.ask-again", soon, partial(_ask_again, rt), lambda _tx, _id: None)


def _end(rt: Runtime, consent_id: UUID) -> None:
    with rt.store.begin("consents.end") as tx:
        consent = tx.lock(tx.get(Consent, consent_id))
        if not _has_run_out(tx, consent):
            return
        contact = tx.get(Contact, consent.contact_id)
        latest = people.consent_of(tx, contact)
        if latest is consent:
            end_consent(tx, contact, "consent-ran-out")
        else:  # they agreed once more; this row is history
            consent.state = ConsentState.ENDED
            tx.record("consent.ended", consent)


def _has_run_out(tx: Transaction, consent: Consent) -> bool:
    return consent.state is ConsentState.GIVEN and consent.ends_at is not None and consent.ends_at <= tx.now


def _ask_again(rt: Runtime, consent_id: UUID) -> None:
    with rt.store.begin("consents.ask-again") as tx:
        contact = tx.get(Contact, tx.get(Consent, consent_id).contact_id)
        phone = people.phone_of(tx, contact)
        if phone is None or phone.trouble or phone.doubt or people.opt_out_of(tx, phone.id, Sender.FAMILY):
            return
        if contact.wrong_person_at is not None or tx.get(Family, contact.family_id).closed_at is not None:
            return
        if not people.safety_of(tx, contact).may_text:
            return
        conversation = messages.conversation_with(tx, phone, contact)
        tx.lock(conversation)  # before the consent, as whoever answers holds them
        consent = tx.lock(tx.get(Consent, consent_id))
        is_answered = consent.asked_again_at is not None or people.consent_of(tx, contact) is not consent
        if not is_answered and conversation.asked is None and conversation.with_person_since is None:
            ask_again(tx, rt.wording, consent, contact, conversation)
