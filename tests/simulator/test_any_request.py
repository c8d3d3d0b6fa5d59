"""Whatever somebody sends to the REST API, the answer is in Twilio's form and never an error of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulator.application import running_application
from tests.simulator.conformance import Exchange, breaches
from tests.simulator.conftest import (
    ACCOUNT,
    ANA,
    FAMILY_LINE,
    SERVICE,
    STAFF_LINE,
    TOKEN,
    Simulator,
    make_config,
    running,
)

MANY = settings(max_examples=150, deadline=None)
FIELDS = (
    "To", "From", "Body", "MediaUrl", "StatusCallback", "ValidityPeriod", "MessagingServiceSid", "SendAt",
    "ScheduleType", "ContentSid", "Status", "Url", "Twiml", "Method", "Timeout", "TimeLimit", "StatusCallbackEvent",
    "MachineDetection",
)  # fmt: skip
LIKELY = (
    ANA, FAMILY_LINE, SERVICE, "", "0", "1", "-1", "36001", "fixed", "canceled", "completed", "2026-12-01T17:00:00Z",
    "https://care.example/x", "http://[", "http://a#rc=9", "<Response/>", "\u0000", "²", "x" * 1601, "+1",
    "MG", "9" * 5000,
)  # fmt: skip
ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"
PATHS = (
    f"{ROOT}.json", f"{ROOT}/Messages.json", f"{ROOT}/Calls.json", f"{ROOT}/IncomingPhoneNumbers.json", "/v1/Services",
    f"/v1/Services/{SERVICE}", f"/v1/Services/{SERVICE}/PhoneNumbers", f"/v1/Services/{SERVICE}/Compliance/Usa2p",
    f"/v2/PhoneNumbers/{quote(ANA)}",
)  # fmt: skip
QUERIES = (
    "To", "From", "DateSent", "DateSent<", "DateSent>", "StartTime", "StartTime<", "EndTime>", "Status", "PageSize",
    "Page", "PageToken", "Fields", "LastVerifiedDate", "PhoneNumber", "FriendlyName",
)  # fmt: skip
MOMENTS = (
    "2026-11-23",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31",
    "PA",
    "PBSM1",
    "1000",
    "1001",
)

values = st.one_of(st.sampled_from(LIKELY), st.text(max_size=40))
forms = st.lists(st.tuples(st.one_of(st.sampled_from(FIELDS), st.text(max_size=10)), values), max_size=8)
queries = st.lists(st.tuples(st.sampled_from(QUERIES), st.one_of(st.sampled_from(MOMENTS), values)), max_size=4)
methods = st.sampled_from(("GET", "POST", "PUT", "PATCH", "DELETE"))


@pytest.fixture(scope="module")
def api() -> Iterator[httpx2.Client]:
    """A connection to a simulator whose phones answer nothing."""
    with running_application() as application:
        config = make_config(application, messaging_service_sid=SERVICE)
        with running(config, application) as simulator, _client(simulator) as client:
            simulator.control("POST", f"numbers/{STAFF_LINE}", segments_per_second=0.001)
            yield client


@pytest.fixture(scope="module")
def control() -> Iterator[httpx2.Client]:
    """A simulator of its own: what is staged here would spoil it for the others."""
    with running_application() as application:
        config = make_config(application, messaging_service_sid=SERVICE)
        with running(config, application) as simulator, _client(simulator) as client:
            yield client


def _client(simulator: Simulator) -> httpx2.Client:
    return httpx2.Client(base_url=simulator.address, auth=(ACCOUNT, TOKEN), trust_env=False)


def _check(reply: httpx2.Response) -> None:
    assert reply.status_code < 500
    exchange = Exchange(
        reply.request.method, str(reply.request.url), reply.status_code, dict(reply.headers), reply.text
    )
    assert breaches(exchange, by_documents=False) == []


def _encoded(pairs: list[tuple[str, str]]) -> bytes:
    return urlencode([(_whole(name), _whole(value)) for name, value in pairs]).encode()


def _whole(said: str) -> str:
    """Without halves of characters, which no form can hold."""
    return said.encode("utf-16", "ignore").decode("utf-16", "ignore")


@MANY
@given(form=forms, usable=st.booleans(), resource=st.sampled_from(("Messages", "Calls")))
def test_any_form_that_creates_is_taken_or_refused_in_the_envelope(api, form, usable, resource):
    good = [("To", ANA), ("From", FAMILY_LINE), ("Body", "hello"), ("Twiml", "<Response/>")] if usable else []
    _check(api.post(f"{ROOT}/{resource}.json", content=_encoded([*good, *form])))


@MANY
@given(form=forms)
def test_any_form_that_changes_a_text_is_taken_or_refused_in_the_envelope(api, form):
    created = api.post(f"{ROOT}/Messages.json", data={"To": ANA, "From": FAMILY_LINE, "Body": "hello"})
    _check(api.post(f"{ROOT}/Messages/{created.json()['sid']}.json", content=_encoded(form)))


@MANY
@given(path=st.sampled_from(PATHS), query=queries, method=methods)
def test_any_query_is_answered_or_refused_in_the_envelope(api, path, query, method):
    _check(api.request(method, f"{path}?{_encoded(query).decode()}"))


@MANY
@given(content=st.binary(max_size=300), path=st.sampled_from(PATHS))
def test_any_bytes_are_refused_in_the_envelope(api, content, path):
    _check(api.post(path, content=content))


@MANY
@given(root=st.sampled_from((ROOT, "/2010-04-01", "/v1", "/v2")), rest=st.text(max_size=60), method=methods)
def test_any_path_is_answered_in_the_envelope(api, root, rest, method):
    _check(api.request(method, f"{root}/{quote(_whole(rest), safe='/')}"))


@MANY
@given(authorization=st.one_of(st.none(), st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)))
def test_any_credentials_are_refused_in_the_envelope(api, authorization):
    headers = {} if authorization is None else {"Authorization": authorization.strip()}
    reply = httpx2.get(
        f"{api.base_url}{ROOT}/Messages.json".replace("//2010", "/2010"), headers=headers, trust_env=False
    )
    assert (reply.status_code, reply.json()["code"]) == (401, 20003)
    _check(reply)


CONTROL = {
    "faults": ("kind", "count", "number", "seconds", "code", "retry_after", "request", "status"),
    "account": ("type", "status", "verified", "prefixes", "messages_a_day", "promote", "secondary_token", "balance"),
    f"numbers/{FAMILY_LINE}": ("sms_url", "sms_method", "segments_per_second", "label", "mms"),
    f"services/{SERVICE}": ("numbers", "inbound_request_url", "campaign_status", "validity_period", "sticky_sender"),
    "services": ("numbers", "friendly_name"),
    f"lines/{ANA}": ("line_type", "is_valid", "reassigned"),
    f"phones/{ANA}/texts": ("to", "body", "media", "encoded", "add_ons", "fields"),
    f"phones/{ANA}/calls": ("to",),
    f"phones/{ANA}/manner": ("manner",),
    "phones/555/texts": ("to", "body"),
    "clock": ("advance_seconds", "set"),
    f"calls/CA{'0' * 32}/answer": (),
    f"calls/CA{'0' * 32}/digits": ("digits",),
}
likely_json = st.sampled_from(
    ("hold", "error", "always", "hand", "VERIFIED", "Full", FAMILY_LINE, [FAMILY_LINE], 30006, 0)
)
any_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10), likely_json),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)


@MANY
@given(path=st.sampled_from(sorted(CONTROL)), data=st.data())
def test_the_control_door_takes_any_json_or_says_what_is_wrong(control, path, data):
    names = st.sampled_from(CONTROL[path]) if CONTROL[path] else st.text(max_size=5)
    said = data.draw(st.one_of(st.dictionaries(names, any_json, max_size=4), any_json))
    reply = control.post(f"/_/{path}", content=json.dumps(said))
    assert reply.status_code < 500
    if reply.status_code >= 400:
        assert reply.json()["error"]


def test_a_body_without_end_is_refused_in_the_envelope(api):
    _check(api.post(f"{ROOT}/Messages.json", content=b"Body=" + b"x" * 200_000))
