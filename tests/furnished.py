"""Houses that were set up once and are copied for each story: a copy takes milliseconds."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from uuid import uuid4

from sqlalchemy import URL, Connection, create_engine, make_url, text

from checkback.adapters.journal import DiskJournal
from checkback.care.flows.setting_up import seed, seed_people
from checkback.care.model import Base
from checkback.care.model.sealing import Keyring
from checkback.care.points import Points
from checkback.care.program import OptOutWords, load_private_words
from checkback.care.runtime import Runtime
from checkback.care.store import Store
from checkback.care.wording import AnswerTable, Wording
from tests.conftest import POSTGRES, PROGRAM
from tests.fakes import CrashingPoints, FakeAssistant, FakeCarrier, FakeLookup, FrozenClock, ListeningScreen
from tests.story import ON_CALL, House, sender_numbers

RING = Keyring(sealing={1: b"s" * 32}, indexing={1: b"i" * 32})
_WORDING = Wording.load(PROGRAM / "wording")
_ANSWERS = AnswerTable.load(PROGRAM / "answers.yml")
_PRIVATE_WORDS = load_private_words(PROGRAM / "private-words.yml")
_OPT_OUT_WORDS = OptOutWords.load(PROGRAM / "opt-out-words.yml")


def house_on(
    url: str,
    folder: Path,
    *,
    clock: FrozenClock | None = None,
    carrier: FakeCarrier | None = None,
    assistant: FakeAssistant | None = None,
    points: Points | None = None,
    keyring: Keyring = RING,
    store: Store | None = None,
) -> House:
    """A process's view of the house on this database, its journal in `folder`. What is given outlives it."""
    clock = clock or FrozenClock()
    points = points or CrashingPoints()
    carrier = carrier or FakeCarrier(clock)
    assistant = assistant or FakeAssistant()
    rt = Runtime(
        store=store or Store(url, keyring=keyring, clock=clock, points=points),
        clock=clock,
        carrier=carrier,
        lookup=FakeLookup(),
        assistant=assistant,
        screen=ListeningScreen(),
        wording=_WORDING,
        answers=_ANSWERS,
        opt_out_words=_OPT_OUT_WORDS,
        private_words=_PRIVATE_WORDS,
        senders=sender_numbers(),
        console_url="http://127.0.0.1:8001",
        points=points,
        journal=DiskJournal(folder / "journal", keyring),
        on_call_number=ON_CALL,
    )
    return House(rt, clock, carrier, assistant)


class FurnishedFile:
    """A set-up SQLite database, copied as a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._original = folder / "original.db"
        set_up(f"sqlite:///{self._original}", folder)

    @property
    def home(self) -> str:
        """Where a house of this kind stands; made by `put_back`."""
        return f"sqlite:///{self._folder / 'home' / 'checkback.db'}"

    def put_back(self) -> None:
        """Make the house as nobody has lived in it; nobody may be connected."""
        home = self._folder / "home"
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        shutil.copy(self._original, home / "checkback.db")

    def close(self) -> None:
        shutil.rmtree(self._folder)


class FurnishedServer:
    """A set-up PostgreSQL database, put back as it was after each story: making and dropping one takes seconds."""

    def __init__(self, folder: Path) -> None:
        self._name = f"checkback_test_{uuid4().hex[:12]}"
        self._url = make_url(POSTGRES).set(database=self._name)
        with _connected(make_url(POSTGRES)) as server:
            server.execute(text(f"CREATE DATABASE {self._name}"))
            # Stories crash the house, never the server.
            server.execute(text(f"ALTER DATABASE {self._name} SET synchronous_commit = off"))
        set_up(self.home, folder)
        self._run("CREATE SCHEMA original", *(f"CREATE TABLE original.{t} AS TABLE {t}" for t in TABLES))

    @property
    def home(self) -> str:
        """Where the house of this kind stands."""
        return self._url.render_as_string(hide_password=False)

    def put_back(self) -> None:
        """Make the house as nobody has lived in it."""
        self._run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
            "SET session_replication_role = replica",  # so that the order of the tables does not matter
            *(f"DELETE FROM {t}" for t in TABLES),  # noqa: S608 - our own tables
            *(f"INSERT INTO {t} SELECT * FROM original.{t}" for t in TABLES),  # noqa: S608
        )

    def close(self) -> None:
        with _connected(make_url(POSTGRES)) as server:
            server.execute(text(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)"))

    def _run(self, *statements: str) -> None:
        with _connected(self._url) as connection:
            connection.execute(text("; ".join(statements)))


Furnished = FurnishedFile | FurnishedServer
TABLES = [table.name for table in Base.metadata.sorted_tables]


def set_up(url: str, folder: Path) -> None:
    """Make the tables, and bring the programme's files and the invented staff in; they have the same ids each time."""
    with repeatable_dice(0):
        house = house_on(url, folder)
        house.rt.store.create_tables()
        seed(house.rt, PROGRAM, PROGRAM / "programme.yml", fictional=True)
        seed_people(house.rt, PROGRAM / "programme.yml", password_hash=None)
        house.rt.store.close()


@contextmanager
def repeatable_dice(seed: int) -> Iterator[None]:
    """Ids and pauses are dice too: within this indent they fall as the seed says, so that a night can be told again."""
    dice, thrown = Random(seed), os.urandom  # noqa: S311 - no secret in it
    state = random.getstate()
    random.seed(seed)
    os.urandom = dice.randbytes
    try:
        yield
    finally:
        os.urandom = thrown
        random.setstate(state)


@contextmanager
def _connected(url: URL) -> Iterator[Connection]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
