"""The Messages of the REST API: create, fetch, list, redact, cancel, delete, and the pictures of a text."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from checkback.simulator.config import SimulatorConfig
from checkback.simulator.creation import read_order
from checkback.simulator.door import Asked, Door, Terms
from checkback.simulator.magic import judge_test_message
from checkback.simulator.network import Network
from checkback.simulator.paging import cut_page, list_2010, read_span, wanted_texts
from checkback.simulator.pictures import STAND_IN
from checkback.simulator.refusals import Refusal
from checkback.simulator.resources import account_uri, media_resource, message_list, message_resource
from checkback.simulator.texts import Direction, Text, media_sids

_ROOT = "/2010-04-01/Accounts/{account}/Messages"
_READ = Terms("read")
_UPDATE = Terms("update")


class Messages:
    """Texts as resources."""

    def __init__(self, config: SimulatorConfig, network: Network) -> None:
        self._config = config
        self._network = network

    def routes(self, door: Door) -> list[Route]:
        one, media = f"{_ROOT}/{{sid}}.json", f"{_ROOT}/{{sid}}/Media"
        return [
            door.route("POST", f"{_ROOT}.json", self.create, Terms("create", test_credentials=True)),
            door.route("GET", f"{_ROOT}.json", self.list, _READ),
            door.route("GET", one, self.fetch, _READ),
            door.route("POST", one, self.update, _UPDATE),
            door.route("DELETE", one, self.delete, _UPDATE),
            door.route("GET", f"{media}.json", self.list_media, _READ),
            door.route("GET", f"{media}/{{media}}.json", self.fetch_media, _READ),
            door.route("DELETE", f"{media}/{{media}}.json", self.delete_media, _UPDATE),
            door.route("GET", f"{media}/{{media}}", self.picture, _READ),
        ]

    async def create(self, asked: Asked) -> Response:
        if asked.is_test:
            text = judge_test_message(asked.form, self._network.clock.now())
            return JSONResponse(message_resource(text, asked.path("account")), status_code=HTTPStatus.CREATED)
        await asyncio.sleep(self._config.pace.create)
        order = read_order(asked.form, self._network.account, self._network.clock.now())
        return JSONResponse(self._resource(self._network.accept(order)), status_code=HTTPStatus.CREATED)

    async def list(self, asked: Asked) -> Response:
        page = cut_page(wanted_texts(self._network.texts.resources(), asked.query), asked.query)
        return JSONResponse(message_list(page, self._config.account_sid))

    async def fetch(self, asked: Asked) -> Response:
        return JSONResponse(self._resource(self._text(asked)))

    async def update(self, asked: Asked) -> Response:
        """Cancel a scheduled text, redact a finished one, or both, as Twilio allows it."""
        text = self._text(asked)
        if asked.one("Status") not in ("", "canceled"):
            raise Refusal(20001, "'Status' must be canceled")
        if "Body" in asked.form and asked.one("Body"):
            raise Refusal(30400)
        if asked.one("Status"):
            text = self._network.sending.cancel(text)
        elif "Body" not in asked.form:
            raise Refusal(20001, "'Body' or 'Status' is needed")
        if "Body" in asked.form:
            text = self._network.sending.redact(text)
        return JSONResponse(self._resource(text))

    async def delete(self, asked: Asked) -> Response:
        self._network.sending.delete(self._text(asked))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def list_media(self, asked: Asked) -> Response:
        text = self._text(asked)
        is_wanted = read_span(asked.query, "DateCreated").holds(text.created_at)
        page = cut_page([_Media(sid) for sid in self._media(text)] if is_wanted else [], asked.query)
        resources = [self._media_resource(text, media.sid) for media in page.items]
        root = f"{account_uri(self._config.account_sid)}/Messages/{text.sid}/Media.json"
        return JSONResponse(list_2010(page, "media_list", resources, root))

    async def fetch_media(self, asked: Asked) -> Response:
        return JSONResponse(self._media_resource(*self._medium(asked)))

    async def delete_media(self, asked: Asked) -> Response:
        self._network.sending.delete_media(*self._medium(asked))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def picture(self, asked: Asked) -> Response:
        _, media_sid = self._medium(asked)
        picture = self._network.pictures.find(media_sid) or STAND_IN
        return Response(picture.content, media_type=picture.content_type)

    def _resource(self, text: Text) -> dict[str, Any]:
        return message_resource(text, self._config.account_sid)

    def _media_resource(self, text: Text, media_sid: str) -> dict[str, Any]:
        picture = self._network.pictures.find(media_sid) or STAND_IN
        return {**media_resource(text, media_sid, self._config.account_sid), "content_type": picture.content_type}

    def _text(self, asked: Asked) -> Text:
        text = self._network.texts.find(asked.path("sid"))
        if text is None or text.deleted or text.direction is Direction.AUTOMATIC:
            raise Refusal(20404)
        return text

    def _medium(self, asked: Asked) -> tuple[Text, str]:
        text, media_sid = self._text(asked), asked.path("media")
        if media_sid not in self._media(text):
            raise Refusal(20404)
        return text, media_sid

    def _media(self, text: Text) -> tuple[str, ...]:
        return tuple(sid for sid in media_sids(text) if sid not in text.media_gone)


class _Media:
    """A picture in a list."""

    def __init__(self, sid: str) -> None:
        self.sid = sid
