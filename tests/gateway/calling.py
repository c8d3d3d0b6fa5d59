"""Twilio as the gateway meets it: it signs what it sends, for the address it was given."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx2

from checkback.care.model import InboundMessage
from tests.assembly.serving import Served
from tests.story import ANA, FAMILY_LINE, House

TOKEN, NEXT_TOKEN = "the-token-of-this-account", "the-token-that-follows"
ACCOUNT = "AC" + "0" * 32
PUBLIC = "https://gate.example.org"
SID = "SM" + "a" * 32

#: What Twilio sends with every text, blank fields and all.
INBOUND = {
    "ToCountry": "US",
    "ToState": "MO",
    "SmsMessageSid": SID,
    "NumMedia": "0",
    "ToCity": "",
    "FromZip": "",
    "SmsSid": SID,
    "FromState": "MO",
    "SmsStatus": "received",
    "FromCity": "",
    "Body": "Hola, ¿cómo están? 😀",
    "FromCountry": "US",
    "To": FAMILY_LINE,
    "ToZip": "",
    "NumSegments": "1",
    "MessageSid": SID,
    "AccountSid": ACCOUNT,
    "From": ANA,
    "ApiVersion": "2010-04-01",
}


@dataclass
class Twilio:
    """Holds the account's token."""

    door: Served
    token: str = TOKEN
    headers: dict[str, str] = field(default_factory=dict)

    def texts(self, **changes: str) -> httpx2.Response:
        return self.posts("/twilio/inbound", {**INBOUND, **changes})

    def reports(self, message_id: object, status: str, **more: str) -> httpx2.Response:
        form = {"MessageSid": SID, "MessageStatus": status, "AccountSid": ACCOUNT, "From": FAMILY_LINE, "To": ANA}
        return self.posts(f"/twilio/status?message={message_id}", {**form, **more})

    def posts(self, path: str, form: Mapping[str, str]) -> httpx2.Response:
        return self.posts_raw(path, urlencode(form).encode(), self.signs(path, form))

    def posts_raw(self, path: str, body: bytes, signature: str | bytes) -> httpx2.Response:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
        return self.door.ask("POST", path, content=body, headers={**headers, **self.headers})

    def signs(self, path: str, form: Mapping[str, str]) -> str:
        said = PUBLIC + path + "".join(name + form[name] for name in sorted(form))
        return base64.b64encode(hmac.new(self.token.encode(), said.encode(), hashlib.sha1).digest()).decode()


def kept(house: House) -> list[str]:
    return [text.body for text in house.all(InboundMessage)]
