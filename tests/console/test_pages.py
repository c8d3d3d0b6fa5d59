"""The pages as forms and words: what they show, what pressing does, and who is written down for having looked."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from checkback.care.flows import rotas
from checkback.care.flows.enrolment import NewContact
from checkback.care.model import AuditEvent, Contact, StaffMember, StaffWay, Task
from checkback.care.terms import EscalationOutcome, EscalationState, OutboundKind

UUIDS = re.compile(r'name="key" value="([0-9a-f-]{36})"')


def main_of(answer):
    return answer.text.split("<main")[1]


def reads(house):
    return [event.action for event in house.all(AuditEvent) if event.action.endswith("read")]


def lee_id(house):
    return next(member.id for member in house.all(StaffMember) if member.login == "lee")


def test_the_board_names_the_family_by_reference_only(lee, crisis):
    board = lee.opens("/").text
    assert "E-12" in board
    assert "F-12" in board
    assert "Nobody has it" in board
    assert not any(secret in board for secret in ("Morales", "kill", "3145550101"))


def test_looking_at_the_board_is_not_reading_about_a_family(lee, staffed, crisis):
    lee.opens("/")
    assert reads(staffed) == []


def test_an_unchanged_board_is_not_sent_again(lee, crisis):
    mark = re.search(r'hx-get="(/\?seen=[0-9a-f-]+)"', lee.opens("/").text)
    assert mark
    asking = {"HX-Request": "true"}
    assert lee.opens(mark[1], headers=asking).status_code == 204
    lee.sends("/escalations/12/take")
    news = lee.opens(mark[1], headers=asking)
    assert news.status_code == 200
    assert "You have it" in news.text
    assert "<html" not in news.text


def test_a_house_without_a_sign_of_life_says_so(lee, staffed):
    assert "no sign of life" not in lee.opens("/").text
    staffed.clock.tick(minutes=3)
    assert "no sign of life: worker" in lee.opens("/").text


def test_mine_then_how_it_ended(lee, staffed, crisis):
    assert lee.sends("/escalations/12/take").headers["location"] == "/escalations/12"
    assert staffed.escalation.acknowledged_by == lee_id(staffed)
    assert "You have it" in lee.opens("/escalations/12").text
    lee.sends("/escalations/12/end", outcome="reached")
    assert (staffed.escalation.state, staffed.escalation.outcome) == (
        EscalationState.RESOLVED,
        EscalationOutcome.REACHED,
    )
    assert "Nobody is waiting for a person" in lee.opens("/").text


@pytest.mark.parametrize("outcome", EscalationOutcome, ids=str)
def test_it_ends_in_each_of_the_five_ways(lee, staffed, crisis, outcome):
    assert f'value="{outcome}"' in lee.opens("/escalations/12").text
    lee.sends("/escalations/12/end", outcome=outcome)
    assert staffed.escalation.outcome is outcome


@pytest.mark.parametrize("outcome", ["", "fine", "REACHED"])
def test_and_in_no_other(lee, staffed, crisis, outcome):
    assert lee.sends("/escalations/12/end", outcome=outcome).status_code == 422
    assert staffed.escalation.state is EscalationState.OPEN


def test_passing_it_on_tells_the_next_person(lee, staffed, crisis, ortiz):
    lee.sends("/escalations/12/take")
    lee.sends("/escalations/12/pass")
    assert staffed.escalation.state is EscalationState.OPEN
    staffed.works()
    assert "E-12" in ortiz.last


def test_what_a_colleague_has_is_not_taken_from_them_by_a_click(lee, signed_in, staffed, crisis):
    lee.sends("/escalations/12/take")
    late = signed_in("ortiz").sends("/escalations/12/take")
    assert late.status_code == 409
    assert "Someone has taken this escalation already" in late.text
    assert "Dana Lee has it" in late.text
    assert staffed.escalation.acknowledged_by == lee_id(staffed)


def test_an_escalation_that_ended_stays_ended(lee, crisis):
    lee.sends("/escalations/12/end", outcome="reached")
    for form in ("take", "pass", "end"):
        assert lee.sends(f"/escalations/12/{form}", outcome="tried").status_code == 409


def test_an_escalation_shows_what_was_said_and_why_it_was_raised(lee, staffed, crisis):
    page = main_of(lee.opens("/escalations/12"))
    assert "<mark>kill myself</mark>" in page
    assert "Suicide" in page
    assert page.index("How to reach them safely") < page.index("kill myself")
    assert reads(staffed) == ["escalation.read", "family.read"]


def test_a_number_we_do_not_know_has_a_page_too(lee, staffed):
    staffed.phone("+13145550177").texts("he has a gun")
    page = main_of(lee.opens("/escalations/12"))
    assert "Nothing is known of who holds this phone" in page
    assert "…77" in page
    assert "555-0177" in lee.sends("/escalations/12/number").text


def test_a_familys_page_begins_with_how_to_reach_them(lee, family):
    page = main_of(lee.opens(f"/families/{family}"))
    assert page.index("How to reach them safely") < page.index("Ana Morales") < page.index("Texts</h2>")
    assert "…01" in page
    assert "Children: 4, 9." in page
    assert "agreed to texts" in page
    assert "3145550101" not in page
    assert "555-0101" not in page


def test_every_read_of_a_familys_page_is_kept(lee, staffed, family):
    lee.opens(f"/families/{family}")
    lee.opens(f"/families/{family}")
    rows = [event for event in staffed.all(AuditEvent) if event.action == "family.read"]
    assert [row.actor for row in rows] == [f"staff:{lee_id(staffed)}"] * 2


def test_news_on_an_open_page_is_read_too_but_waiting_for_it_is_not(lee, staffed, family, ana):
    asking = {"HX-Request": "true"}
    mark = re.search(r'hx-get="(/families/F-12\?seen=[0-9a-f-]+)"', lee.opens(f"/families/{family}").text)
    assert mark
    assert lee.opens(mark[1], headers=asking).status_code == 204
    staffed.clock.tick(minutes=2)
    only_later = lee.opens(mark[1], headers=asking)
    assert only_later.status_code == 200
    assert reads(staffed) == ["family.read"]
    ana.texts("we cannot sleep")
    news = lee.opens(mark[1], headers=asking)
    assert "we cannot sleep" in news.text
    assert reads(staffed) == ["family.read", "family.read"]


def test_the_number_is_shown_to_who_asks(lee, staffed, family):
    contact = staffed.all(Contact)[0].id
    whole = lee.sends(f"/families/{family}/contacts/{contact}/number")
    assert 'href="tel:+13145550101"' in whole.text
    piece = lee.client.post(f"/families/{family}/contacts/{contact}/number", headers={"HX-Request": "true"})
    assert "(314) 555-0101" in piece.text
    assert "<html" not in piece.text
    assert reads(staffed).count("contact.number-read") == 2


def test_the_reply_box_sends_and_the_assistant_falls_silent(lee, staffed, family, ana):
    page = lee.opens(f"/families/{family}").text
    key = UUIDS.search(page)
    assert key
    form = {"to": str(staffed.all(Contact)[0].id), "body": "I am here.\r\nMay I call?", "key": key[1]}
    assert lee.sends(f"/families/{family}/texts", **form).status_code == 303
    assert lee.sends(f"/families/{family}/texts", **form).status_code == 303
    staffed.works()
    assert ana.got.count("I am here.\nMay I call?\n- Riverbend Families") == 1
    after = lee.opens(f"/families/{family}").text
    assert "The assistant is silent" in after
    lee.sends(f"/families/{family}/contacts/{form['to']}/give-back")
    assert "The assistant is silent" not in lee.opens(f"/families/{family}").text


def test_what_gives_away_is_kept_back_until_it_is_sent_on_purpose(lee, staffed, family, ana):
    page = lee.opens(f"/families/{family}").text
    assert "Send anyway" not in page
    form = {"to": str(staffed.all(Contact)[0].id), "body": "Ana, the police called.", "key": str(uuid4())}
    refused = lee.sends(f"/families/{family}/texts", **form)
    assert refused.status_code == 422
    assert "this gives them away: Ana, police" in refused.text
    assert ">Ana, the police called.</textarea>" in refused.text
    assert 'name="seen" value="Ana\npolice"' in refused.text
    assert lee.sends(f"/families/{family}/texts", **form, seen="Ana\r\npolice").status_code == 422  # no button of them
    assert lee.sends(f"/families/{family}/texts", **form, seen="Ana", anyway="they-asked").status_code == 422
    assert [text for text in staffed.outbox() if text.kind is OutboundKind.PERSONAL] == []
    on_purpose = lee.sends(f"/families/{family}/texts", **form, seen="Ana\r\npolice", anyway="they-asked")
    assert on_purpose.status_code == 303
    staffed.works()
    assert ana.last == "Ana, the police called.\n- Riverbend Families"
    assert "text.gives-away.they-asked" in [event.action for event in staffed.all(AuditEvent)]


def test_a_phone_that_opted_out_is_not_written_to_and_nothing_typed_is_lost(lee, staffed, family, ana):
    ana.texts("STOP")
    form = {"to": str(staffed.all(Contact)[0].id), "body": "Hello Ana", "key": "0" * 8 + "-0000-4000-8000-" + "0" * 12}
    refused = lee.sends(f"/families/{family}/texts", **form)
    assert refused.status_code == 422
    assert "This phone has opted out of texts" in refused.text
    assert ">Hello Ana</textarea>" in refused.text
    assert [text for text in staffed.outbox() if text.kind is OutboundKind.PERSONAL] == []


def test_giving_back_waits_for_an_outcome(lee, staffed, crisis):
    contact = staffed.all(Contact)[0].id
    refused = lee.sends(f"/families/{crisis}/contacts/{contact}/give-back")
    assert refused.status_code == 409
    assert "E-12 has no outcome yet" in refused.text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "Nothing written yet"),
        ("Hello", "One text"),
        ("x" * 161, "Sent as 2 parts"),
        ("😀" * 36, "Sent as 2 parts, with letters that make it longer"),
    ],
)
def test_it_says_how_many_parts_a_text_will_be(lee, family, body, said):
    assert lee.sends(f"/families/{family}/count", body=body).text.strip() == said


def test_a_task_is_done_with_what_came_of_it(lee, staffed, family, ana):
    ana.texts("call me please")
    (task,) = staffed.all(Task)
    assert lee.sends(f"/families/{family}/tasks/{task.id}", outcome=" ").status_code == 422
    assert lee.sends(f"/families/{family}/tasks/{task.id}", outcome="Called her").status_code == 303
    assert "Called her" in lee.opens(f"/families/{family}").text
    assert lee.sends(f"/families/{family}/tasks/{task.id}", outcome="again").status_code == 409


def test_a_task_of_nobodys_family_has_its_own_page(lee, staffed):
    staffed.phone("+13145550177").texts("who is this?")
    (task,) = staffed.all(Task)
    assert f'href="/tasks/{task.id}"' in lee.opens("/").text
    assert "who is this?" in lee.opens(f"/tasks/{task.id}").text
    assert lee.sends(f"/tasks/{task.id}", outcome="A wrong number").headers["location"] == "/"
    assert "Done." in lee.opens(f"/tasks/{task.id}").text


def test_a_note_is_kept_and_an_empty_one_is_not(lee, family):
    assert lee.sends(f"/families/{family}/notes", text="").status_code == 422
    lee.sends(f"/families/{family}/notes", text="The grandmother stays <b>until</b> Sunday")
    assert "The grandmother stays &lt;b&gt;until&lt;/b&gt; Sunday" in lee.opens(f"/families/{family}").text


@pytest.mark.parametrize(
    "said",
    [
        "<script>alert(1)</script> I want to kill myself",
        "<img src=x onerror=alert(1)> kill myself",
        '"><svg onload=alert(1)> kill myself',
        "{{ 7 * 7 }} {% raw %} kill myself",
    ],
)
def test_what_people_write_is_text_and_never_markup(lee, family, ana, said):
    ana.texts(said)
    for path in (f"/families/{family}", "/escalations/12"):
        page = lee.opens(path).text
        assert "<mark>kill myself</mark>" in page
        for live in ("<script>alert", "<img", "<svg onload", " 49 "):
            assert live not in page


def test_names_are_text_too(lee, staffed):
    staffed.enrols(contacts=[NewContact('<b onclick="x">Bo</b>', "+13145550104")])
    page = lee.opens("/families/F-12").text
    assert "&lt;b onclick=&#34;x&#34;&gt;Bo&lt;/b&gt;" in page
    assert "<b onclick" not in lee.sends("/families", q="bo").text


@pytest.mark.parametrize("said", ["مرحبا", "\u202eevil\u202c", "👩‍👩‍👧", "x" * 1600, "a\nb", "\u200b"])
def test_odd_letters_are_shown_as_they_are(lee, family, ana, said):
    ana.texts(said)
    assert said in lee.opens(f"/families/{family}").text


@pytest.mark.parametrize(("asked", "found"), [("F-12", True), ("12", True), ("mora", True), ("zzz", False)])
def test_a_family_is_found(lee, family, asked, found):
    page = lee.sends("/families", q=asked)
    assert page.url.query == b""
    assert ('href="/families/F-12"' in page.text) == found


def test_an_officer_sees_that_somebody_came_back_and_never_a_word(signed_in, staffed, crisis):
    page = main_of(signed_in("okafor").opens("/officer"))
    assert "24-0117" in page
    assert "not contacted yet" in page
    assert not any(secret in page for secret in ("Morales", "kill", "F-12", "burglary", "E-12", "0101"))


def test_a_text_that_did_not_arrive_says_so(lee, staffed, family):
    with staffed.rt.store.begin("test.lost") as tx:
        text = tx.session.merge(staffed.outbox()[0])
        text.state, text.error_code, text.reason = "undelivered", 30003, "not-delivered"
        tx.record("test.lost", text)
    page = lee.opens(f"/families/{family}").text
    assert "did not arrive" in page
    assert "code 30003" in page


def test_a_rota_is_a_calendar_for_whoever_knows_its_address(lee, staffed):
    rota, token = rotas.feed_token(staffed.rt, "North on call")
    answer = lee.opens(f"/rotas/{rota}/{token}.ics")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert "SUMMARY:ortiz" in answer.text
    assert "Ana" not in answer.text
    assert lee.opens(f"/rotas/{rota}/{token[:-1]}0x.ics").status_code == 404
    rotas.feed_token(staffed.rt, "North on call", new=True, by="rivera")
    assert lee.opens(f"/rotas/{rota}/{token}.ics").status_code == 404


def test_an_escalations_page_says_where_to_send_somebody_and_who_is_there(lee, crisis):
    page = main_of(lee.opens("/escalations/12"))
    order = [page.index(words) for words in ("How to reach them safely", "At home", "What was said", "Who has it")]
    assert order == sorted(order), "first how to reach them safely, then why, then what to do"
    assert "No address is known" in page
    assert "ZIP 63106" in page
    assert "Ana Morales, caregiver" in page


def test_calling_in_so_many_minutes_takes_it_and_says_until_when(lee, staffed, crisis):
    lee.sends("/escalations/12/take", minutes="20")
    page = main_of(lee.opens("/escalations/12"))
    assert "You have it" in page
    assert "Calling by" in page
    lee.sends("/escalations/12/take", minutes="9999")
    assert staffed.escalation.state is EscalationState.ACKNOWLEDGED


def test_a_step_that_found_nobody_says_why(lee, staffed, crisis):
    staffed.clock.tick(minutes=45)
    with staffed.rt.store.begin("test.unproven") as tx:
        for way in tx.session.query(StaffWay).all():
            way.verified_at = None
            tx.record("test.unproven", way)
    staffed.works(rounds=1)
    assert "never proven to get alerts" in main_of(lee.opens("/escalations/12"))
