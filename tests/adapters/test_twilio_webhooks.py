"""Which webhooks are Twilio's own, and what stands in them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkback.adapters.twilio_webhooks import Signatures, read_form

TOKEN = "a-token-of-nobody"
PUBLIC = "https://gate.example.org"


def by_hand(token: str, url: str, fields: list[tuple[str, str]]) -> str:
    """The signature as Twilio's page describes it, written out without its library."""
    said = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()).decode()


def is_signed(
    fields: list[tuple[str, str]], header: str | None, *, raw: bytes | None = None, query: bytes = b""
) -> bool:
    body = urlencode(fields).encode() if raw is None else raw
    return Signatures([TOKEN], PUBLIC).is_signed("/twilio/inbound", query, body, header)


INBOUND = [("From", "+13145550101"), ("Body", "Hola ñ"), ("FromCity", ""), ("ToZip", "")]


def test_twilios_own_example_is_signed():
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    signatures = Signatures(["12345"], "https://mycompany.com")
    body = urlencode(fields).encode()
    assert signatures.is_signed("/myapp.php", b"foo=1&bar=2", body, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")


def test_blank_fields_are_part_of_what_is_signed():
    header = by_hand(TOKEN, f"{PUBLIC}/twilio/inbound", INBOUND)
    assert is_signed(INBOUND, header)
    assert not is_signed([(name, value) for name, value in INBOUND if value], header)


def test_a_repeated_field_is_signed_with_each_of_its_values_once():
    fields = [("A", "2"), ("A", "1"), ("A", "2"), ("B", "")]
    assert is_signed(fields, by_hand(TOKEN, f"{PUBLIC}/twilio/inbound", fields))


def test_the_query_is_signed_as_it_was_written():
    header = by_hand(TOKEN, f"{PUBLIC}/twilio/inbound?message=a%20b", INBOUND)
    assert is_signed(INBOUND, header, query=b"message=a%20b")
    assert not is_signed(INBOUND, header, query=b"message=a+b")
    assert not is_signed(INBOUND, header, query=b"message=other")


def test_either_token_signs_while_one_replaces_the_other():
    both = Signatures([TOKEN, "the-next-token"], PUBLIC)
    for token in (TOKEN, "the-next-token"):
        header = by_hand(token, f"{PUBLIC}/twilio/inbound", INBOUND)
        assert both.is_signed("/twilio/inbound", b"", urlencode(INBOUND).encode(), header)


@pytest.mark.parametrize(
    ("configured", "signed"),
    [
        ("https://gate.example.org", "https://gate.example.org:443"),
        ("https://gate.example.org:443", "https://gate.example.org"),
        ("https://gate.example.org:8443", "https://gate.example.org"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("https://user:word@gate.example.org:8443", "https://user:word@gate.example.org"),
        ("https://gate.example.org/behind/", "https://gate.example.org/behind"),
    ],
)
def test_the_address_is_the_configured_one_with_or_without_its_port(configured, signed):
    header = by_hand(TOKEN, f"{signed}/twilio/inbound", INBOUND)
    signatures = Signatures([TOKEN], configured)
    assert signatures.is_signed("/twilio/inbound", b"", urlencode(INBOUND).encode(), header)


@pytest.mark.parametrize(
    ("raw", "header"),
    [
        pytest.param(b"From=%2B1", None, id="no header"),
        pytest.param(b"From=%2B1", "", id="an empty header"),
        pytest.param(b"From=%2B1", "ñ" * 28, id="a header that is not ASCII"),
        pytest.param(b"From=%2B1", "x" * 100_000, id="a very long header"),
        pytest.param(
            b"Body=%ff%fe", by_hand(TOKEN, f"{PUBLIC}/twilio/inbound", [("Body", "\ufffd\ufffd")]), id="not UTF-8"
        ),
        pytest.param(
            "Body=ñ".encode("latin-1"), by_hand(TOKEN, f"{PUBLIC}/twilio/inbound", [("Body", "ñ")]), id="Latin-1"
        ),
        pytest.param(b"a=1&" * 5000, by_hand(TOKEN, f"{PUBLIC}/twilio/inbound", [("a", "1")]), id="too many fields"),
    ],
)
def test_what_cannot_be_checked_is_not_signed(raw, header):
    assert not is_signed([], header, raw=raw)


def test_a_signature_of_another_token_path_or_body_is_none():
    assert not is_signed(INBOUND, by_hand("another", f"{PUBLIC}/twilio/inbound", INBOUND))
    assert not is_signed(INBOUND, by_hand(TOKEN, f"{PUBLIC}/twilio/status", INBOUND))
    assert not is_signed([*INBOUND, ("More", "1")], by_hand(TOKEN, f"{PUBLIC}/twilio/inbound", INBOUND))


@pytest.mark.parametrize("tokens", [[], [""], [TOKEN, ""]])
def test_an_empty_token_would_sign_for_anybody_and_is_refused(tokens):
    with pytest.raises(ValueError, match="tokens"):
        Signatures(tokens, PUBLIC)


@given(st.lists(st.tuples(st.text(min_size=1, max_size=8), st.text(max_size=20)), max_size=12))
def test_any_form_comes_back_as_it_was_sent(fields):
    raw = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields).encode()
    assert read_form(raw) == fields
