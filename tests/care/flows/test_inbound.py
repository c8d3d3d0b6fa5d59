"""Each text is kept, screened and, where needed, escalated in one unit of work, whatever else is broken."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import text as sql

from checkback.care.errors import StoreUnavailable
from checkback.care.flows import outbound, staff_work
from checkback.care.flows.enrolment import NewContact
from checkback.care.flows.inbound import Received, ReceivedText, receive_text
from checkback.care.model import (
    AuditEvent,
    Contact,
    Conversation,
    DistressSignal,
    Escalation,
    EscalationPolicyStep,
    InboundMessage,
    StaffMember,
)
from checkback.care.store import Store
from checkback.care.terms import DistressLevel, InboundState, Lane, OutboundKind, SafetyMode
from tests.care.conftest import ON_SQLITE
from tests.fakes import Crash
from tests.furnished import RING
from tests.story import ANA, DR_LEE, FAMILY_LINE, House

STRANGER = "+13145550177"


def alerts(house: House) -> list[str]:
    return [message.body for message in house.outbox() if message.kind is OutboundKind.NOTICE]


def test_the_alert_is_in_the_outbox_when_the_webhook_returns(house):
    house.enrols()
    assert house.receives("he has a gun", from_=ANA, to=FAMILY_LINE) is Received.KEPT
    (alert,) = alerts(house)
    assert alert.startswith("E-12 EMERGENT")
    assert house.carrier.taken == [], "nothing was called while the carrier waited for its answer"


def test_an_alert_says_nothing_of_anybody(house):
    house.enrols()
    house.receives("he has a gun", from_=ANA, to=FAMILY_LINE)
    (alert,) = alerts(house)
    assert [word for word in ("Ana", "Morales", "555", "gun", "burglary", "F-12") if word in alert] == []


def test_a_crisis_is_told_with_the_assistant_down(house, ana, dr_lee):
    house.enrols()
    house.works()
    house.assistant.is_down = True
    ana.texts("I want to kill myself")
    assert "URGENT" in dr_lee.last
    assert "988" in ana.last


def test_a_crisis_is_kept_with_the_carrier_down_and_told_when_it_is_back(house, ana, dr_lee):
    house.enrols()
    house.works()
    house.carrier.is_down = True
    ana.texts("I want to kill myself")
    assert dr_lee.got == []
    house.carrier.is_down = False
    house.clock.tick(minutes=2)
    house.works()
    assert "E-12" in dr_lee.last
    assert "988" in ana.last


@pytest.mark.parametrize("point", ["before-commit", "after-commit"])
def test_a_crash_while_a_crisis_is_kept_leaves_nothing_half(house, points, point):
    house.enrols()
    points.crash_at(f"inbound.receive-text.{point}")
    with pytest.raises(Crash):
        house.receives("he has a gun", from_=ANA, to=FAMILY_LINE, sid="SM1")
    rows = [len(house.all(kind)) for kind in (InboundMessage, DistressSignal, Escalation)]
    assert [*rows, len(alerts(house))] == ([0, 0, 0, 0] if point == "before-commit" else [1, 1, 1, 1])
    house.receives("he has a gun", from_=ANA, to=FAMILY_LINE, sid="SM1")
    rows = [len(house.all(kind)) for kind in (InboundMessage, DistressSignal, Escalation)]
    assert [*rows, len(alerts(house))] == [1, 1, 1, 1]


def test_a_screen_that_breaks_loses_no_text_and_a_person_reads_it(house, ana):
    house.enrols()
    house.works()
    house.rt.screen.is_broken = True
    ana.texts("we can't sleep")
    (kept,) = house.all(InboundMessage)
    assert (kept.level, kept.danger, kept.state) == (DistressLevel.HIGH, "unscreened", InboundState.WITH_A_PERSON)
    assert "distress" in house.tasks
    assert "A person on the team will read it" in ana.last


def test_a_broken_screen_does_not_stop_a_stop(house, ana):
    house.enrols()
    house.rt.screen.is_broken = True
    ana.texts("STOP")
    assert "opted-out" in house.tasks
    assert [m.state for m in house.outbox() if m.kind is OutboundKind.WELCOME] == ["cancelled"]


def test_a_programme_without_a_policy_still_tells_everybody(house, ana, dr_lee):
    house.enrols()
    with house.rt.store.begin("test.no-policy") as tx:
        tx.session.query(EscalationPolicyStep).delete()
    ana.texts("he has a gun")
    assert "E-12" in dr_lee.last


def test_an_unknown_sender_in_crisis_is_kept_screened_and_told_to_who_is_on_call(house, ortiz):
    stranger = house.phone(STRANGER)
    stranger.texts("I want to kill myself")
    (kept,) = house.all(InboundMessage)
    assert kept.level is DistressLevel.ACUTE
    assert "URGENT" in ortiz.last
    assert "988" in stranger.last
    assert house.escalation.family_id is None


def test_an_unknown_sender_learns_nothing_is_greeted_once_a_day_and_never_reaches_the_assistant(house):
    stranger = house.phone(STRANGER)
    for _ in range(3):
        stranger.texts("is anybody there?")
    assert len(stranger.got) == 1
    assert "Riverbend" not in stranger.last
    assert house.assistant.asked == []
    assert house.tasks == ["unknown-sender"], "one, while nobody has looked"
    house.clock.tick(hours=25)
    stranger.texts("hello?")
    assert len(stranger.got) == 2


def test_a_text_to_a_number_that_is_not_ours_or_from_one_that_is_keeps_nothing(house):
    assert house.receives("hello", from_=ANA, to="+13145550111") is Received.NOT_OURS
    assert house.receives("hello", from_=FAMILY_LINE, to=FAMILY_LINE) is Received.NOT_OURS
    assert house.all(InboundMessage) == []


def test_the_same_text_again_changes_nothing(house, ana):
    house.enrols()
    ana.texts("I want to kill myself", sid="SM1")
    rows = len(house.all(AuditEvent)), len(house.outbox())
    assert ana.texts("I want to kill myself", sid="SM1") is Received.DUPLICATE
    assert (len(house.all(AuditEvent)), len(house.outbox())) == rows


ODD = {
    "nul": "a\x00b",
    "only nul": "\x00\x00",
    "1600": "x" * 1600,
    "zero width": "\u200b\u200d\ufeff",
    "rtl": "\u202eمرحبا\u202c",
    "emoji": "👨‍👩‍👧‍👦😭",
    "slashes": "///",
    "command": '  //need{"need": "food"}',
    "restart": "/restart",
    "blank": " \t\n ",
    "nothing": "",
    "braces": "{0} {name} %s",
    "quotes": "'; DROP TABLE contact; --",
    "surrogate pair": "\U0001f9f8",
}


@ON_SQLITE
@pytest.mark.parametrize("body", ODD.values(), ids=ODD.keys())
def test_an_odd_text_is_kept_as_it_is_and_answered_with_something(house, ana, body):
    house.enrols()
    house.works()
    ana.texts("1")
    before = len(ana.got)
    assert ana.texts(body) is Received.KEPT
    assert sorted(text.body for text in house.all(InboundMessage)) == sorted(["1", body])
    assert len(ana.got) == before + 1
    assert not {InboundState.WAITING, InboundState.IN_TURN} & {text.state for text in house.all(InboundMessage)}


def test_a_text_of_signs_only_is_read_by_a_person_and_not_by_the_assistant(house, ana):
    house.enrols()
    house.works()
    ana.texts("///")
    assert house.assistant.asked == []
    assert "A person on the team will read it" in ana.last
    assert house.tasks == ["text-to-read"]


def test_a_picture_is_answered_and_becomes_a_task(house, ana):
    house.enrols()
    house.works()
    ana.texts("", media_count=1)
    assert "picture" in ana.last
    assert house.tasks == ["picture"]
    ana.texts("our new crib", media_count=2)
    assert house.tasks.count("picture") == 2
    assert house.assistant.asked == ["our new crib"]


def test_a_crisis_beside_a_picture_is_heard(house, ana, dr_lee):
    house.enrols()
    ana.texts("he has a gun", media_count=1)
    assert "EMERGENT" in dr_lee.last


def test_on_a_shared_phone_whoever_was_written_to_last_answers(house):
    shared = house.phone(ANA)
    house.enrols("24-1", contacts=[NewContact("Ana Morales", ANA)])
    house.works()
    house.clock.tick(minutes=5)
    bens = house.enrols("24-2", contacts=[NewContact("Ben Ruiz", ANA)])
    shared.texts("1")  # for both of them
    (ben,) = [contact for contact in house.all(Contact) if contact.name == "Ben Ruiz"]
    (lee,) = [member for member in house.all(StaffMember) if member.login == "lee"]
    house.clock.tick(minutes=5)
    staff_work.reply(house.rt, bens, ben.id, lee.id, "We can bring the form by. When suits you?", uuid4())
    house.works()
    shared.texts("tomorrow")
    threads = {conversation.id: conversation.contact_id for conversation in house.all(Conversation)}
    _, answer = sorted(house.all(InboundMessage), key=lambda text: text.received_at)
    assert threads[answer.conversation_id] == ben.id


BLAND = "Thanks, got your message."


@ON_SQLITE
@pytest.mark.parametrize(
    ("mode", "answer"),
    [(SafetyMode.NEUTRAL, BLAND), (SafetyMode.SAFE, "911"), (SafetyMode.UNSAFE, BLAND)],
    ids=["neutral", "safe", "unsafe"],
)
def test_partner_violence_is_answered_by_what_the_phone_may_show(house, ana, dr_lee, mode, answer):
    house.enrols()
    house.works()
    house.marks_phones(mode)
    ana.texts("he hits me")
    assert answer in ana.last
    assert "URGENT" in dr_lee.last


def test_on_an_unsafe_phone_violence_now_is_answered_with_silence_and_people_are_told(house, ana, dr_lee):
    house.enrols(contacts=[NewContact("Ana Morales", ANA, safe_to_text=False)])
    ana.texts("he has a gun")
    ana.texts("please hurry")
    assert ana.got == []
    assert "EMERGENT" in dr_lee.last


def test_a_body_that_cannot_be_read_any_more_does_not_stop_the_next_text(house, ana, dr_lee):
    house.enrols()
    ana.texts("we can't sleep")
    poison(house, "inbound_message")
    ana.texts("he has a gun")
    assert "EMERGENT" in dr_lee.last


def test_a_queued_text_that_cannot_be_read_any_more_does_not_stop_a_stop(house, ana):
    house.enrols()
    poison(house, "outbound_message")
    assert ana.texts("STOP") is Received.KEPT
    assert house.tasks == ["opted-out"]
    with house.rt.store.read() as tx:
        assert tx.session.scalar(sql("SELECT state FROM outbound_message")) == "cancelled"


def poison(house: House, table: str) -> None:
    """The key of what is sealed there is lost."""
    with house.rt.store.begin("test.poison") as tx:
        tx.session.execute(sql(f"UPDATE {table} SET body = :lost"), {"lost": b"\x63" + b"x" * 40})  # noqa: S608


def test_with_the_database_gone_the_caller_is_told_that_it_was_not_kept(house):
    rt = house.rt
    gone = Store("postgresql://nobody@127.0.0.1:1/none", keyring=RING, clock=rt.clock, points=rt.points)
    with pytest.raises(StoreUnavailable):
        receive_text(replace(rt, store=gone), ReceivedText("SM1", ANA, FAMILY_LINE, "he has a gun"))
    gone.close()


def test_an_alert_never_waits_behind_families(house, ana, dr_lee):
    house.enrols()
    house.receives("he has a gun", from_=ANA, to=FAMILY_LINE)
    outbound.deliver_due(house.rt, Lane.ALERTS)
    assert sorted(text.to for text in house.carrier.taken) == [ANA, DR_LEE], "the safety answer and the alert only"
