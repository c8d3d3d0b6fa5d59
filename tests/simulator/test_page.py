"""The page with the phones: plain forms without a browser's help, live with it, and open to everybody."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from twilio.base.exceptions import TwilioRestException

from tests.simulator.application import Reply, wait_for
from tests.simulator.conftest import ACCOUNT, ANA, DR_LEE, FAMILY_LINE, STAFF_LINE, TOKEN

# One grey point.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def test_a_form_writes_a_text_without_javascript(simulator):
    form = {"to": FAMILY_LINE, "body": "we can't sleep"}
    answer = httpx2.post(f"{simulator.address}/phones/{ANA}/texts", data=form, trust_env=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/#phone-{ANA[1:]}")
    assert simulator.on_phone() == ["we can't sleep"]


def test_a_form_that_cannot_be_sent_says_why(simulator):
    answer = httpx2.post(f"{simulator.address}/phones/{ANA}/texts", data={"to": "<b>", "body": ""}, trust_env=False)
    assert answer.status_code == 400
    assert "to: must be one of" in answer.text


def test_what_people_write_is_text_and_never_markup(simulator):
    simulator.writes("<script>alert(1)</script>")
    page = httpx2.get(simulator.address, trust_env=False)
    assert "&lt;script&gt;alert(1)" in page.text
    assert "alert(1)</script>" not in page.text


def test_the_page_may_load_nothing_foreign_and_nothing_inline(simulator):
    page = httpx2.get(simulator.address, trust_env=False)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "style=" not in page.text
    assert "onclick" not in page.text


@pytest.mark.parametrize(
    ("move", "least", "most"),
    [("quarter", 900, 902), ("hour", 3600, 3602), ("day", 86_400, 86_402), ("morning", 1, 86_401)],
)
def test_the_clocks_buttons_move_it(simulator, move, least, most):
    answer = httpx2.post(f"{simulator.address}/clock", data={"move": move}, trust_env=False)
    assert answer.status_code == 303
    clock = simulator.control("GET", "clock")
    assert least <= clock["offset_seconds"] <= most
    if move == "morning":
        here = datetime.fromisoformat(clock["now"]).astimezone(ZoneInfo("America/Chicago"))
        assert (here.hour, here.minute) == (10, 0)


def test_the_clock_jumps_to_any_moment_on_the_wall(simulator):
    form(simulator, "/clock", move="jump", to="2033-07-04T09:30")
    here = datetime.fromisoformat(simulator.control("GET", "clock")["now"]).astimezone(ZoneInfo("America/Chicago"))
    assert (here.year, here.month, here.hour, here.minute) == (2033, 7, 9, 30)


@pytest.mark.parametrize(
    "said", [{"move": "back"}, {"move": "jump", "to": "2020-01-01T00:00"}, {"move": "jump", "to": "x"}]
)
def test_a_move_the_clock_cannot_make_is_refused(simulator, said):
    assert httpx2.post(f"{simulator.address}/clock", data=said, trust_env=False).status_code == 400


def test_a_picture_is_sent_shown_and_fetched_behind_the_sign_in(simulator):
    files = {"picture": ("door.png", PNG, "image/png")}
    said = {"to": FAMILY_LINE, "body": "look"}
    answer = httpx2.post(f"{simulator.address}/phones/{ANA}/texts", data=said, files=files, trust_env=False)
    assert answer.status_code == 303
    fields = wait_for(lambda: simulator.application.texts)[0]
    assert (fields["NumMedia"], fields["MediaContentType0"]) == ("1", "image/png")
    media = fields["MediaUrl0"].rpartition("/")[2]
    assert f'src="/pictures/{media}"' in httpx2.get(simulator.address, trust_env=False).text
    assert httpx2.get(f"{simulator.address}/pictures/{media}", trust_env=False).content == PNG
    fetched = httpx2.get(fields["MediaUrl0"], auth=(ACCOUNT, TOKEN), follow_redirects=True, trust_env=False)
    assert (fetched.content, fetched.headers["content-type"]) == (PNG, "image/png")
    assert httpx2.get(fields["MediaUrl0"], trust_env=False).status_code == 401


@pytest.mark.parametrize(
    "files",
    [
        [("picture", ("x.png", b"<svg onload='alert(1)'/>", "image/png"))],
        [("picture", ("x.png", PNG + b"x" * (5 * 1024 * 1024 + 1), "image/png"))],
        [("picture", (f"{number}.png", PNG, "image/png")) for number in range(11)],
    ],
    ids=["no-picture", "too-large", "eleven"],
)
def test_what_is_no_picture_is_refused(simulator, files):
    said = {"to": FAMILY_LINE, "body": "look"}
    answer = httpx2.post(f"{simulator.address}/phones/{ANA}/texts", data=said, files=files, trust_env=False)
    assert answer.status_code == 400
    assert simulator.on_phone() == []


@pytest.mark.parametrize(
    ("code", "status"), [("30003", "undelivered"), ("30006", "undelivered"), ("30007", "undelivered")]
)
def test_a_phones_trouble_lasts_until_it_is_ended(simulator, code, status):
    form(simulator, f"/phones/{ANA}/trouble", texts=code)
    for _ in range(2):
        settled = simulator.settled(simulator.send().sid)
        assert (settled.status, settled.error_code) == (status, int(code))
    assert simulator.settled(simulator.send(to=DR_LEE).sid).status == "delivered"
    form(simulator, f"/phones/{ANA}/trouble", texts="fine")
    assert simulator.settled(simulator.send().sid).status == "delivered"


def test_a_phone_can_stop_our_texts_without_a_word(simulator):
    form(simulator, f"/phones/{ANA}/trouble", blocks="yes")
    with pytest.raises(TwilioRestException) as refused:
        simulator.send()
    assert refused.value.code == 21610
    assert simulator.on_phone() == []
    form(simulator, f"/phones/{ANA}/trouble", blocks="no")
    assert simulator.send().status == "queued"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (f"/phones/{ANA}/trouble", {"texts": "99"}),
        (f"/phones/{ANA}/trouble", {"calls": "sings"}),
        (f"/phones/{ANA}/trouble", {}),
        (f"/phones/{ANA}/calls", {"to": "me"}),
        ("/calls/CA0", {"do": "answer"}),
        ("/calls/CA0", {"do": "dance"}),
        ("/carrier", {"next": "rain"}),
        ("/phones", {"number": ANA, "label": "Ana", "side": "family"}),
        ("/phones", {"number": "555", "label": "Bo", "side": "family"}),
        ("/phones", {"number": "+13145550123", "label": "Bo", "side": "neighbour"}),
    ],
)
def test_a_form_that_makes_no_sense_is_refused(untouched, path, said):
    assert httpx2.post(f"{untouched.address}{path}", data=said, trust_env=False).status_code == 400


def test_the_carrier_goes_wrong_as_often_as_it_was_told_to(simulator):
    form(simulator, "/carrier", next="refuse-429")
    form(simulator, "/carrier", next="refuse-429")
    assert "the next 2" in httpx2.get(f"{simulator.address}/carrier", trust_env=False).text
    for _ in range(2):
        with pytest.raises(TwilioRestException):
            simulator.send()
    assert simulator.send().status == "queued"
    form(simulator, "/carrier", always="lose-callback")
    form(simulator, f"/phones/{ANA}/trouble", texts="30003")
    form(simulator, "/carrier", well="yes")
    assert [fault["kind"] for fault in simulator.control("GET", "faults")["faults"]] == ["undelivered"]


def test_a_phone_that_was_added_can_be_held_like_the_others(simulator):
    form(simulator, "/phones", number="+13145550123", label="Bo", side="family")
    phone = simulator.control("GET", "phones/+13145550123")
    assert (phone["label"], phone["side"]) == ("Bo", "family")
    simulator.writes("hello", phone="+13145550123")
    assert wait_for(lambda: simulator.application.texts)[0]["From"] == "+13145550123"


def form(simulator: Any, path: str, **said: str) -> None:
    """Send one of the page's forms, as a browser without JavaScript does."""
    answer = httpx2.post(f"{simulator.address}{path}", data=said, trust_env=False)
    assert answer.status_code == 303, answer.text


