"""The control door's part for calls, and for the opt-out words of a messaging service.

GET    /_/calls                            every call, with what was said and pressed
POST   /_/phones/{number}/calls            {"to": one of ours}: the phone's holder calls
POST   /_/phones/{number}/manner           {"manner": hand, answers, voicemail, busy, no-answer or failed}
POST   /_/calls/{sid}/answer               pick up
POST   /_/calls/{sid}/digits               {"digits": "1"}
POST   /_/calls/{sid}/hang-up              hang up, or decline while it rings
GET    /_/services/{sid}/opt-out           the words of a service's own
PUT    /_/services/{sid}/opt-out           {"languages": [{"language", "stop", "start", "help", "stop_answer", …}]}
"""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from checkback.simulator.body import read_json
from checkback.simulator.calls import Call
from checkback.simulator.config import SimulatorConfig
from checkback.simulator.control import json_door
from checkback.simulator.handset import Manner
from checkback.simulator.network import Network
from checkback.simulator.optouts import read_vocabularies, vocabulary_as_json
from checkback.simulator.phones import Phones


class CallControl:
    """What a phone's holder can do with a call, from outside."""

    def __init__(self, config: SimulatorConfig, network: Network) -> None:
        self._network = network
        self._voice = network.voice
        self._phones = Phones(config, network)

    def routes(self) -> list[Route]:
        return [
            Route("/_/calls", json_door(self.calls)),
            Route("/_/phones/{number}/calls", json_door(self.dial), methods=["POST"]),
            Route("/_/phones/{number}/manner", json_door(self.behave), methods=["POST"]),
            Route("/_/calls/{sid}/answer", json_door(self.pick_up), methods=["POST"]),
            Route("/_/calls/{sid}/digits", json_door(self.press), methods=["POST"]),
            Route("/_/calls/{sid}/hang-up", json_door(self.put_down), methods=["POST"]),
            Route("/_/services/{sid}/opt-out", json_door(self.words), methods=["GET"]),
            Route("/_/services/{sid}/opt-out", json_door(self.set_words), methods=["PUT"]),
        ]

    async def calls(self, request: Request) -> Response:
        return JSONResponse({"calls": [self._as_json(call) for call in self._network.calls.resources()[::-1]]})

    async def dial(self, request: Request) -> Response:
        number, to = request.path_params["number"], (await read_json(request)).get("to")
        self._phones.check(number, to)
        return JSONResponse(self._as_json(self._voice.dial(number, str(to))), status_code=202)

    async def behave(self, request: Request) -> Response:
        self._voice.behave(request.path_params["number"], read_manner((await read_json(request)).get("manner")))
        return Response(status_code=204)

    async def pick_up(self, request: Request) -> Response:
        self._voice.pick_up(request.path_params["sid"])
        return Response(status_code=204)

    async def press(self, request: Request) -> Response:
        self._voice.press(request.path_params["sid"], str((await read_json(request)).get("digits", "")))
        return Response(status_code=204)

    async def put_down(self, request: Request) -> Response:
        self._voice.put_down(request.path_params["sid"])
        return Response(status_code=204)

    async def words(self, request: Request) -> Response:
        words = self._network.opt_outs.words_of(self._service(request))
        return JSONResponse({"languages": [vocabulary_as_json(one) for one in words]})

    async def set_words(self, request: Request) -> Response:
        said = await read_json(request)
        self._network.opt_outs.set_words(self._service(request), read_vocabularies(said.get("languages")))
        return await self.words(request)

    def _service(self, request: Request) -> str:
        sid: str = request.path_params["sid"]
        if sid not in self._network.account.services:
            raise HTTPException(404, "sid: no such messaging service")
        return sid

    def _as_json(self, call: Call) -> dict[str, Any]:
        handset = self._voice.handset(call.sid)
        lines = handset.heard if handset else []
        return {
            "sid": call.sid,
            "direction": call.direction,
            "phone": call.phone,
            "ours": call.ours,
            "status": call.status.value,
            "answered_by": call.answered_by,
            "voicemail": bool(handset and handset.is_voicemail),
            "waits_for_keys": bool(handset and handset.waits_for_keys),
            "lines": [{"words": line.words, "by_holder": line.by_holder} for line in lines],
        }


def read_manner(said: Any) -> Manner:
    """Raises ValueError when there is no such manner."""
    try:
        return Manner(said)
    except ValueError as error:
        raise ValueError(f"manner: must be one of {', '.join(Manner)}") from error
