"""What an exchange has to be to pass for Twilio's: by its OpenAPI documents, and by rules that they do not hold.

The documents (github.com/twilio/twilio-oai) require no property, know one 4xx out of two hundred operations, no headers
and no lengths. The rules say the rest: every property is there, errors have their envelope, counts are strings, a
sender not yet chosen is null.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from openapi_core import Config, OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse
from openapi_core.exceptions import OpenAPIError

SPEC = os.environ.get("CHECKBACK_TWILIO_SPEC")
_DOCUMENTS = {
    "/2010-04-01": "twilio_api_v2010.json",
    "/v1": "twilio_messaging_v1.json",
    "/v2": "twilio_lookups_v2.json",
}
_ACCOUNT = "/2010-04-01/Accounts/{AccountSid}"
_SERVED = re.compile(
    r"/2010-04-01/Accounts/\{(AccountSid|Sid)\}(/Balance|/(Messages|Calls|IncomingPhoneNumbers)(/\{Sid\})?)?\.json"
    r"|/2010-04-01/Accounts/\{AccountSid\}/Messages/\{MessageSid\}/Media(/\{Sid\})?\.json"
    r"|/v1/Services(/\{Sid\}|/\{ServiceSid\}/PhoneNumbers(/\{Sid\})?|/\{MessagingServiceSid\}/Compliance/Usa2p(/\{Sid\})?)?"
    r"|/v2/PhoneNumbers/\{PhoneNumber\}"
)
_HEADERS = {
    "Twilio-Request-Id": r"RQ[0-9a-f]{32}",
    "Twilio-Concurrent-Requests": r"[1-9][0-9]*",
    "X-Home-Region": r"us1",
}
_NO_CONTENT = 204
_FIRST_ERROR = 400
_SENDER_OPEN = ("accepted", "scheduled", "canceled")
_WENT_WRONG = ("failed", "undelivered")

Resource = Mapping[str, Any]


@dataclass(frozen=True)
class Exchange:
    """One request, and what came back."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: str
    sent: str = ""
    content_type: str = ""
    authorization: str = ""
    """Its scheme; the secret is nobody's business."""

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def said(self) -> Any:
        return json.loads(self.body)

    def as_reply(self) -> requests.Response:
        """The same as what openapi-core reads."""
        reply = requests.Response()
        reply.status_code = self.status
        reply.headers.update(self.headers)
        reply._content = self.body.encode()
        headers = {"Content-Type": self.content_type} if self.content_type else {}
        headers |= {"Authorization": f"{self.authorization} eDp5"} if self.authorization else {}
        reply.request = requests.Request(self.method, self.url, headers=headers, data=self.sent or None).prepare()
        return reply


@dataclass
class Breaches:
    """What was found wrong so far."""

    found: list[str] = field(default_factory=list)

    def unless(self, holds: bool, words: str) -> None:
        if not holds:
            self.found.append(words)


def breaches(exchange: Exchange, *, by_documents: bool = True) -> list[str]:
    """What in this exchange is not as Twilio would have it; `by_documents` is for requests that are right."""
    wrong = Breaches()
    _check_headers(exchange, wrong)
    if exchange.status >= _FIRST_ERROR:
        _check_envelope(exchange, wrong)
    elif exchange.status != _NO_CONTENT:
        for resource in _resources(exchange.said):
            _check_resource(exchange, resource, wrong)
        _check_list(exchange, wrong)
    if SPEC and by_documents:
        wrong.found += _breaks_of_document(exchange)
    where = f"{exchange.method} {exchange.path}"
    return [f"{where}: {words}" for words in wrong.found]


# --- rules of our own --------------------------------------------------------------------------------------------


def _check_headers(exchange: Exchange, wrong: Breaches) -> None:
    headers = {name.lower(): value for name, value in exchange.headers.items()}
    for name, pattern in _HEADERS.items():
        wrong.unless(re.fullmatch(pattern, headers.get(name.lower(), "")) is not None, f"the header {name}")
    if exchange.status != _NO_CONTENT:
        wrong.unless(headers.get("content-type") == "application/json", "the content type is not JSON")
    wrong.unless(exchange.status != _NO_CONTENT or not exchange.body, "204 with a body")


