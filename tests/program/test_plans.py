"""The plans as shipped, and every way in which a plan can be wrong, with its place and its mend."""

from __future__ import annotations

from itertools import pairwise

import pytest

from checkback.care.flows.plans import wordings_of
from checkback.care.program import ProgramError, load_plan, read_plan
from checkback.care.rules.plans import PROMISED
from checkback.care.rules.segments import segments
from checkback.care.terms import Dialogue, Language, LatePolicy, SafetyMode
from tests.program.sentences import PROGRAM, SLOTS, WORDING

KNOWN = wordings_of(WORDING)
PLANS = [load_plan(path, KNOWN) for path in sorted((PROGRAM / "plans").glob("*.yml"))]
STANDARD = (PROGRAM / "plans" / "standard.yml").read_text("utf-8")


def test_the_standard_and_the_short_plan_are_shipped():
    assert [plan.name for plan in PLANS] == ["short", "standard"]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_a_plan_keeps_the_promise_and_hands_it_over_when_it_cannot(plan):
    promised = plan.step(PROMISED)
    assert promised.wording == "check_in.opening"
    assert promised.late.policy is LatePolicy.TASK


def test_the_standard_plan_has_the_days_that_were_found_to_matter():
    (standard,) = [plan for plan in PLANS if plan.name == "standard"]
    days = [(step.offset.number, step.offset.unit.value) for step in standard.steps]
    assert days == [
        (1, "days"), (48, "hours"), (5, "days"), (8, "days"), (11, "days"), (14, "days"), (21, "days"), (30, "days"),
        (45, "days"), (3, "months"), (6, "months"), (12, "months"),
    ]  # fmt: skip


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_no_two_texts_of_a_plan_say_the_same(plan):
    said = [step.wording for step in plan.steps]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_caring_texts_ask_nothing_and_questions_have_a_dialogue(plan):
    for step in plan.steps:
        asks = any(
            "?" in WORDING.render(step.wording, language, mode, **SLOTS) for language in Language for mode in SafetyMode
        )
        assert asks == (step.dialogue in (Dialogue.CHECK_IN, Dialogue.NEED)), step.name


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_every_text_of_a_plan_is_one_part_in_english_and_two_at_most_in_spanish(plan):
    for step, mode in [(step, mode) for step in plan.steps for mode in SafetyMode]:
        assert segments(WORDING.render(step.wording, Language.ENGLISH, mode, **SLOTS)) == 1
        assert segments(WORDING.render(step.wording, Language.SPANISH, mode, **SLOTS)) <= 2


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_the_steps_of_a_plan_taper(plan):
    due = [step.offset.roughly for step in plan.steps if step.name != "hello"]
    gaps = [later - earlier for earlier, later in pairwise(due)]
    assert gaps == sorted(gaps)


@pytest.mark.parametrize(
    ("old", "new", "place", "mend"),
    [
        ("after_days: 5,", "", "step day-5.after_days", "one of after_hours"),
        ("after_days: 5,", "after_days: 5, after_hours: 9,", "step day-5.after_days", "one of after_hours"),
        ("after_days: 5,", "after_days: soon,", "step day-5.after_days", "whole number"),
        ("after_days: 5,", "after_days: 5000,", "step day-5.after_days", "two years"),
        ("after_days: 5,", "after_dayz: 5,", "step day-5.after_days", "one of after_hours"),
        ("after_days: 5,", "after_days: 5, answer_to: promised,", "step day-5.answer_to", "take it out"),
        ("after_days: 5,", "after_answer_days: 5, answer_to: day-8,", "step day-5.answer_to", "no step above"),
        ("after_days: 8,", "after_days: 4,", "step day-8.step", "their order"),
        ("after_days: 8,", "after_days: 5,", "step day-8.step", "a day between"),
        ("step: day-8,", "step: day-5,", "step day-5.step", "each its own"),
        ("step: day-8,", "step: Day 8,", "steps[4].step", "does not look"),
        ("step: day-8,", f"step: {'d' * 33},", "steps[4].step", "at most 32"),
        ("after_days: 5, window: [9, 20]", "after_days: 5, window: [7, 20]", "step day-5.window", "within 8 and 21"),
        ("after_days: 5, window: [9, 20]", "after_days: 5, window: 9-20", "step day-5.window", "as [9, 20]"),
        ("check_in.again,", "check_in.agian,", "step day-5.wording", "program/wording"),
        ("check_in.again,", "resource.offer,", "step day-5.wording", "that a plan can say"),
        ("wording: caring.year", "days: [XX], wording: caring.year", "step month-12.days", "FR, MO"),
        ("wording: caring.year", "languages: [fr], wording: caring.year", "step month-12.languages", "en, es"),
        ("wording: caring.year", "dialogue: chat, wording: caring.year", "step month-12.dialogue", "check-in, consent"),
        (", wording: caring.year", "", "step month-12.wording", "missing"),
        ("children: {from: 3, to: 17}", "children: {from: 17, to: 3}", "step day-14.when.children.to", "upwards"),
        ("children: {from: 3, to: 17}", "children: {from: 3}", "step day-14.when.children.to", "missing"),
        ("children: {from: 3, to: 17}", "children: some", "step day-14.when.children", "write fields"),
        ("children: {from: 3, to: 17}", "said: [fine]", "step day-14.when.said", "good, hard"),
        ("children: {from: 3, to: 17}", "answered: [day-21]", "step day-14.when.answered", "'day-21' is not one of"),
        ("{children: {from: 3, to: 17}}", "{}", "step day-14.when.children", "take `when` out"),
        ("policy: drop, within_hours: 24}, wording: check_in.rest", "policy: drop}, wording: check_in.rest",
         "step day-8.late.within_hours", "missing"),
        ("policy: drop, within_hours: 24}, wording: check_in.rest",
         "policy: forget, within_hours: 24}, wording: check_in.rest", "step day-8.late.policy", "drop, send, task"),
        ("policy: drop, within_hours: 24}, wording: check_in.rest",
         "policy: drop, within_hours: 9999}, wording: check_in.rest", "step day-8.late.within_hours", "sixty days"),
        ("step: promised,", "step: two-days,", "steps", "no step 'promised'"),
        ("policy: task, within_hours: 24}, dialogue: check-in", "policy: drop, within_hours: 24}, dialogue: check-in",
         "step promised", "policy: task"),
        ("name: standard", "name: standard\ncolour: red", "colour", "no such field"),
        ("name: standard", "name: Standard", "name", "does not look"),
    ],
)  # fmt: skip
def test_a_wrong_plan_is_refused_with_its_step_its_field_and_the_mend(old, new, place, mend):
    assert old in STANDARD
    with pytest.raises(ProgramError) as refused:
        read_plan("standard.yml", STANDARD.replace(old, new, 1), KNOWN)
    assert str(refused.value).startswith(f"standard.yml: {place}: ")
    assert mend in str(refused.value)


@pytest.mark.parametrize("text", ["", "[]", "name: x\nsteps: []", "name: x\nsteps: [1]", "name: [", "a: 1\na: 2"])
def test_what_is_no_plan_at_all_is_refused_too(text):
    with pytest.raises(ProgramError):
        read_plan("some.yml", text, KNOWN)
