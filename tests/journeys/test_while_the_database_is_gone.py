"""With the database gone a text is still kept, screened, and a crisis told; and nothing is lost when it is back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest

from checkback.adapters.faults import ScriptedPoints
from checkback.care.errors import StoreUnavailable
from checkback.care.flows import taking_in
from checkback.care.flows.inbound import Received, ReceivedText
from checkback.care.flows.outbound import DeliveryReport
from checkback.care.model import InboundMessage
from checkback.care.runtime import Runtime
from checkback.care.store import Store
from tests.care.conftest import Home
from tests.furnished import house_on
from tests.story import ANA, FAMILY_LINE, ON_CALL, House


@pytest.fixture
def without_database(house: House) -> Iterator[Runtime]:
    """The same house, its database stopped: a port nobody listens at."""
    rt = house.rt
    gone = Store("postgresql://nobody@127.0.0.1:9/none", keyring=rt.store.keyring, clock=rt.clock, points=rt.points)
    yield replace(rt, store=gone)
    gone.close()


BEN = "+13145550102"


def text(body: str, number: int = 1, from_: str = ANA) -> ReceivedText:
    return ReceivedText(f"SM{number:032x}", from_, FAMILY_LINE, body)


def test_a_text_is_kept_on_disk_and_comes_into_the_database_later(house: House, without_database: Runtime) -> None:
    house.enrols()
    assert taking_in.take_in(without_database, text("we are all right")) is Received.JOURNALLED
    assert house.all(InboundMessage) == []
    when = house.clock.now()

    house.clock.tick(minutes=3)
    taking_in.replay(house.rt)

    (kept,) = house.all(InboundMessage)
    assert (kept.body, kept.received_at) == ("we are all right", when)
    assert house.rt.journal.is_empty()


def test_a_minute_of_outage_is_told_also_after_a_crisis_was_and_once(house: House, without_database: Runtime) -> None:
    taking_in.take_in(without_database, text("he has a gun"))
    taking_in.take_in(without_database, text("we are all right", 2, from_=BEN))
    taking_in.tell_of_journal(without_database)
    house.clock.tick(seconds=59)
    taking_in.tell_of_journal(without_database)
    (crisis,) = house.carrier.to(ON_CALL)
    assert "EMERGENCY" in crisis
    house.clock.tick(seconds=1)
    for _ in range(3):
        taking_in.tell_of_journal(without_database)
        house.clock.tick(minutes=1)
    assert len(house.carrier.to(ON_CALL)) == 2
    assert "Please mend it now" in house.carrier.to(ON_CALL)[1]


def test_a_crisis_is_told_to_the_one_on_call_at_once_and_once(house: House, without_database: Runtime) -> None:
    taking_in.take_in(without_database, text("he has a gun"))
    taking_in.tell_of_journal(without_database)
    taking_in.tell_of_journal(without_database)
    assert len(house.carrier.to(ON_CALL)) == 1
    assert "gun" not in house.carrier.to(ON_CALL)[0]

    house.enrols()
    taking_in.replay(house.rt)
    assert house.escalation.level == "acute"


def test_an_outage_that_lasts_is_told_even_without_a_crisis(house: House, without_database: Runtime) -> None:
    taking_in.take_in(without_database, text("thank you", 1))
    taking_in.take_in(without_database, text("good night", 2))
    taking_in.tell_of_journal(without_database)
    assert house.carrier.to(ON_CALL) == []

    house.clock.tick(seconds=61)
    taking_in.tell_of_journal(without_database)
    taking_in.tell_of_journal(without_database)
    assert len(house.carrier.to(ON_CALL)) == 1


def test_newer_texts_wait_behind_those_on_disk(house: House, without_database: Runtime) -> None:
    house.enrols()
    taking_in.take_in(without_database, text("first", 1))
    taking_in.take_in(house.rt, text("second", 2))
    taking_in.replay(house.rt)
    assert [kept.body for kept in house.all(InboundMessage)] == ["first", "second"]
    taking_in.take_in(house.rt, text("third", 3))
    assert len(house.all(InboundMessage)) == 3


def test_the_same_text_on_disk_and_in_the_database_is_one(house: House, without_database: Runtime) -> None:
    house.enrols()
    taking_in.take_in(house.rt, text("hello", 1))
    taking_in.take_in(without_database, text("hello", 1))
    taking_in.replay(house.rt)
    assert len(house.all(InboundMessage)) == 1


def test_nothing_on_disk_can_be_read_without_the_keys(house: House, without_database: Runtime, tmp_path) -> None:
    taking_in.take_in(without_database, text("a marked sentence"))
    (entry,) = (tmp_path / "journal").glob("*.sealed")
    assert b"marked" not in entry.read_bytes()
    assert b"555" not in entry.read_bytes()


def test_a_broken_entry_stops_no_other(house: House, without_database: Runtime, tmp_path) -> None:
    house.enrols()
    taking_in.take_in(without_database, text("one", 1))
    (entry,) = (tmp_path / "journal").glob("*.sealed")
    entry.write_bytes(b"\x01broken")
    taking_in.take_in(without_database, text("two", 2))
    taking_in.replay(house.rt)
    assert [kept.body for kept in house.all(InboundMessage)] == ["two"]
    assert entry.with_suffix(".aside").exists()
    assert house.rt.journal.is_empty()


def test_when_neither_takes_it_the_carrier_is_told_so(house: House, without_database: Runtime, tmp_path) -> None:
    (tmp_path / "journal").write_text("a file where the folder should be")
    with pytest.raises(StoreUnavailable):
        taking_in.take_in(without_database, text("hello"))


def test_one_phone_that_waits_holds_up_no_other(house: House, without_database: Runtime) -> None:
    house.enrols()
    taking_in.take_in(without_database, text("first", 1))
    assert taking_in.take_in(house.rt, text("of another phone", 2, from_=BEN)) is Received.KEPT
    assert taking_in.take_in(house.rt, text("second", 3)) is Received.JOURNALLED
    assert [kept.body for kept in house.all(InboundMessage)] == ["of another phone"]


def test_an_entry_that_cannot_be_brought_in_holds_up_its_own_phone_until_somebody_was_told(
    house: House, without_database: Runtime, home: Home, tmp_path
) -> None:
    house.enrols()
    taking_in.take_in(without_database, text("he has a gun", 1))
    taking_in.take_in(without_database, text("hurry", 2))
    taking_in.take_in(without_database, text("we are all right", 3, from_=BEN))
    stumbles = ScriptedPoints("inbound.receive-text.before-commit@1=fail")
    stumbling = house_on(home.url, tmp_path, clock=home.clock, points=stumbles)
    taking_in.replay(stumbling.rt)
    stumbling.rt.store.close()
    assert [kept.body for kept in house.all(InboundMessage)] == ["we are all right"], "and no newer text of that phone"

    taking_in.tell_of_journal(house.rt)
    taking_in.replay(house.rt)
    assert [kept.body for kept in by_time(house) if kept.body != "we are all right"] == ["he has a gun", "hurry"]


def test_what_a_family_wrote_while_it_was_gone_is_in_the_order_they_wrote_it(
    house: House, without_database: Runtime
) -> None:
    house.enrols()
    for number, body in enumerate(("first", "second", "third")):
        taking_in.take_in(without_database, text(body, number))
        house.clock.tick(seconds=5)
    taking_in.replay(house.rt)
    assert [kept.body for kept in by_time(house)] == ["first", "second", "third"]
    house.works()
    assert house.assistant.asked[-1].split() == ["first", "second", "third"]


def test_a_report_waits_too_and_reports_on_one_text_keep_their_order(house: House, without_database: Runtime) -> None:
    house.enrols()
    house.works()
    (welcome,) = house.outbox()
    sid = str(welcome.carrier_sid)
    for status in ("sent", "undelivered"):
        report = DeliveryReport(welcome.id, sid, status, 30003 if status == "undelivered" else None)
        assert taking_in.take_in_report(without_database, report) is Received.JOURNALLED
    late = DeliveryReport(None, sid, "delivered")
    assert taking_in.take_in_report(house.rt, late) is Received.JOURNALLED, "behind those that wait"
    taking_in.replay(house.rt)
    assert house.rt.journal.is_empty()
    (settled,) = [each for each in house.outbox() if each.id == welcome.id]
    assert settled.error_code == 30003


def test_a_report_of_a_text_nobody_knows_is_let_go(house: House, without_database: Runtime) -> None:
    taking_in.take_in_report(without_database, DeliveryReport(UUID(int=1), "SM" + "9" * 32, "delivered"))
    assert taking_in.take_in_report(house.rt, DeliveryReport(None, "SM" + "8" * 32, "sent")) is Received.NOT_OURS
    taking_in.replay(house.rt)
    assert house.rt.journal.is_empty()


def test_an_outage_is_told_once_however_long_bringing_it_all_in_takes(house: House, without_database: Runtime) -> None:
    house.enrols()
    for number in range(20):
        taking_in.take_in(without_database, text(f"text {number}", number))
    house.clock.tick(minutes=5)
    for _ in range(3):
        taking_in.tell_of_journal(house.rt)
        house.rt.journal.remove(house.rt.journal.pending()[0])  # one by one, as a slow database takes them
    assert len(house.carrier.to(ON_CALL)) == 1


def test_what_nobody_can_read_is_told_to_the_one_on_call_once(
    house: House, without_database: Runtime, tmp_path
) -> None:
    taking_in.take_in(without_database, text("one", 1))
    (entry,) = (tmp_path / "journal").glob("*.sealed")
    entry.write_bytes(b"\x01broken")
    for _ in range(3):
        taking_in.tell_of_journal(without_database)
    (alert,) = house.carrier.to(ON_CALL)
    assert "can not be read" in alert


def test_an_entry_without_its_time_is_told_of_and_put_aside(house: House) -> None:
    house.rt.journal.keep({"carrier_sid": "SM1", "from_number": ANA}, thread=f"text:{ANA}")
    taking_in.tell_of_journal(house.rt)
    taking_in.replay(house.rt)
    assert house.rt.journal.state().aside == 1
    taking_in.tell_of_journal(house.rt)
    assert ["can not be read" in alert for alert in house.carrier.to(ON_CALL)] == [False, True]


def by_time(house: House) -> list[InboundMessage]:
    return sorted(house.all(InboundMessage), key=lambda kept: kept.received_at)
