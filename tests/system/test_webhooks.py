"""What reaches the real gateway from outside: forged, broken, strange, many at once, early, or at the wrong door."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx2
import pytest

from checkback.care.model import InboundMessage
from checkback.care.terms import InboundState, OutboundState
from tests.system.conftest import Neighbours
from tests.system.processes import until
from tests.system.real_house import DR_LEE, ON_CALL, ORTIZ, HeldPhone, RealHouse
from tests.system.stand_in import StandIn
from tests.system.twilio import Twilio

pytestmark = pytest.mark.slow

FORM = "application/x-www-form-urlencoded"
FAR_TOO_LARGE = 300_000


@pytest.fixture
def twilio(house: RealHouse) -> Twilio:
    return Twilio(house)


def test_what_twilio_did_not_sign_is_turned_away_and_not_kept(house: RealHouse, twilio: Twilio) -> None:
    before = len(house.all(InboundMessage))
    form = twilio.inbound("+13145550171", "I want to kill myself")
    path = "/twilio/inbound"
    assert twilio.posts(path, form, signature="").status_code == 403
    assert twilio.posts(path, form, signature=twilio.signs(path, form, token="of somebody else")).status_code == 403
    assert twilio.posts(path, form, signature=twilio.signs("/twilio/status", form)).status_code == 403
    assert twilio.posts(path, {**form, "Body": "hello"}, signature=twilio.signs(path, form)).status_code == 403
    assert twilio.posts(path + "?a=1", form, signature=twilio.signs(path, form)).status_code == 403
    other = {**form, "AccountSid": "AC" + "f" * 32}
    assert twilio.posts(path, other).status_code == 403
    assert len(house.all(InboundMessage)) == before


def test_what_is_broken_is_refused_with_a_status_and_no_word(house: RealHouse, twilio: Twilio) -> None:
    before = len(house.all(InboundMessage))
    form = twilio.inbound("+13145550171", "hello")
    path = "/twilio/inbound"
    answers = [
        twilio.posts(path, {**form, "MessageSid": "no id at all"}),
        twilio.posts(path, {name: value for name, value in form.items() if name != "From"}),
        twilio.posts(path, {**form, "From": "9" * 5000}),
        twilio.posts("/twilio/status", {"MessageSid": form["MessageSid"], "AccountSid": form["AccountSid"]}),
        twilio.posts(path, {**form, "Body": "x" * FAR_TOO_LARGE}),
        twilio.posts_raw(path, json.dumps(form).encode(), content_type="application/json"),
        twilio.posts_raw(path, b"MessageSid=%ff%fe&Body=caf\xe9", content_type=FORM),
        twilio.posts_raw(path, b"\x00\x01\x02", content_type=FORM),
        twilio.posts_raw(path, b"", content_type=FORM),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 400, 413, 403, 403, 403, 403]
    assert {answer.content for answer in answers} == {b""}
    assert len(house.all(InboundMessage)) == before


def test_the_same_text_fifty_times_at_once_is_one(house: RealHouse, twilio: Twilio, ana: HeldPhone) -> None:
    form = twilio.inbound(ana.number, "we need a crib")
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: twilio.posts("/twilio/inbound", form).status_code, range(50)))
    assert set(answers) == {204}
    assert kept(house, form["MessageSid"]) == ["we need a crib"]
    ana.gets("555-01")
    assert sum("555-01" in text for text in ana.got) == 1


STRANGE = {
    "nul": "are\x00 you there",
    "zero-width": "we\u200b need\u200d a\ufeff crib",
    "right to left": "\u202eereht uoy era \u05e9\u05dc\u05d5\u05dd",
    "emoji": "👩‍👩‍👧‍👦 🫠🫠🫠",
    "1,600 characters": "we are so tired " * 100,
    "slashes": " \u200b//restart",
    "an intent": '/offer{"need": "money"}',
    "nothing but slashes": "///",
    "nothing but blanks": " \n\t ",
    "markup": "<script>alert(1)</script> {{7*7}} %s '; DROP TABLE contacts; --",
}


def test_strange_texts_are_kept_and_answered_and_command_nothing(
    house: RealHouse, twilio: Twilio, neighbours: Neighbours, stand_in: StandIn
) -> None:
    senders = {name: neighbours.pop() for name in STRANGE}
    for name, phone in senders.items():
        phone.looks()
        form = twilio.inbound(phone.number, STRANGE[name])
        assert twilio.posts("/twilio/inbound", form).status_code == 204, name
        assert kept(house, form["MessageSid"]) == [STRANGE[name].replace("\x00", "")], name
    for phone in senders.values():
        phone.gets(".")
    assert not any(text.startswith(("/", " ", "\u200b")) for text in stand_in.asked)
    assert "restart" in stand_in.asked
    assert {row.state for row in house.all(InboundMessage)} <= {
        InboundState.ANSWERED,
        InboundState.WITH_A_PERSON,
        InboundState.NOTHING_TO_ANSWER,
    }


def test_a_stranger_in_crisis_is_kept_screened_and_told_to_those_on_call(house: RealHouse) -> None:
    staff = [house.phone(number, house.dr_lee.line) for number in (DR_LEE, ORTIZ, ON_CALL, "+13145550143")]
    for member in staff:
        member.looks()
    stranger = house.new_phone()
    stranger.writes("there is blood everywhere and he has a gun")
    stranger.gets("911")
    until("somebody told", lambda: any(is_new(member, "EMERGENT") for member in staff))
    assert not any(stranger.number in text for member in staff for text in member.got)


def test_a_report_that_comes_before_we_kept_that_the_carrier_took_it_stands(house: RealHouse, ana: HeldPhone) -> None:
    house.process("worker").stop()
    house.restarts("worker", CHECKBACK_FAULTS="carrier.send.after=delay:3")
    ana.writes("we need a crib")
    ana.gets("555-01")
    until("the report kept", lambda: house.states_of(ana) == {OutboundState.DELIVERED}, within=2.5)
    house.process("worker").stop()  # which ends what is under way first
    assert house.states_of(ana) == {OutboundState.DELIVERED}
    assert ana.under_way == []


def test_a_report_of_a_text_we_never_wrote_changes_nothing(twilio: Twilio) -> None:
    assert twilio.reports(str(uuid4()), "delivered").status_code == 204
    assert twilio.reports("no id", "a status of tomorrow").status_code == 204


ELSEWHERE = (
    *("/", "/health", "/metrics", "/docs", "/openapi.json", "/twilio", "/twilio/inbound/", "/twilio/%2e%2e/health"),
    *("/_/phones", "/api/incidents", "/static/app.css", "//twilio/inbound", "/twilio/voice", "/.env"),
)


def test_nothing_but_the_two_routes_answers(house: RealHouse) -> None:
    said = {path: [ask(house, method, path) for method in ("GET", "POST")] for path in ELSEWHERE}
    assert {path: codes for path, codes in said.items() if codes != [404, 404]} == {}
    others = ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE")
    assert {ask(house, method, "/twilio/inbound") for method in others} == {405}


def ask(house: RealHouse, method: str, path: str) -> int:
    return httpx2.request(method, house.settings.public_url + path, trust_env=False, timeout=10).status_code


def kept(house: RealHouse, sid: str) -> list[str]:
    return [row.body for row in house.all(InboundMessage) if row.carrier_sid == sid]


def is_new(phone: HeldPhone, words: str) -> bool:
    return any(words in text.body for text in phone.received if text.sid not in phone.looked_at)
