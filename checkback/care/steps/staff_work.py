"""What staff do themselves: finish a task, write a note, write to a contact, give a conversation back."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from checkback.care.errors import AlreadyDone, Said, WordsRefused, said
from checkback.care.model import Contact, Conversation, Family, Note, Phone, StaffMember, Task
from checkback.care.rules.events import Event
from checkback.care.rules.private_words import PrivateWords
from checkback.care.steps import events, own_words
from checkback.care.steps.outbox import queue_for_family
from checkback.care.steps.own_words import OwnText
from checkback.care.steps.tasks import move, pass_to
from checkback.care.store import Transaction, duties, escalations, people
from checkback.care.terms import (
    DistressLevel,
    OutboundKind,
    PhoneTrouble,
    Role,
    Sender,
    TaskMoveKind,
    TaskOutcome,
    TaskState,
)
from checkback.care.wording import Wording

LONGEST_NOTE, LONGEST_REASON = 4000, 300
LONGEST_PUT_OFF = timedelta(days=31)
#: The most the carrier takes in one message is 1600 (Twilio Docs, error 21617); a line below says who writes.
LONGEST_TEXT = 1500
_IN_TROUBLE = {
    PhoneTrouble.LANDLINE: said("The carrier says this number is a landline, which takes no texts. Call instead."),
    PhoneTrouble.UNKNOWN: said(
        "The carrier knows no phone under this number. Check it, and reach them in another way."
    ),
}


def finish(tx: Transaction, task: Task, staff: StaffMember, outcome: str, result: TaskOutcome) -> None:
    """The task is done, and this came of it. Raises AlreadyDone, WordsRefused."""
    must_be_open(task)
    task.result = result
    task.outcome = written(outcome, longest=LONGEST_NOTE, lacking=said("Write in a few words what came of it."))
    task.state, task.done_at, task.done_by = TaskState.DONE, tx.now, staff.id
    tx.record("task.done", task, actor(staff))


def give(tx: Transaction, task: Task, staff: StaffMember, to: StaffMember, reason: str | None) -> None:
    """Somebody else has this task from now on, and is told of it. Raises AlreadyDone, WordsRefused."""
    must_be_open(task)
    if to.role is Role.OFFICER:
        raise WordsRefused(
            said(
                "%(login)s is an officer, who sees nothing of what families write. Name somebody else.", login=to.login
            )
        )
    if not duties.is_here(tx, to):
        raise WordsRefused(said("%(login)s is off. Name somebody who is here.", login=to.login))
    if task.owner_id != to.id:
        kind = TaskMoveKind.TAKEN if to.id == staff.id else TaskMoveKind.GIVEN
        pass_to(tx, task, to, kind, by=staff, reason=_short(reason) if reason else None)


def put_off(tx: Transaction, task: Task, staff: StaffMember, until: datetime, reason: str) -> None:
    """Nobody is reminded of it until then; it stays whose it is. Raises AlreadyDone, WordsRefused."""
    must_be_open(task)
    if not tx.now < until <= tx.now + LONGEST_PUT_OFF:
        raise WordsRefused(
            said("Put it off until a moment that lies ahead, at most %(days)s days.", days=LONGEST_PUT_OFF.days)
        )
    move(tx, task, TaskMoveKind.PUT_OFF, by=staff, until=until, reason=_short(reason))
    task.put_off_until, task.due_at = until, max(task.due_at, until)
    task.raised_at = task.raised_to_id = task.raised_told_at = None


def must_be_open(task: Task) -> None:
    """Raise AlreadyDone for a task somebody has done."""
    if task.state is TaskState.DONE:
        raise AlreadyDone


def _short(reason: str) -> str:
    return written(reason, longest=LONGEST_REASON, lacking=said("Say why, in a few words."))


def note(tx: Transaction, family: Family, staff: StaffMember, text: str) -> Note:
    """Keep what a member of staff writes down. Raises WordsRefused."""
    words = written(text, longest=LONGEST_NOTE, lacking=said("Write something first."))
    kept = tx.add(Note(family_id=family.id, author_id=staff.id, written_at=tx.now, text=words))
    tx.session.flush()
    tx.record("note.written", kept, actor(staff))
    return kept


def write_to(
    tx: Transaction,
    wording: Wording,
    private: PrivateWords,
    conversation: Conversation,
    contact: Contact,
    staff: StaffMember,
    text: OwnText,
) -> None:
    """Queue a person's own words, signed, once for each key; from then on the assistant is silent.

    Raises:
        GivesAway: somebody else may read this phone, and learn what they must not; nothing was queued.
        WordsRefused: nothing was written, or this contact may not be texted.
    """
    words = written(text.body, longest=LONGEST_TEXT, lacking=said("Write something first."))
    obstacle = against_writing(tx, conversation.phone_id, contact)
    if obstacle is not None:
        raise WordsRefused(obstacle)
    against_check = own_words.must_not_give_away(tx, private, contact, staff, words, text.anyway)
    words = own_words.signed(tx, wording, conversation, contact, staff, words)
    queued = queue_for_family(
        tx,
        conversation,
        contact,
        OutboundKind.PERSONAL,
        words,
        dedupe_key=f"personal:{text.key}",
        author_id=staff.id,
    )
    if queued is not None:
        events.happened(tx, Event.PERSON_WRITES, contact)
        conversation.with_person_since = conversation.with_person_since or tx.now
        tx.record("conversation.with-person", conversation, actor(staff))
        if against_check is not None:
            tx.record(f"text.gives-away.{against_check}", queued, actor(staff))


def against_writing(tx: Transaction, phone_id: UUID, contact: Contact) -> Said | None:
    """Why this contact may not be texted on this phone now, in a sentence for staff; None when they may."""
    if people.opt_out_of(tx, phone_id, Sender.FAMILY) is not None:
        return said("This phone has opted out of texts. Call instead; a text would not arrive.")
    phone = tx.get(Phone, phone_id)
    if phone.trouble is not None:
        return _IN_TROUBLE[phone.trouble]
    if phone.doubt is not None:
        return said(
            "Somebody else may have this number by now. Call, and confirm it first (`checkback consent number`)."
        )
    if contact.wrong_person_at is not None:
        return said("Whoever holds this phone said they are the wrong person. Find the right number first.")
    if not people.safety_of(tx, contact).may_text:
        return said("It is not safe to text this person. Reach them in another way.")
    return None


def give_back(tx: Transaction, conversation: Conversation, family: Family, staff: StaffMember) -> None:
    """The assistant answers again. Raises WordsRefused while an acute escalation of this family has no outcome."""
    standing = escalations.open_of_conversation(tx, conversation.id, family.id)
    if standing is not None and standing.level is DistressLevel.ACUTE:
        raise WordsRefused(
            said("%(reference)s has no outcome yet. Say how it ended first.", reference=standing.reference)
        )
    conversation.with_person_since = None
    conversation.reassured_at = None
    tx.record("conversation.given-back", conversation, actor(staff))


def written(text: str, *, longest: int, lacking: Said) -> str:
    """What somebody typed into a form, as it is kept. Raises WordsRefused."""
    words = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not words:
        raise WordsRefused(lacking)
    if len(words) > longest:
        raise WordsRefused(
            said("That is %(count)s characters; %(longest)s is the most.", count=len(words), longest=longest)
        )
    return words


def actor(staff: StaffMember) -> str:
    """How the audit names a member of staff."""
    return f"staff:{staff.id}"
