"""Plans on their pages: changed as a draft, wrong fields named, compared, approved by somebody else, rehearsed."""

from __future__ import annotations

from html import unescape

import pytest

from checkback.care.flows import plan_pages, plan_versions
from checkback.care.model import CheckInPlan, Family
from checkback.care.program import plan_as_text, read_plan
from checkback.care.rules.sentences import Flag, flags
from checkback.care.terms import Language, PlanState, SafetyMode
from checkback.console import plan_form
from tests.console.test_pages import main_of


@pytest.fixture
def rivera(signed_in):
    return signed_in("rivera")


@pytest.fixture
def admin(signed_in):
    return signed_in("admin")


def shipped(house):
    version = plan_versions.version(house.rt, "standard")
    return version, read_plan(version.reference, version.definition)


def form_of(house):
    """The form as a browser would send it back untouched."""
    _, plan = shipped(house)
    return {f"s{at}.{name}": value for at, step in enumerate(plan_form.fields_of(plan)) for name, value in step.items()}


def test_a_plan_goes_into_the_form_and_comes_out_the_same(staffed):
    _, plan = shipped(staffed)
    steps = [plan_form.entry_of(step) for step in plan_form.fields_of(plan)]
    assert read_plan("again", plan_as_text(plan.name, steps)) == plan


def test_the_form_shows_what_the_plan_says(rivera, staffed):
    shown = unescape(rivera.opens("/plans/standard@1/edit").text)
    for name, value in form_of(staffed).items():
        if value and "_" not in name.partition(".")[2]:
            assert f'name="{name}"' in shown


def test_a_change_is_kept_as_a_draft_and_counts_once_somebody_else_approves_it(rivera, admin, staffed, family):
    form = {**form_of(staffed), "s2.number": "6", "do": "keep"}
    assert rivera.sends("/plans/standard@1/edit", **form).headers["location"] == "/plans/standard@2"
    shown = main_of(rivera.opens("/plans/standard@2"))
    assert "5 days -&gt; 6 days" in shown
    assert "a second person looks at it" in shown
    assert "/plans/standard@2/approve" not in shown
    assert rivera.sends("/plans/standard@2/approve").status_code == 409
    assert plan_versions.version(staffed.rt, "standard").reference == "standard@1"
    assert "/plans/standard@2/approve" in admin.opens("/plans/standard@2").text
    assert admin.sends("/plans/standard@2/approve").status_code == 303
    assert plan_versions.version(staffed.rt, "standard").reference == "standard@2"
    states = {(plan.name, plan.version): plan.state for plan in staffed.all(CheckInPlan)}
    assert states["standard", 1] is PlanState.SUPERSEDED


