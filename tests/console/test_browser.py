"""The pages in a real browser: live without a reload, by keyboard, nothing lost, and nothing run that people wrote."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from checkback.adapters.passwords import DEMO_PASSWORD
from checkback.care.flows import duty, holds, policies, reviewing, rotas, screenings, staff_work
from checkback.care.flows.enrolment import NewContact
from checkback.care.flows.rotas import Shift
from checkback.care.model import AuditEvent, Hold, InboundMessage, Resource, Rota, ScreeningReview, StaffMember, Task
from checkback.care.rules.second_factor import new_secret
from checkback.care.terms import ReviewVerdict, Role
from checkback.console.ways import WAYS, Open
from tests.console.test_ways import LOGINS

pytestmark = pytest.mark.browser

#: An open page asks every three seconds.
SOON = 12_000


@pytest.fixture
def errors():
    """What the browser complains of: a policy broken, a script failed, a file missing."""
    return []


@pytest.fixture
def page(browser, console, errors):
    page = browser.new_page(viewport={"width": 1280, "height": 900}, base_url=console.address)
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert errors == []


@pytest.fixture
def lee(page):
    """Dana Lee at her desk, the board before her."""
    sign_in(page, "lee")
    return page


def sign_in(page, login):
    page.goto("/sign-in")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.wait_for_url("**/officer" if login == "okafor" else "**/")


def test_a_crisis_appears_on_the_board_and_is_taken_there(lee, staffed, family, ana):
    lee.goto("/")
    expect(lee.get_by_text("Nobody is waiting for a person.")).to_be_visible()
    ana.texts("I want to kill myself")
    expect(lee.get_by_role("article", name="E-12")).to_contain_text("Nobody has it", timeout=SOON)
    expect(lee.get_by_role("status")).to_have_text("1 open without anybody: E-12.")
    lee.get_by_role("button", name="Mine: I take E-12").click()
    lee.wait_for_url("**/escalations/12")
    expect(lee.get_by_text("You have it")).to_be_visible()
    lee.goto("/")
    lee.get_by_text("How did it end?").click()
    lee.get_by_role("button", name="E-12 ended: Reached").click()
    expect(lee.get_by_text("Reached", exact=True)).to_be_visible()
    assert staffed.escalation.outcome == "reached"


def test_what_was_said_is_read_on_the_board_when_it_is_unfolded_and_not_before(lee, staffed, crisis):
    def readings():
        return [each for each in staffed.all(AuditEvent) if each.action == "escalation.read"]

    lee.goto("/")
    article = lee.get_by_role("article", name="E-12")
    expect(article).not_to_contain_text("kill myself")
    assert readings() == []
    article.get_by_text("What was said").focus()
    lee.keyboard.press("Enter")
    expect(article.get_by_text("I want to kill myself").first).to_be_visible(timeout=SOON)
    staffed.phone("+13145550177").texts("he has a gun")
    expect(lee.get_by_role("article", name="E-13")).to_be_visible(timeout=SOON)
    expect(article.get_by_text("I want to kill myself").first).to_be_visible()
    assert len(readings()) == 1


def test_the_keyboard_keeps_its_place_when_there_is_news(lee, staffed, crisis):
    lee.goto("/")
    mine = lee.get_by_role("button", name="Mine: I take E-12")
    mine.focus()
    staffed.phone("+13145550177").texts("he has a gun")
    expect(lee.get_by_role("article", name="E-13")).to_be_visible(timeout=SOON)
    expect(mine).to_be_focused()


def test_an_open_ending_stays_open_when_there_is_news(lee, staffed, crisis):
    lee.goto("/")
    lee.get_by_role("button", name="Mine: I take E-12").click()
    lee.goto("/")
    lee.get_by_text("How did it end?").click()
    reached = lee.get_by_role("button", name="E-12 ended: Reached")
    expect(reached).to_be_visible()
    staffed.phone("+13145550177").texts("he has a gun")
    expect(lee.get_by_role("article", name="E-13")).to_be_visible(timeout=SOON)
    expect(reached).to_be_visible()


def test_a_text_appears_in_the_thread_while_one_writes(lee, family, ana):
    lee.goto(f"/families/{family}")
    box = lee.get_by_label("Your text")
    box.fill("Hello, may I")
    expect(lee.locator("#parts")).to_have_text("One text")
    ana.texts("are you there?")
    expect(lee.get_by_role("log")).to_contain_text("are you there?", timeout=SOON)
    expect(box).to_have_value("Hello, may I")
    expect(box).to_be_focused()
    box.press_sequentially(" call you?")
    lee.get_by_role("button", name="Send").click()
    expect(lee.get_by_role("log")).to_contain_text("Hello, may I call you?")


def test_a_number_stays_shown_while_one_dials(lee, family, ana):
    lee.goto(f"/families/{family}")
    lee.get_by_role("button", name="Show the whole number").click()
    number = lee.get_by_role("link", name="(314) 555-0101")
    expect(number).to_have_attribute("href", "tel:+13145550101")
    ana.texts("hello?")
    expect(lee.get_by_role("log")).to_contain_text("hello?", timeout=SOON)
    expect(number).to_be_visible()


def test_nothing_that_people_write_is_run(lee, crisis, ana):
    asked: list[object] = []
    lee.on("dialog", lambda dialog: asked.append(dialog.message))
    ana.texts("<script>alert(1)</script><img src=x onerror=alert(2)> <a href='javascript:alert(3)'>kill myself</a>")
    for path in (f"/families/{crisis}", "/escalations/12", "/"):
        lee.goto(path)
    lee.goto(f"/families/{crisis}")
    expect(lee.get_by_role("log")).to_contain_text("<script>alert(1)</script>")
    assert lee.locator("#main script, #main img").count() == 0
    assert asked == []


def test_the_thread_begins_at_its_end(lee, family, ana):
    for number in range(12):
        ana.texts(f"text number {number}")
    lee.goto(f"/families/{family}")
    thread = lee.get_by_role("log")
    assert thread.evaluate("e => e.scrollTop") == 0
    assert thread.evaluate("e => e.scrollHeight > e.clientHeight")
    last = thread.locator("li").last
    assert last.evaluate(
        "e => { const t = e.closest('.thread').getBoundingClientRect(), l = e.getBoundingClientRect();"
        " return l.bottom <= t.bottom + 1 && l.top >= t.top }"
    )


def test_a_session_that_ended_leads_to_the_sign_in_page_by_itself(lee, staffed, crisis, errors):
    lee.goto("/")
    member = next(each for each in staffed.all(StaffMember) if each.login == "lee")
    with staffed.rt.store.begin("test.leaves") as tx:
        tx.get(StaffMember, member.id).left_at = tx.now
        tx.record("test.leaves", member)
    lee.wait_for_url("**/sign-in", timeout=SOON)
    errors.clear()  # the browser notes the 401


def test_it_all_works_without_javascript(browser, console, staffed, crisis, ana):
    context = browser.new_context(java_script_enabled=False, base_url=console.address)
    page = context.new_page()
    sign_in(page, "lee")
    page.get_by_role("button", name="Mine: I take E-12").click()
    page.get_by_role("button", name="Show the whole number").click()
    expect(page.get_by_role("link", name="(314) 555-0101")).to_be_visible()
    page.get_by_role("link", name="Family F-12").click()
    page.get_by_label("Your text").fill("May I call you?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("log")).to_contain_text("May I call you?")
    page.get_by_label("A new note").fill("Wrote to her.")
    page.get_by_role("button", name="Keep note").click()
    expect(page.get_by_text("Wrote to her.")).to_be_visible()
    context.close()


#: Ways of which nothing is seen: a file, a redirection to elsewhere, a calendar, a document for programs.
NOT_PAGES = {
    "/static/{name}",
    "/rotas/{rota:uuid}/{token}.ics",
    "/api/openapi.json",
    "/sign-in/provider",
    "/sign-in/provider/return",
    "/sign-in/code",  # seen in `test_the_second_step_can_be_used_by_everybody`
}


def may_see(way, role):
    return way.roles is Open.TO_ALL or (isinstance(way.roles, frozenset) and role in way.roles)


# Some fifty pages, each opened and looked through: on a busy machine that takes minutes.
@pytest.mark.timeout(600)
# Narrow, dark and in Spanish, which is longer; and wide, light and in English.
@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
@pytest.mark.parametrize("role", list(Role), ids=str)
def test_everybody_can_use_every_page(browser, console, filled, scheme, width, role):
    """Each page of the table of ways that this role may see, with something of everything in it."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, base_url=console.address
    )
    page = context.new_page()
    page.goto("/sign-in")
    look(page, width)
    sign_in(page, LOGINS[role])
    if scheme == "dark":
        # Spanish is longer: where it fits, English does.
        page.goto("/account")
        page.get_by_label("Español").check()
        page.get_by_role("button", name="Use this language").click()
    for way in WAYS:
        if way.method != "GET" or way.path in NOT_PAGES or not may_see(way, role):
            continue
        for path in filled[way.path]:
            page.goto(path)
            look(page, width)
    context.close()


