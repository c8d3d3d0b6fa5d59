"""A family calls the number we text from: it hears where help is, and a person learns that it called. Never silence."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

import structlog

from checkback.care.model import Family
from checkback.care.rules.writers import writer
from checkback.care.runtime import Runtime
from checkback.care.steps import replying
from checkback.care.steps.tasks import open_task
from checkback.care.store import Transaction, messages, people
from checkback.care.terms import Language, SafetyMode, TaskKind

log = structlog.get_logger()


@dataclass(frozen=True)
class ReceivedCall:
    """A call as the carrier tells it; the same `carrier_sid` again is the same call."""

    carrier_sid: str
    from_number: str
    to_number: str


@dataclass(frozen=True)
class FamilyCall:
    """What the caller hears, language by language, and whom it is passed on to."""

    words: tuple[tuple[Language, str], ...]
    forward_to: str | None = None


def receive_call(rt: Runtime, call: ReceivedCall) -> FamilyCall:
    """Keep that somebody called, as a task for a person, and say what the caller hears.

    Raises:
        StoreUnavailable: it was not kept; `without_database` has the words for that.
    """
    from_ = writer(call.from_number)
    with rt.store.begin("calls.receive") as tx:
        is_known = from_.can_be_texted and _tell_a_person(tx, call, from_.number)
        programme = people.the_programme(tx).name
    log.info("call.received", sid=call.carrier_sid, known=is_known)
    parts = ["call.hello", "call.noted" if is_known else "call.unknown"]
    if rt.family_calls_to is not None:
        parts.append("call.forwarded")
    return FamilyCall(_spoken(rt, parts, programme), rt.family_calls_to)


def without_database(rt: Runtime) -> FamilyCall:
    """What is said when nothing can be kept: where help is, and whoever answers for us is rung."""
    return FamilyCall(_spoken(rt, ["call.down"], ""), rt.family_calls_to)


def _tell_a_person(tx: Transaction, call: ReceivedCall, number: str) -> bool:
    """A task to call back, once for each call; True when the number is a family's."""
    phone = tx.lock(people.phone_or_new(tx, number))
    contacts = people.contacts_of(tx, phone)
    conversation = messages.latest_conversation(tx, phone, contacts) if contacts else None
    if conversation is None:
        stranger = messages.conversation_with(tx, phone, contacts[0] if contacts else None)
        if not contacts:
            replying.open_one_task(tx, TaskKind.UNKNOWN_SENDER, stranger, uuid5(NAMESPACE_URL, call.carrier_sid))
            return False
        conversation = stranger
    for contact in contacts:
        open_task(
            tx,
            TaskKind.CALL_BACK,
            dedupe_key=f"called:{call.carrier_sid}:{contact.family_id}",
            family=tx.get(Family, contact.family_id),
            conversation=conversation,
            detail="They called the number we text from.",
        )
    return True


def _spoken(rt: Runtime, parts: list[str], programme: str) -> tuple[tuple[Language, str], ...]:
    def words(language: Language) -> str:
        return " ".join(rt.wording.render(part, language, SafetyMode.NEUTRAL, programme=programme) for part in parts)

    return tuple((language, words(language)) for language in Language)
