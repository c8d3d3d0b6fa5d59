"""A thread is read a stretch at a time, and each text says what came with it and what the screen made of it."""

from __future__ import annotations

import json

import pytest

from checkback.care.errors import NotFound, WordsRefused
from checkback.care.flows import family_page, family_thread, text_page
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import AuditEvent, InboundMessage, ScreeningReview, StaffMember
from checkback.care.rules.media import Media
from checkback.care.rules.strangers import written_in
from checkback.care.terms import DistressLevel, Language, ReviewVerdict
from tests.care.flows.test_a_week_ahead import counted


@pytest.fixture
def lee(house):
    return next(member for member in house.all(StaffMember) if member.login == "lee")


@pytest.fixture
def family(house, ana):
    reference = house.enrols()
    house.works()
    ana.texts("1")
    return reference


def reads(house, member):
    return [event.action for event in house.all(AuditEvent) if event.actor == f"staff:{member.id}"]


def wrote(house, words):
    return next(text for text in house.all(InboundMessage) if text.body == words)


def test_a_long_thread_comes_in_stretches_with_every_text_once(house, rt, family, lee, ana, monkeypatch):
    monkeypatch.setattr(family_thread, "SHOWN", 3)
    for number in range(4):
        ana.texts(f"text {number}")  # the clock does not stand still, but our answers may share a moment
    page = family_page.show(rt, family, lee.id)
    every = [*page.thread]
    before = page.older
    while before is not None:
        found = family_thread.older(rt, family, before, lee.id).stretch
        every, before = [*found.lines, *every], found.older
    monkeypatch.setattr(family_thread, "SHOWN", 100)
    assert [line.id for line in every] == [line.id for line in family_page.show(rt, family, lee.id).thread]
    assert page.thread[-1].id == every[-1].id
    assert len(page.thread) == 3


def test_older_texts_are_read_with_a_row_and_only_in_their_own_family(house, rt, family, lee, ana):
    text = wrote(house, "1")
    family_thread.older(rt, family, text.id, lee.id)
    assert reads(house, lee) == ["family.read"]
    other = house.enrols("24-0118", contacts=[NewContact("Joy Park", "+13145550104")])
    with pytest.raises(NotFound):
        family_thread.older(rt, other, text.id, lee.id)
    assert reads(house, lee) == ["family.read"]


def test_what_came_with_a_text_is_named_by_its_kind(house, rt, family, lee, ana):
    media = json.dumps([{"url": "https://example.org/1", "type": "audio/amr"}])
    ana.texts("", media_count=2, media=media)
    (line,) = [line for line in family_page.show(rt, family, lee.id).thread if line.media]
    assert line.media == [Media.VOICE, Media.PICTURE]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("we need help with the rent", Language.ENGLISH),
        ("necesito ayuda con la renta por favor", Language.SPANISH),
        ("mañana", Language.SPANISH),
        ("2", Language.SPANISH),
        ("ok", Language.SPANISH),
    ],
)
def test_a_text_is_of_the_language_its_words_are_of_else_of_its_persons(words, found):
    assert written_in(words, Language.SPANISH) is found


def test_what_the_screen_missed_is_told_to_a_person_and_counts(house, rt, family, lee, ana):
    ana.texts("the porch light again")
    text = wrote(house, "the porch light again")
    assert text_page.judge(rt, family, text.id, lee.id, ReviewVerdict.MISSED, DistressLevel.ACUTE) == "E-12"
    page = text_page.show(rt, family, text.id, lee.id)
    assert page.judged
    assert (page.judged.verdict, page.judged.should_be) == (ReviewVerdict.MISSED, DistressLevel.ACUTE)
    assert page.judged.by == "Dana Lee"
    assert [(review.inbound_id, review.verdict) for review in house.all(ScreeningReview)] == [
        (text.id, ReviewVerdict.MISSED)
    ]
    assert [found.reference for found in family_page.show(rt, family, lee.id).escalations] == ["E-12"]


def test_no_distress_is_kept_and_ends_nothing(house, rt, family, lee, ana):
    ana.texts("I want to kill myself")
    text = wrote(house, "I want to kill myself")
    assert text_page.judge(rt, family, text.id, lee.id, ReviewVerdict.FALSE_ALARM) is None
    page = text_page.show(rt, family, text.id, lee.id)
    assert (page.escalation, page.escalation_is_open) == (12, True)
    assert page.judged
    assert page.judged.verdict is ReviewVerdict.FALSE_ALARM
    assert [found.rule for found in page.line.evidence]


def test_a_text_of_another_family_is_neither_shown_nor_judged_here(house, rt, family, lee, ana):
    other = house.enrols("24-0118", contacts=[NewContact("Joy Park", "+13145550104")])
    text = wrote(house, "1")
    with pytest.raises(NotFound):
        text_page.show(rt, other, text.id, lee.id)
    with pytest.raises(NotFound):
        text_page.judge(rt, other, text.id, lee.id, ReviewVerdict.RIGHT)
    with pytest.raises(WordsRefused):
        text_page.judge(rt, family, text.id, lee.id, ReviewVerdict.MISSED)
    assert house.all(ScreeningReview) == []
    assert reads(house, lee) == []


def test_as_many_statements_for_many_rows_as_for_one(house, rt, family, lee, ana):
    ana.texts("I want to kill myself")
    with counted(house) as few:
        family_page.show(rt, family, lee.id)
    for number in range(6):
        ana.texts(f"text {number}")
        ana.texts("I want to kill myself")
    with counted(house) as many:
        family_page.show(rt, family, lee.id)
    assert len(many) == len(few)
