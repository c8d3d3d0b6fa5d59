"""The API enrols a family once, and says of everything it cannot take which field it is and how to mend it."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate

from checkback.care.model import Contact, Family, Incident, SafetyPreference
from checkback.console.incidents import _enrolment
from checkback.console.openapi import DOCUMENT, INCIDENT
from checkback.console.shape import problems_of
from tests.console.conftest import API_TOKEN

GOOD: dict[str, Any] = {
    "reference": "24-0117",
    "occurred_at": "2026-03-02T21:15:00-06:00",
    "kind": "burglary",
    "zip": "63106",
    "team": "North Team",
    "clinician": "lee",
    "officer": "okafor",
    "promise_hours": 48,
    "contacts": [
        {"name": "Ana Morales", "phone": "(314) 555-0101", "language": "es", "role": "mother", "safe_to_text": None},
        {"name": "Luis Morales", "phone": "+13145550102", "language": "en", "role": "father", "safe_to_text": False},
    ],
    "children": [{"age": 4}, {"age": 9}],
}
LEAST = {
    **{name: GOOD[name] for name in ("reference", "occurred_at", "kind", "zip", "team", "clinician")},
    "contacts": [{"name": "Ana Morales", "phone": "3145550101"}],
}
GONE = object()


def changed(path, value):
    """GOOD with one field of another value; GONE takes it away."""
    said = copy.deepcopy(GOOD)
    at: Any = said
    for step in path[:-1]:
        at = at[step]
    if value is GONE:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return said


@pytest.fixture
def post(console):
    def post(said, token=API_TOKEN, **headers):
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}", **headers}
        return console.ask("POST", "/api/incidents", content=body, headers=headers)

    return post


def test_a_family_is_enrolled(post, staffed):
    answer = post(GOOD)
    assert (answer.status_code, answer.json()) == (201, {"family": "F-12", "status": "enrolled"})
    assert "set-cookie" not in answer.headers
    assert [family.child_ages for family in staffed.all(Family)] == ["4,9"]
    assert {contact.name for contact in staffed.all(Contact)} == {"Ana Morales", "Luis Morales"}
    assert sorted(safety.may_text for safety in staffed.all(SafetyPreference)) == [False, True]
    assert staffed.all(Incident)[0].officer_id is not None


def test_what_may_be_left_out_may_be_left_out(post):
    assert post(LEAST).status_code == 201


def test_the_same_incident_again_changes_nothing(post, staffed):
    post(GOOD)
    again = post(GOOD)
    assert (again.status_code, again.json()) == (200, {"family": "F-12", "status": "already"})


def test_the_same_incident_told_otherwise_is_refused_by_field(post, staffed):
    post(GOOD)
    again = post({**GOOD, "kind": "fire"})
    assert (again.status_code, set(again.json()["problems"])) == (409, {"kind"})
    assert [incident.kind for incident in staffed.all(Incident)] == ["burglary"]


@pytest.mark.parametrize("token", ["x", "wrong", API_TOKEN[:-1], API_TOKEN + "x", "\xff"])
def test_a_wrong_token_opens_nothing(post, staffed, token):
    answer = post(GOOD, Authorization=f"Bearer {token}".encode("latin-1"))
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert list(answer.json()["problems"]) == ["authorization"]
    assert staffed.all(Family) == []


@pytest.mark.parametrize("header", [API_TOKEN, f"Basic {API_TOKEN}", "Bearer", ""])
def test_only_a_bearer_token_is_one(post, header):
    assert post(GOOD, Authorization=header).status_code == 401


def test_a_session_does_not_open_the_api(lee):
    assert lee.client.post("/api/incidents", json=GOOD).status_code == 401


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"])
def test_only_json_is_read(post, media):
    assert post(GOOD, **{"Content-Type": media}).status_code == 415


def test_a_charset_beside_json_does_no_harm(post):
    assert post(GOOD, **{"Content-Type": "application/json; charset=utf-8"}).status_code == 201


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"nonsense", b'{"a": NaN}', b'{"a": Infinity}', b"\xff\xfe{}", b"[" * 30_000, b"1" * 5000],
    ids=["empty", "cut", "no json", "nan", "infinity", "no utf-8", "deep", "long number"],
)
def test_what_is_no_json_is_said_to_be_none(post, body):
    answer = post(body)
    assert (answer.status_code, list(answer.json()["problems"])) == (400, ["body"])


@pytest.mark.parametrize("body", [b"null", b"[]", b'"x"', b"1", b"true"])
def test_json_that_is_no_object_is_refused(post, body):
    assert post(body).json() == {"problems": {"body": "write an object"}}


def test_too_much_is_not_read(post):
    assert post({**GOOD, "kind": "x" * 70_000}).status_code == 413


BAD = [
    (["reference"], GONE, "reference"),
    (["reference"], "", "reference"),
    (["reference"], "x" * 81, "reference"),
    (["reference"], 7, "reference"),
    (["reference"], None, "reference"),
    (["reference"], "a\x00b", "reference"),
    (["reference"], "\ud800", "reference"),
    (["occurred_at"], GONE, "occurred_at"),
    (["occurred_at"], "yesterday", "occurred_at"),
    (["occurred_at"], "2026-03-02T21:15:00", "occurred_at"),
    (["occurred_at"], 1_772_000_000, "occurred_at"),
    (["occurred_at"], "2026-03-09T21:15:00-06:00", "occurred_at"),
    (["occurred_at"], "2019-03-02T21:15:00-06:00", "occurred_at"),
    (["kind"], GONE, "kind"),
    (["kind"], " ", "kind"),
    (["kind"], ["burglary"], "kind"),
    (["zip"], GONE, "zip"),
    (["zip"], 63106, "zip"),
    (["zip"], "6310", "zip"),
    (["zip"], "ABCDE", "zip"),
    (["team"], GONE, "team"),
    (["team"], "No such team", "team"),
    (["clinician"], GONE, "clinician"),
    (["clinician"], "okafor", "clinician"),
    (["clinician"], {"login": "lee"}, "clinician"),
    (["officer"], "nobody", "officer"),
    (["officer"], 7, "officer"),
    (["promise_hours"], 0, "promise_hours"),
    (["promise_hours"], 10_000, "promise_hours"),
    (["promise_hours"], "48", "promise_hours"),
    (["promise_hours"], True, "promise_hours"),
    (["contacts"], GONE, "contacts"),
    (["contacts"], [], "contacts"),
    (["contacts"], {}, "contacts"),
    (["contacts"], [GOOD["contacts"][0]] * 21, "contacts"),
    (["contacts", 0], "Ana", "contacts[0]"),
    (["contacts", 0, "name"], GONE, "contacts[0].name"),
    (["contacts", 0, "name"], "", "contacts[0].name"),
    (["contacts", 1, "name"], "x" * 121, "contacts[1].name"),
    (["contacts", 0, "phone"], GONE, "contacts[0].phone"),
    (["contacts", 0, "phone"], "555-01", "contacts[0].phone"),
    (["contacts", 0, "phone"], 3145550101, "contacts[0].phone"),
    (["contacts", 1, "phone"], "(314) 555-0101", "contacts"),
    (["contacts", 0, "language"], "fr", "contacts[0].language"),
    (["contacts", 0, "language"], None, "contacts[0].language"),
    (["contacts", 0, "role"], "x" * 41, "contacts[0].role"),
    (["contacts", 0, "safe_to_text"], "no", "contacts[0].safe_to_text"),
    (["contacts", 0, "safe_to_text"], 0, "contacts[0].safe_to_text"),
    (["contacts", 0, "email"], "ana@example.org", "contacts[0].email"),
    (["children"], "two", "children"),
    (["children", 0], 4, "children[0]"),
    (["children", 0, "age"], GONE, "children[0].age"),
    (["children", 0, "age"], 4.5, "children[0].age"),
    (["children", 0, "age"], True, "children[0].age"),
    (["children", 0, "age"], -1, "children[0].age"),
    (["children", 0, "age"], 22, "children[0].age"),
    (["children", 0, "name"], "Mia", "children[0].name"),
    (["adress"], "x", "adress"),
    (["x" * 200], "x", "x" * 40),
]


def test_each_field_that_is_wrong_is_named_with_its_mend(post, staffed):
    for path, value, field in BAD:
        answer = post(changed(path, value))
        assert answer.status_code == 422, (path, value)
        assert answer.json()["problems"].get(field), (path, value, answer.json())
    assert staffed.all(Family) == []


def test_every_problem_is_told_at_once(post):
    answer = post({**GOOD, "zip": 1, "kind": "", "contacts": [{"name": "", "language": "fr"}]})
    assert set(answer.json()["problems"]) == {
        "zip",
        "kind",
        "contacts[0].name",
        "contacts[0].phone",
        "contacts[0].language",
    }


def test_the_document_is_one(visitor):
    served = visitor.opens("/api/openapi.json").json()
    validate(served)
    assert served == json.loads(json.dumps(DOCUMENT))
    assert set(served["paths"]) == {"/api/incidents"}


@pytest.mark.parametrize(("path", "value", "field"), [bad for bad in BAD if "\ud800" not in str(bad[1])])
def test_the_code_judges_as_the_document_says(path, value, field):
    """Where the schema alone can tell, an independent reading of it and ours agree; the rest is judged by the flow."""
    said = changed(path, value)
    theirs = jsonschema.Draft202012Validator(INCIDENT)
    # Without `format`, which is an annotation to JSON Schema and a rule to us.
    if field != "occurred_at":
        assert theirs.is_valid(said) == (not problems_of(said, INCIDENT))


@pytest.mark.parametrize("said", [GOOD, LEAST], ids=["all", "least"])
def test_what_the_document_allows_the_code_can_take(said):
    jsonschema.Draft202012Validator(INCIDENT).validate(said)
    assert problems_of(said, INCIDENT) == {}
    assert _enrolment(said).reference == said["reference"]


def test_every_answer_is_in_the_document(post):
    answers = DOCUMENT["paths"]["/api/incidents"]["post"]["responses"]
    seen = {
        post(GOOD).status_code,
        post(GOOD).status_code,
        post(b"{").status_code,
        post(GOOD, token="x").status_code,
        post({}).status_code,
        post(GOOD, **{"Content-Type": "text/plain"}).status_code,
    }
    assert {str(status) for status in seen} <= set(answers)
    for status in (400, 401, 415, 422):
        assert answers[str(status)]["content"]["application/json"]["schema"]["$ref"].endswith("/Problems")
