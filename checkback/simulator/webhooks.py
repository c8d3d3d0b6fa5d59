"""Calls the application's webhooks: signed, with Twilio's time-outs, retries, redirects and fallback.

It keeps a record of every attempt, and a complaint for every answer that Twilio's debugger would complain of.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Literal
from urllib.parse import urlencode, urljoin

import httpx2

from checkback.simulator.account import Webhook
from checkback.simulator.answers import (
    NO_ANSWER,
    Answer,
    Judge,
    Verdict,
    judge_callback_answer,
    judge_inbound_answer,
    judge_voice_answer,
)
from checkback.simulator.clock import MovableClock
from checkback.simulator.overrides import Overrides, read_overrides
from checkback.simulator.signature import sign

Kind = Literal["inbound", "status", "voice", "call-status"]
Fields = Sequence[tuple[str, str]]

_JUDGES: dict[Kind, Judge] = {
    "inbound": judge_inbound_answer,
    "status": judge_callback_answer,
    "voice": judge_voice_answer,
    "call-status": judge_callback_answer,
}
_LARGEST_ANSWER = 64 * 1024
_MOST_REDIRECTS = 10
_BAD_ADDRESS = 11100
_KEEP_METHOD = (HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT)


@dataclass(frozen=True)
class Attempt:
    """One attempt at one webhook. `outcome` is 2xx, 3xx, 4xx, 5xx, ct (no connection) or rt (no answer in time)."""

    at: datetime
    kind: Kind
    sid: str
    message_status: str
    url: str
    method: str
    attempt: int
    outcome: str
    status: int | None
    milliseconds: int


@dataclass(frozen=True)
class Complaint:
    """Something Twilio's debugger would have shown."""

    at: datetime
    kind: Kind
    sid: str
    code: int
    message: str


@dataclass(frozen=True)
class _Errand:
    """What one webhook is to carry, and where."""

    kind: Kind
    sid: str
    url: str
    method: str
    fields: Fields
    token: str

    @property
    def status(self) -> str:
        said = dict(self.fields)
        return said.get("SmsStatus") or said.get("CallStatus", "")


