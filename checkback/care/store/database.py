"""The database, and the unit of work: what happened inside is kept whole, with its audit rows, or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from checkback.care.errors import NotFound, StoreUnavailable, Unaudited
from checkback.care.model import AuditEvent, Base, Counter, Entity, Heartbeat, SenderBucket
from checkback.care.model.sealing import Keyring
from checkback.care.points import Points
from checkback.care.ports import Clock

SYSTEM = "system"

#: Beside the threads that do a door's work: its health check, and a loop in the background.
_SPARE = 3
#: A webhook has fifteen seconds in all; a text that waits longer than this for a connection goes to the journal.
_SECONDS_FOR_A_CONNECTION = 5

#: The server's own time-outs do not help when it is gone without a word, and the system's default is two hours: so long
#: a thread would wait for an answer that never comes (PostgreSQL manual, "Parameter Key Words").
_NOTICED_DEAD = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}

#: How a row is held: others wait to change it. A row that only points at it, such as a text to a phone, does not wait;
#: else two units of work could wait for each other in a circle (PostgreSQL manual, "Row-Level Locks").
HELD = {"key_share": True}
_UNIQUE_VIOLATION = "23505"
_TAKEN_IN_SQLITE = frozenset({sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY})

E = TypeVar("E", bound=Entity)
#: Answers of one look-up, by what is asked.
Gathered = Mapping[Hashable, object]


class Transaction:
    """One unit of work. `now` is taken once, when it begins; everything in it happened then."""

    def __init__(
        self, session: Session, name: str, now: datetime, keyring: Keyring, *, is_reading: bool = False
    ) -> None:
        self.session = session
        self.name = name
        self.now = now
        self.keyring = keyring
        self.is_reading = is_reading
        self.at_hand: dict[str, Gathered | Callable[[], Gathered]] = {}
        self.owes_audit = False
        self.has_audit = False

    def add(self, entity: E) -> E:
        """Keep a new entity."""
        self.session.add(entity)
        return entity

    def add_if_new(self, entity: Base) -> bool:
        """Keep an entity unless one of its unique keys is taken already; says whether it was kept."""
        self.session.flush()
        owed = self.owes_audit
        try:
            with self.session.begin_nested():
                self.session.add(entity)
        except IntegrityError as error:
            if not _is_taken(error):
                raise
            self.owes_audit = owed  # what was not kept owes no audit row
            return False
        return True

    def get(self, kind: type[E], entity_id: UUID) -> E:
        """The entity of this id. Raises NotFound."""
        entity = self.session.get(kind, entity_id)
        if entity is None:
            raise NotFound(f"{kind.__name__} {entity_id}")
        return entity

    def lock(self, entity: E) -> E:
        """Hold this row until the unit of work ends, and see it as it is now."""
        self.session.flush()
        self.session.refresh(entity, with_for_update=HELD)
        return entity

    def record(self, action: str, subject: Entity, actor: str = SYSTEM) -> None:
        """Leave an audit row: who did what to what, by ids. Every unit of work that changes something leaves one."""
        self.has_audit = True
        self.session.add(
            AuditEvent(
                at=self.now,
                flow=self.name,
                action=action,
                actor=actor,
                subject=type(subject).__tablename__,
                subject_id=subject.id,
            )
        )

    def next_number(self, name: str) -> int:
        """The next number of this counter; nobody else gets the same one."""
        counter = self.session.get(Counter, name, with_for_update=HELD)
        if counter is None:
            # Programmes are seeded with their counters; a missing one is a database that was never set up.
            raise NotFound(f"counter {name}: run `checkback db upgrade`")
        counter.last += 1
        return counter.last


class Store:
    """Opens units of work on SQLite (WAL, synchronous FULL) or PostgreSQL.

    Args:
        url: an SQLAlchemy URL, `sqlite:///…` or `postgresql://…`.
        pool_size: connections, and so the most threads that work at once.
    """

    def __init__(self, url: str, *, keyring: Keyring, clock: Clock, points: Points, pool_size: int = 8) -> None:
        self.clock = clock
        self.keyring = keyring
        self._points = points
        self._engine = _engine(url, pool_size)
        self._writer = Lock() if self._engine.dialect.name == "sqlite" else None
        # The sealed columns find their keys there.
        self._engine.dialect.checkback_keyring = keyring  # type: ignore[attr-defined]
        self._reading = self._engine.execution_options(checkback_reads=True)

    @property
    def engine(self) -> Engine:
        """For migrations and for the database check of `checkback doctor`."""
        return self._engine

    @contextmanager
    def begin(self, name: str) -> Iterator[Transaction]:
        """A unit of work that changes something: committed at the end of the indent, undone by any exception.

        Raises:
            StoreUnavailable: the database is gone, or would not take it.
            Unaudited: it changed something and left no audit row.
        """
        with self._turn(), translated(), _Writing(self._engine, expire_on_commit=False) as session:
            session.begin()
            session.connection()  # from here on nobody else writes on SQLite; so the clock is read after it
            session.tx = tx = Transaction(session, name, self.clock.now(), self.keyring)
            yield tx
            session.flush()
            if tx.owes_audit and not tx.has_audit:
                raise Unaudited(f"{name} changed something and left no audit row")
            self._points.reach(f"{name}.before-commit")
            session.commit()
        self._points.reach(f"{name}.after-commit")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """SQLite has one writer: our own threads queue for it here. Its lock is looked at in ever longer naps, in which
        a text may be overtaken by every other.
        """
        if self._writer is not None and not self._writer.acquire(timeout=_SECONDS_FOR_A_CONNECTION):
            raise StoreUnavailable
        try:
            yield
        finally:
            if self._writer is not None:
                self._writer.release()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A look at what is kept; nothing that is changed inside is kept."""
        with translated(), _Reading(self._reading, expire_on_commit=False, autoflush=False) as session:
            yield Transaction(session, "read", self.clock.now(), self.keyring, is_reading=True)
            session.expunge_all()  # what was read stays readable after the look

    def create_tables(self) -> None:
        """Make every table at once, for tests; a real database is migrated."""
        Base.metadata.create_all(self._engine)

    def drop_tables(self) -> None:
        """Forget everything, for tests."""
        Base.metadata.drop_all(self._engine)

    def ping(self) -> None:
        """Ask the database for a sign of life. Raises StoreUnavailable."""
        with self.read() as tx:
            tx.session.execute(text("SELECT 1"))

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


