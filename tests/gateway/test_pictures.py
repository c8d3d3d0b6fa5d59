"""Pictures: where they lie is kept, sealed; nothing is fetched, and no address but Twilio's own is kept."""

from __future__ import annotations

import json

import pytest

from checkback.care.model import InboundMessage
from checkback.gateway.webhooks import MediaHost
from tests.gateway.calling import ACCOUNT, INBOUND, kept

SID = "MM" + "c" * 32
BELOW = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{SID}/Media/ME"
HERE = f"https://api.twilio.com{BELOW}"


@pytest.fixture
def database_url(tmp_path) -> str:
    """What is decided above the database needs one kind."""
    return f"sqlite:///{tmp_path / 'checkback.db'}"


def pictures(count: int, **changes: str) -> dict[str, str]:
    """What Twilio says of an MMS with so many pictures."""
    urls = {f"MediaUrl{n}": f"{HERE}{n:032x}" for n in range(count)}
    kinds = {f"MediaContentType{n}": "image/jpeg" for n in range(count)}
    return {"MessageSid": SID, "NumMedia": str(count), "Body": "", **urls, **kinds, **changes}


@pytest.mark.parametrize("count", [1, 10])
def test_up_to_ten_pictures_are_kept_as_references(twilio, house, count):
    assert twilio.texts(**pictures(count)).status_code == 204
    (text,) = house.all(InboundMessage)
    assert text.media_count == count
    assert [each["url"] for each in json.loads(text.media)] == [f"{HERE}{n:032x}" for n in range(count)]
    assert {each["type"] for each in json.loads(text.media)} == {"image/jpeg"}


def test_a_picture_alone_is_answered_and_is_a_persons_task(twilio, house, ana):
    house.enrols()
    house.works()
    assert twilio.texts(**pictures(1)).status_code == 204
    house.works()
    assert "picture" in ana.last
    assert house.tasks == ["picture"]


def test_a_danger_beside_a_picture_is_heard(twilio, house, dr_lee):
    house.enrols()
    assert twilio.texts(**pictures(1, Body="he has a gun")).status_code == 204
    house.works()
    assert "EMERGENT" in dr_lee.last


ELSEWHERE = [
    f"http://api.twilio.com{BELOW}0",
    f"https://evil.example.org{BELOW}0",
    f"https://api.twilio.com.evil.example.org{BELOW}0",
    f"https://api.twilio.com@evil.example.org{BELOW}0",
    f"https://user:word@api.twilio.com{BELOW}0",
    f"https://api.twilio.com:8443{BELOW}0",
    f"https://evil.example.org\\@api.twilio.com{BELOW}0",
    f"https://api.evil-twilio.com{BELOW}0",
    f"https://api.twilio.com/2010-04-01/Accounts/AC{'1' * 32}/Messages/{SID}/Media/ME0",
    f"https://api.twilio.com{BELOW}/../../../../AC{'1' * 32}/x",
    "https://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1:8001/families",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://[::1",
    "https://api.twilio.com:port/",
    f"https://api.twilio.com{BELOW}" + "x" * 1000,
    f"https://api.twilio.com{BELOW}\n0",
    f"https://аpi.twilio.com{BELOW}0",  # the first letter is Cyrillic
    "",
]


def test_an_address_that_is_not_twilios_own_is_dropped_and_the_text_is_kept(twilio, house):
    for number, address in enumerate(ELSEWHERE):
        form = pictures(2, MediaUrl0=address, MessageSid=f"MM{number:032x}")
        assert twilio.texts(**form).status_code == 204, address
    texts = house.all(InboundMessage)
    assert [text.media_count for text in texts] == [2] * len(ELSEWHERE), "a person is to know of it"
    assert {each["url"] for text in texts for each in json.loads(text.media)} == {f"{HERE}{1:032x}"}


def test_twilios_regions_and_the_pretended_twilio_of_a_demonstration_are_its_own():
    demo = MediaHost("http://127.0.0.1:8002", ACCOUNT)
    assert demo.is_at(f"http://127.0.0.1:8002{BELOW}0")
    assert demo.is_at(f"https://api.dublin.ie1.twilio.com{BELOW}0")
    live = MediaHost("https://api.twilio.com", ACCOUNT)
    assert not live.is_at(f"http://127.0.0.1:8002{BELOW}0")


def test_a_count_that_cannot_be_right_breaks_nothing(twilio, house):
    for number, count in enumerate(["-1", "11", "999999", "many", "1.5", ""]):
        form = pictures(1, NumMedia=count, Body="hello", MessageSid=f"MM{number:032x}")
        assert twilio.texts(**form).status_code == 204, count
    assert kept(house) == ["hello"] * 6


def test_a_type_that_is_none_is_not_kept(twilio, house):
    assert twilio.texts(**pictures(1, MediaContentType0="<script>")).status_code == 204
    (text,) = house.all(InboundMessage)
    assert json.loads(text.media)[0]["type"] == "unknown"


def test_a_text_without_pictures_has_no_references(twilio, house):
    assert twilio.texts(MediaUrl0=f"{HERE}0").status_code == 204
    (text,) = house.all(InboundMessage)
    assert (text.media_count, text.media, text.body) == (0, None, INBOUND["Body"])
