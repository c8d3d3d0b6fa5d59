"""After a backup was put back: nothing goes to families until the carrier has said what went and came since.

What the carrier has is not sent again; what families wrote is kept and screened now; and what nobody can be sure of
becomes a person's task. Alerts to staff go on meanwhile: one that comes twice does no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from checkback.care.errors import NotRestored, StoreUnavailable
from checkback.care.flows import inbound
from checkback.care.flows.conversation import give_to_a_person
from checkback.care.flows.inbound import Received, ReceivedText
from checkback.care.flows.outbound import DeliveryReport, record_delivery
from checkback.care.model import CheckIn, Conversation, Family, Phone, Restoration
from checkback.care.ports import CarrierLog, LoggedText
from checkback.care.rules.writers import writer
from checkback.care.runtime import Runtime
from checkback.care.steps import check_ins
from checkback.care.steps.outbox import cancel
from checkback.care.steps.tasks import open_task, task_key
from checkback.care.store import Transaction, messages, people, restorations
from checkback.care.terms import Sender, TaskKind, TurnState

log = structlog.get_logger()

#: The carrier is asked from a little earlier: its clock is not ours, and what is known already changes nothing.
_OVERLAP = timedelta(hours=1)
RESTORED = "restored"


@dataclass
class Reconciled:
    """What came of it. `unknown`: numbers that were texted since and that this database does not know; `failed`: texts
    that could not be worked through, by the carrier's ids.
    """

    settled: int = 0
    remembered: int = 0
    handed_over: int = 0
    heard: int = 0
    unknown: int = 0
    failed: list[str] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return not self.failed


def note_restored(rt: Runtime, backup_at: datetime) -> None:
    """This database was put back as it was at `backup_at`: from now on nothing goes to families."""
    with rt.store.begin("restoring.note") as tx:
        kept = tx.add(Restoration(backup_at=backup_at, restored_at=tx.now))
        restorations.leave_numbers_out(tx)
        tx.record("database.restored", kept)


def is_held(rt: Runtime) -> bool:
    """Whether a restoration still waits to be reconciled."""
    with rt.store.read() as tx:
        return restorations.unreconciled(tx) is not None


def reconcile(rt: Runtime, carrier_log: CarrierLog) -> Reconciled:
    """Learn from the carrier what this database missed, and let texts to families go again. Safe to say twice.

    Where a text could not be worked through, sending stays held, and it can be said again.

    Raises:
        NotRestored: there is nothing to reconcile.
        CarrierLogUnread: the carrier did not say everything; nothing was changed.
    """
    with rt.store.read() as tx:
        waits = restorations.unreconciled(tx)
    if waits is None:
        raise NotRestored
    texts = carrier_log.texts_since(waits.backup_at - _OVERLAP)
    done = Reconciled()
    came, went = [t for t in texts if t.is_inbound], [t for t in texts if not t.is_inbound]
    for text in went:
        _one(done, text, lambda each: _went(rt, done, each))
    for text in came:
        _one(done, text, lambda each: _came(rt, done, each))
    if done.is_complete:
        _let_go(rt)
    return done


def _let_go(rt: Runtime) -> None:
    with rt.store.begin("restoring.let-go") as tx:
        for each in restorations.all_unreconciled(tx):
            each.reconciled_at = tx.now
            tx.record("database.reconciled", each)


def _one(done: Reconciled, text: LoggedText, work: Callable[[LoggedText], None]) -> None:
    try:
        work(text)
    except StoreUnavailable:
        raise
    except Exception as error:  # one text that cannot be worked through must not hide the others; sending stays held
        log.error("restoring.not-reconciled", sid=text.carrier_sid, error=type(error).__name__)
        done.failed.append(text.carrier_sid)


def _went(rt: Runtime, done: Reconciled, text: LoggedText) -> None:
    """A text of ours that the carrier has: ours is settled by it, or what it may have been becomes a person's task."""
    sender = next((each for each, number in rt.senders.items() if number == text.from_number), None)
    if sender is None:
        return
    with rt.store.begin("restoring.went") as tx:
        phone = people.phone(tx, text.to_number)
        if phone is None:
            done.unknown += 1
            return
        if messages.is_known(tx, text.carrier_sid):
            return
        same = [each for each in restorations.not_gone(tx, phone, sender) if each.body == text.body]
        found = same[0].id if same else None
        if found is not None:
            same[0].carrier_sid = text.carrier_sid
            tx.record("text.found-at-the-carrier", same[0])
        elif sender is Sender.FAMILY:
            if not text.body:
                _words_are_gone(tx, done, phone)
            _not_again(tx, done, phone, text)
    if found is not None:
        record_delivery(rt, DeliveryReport(found, text.carrier_sid, text.status, text.error_code))
        done.settled += 1


