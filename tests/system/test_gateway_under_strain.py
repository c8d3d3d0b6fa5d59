"""One real gateway, and what the world does to it: clients that never finish, a database that never answers."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import make_url

from checkback.care.model import InboundMessage
from tests.conftest import _postgres_database as postgres_database
from tests.system.pausing import Pausing, pausing
from tests.system.processes import until
from tests.system.real_house import RealHouse
from tests.system.twilio import Twilio

pytestmark = pytest.mark.slow

HALF_OPEN = 50
HALF_A_HEAD = b"POST /twilio/inbound HTTP/1.1\r\nHost: gate.example.org\r\nX-Half: "
HALF_A_BODY = b"POST /twilio/inbound HTTP/1.1\r\nHost: gate.example.org\r\nContent-Length: 500\r\n\r\nBody="


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealHouse]:
    """A gateway alone."""
    with RealHouse(tmp_path_factory.mktemp("gateway")) as house:
        yield house.starts("gateway")


@contextmanager
def half_open(house: RealHouse) -> Iterator[list[socket.socket]]:
    """Clients that have begun to say something and do not go on."""
    with ExitStack() as stack:
        clients = []
        for at in range(HALF_OPEN):
            client = socket.create_connection(("127.0.0.1", house.process("gateway").port), timeout=10)
            stack.callback(client.close)
            client.sendall(HALF_A_HEAD if at % 2 else HALF_A_BODY)
            clients.append(client)
        yield clients


def test_fifty_half_open_connections_do_not_keep_a_signed_text_out(gateway: RealHouse) -> None:
    twilio = Twilio(gateway)
    with half_open(gateway) as clients:
        forms = [twilio.inbound("+13145550171", f"text {n}") for n in range(8)]
        with ThreadPoolExecutor(8) as many:
            answers = list(many.map(lambda form: twilio.posts("/twilio/inbound", form).status_code, forms))
        still_waiting = [client for client in clients if not select.select([client], [], [], 0)[0]]
        assert answers == [204] * 8
        assert len(still_waiting) == HALF_OPEN, "they were all open while the texts came in"
    bodies = sorted(row.body for row in gateway.all(InboundMessage))
    assert bodies == [f"text {n}" for n in range(8)]


def test_a_head_that_is_too_large_and_what_is_no_http_are_turned_away_and_hold_nothing_up(gateway: RealHouse) -> None:
    port = gateway.process("gateway").port
    for noise in (b"\x16\x03\x01\x02\x00" * 10, b"GET / HTTP/9.9\r\n\r\n", b"X" * 40_000, HALF_A_HEAD + b"y" * 40_000):
        with socket.create_connection(("127.0.0.1", port), timeout=15) as client:
            client.sendall(noise)
            said = client.recv(65536)
            assert said[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 431", b"HTTP/1.1 404"), noise[:20]
            assert b"yyyy" not in said
    form = Twilio(gateway).inbound("+13145550172", "after the noise")
    assert Twilio(gateway).posts("/twilio/inbound", form).status_code == 204


@pytest.fixture
def behind_a_proxy(tmp_path) -> Iterator[tuple[RealHouse, Pausing]]:
    """A gateway whose database can be made to hang."""
    with postgres_database() as address:
        url = make_url(address)
        with pausing(url.host or "127.0.0.1", url.port or 5432) as proxy:
            shown = url.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
            with RealHouse(tmp_path, CHECKBACK_DATABASE_URL=shown) as house:
                yield house.starts("gateway"), proxy


@pytest.mark.postgres
def test_while_the_database_hangs_texts_are_answered_and_afterwards_they_are_in_it(
    behind_a_proxy: tuple[RealHouse, Pausing],
) -> None:
    house, proxy = behind_a_proxy
    twilio = Twilio(house)
    first, *others = [twilio.inbound("+13145550173", f"text {n}") for n in range(12)]
    assert twilio.posts("/twilio/inbound", first).status_code == 204
    with proxy.paused(), ThreadPoolExecutor(len(others)) as many:
        answers = list(many.map(lambda form: twilio.posts("/twilio/inbound", form).status_code, others))
        assert answers == [204] * len(others)
        waiting = list((house.settings.var / "demo/journal").glob("*.sealed"))
        assert len(waiting) == len(others)
        assert f"checkback_journal_waiting {len(others)}.0" in house.metrics("gateway")
    until("all of them in the database", lambda: len(house.all(InboundMessage)) == 1 + len(others))
    until("the journal empty", lambda: "checkback_journal_waiting 0.0" in house.metrics("gateway"))
    assert sorted(row.body for row in house.all(InboundMessage)) == sorted(form["Body"] for form in (first, *others))
