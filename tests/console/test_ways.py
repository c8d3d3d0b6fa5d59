"""Who may come which way: every way, every role, and nothing beside the table."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from checkback.care.model import Contact, InboundMessage, Resource, Rota, Task
from checkback.care.terms import Role
from checkback.console.ways import WAYS, Open, Way

LOGINS = {Role.CLINICIAN: "lee", Role.COORDINATOR: "rivera", Role.OFFICER: "okafor", Role.ADMIN: "admin"}
FOR_STAFF = [way for way in WAYS if not isinstance(way.roles, Open)]

#: Said again here, so that a change of the table is a change of two minds.
ALLOWED = {
    ("POST", "/sign-out"): "clinician coordinator officer admin",
    ("GET", "/"): "clinician coordinator admin",
    ("GET", "/escalations/{number:int}"): "clinician coordinator admin",
    ("GET", "/escalations/{number:int}/said"): "clinician coordinator admin",
    ("POST", "/escalations/{number:int}/take"): "clinician coordinator admin",
    ("POST", "/escalations/{number:int}/pass"): "clinician coordinator admin",
    ("POST", "/escalations/{number:int}/end"): "clinician coordinator admin",
    ("POST", "/escalations/{number:int}/number"): "clinician coordinator admin",
    ("GET", "/families"): "clinician coordinator admin",
    ("POST", "/families"): "clinician coordinator admin",
    ("GET", "/families/{reference}"): "clinician coordinator admin",
    ("POST", "/families/{reference}/count"): "clinician coordinator admin",
    ("POST", "/families/{reference}/texts"): "clinician coordinator admin",
    ("GET", "/families/{reference}/texts"): "clinician coordinator admin",
    ("GET", "/families/{reference}/texts/{text:uuid}"): "clinician coordinator admin",
    ("POST", "/families/{reference}/texts/{text:uuid}"): "clinician coordinator admin",
    ("GET", "/families/{reference}/change"): "clinician coordinator admin",
    ("POST", "/families/{reference}/pause"): "clinician coordinator admin",
    ("POST", "/families/{reference}/resume"): "clinician coordinator admin",
    ("POST", "/families/{reference}/transfer"): "clinician coordinator admin",
    ("POST", "/families/{reference}/cover"): "clinician coordinator admin",
    ("POST", "/families/{reference}/cover/end"): "clinician coordinator admin",
    ("POST", "/families/{reference}/close"): "clinician coordinator admin",
    ("POST", "/families/{reference}/reopen"): "clinician coordinator admin",
    ("GET", "/families/{reference}/questionnaire"): "clinician coordinator admin",
    ("POST", "/families/{reference}/questionnaire"): "clinician coordinator admin",
    ("GET", "/families/{reference}/merge"): "coordinator admin",
    ("POST", "/families/{reference}/merge"): "coordinator admin",
    ("POST", "/families/{reference}/notes"): "clinician coordinator admin",
    ("POST", "/families/{reference}/tasks/{task:uuid}"): "clinician coordinator admin",
    ("POST", "/families/{reference}/contacts/{contact:uuid}/number"): "clinician coordinator admin",
    ("POST", "/families/{reference}/contacts/{contact:uuid}/give-back"): "clinician coordinator admin",
    ("GET", "/load"): "clinician coordinator admin",
    ("GET", "/tasks/{task:uuid}"): "clinician coordinator admin",
    ("POST", "/tasks/{task:uuid}"): "clinician coordinator admin",
    ("GET", "/enrol"): "clinician coordinator admin",
    ("POST", "/enrol"): "clinician coordinator admin",
    ("GET", "/enrol/file"): "clinician coordinator admin",
    ("POST", "/enrol/file"): "clinician coordinator admin",
    ("POST", "/enrol/file/{batch}/undo"): "clinician coordinator admin",
    ("GET", "/tomorrow"): "clinician coordinator admin",
    ("GET", "/tomorrow/hold"): "clinician coordinator admin",
    ("POST", "/tomorrow/hold"): "clinician coordinator admin",
    ("GET", "/holds/{number:int}"): "clinician coordinator admin",
    ("POST", "/holds/{number:int}/end"): "clinician coordinator admin",
    ("GET", "/plans"): "clinician coordinator admin",
    ("GET", "/plans/new"): "coordinator admin",
    ("POST", "/plans/new"): "coordinator admin",
    ("GET", "/plans/{reference}"): "clinician coordinator admin",
    ("GET", "/plans/{reference}/edit"): "coordinator admin",
    ("POST", "/plans/{reference}/edit"): "coordinator admin",
    ("POST", "/plans/{reference}/approve"): "coordinator admin",
    ("POST", "/plans/{reference}/retire"): "coordinator admin",
    ("GET", "/plans/{reference}/move"): "coordinator admin",
    ("POST", "/plans/{reference}/move"): "coordinator admin",
    ("GET", "/rehearsal"): "clinician coordinator admin",
    ("GET", "/programme"): "clinician coordinator admin",
    ("POST", "/programme"): "coordinator admin",
    ("GET", "/wording"): "clinician coordinator admin",
    ("POST", "/wording"): "coordinator admin",
    ("POST", "/wording/measure"): "clinician coordinator admin",
    ("POST", "/wording/{version:uuid}/approve"): "coordinator admin",
    ("POST", "/wording/{version:uuid}/withdraw"): "coordinator admin",
    ("GET", "/policies"): "clinician coordinator admin",
    ("GET", "/policies/{level}/edit"): "coordinator admin",
    ("POST", "/policies/{level}/edit"): "coordinator admin",
    ("POST", "/policies/{level}/{version:int}/approve"): "clinician coordinator admin",
    ("GET", "/rotas"): "clinician coordinator admin",
    ("POST", "/rotas"): "coordinator admin",
    ("POST", "/rotas/test"): "clinician coordinator admin",
    ("GET", "/rotas/{rota:uuid}"): "clinician coordinator admin",
    ("POST", "/rotas/{rota:uuid}/turns"): "coordinator admin",
    ("POST", "/rotas/{rota:uuid}/shifts"): "coordinator admin",
    ("POST", "/rotas/{rota:uuid}/shifts/{shift:uuid}/end"): "coordinator admin",
    ("POST", "/rotas/{rota:uuid}/swap"): "coordinator admin",
    ("POST", "/rotas/{rota:uuid}/feed"): "coordinator admin",
    ("GET", "/reports"): "coordinator admin",
    ("POST", "/reports/download"): "coordinator admin",
    ("GET", "/resources"): "clinician coordinator admin",
    ("GET", "/resources/import"): "coordinator admin",
    ("POST", "/resources/import"): "coordinator admin",
    ("GET", "/resources/{resource:uuid}"): "clinician coordinator admin",
    ("POST", "/resources/{resource:uuid}/assure"): "clinician coordinator admin",
    ("GET", "/screen"): "clinician coordinator admin",
    ("GET", "/screen/{week}"): "clinician coordinator admin",
    ("POST", "/screen/{week}/texts/{text:uuid}"): "clinician coordinator admin",
    ("GET", "/audit"): "admin",
    ("POST", "/audit/verify"): "admin",
    ("GET", "/officer"): "officer",
    ("GET", "/account"): "clinician coordinator officer admin",
    ("POST", "/account/language"): "clinician coordinator officer admin",
    ("GET", "/account/password"): "clinician coordinator officer admin",
    ("POST", "/account/password"): "clinician coordinator officer admin",
    ("GET", "/account/second-factor"): "clinician coordinator officer admin",
    ("POST", "/account/second-factor"): "clinician coordinator officer admin",
    ("POST", "/account/recovery-codes"): "clinician coordinator officer admin",
    ("POST", "/account/sessions/{session:uuid}/end"): "clinician coordinator officer admin",
    ("POST", "/account/sessions/end"): "clinician coordinator officer admin",
    ("GET", "/staff"): "admin",
    ("POST", "/staff"): "admin",
    ("GET", "/staff/new"): "admin",
    ("GET", "/staff/{login}"): "admin",
    ("POST", "/staff/{login}"): "admin",
    ("POST", "/staff/{login}/password"): "admin",
    ("POST", "/staff/{login}/second-factor"): "admin",
    ("POST", "/staff/{login}/leave"): "admin",
}
OPEN = {
    ("GET", "/sign-in"): Open.TO_ALL,
    ("POST", "/sign-in"): Open.TO_ALL,
    ("GET", "/sign-in/code"): Open.TO_ALL,
    ("POST", "/sign-in/code"): Open.TO_ALL,
    ("GET", "/sign-in/provider"): Open.TO_ALL,
    ("GET", "/sign-in/provider/return"): Open.TO_ALL,
    ("GET", "/static/{name}"): Open.TO_ALL,
    ("GET", "/rotas/{rota:uuid}/{token}.ics"): Open.TO_ALL,
    ("GET", "/api/openapi.json"): Open.TO_ALL,
    ("POST", "/api/incidents"): Open.TO_MACHINES,
    ("GET", "/{path:path}"): Open.TO_ALL,
    ("POST", "/{path:path}"): Open.TO_ALL,
}


def test_every_way_is_one_that_was_agreed_on():
    agreed = {key: frozenset(map(Role, roles.split())) for key, roles in ALLOWED.items()} | OPEN
    assert {(way.method, way.path): way.roles for way in WAYS} == agreed
    assert len(WAYS) == len(agreed)


@pytest.fixture
def filled(staffed, family, ana):
    """The parts of a path that lead to something that is there."""
    ana.texts("call me please")
    ana.texts("I want to kill myself")
    return {
        "number:int": "12",
        "reference": family,
        "task:uuid": str(staffed.all(Task)[0].id),
        "text:uuid": str(staffed.all(InboundMessage)[0].id),
        "contact:uuid": str(staffed.all(Contact)[0].id),
        "session:uuid": str(UUID(int=7)),
        "login": "bauer",
        "version:uuid": str(UUID(int=8)),
        "batch": "B-000000",
        "week": "2026-W01",
        "level": "emergent",
        "version:int": "1",
        "rota:uuid": str(staffed.all(Rota)[0].id),
        "shift:uuid": str(UUID(int=9)),
        "resource:uuid": str(staffed.all(Resource)[0].id),
    }


def path_of(way: Way, filled: dict[str, str]) -> str:
    return re.sub(r"\{(.+?)\}", lambda part: filled[part[1]], way.path)


@pytest.mark.parametrize("role", Role, ids=str)
def test_each_role_comes_exactly_where_it_may(staffed, signed_in, filled, role):
    for way in FOR_STAFF:
        assert not isinstance(way.roles, Open)
        member = signed_in(LOGINS[role])
        answer = member.client.request(way.method, path_of(way, filled))
        is_let_in = answer.status_code != 403
        assert is_let_in == (role in way.roles), f"{role} {way.method} {way.path}: {answer.status_code}"
        assert answer.status_code < 500
        staffed.clock.tick(seconds=1)  # signing out ends what began before


def test_nobody_comes_anywhere_without_signing_in(visitor, filled):
    for way in FOR_STAFF:
        answer = visitor.client.request(way.method, path_of(way, filled))
        assert answer.status_code == 303, f"{way.method} {way.path}"
        assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("login", ["okafor", None])
def test_what_may_not_be_seen_is_not_in_the_refusal(visitor, signed_in, filled, login):
    asking = signed_in(login) if login else visitor
    for way in FOR_STAFF:
        if way.path in ("/sign-out", "/officer") or way.path.startswith("/account"):
            continue
        said = asking.client.request(way.method, path_of(way, filled)).text
        assert not any(secret in said for secret in ("Morales", "kill", "0101", "burglary"))


def test_no_form_of_an_officer_changes_anything(staffed, signed_in, filled):
    officer = signed_in("okafor")
    before = snapshot(staffed)
    for way in FOR_STAFF:
        if way.method == "POST" and way.path != "/sign-out" and not way.path.startswith("/account"):
            form = {
                "outcome": "reached",
                "text": "x",
                "body": "x",
                "key": str(UUID(int=1)),
                "to": filled["contact:uuid"],
            }
            officer.client.post(path_of(way, filled), data=form)
    assert snapshot(staffed) == before


def snapshot(house):
    return [(t.state, t.outcome) for t in house.all(Task)], house.escalation.state, len(house.outbox())


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD"])
def test_other_methods_lead_nowhere(lee, family, method):
    for path in ("/", f"/families/{family}", "/escalations/12", "/api/incidents"):
        assert lee.client.request(method, path).status_code == 405


@pytest.mark.parametrize(
    "path", ["/nothing", "/health", "/metrics", "/families/F-12/../../etc", "/escalations/twelve", "/static/../app.py"]
)
def test_what_is_not_in_the_table_is_not_there(lee, path):
    answer = lee.opens(path)
    assert answer.status_code == 404
    assert 'href="/"' in answer.text
