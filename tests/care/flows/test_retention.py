"""What was kept about a family goes in its time, at the carrier too, and is looked at; a legal hold stops it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from sqlalchemy import String, Text

from checkback.care.errors import HoldRefused, NotAllowed, WordsRefused
from checkback.care.flows import family_events, family_record, keys, retention, sealing
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import Base, CheckIn, InboundMessage, OutboundMessage, Phone, Purge, Task
from checkback.care.model.base import Sealed
from checkback.care.program.entry import ProgramError
from checkback.care.program.retention import load_retention
from checkback.care.store import people
from checkback.care.terms import CheckInState, KeptKind, Sender, TaskState
from tests.care.conftest import ON_SQLITE
from tests.house.tree import ROOT
from tests.story import ANA, House

RULES = load_retention(ROOT / "program" / "retention.yml")
BEN = "+13145550133"
#: What the story says of Ana's family, wherever it may have gone.
TRACES = ("Morales", "Mateo", ANA, "burglary", "63106", "24-0117")
NOT_THEIRS = {"resource", "resource_reach", "wording_version", "instrument", "check_in_plan", "staff_member"}
CARRIER, WORDS, RECORD = (rule.after for rule in RULES)


@pytest.fixture
def lived(house, ana) -> House:
    """Two families have lived here; the case of Ana's is closed."""
    made: House = replace(house, rt=replace(house.rt, retention=RULES))
    made.enrols(child_ages=[7])
    made.enrols("24-0118", kind="fire", zip="63110", contacts=[NewContact("Ben Adeyemi", BEN)])
    made.works()
    # The carrier gives each text an id of its own; those of the fake's own texts begin anew.
    ana.texts("1", sid="SM" + "a" * 32)
    ana.texts("we need a crib for Mateo", sid="SM" + "b" * 32)
    made.phone(BEN).texts("our secret garden", sid="SM" + "c" * 32)
    made.works()
    _closed(made)
    return made


def _closed(house: House) -> None:
    """The work of people is done, then the case is closed."""
    family_events.close_case(house.rt, "F-12", "lee")
    with house.rt.store.begin("tests.done") as tx:
        for task in tx.session.query(Task):
            task.state = TaskState.DONE
            tx.record("tests.done", task)


def later(house: House, after: timedelta) -> None:
    house.clock.tick(seconds=after.total_seconds() + 1)
    for _ in range(3):
        retention.purge_due(house.rt)


def everything(house: House) -> str:
    """All that is kept, opened where it is sealed, without the directory of help and the programme's own words."""
    with house.rt.store.read() as tx:
        values = [
            str(value)
            for table in Base.metadata.sorted_tables
            if table.name
            not in ("resource", "resource_reach", "wording_version", "instrument", "check_in_plan", "staff_member")
            for column in table.columns
            if isinstance(column.type, Sealed | String | Text)
            for (value,) in tx.session.execute(table.select().with_only_columns(column))
        ]
    return "\n".join(values)


def kinds_done(house: House) -> set[KeptKind]:
    return {line.kind for line in retention.status(house.rt) if line.done_at is not None}


def test_nothing_goes_before_its_time(lived):
    before = everything(lived)
    lived.clock.tick(seconds=CARRIER.total_seconds() - 3600)
    retention.purge_due(lived.rt)
    assert (everything(lived), kinds_done(lived), lived.carrier.redacted) == (before, set(), [])


def test_first_it_goes_at_the_carrier_then_the_words_then_who_they_are(lived):
    later(lived, CARRIER)
    ours = [text for text in lived.carrier.taken if text.to == ANA]
    assert {lived.carrier.sid_of(text) for text in ours} <= set(lived.carrier.redacted)
    assert kinds_done(lived) == {KeptKind.CARRIER} and "Mateo" in everything(lived)
    later(lived, WORDS - CARRIER)
    assert kinds_done(lived) == {KeptKind.CARRIER, KeptKind.WORDS}
    assert "Mateo" not in everything(lived) and "Ana Morales" in everything(lived)
    later(lived, RECORD - WORDS)
    assert kinds_done(lived) == set(KeptKind)
    assert [trace for trace in TRACES if trace in everything(lived)] == []


def test_another_familys_stays(lived):
    later(lived, RECORD)
    said = everything(lived)
    assert "Ben Adeyemi" in said and BEN in said and "our secret garden" in said
    theirs = [lived.carrier.sid_of(text) for text in lived.carrier.taken if text.to == BEN]
    assert theirs and not set(theirs) & set(lived.carrier.redacted)


@ON_SQLITE
def test_while_the_case_is_open_nothing_goes(lived):
    family_events.reopen(lived.rt, "F-12", "lee")
    later(lived, RECORD)
    assert kinds_done(lived) == set() and "Ana Morales" in everything(lived)


