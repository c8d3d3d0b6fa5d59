"""One night on the pretend carrier, with its calls, and a mail server: until somebody has reached them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Thread
from typing import Any

import httpx2
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from checkback.adapters.email import SmtpMailer
from checkback.adapters.twilio import TwilioCaller, TwilioCarrier
from checkback.adapters.twilio_http import TwilioAccount
from checkback.assembly.doors import listen, make_server
from checkback.assembly.settings import load_settings
from checkback.care.flows import duty, escalations, rotas, staff_ways, summoning
from checkback.care.flows.rotas import Shift
from checkback.care.model import StaffWay
from checkback.care.points import NoFaults
from checkback.care.terms import EscalationOutcome, EscalationState, Sender, Way
from checkback.gateway import make_app
from checkback.simulator import app as simulator
from checkback.simulator.config import Pace, PhoneToHold, SimulatorConfig
from tests.simulator.application import wait_for
from tests.story import ALERT_LINE, ANA, DR_LEE, FAMILY_LINE, ON_CALL, ORTIZ, House

ACCOUNT, TOKEN = "AC" + "0" * 32, "the-token-of-this-account"
LEE_AT_HOME = "lee@example.org"
RIVERA = "+13145550144"


class Letters:
    """A mail server, and what it has taken."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:
        self.taken.append((envelope.original_content or b"").decode())
        return "250 OK"


@dataclass
class World:
    """The house, its gateway, the pretend carrier and the mail server, each where it would be."""

    house: House
    address: str
    letters: Letters

    def asks(self, method: str, path: str, **said: Any) -> Any:
        answer = httpx2.request(method, f"{self.address}/_/{path}", json=said or None, timeout=20, trust_env=False)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def tick(self, **how_long: float) -> None:
        """Time passes, and every process does what is due."""
        self.house.clock.tick(**how_long)
        for _ in range(2):
            self.house.works(rounds=1)
            escalations.hand_over_ended_shifts(self.house.rt)
            while summoning.make_due(self.house.rt).done:
                pass

    def phone(self, number: str, line: str) -> Phone:
        return Phone(self, number, line)

    def rings(self, number: str) -> dict[str, Any]:
        """The call this phone rings with."""

        def ringing() -> dict[str, Any]:
            calls = self.asks("GET", "calls")["calls"]
            return next((one for one in calls if one["phone"] == number and one["status"] == "ringing"), {})

        return wait_for(ringing)

    def call(self, sid: str) -> dict[str, Any]:
        return next(one for one in self.asks("GET", "calls")["calls"] if one["sid"] == sid)


