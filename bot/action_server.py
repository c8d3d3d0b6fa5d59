"""Serve the custom actions to Rasa: loopback only, behind a token, with no word of a text in any log or error.

rasa-sdk's own server listens on every address without a token and sends the request back in its errors.
"""

from __future__ import annotations

import hmac
import logging
import os
import sys

from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionNotFoundException
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot import quiet

log = logging.getLogger(__name__)

TOKEN = "CHECKBACK_ACTIONS_TOKEN"  # noqa: S105 - the setting's name
PORT = "CHECKBACK_ACTIONS_PORT"
DEFAULT_PORT = "5055"


def create_app(token: str, executor: ActionExecutor) -> Sanic:
    """The action server: `GET /health`, and `POST /webhook` for whoever has the token."""
    app = Sanic("checkback_actions", configure_logging=False)

    @app.get("/health")
    async def health(_: Request) -> HTTPResponse:
        return json({"status": "ok"})

    @app.post("/webhook")
    async def webhook(request: Request) -> HTTPResponse:
        if not hmac.compare_digest((request.headers.get("authorization") or "").encode(), f"Bearer {token}".encode()):
            return json({"error": "Unauthorized"}, 401)
        try:
            return json(await executor.run(request.json))
        except ActionNotFoundException:
            return json({"error": "ActionNotFound"}, 404)
        except Exception as error:
            log.error("action.failed error=%s", type(error).__name__)
            return json({"error": type(error).__name__}, 500)

    return app


def main() -> int:
    """Serve until stopped; 2 with one clear line when a setting is missing."""
    token, port = os.environ.get(TOKEN, "").strip(), os.environ.get(PORT) or DEFAULT_PORT
    if not token or not port.isdigit():
        sys.stderr.write(f"action server: set {TOKEN if not token else f'{PORT} to a number'}\n")
        return 2
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    quiet.install()
    executor = ActionExecutor()
    executor.register_package("actions")
    create_app(token, executor).run(host="127.0.0.1", port=int(port), access_log=False, motd=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
