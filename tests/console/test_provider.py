"""Signing in by a provider: over HTTP, against a program that is one."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from pydantic import SecretStr

from checkback.adapters.oidc import OpenIdProvider
from checkback.care.errors import ProviderRefused
from checkback.care.model import StaffMember
from checkback.console.app import make_app
from tests.assembly.serving import served
from tests.console.conftest import QUICK, Visitor, client_of

STARTS_WITHIN = 60.0


@pytest.fixture(scope="module")
def issuer():
    """A provider in a process of its own, for whoever says who they are."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    # It uses parts of its libraries that warn of their end.
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://localhost:{port}"
    until = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            httpx2.get(f"{address}/.well-known/openid-configuration", trust_env=False).raise_for_status()
            break
        except httpx2.HTTPError:
            assert process.poll() is None, "the provider ended"
            assert time.monotonic() < until, "the provider does not answer"
            time.sleep(0.05)
    yield address
    process.terminate()
    process.wait(10)


@pytest.fixture
def knows(issuer):
    """Make the provider know somebody."""

    def knows(subject, **claims):
        told = httpx2.put(f"{issuer}/users/{subject}", json=claims, trust_env=False)
        assert told.is_success, told.text

    return knows


@pytest.fixture
def visitor(staffed, live_settings, issuer):
    """Somebody at a house in use whose agency has a provider."""
    settings = live_settings.model_copy(
        update={
            "second_factor": True,
            "oidc_issuer": issuer,
            "oidc_client_id": "checkback",
            "oidc_client_secret": SecretStr("a-secret-of-nobody"),
            "oidc_name": "Riverbend",
        }
    )
    with staffed.rt.store.begin("test.email") as tx:
        lee = tx.session.query(StaffMember).filter_by(login="lee").one()
        lee.email = "Dana.Lee@example.org"
        tx.record("test.email", lee)
    with served(make_app(staffed.rt, settings, QUICK)) as door, client_of(door) as client:
        yield Visitor(client)


def goes(visitor, subject, start="/sign-in/provider"):
    """Away to the provider, says who they are there, and comes back; returns the way back."""
    away = visitor.opens(start)
    assert away.status_code == 303
    shown = httpx2.post(away.headers["location"], data={"sub": subject}, trust_env=False)
    assert shown.status_code in (302, 303), shown.text
    back = urlsplit(shown.headers["location"])
    assert back.path == "/sign-in/provider/return"
    return f"{back.path}?{back.query}"


def test_whom_the_provider_vouches_for_comes_in_and_where_they_wanted(visitor, knows):
    knows("u-1", email="dana.lee@example.org", email_verified=True)
    back = goes(visitor, "u-1", "/sign-in/provider?next=/families")
    done = visitor.opens(back)
    assert (done.status_code, done.headers["location"]) == (303, "/families")
    assert "Dana Lee" in visitor.opens("/").text


def test_they_are_known_again_when_their_address_has_changed(visitor, knows):
    knows("u-2", email="dana.lee@example.org", email_verified=True)
    visitor.opens(goes(visitor, "u-2"))
    knows("u-2", email="somebody@example.org", email_verified=True)
    assert visitor.opens(goes(visitor, "u-2")).status_code == 303
    knows("u-3", email="dana.lee@example.org", email_verified=True)
    assert visitor.opens(goes(visitor, "u-3")).status_code == 403


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "dana.lee@example.org", "email_verified": False},
        {"email": "dana.lee@example.org"},
        {"email": "nobody@example.org", "email_verified": True},
        {},
    ],
)
def test_who_is_not_known_or_not_verified_stays_out(visitor, knows, claims):
    knows("u-4", **claims)
    refused = visitor.opens(goes(visitor, "u-4"))
    assert refused.status_code == 403
    assert "Signing in that way did not work" in refused.text
    assert visitor.opens("/").status_code == 303


def test_an_answer_for_another_browser_lets_nobody_in(visitor, knows, staffed):
    knows("u-5", email="dana.lee@example.org", email_verified=True)
    back = goes(visitor, "u-5")
    visitor.client.cookies.clear()
    assert visitor.opens(back).status_code == 403
    goes(visitor, "u-5")  # begins another
    assert visitor.opens(back).status_code == 403


def test_an_answer_leads_in_once(visitor, knows):
    knows("u-6", email="dana.lee@example.org", email_verified=True)
    back = goes(visitor, "u-6")
    assert visitor.opens(back).status_code == 303
    visitor.client.cookies.delete("checkback")
    assert visitor.opens(back).status_code == 403


class _Impostor(BaseHTTPRequestHandler):
    """Calls itself by another provider's name."""

    def do_GET(self) -> None:
        body = json.dumps({"issuer": "https://login.example.org"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def test_a_provider_by_another_name_is_not_believed():
    with HTTPServer(("127.0.0.1", 0), _Impostor) as server:
        Thread(target=server.handle_request).start()
        provider = OpenIdProvider(f"http://127.0.0.1:{server.server_port}", "checkback", "secret", "http://127.0.0.1/x")
        with pytest.raises(ProviderRefused, match="another name"):
            provider.begin()


def test_a_provider_that_is_gone_says_so_on_the_page(staffed, live_settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    update = {"oidc_issuer": nobody, "oidc_client_id": "x", "oidc_client_secret": SecretStr("a-secret-of-nobody")}
    with (
        served(make_app(staffed.rt, live_settings.model_copy(update=update), QUICK)) as door,
        client_of(door) as client,
    ):
        assert Visitor(client).opens("/sign-in/provider").status_code == 403


def test_the_way_there_asks_for_what_ties_the_answer_to_it(visitor):
    asked = parse_qs(urlsplit(visitor.opens("/sign-in/provider").headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert set(asked["scope"][0].split()) == {"openid", "email", "profile"}


def test_without_a_provider_there_is_no_such_way(live_console):
    assert live_console.ask("GET", "/sign-in/provider").status_code == 404
    assert live_console.ask("GET", "/sign-in/provider/return").status_code == 404
