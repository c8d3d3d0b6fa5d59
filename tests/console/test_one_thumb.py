"""The page behind the link of an alert, on the smallest phone, with one thumb."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from checkback.care.terms import EscalationState
from tests.console.test_browser import sign_in


@pytest.fixture
def phone(browser, console):
    context = browser.new_context(
        viewport={"width": 320, "height": 568}, base_url=console.address, has_touch=True, is_mobile=True
    )
    yield context.new_page()
    context.close()


def test_mine_lies_under_the_thumb_before_anything_is_scrolled(phone, staffed, family, ana):
    ana.texts("I want to kill myself")
    phone.goto("/sign-in")
    sign_in(phone, "lee")
    phone.goto("/escalations/12")
    mine = phone.get_by_role("button", name="Mine: I take E-12")
    expect(mine).to_have_count(1)
    expect(mine).to_be_in_viewport(ratio=1)
    box = mine.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert box["y"] > 568 / 2, "the thumb reaches the lower half"
    assert phone.evaluate("document.documentElement.scrollWidth") == 320
    found = Axe().run(phone)
    assert found.violations_count == 0, found.generate_report()
    mine.tap()
    expect(phone.get_by_text("You have it")).to_be_visible()
    assert staffed.escalation.state is EscalationState.ACKNOWLEDGED
    phone.get_by_role("link", name="How did it end?").tap()
    reached = phone.get_by_role("button", name="E-12 ended: Reached")
    expect(reached).to_be_in_viewport()
    reached.tap()
    expect(phone.get_by_text("Ended")).to_be_visible()
    assert staffed.escalation.state is EscalationState.RESOLVED


def test_on_a_desk_there_is_one_button_to_take_it(browser, console, staffed, family, ana):
    ana.texts("I want to kill myself")
    context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=console.address)
    page = context.new_page()
    page.goto("/sign-in")
    sign_in(page, "lee")
    page.goto("/escalations/12")
    expect(page.get_by_role("button", name="Mine: I take E-12")).to_have_count(1)
    context.close()
