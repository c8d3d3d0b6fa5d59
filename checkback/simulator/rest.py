"""Twilio's REST API as far as this simulator goes, with everything else answered as not found.

Messages, their media, Calls, the account and its numbers, messaging services with their A2P campaigns, and Lookup. The
hosts api, messaging and lookups of the real one are all this address. Where it is known to differ from the documents
stands in tests/simulator/test_deviations.py, each with a story that holds it.
"""

from __future__ import annotations

from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import Response
from starlette.routing import Match, Route

from checkback.simulator.calling import Calling
from checkback.simulator.config import SimulatorConfig
from checkback.simulator.door import Asked, Door
from checkback.simulator.holdings import Holdings
from checkback.simulator.lookups import Lookups
from checkback.simulator.messages import Messages
from checkback.simulator.network import Network
from checkback.simulator.refusals import Refusal

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_ROOTS = ("/2010-04-01", "/v1", "/v2")
_NO_SUCH_METHOD, _NOT_FOUND = 20004, 20404


class Anything(Convertor[str]):
    """The rest of an address, line breaks included, at which the framework's own stops."""

    regex = "(?s:.*)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("anything", Anything())


class Rest:
    """The REST API of one account over one network."""

    def __init__(self, config: SimulatorConfig, network: Network) -> None:
        door = Door(network)
        self._known = [
            *Messages(config, network).routes(door),
            *Calling(network).routes(door),
            *Holdings(network.account, config.address).routes(door),
            *Lookups(network.account, config.address).routes(door),
        ]
        self._unknown = [
            door.route(method, f"{root}{{rest:anything}}", self.unknown) for root in _ROOTS for method in _METHODS
        ]

    def routes(self) -> list[Route]:
        return [*self._known, *self._unknown]

    async def unknown(self, asked: Asked) -> Response:
        """Another method of a resource there is, or no resource."""
        if any(route.matches(asked.request.scope)[0] is Match.PARTIAL for route in self._known):
            raise Refusal(_NO_SUCH_METHOD)
        raise Refusal(_NOT_FOUND)
