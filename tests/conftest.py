"""What every story stands on: a house on each database, with the programme's own files in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import create_engine, make_url, text

from checkback.adapters.journal import DiskJournal
from checkback.care.flows.setting_up import seed, seed_people
from checkback.care.model.sealing import Keyring
from checkback.care.points import Points
from checkback.care.ports import Clock
from checkback.care.program import OptOutWords, load_private_words
from checkback.care.runtime import Runtime
from checkback.care.store import Store
from checkback.care.wording import AnswerTable, Wording
from tests.fakes import CrashingPoints, FakeAssistant, FakeCarrier, FakeLookup, FrozenClock, ListeningScreen
from tests.story import ALERT_LINE, ANA, DR_LEE, ON_CALL, ORTIZ, HeldPhone, House, sender_numbers

CHROMIUM = Path("/usr/bin/chromium")
PROGRAM = Path(__file__).parent.parent / "program"
POSTGRES = os.environ.get("CHECKBACK_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
OpenStore = Callable[[Clock, Points], Store]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that look at a page come last: from the first of them on the browser's event loop runs in their thread, and
    nothing that runs a loop of its own can follow there.
    """
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for every test that looks at a page; in CI it must be there."""
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            raise FileNotFoundError(CHROMIUM)
        pytest.skip("no Chromium at /usr/bin/chromium")
    # One for all: a second one cannot be started beside it in the same thread.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def keyring() -> Keyring:
    return Keyring(sealing={1: b"s" * 32}, indexing={1: b"i" * 32})


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind; the same stories run on both."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'checkback.db'}"
        return
    with _postgres_database() as url:
        yield url


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def points() -> CrashingPoints:
    return CrashingPoints()


@pytest.fixture
def store(database_url: str, keyring: Keyring, clock: FrozenClock, points: CrashingPoints) -> Iterator[Store]:
    opened = Store(database_url, keyring=keyring, clock=clock, points=points)
    opened.create_tables()
    yield opened
    opened.close()


@pytest.fixture
def house(store: Store, clock: FrozenClock, points: CrashingPoints, keyring: Keyring, tmp_path: Path) -> House:
    """A house with the programme's own files and its invented staff in it."""
    carrier, assistant = FakeCarrier(clock), FakeAssistant()
    rt = Runtime(
        store=store,
        clock=clock,
        carrier=carrier,
        lookup=FakeLookup(),
        assistant=assistant,
        screen=ListeningScreen(),
        wording=Wording.load(PROGRAM / "wording"),
        answers=AnswerTable.load(PROGRAM / "answers.yml"),
        opt_out_words=OptOutWords.load(PROGRAM / "opt-out-words.yml"),
        private_words=load_private_words(PROGRAM / "private-words.yml"),
        senders=sender_numbers(),
        console_url="http://127.0.0.1:8001",
        points=points,
        journal=DiskJournal(tmp_path / "journal", keyring),
        on_call_number=ON_CALL,
    )
    seed(rt, PROGRAM, PROGRAM / "programme.yml", fictional=True)
    seed_people(rt, PROGRAM / "programme.yml", password_hash=None)
    return House(rt, clock, carrier, assistant)


@pytest.fixture
def rt(house: House) -> Runtime:
    return house.rt


@pytest.fixture
def ana(house: House) -> HeldPhone:
    return house.phone(ANA)


@pytest.fixture
def dr_lee(house: House) -> HeldPhone:
    return house.phone(DR_LEE, ALERT_LINE)


@pytest.fixture
def ortiz(house: House) -> HeldPhone:
    return house.phone(ORTIZ, ALERT_LINE)


class _postgres_database:
    """A database of its own on the running server, dropped afterwards."""

    def __init__(self) -> None:
        self.name = f"checkback_test_{uuid4().hex[:12]}"
        self.server = create_engine(make_url(POSTGRES), isolation_level="AUTOCOMMIT")

    def __enter__(self) -> str:
        try:
            with self.server.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {self.name}"))
        except Exception:
            self.server.dispose()
            if os.environ.get("CI"):
                raise
            pytest.skip("no PostgreSQL at CHECKBACK_TEST_POSTGRES")
        return make_url(POSTGRES).set(database=self.name).render_as_string(hide_password=False)

    def __exit__(self, *_: object) -> None:
        with self.server.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)"))
        self.server.dispose()
