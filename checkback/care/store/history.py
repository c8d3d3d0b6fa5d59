"""Bringing a database to the shape this version needs, and saying when it is not there."""

from __future__ import annotations

from pathlib import Path

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


def upgrade(store: Store) -> None:
    """Bring the database to the newest shape; two processes that start at once do it once."""
    with translated(), store.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        command.upgrade(_config(connection), "head")


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
