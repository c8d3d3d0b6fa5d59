"""Puts the simulator together and serves it on loopback."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from checkback.simulator.call_control import CallControl
from checkback.simulator.config import Pace, PhoneToHold, SimulatorConfig
from checkback.simulator.connection import BreakableProtocol
from checkback.simulator.control import Control
from checkback.simulator.guard import SameSiteOnly
from checkback.simulator.network import Network
from checkback.simulator.page import Page
from checkback.simulator.rest import Rest
from checkback.simulator.staging import Staging

__all__ = ["Pace", "PhoneToHold", "SimulatorConfig", "make_app", "make_server", "serve"]

_SECONDS_TO_STOP = 3
_SECONDS_IDLE = 120


def make_app(config: SimulatorConfig) -> Starlette:
    """The whole simulator as an application. Serve it with `make_server`: breaking connections needs its protocol."""
    return _app(config, Network(config))


def make_server(config: SimulatorConfig) -> uvicorn.Server:
    """A server on 127.0.0.1 that ends its event streams when it is told to stop."""
    network = Network(config)
    # No access log: it would write down the numbers in the control door's addresses.
    settings = uvicorn.Config(
        _app(config, network),
        host="127.0.0.1",
        port=config.port,
        http=BreakableProtocol,
        ws="none",
        access_log=False,
        log_config=None,
        # Longer than the application's own idle connections live, or a text would now and then meet a closed one.
        timeout_keep_alive=_SECONDS_IDLE,
        timeout_graceful_shutdown=_SECONDS_TO_STOP,
    )
    return _Server(settings, network)


def serve(config: SimulatorConfig) -> None:
    """Serve until SIGINT or SIGTERM."""
    make_server(config).run()


class _Server(uvicorn.Server):
    def __init__(self, settings: uvicorn.Config, network: Network) -> None:
        super().__init__(settings)
        self._network = network

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._network.live.close()
        await super().shutdown(sockets)


def _app(config: SimulatorConfig, network: Network) -> Starlette:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        network.resume()
        yield
        await network.close()

    doors = (
        Rest(config, network),
        Control(config, network),
        CallControl(config, network),
        Staging(network),
        Page(config, network),
    )
    # Other hosts' names are turned away, so that no foreign page reaches us through a name that leads to 127.0.0.1.
    own_host_only = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    return Starlette(
        routes=[route for door in doors for route in door.routes()],
        middleware=[own_host_only, Middleware(SameSiteOnly)],
        lifespan=lifespan,
    )