def test_a_legal_hold_stops_it_until_it_is_released(lived):
    assert retention.hold(lived.rt, "F-12", "admin", "Letter of the court, case 26-CV-0117")
    later(lived, RECORD)
    assert kinds_done(lived) == set() and lived.carrier.redacted == []
    with pytest.raises(WordsRefused, match="legal hold"):
        retention.erase(lived.rt, "F-12", "admin")
    assert retention.release(lived.rt, "F-12", "admin")
    later(lived, timedelta(hours=2))
    assert kinds_done(lived) == set(KeptKind)


def test_what_the_carrier_keeps_back_is_tried_again_and_not_called_gone(lived):
    kept_back = next(lived.carrier.sid_of(text) for text in lived.carrier.taken if text.to == ANA)
    lived.carrier.keeps_words_of.add(kept_back)
    later(lived, CARRIER)
    assert kinds_done(lived) == set() and kept_back not in lived.carrier.redacted
    assert lived.carrier.redacted, "the others are gone"
    lived.carrier.keeps_words_of.clear()
    later(lived, timedelta(hours=2))
    assert kinds_done(lived) == {KeptKind.CARRIER} and kept_back in lived.carrier.redacted


@ON_SQLITE
def test_an_assistant_that_is_gone_keeps_the_words_due(lived):
    lived.assistant.is_down = True
    later(lived, WORDS)
    assert KeptKind.WORDS not in kinds_done(lived)
    lived.assistant.is_down = False
    later(lived, timedelta(hours=2))
    assert KeptKind.WORDS in kinds_done(lived)


def test_asked_for_it_goes_at_once_and_the_rest_stays_true(lived):
    sealing.seal_due(lived.rt)
    answered = sum(each.state is CheckInState.ANSWERED for each in lived.all(CheckIn))
    lines = retention.erase(lived.rt, "F-12", "admin")
    assert [line.kind for line in lines if line.done_at] == [line.kind for line in lines] and len(lines) == 3
    assert [trace for trace in TRACES if trace in everything(lived)] == []
    assert sum(each.state is CheckInState.ANSWERED for each in lived.all(CheckIn)) == answered
    lived.clock.tick(minutes=10)
    sealing.seal_due(lived.rt)
    assert sealing.verify(lived.rt).flaw is None
    given = json.dumps(asdict(family_record.whole(lived.rt, "F-12", "admin")), default=str)
    assert [trace for trace in TRACES if trace in given] == []
    assert keys.renew(lived.rt).broken == []


def test_a_number_that_opted_out_is_never_texted_again_though_its_family_is_forgotten(house, ana):
    made = replace(house, rt=replace(house.rt, retention=RULES))
    made.enrols()
    made.works()
    ana.texts("1")
    ana.texts("STOP")
    made.works()
    _closed(made)
    retention.erase(made.rt, "F-12", "admin")
    with made.rt.store.read() as tx:
        phone = people.phone(tx, ANA)
        assert phone is not None and people.opt_out_of(tx, phone.id, Sender.FAMILY) is not None
        assert tx.session.query(OutboundMessage).filter_by(phone_id=phone.id).count() == 0
        assert tx.session.query(InboundMessage).filter_by(phone_id=phone.id).count() == 0


def test_who_writes_from_a_forgotten_number_is_a_stranger(lived, ana):
    retention.erase(lived.rt, "F-12", "admin")
    ana.texts("hello?")
    assert len([phone for phone in lived.all(Phone) if phone.number == ANA]) == 1
    (inbound,) = [text for text in lived.all(InboundMessage) if text.body == "hello?"]
    assert inbound.phone_id not in {text.phone_id for text in lived.all(OutboundMessage) if text.body == ""}


@ON_SQLITE
def test_a_family_whose_words_went_is_not_opened_again(lived):
    retention.erase(lived.rt, "F-12", "admin")
    with pytest.raises(HoldRefused):
        family_events.reopen(lived.rt, "F-12", "lee")


@ON_SQLITE
@pytest.mark.parametrize("login", ["lee", "rivera"])
def test_only_an_administrator_erases_and_holds(lived, login):
    with pytest.raises(NotAllowed):
        retention.erase(lived.rt, "F-12", login)
    with pytest.raises(NotAllowed):
        retention.hold(lived.rt, "F-12", login, "Letter of the court")
    assert lived.all(Purge) == []


@ON_SQLITE
def test_done_twice_it_changes_nothing(lived):
    retention.erase(lived.rt, "F-12", "admin")
    once = len(lived.carrier.redacted)
    later(lived, timedelta(hours=2))
    assert len(lived.carrier.redacted) == once and len(lived.all(Purge)) == 3


@pytest.mark.parametrize("mend", ["words: {days: 10, source: x}", "words: {days: 400}", "words: {days: 0, source: x}"])
def test_a_clock_that_runs_ahead_of_the_one_before_it_is_refused(tmp_path, mend):
    file = tmp_path / "retention.yml"
    file.write_text(f"carrier: {{days: 30, source: x}}\n{mend}\nrecord: {{days: 900, source: x}}\n", encoding="utf-8")
    with pytest.raises(ProgramError, match="words"):
        load_retention(file)
