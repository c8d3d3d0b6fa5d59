"""What the family is told while people are told of them: the truth, once it is known, where it is safe to say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checkback.care.flows.enrolment import NewContact
from checkback.care.model import SafetyPreference, Task
from checkback.care.program.reporting import Hotlines
from checkback.care.rules.zones import state_of_zip
from checkback.care.terms import Language, SafetyMode
from tests.care.conftest import ON_SQLITE
from tests.conftest import PROGRAM
from tests.story import ANA, House


def told_when(house: House) -> list[str]:
    return [
        text.body
        for text in house.carrier.taken
        if text.to == ANA and ("plans to call" in text.body or "tardar" in text.body)
    ]


def test_once_somebody_has_said_when_they_call_the_family_knows_it_too(house, ana, dr_lee):
    house.enrols()
    house.works()
    ana.texts("I want to kill myself")
    assert told_when(house) == []
    dr_lee.texts("ack 12")
    assert told_when(house) == [], "nobody has said when"
    dr_lee.texts("ack 12 20")
    (text,) = told_when(house)
    assert "plans to call you by" in text
    assert "988" in text


@ON_SQLITE
def test_in_spanish_too(house, ana, dr_lee):
    house.enrols(contacts=[NewContact("Ana Morales", ANA, language=Language.SPANISH)])
    house.works()
    ana.texts("I want to kill myself")
    dr_lee.texts("ack 12 20")
    (text,) = told_when(house)
    assert "a más tardar el" in text


@ON_SQLITE
@pytest.mark.parametrize(
    ("words", "changes"),
    [
        ("I want to kill myself", {"mode": SafetyMode.UNSAFE}),
        ("I want to kill myself", {"may_call": False}),
        ("I want to kill myself", {"may_text": False}),
        ("my husband hits me", {}),
    ],
    ids=["somebody-reads-along", "no-calls", "no-texts", "the-danger-may-hold-the-phone"],
)
def test_nothing_is_said_where_whoever_is_the_danger_may_read_it(house, ana, dr_lee, words, changes):
    house.enrols()
    house.works()
    with house.rt.store.begin("test.safety") as tx:
        for safety in tx.session.query(SafetyPreference):
            for field, value in changes.items():
                setattr(safety, field, value)
            tx.record("test.safety", safety)
    ana.texts(words)
    dr_lee.texts("ack 12 20")
    assert told_when(house) == []


@ON_SQLITE
def test_words_of_child_abuse_are_a_task_with_the_words_their_time_and_the_states_line(house, ana):
    house.rt = replace(house.rt, hotlines=Hotlines.load(PROGRAM / "reporting.yml"))
    house.enrols()
    house.works()
    ana.texts("my stepdad touches my sister at night")
    (task,) = [task for task in house.all(Task) if task.kind == "mandated-report"]
    assert "my stepdad touches my sister at night" in task.detail
    assert "1-800-392-3738" in task.detail
    assert "dss.mo.gov" in task.detail
    assert task.owner_id is not None
    ana.texts("my stepdad touches my sister at night")
    assert len([task for task in house.all(Task) if task.kind == "mandated-report"]) == 1
    assert not any("3738" in text.body for text in house.carrier.taken), "nothing is reported or sent by itself"


def test_a_state_that_is_not_in_the_table_gets_the_national_line():
    hotlines = Hotlines.load(PROGRAM / "reporting.yml")
    assert hotlines.of("MO") is not hotlines.national
    assert hotlines.of("ZZ") is hotlines.of(None) is hotlines.national
    assert {state_of_zip("63106"), state_of_zip("x")} == {"MO", None}


def test_a_second_text_of_distress_within_half_an_hour_is_not_left_without_an_answer(house, ana):
    house.enrols()
    house.works()
    ana.texts("I cannot cope")
    first = ana.last
    house.clock.tick(minutes=11)
    before = len(ana.got)
    ana.texts("I really cannot cope")
    assert len(ana.got) == before + 1
    assert ana.last != first
    ana.texts("I cannot cope at all")
    assert len(ana.got) == before + 1, "and not one line a text"