class Webhooks:
    """The pretend Twilio's way out. `auth_token` is asked for each signature, since a token may be rotated;
    `on_complaint` is told of each wrong answer as it happens."""

    def __init__(self, clock: MovableClock, auth_token: Callable[[], str], on_complaint: Callable[[], None]) -> None:
        self.calls: deque[Attempt] = deque(maxlen=5000)
        self.complaints: deque[Complaint] = deque(maxlen=1000)
        self._clock = clock
        self._auth_token = auth_token
        self._on_complaint = on_complaint
        # No proxy from the environment and no limit, Twilio does not wait for itself; a new connection each time, since
        # one that the application just closed would lose a text.
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
        self._client = httpx2.AsyncClient(trust_env=False, limits=limits)

    async def close(self) -> None:
        await self._client.aclose()

    async def call(self, kind: Kind, sid: str, webhook: Webhook, fields: Fields, token: str) -> Verdict:
        """Ask the webhook, again where its URL's overrides say so, and then its fallback, which is told what failed.

        Every attempt carries the same idempotency `token`.
        """
        verdict = await self._ask(_Errand(kind, sid, webhook.url, webhook.method, fields, token))
        if not verdict.wants_fallback or webhook.fallback_url is None:
            return verdict
        failed = [("ErrorCode", str(verdict.complaints[0][0])), ("ErrorUrl", webhook.url.partition("#")[0])]
        second = _Errand(kind, sid, webhook.fallback_url, webhook.fallback_method, [*fields, *failed], token)
        return await self._ask(second)

    def complain(self, kind: Kind, sid: str, code: int, message: str) -> None:
        """Keep what Twilio's debugger would show."""
        self.complaints.append(Complaint(self._clock.now(), kind, sid, code, message))
        self._on_complaint()

    async def _ask(self, errand: _Errand) -> Verdict:
        """One address with its retries, and what is to be said of its answer."""
        try:
            target, overrides = read_overrides(errand.url)
        except ValueError as error:
            return self._judged(errand, Verdict(complaints=((_BAD_ADDRESS, f"the address is wrong: {error}"),)))
        errand = replace(errand, url=target)
        deadline = time.monotonic() + overrides.total
        answer: Answer | None = None
        for attempt in range(1, overrides.retries + 2):
            started = time.monotonic()
            outcome, answer = await self._attempt(errand, overrides, within=deadline - started)
            self._record(errand, attempt, outcome, answer, started)
            if not overrides.wants_retry(outcome) or time.monotonic() >= deadline:
                break
        return self._judged(errand, NO_ANSWER if answer is None else _JUDGES[errand.kind](answer))

    def _judged(self, errand: _Errand, verdict: Verdict) -> Verdict:
        for code, message in verdict.complaints:
            self.complain(errand.kind, errand.sid, code, message)
        return verdict

    async def _attempt(self, errand: _Errand, overrides: Overrides, *, within: float) -> tuple[str, Answer | None]:
        """How one attempt ended, and the answer if there was one."""
        try:
            async with asyncio.timeout(within):
                answer = await self._follow(errand, overrides)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            return "ct", None
        except (httpx2.HTTPError, TimeoutError):
            return "rt", None
        return f"{answer.status // 100}xx", answer

    async def _follow(self, errand: _Errand, overrides: Overrides) -> Answer:
        """Send it, and go where a redirect leads: 307 and 308 keep the fields, every other turns into a bare GET."""
        answer = await self._send(errand, overrides)
        lost = False
        for _ in range(_MOST_REDIRECTS):
            if not answer.is_redirect or not answer.location:
                break
            errand = replace(errand, url=urljoin(errand.url, answer.location))
            if answer.status not in _KEEP_METHOD:
                errand, lost = replace(errand, method="GET", fields=()), True
            answer = await self._send(errand, overrides)
        return replace(answer, lost_fields=lost)

    async def _send(self, errand: _Errand, overrides: Overrides) -> Answer:
        url, form = errand.url, errand.fields
        if errand.method == "GET" and form:
            # All of it is in the address then, and that is what is signed.
            url, form = f"{url}{'&' if '?' in url else '?'}{urlencode(form)}", ()
        request = self._client.build_request(
            errand.method,
            url,
            content=urlencode(form) if errand.method == "POST" else None,
            headers=self._headers(errand, url, form),
            timeout=httpx2.Timeout(overrides.read, connect=overrides.connect),
        )
        return await _read(await self._client.send(request, stream=True))

    def _headers(self, errand: _Errand, url: str, form: Fields) -> dict[str, str]:
        content_type = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
        return {
            **(content_type if errand.method == "POST" else {}),
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "I-Twilio-Idempotency-Token": errand.token,
            "X-Twilio-Signature": sign(self._auth_token(), url, form),
            "X-Home-Region": "us1",
        }

    def _record(self, errand: _Errand, attempt: int, outcome: str, answer: Answer | None, started: float) -> None:
        self.calls.append(
            Attempt(
                at=self._clock.now(),
                kind=errand.kind,
                sid=errand.sid,
                message_status=errand.status,
                url=errand.url,
                method=errand.method,
                attempt=attempt,
                outcome=outcome,
                status=None if answer is None else answer.status,
                milliseconds=round((time.monotonic() - started) * 1000),
            )
        )


async def _read(response: httpx2.Response) -> Answer:
    """The answer with its body, cut where a pretend Twilio has read enough."""
    body = b""
    try:
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > _LARGEST_ANSWER:
                break
    finally:
        await response.aclose()
    content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    location = response.headers.get("location", "")
    return Answer(response.status_code, content_type, body[:_LARGEST_ANSWER], location)
