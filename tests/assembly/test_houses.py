"""A demo is set up by the first of its processes; the others wait for that one."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from threading import Timer

import pytest

from checkback.assembly import houses
from checkback.assembly.runtime import make_store
from checkback.assembly.settings import Settings, load_settings
from checkback.care.errors import StoreUnavailable
from checkback.care.store import history, people

#: SQLite waits five seconds for whoever writes before it says no.
LONGER_THAN_SQLITE_WAITS = 6.5


@pytest.fixture
def demo(tmp_path: Path) -> Settings:
    return load_settings({"CHECKBACK_MODE": "demo", "CHECKBACK_VAR": str(tmp_path)})


def test_a_process_waits_for_the_one_that_sets_the_demo_up(demo: Settings) -> None:
    other = somebody_writes(demo)
    lets_go = Timer(LONGER_THAN_SQLITE_WAITS, other.close)
    lets_go.start()
    houses.must_be_set_up(demo)
    lets_go.join()
    store = make_store(demo)
    with store.read() as tx:
        assert people.the_programme(tx).name
    store.close()


def test_nobody_waits_for_ever(demo: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway that starts while the database is gone must come up: it keeps what comes in its journal."""
    monkeypatch.setattr(houses, "_SETTING_UP_TAKES_AT_MOST", 0.0)
    other = somebody_writes(demo)
    houses.must_be_set_up(demo)
    other.close()
    with pytest.raises(StoreUnavailable):
        history.must_be_current(make_store(demo))


def somebody_writes(demo: Settings) -> sqlite3.Connection:
    """Another process in the middle of setting it up."""
    store = make_store(demo)
    store.ping()
    file = store.engine.url.database
    assert file is not None
    store.close()
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    return connection