def _check_envelope(exchange: Exchange, wrong: Breaches) -> None:
    said = exchange.said
    wrong.unless(sorted(said) == ["code", "message", "more_info", "status"], "the envelope of an error")
    wrong.unless(said.get("status") == exchange.status, "the envelope says another status")
    wrong.unless(isinstance(said.get("code"), int) and 10_000 <= said["code"] < 100_000, "the code of an error")
    wrong.unless(said.get("more_info") == f"https://www.twilio.com/docs/errors/{said.get('code')}", "more_info")
    wrong.unless(bool(said.get("message")), "an error without words")


def _resources(said: Any) -> list[Resource]:
    for name in _LISTS:
        if name in said:
            return list(said[name])
    return [said]


_LISTS = ("messages", "media_list", "calls", "incoming_phone_numbers", "services", "phone_numbers", "compliance")


def _check_resource(exchange: Exchange, resource: Resource, wrong: Breaches) -> None:
    for name, value in resource.items():
        if name.startswith("date_") or name in ("start_time", "end_time"):
            wrong.unless(
                value is None or _is_moment(value, exchange.path), f"{name} is not a moment as this API has it"
            )
    if "uri" in resource:
        wrong.unless(str(resource["uri"]).startswith("/2010-04-01/"), "uri is not a path")
    try:
        if "direction" in resource:
            (_check_call if str(resource.get("sid", "")).startswith("CA") else _check_message)(resource, wrong)
    except KeyError as missing:
        wrong.unless(False, f"{missing} is missing")


def _check_message(message: Resource, wrong: Breaches) -> None:
    is_open = message["status"] in _SENDER_OPEN and message["messaging_service_sid"] is not None
    is_sent = message["status"] in ("sent", "delivered", "undelivered", "received")
    wrong.unless(_is_count(message["num_segments"]), "num_segments is not a number as a string")
    wrong.unless(_is_count(message["num_media"]), "num_media is not a number as a string")
    wrong.unless(message["price"] is None, "a price at once")
    wrong.unless((message["from"] is None) == is_open, "from is null only until the service has chosen")
    wrong.unless((message["num_segments"] == "0") == is_open, "num_segments is 0 only until the service has chosen")
    wrong.unless((message["sid"][:2] == "MM") == (message["num_media"] != "0"), "MM is for media, SM for none")
    wrong.unless((message["error_code"] is not None) == (message["status"] in _WENT_WRONG), "the error code")
    wrong.unless((message["error_message"] is None) == (message["error_code"] is None), "the error message")
    wrong.unless((message["date_sent"] is not None) == is_sent, "date_sent")
    wrong.unless(str(message["uri"]).endswith(f"/Messages/{message['sid']}.json"), "uri")


def _check_call(call: Resource, wrong: Breaches) -> None:
    is_over = call["status"] == "completed"
    wrong.unless(call["duration"] is None or (is_over and _is_count(call["duration"])), "duration")
    wrong.unless((call["end_time"] is not None) == is_over, "end_time is there exactly if it was completed")
    wrong.unless(call["status"] != "queued" or call["start_time"] is None, "started before it was dialed")
    wrong.unless(call["status"] in ("queued", "canceled") or call["start_time"] is not None, "never started")
    wrong.unless(_is_count(call["queue_time"]), "queue_time is not a number as a string")
    wrong.unless(call["price"] is None, "a price at once")


def _check_list(exchange: Exchange, wrong: Breaches) -> None:
    said = exchange.said
    name = next((name for name in _LISTS if name in said), None)
    if name is None:
        return
    paging, style = (said["meta"], "url") if "meta" in said else (said, "uri")
    wrong.unless(len(said[name]) <= paging["page_size"], "more on a page than its size")
    for address in (style, f"first_page_{style}", f"next_page_{style}", f"previous_page_{style}"):
        wrong.unless(address in paging, f"{address} is missing")
        wrong.unless(_leads_here(paging.get(address), exchange), f"{address} leads somewhere else")