def _is_taken(error: IntegrityError) -> bool:
    """Whether a unique key was taken already; anything else that does not fit is a mistake of ours."""
    if isinstance(error.orig, sqlite3.Error):
        return error.orig.sqlite_errorcode in _TAKEN_IN_SQLITE
    return getattr(error.orig, "sqlstate", None) == _UNIQUE_VIOLATION


class _Remembering(Session):
    """A session that reads a row by its id once. By itself it forgets a row as soon as nobody holds it, and a unit of
    work asked for the same phone four times.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.seen: list[object] = []


class _Reading(_Remembering):
    """The session of one look."""


class _Writing(_Remembering):
    """The session of one unit of work that changes something."""

    tx: Transaction


@event.listens_for(_Remembering, "loaded_as_persistent")
@event.listens_for(_Remembering, "pending_to_persistent")
def _remembers(session: _Remembering, row: object) -> None:
    session.seen.append(row)


@event.listens_for(_Writing, "before_flush")
def _notes_changes(session: _Writing, _context: object, _instances: object) -> None:
    if session.tx.owes_audit:
        return
    touched = [*session.new, *session.deleted, *(e for e in session.dirty if session.is_modified(e))]
    if any(not isinstance(e, AuditEvent | Counter | Heartbeat | SenderBucket) for e in touched):
        session.tx.owes_audit = True


@contextmanager
def translated() -> Iterator[None]:
    """Say StoreUnavailable where the database's own driver says one of many things."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise StoreUnavailable from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StoreUnavailable from error
        raise


def _engine(url: str, pool_size: int) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            parsed,
            hide_parameters=True,
            pool_size=pool_size,
            max_overflow=_SPARE,
            pool_timeout=_SECONDS_FOR_A_CONNECTION,
            connect_args={"timeout": 5},
        )
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begins)
        return engine
    return create_engine(
        parsed,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=_SPARE,
        pool_timeout=_SECONDS_FOR_A_CONNECTION,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 5,
            "options": "-c statement_timeout=10000 -c lock_timeout=5000",
            **_NOTICED_DEAD,
        },
    )


def _sqlite_connected(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begins(connection: Connection) -> None:
    # A writer that begins as a reader can find the database changed under it and fail; so writers say so at once.
    reads = connection.get_execution_options().get("checkback_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
