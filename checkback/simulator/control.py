"""The control door under /_/ for tests, the demo and the page: phones, clock, faults, complaints, webhook log, events.

It has no sign-in; it listens on loopback only and turns away what another site's page sends.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from checkback.simulator.body import BadBody, read_json
from checkback.simulator.clock import ClockRunsForward
from checkback.simulator.config import SimulatorConfig
from checkback.simulator.faults import read_fault
from checkback.simulator.network import Network
from checkback.simulator.phones import Phone, Phones, read_written
from checkback.simulator.texts import Text

Answering = Callable[[Request], Awaitable[Response]]


class Control:
    """What can be seen and moved from outside."""

    def __init__(self, config: SimulatorConfig, network: Network) -> None:
        self._config = config
        self._network = network
        self._phones = Phones(config, network)

    def routes(self) -> list[Route]:
        return [
            Route("/_/health", json_door(self.health)),
            Route("/_/phones", json_door(self.phones)),
            Route("/_/phones/{number}", json_door(self.phone)),
            Route("/_/phones/{number}/texts", json_door(self.write), methods=["POST"]),
            Route("/_/clock", json_door(self.clock), methods=["GET"]),
            Route("/_/clock", json_door(self.move_clock), methods=["POST"]),
            Route("/_/faults", json_door(self.faults), methods=["GET"]),
            Route("/_/faults", json_door(self.order_fault), methods=["POST"]),
            Route("/_/faults", json_door(self.clear_faults), methods=["DELETE"]),
            Route("/_/complaints", json_door(self.complaints), methods=["GET"]),
            Route("/_/complaints", json_door(self.clear_complaints), methods=["DELETE"]),
            Route("/_/log", json_door(self.log)),
            Route("/_/events", json_door(self.events)),
        ]

    async def health(self, request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def phones(self, request: Request) -> Response:
        return JSONResponse({"phones": [phone_as_json(phone) for phone in self._phones.all()]})

    async def phone(self, request: Request) -> Response:
        phone = self._phones.find(request.path_params["number"])
        if phone is None:
            raise HTTPException(404, "number: no such phone")
        return JSONResponse(phone_as_json(phone))

    async def write(self, request: Request) -> Response:
        said = await read_json(request)
        text = self._phones.write(request.path_params["number"], said.get("to"), read_written(said))
        return JSONResponse({"sid": text.sid}, status_code=202)

    async def clock(self, request: Request) -> Response:
        clock = self._network.clock
        now, offset = clock.now(), clock.offset().total_seconds()
        return JSONResponse({"now": now.isoformat(), "offset_seconds": offset, "zone": self._config.zone})

    async def move_clock(self, request: Request) -> Response:
        match await read_json(request):
            case {"advance_seconds": int() | float() as seconds} if not isinstance(seconds, bool):
                self._advance(seconds)
            case {"set": str() as moment}:
                self._network.clock.set(_aware(moment))
            case _:
                raise HTTPException(400, "give advance_seconds, a number, or set, an ISO date and time with its zone")
        self._network.live.tell("clock")
        return await self.clock(request)

    def _advance(self, seconds: float) -> None:
        try:
            by = timedelta(seconds=seconds)
        except (OverflowError, ValueError) as error:
            raise HTTPException(400, "advance_seconds: too far") from error
        self._network.clock.advance(by)

    async def faults(self, request: Request) -> Response:
        return JSONResponse({"faults": [fault.as_json() for fault in self._network.faults.waiting()]})

    async def order_fault(self, request: Request) -> Response:
        self._network.faults.add(read_fault(await read_json(request)))
        self._network.live.tell("carrier")
        return await self.faults(request)

    async def clear_faults(self, request: Request) -> Response:
        query = request.query_params
        self._network.faults.clear(kind=query.get("kind"), number=query.get("number"))
        self._network.live.tell("carrier")
        return await self.faults(request)

    async def complaints(self, request: Request) -> Response:
        complaints = [{**asdict(one), "at": one.at.isoformat()} for one in self._network.webhooks.complaints]
        return JSONResponse({"complaints": complaints})

    async def clear_complaints(self, request: Request) -> Response:
        self._network.webhooks.complaints.clear()
        self._network.live.tell("complaint")
        return await self.complaints(request)

    async def log(self, request: Request) -> Response:
        calls = [{**asdict(one), "at": one.at.isoformat()} for one in self._network.webhooks.calls]
        return JSONResponse({"webhooks": calls})

    async def events(self, request: Request) -> Response:
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(self._network.live.listen(), media_type="text/event-stream", headers=headers)


def phone_as_json(phone: Phone) -> dict[str, Any]:
    """A phone as the control door shows it: what can be read on it, and apart from that what did not get there."""
    return {
        "number": phone.number,
        "label": phone.label,
        "side": phone.side,
        "blocks": list(phone.blocks),
        "texts": [_text_as_json(text) for text in phone.texts],
        "not_arrived": [_text_as_json(text) for text in phone.not_arrived],
    }


def _text_as_json(text: Text) -> dict[str, Any]:
    return {
        "sid": text.sid,
        "direction": "sent" if text.direction == "inbound" else "received",
        "other": text.ours,
        "body": text.body,
        "at": text.shown_at.isoformat(),
        "status": text.status,
        "automatic": text.direction == "automatic",
        "num_media": text.num_media,
        "error_code": text.error_code,
        "handed_on": text.handed_on,
        "taken": text.taken,
    }


def _aware(said: str) -> datetime:
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as error:
        raise HTTPException(400, "set: must be an ISO date and time such as 2026-11-23T10:00:00-06:00") from error
    if moment.tzinfo is None:
        raise HTTPException(400, "set: the time zone is missing, for example +00:00")
    return moment


def json_door(answering: Answering) -> Answering:
    """Every request: bad input becomes a JSON error that names the field."""

    async def endpoint(request: Request) -> Response:
        try:
            return await answering(request)
        except HTTPException as error:
            return JSONResponse({"error": error.detail}, status_code=error.status_code)
        except ClockRunsForward:
            return JSONResponse({"error": "the clock only runs forward"}, status_code=409)
        except (BadBody, ValueError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return endpoint
