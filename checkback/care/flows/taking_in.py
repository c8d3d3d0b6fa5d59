"""What the carrier brings is taken in even while the database is gone: kept on disk, screened, and a crisis told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog

from checkback.care.errors import SendFailed, SendUnclear, StoreUnavailable
from checkback.care.flows import outbound
from checkback.care.flows.due import Tally
from checkback.care.flows.hearing import listen, read
from checkback.care.flows.inbound import Received, ReceivedText, receive_text
from checkback.care.flows.outbound import DeliveryReport
from checkback.care.ports import JournalEntry, OutgoingText
from checkback.care.rules.writers import writer
from checkback.care.runtime import Runtime
from checkback.care.terms import DistressLevel, Sender

log = structlog.get_logger()

ALERT_IS_VALID_FOR = timedelta(minutes=10)
#: An outage this long is told to the one on call, crisis or not.
OUTAGE_IS_TOLD_AFTER = timedelta(seconds=60)
_TRIES = 5
_REPORT = "report"
#: So many at a time, and after so many that the database did not take, it is gone: each may have waited for seconds.
_AT_ONCE, _ENOUGH_REFUSED = 500, 3


def take_in(rt: Runtime, text: ReceivedText) -> Received:
    """Keep a text: in the database, or on disk while it is gone.

    While older texts of this phone wait on disk, newer ones join them, so that what a person wrote stays in its order.

    Raises:
        StoreUnavailable: neither took it.
    """
    arrived = rt.clock.now()
    if not rt.journal.waits(_thread_of(text)):
        try:
            return receive_text(rt, text)
        except Exception as error:  # the carrier brings a text once: whatever it met in the database, it is kept
            log.error("text.journalled", sid=text.carrier_sid, error=type(error).__name__)
    return keep_on_disk(rt, text, arrived)


def keep_on_disk(rt: Runtime, text: ReceivedText, arrived: datetime) -> Received:
    """Keep a text in the journal; of one that the database took after all, nothing is kept twice.

    Raises:
        StoreUnavailable: the disk did not take it.
    """
    level = listen(rt, read(text.body)).level
    fields = {**asdict(text), "received_at": arrived.isoformat(), "level": level}
    rt.journal.keep(fields, thread=_thread_of(text))
    return Received.JOURNALLED


def take_in_report(rt: Runtime, report: DeliveryReport) -> Received:
    """Keep what the carrier reports of a text of ours: in the database, or on disk while it is gone.

    Raises:
        StoreUnavailable: neither took it.
    """
    if not rt.journal.waits(_thread_of_report(report)):
        try:
            return Received.KEPT if outbound.record_delivery(rt, report) else Received.NOT_OURS
        except Exception as error:  # as above
            log.error("delivery.journalled", sid=report.carrier_sid, error=type(error).__name__)
    return keep_report_on_disk(rt, report)


def keep_report_on_disk(rt: Runtime, report: DeliveryReport) -> Received:
    """Keep a report in the journal. Raises StoreUnavailable when the disk does not take it."""
    message_id = str(report.message_id) if report.message_id else None
    fields = {**asdict(report), "message_id": message_id, "kind": _REPORT, "received_at": rt.clock.now().isoformat()}
    rt.journal.keep(fields, thread=_thread_of_report(report))
    return Received.JOURNALLED


def replay(rt: Runtime) -> Tally:
    """Bring what waits on disk into the database, each thread oldest first; an entry that has to wait holds up its own
    thread and no other.
    """
    done = failed = refused = 0
    held_up: set[str] = set()
    for entry in rt.journal.pending(_AT_ONCE):
        thread = _thread_of_entry(entry)
        if thread in held_up:
            continue
        try:
            _bring_in(rt, entry)
        except StoreUnavailable:
            refused += 1
            if refused >= _ENOUGH_REFUSED:
                break
            held_up.add(thread)
        except Exception as error:  # one entry must not keep back those behind it
            log.error("journal.not-replayed", entry=entry.name, error=type(error).__name__)
            failed += 1
            if _is_acute(entry) and not entry.was_told:
                held_up.add(thread)  # somebody must be told of it first
            else:
                rt.journal.put_aside(entry)
        else:
            rt.journal.remove(entry)
            done += 1
    return Tally(done=done, failed=failed)


def tell_of_journal(rt: Runtime) -> Tally:
    """While texts wait on disk, tell the one on call of every acute one, of an outage that lasts, and of what cannot be
    brought in.

    Needs no database: nobody else can be looked up while it is gone.
    """
    entries = rt.journal.pending()
    told = [_tell(rt, "outage.crisis", [entry.name]) for entry in entries if _is_acute(entry) and not entry.was_told]
    others = [entry for entry in entries if not _is_acute(entry)]  # each acute one was told by itself, whatever lasts
    if others and _lasts(rt, entries) and not any(entry.was_told for entry in others):
        log.error("journal.waits", count=len(entries), entry=entries[0].name)
        told.append(_tell(rt, "outage.lasts", [entry.name for entry in others]))
    aside = rt.journal.aside_untold()
    if aside:
        told.append(_tell(rt, "outage.aside", aside))
    return Tally(done=sum(told), failed=len(told) - sum(told))


def _lasts(rt: Runtime, entries: Sequence[JournalEntry]) -> bool:
    if not entries:
        return False
    try:
        return rt.clock.now() - _received_at(entries[0]) >= OUTAGE_IS_TOLD_AFTER
    except (KeyError, ValueError, TypeError):
        return True  # half an entry at the head of the queue is trouble enough


def _is_acute(entry: JournalEntry) -> bool:
    return entry.fields.get("level") == DistressLevel.ACUTE


def _tell(rt: Runtime, key: str, names: Sequence[str]) -> bool:
    """Text the one on call, once for all these entries."""
    if rt.on_call_number is None:
        log.error("journal.nobody-to-tell")
        return False
    body = rt.wording.staff(key, url=rt.console_url)
    alert = OutgoingText(uuid4(), Sender.ALERT, rt.on_call_number, body, ALERT_IS_VALID_FOR)
    for _ in range(_TRIES):
        try:
            rt.carrier.send(alert)
        except (SendFailed, SendUnclear) as error:
            log.error("journal.not-told", error=type(error).__name__)
        else:
            log.error("journal.told")
            for name in names:
                rt.journal.mark_told(name)
            return True
    return False


def _bring_in(rt: Runtime, entry: JournalEntry) -> None:
    if entry.fields.get("kind") == _REPORT:
        outbound.record_delivery(rt, _report(entry))
    else:
        receive_text(rt, _text(entry))


def _text(entry: JournalEntry) -> ReceivedText:
    known: dict[str, Any] = {k: v for k, v in entry.fields.items() if k in ReceivedText.__dataclass_fields__}
    return ReceivedText(**{**known, "received_at": _received_at(entry)})


def _report(entry: JournalEntry) -> DeliveryReport:
    known: dict[str, Any] = {k: v for k, v in entry.fields.items() if k in DeliveryReport.__dataclass_fields__}
    message_id = known.get("message_id")
    return DeliveryReport(**{**known, "message_id": UUID(str(message_id)) if message_id else None})


def _thread_of(text: ReceivedText) -> str:
    return f"text:{writer(text.from_number).number}"


def _thread_of_report(report: DeliveryReport) -> str:
    return f"report:{report.carrier_sid}"


def _thread_of_entry(entry: JournalEntry) -> str:
    """Also of an entry that lacks half its fields."""
    if entry.fields.get("kind") == _REPORT:
        return f"report:{entry.fields.get('carrier_sid')}"
    return f"text:{writer(str(entry.fields.get('from_number'))).number}"


def _received_at(entry: JournalEntry) -> datetime:
    return datetime.fromisoformat(str(entry.fields["received_at"]))
