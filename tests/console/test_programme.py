"""The programme's settings and sentences: changed with a reason beside each, and said only once two people agreed."""

from __future__ import annotations

import re

import pytest

from checkback.care.flows import family_events, wordings
from checkback.care.model import AuditEvent, WordingVersion
from checkback.care.terms import Language, PlanState, SafetyMode
from tests.console.test_pages import main_of

SETTINGS = {
    "opens": "10",
    "closes": "19",
    "holidays": "us-mo",
    "texts_a_day": "1",
    "texts_a_week": "2",
    "rest_hours": "12",
    "calm_hours": "24",
    "starts_a_minute": "30",
}
PLACE = {"key": "check_in.again", "language": "en", "mode": "neutral"}
NEW = "Hello from {programme}. We are thinking of you. How have you been?"


@pytest.fixture
def rivera(signed_in):
    return signed_in("rivera")


@pytest.fixture
def admin(signed_in):
    return signed_in("admin")


def draft_of(visitor):
    (draft,) = re.findall(r"/wording/([0-9a-f-]{36})/withdraw", visitor.opens("/wording").text)
    return draft


def said(house):
    return house.rt.wording.render("check_in.again", Language.ENGLISH, SafetyMode.NEUTRAL, programme="Riverbend")


def test_what_binds_every_text_is_changed_and_noted(rivera, staffed):
    assert "Default: 9." in rivera.opens("/programme").text
    assert rivera.sends("/programme", **SETTINGS).status_code == 303
    kept = family_events.programme_times(staffed.rt)
    assert (kept.opens, kept.closes, kept.holidays, kept.calm_hours) == (10, 19, "US-MO", 24)
    assert "programme.times-changed" in {event.action for event in staffed.all(AuditEvent)}


@pytest.mark.parametrize(
    ("field", "value", "mend"),
    [
        ("opens", "5", "between 8 and 20"),
        ("closes", "late", "write a whole number"),
        ("holidays", "XX", "no place whose holidays we know"),
        ("texts_a_week", "9", "between 1 and 7"),
    ],
)
def test_a_wrong_setting_is_named_and_nothing_is_changed(rivera, staffed, field, value, mend):
    before = family_events.programme_times(staffed.rt)
    answer = rivera.sends("/programme", **{**SETTINGS, field: value})
    assert answer.status_code == 422
    assert f'id="wrong-{field}"' in answer.text
    assert mend in answer.text
    assert 'value="19"' in answer.text or field == "closes"
    assert family_events.programme_times(staffed.rt) == before


def test_a_sentence_is_said_only_once_a_second_person_approved_it(rivera, admin, staffed):
    before, version = said(staffed), staffed.rt.wording.version
    assert rivera.sends("/wording", **PLACE, sentence=NEW).status_code == 303
    draft = draft_of(rivera)
    assert said(staffed) == before
    assert f"/wording/{draft}/approve" not in rivera.opens("/wording").text
    assert rivera.sends(f"/wording/{draft}/approve").status_code == 409
    assert said(staffed) == before
    assert admin.sends(f"/wording/{draft}/approve").status_code == 303
    assert said(staffed) == NEW.format(programme="Riverbend")
    assert staffed.rt.wording.version != version
    assert len(staffed.rt.wording.version) <= 40
    assert "changed by staff" in rivera.opens("/wording?key=check_in.again").text


def test_another_process_learns_it_and_the_other_modes_stay(rivera, admin, staffed):
    files = staffed.rt.wording.in_files("check_in.again", Language.ENGLISH, SafetyMode.SAFE)
    rivera.sends("/wording", **PLACE, sentence=NEW)
    admin.sends(f"/wording/{draft_of(rivera)}/approve")
    staffed.rt.wording.learn({})
    assert said(staffed) != NEW.format(programme="Riverbend")
    assert wordings.refresh(staffed.rt)
    assert not wordings.refresh(staffed.rt)
    assert said(staffed) == NEW.format(programme="Riverbend")
    assert staffed.rt.wording.as_written("check_in.again", Language.ENGLISH, SafetyMode.SAFE) == files


@pytest.mark.parametrize(
    ("sentence", "mend"),
    [
        ("Hello. How are you?", "exactly these slots"),
        ("Hello {programme} {name}", "exactly these slots"),
        ("Hello {programme", "a brace is open"),
        ("Hello {programme.__class__}", "not a plain slot"),
        ("  ", "write something"),
    ],
)
def test_a_sentence_that_cannot_be_filled_in_is_refused_and_stays_in_its_field(rivera, staffed, sentence, mend):
    answer = rivera.sends("/wording", **PLACE, sentence=sentence)
    assert answer.status_code == 422
    assert mend in answer.text
    assert sentence.strip() in main_of(answer)
    assert staffed.all(WordingVersion) == []


def test_what_is_written_is_measured_while_it_is_written(rivera):
    short = rivera.sends("/wording/measure", **PLACE, sentence="Hello {programme}. How are you?").text
    assert "1 part</span>" in short
    long = rivera.sends("/wording/measure", **PLACE, sentence="Reply YES. ¿Está bien? 🙂" + "a" * 70).text
    assert "2 parts (a letter in it makes parts shorter: 70 letters, not 160)" in long
    assert "asks for a word the carrier keeps" in long
    assert "can be answered with yes or no" in long


def test_a_draft_is_withdrawn_and_a_second_draft_takes_its_place(rivera, staffed):
    rivera.sends("/wording", **PLACE, sentence=NEW)
    rivera.sends("/wording", **PLACE, sentence=f"{NEW} Really.")
    assert [each.state for each in staffed.all(WordingVersion)] == [PlanState.RETIRED, PlanState.DRAFT]
    assert rivera.sends(f"/wording/{draft_of(rivera)}/withdraw").status_code == 303
    assert "No draft waits." in rivera.opens("/wording").text
