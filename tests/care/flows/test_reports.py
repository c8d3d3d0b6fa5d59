"""A quarter's figures: what is counted, by whom it may be divided, and what stays untold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from checkback.care.flows import keys, reports
from checkback.care.flows.enrolment import NewContact
from checkback.care.flows.reports import Figure, spread
from checkback.care.model import Family, NeedNamed
from checkback.care.store import report_counts
from checkback.care.terms import Split


@pytest.fixture
def town(house):
    """Seven families of one area who speak English, one of another area who speaks Spanish."""
    for n in range(8):
        is_other = n == 7
        house.enrols(
            f"25-{n:04}",
            zip="10001" if is_other else "63106",
            contacts=[NewContact(f"Person {n}", f"+1314555015{n}", "es" if is_other else "en")],
        )
    house.works()
    return house


def test_the_whole_programme_is_counted(town):
    town.phone("+13145550150").texts("1")
    town.phone("+13145550151").texts("STOP")
    town.phone("+13145550150").texts("I want to kill myself")
    town.clock.tick(minutes=4)
    found = reports.report(town.rt)
    assert found.total.counts[Figure.FAMILIES] == 8
    assert (found.total.counts[Figure.TEXTS] or 0) >= 8
    assert found.total.counts[Figure.OPT_OUTS] == 1
    assert found.total.counts[Figure.ALARMS] == 1
    assert found.total.to_take.median is None


def test_time_runs_from_the_text_until_somebody_has_it(town, dr_lee):
    town.phone("+13145550150").texts("1")
    town.phone("+13145550150").texts("I want to kill myself")
    town.works(1)
    town.clock.tick(minutes=6)
    dr_lee.texts("ack 12")
    found = reports.report(town.rt)
    assert found.total.counts[Figure.TAKEN] == 1
    taken = found.total.to_take.median
    assert taken
    assert timedelta(minutes=6) <= taken < timedelta(minutes=7)
    assert found.total.to_take.p90 is None


@pytest.mark.parametrize("split", Split)
def test_a_lone_family_of_a_group_is_never_told(town, split):
    found = reports.report(town.rt, split=split)
    if split is Split.PLAN:
        assert found.groups == ()
        return
    assert {row.name for row in found.groups} >= ({"631", "100"} if split is Split.AREA else {"en", "es"})
    for row in found.groups:
        assert row.counts[Figure.FAMILIES] is None


def test_groups_that_are_large_enough_are_told(town):
    for n in range(6):
        town.enrols(f"26-{n:04}", zip="10001", contacts=[NewContact(f"Persona {n}", f"+1212555016{n}", "es")])
    found = reports.report(town.rt, split=Split.AREA)
    assert {row.name: row.counts[Figure.FAMILIES] for row in found.groups} == {"631": 7, "100": 7}


def test_an_earlier_quarter_knows_nothing_of_later_families(town):
    found = reports.report(town.rt)
    before = reports.report(town.rt, found.quarter.before.reference)
    assert before.is_over
    assert before.total.counts[Figure.FAMILIES] == 0
    assert reports.report(town.rt, found.quarter.next.reference).quarter == found.quarter


def test_needs_are_counted_without_being_readable(house):
    house.enrols()
    with house.rt.store.begin("test.needs") as tx:
        family = tx.session.query(Family).one()
        for n in range(12):
            report_counts.keep_need(tx, family, "food", is_met=n < 6)
        tx.record("test.needs", family)
    (need,) = reports.report(house.rt).needs
    assert (need.name, need.named) == ("food", 12)
    assert all(b"food" not in row.need_index for row in house.all(NeedNamed))


def test_needs_are_counted_on_when_the_key_of_the_index_changes(house):
    house.enrols()
    with house.rt.store.begin("test.needs") as tx:
        family = tx.session.query(Family).one()
        for _ in range(6):
            report_counts.keep_need(tx, family, "food", is_met=True)
        tx.record("test.needs", family)
    ring = house.rt.store.keyring
    house.rt.store.keyring = replace(ring, indexing={**ring.indexing, 2: b"j" * 32})
    assert [need.name for need in reports.report(house.rt).needs] == ["food"]
    keys.renew(house.rt)
    assert {row.index_version for row in house.all(NeedNamed)} == {2}
    assert [(need.name, need.named) for need in reports.report(house.rt).needs] == [("food", 6)]


def test_a_spread_of_few_has_a_median_alone():
    minutes = [timedelta(minutes=n) for n in range(1, 21)]
    assert spread(minutes[:3]).median == timedelta(minutes=2)
    assert spread(minutes[:3]).p90 is None
    assert spread(minutes).p90 == timedelta(minutes=18)
    assert spread([]).count == 0
