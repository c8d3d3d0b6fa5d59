"""Twilio's hand, held by a test: it signs what it posts, and posts what Twilio would not."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import uuid4

import httpx2

from tests.system.real_house import FAMILY_LINE, RealHouse

FORM = "application/x-www-form-urlencoded; charset=UTF-8"


class Twilio:
    """Holds the account of a house."""

    def __init__(self, house: RealHouse) -> None:
        self._public = house.settings.public_url
        self._account = house.settings.twilio_account_sid
        self._token = house.settings.twilio_auth_token.get_secret_value()

    def inbound(self, number: str, body: str, sid: str | None = None, to: str = FAMILY_LINE) -> dict[str, str]:
        """What it says of a text that came from this number."""
        sid = sid or f"SM{uuid4().hex}"
        said = {"MessageSid": sid, "SmsSid": sid, "AccountSid": self._account, "From": number, "To": to, "Body": body}
        return {**said, "FromCity": "", "FromZip": "", "NumMedia": "0", "NumSegments": "1", "SmsStatus": "received"}

    def reports(self, message: str, status: str, sid: str | None = None) -> httpx2.Response:
        """It reports what became of a text of ours."""
        said = {"MessageSid": sid or f"SM{uuid4().hex}", "MessageStatus": status, "AccountSid": self._account}
        return self.posts(f"/twilio/status?message={message}".replace(" ", "%20"), said)

    def posts(self, path: str, form: Mapping[str, str], signature: str | None = None) -> httpx2.Response:
        """Post a form; signed as it is, unless the test has another signature."""
        signed = self.signs(path, form) if signature is None else signature
        return self._post(path, urlencode(form).encode(), FORM, signed)

    def posts_raw(
        self, path: str, body: bytes, content_type: str, signature: str = "bm90IHNpZ25lZA=="
    ) -> httpx2.Response:
        return self._post(path, body, content_type, signature)

    def signs(self, path: str, form: Mapping[str, str], token: str | None = None) -> str:
        """As https://www.twilio.com/docs/usage/security describes it."""
        said = self._public + path + "".join(name + form[name] for name in sorted(form))
        digest = hmac.new((token or self._token).encode(), said.encode(), hashlib.sha1).digest()
        return base64.b64encode(digest).decode()

    def _post(self, path: str, body: bytes, content_type: str, signature: str) -> httpx2.Response:
        headers = {"Content-Type": content_type, "X-Twilio-Signature": signature}
        return httpx2.post(self._public + path, content=body, headers=headers, timeout=30, trust_env=False)