def _leads_here(address: str | None, exchange: Exchange) -> bool:
    return address is None or urlsplit(address).path == exchange.path


def _is_count(said: Any) -> bool:
    return isinstance(said, str) and said.isdigit()


def _is_moment(said: Any, path: str) -> bool:
    if path.startswith("/2010-04-01"):
        return _is_rfc_2822(said) and str(said).endswith(" +0000")
    return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", str(said)) is not None


# --- Twilio's documents ------------------------------------------------------------------------------------------


def _breaks_of_document(exchange: Exchange) -> list[str]:
    """What Twilio's document has against the request or the answer; of errors it knows nothing."""
    parts = urlsplit(exchange.url)
    root = next(root for root in _DOCUMENTS if exchange.path.startswith(root))
    contract, reply = _contract(root, f"{parts.scheme}://{parts.netloc}"), exchange.as_reply()
    assert isinstance(reply.request, requests.PreparedRequest)
    asked, answered = RequestsOpenAPIRequest(reply.request), RequestsOpenAPIResponse(reply)
    checks: list[Callable[[], object]] = [lambda: contract.validate_request(asked)]
    if exchange.status < _FIRST_ERROR:
        checks.append(lambda: contract.validate_response(asked, answered))
    found = [words for check in checks if (words := _complaint(check))]
    return found if exchange.status >= _FIRST_ERROR or not exchange.body else [*found, *_missing(root, exchange)]


def _complaint(check: Callable[[], object]) -> str:
    try:
        check()
    except OpenAPIError as error:
        return f"{error}: {error.__cause__}"
    return ""


def _missing(root: str, exchange: Exchange) -> Iterator[str]:
    """The documents require no property; Twilio's replies have them all, and no others."""
    names = _property_names(root)
    for resource in _resources(exchange.said):
        known = min((known for known in names), key=lambda known: len(known ^ resource.keys()))
        yield from (f"{name} is missing" for name in sorted(known - resource.keys()))
        yield from (f"{name} is none of the document's" for name in sorted(resource.keys() - known))


@cache
def _property_names(root: str) -> tuple[frozenset[str], ...]:
    schemas = _document(root)["components"]["schemas"]
    return tuple(frozenset(schema.get("properties", {})) for schema in schemas.values())


@cache
def _contract(root: str, address: str) -> OpenAPI:
    """The part of a document that the simulator serves, as if it spoke of this simulator."""
    document = _document(root)
    servers = [{"url": address}]
    paths = {path: {**item, "servers": servers} for path, item in document["paths"].items() if _SERVED.fullmatch(path)}
    return OpenAPI.from_dict(
        {**document, "paths": paths, "servers": servers},
        config=Config(extra_format_validators={"date-time-rfc-2822": _is_rfc_2822, "uri": _is_address}),
    )


@cache
def _document(root: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(SPEC or "") / _DOCUMENTS[root]).read_text("utf-8"))
    return _nullable(found) if root == "/v2" else found


def _nullable(document: dict[str, Any]) -> dict[str, Any]:
    """Lookup's document as its own examples have it: what was not looked up is null, though its schemas forbid it."""
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        for name, value in schema.get("properties", {}).items():
            schema["properties"][name] = (
                {"nullable": True, "allOf": [value]} if "$ref" in value else {**value, "nullable": True}
            )
        schema["nullable"] = True
    return document


def _is_rfc_2822(said: Any) -> bool:
    try:
        return not isinstance(said, str) or parsedate_to_datetime(said).tzinfo is not None
    except ValueError:
        return False


def _is_address(said: Any) -> bool:
    return not isinstance(said, str) or said == "" or re.match(r"/2010-04-01/|https?://", said) is not None
