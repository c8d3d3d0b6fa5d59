"""The same house as everywhere, put back as it was for each story: the stories here are many."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from checkback.care.model import CheckIn
from checkback.care.model.sealing import Keyring
from checkback.care.store import Store, Transaction
from tests.fakes import CrashingPoints, FrozenClock
from tests.fakes.clock import MORNING
from tests.furnished import RING, Furnished, FurnishedFile, FurnishedServer, house_on
from tests.story import House

#: For what is decided above the database, in many variants: one kind will do.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)

#: Memory, where there is some: durability is tested elsewhere, here it would only be slow.
_FAST = Path("/dev/shm")  # noqa: S108


def promised(tx: Transaction) -> CheckIn:
    """What was promised at the door."""
    return tx.session.query(CheckIn).filter_by(step="promised").one()


def of_one_promise(house: House) -> None:
    """A plan of nothing but what was promised: these stories count texts."""
    with house.rt.store.begin("test.one-promise") as tx:
        for check_in in tx.session.query(CheckIn).filter(CheckIn.step != "promised"):
            tx.session.delete(check_in)
            tx.record("test.left-out", check_in)


@dataclass(frozen=True)
class Home:
    """Where the stories on one kind of database happen. The store is kept, since it is slow to make."""

    original: Furnished
    clock: FrozenClock
    points: CrashingPoints
    store: Store

    @property
    def url(self) -> str:
        return self.original.home

    def put_back(self) -> None:
        """As nobody has lived in it."""
        self.store.close()
        self.store.keyring = RING  # a story may have changed the keys
        self.original.put_back()
        self.clock.set(MORNING)
        self.points.forget()


@pytest.fixture(scope="session")
def furnished() -> Iterator[Callable[[str], Furnished]]:
    """A set-up house of each kind of database, made when the first story asks for it."""
    made: dict[str, Furnished] = {}
    with tempfile.TemporaryDirectory(dir=_FAST if _FAST.is_dir() else None) as folder:

        def of(kind: str) -> Furnished:
            if kind not in made:
                at = Path(folder, kind)
                at.mkdir()
                made[kind] = FurnishedFile(at) if kind == "sqlite" else FurnishedServer(at)
            return made[kind]

        yield of
        for original in made.values():
            original.close()


@pytest.fixture(scope="session")
def homes(furnished: Callable[[str], Furnished]) -> Iterator[Callable[[str], Home]]:
    """The one home of each kind."""
    made: dict[str, Home] = {}

    def of(kind: str) -> Home:
        if kind not in made:
            original, clock, points = furnished(kind), FrozenClock(), CrashingPoints()
            store = Store(original.home, keyring=RING, clock=clock, points=points)
            made[kind] = Home(original, clock, points, store)
        return made[kind]

    yield of
    for home in made.values():
        home.store.close()


@pytest.fixture
def keyring() -> Keyring:
    return RING


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each kind of database; the same stories run on both."""
    return str(request.param)


@pytest.fixture
def home(database_url: str, homes: Callable[[str], Home]) -> Iterator[Home]:
    found = homes(database_url)
    found.put_back()
    yield found
    found.store.close()


@pytest.fixture
def clock(home: Home) -> FrozenClock:
    return home.clock


@pytest.fixture
def points(home: Home) -> CrashingPoints:
    return home.points


@pytest.fixture
def store(home: Home) -> Store:
    return home.store


@pytest.fixture
def house(home: Home, tmp_path: Path) -> House:
    """A house with the programme's own files and its invented staff in it."""
    made = house_on(home.url, tmp_path, clock=home.clock, points=home.points, store=home.store)
    made.carrier.points = made.assistant.points = home.points
    return made
