"""The control door: what it takes, what it turns away, and what it tells as it happens."""

from __future__ import annotations

import json

import httpx2
import pytest

from tests.simulator.conftest import ANA, DR_LEE, FAMILY_LINE


def test_every_phone_on_the_page_is_there_from_the_start(simulator):
    phones = simulator.control("GET", "phones")["phones"]
    assert [(phone["number"], phone["label"], phone["side"]) for phone in phones] == [
        (ANA, "Ana", "family"),
        (DR_LEE, "Dr. Lee", "clinician"),
    ]


@pytest.mark.parametrize(
    ("phone", "said", "field"),
    [
        ("555", {"to": FAMILY_LINE, "body": "x"}, "number"),
        (FAMILY_LINE, {"to": FAMILY_LINE, "body": "x"}, "number"),
        (ANA, {"to": "+13145550188", "body": "x"}, "to"),
        (ANA, {"to": FAMILY_LINE, "body": ""}, "body"),
        (ANA, {"to": FAMILY_LINE}, "body"),
        (ANA, {"to": FAMILY_LINE, "body": "x" * 1601}, "body"),
        (ANA, {"to": FAMILY_LINE, "body": "\ud800"}, "body"),
        (ANA, {"to": FAMILY_LINE, "body": 7}, "body"),
        (ANA, {"to": FAMILY_LINE, "body": "x", "media": 11}, "media"),
    ],
)
def test_a_text_nobody_could_write_is_refused_by_its_field(untouched, phone, said, field):
    content = json.dumps(said)
    answer = httpx2.post(f"{untouched.address}/_/phones/{phone}/texts", content=content, trust_env=False)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(f"{field}: ")


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b'"' + b"x" * 70_000 + b'"'])
def test_a_body_that_is_no_json_object_is_refused(untouched, content):
    answer = httpx2.post(f"{untouched.address}/_/faults", content=content, trust_env=False)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("the body")


def test_another_sites_page_may_not_write(simulator):
    answer = httpx2.post(
        f"{simulator.address}/_/phones/{ANA}/texts",
        json={"to": FAMILY_LINE, "body": "x"},
        headers={"Sec-Fetch-Site": "cross-site"},
        trust_env=False,
    )
    assert answer.status_code == 403
    assert simulator.on_phone() == []


def test_another_host_name_is_turned_away(simulator):
    answer = httpx2.get(f"{simulator.address}/_/phones", headers={"Host": "care.example"}, trust_env=False)
    assert answer.status_code == 400


def test_a_phone_nobody_heard_of_is_not_there(simulator):
    assert simulator.ask("GET", "phones/+13145550166").status_code == 404


def test_events_tell_what_changes_and_never_the_words(simulator):
    with httpx2.stream("GET", f"{simulator.address}/_/events", timeout=5, trust_env=False) as events:
        lines = events.iter_lines()
        assert next(lines) == "event: listening"
        sid = simulator.writes("secret words")
        told: list[str] = []
        while len(told) < 2:
            line = next(lines)
            told += [line] if "phone" in line or "sid" in line else []
    assert told[0] == "event: phone"
    assert json.loads(told[1].removeprefix("data: ")) == {"number": ANA, "sid": sid, "status": "received"}


def test_complaints_can_be_cleared(simulator):
    simulator.control("DELETE", "complaints")
    assert simulator.complaints() == []


def test_the_simulator_says_that_it_is_well(simulator):
    assert simulator.control("GET", "health") == {"status": "ok"}
