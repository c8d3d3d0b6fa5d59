"""A simulator that really runs, the application it calls, and Twilio's own client pointed at it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from twilio.rest import Client

from checkback.simulator.app import Pace, PhoneToHold, SimulatorConfig, make_server
from tests.simulator.application import Application, running_application, wait_for

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "a-token-for-tests"
FAMILY_LINE = "+13145550100"
STAFF_LINE = "+13145550199"
SERVICE = "MG" + "f" * 32
ANA = "+13145550101"
DR_LEE = "+13145550102"
AT_ONCE = Pace(to_sending=0.0, to_sent=0.0, to_delivered=0.0, word=0.0)


@dataclass(frozen=True)
class Simulator:
    """A running simulator, seen from outside."""

    config: SimulatorConfig
    application: Application

    @property
    def address(self) -> str:
        return self.config.address

    @property
    def status_url(self) -> str:
        return f"{self.application.url}/status"

    def client(self, token: str = TOKEN, account: str = ACCOUNT) -> Client:
        """Twilio's client, unchanged but for the address it calls."""
        client = Client(account, token)
        for host in (client.api, client.messaging, client.lookups):
            host.base_url = self.address
        return client

    def send(self, body: str = "How are you all?", **more: Any) -> Any:
        """The application sends a text to Ana, with Twilio's client."""
        order = {"to": ANA, "from_": FAMILY_LINE, "body": body, "status_callback": self.status_url, **more}
        return self.client().messages.create(**order)

    def send_by_service(self, body: str = "How are you all?", **more: Any) -> Any:
        """The same through the messaging service, which chooses the sender."""
        order = {"to": ANA, "messaging_service_sid": SERVICE, "body": body, "status_callback": self.status_url, **more}
        return self.client().messages.create(**order)

    def moves_clock(self, **by: float) -> None:
        """Time passes on the simulator's clock."""
        self.control("POST", "clock", advance_seconds=timedelta(**by).total_seconds())

    def now(self) -> datetime:
        return datetime.fromisoformat(self.control("GET", "clock")["now"])

    def writes(self, body: str, *, phone: str = ANA, to: str = FAMILY_LINE, media: int = 0) -> str:
        """Somebody writes on a phone; the identifier of the text."""
        return str(self.control("POST", f"phones/{phone}/texts", to=to, body=body, media=media)["sid"])

    def on_phone(self, number: str = ANA) -> list[str]:
        """The texts one can read on a phone."""
        return [text["body"] for text in self.control("GET", f"phones/{number}")["texts"]]

    def order_fault(self, kind: str, **more: Any) -> None:
        self.control("POST", "faults", kind=kind, **more)

    def complaints(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control("GET", "complaints")["complaints"]
        return found

    def settled(self, sid: str) -> Any:
        """The text once nothing more will happen to it."""
        message = self.client().messages(sid)
        finished = ("delivered", "undelivered", "failed", "canceled")
        return wait_for(lambda: found if (found := message.fetch()).status in finished else None)

    def control(self, method: str, path: str, **said: Any) -> dict[str, Any]:
        """Ask the control door; fails on an error."""
        answer = self.ask(method, path, **said)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def ask(self, method: str, path: str, **said: Any) -> httpx2.Response:
        return httpx2.request(method, f"{self.address}/_/{path}", json=said or None, trust_env=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(config: SimulatorConfig, application: Application) -> Iterator[Simulator]:
    """Run a simulator until the block ends."""
    server = make_server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for(lambda: server.started)
        yield Simulator(config, application)
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def application() -> Iterator[Application]:
    with running_application() as application:
        yield application


@pytest.fixture
def config(application: Application) -> SimulatorConfig:
    return make_config(application)


def make_config(application: Application, messaging_service_sid: str | None = None) -> SimulatorConfig:
    inbound = f"{application.url}/inbound"
    return SimulatorConfig(
        port=free_port(),
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        numbers={FAMILY_LINE: inbound, STAFF_LINE: inbound},
        number_labels={FAMILY_LINE: "Checkback", STAFF_LINE: "Checkback alerts"},
        phones=[(ANA, "Ana", "family"), PhoneToHold(DR_LEE, "Dr. Lee", "clinician", writes_to=STAFF_LINE)],
        pace=AT_ONCE,
        messaging_service_sid=messaging_service_sid,
    )


Start = Callable[..., Simulator]


@pytest.fixture
def start(config: SimulatorConfig, application: Application) -> Iterator[Start]:
    """Starts a simulator, with some of the settings changed."""
    running_now = []

    def start(**changes: Any) -> Simulator:
        context = running(replace(config, **changes), application)
        running_now.append(context)
        return context.__enter__()

    yield start
    for context in running_now:
        context.__exit__(None, None, None)


@pytest.fixture
def simulator(start: Start) -> Simulator:
    return start()


@pytest.fixture(scope="module")
def untouched() -> Iterator[Simulator]:
    """One simulator for all the stories of a module in which nothing is taken."""
    with running_application() as application, running(make_config(application), application) as simulator:
        yield simulator
