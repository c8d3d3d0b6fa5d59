"""Who a text comes from and goes to: a phone, a machine, another channel, ourselves; and what each may expect."""

from __future__ import annotations

from itertools import product

import pytest

from checkback.care.model import Conversation, Escalation, InboundMessage, OutboundMessage, Phone
from tests.gateway.calling import kept
from tests.story import ALERT_LINE, ANA, FAMILY_LINE


@pytest.fixture
def database_url(tmp_path) -> str:
    """What is decided above the database needs one kind."""
    return f"sqlite:///{tmp_path / 'checkback.db'}"


NOT_OURS = ["+13145550177", "22395", "whatsapp:+13145550177", "messenger:1234", "sip:a@b", "0"]


def test_a_text_to_a_number_that_is_none_of_ours_starts_no_conversation(twilio, house):
    for number, to in enumerate(NOT_OURS):
        answer = twilio.texts(To=to, Body="I want to kill myself", MessageSid=f"SM{number:032x}")
        assert answer.status_code == 204, to
    assert [house.all(kind) for kind in (InboundMessage, Conversation)] == [[], []]


def test_one_of_our_own_numbers_gets_no_reply_and_opens_nothing(twilio, house):
    from_ = [FAMILY_LINE, ALERT_LINE, f"whatsapp:{FAMILY_LINE}", f"rcs:{ALERT_LINE}"]
    bodies = ["hello", "STOP", "ack 12", "I want to kill myself"]
    for number, (ours, to, body) in enumerate(product(from_, [FAMILY_LINE, ALERT_LINE], bodies)):
        assert twilio.texts(From=ours, To=to, Body=body, MessageSid=f"SM{number:032x}").status_code == 204
    house.works()
    assert [house.all(kind) for kind in (InboundMessage, Conversation, OutboundMessage)] == [[], [], []]
    assert house.carrier.taken == []


MACHINES = ["22395", "ALERTS", "+266696687", "141020001", "client:ana", "messenger:123", "ñ\u202e", "+1"]


def test_what_cannot_read_an_answer_gets_none_and_a_person_looks_once(twilio, house):
    for number, machine in enumerate(MACHINES * 3):
        answer = twilio.texts(From=machine, Body="your code is 123456", MessageSid=f"SM{number:032x}")
        assert answer.status_code == 204, machine
    house.works()
    assert len(kept(house)) == 3 * len(MACHINES)
    assert house.tasks == ["unknown-sender"] * len(MACHINES)
    assert house.outbox() == []


def test_danger_is_heard_whoever_tells_of_it(twilio, house, ortiz):
    for number, machine in enumerate(MACHINES):
        assert (
            twilio.texts(From=machine, Body="I want to kill myself", MessageSid=f"SM{number:032x}").status_code == 204
        )
    house.works()
    assert [each.level for each in house.all(Escalation)] == ["acute"] * len(MACHINES)
    assert "Texts to this phone are blocked: CALL" in ortiz.last
    assert not [text for text in house.outbox() if text.sender == "family"]


@pytest.mark.parametrize("channel", ["whatsapp", "RCS"])
def test_who_writes_by_another_channel_is_whoever_has_that_number_and_a_person_answers(twilio, house, ana, channel):
    house.enrols()
    house.works()
    before = len(ana.got)
    assert twilio.texts(From=f"{channel}:{ANA}", Body="we need a crib").status_code == 204
    house.works()
    (text,) = house.all(InboundMessage)
    thread = next(each for each in house.all(Conversation) if each.id == text.conversation_id)
    assert thread.contact_id is not None
    assert len(ana.got) == before, "an answer would come out somewhere else than they look"
    assert house.tasks == ["text-to-read"]
    assert len({phone.number for phone in house.all(Phone) if phone.number.endswith(ANA)}) == 1


def test_their_danger_reaches_their_own_clinician(twilio, house, dr_lee):
    house.enrols()
    house.works()
    assert twilio.texts(From=f"whatsapp:{ANA}", Body="he has a gun").status_code == 204
    house.works()
    assert "EMERGENT" in dr_lee.last or "CALL" in dr_lee.last


def test_their_stop_is_a_stop(twilio, house, ana):
    house.enrols()
    house.works()
    before = len(ana.got)
    assert twilio.texts(From=f"whatsapp:{ANA}", Body="stop texting me").status_code == 204
    house.works()
    assert house.tasks == ["opted-out"]
    assert len(ana.got) == before