@pytest.mark.parametrize(
    ("change", "field", "mend"),
    [
        ({"s2.number": "often"}, "number", "whole number"),
        ({"s2.opens": "3"}, "opens", "two whole hours within"),
        ({"s2.within": "0"}, "within", "whole number, 1 or more"),
        ({"s2.name": "Day 5"}, "name", "does not look"),
        ({"s2.wording": "check_in.nothing"}, "wording", "is no sentence"),
        ({"s2.number": "1"}, "name", "due before the step above it"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_typed_is_lost(rivera, staffed, change, field, mend):
    answer = rivera.sends("/plans/standard@1/edit", **{**form_of(staffed), "s3.within": "23", **change, "do": "keep"})
    shown = unescape(main_of(answer))
    assert answer.status_code == 422
    assert mend in shown
    assert f'id="wrong-2-{field}"' in shown
    assert 'name="s3.within" value="23"' in shown
    assert len(plan_versions.versions(staffed.rt, "standard")) == 1


def test_a_step_is_added_moved_and_taken_out_without_a_script(rivera, staffed):
    form = form_of(staffed)
    added = rivera.sends("/plans/standard@1/edit", **form, do="add").text
    assert 'name="s12.name" value=""' in added
    fewer = rivera.sends("/plans/standard@1/edit", **form, do="remove-2").text
    assert 'name="s2.name" value="day-8"' in fewer
    moved = rivera.sends("/plans/standard@1/edit", **form, do="up-3").text
    assert 'name="s2.name" value="day-8"' in moved
    assert "Nothing is wrong with it" in rivera.sends("/plans/standard@1/edit", **form, do="look").text


def test_a_family_is_moved_after_a_look(rivera, admin, staffed, family):
    rivera.sends("/plans/standard@1/edit", **{**form_of(staffed), "s2.number": "6", "do": "keep"})
    admin.sends("/plans/standard@2/approve")
    before = main_of(rivera.opens(f"/plans/standard@2/move?family={family}"))
    assert "standard@1 → standard@2" in before
    assert "day-5" in before
    first = staffed.all(Family)[0].plan_id
    assert rivera.sends("/plans/standard@2/move", family=family).status_code == 303
    assert staffed.all(Family)[0].plan_id != first
    assert rivera.opens("/plans/standard@2/move?family=F-99").status_code == 422
    nobody_yet = rivera.opens("/plans/standard@2/move")
    assert nobody_yet.status_code == 200
    assert 'role="alert"' not in nobody_yet.text
    assert 'name="family"' in nobody_yet.text


def test_a_rehearsal_keeps_the_hour_on_the_wall_across_the_clock_change(lee, family):
    query = "plan=standard&incident_at=2026-03-06T12:00&zone=America/Chicago&language=es&mode=neutral"
    shown = main_of(lee.opens(f"/rehearsal?{query}"))
    assert "Sat Mar 7, 12:00 PM CST" in shown
    assert "Wed Mar 11, 12:00 PM CDT" in shown
    assert "¿Cómo" in shown
    assert "March 2026" in shown
    assert "standard" in main_of(lee.opens(f"/rehearsal?family={family}"))
    assert lee.opens("/rehearsal?family=F-99").status_code == 422
    assert lee.opens("/rehearsal?incident_at=soon&zone=Mars").status_code == 422


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Reply YES to hear more.", Flag.RESERVED_WORD),
        ("The police told us what happened.", Flag.GIVES_AWAY),
        ("How are you today?", Flag.OF_AN_HOUR),
        ("Are you well?", Flag.YES_OR_NO),
        ("How are you? " * 20, Flag.TOO_LONG),
    ],
)
def test_what_must_not_be_said_is_flagged(text, flag):
    assert flag in flags(text, Language.ENGLISH, SafetyMode.NEUTRAL, 3.0)
    assert flags("Hello. How are you?", Language.ENGLISH, SafetyMode.NEUTRAL, 3.0) == []
    assert flags("Hello.", Language.ENGLISH, SafetyMode.NEUTRAL, 9.0) == [Flag.HARD_TO_READ]


def test_the_shipped_sentences_of_plans_carry_no_flag(staffed):
    _, plan = shipped(staffed)
    said = plan_pages.sayings(staffed.rt, [step.wording for step in plan.steps], lambda _text, _language: 5.0)
    found = {(key, language): one.flags for key, each in said.items() for language, one in each.items() if one.flags}
    assert found == {}


def test_a_plan_begins_from_the_promise_alone_or_from_another_and_is_a_draft_of_its_own(rivera, staffed):
    first = {f"s0.{name}": value for name, value in plan_form.FIRST.items()}
    shown = unescape(rivera.opens("/plans/new").text)
    assert all(f'name="{name}"' in shown for name in first)
    answer = rivera.sends("/plans/new", plan="After-a-Fire", do="keep", **first)
    assert answer.headers["location"] == "/plans/after-a-fire@1"
    copied = {**form_of(staffed), "source": "standard@1", "plan": "slower", "do": "keep"}
    assert 'name="source" value="standard@1"' in rivera.opens("/plans/new?from=standard@1").text
    assert rivera.sends("/plans/new", **copied).headers["location"] == "/plans/slower@1"
    slower = plan_versions.version(staffed.rt, "slower@1")
    assert slower.state is PlanState.DRAFT
    assert read_plan("slower", slower.definition).steps == shipped(staffed)[1].steps
    assert plan_versions.version(staffed.rt, "standard").reference == "standard@1"


@pytest.mark.parametrize("name", ["", "standard", "two words", "ñ"])
def test_a_new_plan_wants_a_name_of_its_own_and_keeps_what_was_typed(rivera, staffed, name):
    first = {f"s0.{field}": value for field, value in plan_form.FIRST.items()} | {"s0.number": "37"}
    answer = rivera.sends("/plans/new", plan=name, do="keep", **first)
    assert answer.status_code == 422
    assert 'id="wrong-None-plan"' in answer.text
    assert 'value="37"' in answer.text
    assert len(staffed.all(CheckInPlan)) == 2


def test_what_is_not_there_cannot_be_copied(rivera, lee, staffed):
    assert rivera.opens("/plans/new?from=nothing@9").status_code == 404
    assert rivera.sends("/plans/new", plan="x", source="nothing", do="keep").status_code == 404
    assert lee.opens("/plans/new").status_code == 403


@pytest.mark.parametrize(("number", "told"), [("1", "1 day after the incident"), ("2", "2 days after the incident")])
def test_one_day_is_a_day(rivera, staffed, number, told):
    first = {f"s0.{field}": value for field, value in plan_form.FIRST.items()} | {
        "s0.number": number,
        "s0.unit": "days",
    }
    assert told in main_of(rivera.sends("/plans/new", plan="one-day", do="look", **first))
