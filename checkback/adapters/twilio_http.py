"""How Twilio is spoken to: its official client with a deadline, one try, and errors that carry no words."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import structlog
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from checkback.adapters.outside import Answer, Call, Limits, NoAnswer, NotSent, call
from checkback.care.errors import SendFailed, SendUnclear
from checkback.care.rules.carrier_answers import BAD_CREDENTIALS, TOO_MANY_AT_ONCE, Fate, answer_to, refused_for_good

log = structlog.get_logger(__name__)

API = "https://api.twilio.com"
#: Where messaging services and their campaigns are read.
_MESSAGING = "https://messaging.twilio.com"
#: Where numbers are looked up.
_LOOKUPS = "https://lookups.twilio.com"

_LONGEST_RETRY_AFTER = 3_600.0

#: What an HTTP status says where Twilio's own code is missing.
_BY_STATUS = {401: BAD_CREDENTIALS, 429: TOO_MANY_AT_ONCE}


@dataclass(frozen=True)
class TwilioAccount:
    """Whose account, and where its API is; anything but Twilio itself is a pretend one on this machine."""

    sid: str
    token: str = field(repr=False)
    base_url: str = API


def client_of(account: TwilioAccount, limits: Limits) -> Client:
    """Twilio's own client for this account, which speaks through `TwilioHttp` and nothing else."""
    client = Client(account.sid, account.token, http_client=TwilioHttp(account.base_url, limits))
    # The environment may name an edge or a region; they are for twilio.com hosts and would mangle another.
    client.edge = client.region = None
    return client


class TwilioHttp(HttpClient):  # type: ignore[misc]
    """What Twilio's client speaks through: one try, a deadline, no log, and errors that carry no words.

    It judges every answer itself: the client's own exceptions leave out the headers and bring the request along.
    """

    def __init__(self, base_url: str, limits: Limits) -> None:
        super().__init__(logger=None, is_async=False)
        self._base = base_url.rstrip("/")
        self._limits = limits
        self.date: datetime | None = None
        """What time it was at Twilio when it answered last."""

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        url = self._there(uri) + (f"?{urlencode(params, doseq=True)}" if params else "")
        content = urlencode(data, doseq=True).encode() if data else b""
        said = dict(headers or {}) | ({"Authorization": _basic(*auth)} if auth else {})
        try:
            answer = call(Call(method, url, said, content), self._limits)
        except NotSent:
            raise SendFailed(None, permanent=False) from None
        except NoAnswer:
            raise SendUnclear from None
        self.date = _date(answer.headers.get("Date"))
        return Response(answer.status, json.dumps(_judged(answer)), answer.headers)

    def _there(self, uri: str) -> str:
        """Twilio's own address of it, or the one at whoever stands in for Twilio."""
        if self._base == API:
            return uri
        return self._base + uri.removeprefix(API).removeprefix(_MESSAGING).removeprefix(_LOOKUPS).removeprefix(
            self._base
        )


def _date(written: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(written or "")
    except ValueError:
        return None


def _basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode("ascii")


def _judged(answer: Answer) -> dict[str, Any]:
    """What a 2xx says. Raises SendFailed for what Twilio refused, SendUnclear for what nobody can know."""
    if answer.status == HTTPStatus.NO_CONTENT:
        return {}  # deleted: there is nothing to say
    said = _object(answer.content)
    if 200 <= answer.status < 300 and said is not None:  # noqa: PLR2004 - the range is its name
        return said
    if not 400 <= answer.status < 500:  # noqa: PLR2004
        raise SendUnclear
    raise _refusal(answer, _code(said or {}))


def _refusal(answer: Answer, said: int | None) -> SendFailed:
    code = _BY_STATUS.get(answer.status, said) if answer_to(said).fate is Fate.ENDS else said
    if code == BAD_CREDENTIALS:
        log.error("carrier.credentials-refused", status=answer.status, code=code)
    return SendFailed(code, permanent=refused_for_good(code), retry_after=_seconds(answer.headers.get("Retry-After")))


def _code(said: Mapping[str, Any]) -> int | None:
    code = said.get("code")
    return code if isinstance(code, int) else None


def _seconds(written: str | None) -> float | None:
    """Retry-After in seconds; as a date it is not used by Twilio and not read here."""
    try:
        seconds = float(written or "")
    except ValueError:
        return None
    return min(seconds, _LONGEST_RETRY_AFTER) if seconds >= 0 else None


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
