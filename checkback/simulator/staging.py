"""The control door's part for the account: stage one that is set up well, or wrongly, and see how it stands.

GET    /_/account                  the account, its numbers, services and lines, without the tokens
POST   /_/account                  {"type": "Trial", "status": "suspended", "verified": […], "prefixes": ["+1"],
                                    "messages_a_day": 50, "secondary_token": "…", "promote": true,
                                    "carriers_ask_registration": true, "requests_side_by_side": 5,
                                    "balance": "0.05"}
POST   /_/numbers/{number}         {"sms_url": null, "voice_url": "…", "sms": false, "segments_per_second": 1, …}
POST   /_/services                 {"numbers": ["+1…"], …} makes a messaging service and answers its sid
POST   /_/services/{sid}           {"use_inbound_webhook_on_number": false, "inbound_request_url": null,
                                    "campaign_status": null, …}
POST   /_/lines/{number}           {"line_type": "landline", "reassigned": "yes", "is_valid": false}: what Lookup says

Every field of `OwnNumber`, `Service`, `PhoneLine` and `Standing` in account.py can be given; what is left out stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from checkback.simulator.account import Account, OwnNumber, PhoneLine, Service, Standing
from checkback.simulator.body import read_json
from checkback.simulator.control import json_door
from checkback.simulator.network import Network
from checkback.simulator.numbering import is_e164
from checkback.simulator.overrides import read_overrides
from checkback.simulator.texts import new_sid

StagedT = TypeVar("StagedT", OwnNumber, Service, PhoneLine, Standing)
Reading = Callable[[str, Any], Any]

_FIXED = frozenset({"number", "sid"})
_SECRET = frozenset({"primary_token", "secondary_token"})
_ONE_OF = {
    "type": ("Full", "Trial"),
    "status": ("active", "suspended", "closed"),
    "line_type": ("mobile", "landline", "fixedVoip", "nonFixedVoip", "tollFree", "voicemail", "unknown"),
    "reassigned": ("yes", "no", "no_data_available"),
    "campaign_status": ("PENDING", "IN_PROGRESS", "VERIFIED", "FAILED", None),
}
_LONGEST_VALIDITY = 36_000
_NUMBERS = {
    "segments_per_second": 1000.0,
    "messages_a_day": 1_000_000,
    "requests_side_by_side": 1_000,
    "validity_period": _LONGEST_VALIDITY,
}


class Staging:
    """What of the account can be seen and changed from outside."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._account = network.account

    def routes(self) -> list[Route]:
        return [
            Route("/_/account", json_door(self.account), methods=["GET"]),
            Route("/_/account", json_door(self.change_account), methods=["POST"]),
            Route("/_/numbers/{number}", json_door(self.change_number), methods=["POST"]),
            Route("/_/services", json_door(self.make_service), methods=["POST"]),
            Route("/_/services/{sid}", json_door(self.change_service), methods=["POST"]),
            Route("/_/lines/{number}", json_door(self.change_line), methods=["POST"]),
        ]

    async def account(self, request: Request) -> Response:
        return JSONResponse(_as_json(self._account))

    async def change_account(self, request: Request) -> Response:
        said = await read_json(request)
        promote = said.pop("promote", False)
        self._account.standing = _changed(self._account.standing, said)
        if promote:
            self._account.promote_token()
        return await self.account(request)

    async def change_number(self, request: Request) -> Response:
        number = request.path_params["number"]
        if number not in self._account.numbers:
            raise HTTPException(404, "number: not one of ours")
        self._account.numbers[number] = _changed(self._account.numbers[number], await read_json(request))
        return JSONResponse(asdict(self._account.numbers[number]))

    async def make_service(self, request: Request) -> Response:
        service = Service(new_sid("MG"), numbers=())
        return self._keep(_changed(service, await read_json(request)), status=201)

    async def change_service(self, request: Request) -> Response:
        service = self._account.services.get(request.path_params["sid"])
        if service is None:
            raise HTTPException(404, "sid: no such messaging service")
        return self._keep(_changed(service, await read_json(request)))

    async def change_line(self, request: Request) -> Response:
        number = request.path_params["number"]
        if not is_e164(number):
            raise ValueError("number: must be E.164, for example +13145550101")
        self._account.lines[number] = _changed(self._account.line(number), await read_json(request))
        return JSONResponse(asdict(self._account.lines[number]))

    def _keep(self, service: Service, status: int = 200) -> Response:
        taken = {number for one in self._account.services.values() if one.sid != service.sid for number in one.numbers}
        for number in service.numbers:
            if number not in self._account.numbers or number in taken:
                raise ValueError("numbers: each must be one of ours and in no other service")
        self._account.services[service.sid] = service
        return JSONResponse(asdict(service), status_code=status)


