"""The pretend carrier in front of the real door: in none of Twilio's rarer ways is a webhook answered wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

import httpx2
import pytest
from twilio.rest import Client

from checkback.assembly.doors import listen, make_server
from checkback.assembly.settings import load_settings
from checkback.gateway import make_app
from checkback.simulator import app as simulator
from checkback.simulator.config import Pace, PhoneToHold, SimulatorConfig
from tests.gateway.calling import ACCOUNT, TOKEN, kept
from tests.simulator.application import wait_for
from tests.story import ANA, FAMILY_LINE, House

SERVICE = "MG" + "f" * 32


@dataclass(frozen=True)
class Carrier:
    """The simulator, seen from outside."""

    address: str
    gateway: str

    def asks(self, method: str, path: str, **said: Any) -> Any:
        answer = httpx2.request(method, f"{self.address}/_/{path}", json=said or None, timeout=20, trust_env=False)
        answer.raise_for_status()
        return answer.json()

    def writes(self, body: str, **more: Any) -> dict[str, Any]:
        """Ana writes; the text as her phone shows it, once the webhook is over."""
        sid = self.asks("POST", f"phones/{ANA}/texts", to=FAMILY_LINE, body=body, **more)["sid"]
        return wait_for(lambda: next((text for text in self.texts if text["sid"] == sid and text["handed_on"]), {}))

    @property
    def texts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.asks("GET", f"phones/{ANA}")["texts"]
        return found

    @property
    def complaints(self) -> list[int]:
        return [one["code"] for one in self.asks("GET", "complaints")["complaints"]]


@contextmanager
def running(server: Any, **more: Any) -> Iterator[None]:
    thread = Thread(target=server.run, kwargs=more, daemon=True)
    thread.start()
    try:
        wait_for(lambda: server.started)
        yield
    finally:
        server.should_exit = True
        thread.join(15)


Start = Callable[..., Carrier]


@pytest.fixture
def start(house: House, tmp_path) -> Iterator[Start]:
    """Opens the gateway on a free port, and starts a carrier that was given its address."""
    listener = listen(0)
    gateway = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = load_settings(
        {
            "CHECKBACK_MODE": "demo",
            "CHECKBACK_VAR": str(tmp_path),
            "CHECKBACK_PUBLIC_URL": gateway,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
        }
    )
    probe = listen(0)
    port = probe.getsockname()[1]
    probe.close()
    started = []

    def start(token: str = TOKEN, service: str | None = SERVICE) -> Carrier:
        config = SimulatorConfig(
            port=port,
            account_sid=ACCOUNT,
            auth_token=token,
            numbers={FAMILY_LINE: f"{gateway}/twilio/inbound"},
            phones=[PhoneToHold(ANA, "Ana", "family")],
            pace=Pace(0, 0, 0, 0, 0),
            messaging_service_sid=service,
        )
        context = running(simulator.make_server(config))
        context.__enter__()
        started.append(context)
        return Carrier(config.address, gateway)

    with running(make_server(make_app(house.rt, settings)), sockets=[listener]):
        yield start
        for context in started:
            context.__exit__(None, None, None)
    listener.close()


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("we can't sleep", {}),
        ("¿Cómo está? 😔", {}),
        ("a" * 1600, {}),
        ("", {"media": 10}),
        ("look", {"media": 1}),
        ("hello", {"fields": {"Surprise": "1", "ChannelMetadata": ""}}),
        ("hello", {"add_ons": True}),
        ("hello", {"fields": {"OptOutType": "HELP"}}),
    ],
    ids=["plain", "unicode", "longest", "ten-pictures", "picture", "unknown-field", "add-ons", "opt-out-type"],
)
def test_a_text_is_kept_whatever_comes_with_it(start, house, body, more):
    carrier = start()
    assert carrier.writes(body, **more)["taken"]
    assert kept(house) == [body]
    assert carrier.complaints == []


def test_a_text_in_base64_is_kept_as_what_it_says(start, house):
    carrier = start()
    assert carrier.writes("I cannot go on like this any more", encoded=True)["taken"]
    assert kept(house) == ["I cannot go on like this any more"]
    assert carrier.complaints == []


def test_a_text_that_comes_twice_is_kept_once(start, house):
    carrier = start()
    carrier.asks("POST", "faults", kind="double-webhook")
    carrier.writes("hello")
    wait_for(lambda: len(carrier.asks("GET", "log")["webhooks"]) == 2)
    assert kept(house) == ["hello"]
    assert carrier.complaints == []


@pytest.mark.parametrize("word", ["STOP", "yes", "HELP"])
def test_a_word_the_carrier_acts_on_is_kept_too(start, house, word):
    carrier = start()
    assert carrier.writes(word)["taken"]
    assert kept(house) == [word]
    assert carrier.complaints == []


def test_what_became_of_a_text_is_taken_step_by_step(start):
    carrier = start()
    client = Client(ACCOUNT, TOKEN)
    client.api.base_url = carrier.address
    told = f"{carrier.gateway}/twilio/status?message=7c1d3a52-3b51-4a4f-9d0c-0d7c8f3e2b11"
    client.messages.create(to=ANA, from_=FAMILY_LINE, body="hello", status_callback=told)
    wait_for(lambda: [one["status"] for one in carrier.asks("GET", "log")["webhooks"]] == [204, 204, 204])
    assert carrier.complaints == []


def test_what_somebody_else_signed_is_turned_away_and_complained_of(start, house):
    carrier = start(token="of somebody else")
    assert carrier.writes("hello")["taken"] is False
    assert carrier.complaints == [11200]
    assert kept(house) == []


def test_a_number_set_to_get_loses_texts_and_the_carrier_says_so(start, house):
    carrier = start(service=None)
    carrier.asks("POST", f"numbers/{FAMILY_LINE}", sms_method="GET")
    assert carrier.writes("hello")["taken"] is False
    assert carrier.complaints == [11200]
    assert kept(house) == []
