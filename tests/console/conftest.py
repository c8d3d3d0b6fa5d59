"""A console with its door open, a family in it, and people who sign in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from argon2 import PasswordHasher

from checkback.adapters.passwords import DEMO_PASSWORD, Argon2Passwords
from checkback.assembly.settings import Settings, load_settings
from checkback.care.flows import heartbeat
from checkback.care.model import StaffMember
from checkback.console.app import make_app
from tests.assembly.serving import Served, served
from tests.story import HeldPhone, House

API_TOKEN = "a-token-of-nobody-4"
LIVE_PASSWORD = "four-odd-words-here"

#: As strong as it needs to be to be the same thing, and quick.
QUICK = Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass
class Visitor:
    """Somebody with a browser that keeps cookies and follows nothing by itself."""

    client: httpx2.Client

    def opens(self, path: str, **more: Any) -> httpx2.Response:
        return self.client.get(path, **more)

    def sends(self, path: str, **form: str) -> httpx2.Response:
        return self.client.post(path, data=form)

    def signs_in(self, login: str, password: str = DEMO_PASSWORD, **more: str) -> httpx2.Response:
        return self.sends("/sign-in", login=login, password=password, **more)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """What the door does does not depend on the kind of database; the flows behind it are told on both."""
    return f"sqlite:///{tmp_path / 'checkback.db'}"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"CHECKBACK_MODE": "demo", "CHECKBACK_VAR": str(tmp_path), "CHECKBACK_API_TOKEN": API_TOKEN})


@pytest.fixture
def live_settings(staffed: House, settings: Settings) -> Settings:
    """The same house in use, on plain http on this machine; the demonstration's password lets nobody in there."""
    give_everybody(staffed, LIVE_PASSWORD)
    return settings.model_copy(update={"mode": "live"})


@pytest.fixture
def staffed(house: House) -> House:
    """Everybody has the password of the demonstration, and every process is alive."""
    give_everybody(house, DEMO_PASSWORD)
    heartbeat.beat(house.rt, "worker")
    house.clock.tick(seconds=1)
    return house


@pytest.fixture
def console(staffed: House, settings: Settings) -> Iterator[Served]:
    with served(make_app(staffed.rt, settings, QUICK)) as door:
        yield door


@pytest.fixture
def live_console(staffed: House, live_settings: Settings) -> Iterator[Served]:
    with served(make_app(staffed.rt, live_settings, QUICK)) as door:
        yield door


@pytest.fixture
def visitor(console: Served) -> Iterator[Visitor]:
    """Somebody who has not signed in."""
    with client_of(console) as client:
        yield Visitor(client)


@pytest.fixture
def lee(visitor: Visitor) -> Visitor:
    """Dana Lee, clinician, signed in."""
    assert visitor.signs_in("lee").status_code == 303
    return visitor


@pytest.fixture
def signed_in(console: Served) -> Iterator[Callable[[str], Visitor]]:
    """Signs anybody in, each in a browser of their own."""
    clients: list[httpx2.Client] = []

    def sign_in(login: str) -> Visitor:
        clients.append(client_of(console))
        newcomer = Visitor(clients[-1])
        assert newcomer.signs_in(login).status_code == 303
        return newcomer

    yield sign_in
    for client in clients:
        client.close()


@pytest.fixture
def family(staffed: House, ana: HeldPhone) -> str:
    """Ana's family, who agreed to texts and answered once."""
    reference = staffed.enrols(child_ages=[4, 9], officer="okafor")
    staffed.works()
    ana.texts("1")
    return reference


@pytest.fixture
def crisis(family: str, ana: HeldPhone) -> str:
    """Ana wrote something acute; E-12 is open."""
    ana.texts("it is too much, I want to kill myself")
    return family


def give_everybody(house: House, password: str) -> None:
    kept = QUICK.hash(password)
    with house.rt.store.begin("test.passwords") as tx:
        for member in tx.session.query(StaffMember).all():
            member.password_hash = kept
            tx.record("test.password", member)


def client_of(door: Served) -> httpx2.Client:
    return httpx2.Client(base_url=door.address, timeout=20, trust_env=False)
