"""The second factor: set up, asked for, replaced by a code on paper, and reset by an administrator."""

from __future__ import annotations

import re
from html import unescape

import pyotp
import pytest

from checkback.care.model import StaffMember, StaffSession
from checkback.console.app import make_app
from tests.assembly.serving import served
from tests.console.conftest import LIVE_PASSWORD, QUICK, Visitor, client_of

CODES = re.compile(r"<li><code>([A-Z0-9-]+)</code></li>")


def member(house, login):
    return next(each for each in house.all(StaffMember) if each.login == login)


def code_of(house, login):
    secret = member(house, login).totp_secret
    assert secret is not None
    return pyotp.TOTP(secret).at(house.clock.now())


def sets_up(house, visitor, login):
    """Returns the recovery codes."""
    assert visitor.opens("/account/second-factor").status_code == 200
    shown = visitor.sends("/account/second-factor", code=code_of(house, login))
    assert shown.status_code == 200
    house.clock.tick(seconds=30)
    return CODES.findall(unescape(shown.text))


@pytest.fixture
def newcomer(console):
    """Another browser."""
    with client_of(console) as client:
        yield Visitor(client)


def test_once_set_up_it_is_asked_for_after_the_password(lee, staffed, newcomer):
    assert len(sets_up(staffed, lee, "lee")) == 10
    asked = newcomer.signs_in("lee", next="/families")
    assert asked.headers["location"] == "/sign-in/code?next=/families"
    half = newcomer.client.cookies["checkback"]
    assert newcomer.opens("/").headers["location"] == "/sign-in"
    done = newcomer.sends("/sign-in/code", code=code_of(staffed, "lee"), next="/families")
    assert done.headers["location"] == "/families"
    assert newcomer.opens("/").status_code == 200
    newcomer.client.cookies.clear()
    newcomer.client.cookies["checkback"] = half
    assert newcomer.opens("/").status_code == 303


def test_no_code_lets_in_twice(lee, staffed, newcomer):
    sets_up(staffed, lee, "lee")
    code = code_of(staffed, "lee")
    newcomer.signs_in("lee")
    assert newcomer.sends("/sign-in/code", code=code).status_code == 303
    newcomer.signs_in("lee")
    assert newcomer.sends("/sign-in/code", code=code).status_code == 403


def test_an_old_code_and_a_guessed_one_are_refused_and_guessing_gets_slow(lee, staffed, newcomer):
    sets_up(staffed, lee, "lee")
    old = code_of(staffed, "lee")
    staffed.clock.tick(minutes=2)
    newcomer.signs_in("lee")
    tried = [newcomer.sends("/sign-in/code", code=code).status_code for code in (old, "000000", "abc", "")]
    assert tried == [403, 403, 403, 429]
    staffed.clock.tick(minutes=1)
    assert newcomer.sends("/sign-in/code", code=code_of(staffed, "lee")).status_code == 303


def test_the_password_is_good_for_ten_minutes_of_looking_for_the_phone(lee, staffed, newcomer):
    sets_up(staffed, lee, "lee")
    newcomer.signs_in("lee")
    staffed.clock.tick(minutes=11)
    assert newcomer.sends("/sign-in/code", code=code_of(staffed, "lee")).headers["location"] == "/sign-in"


def test_a_recovery_code_lets_in_once_however_it_is_typed(lee, staffed, newcomer):
    first, second, *_ = sets_up(staffed, lee, "lee")
    newcomer.signs_in("lee")
    assert newcomer.sends("/sign-in/code", code=first.lower().replace("-", " ")).status_code == 303
    newcomer.signs_in("lee")
    assert newcomer.sends("/sign-in/code", code=first).status_code == 403
    assert newcomer.sends("/sign-in/code", code=second).status_code == 303
    assert "8 left" in newcomer.opens("/account").text


def test_somebody_elses_recovery_code_is_worth_nothing(lee, signed_in, staffed, newcomer):
    sets_up(staffed, lee, "lee")
    theirs = sets_up(staffed, signed_in("ortiz"), "ortiz")
    newcomer.signs_in("lee")
    assert newcomer.sends("/sign-in/code", code=theirs[0]).status_code == 403


