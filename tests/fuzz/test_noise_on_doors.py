"""Noise where it would do harm: the API, and a journal with entries of another version or of nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checkback.assembly.settings import load_settings
from checkback.care.flows import taking_in
from checkback.console.app import make_app
from tests.assembly.serving import Served, served
from tests.console.conftest import API_TOKEN, QUICK
from tests.console.test_api import GOOD
from tests.furnished import house_on, set_up
from tests.story import ALERT_LINE, ANA, FAMILY_LINE, House

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
BOUNDED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for all the noise."""
    folder = tmp_path_factory.mktemp("noise")
    url = f"sqlite:///{folder / 'checkback.db'}"
    set_up(url, folder)
    made = house_on(url, folder)
    yield made
    made.rt.store.close()


@pytest.fixture(scope="module")
def door(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    told = {"CHECKBACK_MODE": "demo", "CHECKBACK_VAR": str(tmp_path_factory.mktemp("var"))}
    with served(make_app(house.rt, load_settings({**told, "CHECKBACK_API_TOKEN": API_TOKEN}), QUICK)) as open_door:
        yield open_door


@pytest.fixture(scope="module")
def records_system(door: Served) -> Iterator[httpx2.Client]:
    headers = {"Authorization": f"Bearer {API_TOKEN}", "Content-Type": "application/json"}
    with httpx2.Client(base_url=door.address, headers=headers, trust_env=False, timeout=20) as client:
        yield client


@BOUNDED
@given(st.sampled_from(sorted(GOOD)), ANY_JSON)
def test_a_field_of_any_value_is_enrolled_or_named(records_system, field, value):
    answer = records_system.post("/api/incidents", content=json.dumps({**GOOD, field: value}))
    assert answer.status_code in (200, 201, 409, 422)
    if answer.status_code == 422:
        assert any(name.startswith(field) for name in answer.json()["problems"]), answer.text


@BOUNDED
@given(ANY_JSON.map(json.dumps).map(str.encode) | st.binary(max_size=200))
def test_any_body_has_an_answer_that_is_no_error_of_ours(records_system, body):
    assert records_system.post("/api/incidents", content=body).status_code in (400, 422)


ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "carrier_sid": st.text(max_size=70),
        "from_number": st.sampled_from([ANA, "22395", "whatsapp:+13145550101", "", FAMILY_LINE]) | st.text(max_size=20),
        "to_number": st.sampled_from([FAMILY_LINE, ALERT_LINE, "+13145550177"]),
        "body": st.text(max_size=80),
        "media_count": st.integers(0, 12) | st.text(max_size=3),
        "media": st.none() | st.text(max_size=20),
        "opt_out_type": st.none() | st.sampled_from(["STOP", "START", "HELP", "x"]),
        "received_at": st.sampled_from(["2026-03-02T15:00:00+00:00", "yesterday", "2026-03-02T15:00:00"]),
        "level": st.sampled_from(["none", "acute", "of tomorrow"]),
        "kind": st.sampled_from(["report", "of tomorrow"]),
        "message_id": st.none() | st.text(max_size=36),
        "status": st.text(max_size=12),
        "error_code": st.none() | st.integers(-1, 99_999),
        "a field of tomorrow": st.text(max_size=5),
    },
)


@BOUNDED
@given(st.lists(ENTRY, min_size=1, max_size=4))
def test_whatever_waits_in_the_journal_is_brought_in_or_put_aside_and_holds_nothing_up(house, entries):
    for fields in entries:
        house.rt.journal.keep(fields, thread="noise")
    house.receives("hello", from_="+13145550109", to=FAMILY_LINE)
    house.clock.tick(minutes=2)
    taking_in.tell_of_journal(house.rt)
    taking_in.replay(house.rt)
    taking_in.tell_of_journal(house.rt)
    taking_in.replay(house.rt)
    assert house.rt.journal.is_empty()
