"""Texts as they seldom come: in Base64, in another language's stop, far too many, to the wrong one of our numbers."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from checkback.care.flows import staff_work
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import InboundMessage, OptOut, StaffMember, Task
from checkback.care.ports import Assessment, Screen
from checkback.care.steps.replying import FLOOD, MOST_UNASKED_REPLIES
from checkback.care.terms import Danger, DistressLevel, InboundState, OutboundKind, Sender
from tests.care.conftest import ON_SQLITE
from tests.story import ALERT_LINE, ANA, FAMILY_LINE, HeldPhone, House

STRANGER = "+13145550177"


@dataclass
class CannotRead(Screen):
    """A screen that hears nothing, and says of some texts that it cannot read them, as the real one does."""

    cannot: Callable[[str], bool]

    def assess(self, text: str, recent: Sequence[str] = ()) -> Assessment:
        if self.cannot(text):
            return Assessment(DistressLevel.HIGH, danger=Danger.UNSCREENED)
        return Assessment(DistressLevel.NONE)


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
def agreed(house: House, ana: HeldPhone) -> House:
    """A family that agreed to be texted."""
    house.enrols()
    house.works()
    ana.texts("1")
    return house


# Encoded by a carrier


def test_a_text_in_base64_is_read_and_kept_both_ways(agreed, ana):
    ana.texts(encoded("we need a crib please"))
    (text,) = [each for each in agreed.all(InboundMessage) if each.as_delivered]
    assert (text.body, text.as_delivered) == ("we need a crib please", encoded("we need a crib please"))
    assert agreed.assistant.asked[-1] == "we need a crib please"


def test_a_danger_in_base64_is_heard(agreed, ana, dr_lee):
    ana.texts(encoded("he has a gun"))
    assert "EMERGENT" in dr_lee.last


@ON_SQLITE
def test_the_worse_of_both_readings_counts(agreed, ana):
    agreed.rt = replace(agreed.rt, screen=CannotRead(lambda text: " " not in text))
    ana.texts(encoded("we need a crib please"))
    assert "distress" in agreed.tasks


def test_a_stop_in_base64_is_a_stop_and_confirmed_by_us_since_the_carrier_did_not_see_it(agreed, ana):
    ana.texts(encoded("STOP"))
    assert [each.source for each in agreed.all(OptOut)] == ["words"]
    assert "no more texts from us" in ana.last


# Stop in other languages


@ON_SQLITE
@pytest.mark.parametrize(
    "word", ["Arrêt!", "dừng lại", "stani", "kanpe", "PARE", "jooji", "توقف", "停止", "opt-out", "Stop."]
)
def test_a_stop_in_another_language_stops_and_is_confirmed_once(agreed, ana, word):
    ana.texts(word)
    assert "no more texts from us" in ana.last
    before = len(ana.got)
    agreed.clock.tick(hours=72)
    agreed.works()
    ana.texts(word)
    ana.texts("hello?")
    assert len(ana.got) == before
    assert agreed.check_in.reason == "opted-out"


def test_it_is_confirmed_in_the_contacts_own_language(house, ana):
    house.enrols(contacts=[NewContact("Ana Morales", ANA, language="es")])
    house.works()
    ana.texts("1")
    ana.texts("arrêt")
    assert "ya no le vamos a escribir" in ana.last


def test_one_in_a_script_the_screen_cannot_read_needs_nobody_to_read_it(agreed, ana):
    agreed.rt = replace(agreed.rt, screen=CannotRead(lambda text: not text.isascii()))
    ana.texts("停止")
    assert agreed.tasks == ["opted-out"]
    ana.texts("停止 他有枪")
    assert "distress" in agreed.tasks


@ON_SQLITE
def test_what_the_carrier_answers_by_itself_is_seen_by_a_person(agreed, ana):
    for number, (word, kind) in enumerate([("INFO", None), ("ayudame con esto", "HELP")]):
        ana.texts(word, opt_out_type=kind)
        assert agreed.tasks.count("text-to-read") == number + 1
    assert "ayudame con esto" not in agreed.assistant.asked


# Too many


def floods(house: House, number: str, count: int, body: str = "auto reply") -> None:
    for at in range(count):
        house.receives(f"{body} {at}", from_=number, to=FAMILY_LINE)


def test_a_flood_from_a_stranger_is_kept_and_is_one_reply_and_one_task(house):
    floods(house, STRANGER, FLOOD * 2)
    house.works()
    assert len(house.all(InboundMessage)) == FLOOD * 2
    assert len(house.carrier.to(STRANGER)) == 1
    assert house.tasks == ["unknown-sender"]


def test_a_flood_from_a_family_is_kept_and_then_one_reply_and_one_task(agreed, ana):
    floods(agreed, ANA, FLOOD - 1)  # and the 1 before
    agreed.works()
    before, asked = len(ana.got), len(agreed.assistant.asked)
    for _ in range(10):
        floods(agreed, ANA, 3)
        agreed.works()
    assert len(agreed.all(InboundMessage)) == FLOOD + 30
    assert len(ana.got) == before + 1
    assert agreed.tasks == ["text-to-read"]
    assert len(agreed.assistant.asked) == asked, "the assistant is not fed by a machine"


def test_danger_is_heard_in_a_flood(agreed, ana, dr_lee):
    floods(agreed, ANA, FLOOD * 2)
    ana.texts("he has a gun")
    assert "EMERGENT" in dr_lee.last
    assert "911" in ana.last or "got your message" in ana.last


def test_after_a_flood_has_passed_they_are_answered_as_before(agreed, ana):
    floods(agreed, ANA, FLOOD * 2)
    agreed.works()
    agreed.clock.tick(hours=25)
    ana.texts("we need a crib")
    assert agreed.assistant.asked[-1] == "we need a crib"


@ON_SQLITE
def test_a_phone_is_answered_by_itself_five_times_until_somebody_acts(agreed, ana):
    before = len(ana.got)
    for _ in range(MOST_UNASKED_REPLIES + 4):
        agreed.clock.tick(minutes=11)
        ana.texts("///")
    assert len(ana.got) == before + MOST_UNASKED_REPLIES
    assert agreed.tasks == ["text-to-read"] * (MOST_UNASKED_REPLIES + 4), "each is a person's to read all the same"

    does_a_task(agreed)
    agreed.clock.tick(minutes=11)
    ana.texts("///")
    assert len(ana.got) == before + MOST_UNASKED_REPLIES + 1


def test_an_answer_to_danger_is_never_held_back_for_it(agreed, ana):
    for _ in range(MOST_UNASKED_REPLIES + 2):
        agreed.clock.tick(minutes=11)
        ana.texts("///")
    before = len(ana.got)
    ana.texts("I want to kill myself")
    assert "988" in ana.last
    assert len(ana.got) == before + 1


def test_a_stranger_who_turns_texts_off_and_on_gets_one_line_a_day(house):
    stranger = house.phone(STRANGER)
    for _ in range(4):
        stranger.texts("stop texting me")
        stranger.texts("start")
    assert len(stranger.got) == 1


def test_ten_texts_in_a_minute_ring_the_clinician_who_has_it_once(agreed, ana, dr_lee):
    ana.texts("he has a gun")
    dr_lee.texts("ack 12")
    agreed.clock.tick(minutes=2)
    before = len(dr_lee.got)
    for _ in range(10):
        agreed.receives("he has a gun", from_=ANA, to=FAMILY_LINE)
    agreed.works()
    assert len(dr_lee.got) == before + 1
    agreed.clock.tick(minutes=2)
    ana.texts("he has a gun")
    assert len(dr_lee.got) > before + 1


# To the number that texts staff


def test_a_stranger_in_danger_who_writes_to_the_alert_number_is_heard(house, ortiz):
    house.phone(STRANGER, ALERT_LINE).texts("I want to kill myself")
    assert "URGENT" in ortiz.last
    (text,) = house.all(InboundMessage)
    assert (text.level, text.state) == (DistressLevel.ACUTE, InboundState.WITH_A_PERSON)
    assert "988" in house.carrier.to(STRANGER)[0]
    assert [each.sender for each in house.outbox() if each.kind is OutboundKind.SAFETY] == [Sender.FAMILY]


def test_a_stranger_who_writes_to_the_alert_number_is_screened_once(house):
    counting = Counting(house.rt.screen)
    house = replace(house, rt=replace(house.rt, screen=counting))
    house.phone(STRANGER, ALERT_LINE).texts("I want to kill myself")
    assert counting.asked == ["I want to kill myself"]


@dataclass
class Counting(Screen):
    """Remembers what it was asked."""

    screen: Screen
    asked: list[str] = field(default_factory=list)

    def assess(self, text: str, recent: Sequence[str] = ()) -> Assessment:
        self.asked.append(text)
        return self.screen.assess(text, recent)


def does_a_task(house: House) -> None:
    """Somebody on the team sees to the first one."""
    (lee,) = [member for member in house.all(StaffMember) if member.login == "lee"]
    staff_work.finish_task(house.rt, house.all(Task)[0].id, lee.id, "read it")
