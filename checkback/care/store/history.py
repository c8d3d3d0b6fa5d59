"""Bringing a database to the shape this version needs, and saying when it is not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from checkback.care.errors import StoreUnavailable
from checkback.care.model import Base
from checkback.care.store.database import Store, translated

_HOME = Path(__file__).parent / "migrations"
#: Any number does; two processes that start at once must use the same.
_LOCK = 7_210_142


class StoreOutdated(StoreUnavailable):
    """The database has not the shape this version needs: run `checkback db upgrade`."""


def upgrade(store: Store, to: str = "head") -> None:
    """Bring the database to the newest shape, or to an older one; two processes that start at once do it once."""
    with translated(), store.engine.connect() as connection, _tables_may_be_made_anew(connection), connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        command.upgrade(_config(connection), to)
        if connection.dialect.name == "sqlite":
            _must_point_to_rows(connection)


@contextmanager
def _tables_may_be_made_anew(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew, and refuses to drop one that rows of another point to. So that is
    looked at once, at the end (SQLite manual, "Making Other Kinds Of Table Schema Changes").
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection  # inside a transaction the pragma would do nothing
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _must_point_to_rows(connection: Connection) -> None:
    """Raise rather than keep a row that points to none."""
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if lost is not None:
        raise StoreOutdated(f"a row of {lost[0]} would point to no row of {lost[2]}; nothing was changed")


def must_be_current(store: Store) -> None:
    """Raise StoreOutdated when the database is of another version than this program."""
    with translated(), store.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != ScriptDirectory(str(_HOME)).get_current_head():
        raise StoreOutdated


def differences(store: Store) -> list[str]:
    """What the model has and the history does not make, or the other way round; empty when they are in step."""
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        return [str(difference) for difference in compare_metadata(context, Base.metadata)]


def write_step(store: Store, message: str) -> None:
    """Write the next step of the history from what the model has and the database has not, for a developer to read."""
    with store.engine.begin() as connection:
        command.revision(_config(connection), message=message, autogenerate=True)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HOME))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config