def _words_are_gone(tx: Transaction, done: Reconciled, phone: Phone) -> None:
    """The carrier's copy was redacted: it may be any text that waits to go there, so none of them goes by itself."""
    for message in restorations.queued_to(tx, phone):
        cancel(tx, message, RESTORED)
        if message.check_in_id is not None:
            _hand_over(tx, done, tx.get(CheckIn, message.check_in_id))
            continue
        open_task(
            tx,
            TaskKind.UNCLEAR_SEND,
            dedupe_key=task_key(TaskKind.UNCLEAR_SEND, message.id),
            family=tx.get(Family, message.family_id) if message.family_id else None,
            conversation=tx.get(Conversation, message.conversation_id) if message.conversation_id else None,
            detail=RESTORED,
        )
        done.handed_over += 1


def _not_again(tx: Transaction, done: Reconciled, phone: Phone, text: LoggedText) -> None:
    """This database does not know the text. Its words do not go there again; and what was due by then and may have
    been it is a person's to look at, who finds the text at the carrier.
    """
    kept = restorations.keep_gone(tx, phone, text.body, text.carrier_sid, text.at)
    if kept is None:
        return
    tx.record("text.remembered", kept)
    done.remembered += 1
    for turn in restorations.open_turns(tx, phone):
        turn.state, turn.ended_at, turn.claim, turn.lease_until = TurnState.FAILED, tx.now, None, None
        tx.record(f"turn.{turn.state}", turn)
        messages.give_turn_to_a_person(tx, turn.id)
    for conversation_id in restorations.conversation_ids(tx, phone):
        give_to_a_person(tx, conversation_id)
    for check_in in restorations.promises_until(tx, people.contacts_of(tx, phone), tx.now):
        _hand_over(tx, done, check_in)


def _hand_over(tx: Transaction, done: Reconciled, check_in: CheckIn) -> None:
    check_ins.hand_over(tx, check_in, TaskKind.UNCLEAR_SEND, RESTORED)
    done.handed_over += 1


def _came(rt: Runtime, done: Reconciled, text: LoggedText) -> None:
    """What a family wrote meanwhile: kept, screened and told of as if it came now, but answered by a person, because it
    may have been answered already. Commands of staff are not repeated: they were about what is not there any more.
    """
    if text.to_number != rt.senders[Sender.FAMILY]:
        return
    from_number = writer(text.from_number).number
    before = _waiting(rt, from_number)
    received = inbound.receive_text(
        rt,
        ReceivedText(
            text.carrier_sid,
            text.from_number,
            text.to_number,
            text.body,
            media_count=text.media_count,
            received_at=text.at,
        ),
    )
    if received is not Received.KEPT:
        return
    done.heard += 1
    with rt.store.begin("restoring.came") as tx:
        phone = people.phone(tx, from_number)
        if phone is None:
            return
        for message in restorations.queued_to(tx, phone):
            if message.id not in before:
                cancel(tx, message, RESTORED)
        for conversation_id in restorations.conversation_ids(tx, phone):
            give_to_a_person(tx, conversation_id)


def _waiting(rt: Runtime, number: str) -> Collection[UUID]:
    with rt.store.read() as tx:
        phone = people.phone(tx, number)
        return [message.id for message in restorations.queued_to(tx, phone)] if phone else []
