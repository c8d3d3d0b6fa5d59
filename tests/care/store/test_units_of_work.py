"""A unit of work is kept whole, with its audit row, or not at all."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from checkback.care.errors import NotFound, StoreUnavailable, Unaudited
from checkback.care.flows.enrolment import FAMILY_COUNTER
from checkback.care.model import AuditEvent, CareTeam, Contact, Conversation, Family, Programme, RotaTurn
from checkback.care.store import Store, people
from tests.care.conftest import ON_POSTGRESQL
from tests.fakes import Crash, CrashingPoints, FrozenClock

_CUT_THE_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def rename(tx, name: str) -> Programme:
    programme = people.the_programme(tx)
    programme.name = name
    return programme


def programme_name(house) -> str:
    return str(house.all(Programme)[0].name)


def test_a_unit_of_work_that_raises_leaves_nothing(house):
    before = len(house.all(AuditEvent))
    with pytest.raises(RuntimeError), house.rt.store.begin("test.half") as tx:
        tx.record("programme.renamed", rename(tx, "Other"))
        tx.session.flush()
        raise RuntimeError
    assert programme_name(house) == "Riverbend Families"
    assert len(house.all(AuditEvent)) == before


def test_a_crash_before_the_commit_leaves_nothing_and_after_it_everything(house, points):
    for point, name in [("test.rename.before-commit", "Riverbend Families"), ("test.rename.after-commit", "Other")]:
        points.crash_at(point)
        with pytest.raises(Crash), house.rt.store.begin("test.rename") as tx:
            tx.record("programme.renamed", rename(tx, "Other"))
        assert programme_name(house) == name


def test_a_change_without_an_audit_row_is_refused(house):
    with pytest.raises(Unaudited, match=r"test\.quiet"), house.rt.store.begin("test.quiet") as tx:
        rename(tx, "Other")
    assert programme_name(house) == "Riverbend Families"


def test_a_new_row_and_a_deleted_row_without_an_audit_row_are_refused(house):
    with pytest.raises(Unaudited), house.rt.store.begin("test.add") as tx:
        tx.add(CareTeam(programme_id=people.the_programme(tx).id, name="West Team"))
        tx.session.flush()
    with pytest.raises(Unaudited), house.rt.store.begin("test.delete") as tx:
        tx.session.delete(tx.session.query(RotaTurn).first())


def test_looking_without_changing_owes_no_audit_row(house):
    with house.rt.store.begin("test.look") as tx:
        people.the_programme(tx)
    with house.rt.store.begin("test.number") as tx:
        tx.next_number(FAMILY_COUNTER)


def test_a_look_keeps_nothing_and_what_it_saw_stays_readable(house):
    house.enrols()
    with house.rt.store.read() as tx:
        rename(tx, "Other")
        tx.session.flush()
        (contact,) = tx.session.query(Contact).all()
    assert contact.name == "Ana Morales"
    assert programme_name(house) == "Riverbend Families"


def test_a_time_without_a_zone_is_refused(house):
    reference = house.enrols()
    with pytest.raises(StatementError, match="a time without a zone"), house.rt.store.begin("test.naive") as tx:
        family = people.family(tx, reference)
        family.closed_at = datetime(2026, 3, 1, 12)  # noqa: DTZ001 - the point of it
        tx.record("family.closed", family)


def test_a_time_of_another_zone_comes_back_as_the_same_moment_in_utc(house):
    moment = datetime(2026, 3, 8, 1, 59, 59, 123456, tzinfo=timezone(timedelta(hours=-6)))
    reference = house.enrols()
    with house.rt.store.begin("test.close") as tx:
        family = people.family(tx, reference)
        family.closed_at = moment
        tx.record("family.closed", family)
    kept = house.all(Family)[0].closed_at
    assert kept == moment
    assert kept.tzinfo is UTC


def test_what_is_there_already_is_not_kept_twice_and_the_rest_of_the_work_is(house):
    with house.rt.store.begin("test.twice") as tx:
        programme = people.the_programme(tx)
        assert not tx.add_if_new(CareTeam(programme_id=programme.id, name="North Team"))
        assert tx.add_if_new(CareTeam(programme_id=programme.id, name="West Team"))
        tx.record("teams.changed", programme)
    assert sorted(team.name for team in house.all(CareTeam)) == ["North Team", "South Team", "West Team"]


def test_a_row_that_points_at_nothing_is_an_error_and_not_taken_for_an_old_one(house):
    with pytest.raises(Exception, match=r"(?i)foreign key"), house.rt.store.begin("test.lost") as tx:
        tx.add_if_new(Conversation(phone_id=people.the_programme(tx).id))


def test_numbers_are_given_out_once_and_in_order_within_one_unit_of_work(house):
    with house.rt.store.begin("test.numbers") as tx:
        assert [tx.next_number(FAMILY_COUNTER) for _ in range(3)] == [12, 13, 14]
    with house.rt.store.begin("test.numbers") as tx:
        assert tx.next_number(FAMILY_COUNTER) == 15


def test_sixteen_at_once_get_sixteen_numbers(house):
    def take(_: int) -> list[int]:
        with house.rt.store.begin("test.number") as tx:
            return [tx.next_number(FAMILY_COUNTER)]

    with ThreadPoolExecutor(16) as pool:
        numbers = [n for taken in pool.map(take, range(48)) for n in taken]
    assert sorted(numbers) == list(range(12, 60))


def test_a_counter_nobody_set_up_says_what_to_run(house):
    with pytest.raises(NotFound, match="checkback db upgrade"), house.rt.store.begin("test.number") as tx:
        tx.next_number("nobody's")


def test_what_is_not_there_is_named_by_its_id(house):
    with pytest.raises(NotFound, match="Contact"), house.rt.store.read() as tx:
        tx.get(Contact, people.the_programme(tx).id)


@pytest.fixture
def nobody_listens() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.mark.parametrize("where", ["a closed port", "a folder that is none"])
def test_a_database_that_is_gone_is_said_in_one_word_of_ours(where, nobody_listens, keyring, tmp_path):
    (tmp_path / "gone").mkdir()
    urls = {
        "a closed port": f"postgresql://nobody@127.0.0.1:{nobody_listens}/none",
        "a folder that is none": f"sqlite:///{tmp_path / 'gone'}",
    }
    store = Store(urls[where], keyring=keyring, clock=FrozenClock(), points=CrashingPoints())
    with pytest.raises(StoreUnavailable):
        store.ping()
    with pytest.raises(StoreUnavailable), store.begin("test.write"):
        pass
    store.close()


@ON_POSTGRESQL
def test_a_database_that_goes_away_and_comes_back_is_used_again(house, home):
    """The pool notices that its connections are dead: no restart is needed."""
    store = house.rt.store
    store.ping()
    with store.begin("test.cut") as tx:
        tx.session.execute(_CUT_THE_OTHERS)
    store.ping()
    with pytest.raises(StoreUnavailable), store.begin("test.cut-me") as tx:
        other = Store(home.url, keyring=house.rt.store.keyring, clock=house.clock, points=CrashingPoints())
        with other.begin("test.cut") as cutting:
            cutting.session.execute(_CUT_THE_OTHERS)
        other.close()
        people.the_programme(tx)
    store.ping()
