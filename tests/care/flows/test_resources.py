"""A directory is brought up to date whole or not at all, and kept true by those who use it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text as sql

from checkback.care.errors import NotFound
from checkback.care.flows import resources
from checkback.care.model import AuditEvent, DirectoryImport, Resource, ResourceReach
from checkback.care.program import NeedsTable
from checkback.care.rules.listings import Listing, Place, Schedule
from checkback.care.steps.directories import Diff
from checkback.care.store.resources import kept_in
from tests.conftest import PROGRAM
from tests.fakes import Crash
from tests.story import House

NEEDS = NeedsTable.load(PROGRAM / "resources" / "needs.yml")
WEEK = (Schedule("09:00", "17:00", "MO,TU,WE,TH,FR"),)
ELM = Listing("1", "Elm Pantry", phone="314-555-0151", needs=("food",), reach=("zip:63106",), schedules=WEEK)
OAK = replace(ELM, id="2", name="Oak Pantry", places=(Place("Ladue", "MO", "63124", 38.65, -90.38),))


def brings(house: House, *listings: Listing, **more: object) -> Diff:
    return resources.import_directory(house.rt, "local", listings, **more)  # type: ignore[arg-type]


def kept(house: House) -> dict[str, Resource]:
    return {r.source_id: r for r in house.all(Resource) if r.directory == "local"}


def counts(diff: Diff) -> tuple[int, int, int, int]:
    return len(diff.new), len(diff.changed), len(diff.gone), diff.unchanged


def test_twice_changes_nothing_and_leaves_no_second_record(house):
    assert counts(brings(house, ELM, OAK)) == (2, 0, 0, 0)
    before = len(house.all(AuditEvent))
    assert counts(brings(house, ELM, OAK)) == (0, 0, 0, 2)
    assert len(house.all(AuditEvent)) == before


def test_what_changed_changes_and_what_is_gone_becomes_inactive_and_may_come_back(house):
    brings(house, ELM, OAK)
    assert counts(brings(house, replace(ELM, name="Elm Table"))) == (0, 1, 1, 0)
    assert (kept(house)["1"].name, kept(house)["2"].status) == ("Elm Table", "inactive")
    assert counts(brings(house, ELM, OAK)) == (0, 2, 0, 0)
    assert (kept(house)["1"].name, kept(house)["2"].status) == ("Elm Pantry", "active")


def test_a_dry_run_says_what_would_change_and_changes_nothing(house):
    before = len(house.all(DirectoryImport))
    assert counts(brings(house, ELM, dry_run=True)) == (1, 0, 0, 0)
    assert kept(house) == {}
    assert len(house.all(DirectoryImport)) == before


@pytest.mark.parametrize("point", ["resources.import.before-commit"])
def test_a_crash_in_the_middle_keeps_nothing(house, points, point):
    points.crash_at(point)
    with pytest.raises(Crash):
        brings(house, ELM, OAK)
    assert kept(house) == {}
    assert counts(brings(house, ELM, OAK)) == (2, 0, 0, 0)


def test_half_an_export_does_not_empty_the_directory(house):
    many = [replace(ELM, id=str(at), name=f"Pantry {at}") for at in range(12)]
    brings(house, *many)
    with pytest.raises(resources.TooMuchGone, match="7 of the 12"):
        brings(house, *many[:5])
    assert {r.status for r in kept(house).values()} == {"active"}
    assert counts(brings(house, *many[:5], sure=True)) == (0, 0, 7, 5)


def test_another_directory_is_left_alone(house):
    brings(house, ELM)
    resources.import_directory(house.rt, "county", [replace(OAK, id="1")])
    assert kept(house)["1"].status == "active"
    with pytest.raises(NotFound, match="--directory"):
        resources.assure(house.rt, "1", "lee")


def test_what_must_not_be_offered_is_filed_under_no_need(house):
    brings(house, replace(ELM, confidential=True), replace(OAK, status="inactive"))
    ids = {r.id for r in kept(house).values()}
    assert [row for row in house.all(ResourceReach) if row.resource_id in ids] == []


def test_a_person_who_dialled_it_settles_what_was_said_and_a_later_import_does_not_undo_it(house):
    brings(house, replace(ELM, assured_date=date(2025, 1, 1)))
    with house.rt.store.begin("test") as tx:
        resource = tx.session.get(Resource, kept(house)["1"].id)
        resource.wrong_reports = 2
        tx.record("test", resource)
    assert [d.source_id for d in resources.failing(house.rt)] == ["1"]
    assert resources.assure(house.rt, "1", "lee", "local") == "Elm Pantry"
    brings(house, replace(ELM, assured_date=date(2025, 2, 1), description="more"))
    assert kept(house)["1"].assured_date == house.clock.now().date()
    assert kept(house)["1"].wrong_reports == 0


def test_a_new_number_starts_without_the_old_ones_reputation(house):
    brings(house, ELM)
    with house.rt.store.begin("test") as tx:
        resource = tx.session.get(Resource, kept(house)["1"].id)
        resource.wrong_reports = 2
        tx.record("test", resource)
    brings(house, replace(ELM, phone="314-555-0152"))
    assert kept(house)["1"].wrong_reports == 0


def test_what_nobody_assured_for_a_year_is_listed_the_oldest_first(house):
    old = house.clock.now().date() - timedelta(days=400)
    brings(house, replace(ELM, assured_date=old), replace(OAK, assured_date=old + timedelta(days=1)))
    assert [d.source_id for d in resources.stale(house.rt) if d.source_id in "12"] == ["1", "2"]


@pytest.mark.parametrize(
    ("words", "need", "zip_code", "language"),
    [
        ("need a crib, 63106, spanish", "baby-things", "63106", "es"),
        ("comida 63106 en español", "food", "63106", "es"),
        ("help with the light bill", "utilities", None, "en"),
    ],
)
def test_a_search_is_understood_from_plain_words(house, words, need, zip_code, language):
    answer = resources.find(house.rt, NEEDS, words)
    assert (answer.need, answer.zip, answer.language) == (need, zip_code, language)


def test_a_search_finds_the_best_first_and_never_a_shelter(house):
    brings(house, replace(ELM, languages=("en", "es")), OAK, replace(ELM, id="3", name="A Shelter", confidential=True))
    found = [match.help.name for match, _ in resources.find(house.rt, NEEDS, "food 63106 spanish", limit=50).found]
    assert found[:2] == ["Elm Pantry", "Orchard Table Pantry"] or found[:2] == ["Orchard Table Pantry", "Elm Pantry"]
    assert "A Shelter" not in found


def test_a_search_without_a_need_is_refused_with_what_it_could_name(house):
    with pytest.raises(resources.NotUnderstood, match="food"):
        resources.find(house.rt, NEEDS, "63106")


def test_a_look_for_help_reads_no_table_from_end_to_end(house):
    """However large the directory: the plan of the query is asked for, on either database."""
    with house.rt.store.read() as tx:
        if tx.session.get_bind().dialect.name == "sqlite":
            query = (
                "EXPLAIN QUERY PLAN SELECT DISTINCT resource_id FROM resource_reach"
                " WHERE need = 'food' AND reach IN ('zip:63106', 'any') LIMIT 200"
            )
            plan = " ".join(str(row) for row in tx.session.execute(sql(query)))
            assert "SEARCH resource_reach" in plan and "SCAN resource_reach" not in plan
        else:
            tx.session.execute(sql("SET LOCAL enable_seqscan = off"))
            query = (
                "EXPLAIN SELECT DISTINCT resource_id FROM resource_reach"
                " WHERE need = 'food' AND reach IN ('zip:63106', 'any') LIMIT 200"
            )
            plan = " ".join(str(row) for row in tx.session.execute(sql(query)))
            assert "Seq Scan" not in plan and "resource_reach" in plan
        assert set(kept_in(tx, "programme")) > {"us-988"}
