"""Tomorrow's page: what goes is there before it goes, and nothing is held or let go without a look at what it means."""

from __future__ import annotations

import pytest

from checkback.care.flows.enrolment import NewContact
from checkback.care.model import CheckIn, Hold
from checkback.care.terms import CheckInState, HoldScope
from tests.console.test_pages import main_of


def planned(house):
    return next(each for each in house.promises() if each.state is CheckInState.PLANNED)


def test_a_promise_is_seen_before_it_goes_with_its_words_and_its_hour(lee, family):
    shown = main_of(lee.opens("/tomorrow"))
    assert "We said we would check in" in shown
    assert "10:00 AM CST" in shown
    assert family in shown
    assert "Morales" not in shown


def test_only_what_is_asked_for_is_shown(lee, staffed, family):
    staffed.enrols("24-0118", contacts=[NewContact("Luz Vega", "+13145550104", "es")], team="South Team")
    staffed.works()
    link = '<a href="/families/F-13">'
    assert link in main_of(lee.opens("/tomorrow?language=es"))
    assert link not in main_of(lee.opens("/tomorrow?language=en"))
    assert link not in main_of(lee.opens("/tomorrow?team=North+Team"))
    assert link in main_of(lee.opens("/tomorrow?family=f-13"))
    assert "No planned text goes" in main_of(lee.opens("/tomorrow?plan=short"))


@pytest.mark.parametrize(("scope", "which"), [("family", "F-12"), ("plan", "standard"), ("everything", "")])
def test_a_hold_is_looked_at_placed_and_let_go(lee, staffed, family, scope, which):
    before = main_of(lee.opens(f"/tomorrow/hold?scope={scope}&which={which}"))
    assert "planned text" in before
    assert "We said we would check in" in before
    assert staffed.all(Hold) == []
    assert lee.sends("/tomorrow/hold", scope=scope, which=which, reason="wrong words", lasts="24").status_code == 303
    (hold,) = staffed.all(Hold)
    assert hold.scope is HoldScope(scope)
    assert (hold.ends_at - hold.placed_at).total_seconds() == 24 * 3600
    shown = main_of(lee.opens("/tomorrow"))
    assert "wrong words" in shown
    assert "Will not go as promised" in shown
    assert ("Nothing automatic goes" in shown) == (scope == "everything")
    assert "End this hold" in main_of(lee.opens(f"/holds/{hold.number}"))
    assert lee.sends(f"/holds/{hold.number}/end").status_code == 303
    assert "Nothing is held" in main_of(lee.opens("/tomorrow"))


def test_one_text_is_held_by_the_button_beside_it(lee, staffed, family):
    one = planned(staffed)
    assert f"/tomorrow/hold?scope=text&amp;which={one.id}" in lee.opens("/tomorrow").text
    assert "One planned text" in main_of(lee.opens(f"/tomorrow/hold?scope=text&which={one.id}"))
    assert lee.sends("/tomorrow/hold", scope="text", which=str(one.id), reason="a funeral").status_code == 303
    kept = next(each for each in staffed.all(CheckIn) if each.id == one.id)
    assert kept.held_at is not None


def test_a_hold_without_a_reason_is_refused_and_nothing_typed_is_lost(lee, staffed, family):
    answer = lee.sends("/tomorrow/hold", scope="family", which=family, reason="  ", lasts="72")
    assert answer.status_code == 422
    assert "Say in a few words why." in answer.text
    assert '<option value="72" selected>' in answer.text
    assert staffed.all(Hold) == []


@pytest.mark.parametrize("query", ["scope=family&which=F-99", "scope=all", "scope=text&which=x", "scope=family&which="])
def test_what_is_not_there_cannot_be_held(lee, family, query):
    assert lee.opens(f"/tomorrow/hold?{query}").status_code == 404
