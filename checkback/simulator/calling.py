"""The Calls of the REST API: place, fetch, list, redirect, hang up, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from checkback.simulator.account import Account, derived_sid
from checkback.simulator.calls import Call, CallStatus
from checkback.simulator.creation import read_call, read_call_change
from checkback.simulator.door import Asked, Door, Terms
from checkback.simulator.magic import judge_test_call
from checkback.simulator.network import Network
from checkback.simulator.numbering import spoken
from checkback.simulator.paging import cut_page, list_2010, read_span
from checkback.simulator.refusals import Refusal
from checkback.simulator.resources import account_uri, rfc_2822

_ROOT = "/2010-04-01/Accounts/{account}/Calls"
_PARTS = {
    "events": "Events",
    "notifications": "Notifications",
    "payments": "Payments",
    "recordings": "Recordings",
    "siprec": "Siprec",
    "streams": "Streams",
    "transcriptions": "Transcriptions",
    "user_defined_message_subscriptions": "UserDefinedMessageSubscriptions",
    "user_defined_messages": "UserDefinedMessages",
}
_NO_REGION, _NOT_VERIFIED, _NOT_FOUND = 21215, 21219, 20404
_READ = Terms("read")
_UPDATE = Terms("update")


class Calling:
    """Calls as resources."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._account = network.account

    def routes(self, door: Door) -> list[Route]:
        one = f"{_ROOT}/{{sid}}.json"
        return [
            door.route("POST", f"{_ROOT}.json", self.create, Terms("call", test_credentials=True)),
            door.route("GET", f"{_ROOT}.json", self.list, _READ),
            door.route("GET", one, self.fetch, _READ),
            door.route("POST", one, self.update, _UPDATE),
            door.route("DELETE", one, self.delete, _UPDATE),
        ]

    async def create(self, asked: Asked) -> Response:
        now = self._network.clock.now()
        if asked.is_test:
            call = judge_test_call(asked.form, now)
            return JSONResponse(call_resource(call, asked.path("account")), status_code=HTTPStatus.CREATED)
        call = read_call(asked.form, self._account.numbers, now)
        _check_allowed(call, self._account)
        return JSONResponse(self._resource(self._network.calls.place(call)), status_code=HTTPStatus.CREATED)

    async def list(self, asked: Asked) -> Response:
        page = cut_page(_wanted(self._network.calls.resources(), asked.query), asked.query)
        root = f"{account_uri(self._account.sid)}/Calls.json"
        return JSONResponse(list_2010(page, "calls", [self._resource(call) for call in page.items], root))

    async def fetch(self, asked: Asked) -> Response:
        return JSONResponse(self._resource(self._call(asked)))

    async def update(self, asked: Asked) -> Response:
        call = self._call(asked)
        match asked.one("Status"):
            case "":
                script, changes = read_call_change(asked.form)
                call = self._network.calls.redirect(call, script, **changes)
            case "canceled" | "completed" as status:
                call = self._network.calls.end(call, CallStatus(status))
            case _:
                raise Refusal(20001, "'Status' must be canceled or completed")
        return JSONResponse(self._resource(call))

    async def delete(self, asked: Asked) -> Response:
        self._network.calls.forget(self._call(asked))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    def _resource(self, call: Call) -> dict[str, Any]:
        return call_resource(call, self._account.sid)

    def _call(self, asked: Asked) -> Call:
        call = self._network.calls.find(asked.path("sid"))
        if call is None:
            raise Refusal(_NOT_FOUND)
        return call


def call_resource(call: Call, account_sid: str) -> dict[str, Any]:
    """The Call resource as the call stands now."""
    uri = f"{account_uri(account_sid)}/Calls/{call.sid}"
    caller, called = (call.phone, call.ours) if call.direction == "inbound" else (call.ours, call.phone)
    return {
        "account_sid": account_sid,
        "answered_by": call.answered_by,
        "api_version": "2010-04-01",
        "caller_name": None,
        "date_created": rfc_2822(call.created_at),
        "date_updated": rfc_2822(call.updated_at),
        "direction": call.direction,
        "duration": None if call.seconds is None else str(call.seconds),
        "end_time": rfc_2822(call.ended_at) if call.status is CallStatus.COMPLETED else None,
        "forwarded_from": None,
        "from": caller,
        "from_formatted": spoken(caller),
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": derived_sid("PN", call.ours),
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": call.sid,
        "start_time": rfc_2822(_start(call)),
        "status": call.status.value,
        "subresource_uris": {name: f"{uri}/{part}.json" for name, part in _PARTS.items()},
        "to": called,
        "to_formatted": spoken(called),
        "trunk_sid": None,
        "uri": f"{uri}.json",
    }


def _start(call: Call) -> datetime | None:
    """When it was dialed; a call to us was dialed when it came."""
    return call.created_at if call.direction == "inbound" else call.dialed_at


def _check_allowed(call: Call, account: Account) -> None:
    if not call.phone.startswith(account.standing.prefixes):
        raise Refusal(_NO_REGION)
    if account.standing.type == "Trial" and call.phone not in account.standing.verified:
        raise Refusal(_NOT_VERIFIED)


def _wanted(calls: Sequence[Call], query: Mapping[str, str]) -> list[Call]:
    """Those that To, From, Status, StartTime and EndTime ask for. Raises Refusal."""
    started, ended = (read_span(query, name, through=False) for name in ("StartTime", "EndTime"))
    to, caller, status = query.get("To", ""), query.get("From", ""), query.get("Status", "")
    if status and status not in set(CallStatus):
        raise Refusal(20001, "'Status' is none that a call can have")
    if query.get("ParentCallSid"):
        # No call here has another one for its parent.
        return []
    return [
        call
        for call in calls
        if to in ("", call.ours if call.direction == "inbound" else call.phone)
        and caller in ("", call.phone if call.direction == "inbound" else call.ours)
        and status in ("", call.status)
        and started.holds(_start(call))
        and ended.holds(call.ended_at)
    ]
