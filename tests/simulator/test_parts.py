"""The small pure parts: segments, signatures, overrides, numbers, settings."""

from __future__ import annotations

import pytest

from checkback.simulator.app import PhoneToHold, SimulatorConfig
from checkback.simulator.numbering import is_e164
from checkback.simulator.overrides import Overrides, read_overrides
from checkback.simulator.segments import count_segments
from checkback.simulator.signature import sign
from checkback.simulator.twiml import Gather, Hangup, Pause, Play, Redirect, Reject, Say, TwimlError, read_script
from tests.simulator.conftest import ACCOUNT, ANA, FAMILY_LINE


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("é" * 160, 1),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("á" * 134, 2),
        ("á" * 135, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        # An extended character is never split: 152 places and the two of the euro do not fit into 153.
        ("a" * 152 + "€" + "a" * 152, 3),
        ("😔" * 35, 1),
        ("😔" * 36, 2),
        ("¿Le gustaría hablar?", 1),
    ],
)
def test_a_text_is_cut_as_the_network_cuts_it(body, parts):
    assert count_segments(body) == parts


def test_the_signature_agrees_with_twilios_published_example():
    fields = {"CallSid": "CA1234567890ABCDE", "Digits": "1234", "From": "+14158675309", "To": "+18005551212"}
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert sign("12345", url, {**fields, "Caller": "+14158675309"}.items()) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize("url", ["", "care.example/sms", "ftp://care.example", "http:///sms", "http://a/#rc=6", "http://a/#rt=1",
                                 "http://a/#rp=6xx", "http://a/#wait=1", "http://a/#ct=²"])  # fmt: skip
def test_a_wrong_webhook_url_is_refused(url):
    with pytest.raises(ValueError, match=r"needed|must be|no such"):
        read_overrides(url)


def test_without_overrides_only_a_failed_connection_is_tried_again_once():
    assert read_overrides("http://care.example/sms?a=1") == (
        "http://care.example/sms?a=1",
        Overrides(connect=5.0, read=15.0, total=15.0, retries=1, retry_on=frozenset({"ct"})),
    )


@pytest.mark.parametrize(
    ("policy", "again"),
    [
        ("ct", {"ct"}),
        ("rt", {"rt"}),
        ("4xx", {"4xx"}),
        ("5xx,ct,rt", {"5xx", "ct", "rt"}),
        ("all", {"ct", "rt", "3xx", "4xx", "5xx"}),
    ],
)
def test_what_is_tried_again_is_what_the_policy_names(policy, again):
    overrides = read_overrides(f"http://care.example/sms#rc=2&rp={policy}")[1]
    outcomes = ("ct", "rt", "2xx", "3xx", "4xx", "5xx")
    assert {outcome for outcome in outcomes if overrides.wants_retry(outcome)} == again


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("+13145550101", True),
        ("+442071838750", True),
        ("+1314555010", False),
        ("+10145550101", False),
        ("13145550101", False),
        ("+1314555٠101", False),
        ("whatsapp:+13145550101", False),
        ("", False),
    ],
)
def test_a_number_must_be_e164(number, valid):
    assert is_e164(number) is valid


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"account_sid": "AC1"}, "account_sid"),
        ({"auth_token": ""}, "auth_token"),
        ({"numbers": {}}, "numbers"),
        ({"numbers": {"555": "http://127.0.0.1/"}}, "numbers"),
        ({"numbers": {FAMILY_LINE: "nowhere"}}, "numbers"),
        ({"voice_urls": {ANA: "http://127.0.0.1/"}}, "voice_urls"),
        ({"voice_urls": {FAMILY_LINE: "nowhere"}}, "voice_urls"),
        ({"phones": [("555", "Ana", "family")]}, "phones"),
        ({"phones": [(ANA, "Ana", "neighbour")]}, "phones"),
        ({"phones": [PhoneToHold(ANA, "Ana", "family", writes_to=ANA)]}, "phones"),
        ({"zone": "St. Louis"}, "zone"),
        ({"messaging_service_sid": "1"}, "messaging_service_sid"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(change, field):
    right = {"port": 1, "account_sid": ACCOUNT, "auth_token": "t", "numbers": {FAMILY_LINE: "http://127.0.0.1/in"}}
    with pytest.raises(ValueError, match=f"^{field}: "):
        SimulatorConfig(**{**right, **change})


def test_no_setting_shows_its_secrets():
    config = SimulatorConfig(1, ACCOUNT, "very secret", {FAMILY_LINE: "http://127.0.0.1/in"}, api_keys={"SK1": "hush"})
    assert "very secret" not in repr(config)
    assert "hush" not in repr(config)


@pytest.mark.parametrize(
    ("document", "script"),
    [
        ("<Response/>", ()),
        ("<Response><Say> Hello. </Say></Response>", (Say("Hello."),)),
        ("<Response><Gather/></Response>", (Gather(num_digits=None, timeout=5.0, finish_on="#", method="POST"),)),
        ("<Response><Pause/><Pause length='3'/></Response>", (Pause(1), Pause(3))),
        ("<Response><Redirect method='GET'>/a?b=1&amp;c=2</Redirect></Response>", (Redirect("/a?b=1&c=2", "GET"),)),
        ("<Response><Reject reason='busy'/><Hangup/></Response>", (Reject("busy"), Hangup())),
        ("<Response><Play digits='12'/></Response>", (Play("12"),)),
    ],
)
def test_a_script_is_read_with_twilios_defaults(document, script):
    assert read_script(document.encode()) == script


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("<Response><Gather input='speech'/></Response>", 12200),
        ("<Response><Gather numDigits='0'/></Response>", 12200),
        ("<Response><Gather timeout='soon'/></Response>", 12200),
        ("<Response><Gather finishOnKey='xx'/></Response>", 13311),
        ("<Response><Gather><Hangup/></Gather></Response>", 12200),
        ("<Response><Redirect method='PUT'>/a</Redirect></Response>", 12200),
        ("<Response><Say/></Response>", 13520),
        ("Response", 12100),
    ],
)
def test_a_script_that_cannot_be_played_says_why(document, code):
    with pytest.raises(TwimlError) as refused:
        read_script(document.encode())
    assert refused.value.code == code
