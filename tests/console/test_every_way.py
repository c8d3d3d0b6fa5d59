"""Every way in, one after the other: what may be seen by whom, what another site may send, what each answer forbids."""

from __future__ import annotations

import pytest

from checkback.adapters.passwords import DEMO_PASSWORD
from checkback.console.app import make_app
from checkback.console.ways import WAYS, Open
from tests.assembly.serving import served
from tests.console.conftest import API_TOKEN, QUICK, Visitor, client_of
from tests.console.test_ways import FOR_STAFF, LOGINS, filled, path_of, snapshot

__all__ = ["filled"]

#: Where what stands in the path belongs to one family.
OF_A_FAMILY = ("/families/{reference}", "/tasks/{task:uuid}", "/escalations/{number:int}")
#: Counts what was typed, and looks nothing up.
LOOKS_NOTHING_UP = "/families/{reference}/count"
FORM = {"outcome": "reached", "text": "x", "body": "x", "reason": "x", "why": "x", "verdict": "right"}
#: What stands in nothing but their rows; an empty form shows invented numbers of its own.
WORDS = ("Morales", "kill", "call me please")


def walks(member, ways, filled):
    """The answers to every one of these ways, but those out of the house."""
    for way in ways:
        # A test page is a text to oneself.
        if way.path in ("/sign-out", "/rotas/test") or (way.method == "POST" and way.path.startswith("/account")):
            continue
        form = FORM | {"to": filled["contact:uuid"]} if way.method == "POST" else None
        yield way, member.client.request(way.method, path_of(way, filled), data=form)


@pytest.fixture
def over(staffed, signed_in, filled):
    """The crisis has its outcome: from now on the family is nobody's business but its own team's."""
    lee = signed_in("lee")
    lee.sends("/escalations/12/take")
    lee.sends("/escalations/12/end", outcome="reached")
    assert staffed.escalation.outcome is not None
    return filled


def test_no_way_leads_a_colleague_of_another_team_to_a_family(staffed, signed_in, over):
    before = snapshot(staffed)
    for way, answer in walks(signed_in("bauer"), FOR_STAFF, over):
        if way.path.startswith(OF_A_FAMILY) and way.path != LOOKS_NOTHING_UP:
            # A piece of a page that is asked for by itself leads to its page, whosever it is.
            refused = (303,) if way.path.endswith("/said") else (403, 404)
            assert answer.status_code in refused, f"{way.method} {way.path}: {answer.status_code}"
        assert not any(word in answer.text for word in WORDS), f"{way.method} {way.path}"
    assert snapshot(staffed) == before


def test_no_way_leads_an_officer_to_a_familys_words(staffed, signed_in, over):
    before = snapshot(staffed)
    for way, answer in walks(signed_in("okafor"), FOR_STAFF, over):
        if way.path.startswith(OF_A_FAMILY):
            assert answer.status_code == 403, f"{way.method} {way.path}"
        # An officer knows their own incidents, and nobody's words or name.
        assert not any(word in answer.text for word in WORDS), f"{way.method} {way.path}"
    assert snapshot(staffed) == before


def test_no_page_of_another_site_sends_anything_by_any_way(staffed, signed_in, filled):
    """Whoever is signed in, and the machine with its token too."""
    before = snapshot(staffed)
    members = {role: signed_in(login) for role, login in LOGINS.items()}
    for way in WAYS:
        if way.method != "POST":
            continue
        for role, member in members.items():
            for foreign in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
                headers = {**foreign, "Authorization": f"Bearer {API_TOKEN}"}
                path = path_of(way, filled | {"path:path": "nothing"})
                answer = member.client.post(path, data=FORM, headers=headers)
                assert answer.status_code == 403, f"{role} {way.path}: {answer.status_code}"
    assert snapshot(staffed) == before
    assert members[next(iter(members))].opens("/account").status_code == 200


@pytest.mark.parametrize("login", [None, "admin"])
def test_every_answer_forbids_a_browser_what_it_need_not_do(visitor, signed_in, filled, login):
    who = signed_in(login) if login else visitor
    more = {"path:path": "nothing", "token": "none", "name": "console.css"}
    for way in WAYS:
        if way.path == "/sign-out" or (login and way.path.startswith("/account/sessions")):
            continue
        told = who.client.request(way.method, path_of(way, filled | more)).headers
        where = f"{way.method} {way.path}"
        assert "default-src 'none'" in told["content-security-policy"], where
        assert "frame-ancestors 'none'" in told["content-security-policy"], where
        assert told["x-frame-options"] == "DENY", where
        assert told["referrer-policy"] in ("no-referrer", "same-origin"), where
        assert told["x-content-type-options"] == "nosniff", where
        assert told["cross-origin-opener-policy"] == "same-origin", where
        if way.path != "/static/{name}":
            assert told["cache-control"] == "no-store", where


def test_over_https_a_browser_comes_by_https_ever_after(staffed, live_settings):
    by_https = live_settings.model_copy(update={"console_url": "https://staff.example.org"})
    with served(make_app(staffed.rt, by_https, QUICK)) as door, client_of(door) as client:
        for path in ("/sign-in", "/", "/nothing", "/static/console.css", "/api/openapi.json"):
            assert client.get(path).headers["strict-transport-security"] == "max-age=31536000"


def test_on_plain_http_nobody_is_told_so(visitor):
    assert "strict-transport-security" not in visitor.opens("/sign-in").headers


def test_a_session_that_was_put_into_a_browser_is_not_the_one_they_get(console, signed_in):
    """Somebody leaves their own session, or one they made up, in another's browser before that one signs in."""
    attacker = signed_in("bauer")
    for planted in ("x" * 43, attacker.client.cookies["checkback"]):
        with client_of(console) as client:
            sign_in = client.post(
                "/sign-in",
                data={"login": "lee", "password": DEMO_PASSWORD},
                headers={"Cookie": f"checkback={planted}"},
            )
            assert planted not in sign_in.headers.get("set-cookie", "")
            assert "Dana Lee" in Visitor(client).opens("/account").text
        with client_of(console) as client:
            client.cookies["checkback"] = planted
            assert "Dana Lee" not in Visitor(client).opens("/account").text


def test_every_way_that_asks_for_nobody_is_known():
    """Said again here: another way without a session is a decision of two minds."""
    assert sorted({f"{way.method} {way.path}" for way in WAYS if isinstance(way.roles, Open)}) == [
        "GET /api/openapi.json",
        "GET /rotas/{rota:uuid}/{token}.ics",
        "GET /sign-in",
        "GET /sign-in/code",
        "GET /sign-in/provider",
        "GET /sign-in/provider/return",
        "GET /static/{name}",
        "GET /{path:path}",
        "POST /api/incidents",
        "POST /sign-in",
        "POST /sign-in/code",
        "POST /{path:path}",
    ]
