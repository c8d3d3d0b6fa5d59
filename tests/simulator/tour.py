"""Twilio's own client on a tour of the simulator. Run as a program, so that any version of the client can make it.

It says on standard output, one JSON object a line, what went over the wire (`exchange`) and what the client made of it
(`seen`). It imports the client and the standard library only: it also runs in the assistant's environment, on Python
3.10 with the client of 2023.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from inspect import signature
from typing import Any

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

PATIENCE = 10.0
RELATIVE = ("date", "sid", "uri", "url", "account_sid")


class Recorder(TwilioHttpClient):  # type: ignore[misc]  # the client ships no types
    """Twilio's own transport, which also says what went over the wire."""

    def __init__(self) -> None:
        super().__init__(timeout=10)
        self.session.hooks["response"].append(lambda reply, **_: say("exchange", _exchange(reply)))


def _exchange(reply: Any) -> dict[str, Any]:
    request = reply.request
    return {
        "method": request.method,
        "url": request.url,
        "sent": request.body.decode() if isinstance(request.body, bytes) else request.body or "",
        "content_type": request.headers.get("Content-Type", ""),
        "authorization": request.headers.get("Authorization", "").partition(" ")[0],
        "status": reply.status_code,
        "headers": dict(reply.headers),
        "body": reply.text if reply.headers.get("Content-Type", "").startswith("application/json") else "",
    }


def say(kind: str, what: Any) -> None:
    sys.stdout.write(json.dumps({kind: what}) + "\n")


