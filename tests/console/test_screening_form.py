"""A questionnaire asked in person from the page: its words, what is missing, a talk that breaks off, who is told."""

from __future__ import annotations

import pytest

from checkback.care.model import Contact, Escalation, Screening
from checkback.care.terms import ScreeningState

PATH = "/families/F-12/questionnaire"


@pytest.fixture
def who(staffed, family):
    return staffed.all(Contact)[0].reference


def keeps(visitor, who, answers, form="asq", do="keep"):
    items = {f"item{at}": said for at, said in answers.items()}
    return visitor.sends(PATH, who=who, form=form, do=do, **items)


def levels(house):
    return [(str(each.level), str(each.urgency)) for each in house.all(Escalation)]


def test_the_items_stand_there_as_published(lee, who):
    page = lee.opens(f"{PATH}?form=asq").text
    assert "Are you having thoughts of killing yourself right now?" in page
    assert "Only after a yes to one of: 1, 2, 3, 4." in page
    assert "National Institute of Mental Health" in page


def test_four_times_no_is_kept_and_nobody_is_told(lee, staffed, who):
    assert keeps(lee, who, {1: "0", 2: "0", 3: "0", 4: "0"}).status_code == 303
    (sheet,) = staffed.all(Screening)
    assert sheet.state is ScreeningState.FINISHED
    assert levels(staffed) == []


@pytest.mark.parametrize(("last", "urgency"), [("1", "emergent"), ("none", "emergent"), ("0", "urgent")])
def test_a_yes_is_told_at_once_and_danger_now_before_all_else(lee, staffed, who, last, urgency):
    assert keeps(lee, who, {1: "0", 2: "1", 3: "0", 4: "0", 5: last}).status_code == 303
    assert levels(staffed) == [("acute", urgency)]


@pytest.mark.parametrize("do", ["keep", "broken-off"])
def test_danger_that_is_said_counts_whatever_was_said_before(lee, staffed, who, do):
    assert keeps(lee, who, {1: "0", 2: "0", 3: "0", 4: "0", 5: "1"}, do=do).status_code == 303
    assert levels(staffed) == [("acute", "emergent")]


def test_a_missing_answer_is_named_and_what_was_marked_stays(lee, staffed, who):
    answer = keeps(lee, who, {1: "0", 2: "1", 4: "0"})
    assert answer.status_code == 422
    assert "Without an answer: 3, 5." in answer.text
    assert 'id="item2-1" name="item2" value="1" checked' in answer.text
    assert staffed.all(Screening) == []


def test_a_talk_that_breaks_off_keeps_its_answers_and_a_yes_without_the_last_item_is_danger_now(lee, staffed, who):
    assert keeps(lee, who, {1: "0", 2: "1"}, do="broken-off").status_code == 303
    (sheet,) = staffed.all(Screening)
    assert (sheet.state, sheet.reason, sheet.score) == (ScreeningState.STOPPED, "broken-off", None)
    assert sheet.answers == '{"1": 0, "2": 1}'
    assert levels(staffed) == [("acute", "emergent")]


def test_a_talk_that_breaks_off_below_every_cut_off_tells_nobody(lee, staffed, who):
    assert keeps(lee, who, {1: "0"}, do="broken-off").status_code == 303
    assert levels(staffed) == []
    nothing = keeps(lee, who, {}, do="broken-off")
    assert nothing.status_code == 422
    assert "there is no answer yet" in nothing.text


def test_another_form_over_its_cut_off_is_looked_at_the_same_day(lee, staffed, who):
    assert keeps(lee, who, {1: "3", 2: "none"}, form="phq-2", do="broken-off").status_code == 303
    assert [level for level, _urgency in levels(staffed)] == ["high"]


@pytest.mark.parametrize("said", ["7", "-1", "yes", "99999999"])
def test_what_is_no_choice_is_refused(lee, staffed, who, said):
    assert keeps(lee, who, {1: said, 2: "0"}, form="phq-2").status_code == 422
    assert keeps(lee, who, {1: said}, form="phq-2", do="broken-off").status_code == 422
    assert staffed.all(Screening) == []


def test_a_form_or_a_person_that_is_not_there_leads_nowhere(lee, who):
    assert lee.opens(f"{PATH}?form=cssrs").status_code == 404
    assert keeps(lee, "C-000000", {1: "0"}).status_code == 404
