"""The same family twice becomes one: nothing is lost, nobody gets a text twice, and what is unsettled stops it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

from checkback.care.errors import HoldRefused, NotAllowed, NotFound
from checkback.care.flows import family_page, holds, merging
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import (
    Assignment,
    AuditEvent,
    Base,
    CheckIn,
    Contact,
    Escalation,
    Family,
    Incident,
    Note,
    OutboundMessage,
    SafetyPreference,
    StaffMember,
    Task,
)
from checkback.care.store.merging import MOVES, STAYS
from checkback.care.terms import CheckInState, EscalationOutcome, SafetyMode
from tests.care.conftest import ON_SQLITE
from tests.story import ANA, House

BEN = "+13145550102"


@pytest.fixture
def twice(house: House, ana) -> House:
    """F-12 is Ana alone, who agreed; F-13 is Ana again, after a second incident, and Ben."""
    house.enrols(child_ages=[4, 9])
    house.works()
    ana.texts("1")
    house.clock.tick(hours=2)
    house.enrols("24-0118", contacts=[NewContact("Ana Morales", ANA), NewContact("Ben Ruiz", BEN)], child_ages=[9, 1])
    house.works()
    house.phone(BEN).texts("1")
    house.clock.tick(hours=1)
    house.works()
    return house


def staff(house: House, login: str) -> UUID:
    found: UUID = next(each.id for each in house.all(StaffMember) if each.login == login)
    return found


def family(house: House, reference: str) -> Family:
    found: Family = next(each for each in house.all(Family) if each.reference == reference)
    return found


def outlook(house: House) -> merging.Outlook:
    return merging.look(house.rt, "F-12", "F-13", staff(house, "rivera"))


def merges(house: House) -> None:
    """As the page does: with the marks that it shows."""
    same = [each.id for each in outlook(house).people if each.is_the_same]
    merging.merge(house.rt, "F-12", "F-13", same, staff(house, "rivera"))


def everything(house: House) -> list[object]:
    promises = [(each.id, each.state, each.contact_id) for each in house.all(CheckIn)]
    return [*promises, *[(each.id, each.family_id) for each in house.all(Contact)], len(house.all(Note))]


def lives_on(house: House, days: int = 35) -> None:
    for _ in range(days):
        house.clock.tick(hours=12)
        house.works(rounds=1)
        house.clock.tick(hours=12)
        house.works(rounds=1)


def test_before_it_one_sees_who_is_the_same_what_moves_and_what_ends(twice):
    seen = outlook(twice)
    assert {(each.name, each.same_as, each.is_the_same) for each in seen.people} == {
        ("Ana Morales", "Ana Morales", True),
        ("Ben Ruiz", None, False),
    }
    assert (seen.moves["contact"], seen.moves["incident"]) == (2, 1)
    assert seen.ends
    assert seen.in_the_way == []
    assert family(twice, "F-13").closed_at is None, "a look changes nothing"


def test_everything_is_of_the_one_family_and_the_other_is_closed_with_a_note_on_both(twice):
    seen = outlook(twice)
    merges(twice)
    here, away = family(twice, "F-12"), family(twice, "F-13")
    for kind in MOVES:
        if kind is not Note:
            assert away.id not in {row.family_id for row in twice.all(kind)}, kind
    assert {each.reference for each in twice.all(Incident) if each.family_id == here.id} == {"24-0117", "24-0118"}
    assert away.closed_at is not None
    assert here.child_ages == "1,4,9"
    said = [note.text for note in twice.all(Note) if "was merged into F-12" in note.text]
    assert len(said) == 2
    assert all(contact.reference in said[0] for contact in twice.all(Contact) if contact.name == "Ben Ruiz")
    assert [each.until for each in twice.all(Assignment) if each.family_id == away.id] == [twice.clock.now()]
    ended = [each for each in twice.all(CheckIn) if each.reason == "merged"]
    assert len(ended) == len(seen.ends)
    assert {"family.merged", "family.merged-away"} <= {each.action for each in twice.all(AuditEvent)}


def test_nobody_gets_a_text_twice_and_no_promise_is_lost(twice):
    merges(twice)
    lives_on(twice)
    steps = Counter(
        (text.contact_id, next(c.step for c in twice.all(CheckIn) if c.id == text.check_in_id))
        for text in twice.outbox()
        if text.check_in_id
    )
    assert steps
    assert max(steps.values()) == 1
    both = [each.id for each in twice.all(Contact) if each.name == "Ana Morales"]
    of_ana = Counter(step for contact, step in steps.elements() if contact in both)
    assert max(of_ana.values()) == 1, "the two records of one person are texted as one"
    open_ = [each for each in twice.all(CheckIn) if not each.state.is_over and each.due_at < twice.clock.now()]
    assert [each for each in open_ if each.state is not CheckInState.ASKED] == []


def test_whoever_came_along_keeps_every_promise(twice):
    ben = next(each for each in twice.all(Contact) if each.name == "Ben Ruiz")
    before = [(each.id, each.state, each.due_at) for each in twice.all(CheckIn) if each.contact_id == ben.id]
    merges(twice)
    assert [(each.id, each.state, each.due_at) for each in twice.all(CheckIn) if each.contact_id == ben.id] == before


def test_what_she_writes_afterwards_is_heard_once_and_for_the_family_that_stays(twice, ana):
    merges(twice)
    ana.texts("I want to kill myself")
    (escalation,) = twice.all(Escalation)
    assert escalation.family_id == family(twice, "F-12").id
    page = family_page.show(twice.rt, "F-12", staff(twice, "rivera"))
    assert page is not None


def test_of_what_both_say_of_her_the_stricter_counts(twice):
    first, second = (each.id for each in twice.all(Contact) if each.name == "Ana Morales")
    with twice.rt.store.begin("test.safety") as tx:
        for safety in tx.session.query(SafetyPreference):
            if safety.contact_id == second:
                safety.mode, safety.may_call, safety.known_dangers = SafetyMode.UNSAFE, False, "her brother"
        contact = tx.get(Contact, second)
        contact.opens, contact.zone, contact.paused_until = 12, "America/Denver", tx.now + timedelta(days=3)
        tx.record("test.safety", contact)
    merges(twice)
    kept = next(each for each in twice.all(SafetyPreference) if each.contact_id == first)
    assert (kept.mode, kept.may_call, kept.known_dangers) == (SafetyMode.UNSAFE, False, "her brother")
    ana = next(each for each in twice.all(Contact) if each.id == first)
    assert (ana.opens, ana.closes, ana.other_zones) == (12, 20, "America/Denver")
    assert ana.paused_until is not None


def test_two_people_who_share_a_phone_stay_two_where_nobody_says_they_are_one(twice):
    merging.merge(twice.rt, "F-12", "F-13", [], staff(twice, "rivera"))
    assert [each for each in twice.all(CheckIn) if each.reason == "merged"] == []


def _hold(house: House) -> None:
    holds.hold_family(house.rt, "F-13", "They asked us to wait.", "rivera")


def _escalation(house: House) -> None:
    house.phone(BEN).texts("I want to kill myself")


def _closed(house: House) -> None:
    with house.rt.store.begin("test.closed") as tx:
        tx.get(Family, family(house, "F-13").id).closed_at = tx.now
        tx.record("test.closed", family(house, "F-13"))


def _words(house: House) -> None:
    with house.rt.store.begin("test.words") as tx:
        for place, safety in enumerate(tx.session.query(SafetyPreference)):
            safety.duress_word = f"word {place}"
            tx.record("test.words", safety)


def _on_its_way(house: House) -> None:
    with house.rt.store.begin("test.on-its-way") as tx:
        text = tx.session.query(OutboundMessage).filter(OutboundMessage.contact_id.is_not(None)).first()
        assert text is not None
        text.state = type(text.state).UNCLEAR
        tx.record("test.on-its-way", text)


@pytest.mark.parametrize(
    ("unsettled", "mend"),
    [
        (_hold, "End it first"),
        (_escalation, "Say how it ended first"),
        (_closed, "Open it again first"),
        (_words, "agreed on other words"),
        (_on_its_way, "in the middle"),
    ],
    ids=lambda case: getattr(case, "__name__", ""),
)
def test_what_is_unsettled_stops_it_and_nothing_is_changed(twice, unsettled, mend):
    unsettled(twice)
    before = everything(twice)
    assert any(mend in each for each in outlook(twice).in_the_way)
    with pytest.raises(HoldRefused, match=mend):
        merges(twice)
    assert everything(twice) == before


def test_an_escalation_with_an_outcome_is_in_nobodys_way_and_moves(twice):
    _escalation(twice)
    staff_work_done = twice.escalation
    with twice.rt.store.begin("test.resolved") as tx:
        escalation = tx.get(Escalation, staff_work_done.id)
        escalation.state, escalation.outcome = type(escalation.state).RESOLVED, EscalationOutcome.REACHED
        escalation.next_at, escalation.resolved_at = None, tx.now
        tx.record("test.resolved", escalation)
    merges(twice)
    assert twice.escalation.family_id == family(twice, "F-12").id
    assert {task.family_id for task in twice.all(Task)} <= {family(twice, "F-12").id, None}


def test_a_family_with_itself_a_family_that_is_not_there_and_who_may_not(twice):
    rivera = staff(twice, "rivera")
    with pytest.raises(HoldRefused, match="the same family"):
        merging.merge(twice.rt, "F-12", "F-12", [], rivera)
    with pytest.raises(NotFound):
        merging.merge(twice.rt, "F-12", "F-99", [], rivera)
    with pytest.raises(NotAllowed):
        merging.merge(twice.rt, "F-12", "F-13", [], staff(twice, "lee"))
    with pytest.raises(HoldRefused, match="Look again"):
        merging.merge(twice.rt, "F-12", "F-13", [rivera], rivera)


def test_merging_twice_is_refused_and_changes_nothing(twice):
    merges(twice)
    before = everything(twice)
    with pytest.raises(HoldRefused, match="is closed"):
        merges(twice)
    assert everything(twice) == before


@ON_SQLITE
def test_every_table_of_a_family_is_named_as_one_that_moves_or_stays(house):
    of_family = {
        table.name
        for table in Base.metadata.tables.values()
        if any(key.column.table.name == "family" for column in table.columns for key in column.foreign_keys)
    }
    assert of_family == {kind.__tablename__ for kind in MOVES} | STAYS
