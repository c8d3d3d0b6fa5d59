"""The application sends: Twilio's own client creates, fetches and lists, and is refused as Twilio refuses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx2
import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.application import wait_for
from tests.simulator.conftest import ACCOUNT, ANA, DR_LEE, FAMILY_LINE, STAFF_LINE, TOKEN

MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"


def test_a_text_is_queued_first_and_then_reaches_the_phone(simulator):
    created = simulator.send("We said we would come back.")
    assert (created.status, created.direction, created.num_segments, created.price) == (
        "queued",
        "outbound-api",
        "1",
        None,
    )
    assert simulator.settled(created.sid).status == "delivered"
    assert simulator.on_phone() == ["We said we would come back."]


def test_the_raw_reply_has_twilios_form(simulator):
    form = {"To": ANA, "From": FAMILY_LINE, "Body": "¿Cómo está?"}
    reply = httpx2.post(f"{simulator.address}{MESSAGES}.json", data=form, auth=(ACCOUNT, TOKEN), trust_env=False)
    resource = reply.json()
    assert reply.status_code == 201
    assert reply.headers["Twilio-Request-Id"].startswith("RQ")
    assert resource["uri"] == f"{MESSAGES}/{resource['sid']}.json"
    assert resource["subresource_uris"] == {"media": f"{MESSAGES}/{resource['sid']}/Media.json"}
    assert resource["num_segments"] == "1"
    assert resource["num_media"] == "0"
    assert resource["date_sent"] is resource["price"] is resource["error_code"] is None
    assert abs(parsedate_to_datetime(resource["date_created"]) - datetime.now(UTC)) < timedelta(seconds=10)


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"to": "not a number"}, 21211),
        ({"to": "(314) 555-0101"}, 21211),
        ({"to": "+11145550101"}, 21211),
        ({"from_": "checkback!"}, 21212),
        ({"to": FAMILY_LINE}, 21266),
        ({"body": ""}, 21602),
        ({"body": " \n"}, 21602),
        ({"from_": "+13145550188"}, 21606),
        ({"status_callback": "nowhere"}, 21609),
        ({"status_callback": "http://127.0.0.1/status#rc=9"}, 21609),
        ({"body": "x" * 1601}, 21617),
        ({"media_url": [f"https://care.example/{n}.png" for n in range(11)]}, 21623),
        ({"messaging_service_sid": "MG" + "0" * 32}, 21701),
        ({"schedule_type": "fixed"}, 35118),
        ({"validity_period": 0}, 90007),
        ({"validity_period": 36001}, 90007),
        ({"validity_period": "soon"}, 90014),
        ({"validity_period": "9" * 5000}, 90014),
    ],
)
def test_what_twilio_refuses_is_refused_with_its_code(untouched, order, code):
    with pytest.raises(TwilioRestException) as refused:
        untouched.send(**order)
    assert (refused.value.status, refused.value.code) == (400, code)
    assert untouched.client().messages.list() == []


@pytest.mark.parametrize(
    ("missing", "code"), [("To", 21604), ("From", 21603), ("Body", 21602)], ids=["to", "from", "body"]
)
def test_a_missing_field_is_refused_in_twilios_envelope(untouched, missing, code):
    form = {"To": ANA, "From": FAMILY_LINE, "Body": "hello"}
    del form[missing]
    reply = httpx2.post(f"{untouched.address}{MESSAGES}.json", data=form, auth=(ACCOUNT, TOKEN), trust_env=False)
    assert reply.status_code == 400
    assert sorted(reply.json()) == ["code", "message", "more_info", "status"]
    assert reply.json()["code"] == code


def test_the_longest_body_and_the_longest_validity_are_taken(simulator):
    created = simulator.send("x" * 1600, validity_period=36000)
    assert created.num_segments == "11"


def test_wrong_credentials_are_20003(untouched):
    with pytest.raises(TwilioRestException) as refused:
        untouched.client(token="wrong").messages("SM" + "0" * 32).fetch()
    assert (refused.value.status, refused.value.code) == (401, 20003)


def test_an_api_key_opens_the_door_too(start):
    simulator = start(api_keys={"SK" + "0" * 32: "secret"})
    address = f"{simulator.address}{MESSAGES}.json"
    assert httpx2.get(address, auth=("SK" + "0" * 32, "secret"), trust_env=False).status_code == 200
    assert httpx2.get(address, auth=("SK" + "0" * 32, ""), trust_env=False).status_code == 401
    assert httpx2.get(address, auth=("", ""), trust_env=False).status_code == 401
    assert httpx2.get(address, headers={"Authorization": "Basic %%%"}, trust_env=False).status_code == 401


@pytest.mark.parametrize("path", [f"Accounts/{ACCOUNT}/Messages/SM{'0' * 32}.json", f"Accounts/{ACCOUNT}/Queues.json"])
def test_what_is_not_there_is_20404(untouched, path):
    reply = httpx2.get(f"{untouched.address}/2010-04-01/{path}", auth=(ACCOUNT, TOKEN), trust_env=False)
    assert (reply.status_code, reply.json()["code"]) == (404, 20404)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_method_that_a_resource_does_not_know_is_answered_in_its_envelope(untouched, method):
    reply = httpx2.request(method, f"{untouched.address}{MESSAGES}.json", auth=(ACCOUNT, TOKEN), trust_env=False)
    assert (reply.status_code, reply.json()["code"]) == (405, 20004)


def test_the_list_is_found_by_recipient_sender_and_day(simulator):
    now = datetime.now(UTC)
    simulator.send("to Ana")
    simulator.send("to Dr. Lee", to=DR_LEE, from_=STAFF_LINE)
    messages = simulator.client().messages
    assert [m.body for m in messages.list(to=ANA)] == ["to Ana"]
    assert [m.body for m in messages.list(from_=STAFF_LINE)] == ["to Dr. Lee"]
    assert [m.body for m in messages.list(to=ANA, date_sent_after=now - timedelta(minutes=1))] == ["to Ana"]
    assert messages.list(to=ANA, date_sent_after=now + timedelta(minutes=1)) == []
    assert messages.list(date_sent_before=now - timedelta(minutes=1)) == []
    assert len(messages.list(date_sent=now.date())) == 2
    assert messages.list(date_sent=now.date() - timedelta(days=2)) == []


def test_the_client_reads_a_long_list_page_by_page_newest_first(simulator):
    for number in range(7):
        simulator.send(f"text {number}")
    found = [message.body for message in simulator.client().messages.list(page_size=3)]
    assert found == [f"text {number}" for number in reversed(range(7))]


@pytest.mark.parametrize(
    "query", ["PageSize=0", "PageSize=" + "9" * 5000, "PageSize=x", "DateSent=yesterday", "PageToken=PASM1", "Page=-1"]
)
def test_a_list_asked_for_in_a_wrong_way_is_refused(untouched, query):
    reply = httpx2.get(f"{untouched.address}{MESSAGES}.json?{query}", auth=(ACCOUNT, TOKEN), trust_env=False)
    assert (reply.status_code, reply.json()["code"]) == (400, 20001)


def test_the_same_create_twice_is_two_texts_whatever_header_asks_for_one(simulator):
    form, headers = {"To": ANA, "From": FAMILY_LINE, "Body": "hello"}, {"I-Twilio-Idempotency-Token": "the-same"}
    url = f"{simulator.address}{MESSAGES}.json"
    replies = [httpx2.post(url, data=form, headers=headers, auth=(ACCOUNT, TOKEN), trust_env=False) for _ in range(2)]
    assert len({reply.json()["sid"] for reply in replies}) == 2


def test_fifty_creates_at_once_are_fifty_texts(simulator):
    client = simulator.client()

    def send(number: int) -> str:
        return str(client.messages.create(to=ANA, from_=FAMILY_LINE, body=f"text {number}").sid)

    with ThreadPoolExecutor(50) as threads:
        sids = set(threads.map(send, range(50)))
    assert len(sids) == 50
    wait_for(lambda: len(simulator.on_phone()) == 50)


def test_a_finished_text_can_be_redacted_and_deleted_but_stays_on_the_phone(simulator):
    sid = simulator.send("private").sid
    simulator.settled(sid)
    message = simulator.client().messages(sid)
    assert message.update(body="").body == ""
    with pytest.raises(TwilioRestException, match="made empty"):
        message.update(body="something else")
    assert message.delete()
    with pytest.raises(TwilioRestException) as gone:
        message.fetch()
    assert gone.value.code == 20404
    assert simulator.on_phone() == ["private"]


def test_a_text_under_way_can_be_neither_redacted_nor_deleted(simulator):
    simulator.order_fault("hold")
    message = simulator.client().messages(simulator.send().sid)
    with pytest.raises(TwilioRestException) as refused:
        message.delete()
    assert (refused.value.status, refused.value.code) == (409, 20009)
    with pytest.raises(TwilioRestException) as refused:
        message.update(body="")
    assert refused.value.code == 30400


def test_a_change_that_is_none_is_refused(simulator):
    sid = simulator.send().sid
    simulator.settled(sid)
    for form in ({}, {"Status": "sent"}, {"Body": "other words"}):
        url = f"{simulator.address}{MESSAGES}/{sid}.json"
        assert httpx2.post(url, data=form, auth=(ACCOUNT, TOKEN), trust_env=False).status_code == 400
    assert simulator.client().messages(sid).fetch().body == "How are you all?"


def test_pictures_can_be_listed_looked_at_and_deleted_one_by_one(simulator):
    sid = simulator.writes("look", media=3)
    media = simulator.client().messages(sid).media
    first, second, third = media.list(page_size=2)
    picture = f"{simulator.address}{first.uri.removesuffix('.json')}"
    assert httpx2.get(picture, trust_env=False).status_code == 401
    shown = httpx2.get(picture, auth=(ACCOUNT, TOKEN), trust_env=False)
    assert (shown.headers["content-type"], shown.content[:4]) == (first.content_type, b"\x89PNG")
    assert media(second.sid).fetch().parent_sid == sid
    today = datetime.now(UTC)
    assert len(media.list(date_created_after=today - timedelta(minutes=5))) == 3
    assert media.list(date_created_before=today - timedelta(days=2)) == []
    assert media(second.sid).delete()
    assert [one.sid for one in media.list()] == [first.sid, third.sid]
    for gone in (media(second.sid).fetch, media(second.sid).delete, media("ME" + "0" * 32).fetch):
        with pytest.raises(TwilioRestException) as refused:
            gone()
        assert refused.value.code == 20404


def test_with_a_text_its_pictures_are_deleted(simulator):
    sid = simulator.writes("look", media=1)
    picture = simulator.client().messages(sid).media.list()[0]
    wait_for(lambda: simulator.client().messages(sid).delete())
    assert (
        httpx2.get(f"{simulator.address}{picture.uri}", auth=(ACCOUNT, TOKEN), trust_env=False).json()["code"] == 20404
    )


def test_one_page_leads_to_the_next_and_back(simulator):
    for number in range(5):
        simulator.send(f"text {number}")
    messages = simulator.client().messages
    first = messages.page(page_size=2)
    second = first.next_page()
    third = second.next_page()
    assert [[text.body[-1] for text in page] for page in (first, second, third)] == [["4", "3"], ["2", "1"], ["0"]]
    assert third.next_page() is None
    assert [text.body[-1] for text in second.previous_page()] == ["4", "3"]


def test_a_page_stays_where_it_is_when_texts_come_in(simulator):
    for number in range(3):
        simulator.send(f"text {number}")
    page = simulator.client().messages.page(page_size=2)
    simulator.send("newest")
    assert [text.body for text in page.next_page()] == ["text 0"]