@pytest.fixture
def errors() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, simulator: Any, errors: list[str]) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(simulator.address)
    # The stream of events is open as soon as the server answered the first refresh.
    expect(page.locator(".phone")).to_have_count(2)
    yield page
    page.close()
    assert errors == []


@pytest.mark.browser
def test_a_text_appears_on_the_phone_it_was_sent_to_without_a_reload(simulator, page):
    simulator.send("We said we would come back.")
    expect(_thread(page, ANA)).to_contain_text("We said we would come back.")
    expect(_thread(page, DR_LEE)).to_have_text("No texts yet.")


@pytest.mark.browser
def test_writing_on_a_phone_needs_only_the_keyboard(simulator, page):
    box = page.get_by_label("Write from Ana's phone")
    box.focus()
    page.keyboard.type("we can't sleep")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("at all")
    page.keyboard.press("Enter")
    assert wait_for(lambda: simulator.application.texts)[0]["Body"] == "we can't sleep\nat all"
    expect(box).to_have_value("")
    expect(_thread(page, ANA)).to_contain_text("delivered")


@pytest.mark.browser
def test_the_clinicians_phone_writes_to_the_line_it_is_meant_for(simulator, page):
    page.get_by_label("Write from Dr. Lee's phone").fill("ack 12 20")
    page.get_by_role("button", name="Send from Dr. Lee's phone").click()
    assert wait_for(lambda: simulator.application.texts)[0]["To"] == STAFF_LINE


