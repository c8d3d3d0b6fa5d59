"""A person's own text to a phone that somebody else may read: checked, kept back, and sent only on purpose."""

from __future__ import annotations

from uuid import uuid4

import pytest

from checkback.care.errors import GivesAway
from checkback.care.flows import phone_safety, staff_work
from checkback.care.model import AuditEvent, Contact, StaffMember
from checkback.care.steps.own_words import Anyway
from checkback.care.terms import OutboundKind, SafetyMode, SentAnyway

REVEALING = "Hi Ana, the police report is here."


@pytest.fixture
def lee(house):
    return next(member for member in house.all(StaffMember) if member.login == "lee")


@pytest.fixture
def contact(house, ana):
    house.enrols()
    house.works()
    ana.texts("1")
    return house.all(Contact)[0]


@pytest.fixture
def writes(rt, lee, contact):
    def write(body, anyway=None, key=None):
        staff_work.reply(rt, "F-12", contact.id, lee.id, body, key or uuid4(), anyway)

    return write


def personal(house):
    return [text for text in house.outbox() if text.kind is OutboundKind.PERSONAL]


def done_by(house, member):
    return [event.action for event in house.all(AuditEvent) if event.actor == f"staff:{member.id}"]


@pytest.mark.parametrize("mode", [SafetyMode.NEUTRAL, SafetyMode.UNSAFE])
def test_what_gives_away_is_kept_back_and_named(house, rt, lee, contact, writes, mode):
    phone_safety.set_mode(rt, contact.reference, "lee", mode)
    with pytest.raises(GivesAway, match="Ana, police") as refused:
        writes(REVEALING)
    assert refused.value.words == ("Ana", "police")
    assert personal(house) == []


@pytest.mark.parametrize(
    ("body", "word"),
    [("This is Dana", "Dana"), ("about the burglary", "burglary"), ("Mr. Morales said so", "Morales")],
    ids=["who writes", "what happened", "a family name"],
)
def test_names_and_what_happened_are_known_from_the_record(writes, body, word):
    with pytest.raises(GivesAway) as refused:
        writes(body)
    assert refused.value.words == (word,)


@pytest.mark.parametrize("why", SentAnyway)
def test_it_goes_at_a_second_press_and_the_audit_says_who_and_why(house, lee, writes, ana, why):
    key = uuid4()
    for _ in range(2):
        writes(REVEALING, Anyway(why, frozenset({"Ana", "police"})), key)
    house.works()
    assert ana.last == f"{REVEALING}\n- Riverbend Families"
    assert len(personal(house)) == 1
    assert done_by(house, lee).count(f"text.gives-away.{why}") == 1


def test_a_second_press_lets_through_only_what_was_shown(house, writes):
    with pytest.raises(GivesAway, match="shelter"):
        writes(f"{REVEALING} The shelter too.", Anyway(SentAnyway.SPOKEN, frozenset({"Ana", "police"})))
    assert personal(house) == []


def test_on_a_safe_phone_nothing_is_kept_back_and_the_writer_signs_with_their_first_name(
    house, rt, contact, writes, ana
):
    phone_safety.set_mode(rt, contact.reference, "lee", SafetyMode.SAFE)
    writes(REVEALING)
    house.works()
    assert ana.last == f"{REVEALING}\n- Dana, Riverbend Families"


def test_when_safe_has_worn_off_it_is_kept_back_again(house, rt, contact, writes):
    phone_safety.set_mode(rt, contact.reference, "lee", SafetyMode.SAFE)
    house.clock.tick(days=31)
    with pytest.raises(GivesAway):
        writes(REVEALING)


def test_an_ordinary_text_goes_at_once_signed_by_the_programme_once_a_talk(house, lee, writes, ana):
    writes("Are you awake?")
    writes("I can call at 3.")
    house.works()
    assert ana.got[-2:] == ["Are you awake?\n- Riverbend Families", "I can call at 3."]
    assert not [action for action in done_by(house, lee) if action.startswith("text.gives-away")]


def test_who_has_named_the_programme_is_not_signed_twice(house, writes, ana):
    writes("It's Riverbend Families. Are you up?")
    house.works()
    assert ana.last == "It's Riverbend Families. Are you up?"
