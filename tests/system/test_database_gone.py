"""The database is gone: texts are kept on disk, a crisis is told to the one on call, and nothing is lost afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from checkback.care.model import Escalation
from tests.conftest import POSTGRES
from tests.system.processes import until
from tests.system.real_house import RealHouse

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def test_without_a_database_texts_are_kept_a_crisis_is_told_and_all_is_made_up_for(doubled_house: RealHouse) -> None:
    house = doubled_house
    house.is_day()
    ana, rosa, dr_lee, on_call = house.new_phone(), house.new_phone(), house.dr_lee, house.on_call
    for phone in (ana, rosa):
        house.enrols(phone, promise_hours=24 * 14)
    house.agree([ana, rosa])
    dr_lee.looks()
    before = len(house.all(Escalation))

    with gone(house):
        ana.writes("I want to kill myself")
        rosa.writes("we need a crib")
        for phone in (ana, rosa):
            phone.is_heard()
        on_call.gets("an acute text came in and the database is down")
        assert len(journal(house)) >= 2  # reports on the alert may wait there too

    dr_lee.reaches_them(dr_lee.is_told())
    ana.gets("988")
    ana.gets("back on this line")
    rosa.gets("555-01")
    until("the journal empty", lambda: not journal(house))
    assert [[text.body for text in house.texts_of(phone)][1:] for phone in (ana, rosa)] == [
        ["I want to kill myself"],
        ["we need a crib"],
    ]
    assert len(house.all(Escalation)) == before + 1
    assert len(on_call.got) in (1, 2)  # two workers may tell of it side by side
    # The answer to a crisis comes again rather than not at all, where nobody could keep that it had gone.
    assert [len(set(ana.got)), len(rosa.got)] == [4, 3]


def journal(house: RealHouse) -> list[Path]:
    return list((house.settings.var / "demo/journal").glob("*.sealed"))


@contextmanager
def gone(house: RealHouse) -> Iterator[None]:
    """Until the end of the indent nobody can write to the database."""
    url = make_url(house.settings.database_url)
    if url.get_backend_name() == "sqlite":
        with locked(Path(str(url.database))):
            yield
    else:
        with closed(str(url.database)):
            yield


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Somebody else holds the file, as a copy or a stray shell does."""
    connection = sqlite3.connect(file, isolation_level=None, timeout=30)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@contextmanager
def closed(database: str) -> Iterator[None]:
    """The server lets nobody into it, and shows out who is there."""
    server = create_engine(make_url(POSTGRES), isolation_level="AUTOCOMMIT")
    ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
    try:
        with server.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false"))
            connection.execute(text(ends), {"name": database})
            try:
                yield
            finally:
                connection.execute(text(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true"))
    finally:
        server.dispose()
