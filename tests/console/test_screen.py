"""The screen's page: its figures are for all who care, its words for who answers for it."""

from __future__ import annotations

import pytest

from checkback.care.flows import reviewing
from checkback.care.model import AuditEvent, Escalation, InboundMessage, ScreeningReview
from checkback.care.terms import ReviewVerdict


@pytest.fixture
def listed(staffed, crisis, ana):
    """A week with a list: Ana's text that was heard, and one that was let pass and that somebody asked about."""
    ana.texts("we could not sleep again")
    for text in staffed.all(InboundMessage)[-2:]:
        reviewing.judge(staffed.rt, text.id, "lee", ReviewVerdict.RIGHT)
    return staffed.all(ScreeningReview)[0].week


@pytest.fixture
def lead(staffed, visitor):
    reviewing.set_lead(staffed.rt, "lee")
    assert visitor.signs_in("lee").status_code == 303
    return visitor


def test_figures_are_for_all_who_care_and_words_are_not(lee, listed):
    page = lee.opens("/screen").text
    assert listed in page
    assert f'href="/screen/{listed}"' not in page
    refused = lee.opens(f"/screen/{listed}")
    assert refused.status_code == 409
    assert "sleep" not in refused.text


def test_the_lead_reads_and_each_text_read_stands_in_the_audit(lead, staffed, listed):
    page = lead.opens(f"/screen/{listed}").text
    assert "we could not sleep again" in page
    assert [event.action for event in staffed.all(AuditEvent)].count("text.read-again") == 2


def test_what_the_lead_finds_missed_is_told_at_once(lead, staffed, listed):
    text = next(each for each in staffed.all(InboundMessage) if "sleep" in each.body)
    answer = lead.sends(f"/screen/{listed}/texts/{text.id}", verdict="missed", should_be="acute")
    assert answer.status_code == 303
    assert "should have been" in lead.opens("/screen").text
    assert any(each.level == "acute" for each in staffed.all(Escalation))


def test_nobody_else_judges_from_the_list(lee, staffed, listed):
    text = next(each for each in staffed.all(InboundMessage) if "sleep" in each.body)
    answer = lee.sends(f"/screen/{listed}/texts/{text.id}", verdict="missed", should_be="acute")
    assert answer.status_code == 409
    review = next(each for each in staffed.all(ScreeningReview) if each.inbound_id == text.id)
    assert review.verdict is ReviewVerdict.RIGHT


def test_a_verdict_that_says_nothing_is_refused(lead, staffed, listed):
    text = staffed.all(InboundMessage)[-1]
    assert lead.sends(f"/screen/{listed}/texts/{text.id}", verdict="perhaps").status_code == 404
    assert lead.sends(f"/screen/{listed}/texts/{text.id}", verdict="missed").status_code == 422