class Tour:
    """Everything the simulator serves, once."""

    def __init__(self, address: str, account: str, token: str, service: str, ours: str, phone: str) -> None:
        self.address, self.service, self.ours, self.phone = address, service, ours, phone
        self.client = Client(account, token, http_client=Recorder())
        for host in (self.client.api, self.client.messaging, self.client.lookups):
            host.base_url = address

    def control(self, method: str, path: str, **said: Any) -> Any:
        request = urllib.request.Request(f"{self.address}/_/{path}", json.dumps(said).encode(), method=method)  # noqa: S310
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return json.loads(answer.read() or b"{}")

    def sends(self, **order: Any) -> Any:
        return self.client.messages.create(**{"to": self.phone, "from_": self.ours, "body": "How are you?", **order})

    def sends_by_service(self, **order: Any) -> Any:
        return self.client.messages.create(
            **{"to": self.phone, "messaging_service_sid": self.service, "body": "How are you?", **order}
        )

    def until(self, sid: str, *states: str) -> Any:
        end = time.monotonic() + PATIENCE
        while (message := self.client.messages(sid).fetch()).status not in states:
            if time.monotonic() > end:
                raise AssertionError(f"still {message.status}")
            time.sleep(0.02)
        return message

    def texts(self) -> None:
        created = self.sends(body="¿Cómo está?", validity_period=600, status_callback=f"{self.address}/nowhere")
        seen("created", created, "status", "direction", "num_segments", "num_media", "price", "error_code", "from_")
        seen("delivered", self.until(created.sid, "delivered"), "status", "error_code", "date_sent", "to", "from_")
        seen("picture", self.sends(media_url=["https://care.example/map.png"]), "num_media", "status")
        self.control("POST", "faults", kind="error", code=30006)
        lost = self.until(self.sends().sid, "undelivered")
        seen("landline", lost, "status", "error_code", "error_message")
        seen("redacted", self.client.messages(lost.sid).update(body=""), "body", "status")
        say("seen", {"deleted": self.client.messages(lost.sid).delete()})
        refused("gone", lambda: self.client.messages(lost.sid).fetch())

    def by_service(self) -> None:
        created = self.sends_by_service()
        seen("accepted", created, "status", "from_", "num_segments", "messaging_service_sid")
        seen("arrived", self.until(created.sid, "delivered"), "status", "from_", "num_segments")
        later = datetime.now(timezone.utc) + timedelta(hours=1)  # noqa: UP017  # Python 3.10 has no datetime.UTC
        scheduled = self.sends_by_service(schedule_type="fixed", send_at=later)
        seen("scheduled", scheduled, "status", "from_", "date_sent")
        refused("too early", lambda: self.client.messages(scheduled.sid).delete())
        seen("canceled", self.client.messages(scheduled.sid).update(status="canceled"), "status", "from_")

    def lists(self) -> None:
        for number in range(5):
            self.sends(body=f"text {number}")
        found = self.client.messages.list(to=self.phone, page_size=2, limit=5)
        say("seen", {"pages": [message.body for message in found]})
        today = datetime.now(timezone.utc)  # noqa: UP017
        recent = self.client.messages.list(to=self.phone, date_sent_after=today - timedelta(hours=1), limit=3)
        say("seen", {"recent": len(recent)})
        say("seen", {"long ago": self.client.messages.list(date_sent_before=today - timedelta(days=2))})

    def media(self) -> None:
        sid = self.control("POST", f"phones/{self.phone}/texts", to=self.ours, body="look", media=2)["sid"]
        seen("inbound", self.client.messages(sid).fetch(), "direction", "status", "num_media", "from_", "to")
        pictures = self.client.messages(sid).media.list()
        seen("medium", self.client.messages(sid).media(pictures[0].sid).fetch(), "content_type")
        say("seen", {"medium deleted": self.client.messages(sid).media(pictures[0].sid).delete()})
        say("seen", {"media left": len(self.client.messages(sid).media.list())})

    def calls(self) -> None:
        self.control("POST", f"phones/{self.phone}/manner", manner="hand")
        created = self.client.calls.create(
            to=self.phone,
            from_=self.ours,
            twiml="<Response><Say>Hello</Say></Response>",
            status_callback=f"{self.address}/nowhere",
            status_callback_event=["initiated", "answered", "completed"],
            timeout=20,
        )
        seen("call", created, "direction", "duration", "price", "answered_by", "to_formatted")
        call = self.client.calls(created.sid)
        seen("ended", call.update(status="completed"), "status", "start_time", "duration")
        refused("twice", lambda: call.update(status="completed"))
        say("seen", {"calls": len(self.client.calls.list(to=self.phone, status="completed"))})
        seen("fetched", call.fetch(), "status", "_from", "to")
        say("seen", {"call deleted": call.delete()})

    def holdings(self) -> None:
        account = self.client.api.accounts(self.client.username).fetch()
        seen("account", account, "type", "status", "friendly_name")
        seen("balance", self.client.api.v2010.account.balance.fetch(), "balance", "currency")
        for number in self.client.incoming_phone_numbers.list():
            seen("number", number, "phone_number", "sms_url", "sms_method", "voice_url", "capabilities")
            self.client.incoming_phone_numbers(number.sid).fetch()
        for service in self.client.messaging.v1.services.list():
            seen("service", service, "use_inbound_webhook_on_number", "inbound_request_url", "sticky_sender")
        service = self.client.messaging.v1.services(self.service)
        seen("one service", service.fetch(), "us_app_to_person_registered", "validity_period")
        for number in service.phone_numbers.list():
            seen("pool", service.phone_numbers(number.sid).fetch(), "phone_number", "capabilities")
        for campaign in service.us_app_to_person.list():
            seen("campaign", service.us_app_to_person(campaign.sid).fetch(), "campaign_status")

    def lookups(self) -> None:
        self.control("POST", f"lines/{self.phone}", line_type="landline", reassigned="yes")
        numbers = self.client.lookups.v2.phone_numbers
        found = numbers(self.phone).fetch(fields="line_type_intelligence")
        seen("looked up", found, "valid", "line_type_intelligence", "national_format")
        if "last_verified_date" in signature(numbers(self.phone).fetch).parameters:
            found = numbers(self.phone).fetch(fields="reassigned_number", last_verified_date="20260101")
            seen("reassigned", found, "reassigned_number")
        seen("looked up plainly", numbers(self.phone).fetch(), "valid", "line_type_intelligence")
        seen("no number", numbers("+1314").fetch(), "valid", "validation_errors", "country_code")

    def refusals(self) -> None:
        refused("no recipient", lambda: self.sends(to=""))
        refused("not a number", lambda: self.sends(to="Ana"))
        refused("not ours", lambda: self.sends(from_="+13145550188"))
        refused("empty", lambda: self.sends(body=""))
        refused("template", lambda: self.sends(content_sid="HX" + "0" * 32))
        refused("no service", lambda: self.sends_by_service(messaging_service_sid="MG" + "0" * 32))
        refused("no call", lambda: self.client.calls("CA" + "0" * 32).fetch())
        refused("no script", lambda: self.client.calls.create(to=self.phone, from_=self.ours))
        for kind in ("refuse-429", "error-503-html"):
            self.control("POST", "faults", kind=kind)
            refused(kind, self.sends)


def seen(name: str, resource: Any, *attributes: str) -> None:
    """What the client made of a resource; a moment counts as that it is one."""
    values = {one: getattr(resource, one) for one in attributes}
    plain = {one: "a moment" if isinstance(value, datetime) else value for one, value in values.items()}
    say("seen", {name: plain})


def refused(name: str, ask: Callable[[], Any]) -> None:
    try:
        ask()
    except TwilioRestException as error:
        say("seen", {name: [error.status, error.code]})
    else:
        say("seen", {name: "not refused"})


def main() -> None:
    tour = Tour(*sys.argv[1:])
    tour.texts()
    tour.by_service()
    tour.lists()
    tour.media()
    tour.calls()
    tour.holdings()
    tour.lookups()
    tour.refusals()


if __name__ == "__main__":
    main()
