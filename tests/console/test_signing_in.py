"""Signing in at the door: the cookie, its end, and the patience with who guesses."""

from __future__ import annotations

import pytest

from checkback.adapters.passwords import DEMO_PASSWORD
from checkback.care.model import StaffMember, StaffSession
from checkback.console.app import make_app
from tests.assembly.serving import served
from tests.console.conftest import LIVE_PASSWORD, QUICK, Visitor, client_of, give_everybody


def test_who_is_not_signed_in_is_asked_to_and_comes_back(visitor, family):
    asked = visitor.opens("/escalations/12")
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=/escalations/12")
    assert 'value="/escalations/12"' in visitor.opens(asked.headers["location"]).text
    done = visitor.signs_in("lee", next="/escalations/12")
    assert (done.status_code, done.headers["location"]) == (303, "/escalations/12")


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\n/evil.example"],
)
def test_nobody_is_sent_to_another_site(visitor, elsewhere):
    assert visitor.signs_in("lee", next=elsewhere).headers["location"] == "/"


def test_a_wrong_password_and_a_login_nobody_has_are_refused_alike(visitor):
    known, unknown = visitor.signs_in("lee", "wrong"), visitor.signs_in("leo", "wrong")
    assert (known.status_code, unknown.status_code) == (403, 403)
    assert "That login and that password do not belong together." in known.text
    assert known.text.replace("lee", "leo") == unknown.text.replace("lee", "leo")
    assert "set-cookie" not in known.headers


def test_the_cookie_is_for_this_site_and_no_script(visitor):
    (cookie,) = visitor.signs_in("lee").headers.get_list("set-cookie")
    assert cookie.startswith("checkback=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


def test_over_https_the_cookie_stays_on_it(staffed, live_settings):
    secured = live_settings.model_copy(update={"console_url": "https://console.example.org"})
    with served(make_app(staffed.rt, secured, QUICK)) as door, client_of(door) as client:
        (cookie,) = Visitor(client).signs_in("lee", LIVE_PASSWORD).headers.get_list("set-cookie")
    assert cookie.startswith("__Host-checkback=")
    assert "Secure" in cookie.split("; ")


def test_the_cookie_says_nothing_and_is_another_after_each_sign_in(visitor, staffed):
    tokens = [visitor.signs_in(login).cookies["checkback"] for login in ("lee", "lee", "ortiz")]
    assert len(set(tokens)) == 3
    kept = {session.token_hash for session in staffed.all(StaffSession)}
    assert not any(token.encode() in kept for token in tokens)
    assert "set-cookie" not in visitor.opens("/").headers


def test_a_cookie_somebody_wrote_themselves_is_worth_nothing(lee):
    good = lee.client.cookies["checkback"]
    for bad in (good[:-2], good[3:], "x" * 4000, "a.b.c", ""):
        lee.client.cookies.clear()
        lee.client.cookies["checkback"] = bad
        assert lee.opens("/").status_code == 303


def test_signing_out_ends_it_even_for_who_kept_the_cookie(lee, staffed):
    kept = lee.client.cookies["checkback"]
    staffed.clock.tick(seconds=1)
    assert lee.sends("/sign-out").headers["location"] == "/sign-in"
    assert lee.opens("/").status_code == 303
    lee.client.cookies["checkback"] = kept
    assert lee.opens("/").status_code == 303


@pytest.fixture
def ortiz(live_console):
    with client_of(live_console) as client:
        visitor = Visitor(client)
        assert visitor.signs_in("ortiz", LIVE_PASSWORD).status_code == 303
        yield visitor


def test_twelve_hours_without_use_end_a_session(ortiz, staffed):
    staffed.clock.tick(hours=11, minutes=59)
    assert ortiz.opens("/").status_code == 200
    staffed.clock.tick(hours=11, minutes=59)
    assert ortiz.opens("/").status_code == 200
    staffed.clock.tick(hours=12, minutes=1)
    assert ortiz.opens("/").status_code == 303


def test_a_page_that_is_only_left_open_does_not_keep_it_alive(ortiz, staffed):
    for _ in range(3):
        staffed.clock.tick(hours=5)
        ortiz.opens("/", headers={"HX-Request": "true"})
    out = ortiz.opens("/", headers={"HX-Request": "true"})
    assert (out.status_code, out.headers["hx-redirect"]) == (401, "/sign-in")


def test_a_week_ends_it_however_often_it_is_used(ortiz, staffed):
    for _ in range(15):
        assert ortiz.opens("/").status_code == 200
        staffed.clock.tick(hours=11.5)
    assert ortiz.opens("/").status_code == 303


def test_who_leaves_is_out_at_once(lee, staffed):
    with staffed.rt.store.begin("test.leaves") as tx:
        member = tx.session.query(StaffMember).filter_by(login="lee").one()
        member.left_at = tx.now
        tx.record("test.leaves", member)
    assert lee.opens("/").status_code == 303


@pytest.mark.parametrize("login", ["lee", "nobody-at-all"])
def test_who_guesses_has_to_wait_longer_each_time(visitor, staffed, login):
    assert [visitor.signs_in(login, "guess").status_code for _ in range(3)] == [403, 403, 403]
    waits = []
    for _ in range(4):
        told = visitor.signs_in(login, "guess")
        assert told.status_code == 429
        waits.append(int(told.headers["retry-after"]))
        staffed.clock.tick(seconds=waits[-1])
        assert visitor.signs_in(login, "guess").status_code == 403
    assert waits == [1, 2, 4, 8]


def test_the_right_password_too_has_to_wait_its_turn_and_then_forgives(visitor, staffed):
    for _ in range(3):
        visitor.signs_in("lee", "guess")
    assert visitor.signs_in("lee").status_code == 429
    assert visitor.signs_in("ortiz").status_code == 303
    staffed.clock.tick(seconds=1)
    assert visitor.signs_in("lee").status_code == 303
    assert visitor.signs_in("lee", "guess").status_code == 403


def test_only_the_demonstration_names_its_people(visitor, live_console):
    shown = visitor.opens("/sign-in").text
    assert "okafor" in shown
    assert "checkback-demo" in shown
    in_use = live_console.ask("GET", "/sign-in").text
    assert "okafor" not in in_use
    assert "checkback-demo" not in in_use


def test_the_password_all_know_lets_nobody_in_where_real_families_are(staffed, live_console):
    give_everybody(staffed, DEMO_PASSWORD)
    with client_of(live_console) as client:
        assert Visitor(client).signs_in("lee").status_code == 403


def test_who_is_signed_in_needs_not_again(lee):
    assert lee.opens("/sign-in").headers["location"] == "/"


def test_an_officer_comes_to_their_own_page(visitor):
    assert visitor.signs_in("okafor").headers["location"] == "/officer"
