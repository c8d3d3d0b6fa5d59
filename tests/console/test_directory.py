"""The pages of the directory of help: searched as families ask, and kept true."""

from __future__ import annotations

import pytest

from checkback.care.model import AuditEvent, Resource


@pytest.fixture
def place(staffed):
    return next(each for each in staffed.all(Resource) if "food" in each.needs.split() and not each.confidential)


def test_what_is_found_is_what_families_would_be_told(lee, staffed):
    page = lee.opens("/resources?words=we need food, 63106").text
    assert "Food, 63106, English" in page
    assert 'href="/resources/' in page


def test_a_search_that_names_no_need_says_which_there_are(lee):
    page = lee.opens("/resources?words=xyzzy").text
    assert "No need is named in this." in page
    assert "Things for a baby" in page


def test_what_somebody_writes_is_not_run(lee):
    page = lee.opens("/resources", params={"words": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page


def test_an_entry_shows_its_week_and_whether_it_is_open(lee, place):
    page = lee.opens(f"/resources/{place.id}").text
    assert place.name.replace("'", "&#39;") in page
    assert any(said in page for said in ("open now", "closed now", "hours not known"))


def test_who_dials_it_assures_it(lee, staffed, place):
    with staffed.rt.store.begin("test.reports") as tx:
        tx.get(Resource, place.id).wrong_reports = 1
        tx.record("test.reports", place)
    assert place.name.replace("'", "&#39;") in lee.opens("/resources").text.partition("Not assured")[0]
    assert lee.sends(f"/resources/{place.id}/assure").status_code == 303
    kept = next(each for each in staffed.all(Resource) if each.id == place.id)
    assert kept.assured_date == staffed.clock.now().date()
    assert kept.wrong_reports == 0
    assert "resource.assured" in [event.action for event in staffed.all(AuditEvent)]
    assert "Dana Lee" in lee.opens(f"/resources/{place.id}").text


def test_an_entry_that_is_not_there_is_not_found(lee):
    assert lee.opens("/resources/00000000-0000-0000-0000-000000000009").status_code == 404
