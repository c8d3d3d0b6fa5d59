"""Everything about a family is given to them: every word of the story, nobody else's, and who looked."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from checkback.care.errors import NotAllowed, NotFound, WordsRefused
from checkback.care.flows import family_record
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import AuditEvent, InboundMessage
from checkback.care.rules.record_page import as_page
from checkback.care.store import messages, people
from checkback.care.terms import InboundState, Sender
from tests.story import ANA

BEN = "+13145550133"


@pytest.fixture
def lived(house, ana):
    """A family with a story, and another one whose words must not be among it."""
    house.enrols(child_ages=[7])
    house.enrols("24-0118", contacts=[NewContact("Ben Adeyemi", BEN)])
    house.works()
    ana.texts("1")
    ana.texts("we need a crib for Mateo")
    house.phone(BEN).texts("my own secret garden")
    house.works()
    return house


def test_every_word_of_the_story_is_in_it(lived):
    said = _all_said(lived, "F-12")
    assert all(word in said for word in ("Ana Morales", ANA, "we need a crib for Mateo", "63106"))
    for text in lived.phone(ANA).got:
        assert json.dumps(text)[1:-1] in said


def test_nothing_of_another_family_is_in_it(lived):
    said = _all_said(lived, "F-12")
    assert [word for word in ("Adeyemi", BEN, "secret garden") if word in said] == []


def test_what_another_family_wrote_from_a_shared_phone_is_not_in_it(lived):
    """Ana's sister is of another family and uses Ana's phone; staff texted her there."""
    other = lived.enrols("24-0119", contacts=[NewContact("Bea Morales", ANA)])
    with lived.rt.store.begin("tests.writes") as tx:
        (sister,) = people.contacts_in(tx, people.family(tx, other))
        phone = people.phone(tx, ANA)
        assert phone is not None
        tx.add(messages.conversation_with(tx, phone, sister))
        tx.add(_text_of(messages.conversation_with(tx, phone, sister), "only Bea may know", tx.now))
        tx.record("tests.wrote", sister)
    assert "only Bea may know" not in _all_said(lived, "F-12")
    assert "only Bea may know" in _all_said(lived, other)


def _all_said(house, family: str) -> str:
    return json.dumps(asdict(family_record.whole(house.rt, family, "admin")), default=str)


def _text_of(conversation, words: str, now) -> InboundMessage:
    return InboundMessage(
        carrier_sid="SM" + "e" * 32,
        sender=Sender.FAMILY,
        phone_id=conversation.phone_id,
        body=words,
        received_at=now,
        state=InboundState.ANSWERED,
        conversation_id=conversation.id,
    )


def test_it_says_who_looked_and_is_audited_itself(lived):
    found = family_record.whole(lived.rt, "F-12", "admin")
    assert "family.given-out" in [line["action"] for line in found.audit]
    assert [each.action for each in lived.all(AuditEvent)].count("family.given-out") == 1


@pytest.mark.parametrize("login", ["lee", "okafor", "nobody"])
def test_only_an_administrator_or_a_coordinator_gives_it_out(lived, login):
    with pytest.raises((NotAllowed, WordsRefused, NotFound)):
        family_record.whole(lived.rt, "F-12", login)
    assert "family.given-out" not in [each.action for each in lived.all(AuditEvent)]


def test_the_page_says_words_and_no_markup_of_theirs():
    page = as_page("Family F-12", ["Read this first."], {"note": [{"text": "<script>alert(1)</script> & more"}]})
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page and "<script>" not in page
    assert "http" not in page