def _changed(staged: StagedT, said: Mapping[str, Any]) -> StagedT:
    """The same with some fields changed. Raises ValueError naming the field that is wrong."""
    known = {field.name for field in fields(staged)} - _FIXED
    unknown = sorted(said.keys() - known)
    if unknown:
        raise ValueError(f"no such field: {', '.join(unknown)}")
    changes = {name: _read(name, value, getattr(staged, name)) for name, value in said.items()}
    return replace(staged, **changes)


def _one_of(name: str, value: Any, allowed: tuple[str | None, ...] | None = None) -> Any:
    allowed = allowed or _ONE_OF[name]
    if not isinstance(value, str | None) or value not in allowed:
        raise ValueError(f"{name}: must be one of {', '.join(str(one) for one in allowed)}")
    return value


def _address(name: str, value: Any) -> str | None:
    if value is None:
        return None
    try:
        read_overrides(_of_kind(name, value, str, "must be a URL"))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    return str(value)


def _number(name: str, value: Any) -> Any:
    most = _NUMBERS[name]
    if value is None and name != "validity_period":
        return None
    if isinstance(value, bool) or not isinstance(value, type(most) | int) or not 0 < value <= most:
        raise ValueError(f"{name}: must be a number above 0 and at most {most}")
    return value


def _strings(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"{name}: must be a list of texts")
    return tuple(value)


def _of_kind(name: str, value: Any, kind: type, why: str) -> Any:
    if not isinstance(value, kind):
        raise ValueError(f"{name}: {why}")
    return value


def _flag(name: str, value: Any) -> Any:
    return _of_kind(name, value, bool, "must be true or false")


def _words(name: str, value: Any) -> Any:
    return _of_kind(name, value, str, "must be text")


def _words_or_none(name: str, value: Any) -> Any:
    return None if value is None else _words(name, value)


def _method(name: str, value: Any) -> Any:
    return _one_of(name, value, ("GET", "POST"))


# Which fields are read how: by the field's name, or by what stands there now. The first that fits.
_READINGS: Sequence[tuple[Callable[[str, Any], bool], Reading]] = (
    (lambda name, _: name in _ONE_OF, _one_of),
    (lambda name, _: name.endswith(("_url", "status_callback")), _address),
    (lambda name, _: name.endswith("_method"), _method),
    (lambda name, _: name in _NUMBERS, _number),
    (lambda name, _: name == "secondary_token", _words_or_none),
    (lambda _, now: isinstance(now, bool), _flag),
    (lambda _, now: isinstance(now, tuple), _strings),
    (lambda _, now: True, _words),
)


def _read(name: str, value: Any, now: Any) -> Any:
    """A value fit for the field. Raises ValueError naming it."""
    reading = next(reading for fits, reading in _READINGS if fits(name, now))
    return reading(name, value)


def _as_json(account: Account) -> dict[str, Any]:
    standing = {name: value for name, value in asdict(account.standing).items() if name not in _SECRET}
    return {
        **standing,
        "numbers": [asdict(number) for number in account.numbers.values()],
        "services": [asdict(service) for service in account.services.values()],
        "lines": {number: asdict(line) for number, line in account.lines.items()},
    }
