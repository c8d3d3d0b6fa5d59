"""The public door: a handful of routes, each signed by Twilio, each answered only after what it brought is kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import structlog
from starlette.requests import Request
from starlette.responses import Response

from checkback.adapters.twilio_webhooks import Signatures, read_form
from checkback.assembly.doors import Endpoint, Entry, RouteTable
from checkback.assembly.settings import Settings
from checkback.care.errors import StoreUnavailable
from checkback.care.flows import calls, summoning, taking_in
from checkback.care.flows.calls import FamilyCall
from checkback.care.flows.inbound import Received
from checkback.care.flows.summoning import Spoken
from checkback.care.runtime import Runtime
from checkback.gateway import counting
from checkback.gateway.patience import Hangs, Patience
from checkback.gateway.voice import call_of as _call_of
from checkback.gateway.voice import family_call, family_twiml, twiml
from checkback.gateway.webhooks import Malformed, MediaHost, delivery_report, received_text

log = structlog.get_logger(__name__)

_FORM = "application/x-www-form-urlencoded"
_NOT_KEPT = 503
_RETRY_AFTER = {"Retry-After": "2"}

Form = Mapping[str, str]
#: What became of what was received, in a word.
Receiving = Callable[[Request, Form], Awaitable[str]]
Speaking = Callable[[Request, Form], Awaitable[Spoken]]


def make_app(rt: Runtime, settings: Settings, patience: Patience | None = None) -> RouteTable:
    """The gateway as an ASGI application, to be served with `assembly.doors.serve`."""
    counting.watch(rt.journal)
    gateway = Gateway(rt, settings, patience or Patience(settings.pool_size))
    entries = [
        Entry("POST", "/twilio/inbound", gateway.door("inbound", gateway.receive_text)),
        Entry("POST", "/twilio/status", gateway.door("status", gateway.record_delivery)),
        Entry("POST", "/twilio/voice/family", gateway.answer_family),
        Entry("POST", "/twilio/voice/alert", gateway.spoken("voice-alert", gateway.answer_call)),
        Entry("POST", "/twilio/voice/key", gateway.spoken("voice-key", gateway.hear_key)),
        Entry("POST", "/twilio/voice/status", gateway.door("voice-status", gateway.end_call)),
    ]
    return RouteTable(entries, name="gateway")


class Gateway:
    """What each webhook leads to."""

    def __init__(self, rt: Runtime, settings: Settings, patience: Patience) -> None:
        self._rt = rt
        self._account_sid = settings.twilio_account_sid
        self._media = MediaHost(settings.twilio_account.base_url, settings.twilio_account_sid)
        self._signatures = Signatures(settings.signing_tokens, settings.public_url)
        self._patience = patience

    async def receive_text(self, request: Request, form: Form) -> Received:
        text, arrived = received_text(form, self._media), self._rt.clock.now()
        try:
            return await self._patience.with_database(partial(taking_in.take_in, self._rt, text))
        except Hangs:
            log.error("text.journalled", sid=text.carrier_sid, error="Hangs")
            return await self._patience.with_disk(partial(taking_in.keep_on_disk, self._rt, text, arrived))

    async def record_delivery(self, request: Request, form: Form) -> Received:
        report = delivery_report(form, request.query_params.get("message"))
        try:
            return await self._patience.with_database(partial(taking_in.take_in_report, self._rt, report))
        except Hangs:
            log.error("delivery.journalled", sid=report.carrier_sid, error="Hangs")
            return await self._patience.with_disk(partial(taking_in.keep_report_on_disk, self._rt, report))

    async def answer_call(self, request: Request, _form: Form) -> Spoken:
        call = _call_of(request)
        return await self._patience.with_database(partial(summoning.answered, self._rt, call))

    async def hear_key(self, request: Request, form: Form) -> Spoken:
        call, key = _call_of(request), form.get("Digits", "")[:1]
        return await self._patience.with_database(partial(summoning.pressed, self._rt, call, key))

    async def end_call(self, request: Request, form: Form) -> str:
        call, status = _call_of(request), form.get("CallStatus", "")[:32]
        is_ours = await self._patience.with_database(partial(summoning.call_ended, self._rt, call, status))
        return "kept" if is_ours else "unknown"

    async def answer_family(self, request: Request) -> Response:
        """A family calls: whatever happens to us, whoever calls hears where help is."""
        said: list[FamilyCall] = []

        async def receive(_asked: Request, form: Form) -> str:
            call = family_call(form)
            said.append(await self._patience.with_database(partial(calls.receive_call, self._rt, call)))
            return "spoken"

        response, outcome = await self._answer(request, receive)
        counting.count("voice-family", outcome)
        if said:
            return Response(family_twiml(said[0]), media_type="text/xml")
        if response.status_code == _NOT_KEPT:
            return Response(family_twiml(calls.without_database(self._rt)), media_type="text/xml")
        return response

    def spoken(self, kind: str, speak: Speaking) -> Endpoint:
        """`speak` behind the signature, its words as TwiML."""

        async def endpoint(request: Request) -> Response:
            said: list[Spoken] = []

            async def receive(asked: Request, form: Form) -> str:
                said.append(await speak(asked, form))
                return "spoken"

            response, outcome = await self._answer(request, receive)
            counting.count(kind, outcome)
            if not said:
                return response
            again = f"/twilio/voice/key?call={_call_of(request)}"
            return Response(twiml(said[0], again), media_type="text/xml")

        return endpoint

    def door(self, kind: str, receive: Receiving) -> Endpoint:
        """`receive` behind the signature, each answer counted."""

        async def endpoint(request: Request) -> Response:
            response, outcome = await self._answer(request, receive)
            counting.count(kind, outcome)
            return response

        return endpoint

    async def _answer(self, request: Request, receive: Receiving) -> tuple[Response, str]:
        """204 once `receive` has returned, 503 when it could not keep what came; and what became of it, in a word."""
        refusal = self._refusal(request, await request.body())
        if refusal is not None:
            status, why = refusal
            return Response(status_code=status), why
        try:
            received = await receive(request, _fields(await request.body()))
        except Malformed as error:
            log.warning("webhook.malformed", path=request.url.path, field=str(error))
            return Response(status_code=400), "malformed"
        except (StoreUnavailable, Hangs):
            log.error("webhook.not-kept", path=request.url.path)
            return Response(status_code=503, headers=_RETRY_AFTER), "not-kept"
        except Exception:
            # Whatever it was, the text is not kept; Twilio shall know, and the alarm on this event shall ring.
            log.exception("webhook.failed", path=request.url.path)
            return Response(status_code=503, headers=_RETRY_AFTER), "failed"
        return Response(status_code=204), received

    def _refusal(self, request: Request, body: bytes) -> tuple[int, str] | None:
        """Why not, as an HTTP status and a word; None when this comes from Twilio and speaks of our account."""
        # The address as Twilio was given it is configured; Host and X-Forwarded-* are anybody's to write.
        raw_path = request.scope["raw_path"].decode("latin-1")
        signed = self._signatures.is_signed(
            raw_path, request.scope["query_string"], body, request.headers.get("X-Twilio-Signature")
        )
        if not signed:
            log.warning("webhook.not-signed", path=request.url.path)
            return 403, "not-signed"
        if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != _FORM:
            return 415, "no-form"
        if _fields(body).get("AccountSid") != self._account_sid:
            log.warning("webhook.other-account", path=request.url.path)
            return 403, "other-account"
        return None


def _fields(body: bytes) -> Form:
    """The form's fields; of one that is repeated the first."""
    fields: dict[str, str] = {}
    for name, value in read_form(body):
        fields.setdefault(name, value)
    return fields
