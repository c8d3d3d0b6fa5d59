"""In front of the pages: other sites, what a browser may load, and errors that show the way out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checkback.care.errors import StoreUnavailable
from checkback.console.app import make_app
from tests.assembly.serving import served
from tests.console.conftest import API_TOKEN, QUICK, Visitor, client_of

OWN = "http://127.0.0.1:8001"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": OWN},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
    ],
)
@pytest.mark.parametrize("path", ["/escalations/12/take", "/sign-in", "/sign-out", "/api/incidents", "/families"])
def test_a_form_on_another_site_does_nothing_here(lee, staffed, crisis, headers, path):
    answer = lee.client.post(path, data={"login": "lee"}, headers={**headers, "Authorization": f"Bearer {API_TOKEN}"})
    assert answer.status_code == 403
    assert staffed.escalation.acknowledged_by is None
    assert lee.opens("/").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": OWN}, {}],
    ids=["same-origin", "typed", "older browser", "no browser"],
)
def test_our_own_forms_do(lee, staffed, crisis, headers):
    assert lee.client.post("/escalations/12/take", headers=headers).status_code == 303
    assert staffed.escalation.acknowledged_by is not None


def test_a_link_from_elsewhere_may_show_a_page(lee, crisis):
    """An alert's link is opened from another program."""
    assert lee.opens("/escalations/12", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/sign-in", "/families/F-12", "/escalations/12", "/nothing", "/officer"])
def test_a_page_loads_nothing_foreign_and_nothing_inline(lee, crisis, path):
    answer = lee.opens(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-frame-options"] == "DENY"
    assert not any(inline in answer.text for inline in (" style=", " onclick", "<style", "javascript:", "//cdn"))


def test_files_may_be_kept_for_a_day(visitor):
    answer = visitor.opens("/static/console.css")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=86400")
    assert answer.headers["content-type"].startswith("text/css")


def test_what_is_not_found_says_so_with_a_way_out_and_nothing_else(lee):
    for path in ("/families/F-99", "/escalations/99", "/tasks/00000000-0000-0000-0000-000000000001"):
        answer = lee.opens(path)
        assert answer.status_code == 404
        assert "There is nothing here" in answer.text
        assert "Sign out" in answer.text
        assert "99" not in answer.text.replace("/static/", "").split("<main")[1]


class BrokenStore:
    """A store that fails in its own way."""

    def __init__(self, error):
        self.error = error

    def read(self):
        raise self.error

    def begin(self, name):
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (StoreUnavailable(), 503, "We cannot reach our records"),
        (RuntimeError("secret 3145550101"), 500, "Something went wrong here"),
    ],
)
def test_when_the_house_fails_the_page_says_what_to_do(staffed, settings, lee, error, status, sentence):
    cookie = lee.client.cookies["checkback"]
    broken = make_app(replace(staffed.rt, store=BrokenStore(error)), settings, QUICK)
    with served(broken) as door, client_of(door) as client:
        client.cookies["checkback"] = cookie
        answer = Visitor(client).opens("/")
        assert answer.status_code == status
        assert sentence in answer.text
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
        headers = {"Authorization": f"Bearer {API_TOKEN}"}
        machine = client.post("/api/incidents", json={}, headers=headers)
        assert machine.status_code == 422


LARGE = {"do": "check", "table": "x" * 200_000}


@pytest.mark.parametrize("login", [None, "okafor"])
def test_a_large_body_is_read_from_nobody_who_may_not_send_it(visitor, signed_in, login):
    who = signed_in(login) if login else visitor
    assert who.sends("/enrol/file", **LARGE).status_code == 413
    assert who.sends("/enrol/file", do="check", table="x").status_code in (303, 403)


def test_a_large_body_is_not_read_for_another_site(lee):
    assert lee.client.post("/enrol/file", data=LARGE, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 413


def test_who_may_bring_a_large_file_is_heard(lee):
    answer = lee.sends("/enrol/file", **LARGE)
    assert answer.status_code == 422
    assert "first line" in answer.text
