"""The page that makes one family of two: first a look, then only with a word that one is sure."""

from __future__ import annotations

import pytest

from checkback.care.flows import holds
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import CheckIn, Contact, Family
from tests.story import ANA

PATH = "/families/F-12/merge"


@pytest.fixture
def rivera(signed_in):
    """A coordinator, signed in."""
    return signed_in("rivera")


@pytest.fixture
def twice(staffed, family):
    """Ana's family is there a second time, as F-13."""
    staffed.enrols("24-0118", contacts=[NewContact("Ana Morales", ANA)])
    staffed.works()
    return staffed


def ana_again(house):
    away = next(each for each in house.all(Family) if each.reference == "F-13")
    return next(each for each in house.all(Contact) if each.family_id == away.id)


def test_one_sees_what_ends_and_merges_with_a_word_that_one_is_sure(rivera, twice):
    same = {f"same.{ana_again(twice).id}": "yes"}
    seen = rivera.opens(f"{PATH}?with=F-13").text
    assert "is the same person as Ana Morales" in seen
    assert "checked" in seen
    unsure = rivera.sends(PATH, **{"with": "F-13", "do": "merge"} | same)
    assert unsure.status_code == 422
    assert "say that you are sure" in unsure.text
    done = rivera.sends(PATH, **{"with": "F-13", "do": "merge", "sure": "yes"} | same)
    assert (done.status_code, done.headers["location"]) == (303, "/families/F-12")
    assert [each for each in twice.all(CheckIn) if each.reason == "merged"]
    for reference in ("F-12", "F-13"):
        assert "was merged into F-12" in rivera.opens(f"/families/{reference}").text


def test_a_mark_that_is_taken_away_stays_away_and_ends_nothing(rivera, twice):
    seen = rivera.sends(PATH, **{"with": "F-13", "do": "look"}).text
    assert "None: nobody is in both." in seen
    assert "checked" not in seen


def test_what_is_in_the_way_is_named_and_there_is_no_button(rivera, twice):
    holds.hold_family(twice.rt, "F-13", "They asked us to wait.", "rivera")
    seen = rivera.opens(f"{PATH}?with=F-13").text
    assert "End it first" in seen
    assert "Merge them" not in seen
    refused = rivera.sends(PATH, **{"with": "F-13", "do": "merge", "sure": "yes"})
    assert refused.status_code == 409
    assert all(each.closed_at is None for each in twice.all(Family))


def test_a_family_that_is_not_there_is_said_so(rivera, twice):
    answer = rivera.opens(f"{PATH}?with=F-99")
    assert answer.status_code == 422
    assert "There is no family of this reference." in answer.text
    assert "The other family" in rivera.opens(PATH).text
