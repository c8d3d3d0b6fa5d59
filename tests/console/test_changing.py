"""What is done with a family on its own page of changes, and what a text was heard as."""

from __future__ import annotations

from datetime import timedelta

from checkback.care.model import Assignment, Contact, Escalation, Family, InboundMessage, ScreeningReview


def days_on(house, days):
    return (house.clock.now() + timedelta(days=days)).date().isoformat()


def test_a_pause_is_set_and_ended(lee, staffed, family):
    at = f"/families/{family}"
    assert lee.sends(f"{at}/pause", until=days_on(staffed, 9)).headers["location"] == f"{at}/change#pause"
    assert "is paused until" in lee.opens(f"{at}/change").text
    lee.sends(f"{at}/resume", who=str(staffed.all(Contact)[0].id))
    assert "is paused until" not in lee.opens(f"{at}/change").text


def test_a_pause_without_a_day_or_for_a_day_gone_says_so(lee, staffed, family):
    for until, said in (("", "Choose a day."), ("soon", "Choose a day."), (days_on(staffed, -2), "begun already")):
        answer = lee.sends(f"/families/{family}/pause", until=until)
        assert (answer.status_code, said in answer.text) == (422, True)
    assert staffed.all(Contact)[0].paused_until is None


def test_a_cover_and_its_end_stand_on_the_page(lee, staffed, family):
    at = f"/families/{family}"
    refused = lee.sends(f"{at}/cover", to="bauer", last=days_on(staffed, 3), reason=" ")
    assert (refused.status_code, "Say in a few words why." in refused.text) == (422, True)
    lee.sends(f"{at}/cover", to="bauer", last=days_on(staffed, 3), reason="on leave")
    assert "covers for them until" in lee.opens(at).text
    lee.sends(f"{at}/cover/end")
    assert "covers for them until" not in lee.opens(at).text


def test_handing_on_leaves_one_who_answers(lee, staffed, family):
    lee.sends(f"/families/{family}/transfer", to="bauer", reason="moved")
    assert [each.until is None for each in staffed.all(Assignment)].count(True) == 1


def test_closing_asks_first_and_opening_again_brings_nothing_back(lee, staffed, family):
    at = f"/families/{family}"
    assert lee.sends(f"{at}/close").status_code == 422
    assert staffed.all(Family)[0].closed_at is None
    lee.sends(f"{at}/close", sure="yes")
    assert "Closed" in lee.opens(at).text
    lee.sends(f"{at}/reopen")
    assert staffed.all(Family)[0].closed_at is None
    assert "They follow no plan." in lee.opens(f"{at}/change").text


def test_what_the_screen_missed_is_said_at_a_press(lee, staffed, family):
    text = staffed.all(InboundMessage)[0]
    at = f"/families/{family}/texts/{text.id}"
    assert "The screen missed this" in lee.opens(at).text
    assert lee.sends(at, verdict="missed", should_be="low").status_code in (303, 422)
    assert lee.sends(at, verdict="wrong").status_code == 404
    assert lee.sends(at, verdict="missed", should_be="acute").status_code == 303
    assert "the screen missed it" in lee.opens(at).text
    assert len(staffed.all(ScreeningReview)) == 1
    assert len(staffed.all(Escalation)) == 1


def test_texts_before_one_are_on_a_page_of_their_own(lee, staffed, family):
    at = f"/families/{family}/texts"
    text = max(staffed.all(InboundMessage), key=lambda each: each.received_at)
    assert "Older texts" in lee.opens(at, params={"before": str(text.id)}).text
    assert lee.opens(at).status_code == 404
    assert lee.opens(at, params={"before": str(family)}).status_code == 404