@pytest.mark.browser
def test_a_wrong_answer_is_marked_on_the_text_and_listed(simulator, page):
    simulator.application.replies.append(Reply(500))
    simulator.writes("hello")
    expect(_thread(page, ANA)).to_contain_text("no good answer")
    expect(page.locator("#complaints")).to_contain_text("11200")
    page.get_by_role("button", name="Clear the list").click()
    expect(page.locator("#complaints")).to_contain_text("Every webhook so far was answered")


@pytest.mark.browser
def test_moving_the_clock_shows_at_once(simulator, page):
    page.get_by_role("button", name="Move the clock one hour ahead").click()
    expect(page.locator(".clock-moved")).to_be_visible()
    later = datetime.now(ZoneInfo("America/Chicago")) + timedelta(hours=1)
    shown = page.locator(".clock-face time").get_attribute("datetime") or ""
    assert abs(datetime.fromisoformat(shown) - later) < timedelta(seconds=10)


@pytest.mark.browser
def test_a_phone_nobody_put_on_the_page_appears_when_it_writes(simulator, page):
    simulator.writes("who is this?", phone="+13145550177")
    expect(page.get_by_role("article", name="(314) 555-0177")).to_contain_text("who is this?")


@pytest.mark.browser
def test_a_text_on_its_way_is_marked_step_by_step(simulator, page):
    simulator.order_fault("hold", seconds=3600)
    simulator.send("We said we would come back.")
    expect(_thread(page, ANA)).to_contain_text("A text is on its way: queued")
    simulator.control("POST", "clock", advance_seconds=3601)
    expect(_thread(page, ANA)).to_contain_text("We said we would come back.")
    expect(_thread(page, ANA)).to_contain_text("delivered")
    expect(_thread(page, ANA)).not_to_contain_text("on its way")


@pytest.mark.browser
def test_a_call_is_answered_and_a_key_pressed_with_the_keyboard_alone(simulator, page):
    simulator.application.by_path["/answer"] = Reply(200, "text/xml", b"<Response><Say>It is yours.</Say></Response>")
    _rings(simulator)
    phone = page.locator(f"#phone-{DR_LEE[1:]}")
    expect(phone.get_by_role("heading", name="Checkback alerts is calling")).to_be_visible()
    phone.get_by_role("button", name="Answer").press("Enter")
    expect(phone.get_by_role("log", name="call")).to_contain_text("Press 1 to take it.")
    phone.get_by_role("button", name="Press 1").press("Enter")
    expect(_thread(page, DR_LEE)).to_contain_text("It is yours.")
    expect(_thread(page, DR_LEE)).to_contain_text("completed")
    expect(phone.get_by_role("button", name="Hang up")).to_have_count(0)


@pytest.mark.browser
def test_a_call_is_declined_at_a_click(simulator, page):
    _rings(simulator)
    page.get_by_role("button", name="Decline").click()
    expect(_thread(page, DR_LEE)).to_contain_text("busy")


@pytest.mark.browser
def test_a_phone_calls_one_of_our_numbers(simulator, page):
    simulator.control("POST", f"numbers/{FAMILY_LINE}", voice_url=f"{simulator.application.url}/voice")
    words = b"<Response><Say>In danger call 911.</Say></Response>"
    simulator.application.by_path["/voice"] = Reply(200, "text/xml", words)
    page.get_by_role("button", name="Call Checkback from Ana's phone").click()
    expect(_thread(page, ANA)).to_contain_text("In danger call 911.")


