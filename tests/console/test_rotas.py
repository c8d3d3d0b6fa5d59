"""The pages of the rotas: a week with its gaps, changes that go through, and mends that lose nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from checkback.care.flows import duty, rota_pages
from checkback.care.model import Rota, RotaShift
from tests.story import DR_LEE


@pytest.fixture
def rota(staffed):
    return next(each.id for each in staffed.all(Rota) if each.name == "North on call")


@pytest.fixture
def rivera(signed_in):
    """A coordinator, signed in."""
    return signed_in("rivera")


def turns_of(rota_id, house):
    return list(rota_pages.show(house.rt, rota_id).turns)


def test_an_hour_with_nobody_is_said_in_words_on_both_pages(lee, staffed, rota):
    now = staffed.clock.now()
    assert "Somebody is on call at every hour" in lee.opens("/rotas").text
    duty.set_away(staffed.rt, "ortiz", now + timedelta(hours=1), now + timedelta(hours=4), None, by="rivera")
    assert "1 time has nobody" in lee.opens("/rotas").text
    assert re.search(r'is-gap"><span class="stretch-who">.*?Nobody', lee.opens(f"/rotas/{rota}").text)


def test_turns_are_kept_as_they_were_written_and_mended_without_losing_them(rivera, staffed, rota):
    form = {"login0": "lee", "days0": "7", "login1": "ortiz", "days1": "70", "starts_on": "2026-03-02"}
    refused = rivera.sends(f"/rotas/{rota}/turns", **form, changes_at="8")
    assert refused.status_code == 422
    assert "each of 1 to 60 days" in refused.text
    assert 'value="70"' in refused.text
    kept = rivera.sends(f"/rotas/{rota}/turns", **form | {"days1": "3"}, changes_at="8")
    assert kept.status_code == 303
    assert turns_of(rota, staffed) == [("lee", 7), ("ortiz", 3)]


def test_the_zone_of_a_rota_is_set_kept_and_taken_back_where_its_turns_are(rivera, staffed, rota):
    def zone_of() -> str | None:
        (zone,) = [each.zone for each in staffed.all(Rota) if each.id == rota]
        return str(zone) if zone else None

    form = {"login0": "lee", "days0": "7", "changes_at": "8"}
    refused = rivera.sends(f"/rotas/{rota}/turns", **form, zone="Central")
    assert refused.status_code == 422
    assert "Central" in refused.text
    assert zone_of() is None
    assert rivera.sends(f"/rotas/{rota}/turns", **form, zone="America/Denver").status_code == 303
    assert zone_of() == "America/Denver"
    assert 'value="America/Denver"' in rivera.opens(f"/rotas/{rota}").text
    rivera.sends(f"/rotas/{rota}/turns", **form)  # a form that does not ask changes nothing
    assert zone_of() == "America/Denver"
    rivera.sends(f"/rotas/{rota}/turns", **form, zone="")
    assert zone_of() is None


@pytest.mark.parametrize("hour", ["", "24", "noon"])
def test_an_hour_that_is_none_is_named(rivera, staffed, rota, hour):
    before = turns_of(rota, staffed)
    answer = rivera.sends(f"/rotas/{rota}/turns", login0="lee", days0="7", changes_at=hour)
    assert "write an hour, 0 to 23" in answer.text
    assert turns_of(rota, staffed) == before


def test_somebody_is_put_on_call_by_the_clock_on_the_wall_and_taken_out_again(rivera, staffed, rota):
    path = f"/rotas/{rota}"
    form = {"login": "lee", "from": "2026-03-10T18:00", "to": "2026-03-11T06:00"}
    assert rivera.sends(f"{path}/shifts", **form).status_code == 303
    (shift,) = staffed.all(RotaShift)
    assert shift.starts_at.isoformat() == "2026-03-10T23:00:00+00:00"
    assert rivera.sends(f"{path}/shifts/{shift.id}/end").status_code == 303
    assert staffed.all(RotaShift) == []


def test_a_shift_that_cannot_be_is_refused_by_its_field_and_stays_in_the_form(rivera, staffed, rota):
    form = {"login": "lee", "from": "2026-03-10T18:00", "to": "2026-03-10T06:00"}
    backwards = rivera.sends(f"/rotas/{rota}/shifts", **form)
    assert "it must be after the beginning" in backwards.text
    assert 'value="2026-03-10T18:00"' in backwards.text
    assert "Choose a day and an hour" in rivera.sends(f"/rotas/{rota}/shifts", **form | {"to": ""}).text
    assert staffed.all(RotaShift) == []


def test_two_turns_are_swapped_from_the_page(rivera, staffed, rota):
    rivera.sends(f"/rotas/{rota}/turns", login0="lee", days0="7", login1="ortiz", days1="7", changes_at="0")
    first, second = rota_pages.show(staffed.rt, rota).swappable[:2]
    form = {"one": first.ends_at.isoformat(), "other": second.ends_at.isoformat()}
    assert rivera.sends(f"/rotas/{rota}/swap", **form).status_code == 303
    assert "a shift stands there already" in rivera.sends(f"/rotas/{rota}/swap", **form).text
    assert "Choose a turn on both sides" in rivera.sends(f"/rotas/{rota}/swap", one="x", other="").text


def test_the_address_of_the_calendar_works_and_ends_with_a_new_one(rivera, visitor, rota):
    def address():
        found = re.search(r'id="address" value="[^"]+?(/rotas/[^"]+\.ics)"', rivera.opens(f"/rotas/{rota}").text)
        assert found
        return found[1]

    old = address()
    assert "BEGIN:VCALENDAR" in visitor.opens(old).text
    assert rivera.sends(f"/rotas/{rota}/feed").status_code == 303
    assert visitor.opens(old).status_code == 404
    assert "BEGIN:VCALENDAR" in visitor.opens(address()).text


def test_a_rota_is_made_for_a_team_and_a_name_that_is_taken_is_said(rivera):
    taken = rivera.sends("/rotas", team="North Team", name="North on call")
    assert taken.status_code == 422
    assert "choose another" in taken.text
    made = rivera.sends("/rotas", team="North Team", name="Nights")
    assert "Nobody is on call now." in rivera.opens(made.headers["location"]).text


def test_the_test_page_goes_to_ones_own_phone_and_not_twice(lee, staffed):
    assert lee.sends("/rotas/test").status_code == 303
    again = lee.sends("/rotas/test")
    assert again.status_code == 409
    assert "Wait a quarter of an hour" in again.text
    staffed.works()
    assert [text.to for text in staffed.carrier.taken if "TEST" in text.body] == [DR_LEE]
    assert "The last one" in lee.opens("/rotas").text
