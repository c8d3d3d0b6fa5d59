"""The hourly test text over real doors: Twilio's own client, the pretend carrier, signed webhooks, and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from threading import Thread
from typing import Any

import httpx2
import pytest

from checkback.adapters.twilio import TwilioCarrier
from checkback.assembly.doors import listen, make_server
from checkback.assembly.settings import Settings, load_settings
from checkback.care.flows import canary, outbound
from checkback.care.model import Canary, InboundMessage
from checkback.care.points import NoFaults
from checkback.care.terms import Lane
from checkback.gateway import make_app
from checkback.simulator import app as simulator
from checkback.simulator.config import Pace, SimulatorConfig
from tests.gateway.calling import ACCOUNT, TOKEN
from tests.simulator.application import wait_for
from tests.story import ALERT_LINE, FAMILY_LINE, House

CANARY_LINE = "+13145550197"


@dataclass
class Looped:
    """A house whose second number is a number at the pretend carrier."""

    house: House
    carrier: str

    def delivers(self) -> None:
        outbound.deliver_due(self.house.rt, Lane.FAMILIES)

    @property
    def one(self) -> Canary:
        (only,) = self.house.all(Canary)
        return only  # type: ignore[no-any-return]

    def orders(self, **fault: Any) -> None:
        httpx2.post(f"{self.carrier}/_/faults", json=fault, timeout=20, trust_env=False).raise_for_status()


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


def settings_of(tmp_path: Any, gateway: str, carrier: str) -> Settings:
    return load_settings(
        {
            "CHECKBACK_MODE": "demo",
            "CHECKBACK_VAR": str(tmp_path),
            "CHECKBACK_PUBLIC_URL": gateway,
            "CHECKBACK_FAMILY_SENDER": FAMILY_LINE,
            "CHECKBACK_ALERT_SENDER": ALERT_LINE,
            "CHECKBACK_CANARY_SENDER": CANARY_LINE,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_BASE_URL": carrier,
        }
    )


@pytest.fixture
def looped(house: House, tmp_path: Any) -> Iterator[Looped]:
    listener, probe = listen(0), listen(0)
    gateway, port = f"http://127.0.0.1:{listener.getsockname()[1]}", probe.getsockname()[1]
    probe.close()
    settings = settings_of(tmp_path, gateway, f"http://127.0.0.1:{port}")
    inbound = f"{gateway}/twilio/inbound"
    config = SimulatorConfig(
        port=port,
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        numbers=dict.fromkeys(settings.senders.values(), inbound),
        pace=Pace(0, 0, 0, 0, 0),
    )
    carrier = TwilioCarrier(settings.twilio_account, settings.senders, settings.public_url, NoFaults())
    house.rt = replace(house.rt, senders=settings.senders, carrier=carrier)
    with ExitStack() as stack:
        stack.enter_context(running(make_server(make_app(house.rt, settings)), sockets=[listener]))
        stack.enter_context(running(simulator.make_server(config)))
        yield Looped(house, config.address)
    listener.close()


def test_it_goes_out_comes_in_signed_is_answered_and_comes_back(looped):
    assert canary.fly(looped.house.rt)
    looped.delivers()
    wait_for(lambda: looped.one.heard_at)
    looped.delivers()
    wait_for(lambda: looped.one.returned_at)
    assert looped.house.all(InboundMessage) == []


def test_one_that_the_carrier_drops_is_missing(looped):
    looped.orders(kind="undelivered", code=30034, number=FAMILY_LINE, count="always")
    canary.fly(looped.house.rt)
    looped.delivers()
    wait_for(lambda: any(text.error_code == 30034 for text in looped.house.outbox()))
    looped.house.clock.tick(minutes=2)
    canary.watch(looped.house.rt)
    assert canary.is_missing(looped.house.rt)
    assert any("test text" in text.body for text in looped.house.outbox() if text.kind == "alarm")