@pytest.mark.browser
def test_pictures_are_chosen_named_sent_and_seen(simulator, page):
    box = page.get_by_label("Send pictures from Ana's phone")
    box.set_input_files({"name": "door.png", "mimeType": "image/png", "buffer": PNG})
    expect(page.get_by_text("With door.png")).to_be_visible()
    page.get_by_role("button", name="Send from Ana's phone").click()
    expect(_thread(page, ANA).get_by_alt_text("A picture this phone sent")).to_be_visible()
    expect(page.get_by_text("With door.png")).to_be_hidden()


@pytest.mark.browser
def test_a_trouble_is_ordered_at_a_click_and_stays_in_sight(simulator, page):
    phone = page.locator(f"#phone-{ANA[1:]}")
    phone.get_by_text("What goes wrong here").click()
    phone.get_by_role("button", name="Switched off 30003").click()
    expect(phone.get_by_role("button", name="Switched off 30003")).to_have_attribute("aria-pressed", "true")
    expect(phone.get_by_role("button", name="Switched off 30003")).to_be_focused()
    simulator.send()
    expect(_thread(page, ANA)).to_contain_text("undelivered, 30003")


@pytest.mark.browser
def test_a_phone_is_added_without_a_reload_and_can_write(simulator, page):
    page.get_by_label("Name").fill("Bo")
    page.get_by_label("Number").fill("+13145550123")
    page.get_by_role("button", name="Add it").click()
    box = page.get_by_label("Write from Bo's phone")
    box.fill("hello")
    box.press("Enter")
    assert wait_for(lambda: simulator.application.texts)[0]["From"] == "+13145550123"


@pytest.mark.browser
def test_what_cannot_be_done_is_said(simulator, page, errors):
    page.get_by_label("Or to").fill("2020-01-01T00:00")
    page.locator(".clock-jump").evaluate("form => { form.noValidate = true; }")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_role("status")).to_contain_text("only runs forward")
    errors.clear()  # the browser notes the 400


@pytest.mark.browser
def test_writing_and_reading_need_no_javascript(browser, simulator):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(simulator.address)
    page.get_by_label("Write from Ana's phone").fill("we can't sleep")
    page.get_by_role("button", name="Send from Ana's phone").click()
    expect(_thread(page, ANA)).to_contain_text("we can't sleep")
    simulator.settled(simulator.send("We said we would come back.").sid)
    page.get_by_role("link", name="look again").click()
    expect(_thread(page, ANA)).to_contain_text("We said we would come back.")
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_everybody_can_use_it(browser, simulator, scheme, width):
    _trouble(simulator)
    # Without motion: a text that is still fading in has less contrast than the one that is read.
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce")
    page.goto(simulator.address)
    expect(page.locator(".phone")).to_have_count(3)
    page.locator("details").first.evaluate("details => { details.open = true; }")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.close()


def _trouble(simulator: Any) -> None:
    """Something of everything the page can show."""
    simulator.order_fault("undelivered")
    simulator.settled(simulator.send("lost").sid)
    simulator.settled(simulator.send("We said we would come back.").sid)
    simulator.application.replies.append(Reply(500))
    simulator.writes("look", media=1)
    simulator.writes("STOP")
    simulator.writes("who is this?", phone="+13145550177")
    httpx2.post(
        f"{simulator.address}/phones/{ANA}/texts",
        data={"to": FAMILY_LINE, "body": ""},
        files={"picture": ("door.png", PNG, "image/png")},
        trust_env=False,
    )
    simulator.order_fault("hold", seconds=3600, number=DR_LEE)
    simulator.send("later", to=DR_LEE)
    simulator.order_fault("refuse-429", count=3)
    wait_for(simulator.complaints)
    call = _rings(simulator)
    simulator.ask("POST", f"calls/{call}/answer").raise_for_status()
    wait_for(lambda: simulator.control("GET", "calls")["calls"][0]["waits_for_keys"])
    _rings(simulator, to="+13145550177")


def _rings(simulator: Any, to: str = DR_LEE) -> str:
    """The application calls a phone with an alert; the call, once it rings."""
    action = f"{simulator.application.url}/answer"
    ask = f"<Gather numDigits='1' timeout='600' action='{action}'><Say>Press 1 to take it.</Say></Gather>"
    call = simulator.client().calls.create(to=to, from_=STAFF_LINE, twiml=f"<Response>{ask}</Response>")
    wait_for(lambda: simulator.client().calls(call.sid).fetch().status == "ringing")
    return str(call.sid)


def _thread(page: Page, number: str) -> Any:
    return page.locator(f"#phone-{number[1:]}").get_by_role("log", name="Texts on")