def test_new_recovery_codes_make_the_old_ones_worthless(lee, staffed, newcomer):
    old = sets_up(staffed, lee, "lee")
    assert lee.sends("/account/recovery-codes", code="123456").status_code == 422
    shown = lee.sends("/account/recovery-codes", code=code_of(staffed, "lee"))
    new = CODES.findall(shown.text)
    assert len(new) == 10
    newcomer.signs_in("lee")
    assert newcomer.sends("/sign-in/code", code=old[0]).status_code == 403
    assert newcomer.sends("/sign-in/code", code=new[0]).status_code == 303


def test_setting_it_up_signs_every_other_device_out(lee, signed_in, staffed):
    elsewhere = signed_in("lee")
    sets_up(staffed, lee, "lee")
    assert elsewhere.opens("/").status_code == 303
    assert lee.opens("/").status_code == 200


def test_in_a_house_in_use_nothing_opens_before_it_is_set_up(staffed, live_settings):
    strict = live_settings.model_copy(update={"second_factor": True})
    with served(make_app(staffed.rt, strict, QUICK)) as door, client_of(door) as client:
        lee = Visitor(client)
        lee.signs_in("lee", LIVE_PASSWORD)
        for path in ("/", "/families", "/account"):
            assert lee.opens(path).headers["location"] == "/account/second-factor"
        assert lee.sends("/escalations/12/take").headers["location"] == "/account/second-factor"
        waiting = lee.opens("/", headers={"HX-Request": "true"})
        assert (waiting.status_code, waiting.headers["hx-redirect"]) == (401, "/account/second-factor")
        sets_up(staffed, lee, "lee")
        assert lee.opens("/").status_code == 200


def test_an_administrator_takes_a_lost_one_away(lee, signed_in, staffed, newcomer):
    sets_up(staffed, lee, "lee")
    admin = signed_in("admin")
    assert admin.sends("/staff/lee/second-factor").status_code == 303
    assert lee.opens("/").status_code == 303
    assert newcomer.signs_in("lee").headers["location"] == "/"
    assert admin.sends("/staff/admin/second-factor").status_code == 422


def test_devices_are_signed_out_one_by_one_or_all(lee, signed_in, staffed):
    elsewhere, mine = signed_in("lee"), lee.client.cookies["checkback"]
    signed_in("ortiz")
    theirs = next(each for each in staffed.all(StaffSession) if each.staff_id == member(staffed, "ortiz").id)
    assert lee.sends(f"/account/sessions/{theirs.id}/end").status_code == 404
    ended = re.search(r"/account/sessions/([0-9a-f-]{36})/end", lee.opens("/account").text)
    assert ended is not None
    assert lee.sends(ended[0]).status_code == 303
    assert elsewhere.opens("/").status_code == 303
    assert lee.sends("/account/sessions/end").headers["location"] == "/sign-in"
    lee.client.cookies["checkback"] = mine
    assert lee.opens("/").status_code == 303


def test_a_changed_password_is_strong_and_signs_the_others_out(lee, signed_in, visitor):
    elsewhere = signed_in("lee")

    def changes(old, new, again=None):
        return lee.sends("/account/password", old=old, new=new, again=again or new).status_code

    good = "four-odd-words-here"
    assert changes("checkback-demo", good, "another-thing-here") == 422
    assert changes("checkback-demo", "short") == 422
    assert changes("checkback-demo", "lee-lee-lee-123") == 422
    assert changes("not my password", good) == 422
    assert changes("checkback-demo", good) == 303
    assert elsewhere.opens("/").status_code == 303
    assert lee.opens("/").status_code == 200


def test_the_language_of_the_pages_is_ones_own_choice(lee, signed_in):
    assert '<html lang="en">' in lee.opens("/").text
    lee.sends("/account/language", language="es")
    assert '<html lang="es">' in lee.opens("/").text
    assert '<html lang="en">' in signed_in("ortiz").opens("/").text
    lee.sends("/account/language", language="xx")
    assert '<html lang="es">' in lee.opens("/", headers={"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}).text
    assert '<html lang="en">' in lee.opens("/", headers={"Accept-Language": "de;q=0.9,*;q=0.1"}).text
