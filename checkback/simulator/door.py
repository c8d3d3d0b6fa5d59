"""The door of the REST API: who asks is checked, ordered faults befall, and every answer has Twilio's form."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from http import HTTPStatus
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from checkback.simulator.account import Account
from checkback.simulator.body import BadBody, read_form
from checkback.simulator.connection import cut, outwait, reset, trickle
from checkback.simulator.faults import REQUEST_FAULTS, Fault, FaultKind
from checkback.simulator.network import Network
from checkback.simulator.refusals import Refusal

Fields = dict[str, list[str]]
_NO_AUTH, _TEST_CREDENTIALS, _NOT_FOUND, _TOO_MANY = 20003, 20008, 20404, 20429
_TEST_ACCOUNT = "test"


@dataclass(frozen=True)
class Asked:
    """A request that was let in, with the fields of its form."""

    request: Request
    form: Fields
    is_test: bool
    """Asked with test credentials: to be judged as ever, and not to be carried out."""

    @property
    def query(self) -> dict[str, str]:
        return dict(self.request.query_params)

    def path(self, name: str) -> str:
        return str(self.request.path_params[name])

    def one(self, name: str) -> str:
        """The last value of a field, blank where it is missing."""
        return self.form[name][-1] if self.form.get(name) else ""


Answering = Callable[[Asked], Awaitable[Response]]


@dataclass(frozen=True)
class Terms:
    """Who is let in, apart from the account with its token, and as which sort of request faults befall it."""

    befallen_as: str | None = None
    test_credentials: bool = False
    api_keys: bool = True
    suspended: bool = False


class Door:
    """Makes routes whose every answer, and every refusal, looks like Twilio's."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._account = network.account
        self._concurrent = 0

    def route(self, method: str, path: str, answering: Answering, terms: Terms = Terms()) -> Route:
        async def endpoint(request: Request) -> Response:
            self._concurrent += 1
            try:
                answer = await self._answer(request, answering, terms)
            except Refusal as refusal:
                answer = refused(refusal)
            except BadBody as error:
                answer = refused(Refusal(20001, str(error)))
            finally:
                concurrent, self._concurrent = self._concurrent, self._concurrent - 1
            answer.headers.update(_headers(concurrent))
            return answer

        return Route(path, endpoint, methods=[method])

    async def _answer(self, request: Request, answering: Answering, terms: Terms) -> Response:
        is_test = _check_caller(request, self._account, terms) == _TEST_ACCOUNT
        self._check_crowd()
        asked = Asked(request, await read_form(request), is_test)
        fault = self._fault(asked, terms.befallen_as)
        if fault is not None and (answer := await _befall(request, fault)) is not None:
            return answer
        answer = await answering(asked)
        return answer if fault is None else await _spoil(request, fault, answer)

    def _check_crowd(self) -> None:
        limit = self._account.standing.requests_side_by_side
        if limit is not None and self._concurrent > limit:
            raise Refusal(_TOO_MANY)

    def _fault(self, asked: Asked, befallen_as: str | None) -> Fault | None:
        if befallen_as is None:
            return None
        return self._network.faults.take(REQUEST_FAULTS, *self._concerned(asked), request=befallen_as)

    def _concerned(self, asked: Asked) -> Collection[str]:
        """The numbers a request is about: those it names, and those of the text or call it is for."""
        named = [*asked.form.get("To", []), *asked.form.get("From", [])]
        named += [asked.query.get("To", ""), asked.query.get("From", "")]
        named.append(str(asked.request.path_params.get("number", "")))
        sid = str(asked.request.path_params.get("sid", ""))
        found = self._network.texts.find(sid) or self._network.calls.find(sid)
        return [*named, found.phone, found.ours] if found else named


def refused(refusal: Refusal) -> Response:
    """The answer to a request that is refused."""
    headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if refusal.status == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse(refusal.envelope(), status_code=refusal.status, headers=headers)


def _headers(concurrent: int) -> dict[str, str]:
    return {
        "Twilio-Request-Id": f"RQ{uuid4().hex}",
        "Twilio-Concurrent-Requests": str(concurrent),
        "X-Home-Region": "us1",
        "X-API-Domain": "api.twilio.com",
    }


async def _befall(request: Request, fault: Fault) -> Response | None:
    """What the fault answers instead of us, or None if the request goes on."""
    match fault.kind:
        case FaultKind.REFUSE_429:
            answer = refused(Refusal(_TOO_MANY))
            if fault.retry_after is not None:
                answer.headers["Retry-After"] = str(fault.retry_after)
            return answer
        case FaultKind.ERROR_503_HTML:
            return _page_of_error(503)
        case FaultKind.ERROR_HTML:
            return _page_of_error(fault.status)
        case FaultKind.REFUSE:
            return refused(Refusal(fault.code))
        case FaultKind.RESET:
            return await reset(request)
        case FaultKind.HANG:
            await asyncio.sleep(fault.seconds)
    return None


async def _spoil(request: Request, fault: Fault, answer: Response) -> Response:
    """What the fault makes of the answer to a request that was carried out."""
    match fault.kind:
        case FaultKind.ACCEPTED_THEN_SILENT:
            await outwait(request, fault.seconds)
            return await reset(request)
        case FaultKind.TRICKLE:
            pieces = trickle(bytes(answer.body), fault.seconds)
            return StreamingResponse(pieces, answer.status_code, media_type=answer.media_type)
        case FaultKind.CUT_ANSWER:
            return StreamingResponse(cut(request, bytes(answer.body)), answer.status_code, media_type=answer.media_type)
        case FaultKind.GARBLED_ANSWER:
            return HTMLResponse("<html><body>Welcome to the network</body></html>", answer.status_code)
    return answer


def _page_of_error(status: int) -> Response:
    return HTMLResponse(f"<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>", status)


def _check_caller(request: Request, account: Account, terms: Terms) -> str:
    """Let in the account with one of its tokens, a key with its secret, or the test credentials. Raises Refusal."""
    name, secret = _credentials(request)
    path_account = request.path_params.get("account")
    if account.test_credentials is not None and name == account.test_credentials[0]:
        _check_secret(secret, [account.test_credentials[1]])
        return _check_test(path_account, name, terms)
    if name == account.sid:
        _check_secret(secret, account.tokens)
    elif name in account.api_keys and terms.api_keys:
        _check_secret(secret, [account.api_keys[name]])
    else:
        raise Refusal(_NO_AUTH)
    if account.standing.status != "active" and not terms.suspended:
        raise Refusal(_NO_AUTH)
    _check_path(path_account, account.sid)
    return account.sid


def _check_test(path_account: str | None, name: str, terms: Terms) -> str:
    if not terms.test_credentials:
        raise Refusal(_TEST_CREDENTIALS)
    _check_path(path_account, name)
    return _TEST_ACCOUNT


def _check_secret(secret: str, known: Collection[str]) -> None:
    if not any(hmac.compare_digest(secret.encode(), one.encode()) for one in known):
        raise Refusal(_NO_AUTH)


def _check_path(asked: str | None, allowed: str) -> None:
    if asked not in (None, allowed):
        raise Refusal(_NOT_FOUND)


def _credentials(request: Request) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        raise Refusal(_NO_AUTH)
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise Refusal(_NO_AUTH) from error
    return name, secret