def test_every_page_of_the_table_is_looked_at(filled):
    assert set(filled) == {way.path for way in WAYS if way.method == "GET"} - NOT_PAGES


def test_the_second_step_can_be_used_by_everybody(browser, console, staffed):
    with staffed.rt.store.begin("test.second-factor") as tx:
        lee = tx.session.query(StaffMember).filter_by(login="lee").one()
        lee.totp_secret, lee.totp_since = new_secret(), tx.now
        tx.record("test.second-factor", lee)
    page = browser.new_page(viewport={"width": 320, "height": 700}, base_url=console.address)
    page.goto("/sign-in")
    page.get_by_label("Login").fill("lee")
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.wait_for_url("**/sign-in/code")
    look(page, 320)
    page.get_by_label("Code of your authenticator").fill(pyotp.TOTP(lee.totp_secret).at(staffed.clock.now()))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Board")).to_be_visible()
    page.close()


@pytest.fixture
def filled(staffed, family, ana):
    """Something of everything the pages can show, and the pages that show it."""
    staffed.enrols("24-0118", contacts=[NewContact("Joy Park", "+13145550104"), NewContact("Bo", "+13145550105", "es")])
    staffed.enrols("24-0119", contacts=[NewContact("Sam Reed", "+13145550106", safe_to_text=False)])
    staffed.works()
    ana.texts("call me please")
    ana.texts("I want to kill myself")
    staffed.phone("+13145550104").texts("I cannot cope")
    staffed.phone("+13145550105").texts("STOP")
    staffed.phone("+13145550177").texts("he has a gun")
    staffed.phone("+13145550178").texts("who is this?")
    lee = next(member for member in staffed.all(StaffMember) if member.login == "lee")
    staff_work.write_note(staffed.rt, family, lee.id, "Spoke with the grandmother.")
    screenings.record(staffed.rt, family, "phq-4", {1: 3, 2: 1, 3: 0, 4: 1}, "lee")
    task = next(task for task in staffed.all(Task) if task.family_id is None)
    done = next(task for task in staffed.all(Task) if task.kind == "call-back")
    staff_work.finish_task(staffed.rt, done.id, lee.id, "Called")
    holds.hold_family(staffed.rt, "F-14", "They asked us to wait.", "rivera")
    (hold,) = staffed.all(Hold)
    text = next(each for each in staffed.all(InboundMessage) if each.body == "I want to kill myself")
    reviewing.judge(staffed.rt, text.id, "lee", ReviewVerdict.RIGHT)
    week = staffed.all(ScreeningReview)[0].week
    rota = f"/rotas/{staffed.all(Rota)[0].id}"
    now = staffed.clock.now()
    duty.set_away(staffed.rt, "ortiz", now + timedelta(days=3), now + timedelta(days=4), None, by="rivera")
    shift = Shift("rivera", now + timedelta(days=1), now + timedelta(days=2))
    rotas.override(staffed.rt, staffed.all(Rota)[0].id, shift, by="rivera")
    steps = [{"whom": "role", "role": "clinician", "minutes": 5}, {"whom": "team", "minutes": 5, "hours": "any"}]
    policies.draft_by_hand(staffed.rt, "emergent", steps, "rivera", only_in_hours=False)
    ask = f"/families/{family}/questionnaire"
    families = [f"/families/{family}", "/families/F-13", "/families/F-14"]
    return {
        "/sign-in": ["/sign-in"],
        "/account": ["/account"],
        "/account/password": ["/account/password"],
        "/account/second-factor": ["/account/second-factor"],
        "/staff": ["/staff"],
        "/staff/new": ["/staff/new"],
        "/staff/{login}": ["/staff/ortiz", "/staff/admin"],
        "/": ["/"],
        "/escalations/{number:int}": ["/escalations/12", "/escalations/14"],
        "/escalations/{number:int}/said": ["/escalations/12/said"],
        "/families": ["/families"],
        "/families/{reference}": families,
        "/families/{reference}/texts": [f"/families/{family}/texts?before={text.id}"],
        "/families/{reference}/texts/{text:uuid}": [f"/families/{family}/texts/{text.id}"],
        "/families/{reference}/change": [f"{each}/change" for each in families],
        "/families/{reference}/merge": [f"/families/{family}/merge", f"/families/{family}/merge?with=F-13"],
        "/families/{reference}/questionnaire": [f"{ask}", f"{ask}?form=asq", f"{ask}?form=phq-4"],
        "/load": ["/load"],
        "/tasks/{task:uuid}": [f"/tasks/{task.id}"],
        "/enrol": ["/enrol"],
        "/enrol/file": ["/enrol/file"],
        "/tomorrow": ["/tomorrow"],
        "/tomorrow/hold": ["/tomorrow/hold?scope=everything"],
        "/holds/{number:int}": [f"/holds/{hold.number}"],
        "/plans": ["/plans"],
        "/plans/new": ["/plans/new", "/plans/new?from=standard@1"],
        "/plans/{reference}": ["/plans/standard@1"],
        "/plans/{reference}/edit": ["/plans/standard@1/edit"],
        "/plans/{reference}/move": ["/plans/short@1/move"],
        "/rehearsal": ["/rehearsal"],
        "/wording": ["/wording"],
        "/programme": ["/programme"],
        "/resources": ["/resources", "/resources?words=a crib, 63106, spanish", "/resources?words=nothing we know"],
        "/resources/import": ["/resources/import"],
        "/resources/{resource:uuid}": [f"/resources/{each.id}" for each in staffed.all(Resource)[:2]],
        "/screen": ["/screen"],
        "/screen/{week}": [f"/screen/{week}"],
        "/policies": ["/policies"],
        "/policies/{level}/edit": ["/policies/emergent/edit", "/policies/high/edit"],
        "/rotas": ["/rotas"],
        "/rotas/{rota:uuid}": [rota, f"{rota}?week=2026-03-16"],
        "/reports": ["/reports", "/reports?by=plan", "/reports?by=language", "/reports?quarter=nonsense&by=area"],
        "/audit": ["/audit", "/audit?family=F-12", "/audit?family=nobody&since=x"],
        "/officer": ["/officer"],
        "/{path:path}": ["/nothing"],
    }


def look(page, width):
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") == width, page.url
