"""A marked sentence, a name and a number go through the whole house, failing paths too; then every file is searched."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import httpx2
import pytest

from tests.system.conftest import talking_with
from tests.system.processes import until
from tests.system.real_house import (
    DR_LEE,
    ON_CALL,
    ORTIZ,
    OURS,
    WITHOUT_RASA,
    HeldPhone,
    RealHouse,
)
from tests.system.stand_in import StandIn
from tests.system.test_database_gone import locked
from tests.system.twilio import FORM, Twilio

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

NAME, NUMBER = "Zenobia Quartermaine", "+14695550177"
SENTENCE = "the zebra plays a lavender ukulele"
CRISIS = f"I want to kill myself, {SENTENCE}"
SECRETS = (
    SENTENCE,
    "lavender ukulele",
    "Zenobia",
    "Quartermaine",
    NUMBER,
    NUMBER[2:],
    "469-555-0177",
    "(469) 555-0177",
)
#: The carrier's own memory, which in real life is the carrier's.
NOT_OURS = {"simulator.jsonl"}


@pytest.fixture
def house(rasa: RealHouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealHouse]:
    """A house of its own, so that every file in it has been through this and nothing else."""
    rasa.is_whole_again()
    with RealHouse(tmp_path_factory.mktemp("redaction"), **talking_with(rasa)) as house:
        house.starts(*WITHOUT_RASA)
        house.reaches(10)
        yield house


def test_no_word_name_or_number_stands_in_any_log_metric_alert_or_file(
    house: RealHouse, rasa: RealHouse, stand_in: StandIn
) -> None:
    phone = house.phone(NUMBER)
    is_told_everything(house, phone)
    everything_fails(house, phone, stand_in)
    strangers_knock(house)
    said = {name: house.metrics(name) for name in OURS}
    said |= {f"alert {n}": body for n, body in enumerate(alerts(house))}
    for each in (house, rasa):
        said |= {f"log of {name}": process.log.read_text("utf-8") for name, process in each.processes.items()}
    assert {(where, secret) for where, text in said.items() for secret in found_in(text.encode())} == set()
    assert {(path.name, secret) for path in files(house, rasa) for secret in found_in(path.read_bytes())} == set()


def test_the_search_finds_what_it_is_to_find(tmp_path: Path) -> None:
    """A search that finds nothing anywhere would pass as well."""
    told = f"before {SENTENCE} and {NUMBER} after"
    for hidden in (
        told.encode(), told.encode("utf-16-le"), told.encode("utf-16-be"),
        quote(told).encode(), quote_plus(told).encode(),
        json.dumps(told).encode(), *(base64.b64encode(b"x" * shift + told.encode()) for shift in range(3)),
        told.upper().encode(), told.encode().hex().encode(),
    ):  # fmt: skip
        assert SENTENCE in found_in(hidden), hidden
    connection = sqlite3.connect(tmp_path / "any.db")
    connection.execute("CREATE TABLE any_ (words TEXT)")
    connection.execute("INSERT INTO any_ VALUES (?)", (told,))
    connection.commit()
    connection.close()
    assert SENTENCE in found_in((tmp_path / "any.db").read_bytes())


def is_told_everything(house: RealHouse, phone: HeldPhone) -> None:
    """The way on which all is well."""
    house.enrols(phone, name=NAME)
    house.agree([phone])
    house.promises_fall_due()
    phone.gets("We said we would check in")
    phone.writes(f"not great honestly, {SENTENCE}")
    phone.gets(".")
    phone.writes(f"call me, {NAME}, at {NUMBER}")
    phone.gets(".")
    phone.writes(CRISIS)
    phone.gets("988, day or night")
    house.dr_lee.reaches_them(house.dr_lee.is_told())


def everything_fails(house: RealHouse, phone: HeldPhone, stand_in: StandIn) -> None:
    """The assistant, the carrier and the database, each with the words in hand."""
    house.process("worker").stop()
    house.restarts("worker", **stand_in.settings)
    for mood in ("error", "empty"):
        with stand_in.in_mood(mood):
            phone.writes(f"{mood}: {SENTENCE}")
            until("it failing", lambda: stand_in.failures > 0)
            house.passes(seconds=7)
            until("it failing again", lambda: stand_in.failures > 1)
    for trouble in ("error-503-html", "refuse", "reset", "refuse-429"):
        house.carrier_does(trouble, number=NUMBER)
        phone.writes(f"{trouble}: {SENTENCE}")
        until("the carrier's trouble over", lambda: not house.sees("/_/faults")["faults"])
    house.process("worker").stop()
    house.restarts(
        "worker", CHECKBACK_FAULTS="conversation.answer.before-commit=fail,outbound.claim.after-commit@2=fail"
    )
    with locked(house.settings.var / "demo/checkback.db"):
        phone.writes(CRISIS)
        phone.is_heard()
        house.on_call.gets("the database is down")
    house.dr_lee.is_told()
    phone.writes(f"one more, {SENTENCE}")
    phone.is_heard()
    house.kills("gateway")
    house.restarts("gateway")


def strangers_knock(house: RealHouse) -> None:
    """What comes to the doors and is turned away, the words in every place."""
    twilio, door = Twilio(house), house.settings.public_url
    form = twilio.inbound(NUMBER, SENTENCE)
    for broken in (
        {**form, "MessageSid": SENTENCE}, {**form, "From": SENTENCE * 4}, {**form, "NumMedia": SENTENCE},
        {**form, SENTENCE: NUMBER}, {**form, "OptOutType": SENTENCE}, {**form, "From": NAME},
        {**form, "AccountSid": NAME},
    ):  # fmt: skip
        twilio.posts("/twilio/inbound", broken)
        twilio.posts("/twilio/inbound", broken, signature=SENTENCE)
    twilio.posts(f"/twilio/status?message={quote(SENTENCE)}", {**form, "MessageStatus": SENTENCE})
    twilio.posts_raw("/twilio/inbound", b"Body=" + SENTENCE.encode() + b"%ff&From=" + NUMBER.encode(), FORM)
    twilio.posts_raw("/twilio/inbound", json.dumps(form).encode(), "application/json")
    console = house.settings.console_url
    bearer = {"Authorization": f"Bearer {house.settings.api_token.get_secret_value()}"}
    for body in ({"reference": NAME, "contacts": [{"name": NAME, "phone": SENTENCE}]}, SENTENCE, [NUMBER]):
        httpx2.post(f"{console}/api/incidents", json=body, headers=bearer, trust_env=False, timeout=20)
    httpx2.post(f"{console}/api/incidents", content=SENTENCE.encode(), headers=bearer, trust_env=False, timeout=20)
    httpx2.post(f"{console}/sign-in", data={"login": NAME, "password": SENTENCE}, trust_env=False, timeout=20)
    for place in (door, console):
        httpx2.get(f"{place}/{quote(SENTENCE)}?{quote(NAME)}={quote(NUMBER)}", trust_env=False, timeout=20)


def alerts(house: RealHouse) -> list[str]:
    """Whatever was texted to staff."""
    phones = house.sees("/_/phones")["phones"]
    staff = [phone for phone in phones if phone["number"] in (DR_LEE, ORTIZ, ON_CALL) or phone["side"] == "clinician"]
    bodies = [text["body"] for phone in staff for text in phone["texts"] if text["direction"] == "received"]
    assert bodies
    return bodies


def files(*houses: RealHouse) -> list[Path]:
    """Every file a house wrote, whatever it is."""
    every = [
        path for house in houses for path in house.folder.rglob("*") if path.is_file() and path.name not in NOT_OURS
    ]
    names = {path.name for path in every}
    assert {"checkback.db", "checkback.db-wal", "assistant.sqlite3", "worker.log"} <= names, names
    return every


def found_in(content: bytes) -> list[str]:
    """The secrets that stand in it, in clear or in a dress that anybody can take off."""
    low = content.lower()
    return [
        secret
        for secret in SECRETS
        if any(each in low for each in plain(secret)) or any(each in content for each in base64_of(secret))
    ]


def plain(secret: str) -> set[bytes]:
    low = secret.lower()
    dresses = {low, quote(low).lower(), quote_plus(low).lower(), json.dumps(low)[1:-1]}
    return {
        *(dress.encode() for dress in dresses),
        low.encode("utf-16-le"),
        low.encode("utf-16-be"),
        low.encode().hex().encode(),
    }


def base64_of(secret: str) -> set[bytes]:
    """Its middle, at each of the three ways in which it can lie in base64."""
    raw = secret.encode()
    return {base64.b64encode(b"x" * shift + raw)[4 if shift else 0 : -4] for shift in range(3)}