@dataclass
class Phone:
    """A phone somebody holds at the pretend carrier."""

    world: World
    number: str
    line: str

    def texts(self, body: str) -> None:
        sid = self.world.asks("POST", f"phones/{self.number}/texts", to=self.line, body=body)["sid"]
        wait_for(lambda: any(text["sid"] == sid and text["handed_on"] for text in self._all))
        self.world.tick(seconds=5)

    def is_told(self, words: str) -> None:
        """A text with these words is on it."""
        wait_for(lambda: any(words in body for body in self.got))

    @property
    def got(self) -> list[str]:
        return [text["body"] for text in self._all if text["direction"] == "received"]

    @property
    def _all(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.world.asks("GET", f"phones/{self.number}")["texts"]
        return found

    def answers_and_presses(self, key: str) -> list[str]:
        """Picks up, listens, presses a key; what was heard."""
        sid = self.world.rings(self.number)["sid"]
        self.world.asks("POST", f"calls/{sid}/answer")
        wait_for(lambda: self.world.call(sid)["waits_for_keys"])
        self.world.asks("POST", f"calls/{sid}/digits", digits=key)
        wait_for(lambda: self.world.call(sid)["status"] == "completed")
        return [line["words"] for line in self.world.call(sid)["lines"] if not line["by_holder"]]

    def declines(self) -> None:
        sid = self.world.rings(self.number)["sid"]
        self.world.asks("POST", f"calls/{sid}/hang-up")
        wait_for(lambda: self.world.call(sid)["status"] == "busy")


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


def a_free_port() -> int:
    probe = listen(0)
    port: int = probe.getsockname()[1]
    probe.close()
    return port


@pytest.fixture
def world(house: House, tmp_path) -> Iterator[World]:
    listener, letters = listen(0), Letters()
    gateway = f"http://127.0.0.1:{listener.getsockname()[1]}"
    mail = Controller(letters, hostname="127.0.0.1", port=a_free_port())
    account = TwilioAccount(ACCOUNT, TOKEN, f"http://127.0.0.1:{a_free_port()}")
    senders = {Sender.FAMILY: FAMILY_LINE, Sender.ALERT: ALERT_LINE}
    house.rt = replace(
        house.rt,
        carrier=TwilioCarrier(account, senders, gateway, NoFaults()),
        caller=TwilioCaller(account, ALERT_LINE, gateway, NoFaults()),
        mailer=SmtpMailer(f"smtp://127.0.0.1:{mail.port}", "checkback@example.org"),
    )
    config = SimulatorConfig(
        port=int(account.base_url.rpartition(":")[2]),
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        numbers={number: f"{gateway}/twilio/inbound" for number in senders.values()},
        voice_urls={ALERT_LINE: f"{gateway}/twilio/voice/alert"},
        phones=[
            PhoneToHold(ANA, "Ana", "family"),
            *(PhoneToHold(n, n, "clinician") for n in (DR_LEE, ORTIZ, RIVERA, ON_CALL)),
        ],
        pace=Pace(0, 0, 0, 0, 0.01),
    )
    settings = load_settings(
        {
            "CHECKBACK_MODE": "demo",
            "CHECKBACK_VAR": str(tmp_path),
            "CHECKBACK_PUBLIC_URL": gateway,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
        }
    )
    mail.start()
    with ExitStack() as stack:
        stack.callback(listener.close)
        stack.callback(mail.stop)
        stack.enter_context(running(make_server(make_app(house.rt, settings)), sockets=[listener]))
        stack.enter_context(running(simulator.make_server(config)))
        yield World(house, config.address, letters)


def is_told_by(world: World, login: str, way: Way, **said: Any) -> None:
    """A way is set and proven."""
    staff_ways.set_way(world.house.rt, login, way, **said)
    with world.house.rt.store.begin("test.proven") as tx:
        for each in tx.session.query(StaffWay).filter_by(way=way):
            each.verified_at = tx.now
            tx.record("way.proven", each)


def test_a_night_of_texts_calls_and_e_mail_until_somebody_has_reached_them(world):
    """Dr. Lee sleeps through the text and declines the call; Ms. Ortiz takes it by a key, and reaches them."""
    family, lee = world.phone(ANA, FAMILY_LINE), world.phone(DR_LEE, ALERT_LINE)
    ortiz = world.phone(ORTIZ, ALERT_LINE)
    is_told_by(world, "lee", Way.EMAIL, email=LEE_AT_HOME)
    is_told_by(world, "lee", Way.VOICE, after_minutes=2)
    is_told_by(world, "ortiz", Way.VOICE, after_minutes=1)
    world.house.enrols()
    world.tick(seconds=5)
    family.texts("he has a gun")
    lee.is_told("E-12 EMERGENT")
    assert "E-12" in world.letters.taken[0]
    assert LEE_AT_HOME in world.letters.taken[0]
    assert ortiz.got == []
    world.tick(minutes=2)
    lee.declines()
    wait_for(lambda: world.house.escalation.next_at <= world.house.clock.now())
    world.tick(seconds=2)
    ortiz.is_told("now it is with you")
    world.tick(minutes=1)
    heard = ortiz.answers_and_presses("1")
    assert any("Press 1" in words for words in heard)
    assert any("is yours" in words for words in heard)
    assert not any("Ana" in words or "gun" in words for words in heard)
    wait_for(lambda: world.house.escalation.state is EscalationState.ACKNOWLEDGED)
    lee.texts("ack 12")
    lee.is_told("taken by a colleague")
    ortiz.texts("ack 12 20")
    ortiz.is_told("calling in 20 min")
    world.tick(minutes=20)
    ortiz.is_told("no outcome yet")
    ortiz.texts("reached 12")
    ortiz.is_told("E-12 is closed")
    assert world.house.escalation.outcome is EscalationOutcome.REACHED


def test_a_shift_that_ends_while_somebody_has_it_goes_on_by_letter_text_and_call(world):
    """Dr. Lee is off. Ms. Ortiz takes it as her shift ends, and reaches nobody; Ms. Rivera takes it by a call."""
    family, lee = world.phone(ANA, FAMILY_LINE), world.phone(DR_LEE, ALERT_LINE)
    ortiz, rivera = world.phone(ORTIZ, ALERT_LINE), world.phone(RIVERA, ALERT_LINE)
    now = world.house.clock.now()
    ends = now + timedelta(minutes=10)
    duty.set_away(world.house.rt, "lee", now, now + timedelta(days=1), None, "rivera")
    rotas.override(world.house.rt, "North on call", Shift("ortiz", now, ends), by="rivera")
    rotas.override(world.house.rt, "North on call", Shift("rivera", ends, ends + timedelta(hours=8)), by="rivera")
    is_told_by(world, "ortiz", Way.EMAIL, email="ortiz@example.org")
    is_told_by(world, "rivera", Way.VOICE, after_minutes=1)
    world.house.enrols()
    world.tick(seconds=5)
    family.texts("he has a gun")
    ortiz.is_told("E-12")
    assert "ortiz@example.org" in world.letters.taken[0]
    ortiz.texts("ack 12 15")
    ortiz.is_told("calling in 15 min")
    world.tick(minutes=11)
    assert rivera.got == [], "her shift is over, and what she promised is not"
    world.tick(minutes=5)
    ortiz.is_told("your shift is over")
    rivera.is_told("now it is with you")
    world.tick(minutes=1)
    assert any("is yours" in words for words in rivera.answers_and_presses("1"))
    wait_for(lambda: world.house.escalation.state is EscalationState.ACKNOWLEDGED)
    before = len(ortiz.got)
    world.tick(minutes=15)
    rivera.is_told("no outcome yet")
    rivera.texts("reached 12")
    rivera.is_told("E-12 is closed")
    assert world.house.escalation.outcome is EscalationOutcome.REACHED
    assert len(ortiz.got) == before
    assert lee.got == []
    letters = "".join(world.letters.taken)
    assert not any(word in letters for word in ("Ana", "gun", "burglary"))
