"""Houses that several tests share, since a process takes seconds to start."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.conftest import _postgres_database as postgres_database
from tests.system.processes import ROOT, free_port
from tests.system.proxy import spread_over
from tests.system.real_house import ASSISTANT, WITHOUT_RASA, HeldPhone, RealHouse
from tests.system.stand_in import StandIn, standing_in

MOVE_IN_TOGETHER = 12


@pytest.fixture(scope="session")
def model() -> None:
    """The model that these sources make; trained if it is not there."""
    subprocess.run([ROOT / "bot/.venv/bin/python", "-m", "bot.train"], cwd=ROOT, check=True, timeout=240)


@pytest.fixture(scope="session")
def rasa(model: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealHouse]:
    """The assistant and its action server, once for all tests; whoever ends one of them starts it again."""
    with RealHouse(tmp_path_factory.mktemp("rasa")) as house:
        yield house.starts(*ASSISTANT)


@pytest.fixture(scope="session")
def house_with_rasa(rasa: RealHouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealHouse]:
    with RealHouse(tmp_path_factory.mktemp("with-rasa"), **talking_with(rasa)) as house:
        house.processes |= rasa.processes
        yield house.starts(*WITHOUT_RASA)
        for name in ASSISTANT:  # theirs outlive this house
            del house.processes[name]


@pytest.fixture(scope="session")
def stand_in() -> Iterator[StandIn]:
    with standing_in() as server:
        yield server


@pytest.fixture(scope="session")
def common_house(stand_in: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealHouse]:
    with RealHouse(tmp_path_factory.mktemp("common"), **stand_in.settings) as house:
        yield house.starts(*WITHOUT_RASA)


@pytest.fixture
def house(common_house: RealHouse) -> RealHouse:
    """A house without Rasa in which all is well, by day; tests take families of their own."""
    common_house.is_whole_again()
    common_house.is_day()
    return common_house


class Neighbours:
    """Families that agreed to be texted, and whose promise is still far off; each is taken once."""

    def __init__(self, house: RealHouse) -> None:
        self._house = house
        self._waiting: list[HeldPhone] = []

    def pop(self) -> HeldPhone:
        if not self._waiting:
            self._move_in([self._house.new_phone() for _ in range(MOVE_IN_TOGETHER)])
        return self._waiting.pop()

    def _move_in(self, phones: list[HeldPhone]) -> None:
        self._house.is_day()
        for phone in phones:
            self._house.enrols(phone, promise_hours=24 * 14)
        self._house.agree(phones)
        self._waiting += phones


@pytest.fixture(scope="session")
def neighbours(common_house: RealHouse) -> Neighbours:
    return Neighbours(common_house)


@pytest.fixture
def ana(house: RealHouse, neighbours: Neighbours) -> HeldPhone:
    """One of them."""
    return neighbours.pop()


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def doubled_house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealHouse]:
    """Two gateways behind one address, two workers, two schedulers; on each kind of database."""
    folder, front = tmp_path_factory.mktemp("doubled"), free_port()
    address = {"CHECKBACK_PUBLIC_URL": f"http://127.0.0.1:{front}"}
    with standing_in() as assistant, ExitStack() as stack:
        if request.param == "postgresql":
            address["CHECKBACK_DATABASE_URL"] = stack.enter_context(postgres_database())
        house = stack.enter_context(RealHouse(folder, **assistant.settings, **address))
        house.starts(*WITHOUT_RASA, "gateway-2", "worker-2", "scheduler-2")
        house.reaches(10)
        stack.enter_context(spread_over(front, [house.process(name).port for name in ("gateway", "gateway-2")]))
        yield house


def talking_with(rasa: RealHouse) -> dict[str, str]:
    """What another house is told to talk with this Rasa."""
    told = rasa.settings
    return {
        "CHECKBACK_ASSISTANT_URL": told.assistant_url,
        "CHECKBACK_ASSISTANT_TOKEN": told.assistant_token.get_secret_value(),
    }
