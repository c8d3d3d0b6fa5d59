"""The pages of who is told: a change is a draft, every mend names its step, and a second person approves."""

from __future__ import annotations

import pytest

from checkback.care.flows import policies
from checkback.care.model import EscalationPolicy

GOOD = {"s0.whom": "assigned-clinician", "s0.minutes": "4", "s1.whom": "team", "s1.minutes": "3"}


@pytest.fixture
def rivera(signed_in):
    """A coordinator, signed in."""
    return signed_in("rivera")


def keeps(visitor, level="emergent", **form):
    return visitor.sends(f"/policies/{level}/edit", do="keep", **form)


def states(house, level="emergent"):
    return {each.version: each.state for each in policies.versions(house.rt) if each.level == level}


def test_a_change_is_a_draft_until_somebody_else_approves_it(rivera, signed_in, staffed):
    assert keeps(rivera, **GOOD).status_code == 303
    assert states(staffed) == {1: "in use", 2: "draft"}
    refused = rivera.sends("/policies/emergent/2/approve")
    assert refused.status_code == 409
    assert "You drafted it: somebody else must look at it" in refused.text
    assert states(staffed) == {1: "in use", 2: "draft"}
    assert signed_in("admin").sends("/policies/emergent/2/approve").status_code == 303
    assert states(staffed) == {1: "ended", 2: "in use"}
    page = rivera.opens("/policies").text
    assert "after 4 min" in page
    assert "drafted by rivera · approved by admin" in page


def test_an_earlier_version_is_used_again_by_whoever_decides(rivera, signed_in, staffed):
    keeps(rivera, **GOOD)
    signed_in("admin").sends("/policies/emergent/2/approve")
    assert rivera.sends("/policies/emergent/1/approve").status_code == 303
    assert states(staffed) == {1: "in use", 2: "ended"}


def test_a_clinician_who_is_not_the_lead_approves_nothing(lee, rivera, staffed):
    keeps(rivera, **GOOD)
    refused = lee.sends("/policies/emergent/2/approve")
    assert refused.status_code == 409
    assert "Only the clinical lead, a coordinator or an administrator" in refused.text
    assert states(staffed)[2] == "draft"


@pytest.mark.parametrize(
    ("change", "mend"),
    [
        ({"s1.minutes": "0"}, "Step 2: write a whole number, 1 or more"),
        ({"s1.minutes": "soon"}, "Step 2: write a whole number"),
        ({"s0.minutes": "500"}, "Step 1: write 60 or fewer"),
        ({"s0.whom": "role"}, "Step 1: choose one where a role is told"),
        ({"s0.role": "clinician"}, "Step 1: choose one where a role is told"),
        ({"s0.whom": "role", "s0.role": "officer"}, "Step 1: only a clinician or a coordinator"),
        ({"s0.hours": "working", "s1.hours": "outside"}, "somebody in danger is told of at any hour"),
        ({"only_in_hours": "yes"}, "somebody in danger is not left until the morning"),
    ],
)
def test_what_cannot_be_is_named_by_its_step_and_keeps_what_was_typed(rivera, staffed, change, mend):
    answer = keeps(rivera, **GOOD | change)
    assert answer.status_code == 422
    assert mend in answer.text
    assert f'value="{change.get("s0.minutes", "4")}"' in answer.text
    assert len(staffed.all(EscalationPolicy)) == 3


def test_a_policy_without_a_step_is_not_kept(rivera, staffed):
    assert keeps(rivera).status_code == 422
    assert states(staffed) == {1: "in use"}


def test_steps_are_added_moved_and_taken_out_before_anything_is_kept(rivera, staffed):
    added = rivera.sends("/policies/high/edit", do="add", only_in_hours="yes", **GOOD).text
    assert "s2-whom" in added
    assert 'value="yes" checked' in added
    moved = rivera.sends("/policies/high/edit", do="up-1", **GOOD).text
    assert moved.index('value="3"') < moved.index('value="4"')
    assert "s1-whom" not in rivera.sends("/policies/high/edit", do="remove-0", **GOOD).text
    assert "Nothing is wrong with it." in rivera.sends("/policies/high/edit", do="look", **GOOD).text
    assert states(staffed, "high") == {1: "in use"}


def test_what_says_the_same_makes_no_new_version(rivera, staffed):
    keeps(rivera, **GOOD)
    keeps(rivera, **GOOD)
    assert states(staffed) == {1: "in use", 2: "draft"}


def test_a_level_that_is_none_leads_nowhere(rivera):
    for path in ("/policies/low/edit", "/policies/none/edit"):
        assert rivera.opens(path).status_code == 404
        assert rivera.sends(path, do="keep", **GOOD).status_code == 404
    assert rivera.sends("/policies/emergent/9/approve").status_code == 404
