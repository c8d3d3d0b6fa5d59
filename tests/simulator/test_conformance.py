"""The official client, of today and of 2023, cannot tell the simulator from what Twilio's documents say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.application import Application, running_application
from tests.simulator.conformance import SPEC, Exchange, breaches
from tests.simulator.conftest import ACCOUNT, ANA, FAMILY_LINE, SERVICE, TOKEN, make_config, running

ROOT = Path(__file__).parent.parent.parent
TOUR = Path(__file__).parent / "tour.py"
OLD_CLIENT = ROOT / "bot" / ".venv" / "bin" / "python"
CLIENTS = {"of today": Path(sys.executable), "of 2023": OLD_CLIENT}

needs_documents = pytest.mark.skipif(not SPEC, reason="no CHECKBACK_TWILIO_SPEC here")


@pytest.fixture(scope="module")
def tours() -> Iterator[dict[str, list[dict[str, Any]]]]:
    """What each client's tour said, each on a simulator of its own."""
    if not OLD_CLIENT.exists() and not os.environ.get("CI"):
        pytest.skip("no assistant's environment here")
    with running_application() as application:
        yield {name: _make_tour(python, application) for name, python in CLIENTS.items()}


def _make_tour(python: Path, application: Application) -> list[dict[str, Any]]:
    config = replace(make_config(application), messaging_service_sid=SERVICE)
    with running(config, application) as simulator:
        arguments = (simulator.address, ACCOUNT, TOKEN, SERVICE, FAMILY_LINE, ANA)
        done = subprocess.run([python, TOUR, *arguments], capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def _exchanges(tour: list[dict[str, Any]]) -> list[Exchange]:
    """All but the page that a broken proxy would send, which no document of Twilio's describes."""
    exchanges = [Exchange(**line["exchange"]) for line in tour if "exchange" in line]
    return [one for one in exchanges if one.status != 503]


def _seen(tour: list[dict[str, Any]]) -> list[Any]:
    return [line["seen"] for line in tour if "seen" in line]


@pytest.mark.parametrize("client", CLIENTS)
def test_every_exchange_of_the_tour_passes_for_twilios(tours, client):
    exchanges = _exchanges(tours[client])
    assert len({(one.method, _shape(one.path)) for one in exchanges}) == 25
    assert [breach for one in exchanges for breach in breaches(one)] == []


def test_both_clients_see_the_same(tours):
    # Lookup did not know yet in 2023 whether a number changed hands.
    today = [line for line in _seen(tours["of today"]) if "reassigned" not in line]
    assert _seen(tours["of 2023"]) == today


def test_what_the_clients_see_is_what_the_documents_promise(tours):
    seen = {name: value for line in _seen(tours["of today"]) for name, value in line.items()}
    assert seen["created"] == {
        "status": "queued",
        "direction": "outbound-api",
        "num_segments": "1",
        "num_media": "0",
        "price": None,
        "error_code": None,
        "from_": FAMILY_LINE,
    }
    assert seen["accepted"] == {
        "status": "accepted",
        "from_": None,
        "num_segments": "0",
        "messaging_service_sid": SERVICE,
    }
    assert seen["scheduled"] == {"status": "scheduled", "from_": None, "date_sent": None}
    assert seen["canceled"] == {"status": "canceled", "from_": None}
    assert (seen["landline"]["status"], seen["landline"]["error_code"]) == ("undelivered", 30006)
    assert seen["pages"] == [f"text {number}" for number in reversed(range(5))]
    assert (seen["media left"], seen["long ago"], seen["deleted"]) == (1, [], True)
    assert (seen["account"]["type"], seen["account"]["status"]) == ("Full", "active")
    assert seen["campaign"] == {"campaign_status": "VERIFIED"}
    assert seen["looked up"]["line_type_intelligence"]["type"] == "landline"
    assert seen["reassigned"]["reassigned_number"]["is_number_reassigned"] == "yes"
    assert seen["no number"] == {"valid": False, "validation_errors": ["TOO_SHORT"], "country_code": None}


def test_what_is_refused_reaches_the_client_with_status_and_code(tours):
    seen = {name: value for line in _seen(tours["of today"]) for name, value in line.items()}
    assert {
        name: value for name, value in seen.items() if isinstance(value, list) and name not in ("pages", "long ago")
    } == {
        "gone": [404, 20404],
        "too early": [409, 20009],
        "twice": [400, 21220],
        "no recipient": [400, 21604],
        "not a number": [400, 21211],
        "not ours": [400, 21606],
        "empty": [400, 21602],
        "template": [400, 20001],
        "no service": [400, 21701],
        "no call": [404, 20404],
        "no script": [400, 21205],
        "refuse-429": [429, 20429],
        # Not JSON: the client takes the status for the code.
        "error-503-html": [503, 503],
    }


WRONG_ANSWERS: dict[str, dict[str, Any]] = {
    "a state there is not": {"status": "posted"},
    "a number as a number": {"num_segments": 1},
    "an identifier of another kind": {"sid": "XX" + "0" * 32},
    "a moment as the newer APIs write it": {"date_created": "2026-11-23T10:00:00Z"},
    "a moment in local time": {"date_created": "Mon, 23 Nov 2026 10:00:00 -0600"},
    "a price at once": {"price": "-0.00750"},
    "a sender not yet chosen": {"from": None},
    "media without its kind of identifier": {"num_media": "1"},
    "an error without going wrong": {"error_code": 30006, "error_message": "x"},
    "sent while it waits": {"date_sent": "Mon, 23 Nov 2026 10:00:00 +0000"},
    "a property too many": {"carrier": "x"},
}


@needs_documents
@pytest.mark.parametrize("wrong", WRONG_ANSWERS)
def test_an_answer_that_is_not_twilios_would_be_found(tours, wrong):
    created = next(one for one in _exchanges(tours["of today"]) if one.method == "POST" and one.status == 201)
    assert breaches(created) == []
    assert breaches(replace(created, body=json.dumps({**created.said, **WRONG_ANSWERS[wrong]})))


@needs_documents
def test_an_answer_or_an_error_with_something_missing_would_be_found(tours):
    exchanges = _exchanges(tours["of today"])
    for one in (exchanges[0], next(one for one in exchanges if one.status == 400)):
        for name in one.said:
            rest = {key: value for key, value in one.said.items() if key != name}
            assert breaches(replace(one, body=json.dumps(rest))) if name != "messaging_service_sid" else True
    assert breaches(replace(exchanges[0], headers={}))


def _shape(path: str) -> str:
    """The path without what is particular to this simulator: its operation."""
    parts = path.removesuffix(".json").split("/")
    return "/".join("*" if any(sign.isdigit() for sign in part) and len(part) > 10 else part for part in parts)
