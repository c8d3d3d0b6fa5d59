"""What staff do in the console, each in one unit of work: tasks, notes, their own texts, and who has a conversation."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog

from checkback.care.errors import NotFound
from checkback.care.model import Contact, Conversation, Family, StaffMember, Task
from checkback.care.runtime import Runtime
from checkback.care.steps import staff_work
from checkback.care.steps.handing_back import say_back
from checkback.care.steps.own_words import Anyway, OwnText
from checkback.care.steps.sight import in_sight, must_see
from checkback.care.store import Transaction, messages, people
from checkback.care.terms import TaskOutcome

log = structlog.get_logger()


def finish_task(
    rt: Runtime, task_id: UUID, staff_id: UUID, outcome: str, result: TaskOutcome = TaskOutcome.DONE
) -> None:
    """Raises NotFound, AlreadyDone, WordsRefused."""
    with rt.store.begin("staff-work.finish-task") as tx:
        task = tx.lock(tx.get(Task, task_id))
        if task.family_id is not None and task.owner_id != staff_id:
            must_see(tx, tx.get(Family, task.family_id), staff_id)
        staff_work.finish(tx, task, tx.get(StaffMember, staff_id), outcome, result)


def give_task(rt: Runtime, task_id: UUID, staff_id: UUID, to: str, reason: str | None = None) -> None:
    """Somebody else, by login, has it from now on. Raises NotFound, AlreadyDone, WordsRefused."""
    with rt.store.begin("staff-work.give-task") as tx:
        task = tx.lock(tx.get(Task, task_id))
        staff_work.give(tx, task, tx.get(StaffMember, staff_id), people.must_work_here(tx, to), reason)


def put_task_off(rt: Runtime, task_id: UUID, staff_id: UUID, until: datetime, reason: str) -> None:
    """Nobody is reminded of it until then. Raises NotFound, AlreadyDone, WordsRefused."""
    with rt.store.begin("staff-work.put-task-off") as tx:
        staff_work.put_off(tx, tx.lock(tx.get(Task, task_id)), tx.get(StaffMember, staff_id), until, reason)


def write_note(rt: Runtime, reference: str, staff_id: UUID, text: str) -> None:
    """Raises NotFound, WordsRefused."""
    with rt.store.begin("staff-work.write-note") as tx:
        staff_work.note(tx, in_sight(tx, reference, staff_id), tx.get(StaffMember, staff_id), text)


def reply(
    rt: Runtime,
    reference: str,
    contact_id: UUID,
    staff_id: UUID,
    body: str,
    key: UUID,
    anyway: Anyway | None = None,
) -> None:
    """A person's own text to a contact, once however often it is asked for with one `key`.

    Args:
        anyway: they were told what gives away in it, and send it all the same; it stands in the audit.

    Raises:
        GivesAway: somebody else may read this phone, and learn what they must not; nothing was sent.
        NotFound: no such contact in this family, or one without a phone.
        WordsRefused: nothing was written, or this contact may not be texted.
    """
    with rt.store.begin("staff-work.reply") as tx:
        contact = contact_in(tx, in_sight(tx, reference, staff_id), contact_id)
        conversation = _conversation(tx, contact)
        writer = tx.get(StaffMember, staff_id)
        staff_work.write_to(tx, rt.wording, rt.private_words, conversation, contact, writer, OwnText(body, key, anyway))
    log.info("text.written-by-staff", staff=str(staff_id), family=reference)


def give_back(rt: Runtime, reference: str, contact_id: UUID, staff_id: UUID) -> None:
    """The assistant takes this conversation again. Raises NotFound, WordsRefused."""
    with rt.store.begin("staff-work.give-back") as tx:
        family = in_sight(tx, reference, staff_id)
        conversation = _conversation(tx, contact_in(tx, family, contact_id))
        since = conversation.with_person_since
        staff_work.give_back(tx, conversation, family, tx.get(StaffMember, staff_id))
        if since is not None:
            say_back(tx, rt.wording, conversation, f"{since:%Y-%m-%dT%H:%M:%S}")


def contact_in(tx: Transaction, family: Family, contact_id: UUID) -> Contact:
    """This contact, if they are of this family. Raises NotFound."""
    contact = tx.get(Contact, contact_id)
    if contact.family_id != family.id:
        raise NotFound(f"contact {contact_id} in {family.reference}")
    return contact


def _conversation(tx: Transaction, contact: Contact) -> Conversation:
    phone = people.phone_of(tx, contact)
    if phone is None:
        raise NotFound(f"phone of contact {contact.id}")
    conversation = messages.conversation_with(tx, phone, contact)
    tx.session.flush()
    return tx.lock(conversation)
