"""Signs a webhook as https://www.twilio.com/docs/usage/security describes: HMAC-SHA1 over the URL and sorted fields."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable


def sign(auth_token: str, url: str, fields: Iterable[tuple[str, str]]) -> str:
    """The value of X-Twilio-Signature for a POST of `fields` to exactly this `url`, blank fields included."""
    said = url + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.new(auth_token.encode(), said.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode("ascii")
