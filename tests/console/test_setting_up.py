"""Setting tomorrow up in a real browser, as somebody does it who sees the pages for the first time."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from checkback.care.model import Family
from tests.console.test_browser import look, sign_in
from tests.console.test_enrol import FORM, TABLE

pytestmark = pytest.mark.browser


@pytest.fixture
def errors():
    """What the browser complains of: a policy broken, a script failed, a file missing."""
    return []


@pytest.fixture
def opens(browser, console, errors):
    """Opens a browser for somebody and signs them in."""
    contexts = []

    def open_for(login, **more):
        context = browser.new_context(base_url=console.address, **more)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        sign_in(page, login)
        return page

    yield open_for
    for context in contexts:
        context.close()
    assert errors == []


def fills(page, form):
    for name, value in form.items():
        field = page.locator(f"#{name}")
        if name in ("language", "clinician"):
            field.select_option(value)
        else:
            field.fill(value)


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without"])
def test_a_plan_is_changed_approved_rehearsed_and_a_family_gets_its_first_text(opens, staffed, scripts):
    rivera = opens("rivera", java_script_enabled=scripts)
    rivera.get_by_role("link", name="Plans").click()
    rivera.get_by_role("link", name="Change standard@1").click()
    rivera.locator("summary", has_text="day-5").click()
    rivera.locator("#s2-number").fill("6")
    rivera.get_by_role("button", name="Keep as a draft").click()
    expect(rivera.get_by_text("5 days -> 6 days")).to_be_visible()
    expect(rivera.get_by_role("button", name="Approve")).to_have_count(0)
    admin = opens("admin", java_script_enabled=scripts)
    admin.get_by_role("link", name="Plans").click()
    admin.get_by_role("link", name="standard@2", exact=True).click()
    admin.get_by_role("button", name="Approve").click()
    expect(admin.get_by_text("counts now")).to_be_visible()
    rivera.goto("/plans/standard@2")
    rivera.get_by_role("link", name="Rehearse it").click()
    rivera.locator("#incident_at").fill("2026-03-06T12:00")
    rivera.get_by_role("button", name="Rehearse").click()
    expect(rivera.get_by_text("Thu Mar 12, 12:00 PM CDT")).to_be_visible()
    rivera.get_by_role("link", name="Enrol", exact=True).click()
    fills(rivera, FORM)
    rivera.get_by_role("button", name="Look at the texts").click()
    expect(rivera.get_by_text("day-5")).to_be_visible()
    assert staffed.all(Family) == []
    rivera.get_by_role("button", name="Enrol this family").click()
    expect(rivera.get_by_role("heading", name="F-12")).to_be_visible()
    staffed.works()
    (first,) = staffed.phone("+13145550107").got
    assert first.startswith("Somos Riverbend Families.")


def test_a_file_is_mended_on_the_page_brought_in_and_taken_back(opens, staffed, tmp_path):
    file = tmp_path / "families.csv"
    file.write_text(TABLE)
    page = opens("rivera", viewport={"width": 320, "height": 700})
    page.goto("/enrol/file")
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="Look what is wrong").click()
    expect(page.get_by_role("cell", name="24-0301")).to_be_visible()
    look(page, 320)
    rows = page.locator("#table")
    rows.fill(rows.input_value().replace(",6310,", ",63106,"))
    page.get_by_role("button", name="Look again").click()
    page.get_by_role("button", name="Bring 2 families in").click()
    expect(page.get_by_text("2 families")).to_be_visible()
    assert len(staffed.all(Family)) == 2
    page.get_by_role("button", name="Take B-").click()
    expect(page.get_by_text("taken back")).to_be_visible()
    assert staffed.all(Family) == []


def test_a_text_is_held_and_let_go_by_keyboard_alone(opens, staffed, family):
    page = opens("lee")
    page.goto("/tomorrow")
    page.get_by_role("link", name="Hold promised of F-12").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Why?").focus()
    page.keyboard.type("a funeral that day")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("a funeral that day")).to_be_visible()
    page.get_by_role("link", name="H-12").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="End this hold").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing is held.")).to_be_visible()


def test_a_family_is_enrolled_with_eight_fields_in_sight_and_none_cut_off(opens, staffed):
    page = opens("rivera", viewport={"width": 320, "height": 700})
    page.goto("/enrol")
    asked = page.locator("main").locator("input:visible, select:visible, textarea:visible")
    assert [asked.nth(each).get_attribute("name") for each in range(asked.count())] == list(FORM)
    answerer = page.get_by_label("Who answers for them")
    answerer.select_option("lee")
    wide = answerer.evaluate(
        "e => { const c = document.createElement('canvas').getContext('2d'), s = getComputedStyle(e);"
        " c.font = s.font; return c.measureText(e.selectedOptions[0].text).width"
        " + parseFloat(s.paddingLeft) + parseFloat(s.paddingRight) + 20 }"
    )
    assert wide <= answerer.evaluate("e => e.clientWidth")
